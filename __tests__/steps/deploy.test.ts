import { beforeEach, describe, expect, test } from '@jest/globals';
import { credentials, stageForEachTest, writes } from '../support/release-run.js';

const stage = stageForEachTest();

const image = 'ghcr.io/acme/voice:1.0.0';
const voice = { 'agent-name': 'voice', image };

/** The body of the last request other than a GET. */
function lastWrite(): unknown {
  return stage.emulator.requests.findLast(({ method }) => method !== 'GET')?.body;
}

describe.each(Object.entries(credentials))('with %s, a release', (_, credential) => {
  test('sends every setting that is given', async () => {
    const { succeeded, actions } = await stage.release({
      ...credential,
      ...voice,
      region: 'us-east',
      'min-agents': '2',
      'max-agents': '7',
      'agent-profile': 'agent-2x',
      architecture: 'amd64',
      'max-session-duration': '3600',
      'krisp-viva-audio-filter': 'tel',
      'websocket-auth': 'token',
      'enable-managed-keys': 'true',
    });
    expect(actions.errors).toEqual([]);
    expect(succeeded).toBe(true);
    expect(lastWrite()).toEqual({
      serviceName: 'voice',
      region: 'us-east',
      image,
      autoScaling: { minAgents: 2, maxAgents: 7 },
      agentProfile: 'agent-2x',
      architecture: 'amd64',
      maxSessionDuration: 3600,
      krispViva: { audioFilter: 'tel' },
      websocketAuth: 'token',
      enableIntegratedKeysProxy: true,
    });
  });

  test('sends only the given settings in an update', async () => {
    stage.emulator.seed.agent({ name: 'voice', image, minAgents: 3, maxAgents: 9 });
    await stage.release({ ...credential, ...voice, image: 'ghcr.io/acme/voice:1.0.1' });
    expect(lastWrite()).toEqual({
      ...('pat' in credential ? { serviceName: 'voice' } : {}),
      image: 'ghcr.io/acme/voice:1.0.1',
    });
    expect(stage.emulator.state.agent('voice')).toMatchObject({ minAgents: 3, maxAgents: 9 });
  });

  test('sends both bounds of the scaling if one of them is given', async () => {
    stage.emulator.seed.agent({ name: 'voice', image, minAgents: 3, maxAgents: 9 });
    const { agents } = await stage.release({
      ...credential,
      'agent-name': 'voice',
      'min-agents': '5',
    });
    expect(stage.emulator.state.agent('voice')).toMatchObject({ minAgents: 5, maxAgents: 9 });
    expect(agents).toMatchObject([{ outcome: 'updated', ready: true }]);
  });

  test('deploys a cloud build and sets its outputs', async () => {
    const { id } = stage.emulator.seed.build({ status: 'success' });
    const { succeeded, actions } = await stage.release({
      ...credential,
      'agent-name': 'voice',
      'build-id': id,
    });
    expect(succeeded).toBe(true);
    expect(actions.outputs['build-id']).toBe(id);
    expect(actions.summary).toContain(`build \`${id}\``);
  });
});

describe('a release with `force-redeploy`', () => {
  const rotation = {
    ...credentials['API key'],
    ...voice,
    'secret-set': 'keys',
    secrets: 'A=newer-a',
  };

  beforeEach(() => {
    stage.emulator.seed.secretSet({ name: 'keys', values: { A: 'value-a' } });
    stage.emulator.seed.agent({ name: 'voice', image, secretSet: 'keys' });
  });

  test('omitted makes a new deployment if it wrote values of secrets', async () => {
    const { agents } = await stage.release(rotation);
    expect(agents).toMatchObject([{ outcome: 'updated' }]);
    expect(stage.emulator.state.serving('voice')?.secretValues).toEqual({ A: 'newer-a' });
  });

  test('omitted makes no new deployment for new image credentials', async () => {
    stage.emulator.seed.imagePullSecret({ name: 'registry' });
    stage.emulator.seed.agent({ name: 'sales', image, imagePullSecretSet: 'registry' });
    const { agents } = await stage.release({
      ...credentials['API key'],
      'agent-name': 'sales',
      'image-credentials': 'registry',
      registry: 'ghcr.io',
      'registry-username': 'acme',
      'registry-password': 'token-that-lasts',
    });
    expect(agents).toMatchObject([{ outcome: 'unchanged', ready: true }]);
  });

  test('set to `true` makes a new deployment even if nothing differs', async () => {
    const before = stage.emulator.state.serving('voice')?.id;
    const { agents } = await stage.release({
      ...credentials['API key'],
      'agent-name': 'voice',
      'force-redeploy': 'true',
    });
    expect(agents).toMatchObject([{ outcome: 'updated' }]);
    expect(stage.emulator.state.serving('voice')?.id).not.toBe(before);
  });

  test('set to `false` warns that running agents keep the old values', async () => {
    const { actions, agents } = await stage.release({ ...rotation, 'force-redeploy': 'false' });
    expect(agents).toMatchObject([{ outcome: 'unchanged' }]);
    expect(actions.warnings).toContainEqual(
      expect.stringContaining('`voice` keeps the old values until the next deployment'),
    );
    expect(stage.emulator.state.serving('voice')?.secretValues).toEqual({ A: 'value-a' });
  });
});

describe('a release does not warn about old secret values if', () => {
  const warning = expect.stringContaining('old values stay');
  const rotation = { 'secret-set': 'keys', secrets: 'A=newer-a' };

  beforeEach(() => {
    stage.emulator.seed.secretSet({ name: 'keys', values: { A: 'value-a' } });
    stage.emulator.seed.agent({ name: 'voice', image, secretSet: 'keys' });
  });

  test.each([
    {
      name: 'it wrote none',
      inputs: { 'force-redeploy': 'false' },
    },
    {
      name: 'a new deployment follows anyway',
      inputs: { ...rotation, image: 'ghcr.io/acme/voice:1.0.1', 'force-redeploy': 'false' },
    },
    {
      name: 'the platform did not make the requested deployment',
      inputs: rotation,
      arrange: () => {
        const desiredDeploymentId = stage.emulator.state.serving('voice')?.id;
        stage.emulator.script.fault(
          { method: 'POST', path: '/v1/agents/voice' },
          { kind: 'status', status: 200, body: { name: 'voice', desiredDeploymentId } },
        );
      },
    },
  ])('$name', async ({ inputs, arrange }) => {
    arrange?.();
    const { succeeded, actions } = await stage.release({
      ...credentials['API key'],
      ...voice,
      ...inputs,
    });
    expect(succeeded).toBe(true);
    expect(actions.warnings).not.toContainEqual(warning);
  });
});

describe('the advice on when to revoke old secret values', () => {
  beforeEach(() => {
    stage.emulator.seed.secretSet({ name: 'keys', values: { A: 'value-a' } });
    stage.emulator.seed.agent({ name: 'voice', image, secretSet: 'keys', maxSessionDuration: 900 });
  });

  test('uses the session limit of the agent', async () => {
    const { actions } = await stage.release({
      ...credentials['API key'],
      'agent-name': 'voice',
      'secret-set': 'keys',
      secrets: 'A=newer-a',
    });
    expect(actions.summary).toContain('wait 15 min (the session limit)');
  });

  test('uses the default session limit if neither the agent nor an input sets one', async () => {
    stage.emulator.seed.agent({ name: 'voice', image, secretSet: 'keys' });
    const { actions } = await stage.release({
      ...credentials['API key'],
      'agent-name': 'voice',
      'secret-set': 'keys',
      secrets: 'A=newer-a',
    });
    expect(actions.summary).toContain('wait 2 h (the session limit)');
  });

  test('is also given if a secret set replaces another one', async () => {
    stage.emulator.seed.secretSet({ name: 'other-keys', values: { A: 'other-a' } });
    const { actions } = await stage.release({
      ...credentials['API key'],
      'agent-name': 'voice',
      'secret-set': 'other-keys',
    });
    expect(actions.summary).toContain('wait 15 min (the session limit)');
  });

  test.each([
    {
      name: 'only the image changes',
      inputs: { 'agent-name': 'voice', image: 'ghcr.io/acme/voice:1.0.1' },
    },
    {
      name: 'the agent is new',
      inputs: { 'agent-name': 'sales', image, 'secret-set': 'keys', secrets: 'A=newer-a' },
    },
  ])('is omitted if $name', async ({ inputs }) => {
    const { succeeded, actions } = await stage.release({ ...credentials['API key'], ...inputs });
    expect(succeeded).toBe(true);
    expect(actions.summary).not.toContain('Sessions that are running');
  });

  test('is omitted if no new deployment replaces the old one', async () => {
    const { actions } = await stage.release({
      ...credentials['API key'],
      'agent-name': 'voice',
      'secret-set': 'keys',
      secrets: 'A=newer-a',
      'max-agents': '7',
      'force-redeploy': 'false',
    });
    expect(actions.summary).not.toContain('Sessions that are running');
  });
});

test('waits for a secret set that the agent already binds if the platform refuses the deploy', async () => {
  stage.emulator.seed.secretSet({ name: 'keys', values: { A: 'value-a' } });
  stage.emulator.seed.agent({ name: 'voice', image, secretSet: 'keys' });
  stage.emulator.script.before({ method: 'POST', path: '/v1/agents/voice' }, () => {
    stage.emulator.seed.secretSet({ name: 'keys', status: 'failed', errorMessage: 'Gone wrong' });
  });
  const { actions } = await stage.release({
    ...credentials['API key'],
    'agent-name': 'voice',
    image: 'ghcr.io/acme/voice:1.0.1',
  });
  expect(actions.errors[0]?.title).toBe('A secret set could not be provisioned');
  expect(actions.errors[0]?.message).toContain('Secret set: keys');
});

test('reports a tag that is already deployed as unchanged, and says what to do', async () => {
  const { deploymentId } = stage.emulator.seed.agent({ name: 'voice', image });
  const { agents, actions } = await stage.release({ ...credentials['API key'], ...voice });
  expect(agents).toEqual([
    {
      name: 'voice',
      region: 'us-west',
      outcome: 'unchanged',
      deploymentId,
      ready: true,
      image,
      smokeTest: null,
      sessionsOnOlder: null,
      previous: { image, buildId: null, deploymentId },
    },
  ]);
  expect(actions.warnings).toContainEqual(expect.stringContaining('compares only the tag'));
  expect(actions.warnings).toContainEqual(expect.stringContaining('@sha256:'));
  expect(actions.warnings).toContainEqual(
    expect.stringContaining('The platform warns about `voice`'),
  );
  expect(actions.log).toContain(
    `info: Agent voice in us-west keeps its deployment ${deploymentId}.`,
  );
});

test('reports a digest that is already deployed as unchanged, without a warning', async () => {
  const byDigest = `ghcr.io/acme/voice@sha256:${'a'.repeat(64)}`;
  stage.emulator.seed.agent({ name: 'voice', image: byDigest });
  const { actions } = await stage.release({
    ...credentials['API key'],
    ...voice,
    image: byDigest,
  });
  expect(actions.summary).toContain(
    `\`${byDigest}\` is already deployed, so there is no new deployment of \`voice\`.`,
  );
  expect(actions.warnings).not.toContainEqual(expect.stringContaining('compares only the tag'));
});

test.each([
  { name: 'a new agent', exists: false },
  { name: 'an existing agent', exists: true },
])('logs the new deployment of $name', async ({ exists }) => {
  if (exists) stage.emulator.seed.agent({ name: 'voice', image: 'ghcr.io/acme/voice:0.9.0' });
  const { actions } = await stage.release({ ...credentials['API key'], ...voice });
  const id = stage.emulator.state.agent('voice')?.desiredDeploymentId ?? '';
  expect(actions.log).toContain(`info: Started deployment ${id} of agent voice in us-west.`);
});

describe('a deploy that the platform refuses because a secret set is not ready', () => {
  test('waits for the secret set again, and deploys', async () => {
    stage.emulator.script.before({ method: 'POST', path: '/v1/agents' }, () => {
      stage.emulator.seed.secretSet({
        name: 'keys',
        values: { A: 'value-of-another-pipeline' },
        status: 'pending',
        readyAfter: 6000,
      });
    });
    const { succeeded, actions } = await stage.release({
      ...credentials['API key'],
      ...voice,
      'secret-set': 'keys',
      secrets: 'A=value-a',
    });
    expect(actions.errors).toEqual([]);
    expect(succeeded).toBe(true);
    expect(actions.notices).toContainEqual(
      expect.stringContaining('The platform refused to deploy `voice` (409)'),
    );
    expect(stage.emulator.state.serving('voice')).toMatchObject({ secretSet: 'keys' });
  });

  test('gives up after `secrets-timeout`', async () => {
    stage.emulator.script.fault(
      { method: 'POST', path: '/v1/agents' },
      { kind: 'status', status: 409, body: { error: 'Set is not ready', code: 'CONFLICT' } },
      { times: 1000 },
    );
    const startedAt = stage.clock.now();
    const { succeeded, actions, agents } = await stage.release({
      ...credentials['API key'],
      ...voice,
      'secret-set': 'keys',
      secrets: 'A=value-a',
      'secrets-timeout': '60',
    });
    expect(succeeded).toBe(false);
    expect(stage.clock.now() - startedAt).toBeLessThan(62_000);
    expect(writes(stage.emulator).length).toBeLessThan(20);
    // The annotation appears once, the line in the log each time.
    const refused = 'The platform refused to deploy `voice` (409)';
    expect(actions.notices.filter((one) => one.startsWith(refused))).toHaveLength(1);
    const logged = actions.log.filter((line) => line.includes(refused));
    expect(logged.length).toBeGreaterThan(2);
    expect(agents).toMatchObject([{ outcome: 'failed', deploymentId: null }]);
    expect(actions.errors[0]?.title).toContain('a secret set is not ready');
  });

  test('fails at once if the secret set has failed', async () => {
    stage.emulator.script.before({ method: 'POST', path: '/v1/agents' }, () => {
      stage.emulator.seed.secretSet({ name: 'keys', status: 'failed', errorMessage: 'Gone wrong' });
    });
    const { actions } = await stage.release({
      ...credentials['API key'],
      ...voice,
      'secret-set': 'keys',
      secrets: 'A=value-a',
    });
    expect(actions.errors[0]?.title).toBe('A secret set could not be provisioned');
    expect(actions.errors[0]?.message).toContain('Gone wrong');
  });
});

describe('an agent that exists although the release did not find it', () => {
  test('is updated', async () => {
    stage.emulator.script.before({ method: 'POST', path: '/v1/agents' }, () => {
      stage.emulator.seed.agent({ name: 'voice', image: 'ghcr.io/acme/voice:0.9.0' });
    });
    const { succeeded, agents, actions } = await stage.release({
      ...credentials['API key'],
      ...voice,
    });
    expect(succeeded).toBe(true);
    expect(agents).toMatchObject([{ outcome: 'updated' }]);
    expect(actions.log).toContain(
      'info: Somebody else created the agent voice. Updating it instead.',
    );
    expect(stage.emulator.state.serving('voice')).toMatchObject({ image });
  });

  test('is reported as an error if this credential cannot see it', async () => {
    stage.emulator.seed.agent({ name: 'voice', organization: 'globex' });
    const { succeeded, actions } = await stage.release({ ...credentials['API key'], ...voice });
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.title).toBe('The name of the agent is already taken');
  });
});

describe('the answer to a deploy that names no deployment', () => {
  const answer = {
    kind: 'status',
    status: 200,
    body: { name: 'voice', region: 'us-west' },
  } as const;

  test('is completed by reading the agent', async () => {
    stage.emulator.script.fault({ method: 'POST' }, { ...answer, carryOut: true });
    const { succeeded, agents } = await stage.release({ ...credentials['API key'], ...voice });
    expect(succeeded).toBe(true);
    expect(agents).toMatchObject([
      { deploymentId: stage.emulator.state.agent('voice')?.desiredDeploymentId, ready: true },
    ]);
  });

  test.each([
    { name: 'names no deployment either', read: answer },
    {
      name: 'is a 404',
      read: { ...answer, status: 404, body: { error: 'Not found', code: 'NOT_FOUND' } } as const,
    },
  ])('fails the release if the answer to reading the agent $name', async ({ read }) => {
    stage.emulator.seed.agent({ name: 'voice', image: 'ghcr.io/acme/voice:0.9.0' });
    stage.emulator.script.fault({ method: 'POST' }, answer);
    stage.emulator.script.after({ method: 'POST' }, () => {
      stage.emulator.script.fault({ method: 'GET', path: '/v1/agents/voice' }, read);
    });
    const { succeeded, agents, actions } = await stage.release({
      ...credentials['API key'],
      ...voice,
    });
    expect(succeeded).toBe(false);
    expect(agents).toMatchObject([{ outcome: 'failed', deploymentId: null }]);
    expect(actions.errors[0]?.title).toBe('The platform did not name the new deployment');
  });
});

describe('a lost answer', () => {
  const lost = [
    { name: 'connection reset', fault: { kind: 'reset', carryOut: true } },
    { name: 'connection cut off', fault: { kind: 'cut-off', carryOut: true } },
    { name: 'gateway error', fault: { kind: 'status', status: 502, carryOut: true } },
    { name: 'no answer', fault: { kind: 'hang', carryOut: true } },
  ] as const;

  test.each(lost)(
    'to a create makes the release look for the agent instead of creating it again ($name)',
    async ({ fault }) => {
      stage.emulator.script.fault({ method: 'POST', path: '/v1/agents' }, fault);
      const { succeeded, agents } = await stage.release({ ...credentials['API key'], ...voice });
      expect(succeeded).toBe(true);
      expect(writes(stage.emulator)).toEqual(['POST /v1/agents']);
      expect(agents).toMatchObject([{ outcome: 'created', ready: true }]);
      expect(stage.emulator.state.agent('voice')?.deployments).toHaveLength(1);
    },
  );

  test.each(lost)('to a forced update leads to no second deployment ($name)', async ({ fault }) => {
    stage.emulator.seed.agent({ name: 'voice', image });
    stage.emulator.script.fault({ method: 'POST', path: '/v1/agents/voice' }, fault);
    const { succeeded, agents } = await stage.release({
      ...credentials['API key'],
      'agent-name': 'voice',
      'force-redeploy': 'true',
    });
    expect(succeeded).toBe(true);
    expect(agents).toMatchObject([{ outcome: 'updated', ready: true }]);
    expect(stage.emulator.state.agent('voice')?.deployments).toHaveLength(2);
  });

  test('to a create that was not carried out makes the release create the agent again', async () => {
    stage.emulator.script.fault({ method: 'POST', path: '/v1/agents' }, { kind: 'reset' });
    const { succeeded } = await stage.release({ ...credentials['API key'], ...voice });
    expect(succeeded).toBe(true);
    expect(writes(stage.emulator)).toEqual(['POST /v1/agents', 'POST /v1/agents']);
  });
});
