import { describe, expect, test } from '@jest/globals';
import { checkoutForEachTest } from '../support/checkout.js';
import { credentials, stageForEachTest } from '../support/release-run.js';

const stage = stageForEachTest();

const image = 'ghcr.io/acme/voice:1.0.0';
const secretsOnly = {
  ...credentials['API key'],
  region: 'us-west',
  'secret-set': 'keys',
  secrets: 'A=newer-value',
};
const leftOpen = 'Whether it was carried out is not known';

describe('a write of a secret set', () => {
  test('leaves the state of the set unknown if every answer is lost', async () => {
    stage.emulator.seed.secretSet({ name: 'keys', values: { A: 'older-value' } });
    stage.emulator.script.fault({ method: 'PUT' }, { kind: 'reset', carryOut: true }, { times: 9 });
    const { secretSets, actions } = await stage.release(secretsOnly);
    expect(secretSets).toMatchObject([{ outcome: 'failed', status: null, updated: [] }]);
    expect(actions.errors[0]?.message).toContain(leftOpen);
  });

  test('leaves the state of the set unknown if an answer is lost and a retry is rejected', async () => {
    const { script } = stage.emulator;
    script.fault({ method: 'PUT' }, { kind: 'reset', carryOut: true });
    script.fault(
      { method: 'PUT' },
      { kind: 'status', status: 400, body: { error: 'No', code: 'NO' } },
    );
    const { actions } = await stage.release(secretsOnly);
    expect(actions.errors[0]?.message).toContain('PUT /v1/secrets/keys → 400');
    expect(actions.errors[0]?.message).toContain(
      'Whether an earlier attempt was carried out is not known',
    );
    expect(stage.emulator.state.secretSet('keys')?.values).toEqual({ A: 'newer-value' });
  });

  test('is reported as not done if every attempt was rejected', async () => {
    stage.emulator.script.fault(
      { method: 'PUT' },
      { kind: 'status', status: 400, body: { error: 'No', code: 'NO' } },
    );
    const { actions } = await stage.release(secretsOnly);
    expect(actions.everything).not.toContain('is not known');
  });
});

test('a secret set that was only partly written is not reported as ready', async () => {
  stage.emulator.seed.secretSet({ name: 'keys', values: { A: 'older-value', B: 'older-value' } });
  stage.emulator.script.fault(
    { method: 'PUT' },
    { kind: 'status', status: 400, body: { error: 'No', code: 'NO' } },
    { skip: 1 },
  );
  const { secretSets } = await stage.release({
    ...secretsOnly,
    'api-key': '',
    ...credentials.token,
    secrets: 'A=newer-value\nB=newer-value',
  });
  expect(secretSets).toMatchObject([{ outcome: 'failed', status: 'pending', updated: ['A'] }]);
});

test('a secret set that was only partly pruned is not reported as ready', async () => {
  const values = { A: 'older-value', B: 'old-value', C: 'old-value' };
  stage.emulator.seed.secretSet({ name: 'keys', values });
  stage.emulator.script.fault(
    { method: 'DELETE' },
    { kind: 'reset', carryOut: true },
    { skip: 1, times: 9 },
  );
  const { secretSets, actions } = await stage.release({
    ...secretsOnly,
    'prune-secrets': 'true',
  });
  expect(secretSets).toMatchObject([{ status: null, pruned: ['B'] }]);
  expect(actions.errors[0]?.message).toContain(leftOpen);
});

test('a version of a secret set whose deletion is uncertain is not reported as kept', async () => {
  stage.emulator.seed.secretSet({ name: 'keys-00000000', values: {} });
  stage.emulator.script.fault(
    { method: 'DELETE' },
    { kind: 'reset', carryOut: true },
    { times: 9 },
  );
  const { succeeded, actions } = await stage.release({
    ...secretsOnly,
    'secret-set': 'keys-{version}',
    'keep-versions': '0',
  });
  expect(succeeded).toBe(true);
  expect(actions.warnings).toContainEqual(expect.stringContaining(leftOpen));
});

describe('a deployment that failed', () => {
  const agentOnly = { ...credentials['API key'], region: 'us-west', 'agent-name': 'voice', image };

  test('is retried by the same release, because the cause may have been fixed', async () => {
    stage.emulator.script.deployment('voice', { outcome: 'image-pull' });
    const failed = await stage.release(agentOnly);
    expect(failed.succeeded).toBe(false);
    const { succeeded, agents, actions } = await stage.release(agentOnly);
    expect(succeeded).toBe(true);
    expect(agents).toMatchObject([{ outcome: 'updated', ready: true }]);
    expect(actions.summary).toContain('Its last deployment had failed.');
    expect(stage.emulator.state.agent('voice')?.deployments).toHaveLength(2);
  });

  test('is not retried with `force-redeploy: false`', async () => {
    stage.emulator.script.deployment('voice', { outcome: 'image-pull' });
    await stage.release(agentOnly);
    const { succeeded } = await stage.release({ ...agentOnly, 'force-redeploy': 'false' });
    expect(succeeded).toBe(false);
    expect(stage.emulator.state.agent('voice')?.deployments).toHaveLength(1);
  });
});

describe('a start of a build whose answer is lost', () => {
  const checkout = checkoutForEachTest();

  test('is reported as reused if the context was built before and the builds could not be listed', async () => {
    const building = {
      ...credentials['API key'],
      region: 'us-west',
      'agent-name': 'voice',
      'cloud-build': 'true',
    };
    const { environment } = checkout;
    await stage.release(building, { environment });
    stage.clock.pass(3_600_000);
    stage.emulator.script.fault(
      { method: 'GET', path: '/v1/builds' },
      { kind: 'status', status: 400, body: { error: 'No', code: 'NO' } },
    );
    stage.emulator.script.fault({ method: 'POST', path: '/v1/builds' }, { kind: 'cut-off' });
    const { actions } = await stage.release(building, { environment });
    expect(JSON.parse(actions.outputs['builds'] ?? '')).toMatchObject([{ outcome: 'reused' }]);
    expect(stage.emulator.state.builds()).toHaveLength(1);
  });
});
