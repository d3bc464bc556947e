import { describe, expect, test } from '@jest/globals';
import { checkoutForEachTest } from '../support/checkout.js';
import { credentials, stageForEachTest } from '../support/release-run.js';

const stage = stageForEachTest();
const checkout = checkoutForEachTest();

const image = 'ghcr.io/acme/voice:1.0.0';
const notFound = {
  kind: 'status',
  status: 404,
  body: { error: 'Not found', code: 'NOT_FOUND' },
} as const;

/** What a release creates, and the read of it that may be too early. */
const made = [
  {
    kind: 'secret set',
    inputs: { 'secret-set': 'keys', secrets: 'A=first-value' },
    write: { method: 'PUT', path: '/v1/secrets/keys' },
    read: { method: 'GET', path: '/v1/secrets/keys' },
    gone: 'A secret set was deleted during the release',
  },
  {
    kind: 'agent',
    inputs: { 'agent-name': 'voice', image },
    write: { method: 'POST', path: '/v1/agents' },
    read: { method: 'GET', path: '/v1/agents/voice' },
    gone: 'The agent was deleted during the release',
  },
  {
    kind: 'cloud build',
    inputs: { 'agent-name': 'voice', 'cloud-build': 'true', region: 'us-west' },
    write: { method: 'POST', path: '/v1/builds' },
    read: { method: 'GET', path: /^\/v1\/builds\/[^/]+$/ },
    gone: 'The cloud build no longer exists',
  },
] as const;

describe.each(made)('a new $kind that the platform', ({ kind, inputs, write, read, gone }) => {
  function answerAfterTheWrite(timing: { times: number; skip?: number }): void {
    stage.emulator.script.build({ delay: 20_000 });
    stage.emulator.script.provisioning('*', { delay: 20_000 });
    stage.emulator.script.deployment('*', { delay: 20_000 });
    stage.emulator.script.after(write, () => {
      stage.emulator.script.fault(read, notFound, timing);
    });
  }
  const release = () =>
    stage.release({ ...credentials['API key'], ...inputs }, { environment: checkout.environment });

  test('does not show at once is waited for', async () => {
    answerAfterTheWrite({ times: 5 });
    const { succeeded, actions } = await release();
    expect(actions.errors).toEqual([]);
    expect(succeeded).toBe(true);
  });

  test('never shows ends the release soon, without the claim that it was deleted', async () => {
    answerAfterTheWrite({ times: 1000 });
    const startedAt = stage.clock.now();
    const { actions } = await release();
    expect(stage.clock.now() - startedAt).toBeLessThan(15_000);
    expect(actions.errors[0]?.title).toBe(`The platform does not show the new ${kind}`);
    expect(actions.everything).not.toContain('deleted it');
  });

  test('has shown and then no longer shows is reported as deleted at once', async () => {
    answerAfterTheWrite({ times: 1000, skip: 1 });
    const startedAt = stage.clock.now();
    const { actions } = await release();
    expect(stage.clock.now() - startedAt).toBeLessThan(5000);
    expect(actions.errors[0]?.title).toBe(gone);
  });
});

describe('an update that the platform answers with the previous deployment', () => {
  const rotation = {
    ...credentials['API key'],
    'secret-set': 'keys',
    secrets: 'A=newer-value',
    'agent-name': 'voice',
    image,
  };

  test.each([
    { name: 'is not reported as superseded by its own deployment', inputs: { image } },
    {
      name: 'is not reported as superseded if settings differ',
      inputs: { image: 'ghcr.io/acme/voice:2.0.0', 'force-redeploy': 'false' },
    },
  ])('$name', async ({ inputs }) => {
    const { emulator } = stage;
    emulator.seed.secretSet({ name: 'keys', values: { A: 'older-value' } });
    emulator.seed.agent({ name: 'voice', image, secretSet: 'keys' });
    const before = emulator.state.serving('voice')?.id;
    const outdated = {
      kind: 'status',
      status: 200,
      body: { name: 'voice', desiredDeploymentId: before, ready: true, available: true },
    } as const;
    emulator.script.fault(
      { method: 'POST', path: '/v1/agents/voice' },
      { ...outdated, carryOut: true },
    );
    emulator.script.after({ method: 'POST', path: '/v1/agents/voice' }, () => {
      emulator.script.fault({ method: 'GET', path: '/v1/agents/voice' }, outdated, { times: 3 });
    });
    const { succeeded, agents, actions } = await stage.release({ ...rotation, ...inputs });
    expect(actions.errors).toEqual([]);
    expect(succeeded).toBe(true);
    const now = emulator.state.serving('voice');
    expect(now?.id).not.toBe(before);
    expect(agents).toMatchObject([{ outcome: 'updated', ready: true, deploymentId: now?.id }]);
    expect(now?.secretValues).toEqual({ A: 'newer-value' });
  });
});
