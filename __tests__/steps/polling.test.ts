import { describe, expect, test } from '@jest/globals';
import { NotSentError, StatusError } from '../../src/pipecat/errors.js';
import { poll } from '../../src/steps/polling.js';
import { Progress } from '../../src/steps/progress.js';
import { Deadline } from '../../src/time/deadline.js';
import { TestClock } from '../support/test-clock.js';

const call = { method: 'GET', path: '/v1/things' } as const;

function set(limit = 60_000) {
  const clock = new TestClock();
  const logged: string[] = [];
  const progress = new Progress({ clock, log: { info: (line) => logged.push(line) } });
  const deadline = new Deadline(clock, 'secrets-timeout', limit);
  const onTimeout = (cause: unknown): never => {
    throw new Error('timed out', { cause });
  };
  return { clock, logged, deadline, wait: { clock, deadline, progress, onTimeout } };
}

describe('a wait', () => {
  test('ends with the result of a status check, and cancels its reminder', async () => {
    const { clock, logged, wait } = set();
    let checks = 0;
    const check = () => Promise.resolve(++checks === 3 ? { done: 'result' } : undefined);
    await expect(poll(check, wait)).resolves.toBe('result');
    const before = clock.now();
    await new Promise((resolve) => setImmediate(resolve));
    expect(clock.now()).toBe(before);
    expect(logged).toEqual([]);
  });

  test('whose limit had passed before the first status check is reported as timed out', async () => {
    const { clock, deadline, wait } = set(1000);
    clock.pass(1000);
    const check = (): Promise<undefined> => Promise.reject(new NotSentError(call, deadline));
    await expect(poll(check, wait)).rejects.toThrow('timed out');
  });

  test('continues after failed status checks, and logs a series of them once', async () => {
    const { logged, wait } = set();
    let checks = 0;
    const check = (): Promise<{ done: string } | undefined> => {
      checks++;
      if (checks > 1 && checks < 5) return Promise.reject(new StatusError(call, 503));
      return Promise.resolve(checks === 5 ? { done: 'result' } : undefined);
    };
    await expect(poll(check, wait)).resolves.toBe('result');
    expect(logged).toEqual([
      'Status check failed: the response was 503 (GET /v1/things). Checking again.',
      'The platform responds again, after 3 failed status checks.',
    ]);
  });

  test.each([
    { name: 'a rejection by the platform', error: new StatusError(call, 403) },
    { name: 'a bug in the status check', error: new TypeError('a fault') },
  ])('ends with the error if it is $name', async ({ error }) => {
    const { logged, wait } = set();
    const check = (): Promise<undefined> => Promise.reject(error);
    await expect(poll(check, wait)).rejects.toBe(error);
    expect(logged).toEqual([]);
  });

  test('that times out carries the error of the last status check, and logs nothing', async () => {
    const { clock, logged, deadline, wait } = set(1000);
    clock.pass(1000);
    const failure = new NotSentError(call, deadline);
    const check = (): Promise<undefined> => Promise.reject(failure);
    await expect(poll(check, wait)).rejects.toMatchObject({
      cause: failure,
    });
    expect(logged).toEqual([]);
  });

  test('logs an unchanged state only every 15 s', async () => {
    const { logged, wait } = set(40_000);
    const check = () => Promise.resolve('pending');
    await expect(poll(check, wait)).rejects.toThrow('timed out');
    expect(logged).toEqual(['0.0 s: pending', '15.0 s: pending', '30.0 s: pending']);
  });

  test.each([
    { name: 'follows `retry-after`', retryAfter: 20_000, least: 20_000, most: 21_000 },
    {
      name: 'checks after a minute at the latest',
      retryAfter: 7_200_000,
      least: 60_000,
      most: 61_000,
    },
  ])('$name if a status check is asked to come back later', async ({ retryAfter, least, most }) => {
    const { clock, wait } = set(600_000);
    const startedAt = clock.now();
    let checks = 0;
    const check = (): Promise<{ done: number } | undefined> =>
      ++checks === 1
        ? Promise.reject(new StatusError(call, 429, { retryAfter }))
        : Promise.resolve({ done: clock.now() - startedAt });
    const waited = await poll(check, wait);
    expect(waited).toBeGreaterThanOrEqual(least);
    expect(waited).toBeLessThan(most);
  });
});
