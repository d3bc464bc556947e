import { beforeEach, describe, expect, test } from '@jest/globals';
import { credentials, type Stage, stageForEachTest, writes } from '../support/release-run.js';

const stage = stageForEachTest();

const image = 'ghcr.io/acme/voice:1.0.0';
const missingBuild = '123e4567-e89b-42d3-a456-426614174000';

interface Case {
  readonly name: string;
  readonly seed?: (stage: Pick<Stage, 'emulator'>) => Record<string, string> | undefined;
  readonly inputs: Record<string, string>;
  readonly told: readonly string[];
}

const cases: Case[] = [
  {
    name: 'a region that there is not',
    inputs: { 'agent-name': 'voice', image, region: 'mars-north' },
    told: ['region mars-north', 'us-west, us-east, eu-central, ap-south'],
  },
  {
    name: 'an architecture that the region does not run',
    inputs: { 'agent-name': 'voice', image, region: 'us-west', architecture: 'amd64' },
    told: ['does not run amd64', 'it runs arm64'],
  },
  {
    name: 'a set of another region',
    seed: ({ emulator }) => {
      emulator.seed.secretSet({ name: 'keys', region: 'eu-central', values: { A: 'value-a' } });
      return undefined;
    },
    inputs: { 'secret-set': 'keys', secrets: 'A=other-value', region: 'us-east' },
    told: ['secret set keys', 'is in region eu-central', 'keys-us-east'],
  },
  {
    name: 'a set that is an image pull secret',
    seed: ({ emulator }) => {
      emulator.seed.imagePullSecret({ name: 'keys' });
      return undefined;
    },
    inputs: { 'secret-set': 'keys', secrets: 'A=other-value' },
    told: ['secret set keys', 'already exists as another kind of set (image pull secret)'],
  },
  {
    name: 'an image pull secret that is a set of secrets',
    seed: ({ emulator }) => {
      emulator.seed.secretSet({ name: 'registry', values: { A: 'value-a' } });
      return undefined;
    },
    inputs: { 'agent-name': 'voice', image, 'image-credentials': 'registry' },
    told: ['image pull secret registry', 'another kind of set (secret set)'],
  },
  {
    name: 'a referenced set that is to be written',
    seed: ({ emulator }) => {
      emulator.seed.secretSet({ name: 'cluster-keys', referenced: true });
      return undefined;
    },
    inputs: { 'secret-set': 'cluster-keys', secrets: 'A=other-value' },
    told: ['a referenced set, a Kubernetes Secret', 'only its cluster can write it'],
  },
  {
    name: 'a set that is bound and does not exist',
    inputs: { 'secret-set': 'keys', 'agent-name': 'voice', image },
    told: ['secret set keys', 'does not exist', 'Fix `secret-set`'],
  },
  {
    name: 'an image pull secret that is bound and does not exist',
    inputs: { 'image-credentials': 'registry', 'agent-name': 'voice', image },
    told: ['image pull secret registry', 'does not exist'],
  },
  {
    name: 'a set that is bound and has failed',
    seed: ({ emulator }) => {
      emulator.seed.secretSet({ name: 'keys', status: 'failed', errorMessage: 'Quota exceeded' });
      return undefined;
    },
    inputs: { 'secret-set': 'keys', 'agent-name': 'voice', image },
    told: ['provisioning failed: `Quota exceeded`'],
  },
  {
    name: 'an agent of another region',
    seed: ({ emulator }) => {
      emulator.seed.agent({ name: 'voice', region: 'ap-south' });
      return undefined;
    },
    inputs: { 'agent-name': 'voice', image, region: 'us-west' },
    told: ['agent voice', 'is in region ap-south', 'the region of an agent cannot change'],
  },
  {
    name: 'a new agent without an image',
    inputs: { 'agent-name': 'voice' },
    told: ['agent voice', 'does not exist', 'Set `image`, `cloud-build` or `build-id`'],
  },
  {
    name: 'a build that there is not',
    inputs: { 'agent-name': 'voice', 'build-id': missingBuild },
    told: [`build ${missingBuild}`, 'does not exist'],
  },
  {
    name: 'a build that failed',
    seed: ({ emulator }) => {
      const { id } = emulator.seed.build({ status: 'failed', errorMessage: 'COPY failed' });
      return { 'build-id': id };
    },
    inputs: { 'agent-name': 'voice' },
    told: ['has the status failed (`COPY failed`)'],
  },
  {
    name: 'a build of another region',
    seed: ({ emulator }) => {
      const { id } = emulator.seed.build({ region: 'eu-central', status: 'success' });
      return { 'build-id': id };
    },
    inputs: { 'agent-name': 'voice', region: 'us-west' },
    told: ['is in region eu-central'],
  },
  {
    name: 'a lower bound above the upper one that the agent has',
    seed: ({ emulator }) => {
      emulator.seed.agent({ name: 'voice', minAgents: 0, maxAgents: 5 });
      return undefined;
    },
    inputs: { 'agent-name': 'voice', 'min-agents': '10' },
    told: ['at least 10 and at most 5'],
  },
  {
    name: 'pruning a set that other agents bind',
    seed: ({ emulator }) => {
      emulator.seed.secretSet({ name: 'keys', values: { A: 'value-a', B: 'value-b' } });
      emulator.seed.agent({ name: 'voice', secretSet: 'keys' });
      emulator.seed.agent({ name: 'sales', secretSet: 'keys' });
      emulator.seed.agent({ name: 'other' });
      return undefined;
    },
    inputs: {
      'agent-name': 'voice',
      'secret-set': 'keys',
      secrets: 'A=other-value',
      'prune-secrets': 'true',
    },
    told: ['cannot be pruned', 'other agents also bind it: sales'],
  },
];

describe.each(Object.entries(credentials))(
  'with %s, refused before any write:',
  (_, credential) => {
    test.each(cases)('$name', async ({ seed, inputs, told }) => {
      const seeded = seed?.(stage) ?? {};
      const { succeeded, actions } = await stage.release({ ...credential, ...inputs, ...seeded });

      expect(succeeded).toBe(false);
      expect(writes(stage.emulator)).toEqual([]);
      expect(actions.errors).toHaveLength(1);
      expect(actions.errors[0]?.title).toBe('The release cannot work with these settings');
      for (const words of told) {
        expect(actions.errors[0]?.message).toContain(words);
      }
      expect(actions.summary).toContain('The release cannot work with these settings');
    });
  },
);

test('several reasons are told in one go', async () => {
  const { actions } = await stage.release({
    ...credentials.token,
    'secret-set': 'keys',
    'image-credentials': 'registry',
    'agent-name': 'voice',
    architecture: 'amd64',
    region: 'us-west',
  });

  const message = actions.errors[0]?.message ?? '';
  expect(message).toContain('region us-west: does not run amd64');
  expect(message).toContain('secret set keys');
  expect(message).toContain('image pull secret registry');
  expect(message).toContain('agent voice');
});

describe('a custom agent profile', () => {
  beforeEach(() => {
    stage.emulator.seed.agentProfile({ apiName: 'gpu-large' });
    stage.emulator.seed.agentProfile({ apiName: 'retired', enabled: false });
  });

  test('of the organization is deployed', async () => {
    const { succeeded } = await stage.release({
      ...credentials.token,
      'agent-name': 'voice',
      image,
      'agent-profile': 'gpu-large',
    });
    expect(succeeded).toBe(true);
    expect(stage.emulator.state.agent('voice')).toMatchObject({ agentProfile: 'gpu-large' });
  });

  test('is left to the deploy where the token may not list profiles', async () => {
    stage.emulator.script.fault(
      { method: 'GET', path: /agent-profiles$/ },
      { kind: 'status', status: 403, body: { error: 'Forbidden', code: 'FORBIDDEN' } },
    );
    const { succeeded } = await stage.release({
      ...credentials.token,
      'agent-name': 'voice',
      image,
      'agent-profile': 'gpu-large',
    });
    expect(succeeded).toBe(true);
  });

  test('ends the release where the list of them fails for another reason', async () => {
    stage.emulator.script.fault(
      { method: 'GET', path: /agent-profiles$/ },
      { kind: 'status', status: 400, body: { error: 'No', code: 'NO' } },
    );
    const { succeeded, actions } = await stage.release({
      ...credentials.token,
      'agent-name': 'voice',
      image,
      'agent-profile': 'gpu-large',
    });
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain('agent-profiles → 400');
    expect(writes(stage.emulator)).toEqual([]);
  });

  test.each([
    { name: 'the platform has itself', inputs: { 'agent-profile': 'agent-2x' } },
    { name: 'nobody asks for', inputs: {} },
  ])('is not looked for where it is one that $name', async ({ inputs }) => {
    const release = { ...credentials.token, 'agent-name': 'voice', image };
    expect(await stage.release({ ...release, ...inputs })).toMatchObject({ succeeded: true });
    const asked = stage.emulator.requests.filter(({ path }) => path.endsWith('agent-profiles'));
    expect(asked).toEqual([]);
  });

  test.each(['gpu-small', 'retired'])('%s, which there is not, is refused', async (profile) => {
    const { actions } = await stage.release({
      ...credentials.token,
      'agent-name': 'voice',
      image,
      'agent-profile': profile,
    });
    expect(writes(stage.emulator)).toEqual([]);
    expect(actions.errors[0]?.message).toContain('agent-1x, agent-2x, agent-3x, gpu-large');
  });
});

test('a set that an earlier deployment of another agent may bind is not pruned', async () => {
  stage.emulator.seed.secretSet({ name: 'keys', values: { A: 'value-a', OLD: 'value-old' } });
  stage.emulator.seed.secretSet({ name: 'other-keys', values: { A: 'value-a' } });
  stage.emulator.seed.agent({ name: 'sales', image, secretSet: 'keys' });
  stage.emulator.script.deployment('sales', { outcome: 'crash-loop' });
  const sales = { ...credentials['API key'], 'agent-name': 'sales', 'secret-set': 'other-keys' };
  expect((await stage.release(sales)).succeeded).toBe(false);
  const before = writes(stage.emulator);
  const { actions } = await stage.release({
    ...credentials['API key'],
    'secret-set': 'keys',
    secrets: 'A=newer-a',
    'prune-secrets': 'true',
    'agent-name': 'voice',
    image,
  });
  expect(actions.errors[0]?.message).toContain(
    'an earlier deployment of these agents may be serving',
  );
  expect(actions.errors[0]?.message).toContain('may bind it: sales');
  expect(writes(stage.emulator)).toEqual(before);
});

test('a set that serves until another deployment is taken up is not pruned', async () => {
  stage.emulator.seed.secretSet({ name: 'keys', values: { A: 'value-a', OLD: 'value-old' } });
  stage.emulator.seed.secretSet({ name: 'other-keys', values: { A: 'value-a' } });
  stage.emulator.seed.agent({ name: 'sales', image, secretSet: 'keys' });
  // What the agent is asked to be binds another set; what serves, and is ready, binds this one.
  stage.emulator.script.deployment('sales', { reconcileDelay: 3_600_000 });
  const sales = {
    ...credentials['API key'],
    'agent-name': 'sales',
    'secret-set': 'other-keys',
    'wait-for-ready': 'false',
  };
  expect((await stage.release(sales)).succeeded).toBe(true);
  const { actions } = await stage.release({
    ...credentials['API key'],
    'secret-set': 'keys',
    secrets: 'A=newer-a',
    'prune-secrets': 'true',
    'agent-name': 'voice',
    image,
  });
  expect(actions.errors[0]?.message).toContain('may bind it: sales');
  expect(stage.emulator.state.secretSet('keys')?.values).toHaveProperty('OLD');
});

test('what is going to be done stands in the log, deletions included', async () => {
  stage.emulator.seed.secretSet({ name: 'keys', values: { A: 'value-a', OLD: 'value-old' } });
  stage.emulator.seed.agent({ name: 'voice', image, minAgents: 0, maxAgents: 5 });
  const { actions } = await stage.release({
    ...credentials['API key'],
    'secret-set': 'keys',
    secrets: 'A=newer-a',
    'prune-secrets': 'true',
    'agent-name': 'voice',
    'min-agents': '2',
  });
  expect(actions.log).toEqual(
    expect.arrayContaining([
      'info: Region us-west:',
      'info:   Update the secret set keys: update A.',
      'info:   Update the agent voice: secret-set keys, min-agents 0 → 2. A new deployment follows, because settings differ.',
      'info:   Then delete from keys: OLD.',
    ]),
  );
});

describe('a plan that binds another set', () => {
  const plan = {
    ...credentials['API key'],
    'agent-name': 'voice',
    'secret-set': 'new-keys',
    secrets: 'A=value-a',
    'dry-run': 'true',
  };
  const lost = '`voice` would lose `B`: it is in `keys`, but not in `new-keys`.';

  beforeEach(() => {
    stage.emulator.seed.secretSet({ name: 'keys', values: { A: 'value-a', B: 'value-b' } });
    stage.emulator.seed.agent({ name: 'voice', image, secretSet: 'keys' });
  });

  test('warns of the keys that the agent would lose', async () => {
    const { actions, succeeded } = await stage.release(plan);
    expect(succeeded).toBe(true);
    expect(actions.warnings).toEqual([lost]);
    expect(actions.summary).toContain('would lose');
  });

  test('succeeds without that warning if the old set cannot be read', async () => {
    stage.emulator.script.fault(
      { method: 'GET', path: /\/keys$/ },
      { kind: 'status', status: 400, body: { error: 'No', code: 'NO' } },
    );
    const { actions, succeeded } = await stage.release(plan);
    expect(succeeded).toBe(true);
    expect(actions.warnings).toEqual([]);
  });

  test('but a release does not read the old set', async () => {
    await stage.release({ ...plan, 'dry-run': 'false' });
    expect(stage.emulator.requests.filter(({ path }) => path.endsWith('/keys'))).toEqual([]);
  });
});

describe('the region', () => {
  test('of the agent is used where none is named', async () => {
    stage.emulator.seed.agent({ name: 'voice', region: 'ap-south' });
    const { succeeded, secretSets } = await stage.release({
      ...credentials['API key'],
      'agent-name': 'voice',
      'secret-set': 'keys',
      secrets: 'A=value-a',
    });
    expect(succeeded).toBe(true);
    expect(secretSets).toMatchObject([{ region: 'ap-south' }]);
  });

  test('of the set is used where there is no agent yet', async () => {
    stage.emulator.seed.secretSet({ name: 'keys', region: 'eu-central', values: { A: 'value-a' } });
    const { succeeded, agents } = await stage.release({
      ...credentials['API key'],
      'agent-name': 'voice',
      'secret-set': 'keys',
      image,
    });
    expect(succeeded).toBe(true);
    expect(agents).toMatchObject([{ region: 'eu-central' }]);
  });

  test('of the organization is used where nothing is there, and is sent all the same', async () => {
    await stage.release({
      ...credentials['API key'],
      'agent-name': 'voice',
      'secret-set': 'keys',
      secrets: 'A=value-a',
      image,
    });
    const bodies = stage.emulator.requests
      .filter(({ method }) => method !== 'GET')
      .map(({ body }) => body);
    expect(bodies).toMatchObject([{ region: 'us-west' }, { region: 'us-west' }]);
  });
});

describe('a release looks at nothing that it does not depend on:', () => {
  const keys = { ...credentials['API key'], 'secret-set': 'keys', secrets: 'A=newer-a' };
  const pruning = { 'agent-name': 'voice', image, 'prune-secrets': 'true' };

  /** Where the agents are listed, or one is read, before the first write. */
  const looks = (agent: string | undefined): string[] =>
    stage.emulator.requests
      .slice(
        0,
        stage.emulator.requests.findIndex(({ method }) => method !== 'GET'),
      )
      .map(({ path }) => path)
      .filter((path) => path.includes('/agents') && path !== `/v1/agents/${agent ?? ''}`);

  test.each([
    { name: 'no agent where only secrets are released', inputs: {} },
    {
      name: 'no agent where only secrets are released to a region',
      inputs: { region: 'us-west' },
    },
    {
      name: 'no other agents where nothing is pruned',
      inputs: { 'agent-name': 'voice', image },
    },
    { name: 'no other agents where the set to prune is new', inputs: pruning, isNew: true },
  ])('$name', async ({ inputs, isNew = false }) => {
    if (!isNew) stage.emulator.seed.secretSet({ name: 'keys', values: { A: 'value-a' } });
    stage.emulator.seed.agent({ name: 'sales', image, secretSet: 'keys' });
    expect(await stage.release({ ...keys, ...inputs })).toMatchObject({ succeeded: true });
    expect(looks('agent-name' in inputs ? inputs['agent-name'] : undefined)).toEqual([]);
  });

  test('but at every agent of the region where a set is pruned that is there', async () => {
    stage.emulator.seed.secretSet({ name: 'keys', values: { A: 'value-a', OLD: 'old' } });
    stage.emulator.seed.agent({ name: 'sales', image });
    expect(await stage.release({ ...keys, ...pruning })).toMatchObject({ succeeded: true });
    expect(looks('voice')).toEqual(['/v1/agents', '/v1/agents/sales']);
  });
});
