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

describe('a write whose answers are all lost', () => {
  test('leaves open how the set is, whatever it was before', async () => {
    stage.emulator.seed.secretSet({ name: 'keys', values: { A: 'older-value' } });
    stage.emulator.script.fault({ method: 'PUT' }, { kind: 'reset', carryOut: true }, { times: 9 });
    const { secretSets, actions } = await stage.release(secretsOnly);
    expect(secretSets).toMatchObject([{ outcome: 'failed', status: null, updated: [] }]);
    expect(actions.errors[0]?.message).toContain(leftOpen);
  });

  test('is left open where a later attempt of it is refused', async () => {
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

  test('is not left open where nothing but refusals came', async () => {
    stage.emulator.script.fault(
      { method: 'PUT' },
      { kind: 'status', status: 400, body: { error: 'No', code: 'NO' } },
    );
    const { actions } = await stage.release(secretsOnly);
    expect(actions.everything).not.toContain('is not known');
  });
});

test('a set that was written in part is not told as ready', async () => {
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

test('a set that was pruned in part is not told as ready', async () => {
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

test('a version that may be deleted is not told as kept', async () => {
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

  test('is made anew by the same release, as what it failed of may be put right', async () => {
    stage.emulator.script.deployment('voice', { outcome: 'image-pull' });
    const failed = await stage.release(agentOnly);
    expect(failed.succeeded).toBe(false);
    const { succeeded, agents, actions } = await stage.release(agentOnly);
    expect(succeeded).toBe(true);
    expect(agents).toMatchObject([{ outcome: 'updated', ready: true }]);
    expect(actions.summary).toContain('Its last deployment had failed.');
    expect(stage.emulator.state.agent('voice')?.deployments).toHaveLength(2);
  });

  test('is left as it is where nothing is to be forced', async () => {
    stage.emulator.script.deployment('voice', { outcome: 'image-pull' });
    await stage.release(agentOnly);
    const { succeeded } = await stage.release({ ...agentOnly, 'force-redeploy': 'false' });
    expect(succeeded).toBe(false);
    expect(stage.emulator.state.agent('voice')?.deployments).toHaveLength(1);
  });
});

describe('a start of a build whose answer is lost', () => {
  const checkout = checkoutForEachTest();

  test('of what was built before, which nobody could look for, is told as used again', async () => {
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
