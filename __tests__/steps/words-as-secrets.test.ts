import { describe, expect, test } from '@jest/globals';
import { checkoutForEachTest } from '../support/checkout.js';
import { stageForEachTest } from '../support/release-run.js';

/** A secret whose value is a word that the platform says: what is decided on stays what was said. */

const stage = stageForEachTest();
const checkout = checkoutForEachTest();

const image = 'ghcr.io/acme/voice:1.0.0';
const releaseWith = (word: string, inputs: Readonly<Record<string, string>>) =>
  stage.release(
    {
      'api-key': 'sk_emulator',
      region: 'us-west',
      'agent-name': 'voice',
      'secret-set': 'voice-keys',
      secrets: `A_KEY=${word}`,
      ...inputs,
    },
    { environment: checkout.environment },
  );

describe('a build', () => {
  test.each(['success', 'building', 'pending'])('succeeds with the secret %s', async (word) => {
    const { succeeded, actions } = await releaseWith(word, { 'cloud-build': 'true' });
    expect(succeeded).toBe(true);
    expect(JSON.parse(actions.outputs['builds'] ?? '')).toMatchObject([{ outcome: 'built' }]);
  });

  test.each(['failed', 'fail'])('fails at once with the secret %s', async (word) => {
    stage.emulator.script.build({ outcome: 'failed' });
    const { succeeded, actions } = await releaseWith(word, { 'cloud-build': 'true' });
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.title).toBe('The cloud build failed');
  });
});

describe('a secret set', () => {
  test.each(['ready', 'pending'])('gets ready with the secret %s', async (word) => {
    expect(await releaseWith(word, { image })).toMatchObject({ succeeded: true });
  });

  test('fails with the secret failed', async () => {
    stage.emulator.script.provisioning('voice-keys', { outcome: 'failed' });
    const { actions } = await releaseWith('failed', { image });
    expect(actions.errors[0]?.title).toBe('A secret set could not be provisioned');
  });
});

describe('an agent', () => {
  test.each(['Service', 'exists', 'already', 'Service already exists'])(
    'that came into being meanwhile is updated with the secret %s',
    async (word) => {
      let isFirst = true;
      stage.emulator.script.before({ method: 'POST', path: '/v1/agents' }, () => {
        if (isFirst)
          stage.emulator.seed.agent({ name: 'voice', image: 'ghcr.io/acme/voice:0.9.0' });
        isFirst = false;
      });
      const { succeeded, agents } = await releaseWith(word, { image });
      expect(succeeded).toBe(true);
      expect(agents).toMatchObject([{ ready: true }]);
    },
  );

  test.each(['IMAGE', 'NOT_FOUND', 'PCC_IMAGE_NOT_FOUND'])(
    'fails with the advice for its code with the secret %s',
    async (word) => {
      stage.emulator.script.deployment('voice', {
        outcome: 'error',
        errors: [{ code: 'PCC_IMAGE_NOT_FOUND', message: 'gone' }],
      });
      const { actions } = await releaseWith(word, { image });
      expect(actions.errors[0]?.message).toContain('The image or its tag does not exist');
      expect(actions.summary).not.toContain('PCC_IMAGE_NOT_FOUND');
    },
  );

  test.each(['Failed', 'CrashLoopBackOff', 'OOMKilled', 'InvalidImageName'])(
    'fails at once by its phase or reason with the secret %s',
    async (word) => {
      stage.emulator.script.deployment('voice', {
        outcome: 'crash-loop',
        health: word === 'CrashLoopBackOff' || word === 'Failed' ? {} : { reason: word },
      });
      const startedAt = stage.clock.now();
      const { succeeded, actions } = await releaseWith(word, { image });
      expect(succeeded).toBe(false);
      expect(actions.errors[0]?.title).toBe('The deployment failed');
      expect(stage.clock.now() - startedAt).toBeLessThan(60_000);
    },
  );
});
