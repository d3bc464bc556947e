import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { WorkflowEvent } from '../../src/github/event.js';
import { CancelledError } from '../../src/time/cancellation.js';
import { GitHubServer, tokens } from '../support/github-server.js';
import {
  credentials,
  stageForEachTest,
  writes,
  type ReleaseOptions,
} from '../support/release-run.js';

const stage = stageForEachTest({ secretSetDelay: 300, deploymentDelay: 300 });
const minute = 60_000;

const opened = (): number => stage.clock.wallTime() - 60 * minute;

function closed(number = 7): WorkflowEvent {
  const repo = { full_name: 'acme/voice' };
  const created_at = new Date(opened()).toISOString();
  return {
    eventName: 'pull_request',
    payload: {
      action: 'closed',
      repository: repo,
      pull_request: { number, created_at, head: { repo } },
    },
  };
}

const names = {
  'agent-name': 'voice-pr-{pr}',
  'secret-set': 'voice-pr-{pr}-keys',
  'image-credentials': 'voice-pr-{pr}-pull',
};

/** The inputs that both jobs of a workflow share. */
const base = {
  ...credentials['API key'],
  ...names,
  region: 'us-west',
  teardown: 'true',
};

function tearDown(inputs: Record<string, string> = {}, options: ReleaseOptions = {}) {
  return stage.release({ ...base, ...inputs }, { event: closed(), ...options });
}

/** Creates the preview of pull request 7, with sessions. */
function seed({ sessions = 0, region = 'us-west', suffix = '' } = {}): void {
  const { seed } = stage.emulator;
  const name = `voice-pr-7${suffix}`;
  seed.secretSet({ name: `${name}-keys`, region, values: { A: 'value-a' } });
  seed.imagePullSecret({ name: `${name}-pull`, region });
  seed.agent({
    name,
    region,
    secretSet: `${name}-keys`,
    imagePullSecretSet: `${name}-pull`,
    maxAgents: 1000,
  });
  for (let session = 0; session < sessions; session++) seed.session({ agent: name });
}

/** What still exists of the preview. */
function left(suffix = ''): string[] {
  const { state } = stage.emulator;
  const name = `voice-pr-7${suffix}`;
  return [
    ...(state.agent(name) === undefined ? [] : ['agent']),
    ...(state.secretSet(`${name}-keys`) === undefined ? [] : ['secret set']),
    ...(state.secretSet(`${name}-pull`) === undefined ? [] : ['pull secret']),
    ...(state.sessions().some(({ isActive }) => isActive) ? ['sessions'] : []),
  ];
}

const deletions = (): string[] =>
  writes(stage.emulator).map((write) => write.replace(/\/v1\/(organizations\/acme\/)?/, ''));

describe.each(Object.entries(credentials))('with a %s, a teardown', (_kind, credential) => {
  const agents = 'pat' in credential ? 'services' : 'agents';
  const withThis = (inputs: Record<string, string> = {}) => {
    const { region, teardown } = base;
    return stage.release(
      { ...names, region, teardown, ...credential, ...inputs },
      { event: closed() },
    );
  };

  test('stops the sessions, then deletes the agent, its secret set and its image pull secret', async () => {
    seed({ sessions: 2 });
    const { succeeded, agents: agentOutput, secretSets, actions } = await withThis();
    expect(succeeded).toBe(true);
    expect(left()).toEqual([]);
    const [first, second, ...others] = deletions();
    expect([first, second].every((one) => one?.includes('voice-pr-7/sessions/'))).toBe(true);
    expect(others).toEqual([
      `DELETE ${agents}/voice-pr-7`,
      'DELETE secrets/voice-pr-7-keys',
      'DELETE secrets/voice-pr-7-pull',
    ]);
    expect(agentOutput).toEqual([
      {
        name: 'voice-pr-7',
        region: 'us-west',
        outcome: 'deleted',
        deploymentId: null,
        ready: false,
        image: null,
        previous: null,
        smokeTest: null,
        sessionsOnOlder: null,
        stoppedSessions: 2,
      },
    ]);
    expect(secretSets).toMatchObject([
      { name: 'voice-pr-7-keys', kind: 'secret', outcome: 'deleted' },
      { name: 'voice-pr-7-pull', kind: 'imagePullSecret', outcome: 'deleted' },
    ]);
    expect(actions.summary).toContain(
      '✅ Deleted the preview of pull request 7; 2 sessions stopped',
    );
    expect(actions.summary).toContain('<samp>voice-pr-7-keys</samp>');
  });
});

test('a teardown stops the sessions of all pages', async () => {
  seed({ sessions: 230 });
  const { agents } = await tearDown();
  expect(left()).toEqual([]);
  expect(agents).toMatchObject([{ outcome: 'deleted', stoppedSessions: 230 }]);
});

test('a teardown stops a session that starts just before the agent is deleted', async () => {
  seed({ sessions: 1 });
  stage.emulator.script.before({ method: 'DELETE', path: '/v1/agents/voice-pr-7' }, () => {
    stage.emulator.seed.session({ agent: 'voice-pr-7' });
  });
  const { agents } = await tearDown();
  expect(left()).toEqual([]);
  expect(agents).toMatchObject([{ stoppedSessions: 2 }]);
  const order = deletions().map((one) => (one.includes('/sessions/') ? 'session' : one));
  expect(order.slice(0, 3)).toEqual(['session', 'DELETE agents/voice-pr-7', 'session']);
});

test('a teardown stops the sessions of an agent that was already deleted', async () => {
  seed({ sessions: 2 });
  stage.emulator.script.deleteAgent('voice-pr-7');
  const { succeeded, agents, actions } = await tearDown();
  expect(succeeded).toBe(true);
  expect(left()).toEqual([]);
  expect(agents).toMatchObject([{ outcome: 'absent', stoppedSessions: 2 }]);
  expect(actions.summary).toContain('2 sessions stopped');
});

test('a teardown deletes nothing if nothing exists', async () => {
  const { succeeded, agents, secretSets, actions } = await tearDown();
  expect(succeeded).toBe(true);
  expect(writes(stage.emulator)).toEqual([]);
  expect(agents).toMatchObject([{ outcome: 'absent' }]);
  expect(secretSets).toMatchObject([{ outcome: 'absent' }, { outcome: 'absent' }]);
  expect(actions.summary).toContain('Nothing to tear down for pull request 7');
  expect(actions.everything).toContain('There is nothing to tear down.');
});

test('a teardown deletes all versions of a secret set, and nothing with a similar name', async () => {
  seed();
  for (const name of ['voice-pr-7-0123abcd', 'voice-pr-7-20250131', 'voice-pr-7-0123abcde'])
    stage.emulator.seed.secretSet({ name });
  const { secretSets } = await tearDown({ 'secret-set': 'voice-pr-{pr}-{version}' });
  expect(secretSets.map(({ name, outcome }) => [name, outcome])).toEqual([
    ['voice-pr-7-0123abcd', 'deleted'],
    ['voice-pr-7-20250131', 'deleted'],
    ['voice-pr-7-pull', 'deleted'],
  ]);
  expect(stage.emulator.state.secretSet('voice-pr-7-0123abcde')).toBeDefined();
});

describe('a teardown in several regions', () => {
  const regions = {
    region: 'us-west, eu-central',
    'agent-name': 'voice-pr-{pr}-{region}',
    'secret-set': 'voice-pr-{pr}-{region}-keys',
    'image-credentials': 'voice-pr-{pr}-{region}-pull',
  };
  beforeEach(() => {
    for (const region of ['us-west', 'eu-central']) seed({ region, suffix: `-${region}` });
  });

  test('deletes everything', async () => {
    const { succeeded } = await tearDown(regions);
    expect(succeeded).toBe(true);
    expect([left('-us-west'), left('-eu-central')]).toEqual([[], []]);
  });

  test('continues after a failure in one region, and a second teardown finishes', async () => {
    stage.emulator.script.fault(
      { method: 'DELETE', path: '/v1/agents/voice-pr-7-us-west' },
      { kind: 'status', status: 403, body: { error: 'Forbidden', code: 'FORBIDDEN' } },
    );
    const { succeeded, agents, secretSets, actions } = await tearDown(regions);
    expect(succeeded).toBe(false);
    expect(left('-us-west')).toEqual(['agent', 'secret set', 'pull secret']);
    expect(left('-eu-central')).toEqual([]);
    expect(agents).toMatchObject([{ outcome: 'failed' }, { outcome: 'deleted' }]);
    expect(secretSets.map(({ outcome }) => outcome)).toEqual([
      'skipped',
      'skipped',
      'deleted',
      'deleted',
    ]);
    expect(actions.summary).toContain(
      '❌ The preview of pull request 7 was not torn down in `us-west`',
    );
    expect(actions.errors[0]?.message).toContain('Not deleted: `voice-pr-7-us-west`');
    const again = await tearDown(regions);
    expect(again.succeeded).toBe(true);
    expect(left('-us-west')).toEqual([]);
  });
});

test('a teardown uses the region of the agent if `region` is omitted', async () => {
  seed({ region: 'eu-central' });
  const { agents } = await stage.release(
    { ...credentials['API key'], ...names, teardown: 'true' },
    { event: closed() },
  );
  expect(agents).toMatchObject([{ region: 'eu-central', outcome: 'deleted' }]);
  expect(left()).toEqual([]);
});

test('a teardown uses the region of the secret set if there is no agent and `region` is omitted', async () => {
  seed({ region: 'eu-central' });
  stage.emulator.script.deleteAgent('voice-pr-7');
  const { agents } = await stage.release(
    { ...credentials['API key'], ...names, teardown: 'true' },
    { event: closed() },
  );
  expect(agents).toMatchObject([{ region: 'eu-central', outcome: 'absent' }]);
  expect(left()).toEqual([]);
});

describe('a teardown is rejected if it', () => {
  test('names an unknown region', async () => {
    const { succeeded, actions } = await tearDown({ region: 'us-wst' });
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain(
      'unknown region `us-wst`; did you mean `us-west`?',
    );
  });

  test('names another region than that of the agent', async () => {
    seed({ region: 'eu-central' });
    const { succeeded, actions } = await tearDown();
    expect(succeeded).toBe(false);
    expect(writes(stage.emulator)).toEqual([]);
    expect(actions.errors[0]?.message).toContain(
      'is in region eu-central, but the teardown is for us-west',
    );
  });
});

describe('a teardown keeps', () => {
  test('a secret set and an image pull secret that another agent binds', async () => {
    seed();
    stage.emulator.seed.agent({
      name: 'voice-copy',
      secretSet: 'voice-pr-7-keys',
      imagePullSecretSet: 'voice-pr-7-pull',
    });
    const { succeeded, agents, secretSets, actions } = await tearDown();
    expect(succeeded).toBe(true);
    expect(agents).toMatchObject([{ outcome: 'deleted' }]);
    expect(secretSets).toMatchObject([{ outcome: 'kept' }, { outcome: 'kept' }]);
    expect(left()).toEqual(['secret set', 'pull secret']);
    const kept = '`voice-pr-7-keys` in `us-west` is kept, because `voice-copy` uses it.';
    expect(actions.summary).toContain(kept);
    expect(actions.log).toContain(`info: ${kept}`);
  });

  test('a secret set that another agent binds just before the deletion', async () => {
    seed();
    stage.emulator.script.fault(
      { method: 'DELETE', path: '/v1/secrets/voice-pr-7-keys' },
      { kind: 'status', status: 409, body: { error: 'Secret set is in use', code: 'CONFLICT' } },
    );
    stage.emulator.script.before({ method: 'DELETE', path: '/v1/secrets/voice-pr-7-keys' }, () => {
      stage.emulator.seed.agent({ name: 'voice-copy', secretSet: 'voice-pr-7-keys' });
    });
    const { succeeded, secretSets } = await tearDown();
    expect(succeeded).toBe(true);
    expect(secretSets).toMatchObject([{ outcome: 'kept' }, { outcome: 'deleted' }]);
  });

  test('a referenced secret set, which the platform cannot delete', async () => {
    stage.emulator.seed.secretSet({ name: 'voice-pr-7-keys', referenced: true });
    const { succeeded, secretSets } = await tearDown();
    expect(succeeded).toBe(true);
    expect(secretSets[0]).toMatchObject({ outcome: 'kept' });
    expect(writes(stage.emulator)).toEqual([]);
  });

  test('an image pull secret that has the name of the secret set', async () => {
    stage.emulator.seed.imagePullSecret({ name: 'voice-pr-7-keys' });
    const { secretSets, actions } = await tearDown();
    expect(secretSets[0]).toMatchObject({ outcome: 'kept' });
    expect(actions.summary).toContain('because it is an image pull secret');
  });

  test('a secret set without `{pr}`, with a notice', async () => {
    seed();
    stage.emulator.seed.secretSet({ name: 'shared-keys' });
    const { succeeded, secretSets, actions } = await tearDown({ 'secret-set': 'shared-keys' });
    expect(succeeded).toBe(true);
    expect(stage.emulator.state.secretSet('shared-keys')).toBeDefined();
    expect(secretSets).toMatchObject([{ kind: 'imagePullSecret' }]);
    expect(actions.summary).toContain('`secret-set` has no `{pr}`, so others may use it.');
  });

  test('an agent that is older than the pull request, and its sets', async () => {
    seed({ sessions: 1 });
    stage.emulator.seed.agent({
      name: 'voice-pr-7',
      secretSet: 'voice-pr-7-keys',
      createdAt: opened() - minute,
    });
    const { succeeded, agents, secretSets, actions } = await tearDown();
    expect(succeeded).toBe(false);
    expect(writes(stage.emulator)).toEqual([]);
    expect(agents).toMatchObject([{ outcome: 'kept' }]);
    expect(secretSets).toMatchObject([{ outcome: 'kept' }, { outcome: 'kept' }]);
    expect(actions.errors[0]?.title).toBe('The teardown cannot work with these settings');
    expect(actions.errors[0]?.message).toContain('before pull request 7 was opened');
  });
});

describe('while the platform reports that a secret set is in use, a teardown', () => {
  const inUse = {
    kind: 'status',
    status: 409,
    body: { error: 'in use', code: 'CONFLICT' },
  } as const;
  const path = '/v1/secrets/voice-pr-7-keys';

  test('retries the deletion', async () => {
    seed();
    stage.emulator.script.fault({ method: 'DELETE', path }, inUse, { times: 30 });
    const { succeeded } = await tearDown();
    expect(succeeded).toBe(true);
    expect(left()).toEqual([]);
  });

  test('retries until `wait-timeout`, and deletes the image pull secret anyway', async () => {
    seed();
    stage.emulator.script.fault({ method: 'DELETE', path }, inUse, { times: Infinity });
    const startedAt = stage.clock.now();
    const { succeeded, secretSets, actions } = await tearDown({ 'wait-timeout': '90' });
    expect(succeeded).toBe(false);
    expect(stage.clock.now() - startedAt).toBeGreaterThanOrEqual(90_000);
    expect(stage.clock.now() - startedAt).toBeLessThan(110_000);
    expect(secretSets[0]).toMatchObject({ outcome: 'failed' });
    expect(actions.errors[0]?.title).toBe('A secret set of the preview is still in use');
    stage.emulator.script.forget();
    expect((await tearDown()).succeeded).toBe(true);
    expect(left()).toEqual([]);
  });
});

describe('a teardown whose answer to a deletion is lost', () => {
  const targets = [
    { what: 'agent', path: '/v1/agents/voice-pr-7' },
    { what: 'secret set', path: '/v1/secrets/voice-pr-7-keys' },
    { what: 'image pull secret', path: '/v1/secrets/voice-pr-7-pull' },
  ];

  test.each(targets)('finds out that the $what was deleted', async ({ path }) => {
    seed();
    stage.emulator.script.fault({ method: 'DELETE', path }, { kind: 'reset', carryOut: true });
    const { succeeded, agents, secretSets } = await tearDown();
    expect(succeeded).toBe(true);
    expect([...agents, ...secretSets].map(({ outcome }) => outcome)).toEqual([
      'deleted',
      'deleted',
      'deleted',
    ]);
    expect(deletions().filter((one) => one.endsWith(path.slice('/v1/'.length)))).toHaveLength(1);
  });

  test.each(targets)('finds out that the $what was not deleted', async ({ path }) => {
    seed();
    stage.emulator.script.fault({ method: 'DELETE', path }, { kind: 'reset' });
    expect((await tearDown()).succeeded).toBe(true);
    expect(left()).toEqual([]);
  });
});

describe('a teardown with `dry-run: true`', () => {
  test('lists what it would delete', async () => {
    seed({ sessions: 3 });
    stage.emulator.seed.agent({ name: 'voice-copy', imagePullSecretSet: 'voice-pr-7-pull' });
    const { succeeded, actions, agents } = await tearDown({ 'dry-run': 'true' });
    expect(succeeded).toBe(true);
    expect(writes(stage.emulator)).toEqual([]);
    expect(agents).toMatchObject([{ outcome: 'skipped' }]);
    expect(JSON.parse(actions.outputs['plan'] ?? '')).toEqual({
      teardown: true,
      pullRequest: 7,
      regions: [
        {
          region: 'us-west',
          agent: { name: 'voice-pr-7', action: 'delete', sessions: 3 },
          secretSets: [
            { name: 'voice-pr-7-keys', kind: 'secret', action: 'delete' },
            {
              name: 'voice-pr-7-pull',
              kind: 'imagePullSecret',
              action: 'keep',
              because: 'bound',
              otherAgents: ['voice-copy'],
            },
          ],
        },
      ],
    });
    expect(actions.summary).toContain(
      '📋 Plan for the end of pull request 7: 2 things would be deleted',
    );
    expect(actions.summary).toContain('3 would be stopped');
  });

  test('needs no credential if none is available', async () => {
    const { region, teardown } = base;
    const { succeeded } = await stage.release(
      { ...names, region, teardown, 'dry-run': 'true' },
      { event: closed(), environment: { GITHUB_ACTOR: 'dependabot[bot]' } },
    );
    expect(succeeded).toBe(true);
    expect(stage.emulator.requests).toEqual([]);
  });
});

describe('inputs that only a release needs', () => {
  test('are ignored by a teardown with a notice, and their values are masked', async () => {
    seed();
    const { succeeded, actions } = await tearDown({
      secrets: 'A=hidden-value\nnot a secret line',
      'secrets-file': 'missing.env',
      'secrets-env': 'MISSING',
      'required-secrets': '.env.example',
      'config-file': 'missing.toml',
      registry: 'not a registry',
      'registry-username': 'user:name',
      'registry-password': 'hidden-password',
      image: 'no-tag',
      'cloud-build': 'true',
      'build-context': 'missing',
      'min-agents': '0',
      'max-agents': 'many',
      'force-redeploy': 'sometimes',
      'smoke-test': 'true',
      'wait-for-ready': 'false',
      'prune-secrets': 'true',
    });
    expect(actions.errors).toEqual([]);
    expect(succeeded).toBe(true);
    expect(left()).toEqual([]);
    expect(actions.masks).toEqual(expect.arrayContaining(['hidden-password']));
    expect(actions.summary).toMatch(/`teardown` ignores .*`secrets`.*`image`.*`smoke-test`/);
  });

  test.each([
    {
      name: 'an agent name without `{pr}`',
      inputs: { 'agent-name': 'production' },
      message: '`agent-name`: has no `{pr}`, so `teardown` would delete an agent that others use',
    },
    {
      name: 'no agent name',
      inputs: { 'agent-name': '' },
      message:
        '`agent-name`: is not set, but `teardown` needs the name of the agent, with `{pr}` in it',
    },
    {
      name: 'a value of `teardown` that is neither true nor false',
      inputs: { teardown: 'yes', image: 'ghcr.io/acme/voice:1' },
      message: '`teardown`: `yes` is neither `true` nor `false`',
    },
    {
      name: 'a misspelled input',
      inputs: { 'secrets-sets': 'x' },
      message: 'secrets-sets',
    },
  ])('are reported by a teardown if they are mistakes: $name', async ({ inputs, message }) => {
    const { succeeded, actions } = await tearDown(inputs);
    expect(succeeded).toBe(false);
    expect(stage.emulator.requests).toEqual([]);
    expect(actions.errors[0]?.message).toContain(message);
  });
});

describe('a teardown that does not know when the pull request was opened', () => {
  let github: GitHubServer;
  beforeEach(async () => {
    github = await GitHubServer.start();
  });
  afterEach(() => github.close());

  const sweep = (inputs: Record<string, string>) =>
    tearDown(
      { 'pr-number': '7', ...inputs },
      {
        event: { eventName: 'schedule', payload: {} },
        environment: { GITHUB_REPOSITORY: 'acme/voice', GITHUB_API_URL: github.apiUrl },
      },
    );

  test('accepts a name that contains `pr-{pr}`', async () => {
    seed();
    expect((await sweep({})).succeeded).toBe(true);
    expect(left()).toEqual([]);
  });

  test('needs `github-token` for any other name', async () => {
    stage.emulator.seed.agent({ name: 'voice-7', createdAt: opened() - minute });
    const other = { 'agent-name': 'voice-{pr}' };
    const without = await sweep(other);
    expect(without.actions.errors[0]?.message).toContain('does not contain `pr-{pr}`');
    github.pullRequests.set(7, {
      created_at: new Date(opened()).toISOString(),
      head: { repo: null },
    });
    const withToken = await sweep({ ...other, 'github-token': tokens.job });
    expect(withToken.succeeded).toBe(false);
    expect(withToken.actions.errors[0]?.message).toContain('before pull request 7 was opened');
    expect(writes(stage.emulator)).toEqual([]);
  });
});

test('a comment on the pull request of a fork may start the teardown of its preview', async () => {
  seed();
  const event = {
    eventName: 'issue_comment',
    payload: {
      issue: { number: 7, created_at: new Date(opened()).toISOString(), pull_request: {} },
    },
  };
  expect((await tearDown({}, { event })).succeeded).toBe(true);
  expect(left()).toEqual([]);
});

describe('a cancelled teardown', () => {
  test.each([
    { at: 'the agent', path: '/v1/agents/voice-pr-7' },
    { at: 'the secret set', path: '/v1/secrets/voice-pr-7-keys' },
    { at: 'the image pull secret', path: '/v1/secrets/voice-pr-7-pull' },
  ])(
    'at $at reports what is deleted and what is not, and a second one finishes',
    async ({ path }) => {
      seed({ sessions: 1 });
      const cancellation = new AbortController();
      stage.emulator.script.fault({ method: 'DELETE', path }, { kind: 'hang' });
      stage.emulator.script.after({ method: 'DELETE', path }, () => undefined);
      stage.emulator.script.before({ method: 'DELETE', path }, () => {
        cancellation.abort(new CancelledError('SIGINT'));
      });
      const { succeeded, actions } = await tearDown({}, { cancellation: cancellation.signal });
      expect(succeeded).toBe(false);
      const { summary } = actions;
      expect(summary).toContain('The run was cancelled');
      expect(summary).toMatch(/\*\*Done\*\*: .*1 session of `voice-pr-7` in `us-west` was stopped/);
      expect(summary).toContain('was being deleted; it is unknown whether that succeeded');
      if (!path.endsWith('pull'))
        expect(summary).toMatch(/image pull secret `voice-pr-7-pull` in `us-west` was not deleted/);
      stage.emulator.script.forget();
      const again = await tearDown();
      expect(again.succeeded).toBe(true);
      expect(left()).toEqual([]);
    },
  );
});
