import { describe, expect, test } from '@jest/globals';
import type { Fault } from '../../emulator/index.js';
import { credentials, stageForEachTest, writes } from '../support/release-run.js';

const stage = stageForEachTest();

const voice = {
  ...credentials['API key'],
  'agent-name': 'voice',
  image: 'ghcr.io/acme/voice:1',
};

const html = '<html></html>';
const status = (code: number): Fault => ({ kind: 'status', status: code, body: html });

/** Milliseconds from the start of a release to its end, and how it ended. */
async function release(inputs: Record<string, string> = voice) {
  const startedAt = stage.clock.now();
  const { succeeded, actions } = await stage.release(inputs);
  return { succeeded, actions, took: stage.clock.now() - startedAt };
}

describe('before anything is written, a release keeps trying for 30 s', () => {
  test.each([
    { name: 'a 503', fault: status(503) },
    { name: 'a 524', fault: status(524) },
    { name: 'a 408', fault: status(408) },
    { name: 'a 425', fault: status(425) },
    { name: 'a 429', fault: status(429) },
    { name: 'a reset connection', fault: { kind: 'reset' } as const },
  ])('after $name, and not longer', async ({ fault }) => {
    stage.emulator.script.fault({ path: '/v1/regions' }, fault, { times: 1000 });
    const { succeeded, took } = await release();
    expect(succeeded).toBe(false);
    expect(took).toBeGreaterThanOrEqual(29_000);
    expect(took).toBeLessThan(45_000);
    expect(writes(stage.emulator)).toEqual([]);
  });

  test('with a second attempt if the platform does not answer', async () => {
    stage.emulator.script.fault({ path: '/v1/regions' }, { kind: 'hang' }, { times: 1000 });
    const { succeeded, took } = await release();
    expect(succeeded).toBe(false);
    expect(took).toBeLessThan(35_000);
    const asked = stage.emulator.requests.filter(({ path }) => path === '/v1/regions');
    expect(asked).toHaveLength(2);
  });

  test('for all requests together', async () => {
    for (const path of ['/v1/regions', '/v1/secrets', '/v1/agents/voice']) {
      stage.emulator.script.fault({ path }, status(503), { times: 1000 });
    }
    expect((await release()).took).toBeLessThan(31_000);
  });

  test('and succeeds if the platform is back after 25 s', async () => {
    stage.emulator.script.fault({ path: '/v1/regions' }, status(503), { times: 1000 });
    stage.clock.after(25_000, () => {
      stage.emulator.script.forget();
    });
    expect((await release()).succeeded).toBe(true);
  });

  test('but gives up within 10 s if nothing listens at `api-url`', async () => {
    const { succeeded, took } = await release({ ...voice, 'api-url': 'http://127.0.0.1:9' });
    expect(succeeded).toBe(false);
    expect(took).toBeGreaterThanOrEqual(9000);
    expect(took).toBeLessThan(11_000);
  });

  test.each([401, 403])('but does not try again after a %d', async (code) => {
    stage.emulator.script.fault({ path: '/v1/regions' }, status(code), { times: 1000 });
    const { succeeded, took } = await release();
    expect(succeeded).toBe(false);
    expect(took).toBeLessThan(1000);
    const asked = stage.emulator.requests.filter(({ path }) => path === '/v1/regions');
    expect(asked).toHaveLength(1);
  });
});

test('a release finds the agent that was created although the response was a 524', async () => {
  stage.emulator.script.fault(
    { method: 'POST', path: '/v1/agents' },
    { kind: 'status', status: 524, body: html, carryOut: true },
  );
  const { succeeded } = await release();
  expect(succeeded).toBe(true);
  expect(writes(stage.emulator)).toEqual(['POST /v1/agents']);
});

test.each([408, 425, 520, 524, 530])(
  'a %d during the wait for a rollout does not end the wait',
  async (code) => {
    stage.emulator.script.after({ method: 'POST', path: '/v1/agents' }, () => {
      stage.emulator.script.fault({ method: 'GET', path: '/v1/agents/voice' }, status(code), {
        times: 3,
      });
    });
    expect((await release()).succeeded).toBe(true);
  },
);

test('the error and the summary contain the ID of a rejected request', async () => {
  stage.emulator.script.fault(
    { path: '/v1/regions' },
    { kind: 'status', status: 403, body: { error: 'no' }, headers: { 'x-request-id': 'req-x-42' } },
  );
  const { actions } = await release();
  expect(actions.errors.map(({ message }) => message).join('\n')).toContain('req-x-42');
  expect(actions.summary).toContain('req-x-42');
});
