import { describe, expect, test } from '@jest/globals';
import { decideRetry, maxWait, type FailedAttempt } from '../../src/time/retry.js';

const backoff = { attempts: 5, base: 1000, ceiling: 15_000 };

const failed: FailedAttempt = {
  attempt: 1,
  attempts: 5,
  isTransient: true,
  retryAfter: undefined,
  limitedFor: undefined,
  remaining: Infinity,
};

describe('a failed request is retried', () => {
  test.each<{
    name: string;
    given: Partial<FailedAttempt>;
    decision: ReturnType<typeof decideRetry>;
  }>([
    { name: 'after the first attempt', given: {}, decision: { delay: 500, attempt: 2 } },
    {
      name: 'later after each attempt',
      given: { attempt: 4 },
      decision: { delay: 4000, attempt: 5 },
    },
    {
      name: 'but not after the last attempt',
      given: { attempt: 5 },
      decision: { stop: 'attempts' },
    },
    {
      name: 'but not if only one attempt is allowed',
      given: { attempts: 1 },
      decision: { stop: 'attempts' },
    },
    {
      name: 'but not if a retry cannot succeed, however much time remains',
      given: { isTransient: false, limitedFor: 0 },
      decision: { stop: 'final' },
    },
    {
      name: 'but not before the server allows it',
      given: { retryAfter: 7000 },
      decision: { delay: 7000, attempt: 2 },
    },
    {
      name: 'after the backoff if the server allows it sooner',
      given: { retryAfter: 100 },
      decision: { delay: 500, attempt: 2 },
    },
    {
      name: 'after the longest wait that a server may ask for',
      given: { retryAfter: maxWait },
      decision: { delay: maxWait, attempt: 2 },
    },
    {
      name: 'but not if the server asks for a longer wait',
      given: { retryAfter: maxWait + 1 },
      decision: { stop: 'retry-after' },
    },
    {
      name: 'but not if the limit of the step passes during the wait',
      given: { remaining: 500 },
      decision: { stop: 'deadline' },
    },
    {
      name: 'if the limit of the step leaves time after the wait',
      given: { remaining: 501 },
      decision: { delay: 500, attempt: 2 },
    },
    {
      name: 'but not if both the limit and the long wait rule it out, and the limit is the reason',
      given: { remaining: 1000, retryAfter: maxWait + 1 },
      decision: { stop: 'deadline' },
    },
    {
      name: 'as the same attempt after a rate limit',
      given: { attempt: 5, limitedFor: maxWait - 1 },
      decision: { delay: 500, attempt: 5 },
    },
    {
      name: 'as another attempt once the rate limit lasts too long',
      given: { attempt: 2, limitedFor: maxWait },
      decision: { delay: 1000, attempt: 3 },
    },
    {
      name: 'however often it was sent, while a retry budget remains',
      given: { attempt: 9, budget: 20_000 },
      decision: { delay: 7500, attempt: 10 },
    },
    {
      name: 'a last time when the retry budget ends',
      given: { attempt: 9, budget: 300 },
      decision: { delay: 300, attempt: 10 },
    },
    {
      name: 'but not without a retry budget',
      given: { budget: 0 },
      decision: { stop: 'attempts' },
    },
    {
      name: 'when the server allows it, although the retry budget ends before',
      given: { budget: 300, retryAfter: 60_000 },
      decision: { delay: 60_000, attempt: 2 },
    },
    {
      name: 'but not after a rate limit if only one attempt is allowed',
      given: { attempts: 1, limitedFor: 0 },
      decision: { stop: 'attempts' },
    },
  ])('$name', ({ given, decision }) => {
    expect(decideRetry({ ...failed, ...given }, backoff, () => 0.5)).toEqual(decision);
  });
});
