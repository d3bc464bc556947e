import { describe, expect, test } from '@jest/globals';
import { credentials, stageForEachTest, writes } from '../support/release-run.js';

const stage = stageForEachTest();

const inputs = {
  'secret-set': 'keys',
  secrets: 'A=first-value',
  'agent-name': 'voice',
  image: 'ghcr.io/acme/voice:1.0.0',
};

/** One status of each kind with which the platform may respond. */
const refusals = [400, 401, 402, 403, 404, 429, 500, 503];

describe.each(Object.entries(credentials))('with %s, the report', (_name, credential) => {
  test.each(refusals)(
    'says that nothing was changed after a %i before the first write',
    async (status) => {
      stage.emulator.script.fault(
        { method: 'GET', path: /\/secrets$/ },
        { kind: 'status', status, body: { error: 'No', code: 'NO' } },
        { times: 100 },
      );
      const { succeeded, actions } = await stage.release({ ...credential, ...inputs });
      expect(succeeded).toBe(false);
      expect(actions.errors[0]?.message).toContain('Nothing was changed.');
      expect(actions.summary).toContain('**Nothing was changed.**');
      expect(writes(stage.emulator)).toEqual([]);
    },
  );

  test('says that nothing was changed if the first write is rejected', async () => {
    stage.emulator.script.fault(
      { method: 'PUT', path: /\/secrets\/keys$/ },
      { kind: 'status', status: 403, body: { error: 'No', code: 'NO' } },
    );
    const { actions } = await stage.release({ ...credential, ...inputs });
    expect(actions.errors[0]?.message).toContain('Nothing was changed.');
  });

  test.each([
    { status: 400, isKnown: true },
    { status: 503, isKnown: false },
  ])(
    'says that no agent was changed after a deploy that ends with $status: $isKnown',
    async (one) => {
      stage.emulator.seed.agent({ name: 'voice', image: 'ghcr.io/acme/voice:0.9.0' });
      stage.emulator.script.fault(
        { method: 'POST', path: '/v1/agents/voice' },
        { kind: 'status', status: one.status, body: { error: 'No', code: 'NO' } },
        { times: 100 },
      );
      stage.emulator.script.fault(
        { method: 'PUT', path: /\/services$/ },
        { kind: 'status', status: one.status, body: { error: 'No', code: 'NO' } },
        { times: 100 },
      );
      const { actions } = await stage.release({ ...credential, ...inputs });
      const message = actions.errors[0]?.message ?? '';
      expect(message).not.toContain('Nothing was changed.');
      expect(message.includes('No agent was deployed')).toBe(one.isKnown);
    },
  );
});

describe('the report of a rejected deploy', () => {
  test.each([
    { name: 'a 402', status: 402, error: 'No' },
    { name: 'a spend limit', status: 400, error: 'The spend limit is reached' },
    { name: 'a suspended account', status: 403, error: 'Your account is suspended' },
  ])('suggests billing as the cause of $name', async ({ status, error }) => {
    stage.emulator.script.fault(
      { method: 'POST', path: '/v1/agents' },
      { kind: 'status', status, body: { error, code: 'NO' } },
    );
    const { actions } = await stage.release({ ...credentials['API key'], ...inputs });
    expect(actions.errors[0]?.title).toBe('The account has a billing problem');
    expect(actions.errors[0]?.message).toContain('Settings → Billing');
  });
});

test('a release with `region` succeeds even if the properties of the organization cannot be read', async () => {
  stage.emulator.script.fault(
    { method: 'GET', path: '/v1/properties' },
    { kind: 'status', status: 500 },
    { times: 100 },
  );
  const named = { ...credentials['API key'], ...inputs, region: 'us-west' };
  expect(await stage.release(named)).toMatchObject({ succeeded: true });
  const inferred = { ...credentials['API key'], ...inputs };
  expect(await stage.release(inferred)).toMatchObject({ succeeded: true });
});

test('the report of a new agent names its `websocket-auth` and explains what ready means', async () => {
  stage.emulator.script.fault(
    { method: 'POST', path: '/v1/agents' },
    {
      kind: 'status',
      status: 200,
      carryOut: true,
      body: { name: 'voice', websocketAuth: 'token' },
    },
  );
  const first = await stage.release({ ...credentials['API key'], ...inputs });
  expect(first.actions.summary).toContain(
    'The platform created `voice` with `websocket-auth: token`.',
  );
  expect(first.actions.summary).not.toContain('Ready means');
  const second = await stage.release({ ...credentials['API key'], ...inputs });
  expect(second.actions.summary).toContain('an idle instance may still have taken a new session');
  expect(second.actions.notices.join()).not.toContain('Ready means');
});

test('the report says that a region keeps no logs, and still reports the failure', async () => {
  stage.emulator.script.deployment('voice', { outcome: 'crash-loop', logs: [] });
  const { succeeded, actions } = await stage.release({
    ...credentials['API key'],
    ...inputs,
    'failure-logs': 'always',
  });
  expect(succeeded).toBe(false);
  expect(actions.errors[0]?.title).toBe('The deployment failed');
  expect(actions.summary).toContain('or the region `us-west` does not keep logs');
});

test.each([404, 400, 422])(
  'the report names the failure even if the platform rejects a request for logs with %i',
  async (status) => {
    stage.emulator.script.deployment('voice', { outcome: 'crash-loop' });
    stage.emulator.script.fault(
      { method: 'GET', path: /\/logs$/ },
      { kind: 'status', status, body: { error: 'Logs are not kept', code: 'NO_LOGS' } },
      { times: 9 },
    );
    const { actions } = await stage.release({
      ...credentials['API key'],
      ...inputs,
      'failure-logs': 'always',
    });
    expect(actions.errors[0]?.title).toBe('The deployment failed');
    expect(actions.summary).toContain('Logs are not kept');
    expect(actions.summary).toContain('The region `us-west` may not keep logs');
  },
);
