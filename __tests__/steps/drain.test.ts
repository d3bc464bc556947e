import { beforeEach, describe, expect, test } from '@jest/globals';
import { credentials, stageForEachTest, type ReleaseOutcome } from '../support/release-run.js';

const stage = stageForEachTest();

const newer = 'ghcr.io/acme/voice:2.0.0';
const listing = { method: 'GET', path: '/v1/agents/voice/sessions' } as const;
let deploymentBefore: string;

const inputs = {
  ...credentials['API key'],
  'agent-name': 'voice',
  region: 'us-west',
  'secret-set': 'keys',
  secrets: 'A_KEY=newer-value',
  image: newer,
};

function release(more: Readonly<Record<string, string>> = {}): Promise<ReleaseOutcome> {
  return stage.release({ ...inputs, ...more });
}

beforeEach(() => {
  stage.emulator.seed.secretSet({ name: 'keys', values: { A_KEY: 'older-value', B_KEY: 'b' } });
  ({ deploymentId: deploymentBefore } = stage.emulator.seed.agent({
    name: 'voice',
    image: 'ghcr.io/acme/voice:1.0.0',
    secretSet: 'keys',
    maxAgents: 2000,
  }));
});

function seedSessions(count: number, endsAfter = Infinity): void {
  for (let made = 0; made < count; made++) {
    stage.emulator.seed.session({ agent: 'voice', endsAfter });
  }
}

describe('the count of sessions on older deployments', () => {
  test('is reported after an update, with when the old key may be revoked', async () => {
    seedSessions(3);
    const { succeeded, agents, actions } = await release();
    expect(succeeded).toBe(true);
    expect(agents).toMatchObject([{ sessionsOnOlder: 3, smokeTest: null }]);
    expect(actions.notices.join('\n')).toMatch(
      /Before you revoke the old `A_KEY`: running sessions .* Sessions on older deployments now: 3\./,
    );
    expect(actions.summary).toContain('Old<br>sessions');
    const asked = stage.emulator.requests.filter(({ path }) => path === listing.path);
    expect(asked.map(({ query }) => query)).toEqual([
      { status: 'active', limit: '100', offset: '0' },
    ]);
  });

  test('is zero if none runs, so the old key may be revoked', async () => {
    const { agents, actions } = await release();
    expect(agents).toMatchObject([{ sessionsOnOlder: 0 }]);
    expect(actions.notices.join('\n')).toContain(
      'runs on an older deployment now, so you can revoke the old `A_KEY`.',
    );
  });

  test('is read page by page up to a thousand', async () => {
    seedSessions(1001);
    const { agents, actions } = await release();
    expect(agents).toMatchObject([{ sessionsOnOlder: 1000 }]);
    expect(actions.notices.join('\n')).toContain('at least 1000');
    expect(stage.emulator.requests.filter(({ path }) => path === listing.path)).toHaveLength(10);
  });

  test.each([
    { name: 'rejected', fault: { kind: 'status', status: 403, body: { error: 'no' } } },
    { name: 'unavailable', fault: { kind: 'status', status: 503, body: 'gateway' } },
    { name: 'unexpected shape', fault: { kind: 'wrong-json' } },
  ] as const)(
    'is null if it cannot be read ($name), and the release succeeds',
    async ({ fault }) => {
      stage.emulator.script.fault(listing, fault, { times: 100 });
      const { succeeded, agents } = await release();
      expect(succeeded).toBe(true);
      expect(agents).toMatchObject([{ sessionsOnOlder: null }]);
    },
  );

  test.each([
    { name: 'a new agent', more: { 'agent-name': 'other', 'secret-set': 'others' } },
    {
      name: 'an agent that keeps its deployment',
      more: { image: 'ghcr.io/acme/voice:1.0.0', 'secret-set': '', secrets: '' },
    },
    { name: 'an agent that the release does not wait for', more: { 'wait-for-ready': 'false' } },
  ])('is not read for $name', async ({ more }) => {
    const { succeeded, agents } = await release(more);
    expect(succeeded).toBe(true);
    expect(agents).toMatchObject([{ sessionsOnOlder: null }]);
    expect(stage.emulator.requests.filter(({ path }) => path.endsWith('/sessions'))).toEqual([]);
  });
});

describe('a release with `wait-for-drain`', () => {
  const waiting = { 'wait-for-drain': 'true', 'drain-timeout': '600' };

  test('waits for the last old session before it deletes anything', async () => {
    seedSessions(1, 300_000);
    seedSessions(1, 100_000);
    const pruning = { 'prune-secrets': 'true' };
    let running = -1;
    stage.emulator.script.before({ method: 'DELETE', path: '/v1/secrets/keys/B_KEY' }, () => {
      running = stage.emulator.state.sessions().filter(({ isActive }) => isActive).length;
    });
    const { succeeded, agents, actions } = await release({ ...waiting, ...pruning });
    expect(succeeded).toBe(true);
    expect(agents).toMatchObject([{ sessionsOnOlder: 0 }]);
    expect(running).toBe(0);
    const lines = actions.log.filter((line) => line.includes('sessions on older deployments:'));
    expect(lines.some((line) => line.endsWith(': 2'))).toBe(true);
    expect(lines.some((line) => line.endsWith(': 1'))).toBe(true);
    expect(actions.summary).toContain('Wait for sessions on older deployments');
    const statusChecks = stage.emulator.requests.filter(({ path }) => path === listing.path);
    // The intervals grow, so 300 seconds take far fewer status checks.
    expect(statusChecks.length).toBeLessThan(80);
  });

  test('fails at `drain-timeout`, reports the release as done, and deletes nothing', async () => {
    seedSessions(2);
    const { succeeded, agents, actions } = await release({ ...waiting, 'prune-secrets': 'true' });
    expect(succeeded).toBe(false);
    expect(agents).toMatchObject([{ outcome: 'updated', ready: true, sessionsOnOlder: 2 }]);
    const [error] = actions.errors;
    expect(error?.title).toBe('Released, but sessions still run on older deployments');
    expect(error?.message).toContain('The release itself is done.');
    expect(error?.message).toContain('Sessions on older deployments: 2; `drain-timeout` is 10 min');
    expect(stage.emulator.state.secretSet('keys')).toMatchObject({
      values: { A_KEY: 'newer-value', B_KEY: 'b' },
    });
    expect(stage.emulator.state.agent('voice')?.deployments).toHaveLength(2);
  });

  test('also waits if it makes no new deployment, as in the second of two runs', async () => {
    const deploymentId = deploymentBefore;
    const first = await release();
    expect(first.agents).toMatchObject([{ sessionsOnOlder: 0 }]);
    stage.emulator.seed.session({ agent: 'voice', deploymentId, endsAfter: 60_000 });
    const { agents } = await release({ ...waiting, 'secret-set': '', secrets: '' });
    expect(agents).toMatchObject([{ outcome: 'unchanged', sessionsOnOlder: 0 }]);
    expect(stage.emulator.state.sessions()).toMatchObject([{ isActive: false }]);
  });

  test('does not wait for sessions on the deployment of a later release', async () => {
    seedSessions(1, 60_000);
    stage.emulator.script.after(listing, () => {
      stage.emulator.script.supersede('voice');
      stage.clock.pass(10_000);
      seedSessions(1);
    });
    const { succeeded } = await release(waiting);
    expect(succeeded).toBe(true);
  });

  test('keeps waiting although status checks fail', async () => {
    seedSessions(1, 60_000);
    const fault = { kind: 'status', status: 502, body: 'gateway' } as const;
    stage.emulator.script.fault(listing, fault, { times: 3 });
    const { succeeded, agents } = await release(waiting);
    expect(succeeded).toBe(true);
    expect(agents).toMatchObject([{ sessionsOnOlder: 0 }]);
  });
});
