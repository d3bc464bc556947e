import { describe, expect, test } from '@jest/globals';
import { backoffDelay } from '../../src/time/backoff.js';
import { systemClock } from '../../src/time/clock.js';
import { Deadline, TimeBudget } from '../../src/time/deadline.js';
import { pollingDelay } from '../../src/time/polling-delay.js';
import { TestClock } from '../support/test-clock.js';

const backoff = { attempts: 5, base: 1000, ceiling: 5000 };

describe('the backoff', () => {
  test.each([
    { name: 'starts with the base', failed: 1, random: 1, expected: 1000 },
    { name: 'doubles', failed: 3, random: 1, expected: 4000 },
    { name: 'has a ceiling', failed: 9, random: 1, expected: 5000 },
    { name: 'has full jitter', failed: 3, random: 0, expected: 0 },
    { name: 'has full jitter, half-way', failed: 3, random: 0.5, expected: 2000 },
  ])('$name', ({ failed, random, expected }) => {
    expect(backoffDelay(backoff, failed, () => random)).toBe(expected);
  });

  test('is never shorter than the wait that the server asks for', () => {
    expect(backoffDelay(backoff, 1, () => 0.5, 30_000)).toBe(30_000);
  });
});

describe('polling intervals', () => {
  test.each([
    { name: 'short at first', elapsed: 0, expected: 250 },
    { name: 'a tenth of the elapsed time', elapsed: 20_000, expected: 2000 },
    { name: 'at most five seconds', elapsed: 600_000, expected: 5000 },
  ])('are $name', ({ elapsed, expected }) => {
    expect(pollingDelay(elapsed, () => 0.5)).toBe(expected);
  });

  test('vary a little', () => {
    expect(pollingDelay(0, () => 0)).toBe(225);
    expect(pollingDelay(0, () => 1)).toBe(275);
  });
});

describe('a time budget', () => {
  test('counts the time of work, but not the time in between', async () => {
    const clock = new TestClock();
    const budget = new TimeBudget(clock, 'secrets-timeout', 10_000);
    const remaining = await budget.spend((deadline) => {
      clock.pass(4000);
      return Promise.resolve(deadline.remaining());
    });
    expect(remaining).toBe(6000);
    clock.pass(60_000);
    await budget.spend((deadline) => {
      expect(deadline.remaining()).toBe(6000);
      expect(deadline.limit).toBe(10_000);
      clock.pass(7000);
      expect(deadline.hasPassed()).toBe(true);
      return Promise.resolve();
    });
    await budget.spend((deadline) => {
      expect(deadline.remaining()).toBe(0);
      return Promise.resolve();
    });
  });

  test('also counts the time of work that fails', async () => {
    const clock = new TestClock();
    const budget = new TimeBudget(clock, 'secrets-timeout', 10_000);
    await expect(
      budget.spend(() => {
        clock.pass(9000);
        return Promise.reject(new Error('failed'));
      }),
    ).rejects.toThrow('failed');
    expect(await budget.spend((deadline) => Promise.resolve(deadline.remaining()))).toBe(1000);
  });
});

test('a deadline has passed when nothing remains', () => {
  const clock = new TestClock();
  const deadline = new Deadline(clock, 'wait-timeout', 100);
  clock.pass(99);
  expect(deadline.hasPassed()).toBe(false);
  clock.pass(1);
  expect(deadline.hasPassed()).toBe(true);
});

describe('the system clock', () => {
  test('waits for the given time', async () => {
    const startedAt = systemClock.now();
    await systemClock.sleep(20);
    expect(systemClock.now() - startedAt).toBeGreaterThanOrEqual(18);
  });

  test('stops waiting when the signal is aborted', async () => {
    const controller = new AbortController();
    const sleep = systemClock.sleep(60_000, controller.signal);
    controller.abort(new Error('told to'));
    await expect(sleep).rejects.toThrow('told to');
    await expect(systemClock.sleep(60_000, controller.signal)).rejects.toThrow('told to');
  });

  test('draws numbers from 0 to 1', () => {
    const numbers = Array.from({ length: 50 }, () => systemClock.random());
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
    expect(new Set(numbers).size).toBeGreaterThan(1);
  });
});
