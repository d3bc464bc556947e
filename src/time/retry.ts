import { backoffDelay, type Backoff } from './backoff.js';

/** The longest wait in milliseconds. If a server asks for more, the call fails. */
export const maxWait = 120_000;

/** What decides whether a call is retried after a failed attempt. */
export interface FailedAttempt {
  /** Number of this attempt, from 1. */
  readonly attempt: number;
  /** The most attempts of the call. */
  readonly attempts: number;
  /** Whether the same request may succeed a moment later. */
  readonly isTransient: boolean;
  /** Milliseconds that the server asked to wait. */
  readonly retryAfter?: number | undefined;
  /** Milliseconds since the first 429 response; undefined if this attempt's response is not 429. */
  readonly limitedFor?: number | undefined;
  /** Milliseconds left of the step's limit, if it has one. */
  readonly remaining?: number | undefined;
  /** Milliseconds left of a budget, which then decides instead of the attempts. */
  readonly budget?: number | undefined;
}

/** When to retry and as which attempt, or why to stop. */
export type RetryDecision =
  | { readonly delay: number; readonly attempt: number }
  | { readonly stop: 'final' | 'attempts' | 'deadline' | 'retry-after' };

/** Decides whether to retry a call after a failed attempt. */
export function decideRetry(
  failed: FailedAttempt,
  backoff: Backoff,
  random: () => number,
): RetryDecision {
  if (!failed.isTransient) return { stop: 'final' };
  // Only time ends a rate limit, so rate-limited attempts do not count for a while.
  const isFree = failed.limitedFor !== undefined && failed.limitedFor < maxWait;
  const counted = isFree ? 1 : failed.attempt;
  const { budget, retryAfter = 0, remaining = Infinity } = failed;
  if (budget === undefined ? counted >= failed.attempts : budget <= 0) return { stop: 'attempts' };
  // The last attempt comes when the budget ends, or when the server asks for it.
  const backoffEnd = Math.min(backoffDelay(backoff, counted, random), budget ?? Infinity);
  const delay = Math.max(backoffEnd, retryAfter);
  if (remaining <= delay) return { stop: 'deadline' };
  // Even if the step has no limit, a server must not delay the job for hours.
  if (delay > maxWait) return { stop: 'retry-after' };
  return { delay, attempt: isFree ? failed.attempt : failed.attempt + 1 };
}
