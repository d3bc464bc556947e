import { backoffDelay, type Backoff } from './backoff.js';

/** Milliseconds. A server that asks for a longer wait than this is not asked again. */
export const maxWait = 120_000;

/** A failed attempt of a call, as far as it decides whether the call is sent again. */
export interface FailedAttempt {
  /** Number of this attempt, from 1. */
  readonly attempt: number;
  /** Attempts in all that the call may make. */
  readonly attempts: number;
  /** Whether the same request may succeed a moment later. */
  readonly isTransient: boolean;
  /** Milliseconds that the server asked to wait. */
  readonly retryAfter: number | undefined;
  /** Milliseconds since the server first said "too many requests"; undefined if it did not say so now. */
  readonly limitedFor: number | undefined;
  /** Milliseconds that are left of the step's limit; Infinity if it has none. */
  readonly remaining: number;
  /** Milliseconds that are left of a budget, which then decides instead of the attempts. */
  readonly budget?: number | undefined;
}

/** When to send the call again and as which attempt, or why to stop. */
export type RetryDecision =
  | { readonly delay: number; readonly attempt: number }
  | { readonly stop: 'final' | 'attempts' | 'deadline' | 'retry-after' };

/** Decides whether a call is sent again after a failed attempt. Depends on nothing else. */
export function decideRetry(
  failed: FailedAttempt,
  backoff: Backoff,
  random: () => number,
): RetryDecision {
  if (!failed.isTransient) return { stop: 'final' };
  // Only time ends a rate limit, so an attempt that met one does not count, for a while.
  const isFree = failed.limitedFor !== undefined && failed.limitedFor < maxWait;
  const counted = isFree ? 1 : failed.attempt;
  const { budget, retryAfter = 0 } = failed;
  if (budget === undefined ? counted >= failed.attempts : budget <= 0) return { stop: 'attempts' };
  // The last attempt is made when the budget ends, or when the server wants it.
  const backoffEnd = Math.min(backoffDelay(backoff, counted, random), budget ?? Infinity);
  const delay = Math.max(backoffEnd, retryAfter);
  if (failed.remaining <= delay) return { stop: 'deadline' };
  // Even without a limit of the step, a server must not hold the job for hours.
  if (delay > maxWait) return { stop: 'retry-after' };
  return { delay, attempt: isFree ? failed.attempt : failed.attempt + 1 };
}
