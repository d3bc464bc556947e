import { describe, expect, test } from '@jest/globals';
import { credentials, stageForEachTest } from '../support/release-run.js';

const stage = stageForEachTest();

const voice = {
  ...credentials['API key'],
  'agent-name': 'voice',
  image: 'ghcr.io/acme/voice:1',
  'secret-set': 'voice-secrets',
  secrets: 'OPENAI_KEY=sk-secret-value',
};

const hour = 3_600_000;

/** Milliseconds that a release takes if the machine's clock jumps when `path` is read. */
async function duration(path: string | RegExp, jump: number): Promise<number> {
  stage.emulator.script.before({ method: 'GET', path }, () => {
    stage.clock.jump(jump);
  });
  const startedAt = stage.clock.now();
  const { succeeded } = await stage.release(voice);
  expect(succeeded).toBe(true);
  return stage.clock.now() - startedAt;
}

describe("a wait takes the same time although the machine's clock jumps", () => {
  test.each([
    {
      name: 'while it waits for the secret sets, an hour forward',
      path: '/v1/secrets/voice-secrets',
      jump: hour,
    },
    {
      name: 'while it waits for the secret sets, an hour back',
      path: '/v1/secrets/voice-secrets',
      jump: -hour,
    },
    {
      name: 'while it waits for the deployment, an hour forward',
      path: '/v1/agents/voice',
      jump: hour,
    },
    {
      name: 'while it waits for the deployment, an hour back',
      path: '/v1/agents/voice',
      jump: -hour,
    },
  ])('$name', async ({ path, jump }) => {
    // The set takes five seconds and the deployment four.
    const took = await duration(path, jump);
    expect(took).toBeGreaterThanOrEqual(9000);
    expect(took).toBeLessThan(9000 * 1.15);
  });
});

describe("`wait-timeout` expires after the same time although the machine's clock jumps", () => {
  test.each([
    { name: 'an hour forward', jump: hour },
    { name: 'an hour back', jump: -hour },
  ])('$name', async ({ jump }) => {
    stage.emulator.script.deployment('voice', { outcome: 'stuck' });
    stage.emulator.script.after({ method: 'POST', path: '/v1/agents' }, () => {
      stage.clock.jump(jump);
    });
    const startedAt = stage.clock.now();
    const { succeeded } = await stage.release({ ...voice, 'wait-timeout': '60' });
    expect(succeeded).toBe(false);
    expect(stage.clock.now() - startedAt).toBeGreaterThanOrEqual(65_000);
    expect(stage.clock.now() - startedAt).toBeLessThan(70_000);
  });
});
