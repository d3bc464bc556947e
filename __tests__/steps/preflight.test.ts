import { beforeEach, describe, expect, test } from '@jest/globals';
import { credentials, type Stage, stageForEachTest, writes } from '../support/release-run.js';

const stage = stageForEachTest();

const image = 'ghcr.io/acme/voice:1.0.0';
const missingBuild = '123e4567-e89b-42d3-a456-426614174000';

interface Case {
  readonly name: string;
  readonly seed?: (stage: Pick<Stage, 'emulator'>) => Record<string, string> | undefined;
  readonly inputs: Record<string, string>;
  readonly expected: readonly string[];
}

const cases: Case[] = [
  {
    name: 'an unknown region',
    inputs: { 'agent-name': 'voice', image, region: 'mars-north' },
    expected: ['region mars-north', 'us-west, us-east, eu-central, ap-south'],
  },
  {
    name: 'an architecture that the region does not support',
    inputs: { 'agent-name': 'voice', image, region: 'us-west', architecture: 'amd64' },
    expected: ['does not run amd64', 'it runs arm64'],
  },
  {
    name: 'a secret set in another region',
    seed: ({ emulator }) => {
      emulator.seed.secretSet({ name: 'keys', region: 'eu-central', values: { A: 'value-a' } });
      return undefined;
    },
    inputs: { 'secret-set': 'keys', secrets: 'A=other-value', region: 'us-east' },
    expected: ['secret set keys', 'is in region eu-central', 'keys-us-east'],
  },
  {
    name: 'a secret set that exists as an image pull secret',
    seed: ({ emulator }) => {
      emulator.seed.imagePullSecret({ name: 'keys' });
      return undefined;
    },
    inputs: { 'secret-set': 'keys', secrets: 'A=other-value' },
    expected: ['secret set keys', 'already exists as another kind of set (image pull secret)'],
  },
  {
    name: 'an image pull secret that exists as a secret set',
    seed: ({ emulator }) => {
      emulator.seed.secretSet({ name: 'registry', values: { A: 'value-a' } });
      return undefined;
    },
    inputs: { 'agent-name': 'voice', image, 'image-credentials': 'registry' },
    expected: ['image pull secret registry', 'another kind of set (secret set)'],
  },
  {
    name: 'a write to a referenced secret set',
    seed: ({ emulator }) => {
      emulator.seed.secretSet({ name: 'cluster-keys', referenced: true });
      return undefined;
    },
    inputs: { 'secret-set': 'cluster-keys', secrets: 'A=other-value' },
    expected: ['a referenced set, a Kubernetes Secret', 'only its cluster can write it'],
  },
  {
    name: 'a secret set to bind that does not exist',
    inputs: { 'secret-set': 'keys', 'agent-name': 'voice', image },
    expected: ['secret set keys', 'does not exist', 'Fix `secret-set`'],
  },
  {
    name: 'an image pull secret to bind that does not exist',
    inputs: { 'image-credentials': 'registry', 'agent-name': 'voice', image },
    expected: ['image pull secret registry', 'does not exist'],
  },
  {
    name: 'a secret set to bind whose provisioning failed',
    seed: ({ emulator }) => {
      emulator.seed.secretSet({ name: 'keys', status: 'failed', errorMessage: 'Quota exceeded' });
      return undefined;
    },
    inputs: { 'secret-set': 'keys', 'agent-name': 'voice', image },
    expected: ['provisioning failed: `Quota exceeded`'],
  },
  {
    name: 'an agent in another region',
    seed: ({ emulator }) => {
      emulator.seed.agent({ name: 'voice', region: 'ap-south' });
      return undefined;
    },
    inputs: { 'agent-name': 'voice', image, region: 'us-west' },
    expected: ['agent voice', 'is in region ap-south', 'the region of an agent cannot change'],
  },
  {
    name: 'a new agent without an image',
    inputs: { 'agent-name': 'voice' },
    expected: ['agent voice', 'does not exist', 'Set `image`, `cloud-build` or `build-id`'],
  },
  {
    name: 'a build that does not exist',
    inputs: { 'agent-name': 'voice', 'build-id': missingBuild },
    expected: [`build ${missingBuild}`, 'does not exist'],
  },
  {
    name: 'a build that failed',
    seed: ({ emulator }) => {
      const { id } = emulator.seed.build({ status: 'failed', errorMessage: 'COPY failed' });
      return { 'build-id': id };
    },
    inputs: { 'agent-name': 'voice' },
    expected: ['has the status failed (`COPY failed`)'],
  },
  {
    name: 'a build in another region',
    seed: ({ emulator }) => {
      const { id } = emulator.seed.build({ region: 'eu-central', status: 'success' });
      return { 'build-id': id };
    },
    inputs: { 'agent-name': 'voice', region: 'us-west' },
    expected: ['is in region eu-central'],
  },
  {
    name: 'a minimum above the maximum that the agent has',
    seed: ({ emulator }) => {
      emulator.seed.agent({ name: 'voice', minAgents: 0, maxAgents: 5 });
      return undefined;
    },
    inputs: { 'agent-name': 'voice', 'min-agents': '10' },
    expected: ['at least 10 and at most 5'],
  },
  {
    name: 'pruning of a secret set that other agents bind',
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
    expected: ['cannot be pruned', 'other agents also bind it: sales'],
  },
];

describe.each(Object.entries(credentials))(
  'with %s, the preflight rejects before any write',
  (_, credential) => {
    test.each(cases)('$name', async ({ seed, inputs, expected }) => {
      const seeded = seed?.(stage) ?? {};
      const { succeeded, actions } = await stage.release({ ...credential, ...inputs, ...seeded });

      expect(succeeded).toBe(false);
      expect(writes(stage.emulator)).toEqual([]);
      expect(actions.errors).toHaveLength(1);
      expect(actions.errors[0]?.title).toBe('The release cannot work with these settings');
      for (const words of expected) {
        expect(actions.errors[0]?.message).toContain(words);
      }
      expect(actions.summary).toContain('The release cannot work with these settings');
    });
  },
);

test('the preflight reports several mistakes together', async () => {
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
  const places = ['region us-west', 'secret set keys', 'image pull secret registry', 'agent voice'];
  const order = places.map((place) => message.indexOf(`- ${place}: `));
  expect(order).not.toContain(-1);
  expect(order).toEqual(order.toSorted((one, other) => one - other));
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

  test('is checked only by the deploy if the token may not list profiles', async () => {
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

  test('fails the release if listing the profiles fails for another reason', async () => {
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
    { name: 'is built into the platform', inputs: { 'agent-profile': 'agent-2x' } },
    { name: 'is omitted', inputs: {} },
  ])('is not looked up if the profile $name', async ({ inputs }) => {
    const release = { ...credentials.token, 'agent-name': 'voice', image };
    expect(await stage.release({ ...release, ...inputs })).toMatchObject({ succeeded: true });
    const asked = stage.emulator.requests.filter(({ path }) => path.endsWith('agent-profiles'));
    expect(asked).toEqual([]);
  });

  test.each(['gpu-small', 'retired'])(
    'is rejected if it does not exist or is disabled: %s',
    async (profile) => {
      const { actions } = await stage.release({
        ...credentials.token,
        'agent-name': 'voice',
        image,
        'agent-profile': profile,
      });
      expect(writes(stage.emulator)).toEqual([]);
      expect(actions.errors[0]?.message).toContain('agent-1x, agent-2x, agent-3x, gpu-large');
    },
  );
});

test('the preflight rejects pruning of a secret set that an earlier deployment of another agent may bind', async () => {
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

test('the preflight rejects pruning of a secret set that serves until another deployment starts', async () => {
  stage.emulator.seed.secretSet({ name: 'keys', values: { A: 'value-a', OLD: 'value-old' } });
  stage.emulator.seed.secretSet({ name: 'other-keys', values: { A: 'value-a' } });
  stage.emulator.seed.agent({ name: 'sales', image, secretSet: 'keys' });
  // The desired deployment binds another set; the deployment that is serving binds this one.
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

test('the log lists what the release will do, including deletions', async () => {
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

test('the plan stands below the group of the preflight, where it is not folded away', async () => {
  stage.emulator.seed.agent({ name: 'voice', image });
  const { actions } = await stage.release({
    ...credentials['API key'],
    'agent-name': 'voice',
    image,
    'dry-run': 'true',
  });
  const { log } = actions;
  const region = log.indexOf('info: Region us-west:');
  expect(log.slice(log.indexOf('group: Preflight'), region).at(-1)).toBe('endgroup');
  expect(log[region + 1]).toBe('info:   Keep the agent voice unchanged: nothing differs.');
});

describe('a dry run that binds another secret set', () => {
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

  test('warns about the keys that the agent would lose', async () => {
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

  test('reads the old set, but a release does not', async () => {
    await stage.release({ ...plan, 'dry-run': 'false' });
    expect(stage.emulator.requests.filter(({ path }) => path.endsWith('/keys'))).toEqual([]);
  });
});

describe('if `region` is omitted, a release uses the region', () => {
  test('of the agent', async () => {
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

  test('of the secret set if there is no agent yet', async () => {
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

  test('of the organization if nothing exists yet, and sends it', async () => {
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

describe('before its first write, a release reads', () => {
  const keys = { ...credentials['API key'], 'secret-set': 'keys', secrets: 'A=newer-a' };
  const pruning = { 'agent-name': 'voice', image, 'prune-secrets': 'true' };

  /** The paths of requests for other agents, or for lists of agents, before the first write. */
  const agentReads = (agent: string | undefined): string[] =>
    stage.emulator.requests
      .slice(
        0,
        stage.emulator.requests.findIndex(({ method }) => method !== 'GET'),
      )
      .map(({ path }) => path)
      .filter((path) => path.includes('/agents') && path !== `/v1/agents/${agent ?? ''}`);

  test.each([
    { name: 'no agent if it writes only secrets', inputs: {} },
    {
      name: 'no agent if it writes only secrets in a region',
      inputs: { region: 'us-west' },
    },
    {
      name: 'no other agent if it prunes nothing',
      inputs: { 'agent-name': 'voice', image },
    },
    { name: 'no other agent if the set to prune is new', inputs: pruning, isNew: true },
  ])('$name', async ({ inputs, isNew = false }) => {
    if (!isNew) stage.emulator.seed.secretSet({ name: 'keys', values: { A: 'value-a' } });
    stage.emulator.seed.agent({ name: 'sales', image, secretSet: 'keys' });
    expect(await stage.release({ ...keys, ...inputs })).toMatchObject({ succeeded: true });
    expect(agentReads('agent-name' in inputs ? inputs['agent-name'] : undefined)).toEqual([]);
  });

  test('every agent of the region if it prunes an existing secret set', async () => {
    stage.emulator.seed.secretSet({ name: 'keys', values: { A: 'value-a', OLD: 'old' } });
    stage.emulator.seed.agent({ name: 'sales', image });
    expect(await stage.release({ ...keys, ...pruning })).toMatchObject({ succeeded: true });
    expect(agentReads('voice')).toEqual(['/v1/agents', '/v1/agents/sales']);
  });
});
