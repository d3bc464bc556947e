import { describe, expect, test } from '@jest/globals';
import type { Fault, SessionScript } from '../../emulator/index.js';
import { CancelledError } from '../../src/time/cancellation.js';
import {
  credentials,
  stageForEachTest,
  type ReleaseOptions,
  type ReleaseOutcome,
} from '../support/release-run.js';

const stage = stageForEachTest();

const older = 'ghcr.io/acme/voice:1.0.0';
const newer = 'ghcr.io/acme/voice:2.0.0';
const start = { method: 'POST', path: '/v1/public/voice/start' } as const;

const inputs = {
  ...credentials['API key'],
  'agent-name': 'voice',
  region: 'us-west',
  image: newer,
  'smoke-test': 'true',
  'public-api-key': 'pk_emulator',
  'smoke-test-timeout': '60',
};

interface TestedRelease extends ReleaseOutcome {
  readonly deploymentId: string;
  readonly smokeTest: Readonly<Record<string, unknown>> | null;
}

/** Updates an agent and tests it. */
async function release(
  more: Readonly<Record<string, string>> = {},
  options: ReleaseOptions = {},
): Promise<TestedRelease> {
  stage.emulator.seed.agent({ name: 'voice', image: older, minAgents: 1 });
  const outcome = await stage.release({ ...inputs, ...more }, options);
  const [agent] = outcome.agents;
  return {
    ...outcome,
    deploymentId: String(agent?.['deploymentId']),
    smokeTest: agent?.['smokeTest'] as TestedRelease['smokeTest'],
  };
}

function starts(): { readonly body: unknown }[] {
  return stage.emulator.requests
    .filter(({ method, path }) => method === 'POST' && path === start.path)
    .map(({ body }) => ({ body }));
}

function everySession(script: SessionScript): void {
  stage.emulator.script.session('voice', { every: true, ...script });
}

function expectNothingRuns(): void {
  expect(stage.emulator.state.sessions().filter(({ isActive }) => isActive)).toEqual([]);
}

describe.each(['API key', 'token'] as const)('with the credential %s, a smoke test', (kind) => {
  test('passes if its session starts and keeps running, and stops the session', async () => {
    stage.emulator.seed.agent({ name: 'voice', image: older, minAgents: 1 });
    const { succeeded, agents, actions } = await stage.release({
      ...inputs,
      'api-key': '',
      ...credentials[kind],
    });
    expect(succeeded).toBe(true);
    const [session] = stage.emulator.state.sessions();
    const [agent] = agents;
    expect(agent).toMatchObject({
      outcome: 'updated',
      ready: true,
      smokeTest: {
        outcome: 'passed',
        sessionId: session?.id,
        deploymentId: agent?.['deploymentId'],
        startSeconds: 1,
        coldStart: false,
      },
    });
    expect(session).toMatchObject({ isActive: false, isStopped: true });
    expect(starts()).toEqual([{ body: {} }]);
    expect(actions.warnings).toEqual([]);
    expect(actions.log).toContain('group: Smoke test');
    expect(actions.summary).toContain('smoke test voice');
    expect(actions.summary).toContain('✅ passed');
  });
});

describe('a smoke test passes', () => {
  const ways: readonly {
    readonly name: string;
    readonly session: SessionScript;
    readonly inputs?: Readonly<Record<string, string>>;
    readonly smokeTest?: Readonly<Record<string, unknown>>;
  }[] = [
    { name: 'its bot started at once', session: { startDelay: 0 }, smokeTest: { startSeconds: 0 } },
    {
      name: 'its bot started after a cold start',
      session: { startDelay: 40_000, coldStart: true },
      smokeTest: { startSeconds: 40, coldStart: true },
    },
    { name: 'its session ended on its own', session: { endsAfter: 2500 } },
    {
      name: 'its connection was closed',
      session: { endsAfter: 2500, completionStatus: 'WS_CONNECTION_CLOSED' },
    },
    { name: 'its session ended with a 2xx', session: { endsAfter: 2500, completionStatus: '204' } },
    {
      name: 'the endpoint of its bot responded, although nothing else shows the start',
      session: { isSilent: true, paths: { healthz: 204 } },
      inputs: { 'smoke-test-path': '/healthz' },
      smokeTest: { startSeconds: null },
    },
    {
      name: 'its transport does not require a wait for the start',
      session: { isSilent: true },
      inputs: { 'smoke-test-transport': 'webrtc' },
    },
  ];

  test.each(ways)('because $name', async ({ session, inputs: more, smokeTest = {} }) => {
    everySession(session);
    const outcome = await release(more);
    expect(outcome.actions.errors).toEqual([]);
    expect(outcome.actions.warnings).toEqual([]);
    expect(outcome.succeeded).toBe(true);
    expect(outcome.smokeTest).toMatchObject({
      outcome: 'passed',
      deploymentId: outcome.deploymentId,
      ...smokeTest,
    });
    expectNothingRuns();
  });

  test('after little more than the start and the duration of its session', async () => {
    const took = async (more: Readonly<Record<string, string>>): Promise<number> => {
      const before = stage.clock.now();
      await release(more);
      return stage.clock.now() - before;
    };
    const without = await took({ 'smoke-test': 'false' });
    everySession({ startDelay: 10_000 });
    const session = (await took({ image: `${newer}-rc` })) - without;
    expect(session).toBeLessThan(15_000 * 1.15);
  });
});

describe('a smoke test fails', () => {
  const ways: readonly {
    readonly name: string;
    readonly session: SessionScript;
    readonly inputs?: Readonly<Record<string, string>>;
    readonly expected: string;
  }[] = [
    {
      name: 'its bot crashed',
      session: { endsAfter: 3000, completionStatus: 'HTTP_ERROR' },
      expected: 'Smoke test: the session ended with `HTTP_ERROR`.',
    },
    {
      name: 'its session ended with a 4xx',
      session: { endsAfter: 3000, completionStatus: '422' },
      expected: 'Smoke test: the session ended with `422`.',
    },
    {
      name: 'its session ended with a 5xx before its bot started',
      session: { startDelay: Infinity, endsAfter: 3000, completionStatus: '500' },
      expected: 'Smoke test: the session ended with `500` before its bot started.',
    },
    {
      name: 'its session ended before its bot started',
      session: { startDelay: Infinity, endsAfter: 3000 },
      expected: 'Smoke test: the session ended with `HTTP_COMPLETED` before its bot started.',
    },
    {
      name: 'the endpoint of its bot responded with an error',
      session: { paths: { healthz: 500 } },
      inputs: { 'smoke-test-path': 'healthz' },
      expected: 'Smoke test: GET `/healthz` answered 500.',
    },
    {
      name: 'the endpoint of its bot never existed',
      session: {},
      inputs: { 'smoke-test-path': 'healthz' },
      expected: 'Smoke test: GET `/healthz` answered 404.',
    },
    {
      name: 'its session ended before the endpoint of its bot responded',
      session: { endsAfter: 3000 },
      inputs: { 'smoke-test-path': 'healthz' },
      expected:
        'Smoke test: the session ended with `HTTP_COMPLETED` before GET `/healthz` answered.',
    },
    {
      name: 'the platform starts no session of a ready deployment',
      session: {
        refusal: { status: 503, message: 'deployment is not in ready state', code: 'PCC-1001' },
      },
      expected: 'Smoke test: the platform did not start a session: the response was 503',
    },
  ];

  test.each(ways)('because $name', async ({ session, inputs: more, expected }) => {
    everySession({ ...session, logs: ['a line of the session'] });
    const outcome = await release({ 'failure-logs': 'always', ...more });
    expect(outcome.succeeded).toBe(false);
    expect(outcome.smokeTest).toMatchObject({ outcome: 'failed' });
    expect(outcome.agents).toMatchObject([{ outcome: 'updated', ready: true }]);
    const [error] = outcome.actions.errors;
    expect(error?.title).toBe('Smoke test failed');
    expect(error?.message).toContain(expected);
    expect(error?.message).toContain('set `smoke-test-transport`');
    expectNothingRuns();
  });

  test('and shows the log of its session only if logs may be shown', async () => {
    const session = { endsAfter: 3000, completionStatus: 'HTTP_ERROR', logs: ['KeyError: voice'] };
    everySession(session);
    const shown = await release({ 'failure-logs': 'always', 'smoke-test-transport': 'daily' });
    expect(shown.actions.errors[0]?.message).toContain('KeyError: voice');
    expect(shown.actions.errors[0]?.message).not.toContain('set `smoke-test-transport`');
    const asked = stage.emulator.requests.filter(({ path }) => path.endsWith('/logs'));
    expect(asked.map(({ query }) => query)).toMatchObject([
      { sessionId: shown.smokeTest?.['sessionId'] },
    ]);
    const hidden = await release({ 'failure-logs': 'never', image: `${newer}-rc` });
    expect(hidden.actions.everything).not.toContain('KeyError');
    expect(hidden.actions.errors[0]?.message).toContain('`failure-logs`');
  });

  test('and names what is serving, without the claim that the agent was not updated', async () => {
    everySession({ endsAfter: 3000, completionStatus: 'HTTP_ERROR' });
    const { actions } = await release();
    expect(actions.summary).toContain('`voice` is serving in `us-west`, but failed its smoke test');
    expect(actions.summary).toContain('❌ failed');
    expect(actions.errors[0]?.message).toContain(`Serving now: \`${newer}\``);
  });

  test('only after it waited for an endpoint that does not exist at first', async () => {
    everySession({ paths: { healthz: 200 } });
    for (const status of [404, 502, 503]) {
      stage.emulator.script.fault({ path: /\/healthz$/ }, { kind: 'status', status, body: 'no' });
    }
    const { smokeTest } = await release({ 'smoke-test-path': 'healthz' });
    expect(smokeTest).toMatchObject({ outcome: 'passed' });
  });
});

describe('a smoke test is inconclusive', () => {
  const refusal = (status: 402 | 429, code: string): SessionScript => ({
    refusal: { status, message: 'no', code },
  });
  const ways: readonly {
    readonly name: string;
    readonly session?: SessionScript;
    readonly fault?: Fault;
    readonly expected: string;
  }[] = [
    {
      name: 'the agent is at capacity',
      session: refusal(429, 'PCC-AGENT-AT-CAPACITY'),
      expected: 'the agent was at capacity until the end',
    },
    {
      name: 'the platform requires billing',
      session: refusal(402, 'PCC-1004'),
      expected: 'the platform requires billing',
    },
    {
      name: 'the session ended with an unknown status',
      session: { endsAfter: 3000, completionStatus: 'MOVED' },
      expected: 'the session ended with `MOVED`, which is not a known status',
    },
    {
      name: 'the platform finds no agent with the public key',
      fault: { kind: 'status', status: 404, body: { error: 'Service not found' } },
      expected: 'The key may belong to another organization',
    },
    {
      name: 'every session runs on the previous deployment',
      session: { onPrevious: true },
      expected: 'every session ran on another deployment',
    },
    {
      name: 'nothing shows that its bot started',
      session: { isSilent: true },
      expected: 'nothing shows that its bot started',
    },
    {
      name: 'the platform cannot start a session',
      fault: { kind: 'status', status: 500, body: 'gateway' },
      expected: 'no session could be started',
    },
    {
      name: 'the platform rejects the request',
      fault: { kind: 'status', status: 400, body: { error: 'Invalid parameters' } },
      expected: 'no session could be started',
    },
  ];

  test.each(ways)('because $name', async ({ session, fault, expected }) => {
    if (session !== undefined) everySession(session);
    if (fault !== undefined) stage.emulator.script.fault(start, fault, { times: 100 });
    const { succeeded, smokeTest, agents, actions } = await release();
    expect(actions.errors).toEqual([]);
    expect(succeeded).toBe(true);
    expect(agents).toMatchObject([{ outcome: 'updated', ready: true }]);
    expect(smokeTest).toMatchObject({ outcome: 'inconclusive' });
    expect(actions.warnings.join('\n')).toContain(expected);
    expect(actions.summary).toContain('⚠️ inconclusive');
    expectNothingRuns();
  });
});

test('a smoke test stops a session on the previous deployment and starts another one', async () => {
  for (let count = 0; count < 3; count++)
    stage.emulator.script.session('voice', { onPrevious: true });
  const before = stage.clock.now();
  const { smokeTest, deploymentId } = await release();
  expect(smokeTest).toMatchObject({ outcome: 'passed', deploymentId });
  expect(stage.emulator.state.sessions()).toHaveLength(4);
  expectNothingRuns();
  // Three pauses that grow from two seconds, and the session that passes.
  expect(stage.clock.now() - before).toBeGreaterThan(2000 + 3000 + 4500 + 6000);
});

test('a smoke test passes if the agent has capacity again in time', async () => {
  const refusal = { status: 429, message: 'full', code: 'PCC-AGENT-AT-CAPACITY' } as const;
  for (let count = 0; count < 2; count++) stage.emulator.script.session('voice', { refusal });
  expect((await release()).smokeTest).toMatchObject({ outcome: 'passed' });
});

describe.each([401, 403])('a smoke test whose public key is rejected with %d', (status) => {
  test('fails the run, which reports that everything is released', async () => {
    stage.emulator.script.fault(start, { kind: 'status', status, body: { error: 'no' } });
    const { succeeded, smokeTest, agents, actions } = await release();
    expect(succeeded).toBe(false);
    expect(smokeTest).toBeNull();
    expect(agents).toMatchObject([{ outcome: 'updated', ready: true }]);
    expect(actions.errors[0]?.title).toMatch(/^Released, but not tested/);
    expect(actions.errors[0]?.message).toContain('`public-api-key`');
    expect(starts()).toHaveLength(1);
  });
});

describe('a start of a smoke test session whose response is lost', () => {
  const lost: readonly Fault[] = [
    { kind: 'reset', carryOut: true },
    { kind: 'cut-off' },
    { kind: 'not-json', carryOut: true },
    { kind: 'status', status: 504, body: 'gateway', carryOut: true },
  ];

  test.each(lost)('is not repeated but followed by another session: $kind', async (fault) => {
    stage.emulator.script.fault(start, fault);
    const { smokeTest, succeeded, actions } = await release();
    expect(succeeded).toBe(true);
    expect(smokeTest).toMatchObject({ outcome: 'passed' });
    expect(starts()).toHaveLength(2);
    expect(actions.warnings.join('\n')).toContain('may run until the session limit');
  });

  test('is followed by at most two others', async () => {
    stage.emulator.script.fault(start, { kind: 'reset', carryOut: true }, { times: 10 });
    const { smokeTest, actions } = await release();
    expect(smokeTest).toMatchObject({ outcome: 'inconclusive', sessionId: null });
    expect(starts()).toHaveLength(3);
    expect(actions.warnings.join('\n')).toContain('The response to 3 starts of a session');
  });
});

describe('the session of a smoke test', () => {
  const stop = { method: 'DELETE', path: /\/sessions\// } as const;

  test.each([404, 503])(
    'is stopped even if the platform responds with %d at first',
    async (status) => {
      stage.emulator.script.fault(stop, {
        kind: 'status',
        status,
        body: { error: 'no' },
        carryOut: true,
      });
      const { smokeTest, actions } = await release();
      expect(smokeTest).toMatchObject({ outcome: 'passed' });
      expect(actions.warnings).toEqual([]);
      expectNothingRuns();
    },
  );

  test('causes a warning if it cannot be stopped', async () => {
    stage.emulator.script.fault(stop, { kind: 'status', status: 403, body: { error: 'no' } });
    const { succeeded, smokeTest, actions } = await release();
    expect(succeeded).toBe(true);
    expect(smokeTest).toMatchObject({ outcome: 'passed' });
    expect(actions.warnings.join('\n')).toContain('Could not stop the session');
  });

  const moments = [
    { name: 'the session starts', match: start },
    { name: 'its status is checked', match: { method: 'GET', path: /\/sessions\/[^/?]+$/ } },
  ];
  test.each(moments)('is stopped if the run is cancelled when $name', async ({ match }) => {
    const cancellation = new AbortController();
    let cancelledAt = 0;
    stage.emulator.script.after(match, () => {
      cancelledAt = stage.clock.now();
      cancellation.abort(new CancelledError('SIGTERM'));
    });
    const { succeeded, actions, smokeTest } = await release(
      {},
      { cancellation: cancellation.signal },
    );
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.title).toBe('The run was cancelled');
    expect(actions.summary).toMatch(/\*\*Still running\*\*: .*“Smoke test”/);
    expect(smokeTest).toBeNull();
    expect(stage.emulator.state.sessions()).toMatchObject([{ isActive: false }]);
    expect(stage.clock.now() - cancelledAt).toBeLessThan(2000);
  });
});

describe('the start of a smoke test session', () => {
  test.each([
    { transport: 'webrtc', sent: { transport: 'webrtc' } },
    { transport: '', sent: {} },
  ])('sends the transport $transport and the body', async ({ transport, sent }) => {
    await release({ 'smoke-test-transport': transport, 'smoke-test-body': '{"language":"en"}' });
    expect(starts()).toEqual([{ body: { ...sent, body: { language: 'en' } } }]);
  });

  test('requests a room that expires soon after the test', async () => {
    await release({ 'smoke-test-transport': 'daily' });
    const [{ body } = { body: undefined }] = starts();
    const { dailyRoomProperties, ...others } = body as { dailyRoomProperties: { exp: number } };
    expect(others).toEqual({ transport: 'daily', createDailyRoom: true });
    const now = stage.clock.wallTime() / 1000;
    expect(dailyRoomProperties.exp).toBeGreaterThan(now);
    expect(dailyRoomProperties.exp).toBeLessThan(now + 180);
  });

  test('uses the public key only for the public API', async () => {
    everySession({ paths: { healthz: 200 } });
    await release({ 'smoke-test-path': 'healthz' });
    const publicly = stage.emulator.requests.filter(
      ({ headers }) => headers['authorization'] === 'Bearer pk_emulator',
    );
    expect(publicly.length).toBeGreaterThan(1);
    expect(publicly.filter(({ path }) => !path.startsWith('/v1/public/'))).toEqual([]);
  });
});

test.each(['daily', 'webrtc'])('no output shows what opens a %s session', async (transport) => {
  everySession({ endsAfter: 3000, completionStatus: 'HTTP_ERROR' });
  const { actions } = await release({ 'smoke-test-transport': transport });
  const secrets = actions.masks.filter((mask) => mask !== 'sk_emulator');
  expect(secrets).toContain('pk_emulator');
  expect(secrets.length).toBeGreaterThan(1);
  for (const secret of secrets) expect(actions.everything).not.toContain(secret);
});

describe('a sequential rollout', () => {
  const regions = ['us-west', 'eu-central'];
  const inputsOfTwo = {
    ...inputs,
    region: regions.join(', '),
    'agent-name': 'voice-{region}',
    rollout: 'sequential',
  };
  const seed = (): void => {
    for (const region of regions) {
      stage.emulator.seed.agent({ name: `voice-${region}`, region, image: older, minAgents: 1 });
    }
  };

  test('stops after a region whose smoke test fails', async () => {
    seed();
    stage.emulator.script.session('voice-us-west', {
      endsAfter: 2000,
      completionStatus: 'HTTP_ERROR',
    });
    const { succeeded, agents } = await stage.release(inputsOfTwo);
    expect(succeeded).toBe(false);
    expect(agents).toMatchObject([
      { outcome: 'updated', smokeTest: { outcome: 'failed' } },
      { outcome: 'skipped', smokeTest: null },
    ]);
  });

  test('continues after a region whose smoke test is inconclusive', async () => {
    seed();
    stage.emulator.script.session('voice-us-west', {
      refusal: { status: 402, message: 'no', code: 'PCC-1004' },
    });
    const { succeeded, agents } = await stage.release(inputsOfTwo);
    expect(succeeded).toBe(true);
    expect(agents).toMatchObject([
      { smokeTest: { outcome: 'inconclusive' } },
      { smokeTest: { outcome: 'passed' } },
    ]);
  });
});

test('a dry run says what the smoke test would do, and starts no session', async () => {
  const { actions, succeeded } = await release({
    'dry-run': 'true',
    'smoke-test-path': 'healthz',
    'smoke-test-transport': 'daily',
    'smoke-test-body': '{"token":"hidden-in-body"}',
    'wait-for-drain': 'true',
  });
  expect(succeeded).toBe(true);
  expect(starts()).toEqual([]);
  const plan = JSON.parse(actions.outputs['plan'] ?? '') as {
    regions: { agent: Record<string, unknown> }[];
  };
  expect(plan.regions[0]?.agent).toMatchObject({
    smokeTest: { transport: 'daily', path: '/healthz', hasBody: true, duration: 5, timeout: 60 },
    drainTimeout: 3600,
  });
  expect(actions.summary).toContain('Smoke test: start one session on `voice`');
  expect(actions.summary).toContain('no session of `voice` runs on an older deployment');
  expect(actions.everything).not.toContain('hidden-in-body');
});
