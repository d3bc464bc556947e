import { describe, expect, test } from '@jest/globals';
import { credentials, stageForEachTest } from '../support/release-run.js';
import type { RecordedActions } from '../support/recorded-actions.js';

const stage = stageForEachTest({ secretSetDelay: 300, deploymentDelay: 300 });

const release = {
  ...credentials['API key'],
  region: 'us-west',
  'secret-set': 'keys',
  secrets: 'A=newer-a',
  'agent-name': 'voice',
  image: 'ghcr.io/acme/voice:1.0.0',
};

/** The bars of the timeline, each with its state unless it succeeded. */
function bars({ summary }: RecordedActions): string[] {
  return [...summary.matchAll(/^ {4}(\w.*) :(crit|active)?[-\d:., ]+$/gm)].map(
    ([, label = '', tag]) => (tag === undefined ? label : `${label}: ${tag}`),
  );
}

describe('the timeline of a release', () => {
  test('has a bar for each step, in the order in which they started', async () => {
    stage.emulator.seed.secretSet({ name: 'keys', values: { A: 'older-a', OLD: 'old' } });
    const { actions } = await stage.release({ ...release, 'prune-secrets': 'true' });
    expect(actions.summary).toContain('    section us-west\n');
    expect(bars(actions)).toEqual([
      'write keys',
      'provision keys',
      'deploy voice',
      'roll out voice',
      'prune keys',
      'provision keys',
    ]);
  });

  test.each([
    {
      name: 'a rejected write',
      fail: (): void => {
        stage.emulator.script.fault({ method: 'PUT' }, { kind: 'status', status: 400, body: {} });
      },
      ends: ['write keys: crit'],
    },
    {
      name: 'a secret set that cannot be provisioned',
      fail: (): void => {
        stage.emulator.script.provisioning('keys', { outcome: 'failed' });
      },
      ends: ['write keys', 'provision keys: crit'],
    },
    {
      name: 'a secret set that is not ready in time',
      fail: (): void => {
        stage.emulator.script.provisioning('keys', { outcome: 'pending' });
      },
      ends: ['write keys', 'provision keys: crit'],
    },
    {
      name: 'a rejected status check of the secret sets',
      fail: (): void => {
        stage.emulator.script.fault(
          { method: 'GET', path: '/v1/secrets/keys' },
          { kind: 'status', status: 403, body: {} },
        );
      },
      ends: ['write keys', 'provision keys: crit'],
    },
    {
      name: 'a rejected deploy',
      fail: (): void => {
        stage.emulator.script.fault(
          { method: 'POST' },
          { kind: 'status', status: 400, body: { error: 'No' } },
        );
      },
      ends: ['write keys', 'provision keys', 'deploy voice: crit'],
    },
    {
      name: 'a failed rollout',
      fail: (): void => {
        stage.emulator.script.deployment('voice', { outcome: 'crash-loop' });
      },
      ends: ['write keys', 'provision keys', 'deploy voice', 'roll out voice: crit'],
    },
  ])('marks the bar of $name as failed', async ({ fail, ends }) => {
    fail();
    const { succeeded, actions } = await stage.release({ ...release, 'secrets-timeout': '20' });
    expect(succeeded).toBe(false);
    expect(bars(actions)).toEqual(ends);
  });

  test('marks the bars of all secret sets that a failed status check was for', async () => {
    stage.emulator.script.fault(
      { method: 'GET', path: '/v1/secrets' },
      { kind: 'status', status: 403, body: {} },
      { skip: 1 },
    );
    const { actions } = await stage.release({
      ...release,
      'image-credentials': 'registry',
      registry: 'ghcr.io',
      'registry-username': 'acme',
      'registry-password': 'token-that-lasts',
    });
    expect(actions.errors).toHaveLength(1);
    expect(bars(actions)).toEqual([
      'write registry',
      'write keys',
      'provision registry: crit',
      'provision keys: crit',
    ]);
  });
});
