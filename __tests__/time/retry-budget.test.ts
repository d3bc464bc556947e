import { expect, test } from '@jest/globals';
import { RetryBudget } from '../../src/time/retry-budget.js';
import { TestClock } from '../support/test-clock.js';

test('a retry budget counts from the start of the first failed request until a request succeeds', () => {
  const clock = new TestClock();
  const budget = new RetryBudget(clock);
  const remaining = (isUnreachable = false): number => budget.remaining({ isUnreachable });
  clock.pass(60_000);
  expect(remaining()).toBe(30_000);
  const startedAt = clock.now();
  clock.pass(4000);
  budget.recordFailure(startedAt);
  expect([remaining(), remaining(true)]).toEqual([26_000, 6000]);
  clock.pass(1000);
  budget.recordFailure(clock.now());
  expect(remaining()).toBe(25_000);
  budget.recordSuccess();
  clock.pass(60_000);
  expect(remaining()).toBe(25_000);
  budget.recordFailure(clock.now());
  clock.pass(25_000);
  expect(remaining()).toBe(0);
});
