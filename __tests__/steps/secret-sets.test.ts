import { beforeEach, describe, expect, test } from '@jest/globals';
import { credentials, stageForEachTest, writes } from '../support/release-run.js';

const stage = stageForEachTest();

const keysOnly = { ...credentials['API key'], 'secret-set': 'keys', secrets: 'A=value-a' };
const image = 'ghcr.io/acme/voice:1.0.0';

test('a release without an agent says that agents keep the old values', async () => {
  stage.emulator.seed.secretSet({ name: 'keys', values: { A: 'older-value' } });
  const { actions } = await stage.release(keysOnly);
  expect(actions.summary).toContain('## ✅ Secrets are ready: `keys`');
  expect(actions.notices).toEqual([
    'Agents that bind `keys` keep the old values until a new deployment replaces them.',
  ]);
});

test('a release writes nothing if every value is empty and skipped', async () => {
  const { succeeded, actions } = await stage.release({
    ...keysOnly,
    secrets: 'A=',
    'empty-secrets': 'skip',
  });
  expect(succeeded).toBe(false);
  expect(actions.errors[0]?.message).toContain(
    'does not exist, and the release has no values to create it',
  );
  expect(writes(stage.emulator)).toEqual([]);
});

test('a rejected name is reported as possibly taken by another organization', async () => {
  stage.emulator.seed.secretSet({ name: 'keys', organization: 'globex' });
  const { actions } = await stage.release(keysOnly);
  expect(actions.errors[0]?.message).toContain('PUT /v1/secrets/keys → 400');
  expect(actions.errors[0]?.message).toContain('may belong to another organization');
});

test('a rejection that does not mention the name is not reported as a taken name', async () => {
  stage.emulator.script.fault(
    { method: 'PUT' },
    { kind: 'status', status: 400, body: { error: 'Too many sets', code: 'NO' } },
  );
  const { actions } = await stage.release(keysOnly);
  expect(actions.errors[0]?.message).toContain('`Too many sets`');
  expect(actions.everything).not.toContain('organization');
});

describe('writing a secret set', () => {
  test('takes one request for all pairs with an API key', async () => {
    await stage.release({ ...keysOnly, secrets: 'A=value-a\nB=value-b\nC=value-c' });
    expect(writes(stage.emulator)).toEqual(['PUT /v1/secrets/keys']);
  });

  test('takes one request for each pair with a token', async () => {
    await stage.release({
      ...credentials.token,
      'secret-set': 'keys',
      secrets: 'A=value-a\nB=value-b\nC=value-c',
    });
    expect(writes(stage.emulator)).toEqual(
      Array.from({ length: 3 }, () => 'PUT /v1/organizations/acme/secrets/keys'),
    );
    expect(stage.emulator.state.secretSet('keys')?.values).toEqual({
      A: 'value-a',
      B: 'value-b',
      C: 'value-c',
    });
  });

  test('is retried if another process is writing the set', async () => {
    stage.emulator.script.fault(
      { method: 'PUT' },
      { kind: 'status', status: 409, body: { error: 'modified concurrently', code: 'CONFLICT' } },
      { times: 2 },
    );
    const { succeeded, actions } = await stage.release(keysOnly);
    expect(succeeded).toBe(true);
    expect(actions.log).toContainEqual(
      expect.stringMatching(
        /info: PUT \/v1\/secrets\/keys failed: the response was 409.*\. Retrying in \d+\.\d s \(attempt 3 of 5\)\./,
      ),
    );
  });

  test.each(Object.entries(credentials))(
    'is not taken as done if a proxy answers with a page, with an %s',
    async (_, who) => {
      stage.emulator.seed.secretSet({ name: 'keys', values: { A: 'older-value' } });
      stage.emulator.script.fault({ method: 'PUT' }, { kind: 'not-json' });
      const { succeeded, actions } = await stage.release({ ...keysOnly, 'api-key': '', ...who });
      expect(succeeded).toBe(true);
      expect(stage.emulator.state.secretSet('keys')?.values).toEqual({ A: 'value-a' });
      expect(actions.log).toContainEqual(expect.stringMatching(/PUT .* failed: .*attempt 2 of 5/));
    },
  );

  describe.each(Object.entries(credentials))(
    'is done when the platform accepts it, with an %s,',
    (_, who) => {
      test.each([
        { status: 200, body: { status: 'accepted' } },
        { status: 200, body: { status: 'ok' } },
        { status: 200, body: { status: 'queued for us-west' } },
        { status: 200, body: { status: null } },
        { status: 200, body: { ok: true } },
        { status: 200, body: {} },
        { status: 200, body: '' },
        { status: 200, body: 'OK' },
        { status: 201, body: {} },
        { status: 202, body: {} },
        { status: 202, body: 'Accepted' },
        { status: 207, body: [] },
      ])('with $status $body', async ({ status, body }) => {
        stage.emulator.script.fault(
          { method: 'PUT' },
          { kind: 'status', status, body, carryOut: true },
        );
        const outcome = await stage.release({ ...keysOnly, 'api-key': '', ...who });
        expect(outcome).toMatchObject({ succeeded: true });
        expect(writes(stage.emulator)).toHaveLength(1);
      });
    },
  );

  test('is reported key by key if it fails halfway', async () => {
    stage.emulator.script.fault(
      { method: 'PUT' },
      { kind: 'status', status: 400, body: { error: 'Invalid request format', code: 'BAD' } },
      { skip: 1 },
    );
    const { succeeded, secretSets, actions } = await stage.release({
      ...credentials.token,
      'secret-set': 'keys',
      secrets: 'A=value-a\nB=value-b',
      'agent-name': 'voice',
      image,
    });
    expect(succeeded).toBe(false);
    expect(secretSets).toMatchObject([{ outcome: 'failed', added: ['A'], updated: [] }]);
    expect(actions.errors[0]?.message).toContain('Secret set: keys · Region: us-west');
    expect(actions.errors[0]?.message).toMatch(
      /PUT \/v1\/organizations\/acme\/secrets\/keys → 400 · Request ID: req-\d+ · Code: BAD/,
    );
    expect(stage.emulator.state.agent('voice')).toBeUndefined();
  });
});

describe('the log of a write', () => {
  test.each([
    {
      name: 'a new set',
      existing: undefined,
      inputs: { secrets: 'A=value-a\nB=value-b' },
      expected: 'Created secret set keys in us-west: added A, B.',
    },
    {
      name: 'newer values',
      existing: { A: 'older-value', B: 'older-value' },
      inputs: { secrets: 'A=value-a\nB=value-b' },
      expected: 'Updated secret set keys in us-west: updated A, B.',
    },
    {
      name: 'a newer value and a new one',
      existing: { B: 'older-value' },
      inputs: { secrets: 'A=value-a\nB=value-b' },
      expected: 'Updated secret set keys in us-west: added A; updated B.',
    },
    {
      name: 'an image pull secret',
      existing: undefined,
      inputs: {
        'secret-set': '',
        secrets: '',
        'image-credentials': 'registry',
        registry: 'ghcr.io',
        'registry-username': 'acme',
        'registry-password': 'token-that-lasts',
      },
      expected: 'Created image pull secret registry in us-west for https://ghcr.io.',
    },
  ])('names $name', async ({ existing, inputs, expected }) => {
    if (existing !== undefined) stage.emulator.seed.secretSet({ name: 'keys', values: existing });
    const { actions } = await stage.release({ ...keysOnly, ...inputs });
    expect(actions.log).toContain(`info: ${expected}`);
  });
});

describe('waiting for a secret set', () => {
  test("ends at once if provisioning fails, with the platform's message", async () => {
    stage.emulator.script.provisioning('keys', {
      delay: 2000,
      outcome: 'failed',
      errorMessage: 'The region ran out of room',
    });
    const { succeeded, secretSets, actions } = await stage.release({
      ...keysOnly,
      'agent-name': 'voice',
      image,
    });
    expect(succeeded).toBe(false);
    expect(secretSets).toMatchObject([{ outcome: 'failed', status: 'failed', added: ['A'] }]);
    expect(actions.errors[0]).toMatchObject({ title: 'A secret set could not be provisioned' });
    expect(actions.errors[0]?.message).toContain('The region ran out of room');
    expect(stage.emulator.state.agent('voice')).toBeUndefined();
  });

  test('ends after `secrets-timeout`, with the last state and its duration', async () => {
    stage.emulator.script.provisioning('keys', { outcome: 'pending' });
    const startedAt = stage.clock.now();
    const { succeeded, secretSets, actions } = await stage.release({
      ...keysOnly,
      'secrets-timeout': '30',
    });
    expect(succeeded).toBe(false);
    expect(stage.clock.now() - startedAt).toBeLessThan(31_000);
    expect(secretSets).toMatchObject([{ outcome: 'failed', status: 'pending' }]);
    expect(actions.errors[0]?.title).toBe('The secret sets took too long');
    expect(actions.errors[0]?.message).toMatch(
      /Last state: pending, after (29|30) s of waiting; `secrets-timeout` is 30 s/,
    );
  });

  test('counts the time of unanswered writes toward `secrets-timeout`', async () => {
    stage.emulator.script.fault({ method: 'PUT' }, { kind: 'hang' }, { times: 9 });
    const startedAt = stage.clock.now();
    const { succeeded, actions } = await stage.release({ ...keysOnly, 'secrets-timeout': '45' });
    expect(succeeded).toBe(false);
    expect(stage.clock.now() - startedAt).toBeLessThan(46_000);
    expect(actions.errors[0]?.title).toBe('The secret sets took too long');
  });

  test('checks the status quickly at first and less often later', async () => {
    stage.emulator.script.provisioning('keys', { delay: 60_000 });
    await stage.release(keysOnly);
    const statusChecks = stage.emulator.requests.filter(({ path }) => path === '/v1/secrets/keys');
    expect(statusChecks.length).toBeLessThan(50);
    const [first, second] = statusChecks.filter(({ method }) => method === 'GET');
    expect((second?.receivedAt ?? 0) - (first?.receivedAt ?? 0)).toBeLessThan(300);
  });

  test('includes a pending set that the release only binds', async () => {
    stage.emulator.seed.secretSet({
      name: 'keys',
      values: { A: 'value-a' },
      status: 'pending',
      readyAfter: 8000,
    });
    const { succeeded, secretSets } = await stage.release({
      ...credentials['API key'],
      'secret-set': 'keys',
      'agent-name': 'voice',
      image,
    });
    expect(succeeded).toBe(true);
    expect(secretSets).toMatchObject([{ outcome: 'existing', status: 'ready', added: [] }]);
  });

  test('continues after failed status checks, and reports a series of them once', async () => {
    stage.emulator.script.fault(
      { method: 'GET', path: '/v1/secrets/keys' },
      { kind: 'status', status: 502, body: '<html>Bad gateway</html>' },
      { times: 7 },
    );
    const { succeeded, actions } = await stage.release(keysOnly);
    expect(succeeded).toBe(true);
    expect(actions.log.filter((line) => line.includes('Status check failed'))).toHaveLength(1);
    expect(actions.log).toContainEqual(
      expect.stringContaining('The platform responds again, after 7 failed status checks.'),
    );
  });

  test('ends when the platform rejects a status check', async () => {
    stage.emulator.script.fault(
      { method: 'GET', path: '/v1/secrets/keys' },
      { kind: 'status', status: 403, body: { error: 'Forbidden', code: 'FORBIDDEN' } },
    );
    const { actions } = await stage.release(keysOnly);
    expect(actions.errors[0]?.title).toBe('The credential does not allow this');
    expect(actions.errors[0]?.message).toContain('a private API key from the input `api-key`');
  });
});

test('the report has the state of each of several sets, even after one has failed', async () => {
  stage.emulator.script.provisioning('registry', { delay: 10_000 });
  stage.emulator.script.provisioning('keys', { delay: 1000, outcome: 'failed' });
  const { secretSets } = await stage.release({
    ...keysOnly,
    'image-credentials': 'registry',
    registry: 'ghcr.io',
    'registry-username': 'acme',
    'registry-password': 'token-that-lasts',
  });
  expect(secretSets).toMatchObject([
    { name: 'registry', outcome: 'created', status: 'ready' },
    { name: 'keys', outcome: 'failed', status: 'failed' },
  ]);
});

test('each series of failed status checks is counted separately', async () => {
  const bad = { kind: 'status', status: 502 } as const;
  const statusCheck = { method: 'GET', path: '/v1/secrets/keys' };
  stage.emulator.script.provisioning('keys', { delay: 20_000 });
  stage.emulator.script.fault(statusCheck, bad, { times: 2 });
  stage.emulator.script.fault(statusCheck, bad, { times: 3, skip: 5 });
  const { actions } = await stage.release(keysOnly);
  expect(actions.log.filter((line) => line.includes('responds again'))).toEqual([
    expect.stringContaining('after 2 failed status checks.'),
    expect.stringContaining('after 3 failed status checks.'),
  ]);
});

test('a status check without an answer ends the wait at `secrets-timeout`', async () => {
  stage.emulator.script.fault(
    { method: 'GET', path: '/v1/secrets/keys' },
    { kind: 'hang' },
    { times: 9, skip: 1 },
  );
  const { actions } = await stage.release({ ...keysOnly, 'secrets-timeout': '20' });
  expect(actions.errors[0]?.title).toBe('The secret sets took too long');
  expect(actions.errors[0]?.message).toContain('Last state: pending');
  expect(actions.log).toContainEqual(expect.stringMatching(/^info: 1[0-9]\.\d s: keys pending/));
});

test('writing a failed secret set repairs it', async () => {
  stage.emulator.seed.secretSet({ name: 'keys', values: {}, status: 'failed' });
  const { succeeded, secretSets } = await stage.release(keysOnly);
  expect(succeeded).toBe(true);
  expect(secretSets).toMatchObject([{ outcome: 'updated', status: 'ready' }]);
});

test('an image pull secret is not reported as ready before a status check says so', async () => {
  stage.emulator.seed.imagePullSecret({ name: 'registry' });
  stage.emulator.script.fault(
    { method: 'GET', path: '/v1/secrets' },
    { kind: 'status', status: 403, body: { error: 'Forbidden', code: 'FORBIDDEN' } },
    { skip: 1 },
  );
  const { succeeded, secretSets } = await stage.release({
    ...credentials['API key'],
    region: 'us-west',
    'image-credentials': 'registry',
    registry: 'ghcr.io',
    'registry-username': 'acme',
    'registry-password': 'token-that-lasts',
    'agent-name': 'voice',
    image,
  });
  expect(succeeded).toBe(false);
  expect(secretSets).toMatchObject([{ name: 'registry', outcome: 'failed', status: 'pending' }]);
});

describe('pruning a secret set', () => {
  const release = {
    ...credentials['API key'],
    'secret-set': 'keys',
    secrets: 'A=newer-a',
    'prune-secrets': 'true',
    'agent-name': 'voice',
    image,
  };

  beforeEach(() => {
    stage.emulator.seed.secretSet({ name: 'keys', values: { A: 'value-a', OLD: 'value-old' } });
  });

  test('comes last, after the agent is serving, and the set is waited for again', async () => {
    const { succeeded, secretSets, actions } = await stage.release(release);
    expect(succeeded).toBe(true);
    expect(secretSets).toMatchObject([{ updated: ['A'], pruned: ['OLD'], status: 'ready' }]);
    expect(actions.log).toContain('info: Deleted from keys in us-west: OLD.');
    expect(stage.emulator.state.secretSet('keys')).toMatchObject({
      values: { A: 'newer-a' },
      status: 'ready',
    });
    expect(writes(stage.emulator)).toEqual([
      'PUT /v1/secrets/keys',
      'POST /v1/agents',
      'DELETE /v1/secrets/keys/OLD',
    ]);
  });

  test('is not taken as done if a proxy answers with a success', async () => {
    stage.emulator.script.fault({ method: 'DELETE' }, { kind: 'wrong-json' });
    const { succeeded, secretSets } = await stage.release(release);
    expect(succeeded).toBe(true);
    expect(secretSets).toMatchObject([{ pruned: ['OLD'] }]);
    expect(stage.emulator.state.secretSet('keys')?.values).toEqual({ A: 'newer-a' });
  });

  test('never follows a failure', async () => {
    stage.emulator.script.deployment('voice', { outcome: 'crash-loop' });
    const { succeeded, secretSets } = await stage.release(release);
    expect(succeeded).toBe(false);
    expect(secretSets).toMatchObject([{ pruned: [] }]);
    expect(stage.emulator.state.secretSet('keys')?.values).toHaveProperty('OLD');
  });

  test('counts a key that no longer exists as deleted', async () => {
    stage.emulator.script.fault({ method: 'DELETE' }, { kind: 'reset', carryOut: true });
    const { succeeded, secretSets } = await stage.release(release);
    expect(succeeded).toBe(true);
    expect(secretSets).toMatchObject([{ pruned: ['OLD'] }]);
  });

  test('waits for the set no longer than `secrets-timeout`', async () => {
    stage.emulator.script.after({ method: 'DELETE' }, () => {
      stage.emulator.seed.secretSet({ name: 'keys', values: { A: 'newer-a' }, status: 'pending' });
    });
    const startedAt = stage.clock.now();
    const { actions } = await stage.release({ ...release, 'secrets-timeout': '60' });
    expect(stage.clock.now() - startedAt).toBeLessThan(90_000);
    expect(actions.errors[0]?.title).toContain('was not pruned');
  });

  test('is skipped with `wait-for-ready: false`, with a warning', async () => {
    const { succeeded, actions } = await stage.release({ ...release, 'wait-for-ready': 'false' });
    expect(succeeded).toBe(true);
    expect(actions.warnings).toContainEqual(expect.stringContaining('Ignored `prune-secrets`'));
    expect(stage.emulator.state.secretSet('keys')?.values).toHaveProperty('OLD');
  });

  test('keeps a key that was given without a value', async () => {
    const { succeeded, secretSets } = await stage.release({
      ...release,
      secrets: 'A=newer-a\nOLD=',
      'empty-secrets': 'skip',
    });
    expect(succeeded).toBe(true);
    expect(secretSets).toMatchObject([{ pruned: [] }]);
    expect(stage.emulator.state.secretSet('keys')?.values).toHaveProperty('OLD', 'value-old');
  });
});

describe('the report of a secret set that the release only binds', () => {
  test.each([
    {
      name: 'whose region is unreachable',
      seeded: { status: 'unknown', referenced: false } as const,
      words: 'unknown (its region cannot be reached)',
    },
    {
      name: 'whose Kubernetes Secret does not exist',
      seeded: { status: 'pending', referenced: true } as const,
      words: 'pending (it is referenced, and its Kubernetes Secret does not exist yet)',
    },
  ])('$name says so', async ({ seeded, words }) => {
    stage.emulator.seed.secretSet({ name: 'keys', ...seeded });
    const { succeeded, actions } = await stage.release({
      ...credentials['API key'],
      'secret-set': 'keys',
      'agent-name': 'voice',
      image,
    });
    expect(succeeded).toBe(false);
    expect(actions.log.join('\n')).toContain(`keys ${words}`);
    expect(actions.errors[0]?.message).toContain(`Last state: ${words}`);
  });
});
