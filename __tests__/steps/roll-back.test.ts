import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CancelledError } from '../../src/time/cancellation.js';
import { GitHubServer, tokens } from '../support/github-server.js';
import {
  credentials,
  stageForEachTest,
  writes,
  type ReleaseOptions,
  type ReleaseOutcome,
} from '../support/release-run.js';

const older = 'ghcr.io/acme/voice:1.0.0';
const newer = 'ghcr.io/acme/voice:2.0.0';

const stage = stageForEachTest({ deploymentDelay: 100, secretSetDelay: 100 });

const both = { 'agent-name': 'voice-{region}', region: 'us-west, eu-central', image: newer };
const one = { 'agent-name': 'voice', image: newer };

function release(
  inputs: Readonly<Record<string, string>>,
  options: ReleaseOptions = {},
): Promise<ReleaseOutcome> {
  return stage.release({ ...credentials['API key'], 'on-failure': 'rollback', ...inputs }, options);
}

function seedBoth(): void {
  for (const region of ['us-west', 'eu-central'])
    stage.emulator.seed.agent({ name: `voice-${region}`, region, image: older });
}

const crash = (agent: string): void => {
  stage.emulator.script.deployment(agent, { outcome: 'crash-loop' });
};

const imagesOf = (agent: string): (string | undefined)[] =>
  stage.emulator.state.agent(agent)?.deployments.map(({ image }) => image) ?? [];

describe('a release that fails in one region with `on-failure: rollback`', () => {
  test('rolls back every region, including those that were ready', async () => {
    seedBoth();
    crash('voice-eu-central');
    const { succeeded, agents, actions } = await release(both);
    expect(succeeded).toBe(false);
    for (const region of ['us-west', 'eu-central']) {
      const agent = stage.emulator.state.agent(`voice-${region}`);
      expect(imagesOf(`voice-${region}`)).toEqual([older, newer, older]);
      expect(agent).toMatchObject({ image: older, ready: true });
      expect(agents).toContainEqual({
        name: `voice-${region}`,
        region,
        outcome: 'rolled-back',
        deploymentId: agent?.desiredDeploymentId,
        ready: true,
        image: older,
        smokeTest: null,
        sessionsOnOlder: null,
        previous: { image: older, buildId: null, deploymentId: agent?.deployments[0]?.id },
      });
    }
    expect(stage.emulator.state.agent('voice-us-west')?.deployments.at(-1)?.forced).toBe(false);
    expect(actions.errors).toHaveLength(1);
    expect(actions.errors[0]?.title).toBe('Rolled back: The deployment failed');
    expect(actions.errors[0]?.message).toContain('CrashLoopBackOff');
    expect(actions.errors[0]?.message).toContain(`Serving now: \`${older}\`, as before.`);
    expect(actions.summary).toMatch(
      /^## ↩️ Rolled back: `voice-us-west` in `us-west`, `voice-eu-central` in `eu-central`$/m,
    );
    expect(actions.summary).toContain(`**Serving now:** \`${older}\`, as before.`);
    expect(actions.summary).toContain('| Roll back | ✅ done |');
    expect(actions.summary).toContain('roll back voice-us-west');
    expect(actions.log).toContain('group: Roll back');
    expect(actions.warnings).toEqual([]);
  });

  test('rolls back the earlier regions of a sequential rollout', async () => {
    seedBoth();
    crash('voice-eu-central');
    const { agents } = await release({ ...both, rollout: 'sequential' });
    expect(agents.map(({ outcome }) => outcome)).toEqual(['rolled-back', 'rolled-back']);
    expect(imagesOf('voice-us-west')).toEqual([older, newer, older]);
  });

  test('does not change the later regions of a sequential rollout', async () => {
    seedBoth();
    crash('voice-us-west');
    const { agents, actions } = await release({ ...both, rollout: 'sequential' });
    expect(agents.map(({ outcome }) => outcome)).toEqual(['rolled-back', 'skipped']);
    expect(imagesOf('voice-eu-central')).toEqual([older]);
    expect(actions.summary).toContain('## ↩️ Rolled back: `voice-us-west` in `us-west`');
  });

  test('rolls back after a rejected deploy', async () => {
    seedBoth();
    stage.emulator.script.fault(
      { method: 'POST', path: '/v1/agents/voice-eu-central' },
      { kind: 'status', status: 400, body: { error: 'No.', code: '400' } },
    );
    const { agents, actions } = await release(both);
    expect(agents.map(({ outcome }) => outcome)).toEqual(['rolled-back', 'failed']);
    expect(imagesOf('voice-us-west')).toEqual([older, newer, older]);
    expect(imagesOf('voice-eu-central')).toEqual([older]);
    expect(actions.errors[0]?.title).toBe('Rolled back: The platform rejected a request');
  });

  test('rolls back after `wait-timeout`', async () => {
    stage.emulator.seed.agent({ name: 'voice', image: older });
    stage.emulator.script.deployment('voice', { outcome: 'stuck' });
    const { agents } = await release({ ...one, 'wait-timeout': '30' });
    expect(agents).toMatchObject([{ outcome: 'rolled-back', ready: true }]);
    expect(imagesOf('voice')).toEqual([older, newer, older]);
  });

  test('rolls back if the answer to the deploy was lost and the agent shows the deployment', async () => {
    seedBoth();
    crash('voice-us-west');
    stage.emulator.script.fault(
      { method: 'POST', path: '/v1/agents/voice-eu-central' },
      { kind: 'reset', carryOut: true },
    );
    const { agents } = await release(both);
    expect(agents.map(({ outcome }) => outcome)).toEqual(['rolled-back', 'rolled-back']);
  });

  test.each(['API key', 'token'] as const)('rolls back with the credential: %s', async (kind) => {
    stage.emulator.seed.agent({ name: 'voice', image: older, organization: 'acme' });
    crash('voice');
    const { agents } = await stage.release({
      ...credentials[kind],
      ...one,
      'on-failure': 'rollback',
    });
    expect(agents).toMatchObject([{ outcome: 'rolled-back' }]);
  });
});

describe('a rollback restores', () => {
  test('every setting that the release changed, and nothing else', async () => {
    stage.emulator.seed.secretSet({ name: 'old-keys', values: { A: 'old-value' } });
    stage.emulator.seed.secretSet({ name: 'new-keys', values: { A: 'new-value' } });
    stage.emulator.seed.agent({
      name: 'voice',
      image: older,
      secretSet: 'old-keys',
      minAgents: 1,
      maxAgents: 5,
      agentProfile: 'agent-1x',
      maxSessionDuration: 3600,
    });
    crash('voice');
    const { agents } = await release({
      ...one,
      'secret-set': 'new-keys',
      'max-agents': '9',
      'agent-profile': 'agent-2x',
      'max-session-duration': '600',
    });
    expect(agents).toMatchObject([{ outcome: 'rolled-back' }]);
    expect(stage.emulator.state.agent('voice')).toMatchObject({
      image: older,
      secretSet: 'old-keys',
      minAgents: 1,
      maxAgents: 5,
      agentProfile: 'agent-1x',
      maxSessionDuration: 3600,
    });
    const body = stage.emulator.requests.findLast(({ method }) => method === 'POST')?.body;
    expect(body).toEqual({
      image: older,
      secretSet: 'old-keys',
      autoScaling: { minAgents: 1, maxAgents: 5 },
      agentProfile: 'agent-1x',
      maxSessionDuration: 3600,
      forceRedeploy: true,
    });
  });

  test('a versioned secret set completely, without a warning', async () => {
    const keys = { 'secret-set': 'keys-{version}', secrets: 'A=value-1' };
    await release({ ...one, image: older, ...keys });
    const before = stage.emulator.state.agent('voice')?.secretSet;
    crash('voice');
    const { agents, actions } = await release({ ...one, ...keys, secrets: 'A=value-2' });
    expect(agents).toMatchObject([{ outcome: 'rolled-back' }]);
    const agent = stage.emulator.state.agent('voice');
    expect(agent?.secretSet).toBe(before);
    expect(agent?.deployments.at(-1)?.secretValues).toEqual({ A: 'value-1' });
    expect(actions.warnings).toEqual([]);
  });

  test('the previous cloud build', async () => {
    stage.emulator.seed.build({ id: 'build-1', region: 'us-west' });
    stage.emulator.seed.agent({ name: 'voice', buildId: 'build-1' });
    crash('voice');
    const { agents } = await release(one);
    expect(agents).toMatchObject([
      { outcome: 'rolled-back', previous: { image: null, buildId: 'build-1' } },
    ]);
    expect(stage.emulator.state.agent('voice')).toMatchObject({
      buildId: 'build-1',
      image: undefined,
    });
  });
});

describe('before its first write and at the end, a release warns that a rollback cannot restore', () => {
  const plain = { ...one, 'secret-set': 'keys', secrets: 'A=new\nB=new' };

  test('changed values and added keys of a secret set without versions', async () => {
    stage.emulator.seed.secretSet({ name: 'keys', values: { A: 'old' } });
    stage.emulator.seed.agent({ name: 'voice', image: older, secretSet: 'keys' });
    crash('voice');
    let writesBefore: string[] = [];
    stage.emulator.script.before({ method: 'PUT' }, () => {
      writesBefore = writes(stage.emulator);
    });
    const { actions, agents } = await release(plain);
    expect(agents).toMatchObject([{ outcome: 'rolled-back' }]);
    const expected = '`keys` keeps its new values; they are not restored.';
    expect(actions.warnings).toEqual([
      `A rollback would not restore everything. ${expected} Added keys stay.`,
    ]);
    expect(writesBefore.length).toBeLessThanOrEqual(1);
    const lines = actions.log;
    expect(lines.findIndex((line) => line.includes(expected))).toBeLessThan(
      lines.findIndex((line) => line.includes('PUT /v1/secrets/keys')),
    );
    expect(actions.errors[0]?.message).toContain(expected);
    expect(actions.summary).toContain(`as before. ${expected}`);
    expect(stage.emulator.state.secretSet('keys')?.values).toEqual({ A: 'new', B: 'new' });
  });

  test('an agent without a secret set, because a set cannot be unbound', async () => {
    stage.emulator.seed.agent({ name: 'voice', image: older });
    crash('voice');
    const { actions, agents } = await release(plain);
    expect(agents).toMatchObject([{ outcome: 'rolled-back' }]);
    const expected =
      '`secret-set` of `voice` stays `keys`, because it was not set before and cannot be unset.';
    expect(actions.warnings[0]).toContain(expected);
    expect(actions.errors[0]?.message).toContain(expected);
    expect(stage.emulator.state.agent('voice')).toMatchObject({ image: older, secretSet: 'keys' });
  });

  test('an agent that the release creates, which stays and is not reported as rolled back', async () => {
    crash('voice');
    const { actions, agents } = await release(one);
    expect(agents).toMatchObject([{ outcome: 'failed', previous: null }]);
    expect(actions.warnings).toEqual([
      'A rollback would not restore everything. `voice` stays, because it is new.',
    ]);
    expect(actions.summary).not.toContain('Rolled back');
    expect(imagesOf('voice')).toEqual([newer]);
  });

  test('a created agent, which stays if it is ready while the other region is rolled back', async () => {
    stage.emulator.seed.agent({ name: 'voice-us-west', region: 'us-west', image: older });
    crash('voice-us-west');
    const { agents } = await release(both);
    expect(agents.map(({ outcome }) => outcome)).toEqual(['rolled-back', 'created']);
  });

  test('anything only if `on-failure: rollback` is set and something cannot be restored', async () => {
    stage.emulator.seed.secretSet({ name: 'keys', values: { A: 'old' } });
    stage.emulator.seed.agent({ name: 'voice', image: older, secretSet: 'keys' });
    expect((await release({ ...plain, 'on-failure': 'keep' })).actions.warnings).toEqual([]);
    expect((await release({ ...one, image: 'ghcr.io/acme/voice:3' })).actions.warnings).toEqual([]);
  });
});

describe('a release rolls nothing back', () => {
  test('with `on-failure: keep`, which is the default', async () => {
    seedBoth();
    crash('voice-eu-central');
    const { agents, actions } = await stage.release({ ...credentials['API key'], ...both });
    expect(agents.map(({ outcome }) => outcome)).toEqual(['updated', 'failed']);
    expect(actions.log).not.toContain('group: Roll back');
  });

  test('if it fails before the first deploy', async () => {
    stage.emulator.seed.agent({ name: 'voice', image: older });
    stage.emulator.script.provisioning('keys', { outcome: 'failed' });
    const { agents, actions } = await release({ ...one, 'secret-set': 'keys', secrets: 'A=a' });
    expect(agents).toMatchObject([{ outcome: 'skipped' }]);
    expect(imagesOf('voice')).toEqual([older]);
    expect(actions.summary).not.toContain('olled back');
  });

  test('of an agent that another release has replaced', async () => {
    stage.emulator.seed.agent({ name: 'voice', image: older });
    stage.emulator.script.after({ method: 'POST', path: '/v1/agents/voice' }, () => {
      stage.emulator.script.supersede('voice');
    });
    const { agents, actions } = await release(one);
    expect(agents).toMatchObject([{ outcome: 'superseded' }]);
    expect(imagesOf('voice')).toHaveLength(3);
    expect(actions.log).not.toContain('group: Roll back');
  });

  test('of an agent that another release replaces before the rollback', async () => {
    seedBoth();
    crash('voice-eu-central');
    let reads = 0;
    const supersede = (): void => {
      // The first status check is part of the preflight, the second part of the deploy.
      reads++;
      const agent = stage.emulator.state.agent('voice-us-west');
      if (agent?.image === newer && agent.ready && agent.deployments.length === 2)
        stage.emulator.script.supersede('voice-us-west');
      stage.emulator.script.before({ method: 'GET', path: '/v1/agents/voice-us-west' }, supersede);
    };
    stage.emulator.script.after({ method: 'GET', path: '/v1/agents/voice-us-west' }, supersede);
    const { agents } = await release(both);
    expect(reads).toBeGreaterThan(2);
    expect(agents.map(({ outcome }) => outcome)).toEqual(['superseded', 'rolled-back']);
    expect(imagesOf('voice-us-west')).toHaveLength(3);
  });

  test('of an agent that another release deployed while the answer to the deploy was lost', async () => {
    seedBoth();
    crash('voice-us-west');
    const deploy = { method: 'POST', path: '/v1/agents/voice-eu-central' };
    stage.emulator.script.before(deploy, () => {
      stage.emulator.script.supersede('voice-eu-central');
    });
    stage.emulator.script.fault(deploy, { kind: 'reset' }, { times: 20 });
    const { agents } = await release(both);
    expect(agents.map(({ outcome }) => outcome)).toEqual(['rolled-back', 'superseded']);
    expect(imagesOf('voice-eu-central')).toHaveLength(2);
  });

  test('of an agent that it left unchanged', async () => {
    stage.emulator.seed.agent({ name: 'voice-us-west', region: 'us-west', image: newer });
    stage.emulator.seed.agent({ name: 'voice-eu-central', region: 'eu-central', image: older });
    crash('voice-eu-central');
    const { agents } = await release(both);
    expect(agents.map(({ outcome }) => outcome)).toEqual(['unchanged', 'rolled-back']);
    expect(imagesOf('voice-us-west')).toEqual([newer]);
  });

  test('after a failed pruning', async () => {
    stage.emulator.seed.secretSet({ name: 'keys', values: { A: 'old', OLD: 'old' } });
    stage.emulator.seed.agent({ name: 'voice', image: older, secretSet: 'keys' });
    stage.emulator.script.fault({ method: 'DELETE' }, { kind: 'status', status: 403 });
    const { succeeded, agents } = await release({
      ...one,
      'secret-set': 'keys',
      secrets: 'A=new',
      'prune-secrets': 'true',
    });
    expect(succeeded).toBe(false);
    expect(agents).toMatchObject([{ outcome: 'updated', ready: true }]);
    expect(imagesOf('voice')).toEqual([older, newer]);
  });

  test('after a cancellation', async () => {
    stage.emulator.seed.agent({ name: 'voice', image: older });
    const cancellation = new AbortController();
    stage.emulator.script.after({ method: 'POST' }, () => {
      cancellation.abort(new CancelledError('SIGINT'));
    });
    const { agents } = await release(one, { cancellation: cancellation.signal });
    expect(agents).not.toMatchObject([{ outcome: 'rolled-back' }]);
    expect(imagesOf('voice')).toEqual([older, newer]);
  });
});

describe('a rollback that fails', () => {
  test('has the outcome `failed`, and is reported together with the failure before it', async () => {
    seedBoth();
    crash('voice-eu-central');
    stage.emulator.script.after({ method: 'POST', path: '/v1/agents/voice-us-west' }, () => {
      stage.emulator.script.fault(
        { method: 'POST', path: '/v1/agents/voice-us-west' },
        { kind: 'status', status: 400, body: { error: 'Not today.', code: '400' } },
      );
    });
    const { agents, actions } = await release(both);
    expect(agents.map(({ outcome }) => outcome)).toEqual(['failed', 'rolled-back']);
    expect(actions.errors).toHaveLength(1);
    expect(actions.errors[0]?.title).toMatch(/^Not rolled back everywhere: /);
    expect(actions.errors[0]?.message).toMatch(
      /The deployment failed\.[^]*The rollback failed\.[^]*Not today\./,
    );
    expect(actions.summary).toContain(
      '## ❌ Not rolled back everywhere: `voice-us-west` in `us-west`',
    );
    expect(actions.summary).toContain('**Not rolled back:** `voice-us-west` in `us-west`.');
  });

  test('because its deployment does not become ready is reported with both failures', async () => {
    stage.emulator.seed.agent({ name: 'voice', image: older });
    crash('voice');
    stage.emulator.script.deployment('voice', { outcome: 'image-pull' });
    const { agents, actions } = await release({ ...one, 'wait-timeout': '90' });
    expect(agents).toMatchObject([{ outcome: 'failed', ready: false }]);
    expect(agents[0]?.['deploymentId']).toBe(
      stage.emulator.state.agent('voice')?.desiredDeploymentId,
    );
    expect(actions.errors[0]?.message).toContain('CrashLoopBackOff');
    expect(actions.errors[0]?.message).toContain('The rollback failed.');
  });
});

describe('a rollback that waits for a secret set', () => {
  const setOfAnotherPipeline = (
    status: 'failed' | 'pending',
    then = (): void => undefined,
  ): void => {
    stage.emulator.seed.agent({ name: 'voice', image: older });
    crash('voice');
    stage.emulator.script.after({ method: 'POST', path: '/v1/agents/voice' }, () => {
      stage.emulator.seed.secretSet({
        name: 'keys',
        status,
        ...(status === 'failed' ? { errorMessage: 'Gone wrong' } : { readyAfter: 600_000 }),
      });
      then();
    });
  };
  const withSet = { ...one, 'secret-set': 'keys', secrets: 'A=value-a' };

  test('says what failed if the platform cannot provision the set', async () => {
    setOfAnotherPipeline('failed');
    const { agents, actions } = await release(withSet);
    expect(agents).toMatchObject([{ outcome: 'failed' }]);
    expect(actions.errors[0]?.message).toContain('The rollback failed.');
    expect(actions.errors[0]?.message).toContain('A secret set could not be provisioned');
    expect(actions.errors[0]?.message).toContain('Gone wrong');
    expect(actions.errors[0]?.message).not.toContain('The action itself failed');
  });

  test('is not reported as failed if the run is cancelled', async () => {
    const cancellation = new AbortController();
    setOfAnotherPipeline('pending', () => {
      stage.emulator.script.before({ method: 'GET', path: '/v1/secrets/keys' }, () => {
        cancellation.abort(new CancelledError('SIGTERM'));
      });
    });
    const { actions } = await release(withSet, { cancellation: cancellation.signal });
    expect(actions.errors[0]?.message).toContain('The run was cancelled');
    expect(actions.errors[0]?.message).not.toContain('The action itself failed');
    expect(actions.errors[0]?.message).not.toContain('The rollback failed');
  });
});

describe('a rollback that is cancelled', () => {
  test('starts nothing new, and the report says which agents were rolled back and which were not', async () => {
    seedBoth();
    crash('voice-eu-central');
    const cancellation = new AbortController();
    stage.emulator.script.deployment('voice-eu-central', { outcome: 'stuck' });
    // Cancels at a later status check of the other agent, once one agent is known to be rolled back.
    let laterReads = 0;
    const cancelOnceOneIsRolledBack = (): void => {
      const back = stage.emulator.state.agent('voice-us-west');
      if (back?.deployments.length === 3 && back.ready) laterReads++;
      if (laterReads === 3) cancellation.abort(new CancelledError('SIGTERM'));
      stage.emulator.script.before(other, cancelOnceOneIsRolledBack);
    };
    const other = { method: 'GET', path: '/v1/agents/voice-eu-central' };
    stage.emulator.script.before(other, cancelOnceOneIsRolledBack);
    const { succeeded, agents, actions } = await release(both, {
      cancellation: cancellation.signal,
    });
    expect(succeeded).toBe(false);
    expect(agents.map(({ outcome }) => outcome)).toEqual(['rolled-back', 'cancelled']);
    expect(actions.errors[0]?.title).toBe(
      'The run was cancelled after it had failed in `eu-central`',
    );
    const message = actions.errors[0]?.message ?? '';
    expect(message).toContain('Rolled back: `voice-us-west` in `us-west`.');
    expect(message).toContain('Not rolled back: `voice-eu-central` in `eu-central`.');
    expect(message).toContain('the agent `voice-eu-central` in `eu-central` was being rolled back');
    expect(actions.summary).toContain('**Not rolled back:** `voice-eu-central` in `eu-central`.');
  });
});

describe('the GitHub deployments of a release that may roll back', () => {
  const commit = '0123456789abcdef0123456789abcdef01234567';
  let server: GitHubServer;

  beforeEach(async () => {
    server = await GitHubServer.start();
    server.refs.add(commit);
  });

  afterEach(async () => {
    await server.close();
  });

  const environment = () => ({
    GITHUB_API_URL: server.apiUrl,
    GITHUB_REPOSITORY: 'acme/voice',
    GITHUB_SHA: commit,
    GITHUB_RUN_ID: '4711',
    GITHUB_SERVER_URL: 'https://github.example',
  });
  const gitHub = { environment: 'staging-{region}', 'github-token': tokens.job };
  const states = (): string[][] =>
    server.deployments.map(({ statuses }) => statuses.map(({ state }) => state));

  test.each(['parallel', 'sequential'])(
    'fail even if the agent was ready before the rollback: %s',
    async (rollout) => {
      seedBoth();
      crash('voice-eu-central');
      await release({ ...both, ...gitHub, rollout }, { environment: environment() });
      expect(states()).toEqual([
        ['in_progress', 'failure'],
        ['in_progress', 'failure'],
      ]);
    },
  );

  test('succeed if nothing fails', async () => {
    seedBoth();
    await release({ ...both, ...gitHub }, { environment: environment() });
    expect(states()).toEqual([
      ['in_progress', 'success'],
      ['in_progress', 'success'],
    ]);
  });

  test('succeed for agents that are not rolled back', async () => {
    stage.emulator.seed.agent({ name: 'voice-us-west', region: 'us-west', image: older });
    crash('voice-us-west');
    await release({ ...both, ...gitHub }, { environment: environment() });
    expect(states()).toEqual([
      ['in_progress', 'failure'],
      ['in_progress', 'success'],
    ]);
  });
});

describe('the dry run of a release with `on-failure: rollback`', () => {
  const plan = { ...one, 'secret-set': 'keys', secrets: 'A=new', 'dry-run': 'true' };

  test('says in the summary and the output what would be rolled back and what would not', async () => {
    stage.emulator.seed.secretSet({ name: 'keys', values: { A: 'old' } });
    stage.emulator.seed.agent({ name: 'voice', image: older, secretSet: 'keys' });
    const { actions } = await release(plan);
    expect(actions.summary).toContain(
      `- If the release fails in any region, roll \`voice\` back with a new deployment: image \`${newer}\` → \`${older}\`. \`keys\` keeps its new values; they are not restored.`,
    );
    expect(JSON.parse(actions.outputs['plan'] ?? '')).toMatchObject({
      regions: [
        {
          agent: {
            rollBack: {
              changes: [{ setting: 'image', before: newer, after: older }],
              unrestored: ['`keys` keeps its new values; they are not restored.'],
            },
          },
        },
      ],
    });
    expect(writes(stage.emulator)).toEqual([]);
  });

  test('says that a new agent would stay', async () => {
    const { actions } = await release({ ...one, 'dry-run': 'true' });
    expect(actions.summary).toContain(
      '- If the release fails in any region, `voice` stays, because it is new.',
    );
  });

  test('says nothing of a rollback without `on-failure: rollback`', async () => {
    stage.emulator.seed.agent({ name: 'voice', image: older });
    const { actions } = await release({ ...one, 'dry-run': 'true', 'on-failure': 'keep' });
    expect(actions.summary).not.toContain('roll `voice` back');
    expect(actions.outputs['plan']).toContain('"rollBack":null');
  });
});

describe('the input `on-failure`', () => {
  test.each([
    {
      name: '`rollback` with `wait-for-ready: false`',
      inputs: { 'wait-for-ready': 'false' },
      expected: '`wait-for-ready: false` skips the wait that shows a failure',
    },
    {
      name: 'an unknown value',
      inputs: { 'on-failure': 'undo' },
      expected: 'one of `keep`, `rollback`',
    },
    {
      name: 'without an agent',
      inputs: { 'agent-name': '', image: '', 'secret-set': 'keys', secrets: 'A=a' },
      expected: 'has no effect without `agent-name`',
    },
  ])('is rejected before anything is sent: $name', async ({ inputs, expected }) => {
    const { succeeded, actions } = await release({ ...one, ...inputs });
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain('`on-failure`');
    expect(actions.errors[0]?.message).toContain(expected);
    expect(stage.emulator.requests).toEqual([]);
  });
});

describe('with `on-failure: rollback`, a smoke test', () => {
  const tested = {
    ...one,
    'smoke-test': 'true',
    'public-api-key': 'pk_emulator',
    'smoke-test-duration': '1',
  };

  test('that fails rolls the agent back, and the rollback is not tested', async () => {
    stage.emulator.seed.agent({ name: 'voice', image: older });
    stage.emulator.script.session('voice', {
      every: true,
      endsAfter: 500,
      completionStatus: 'HTTP_ERROR',
    });
    const { agents, actions } = await release(tested);
    expect(agents).toMatchObject([
      { outcome: 'rolled-back', ready: true, smokeTest: { outcome: 'failed' } },
    ]);
    expect(imagesOf('voice')).toEqual([older, newer, older]);
    expect(actions.errors[0]?.title).toBe('Rolled back: Smoke test failed');
    expect(stage.emulator.state.sessions()).toHaveLength(1);
  });

  test('whose public key is rejected rolls nothing back', async () => {
    stage.emulator.seed.agent({ name: 'voice', image: older });
    const { succeeded, agents } = await release({ ...tested, 'public-api-key': 'pk_other' });
    expect(succeeded).toBe(false);
    expect(agents).toMatchObject([{ outcome: 'updated', ready: true }]);
    expect(imagesOf('voice')).toEqual([older, newer]);
  });

  test('that is inconclusive rolls nothing back, and the release succeeds', async () => {
    stage.emulator.seed.agent({ name: 'voice', image: older });
    stage.emulator.script.fault(
      { method: 'POST', path: '/v1/public/voice/start' },
      { kind: 'status', status: 429, body: { error: 'Full.', code: 'PCC-AGENT-AT-CAPACITY' } },
      { times: Infinity },
    );
    const { succeeded, agents } = await release(tested);
    expect(succeeded).toBe(true);
    expect(agents).toMatchObject([{ outcome: 'updated', smokeTest: { outcome: 'inconclusive' } }]);
    expect(imagesOf('voice')).toEqual([older, newer]);
  });

  test('that fails in one region rolls back all regions', async () => {
    seedBoth();
    stage.emulator.script.session('voice-eu-central', {
      every: true,
      endsAfter: 500,
      completionStatus: 'HTTP_ERROR',
    });
    const { agents } = await release({ ...tested, ...both });
    expect(agents.map(({ outcome }) => outcome)).toEqual(['rolled-back', 'rolled-back']);
  });
});
