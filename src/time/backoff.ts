/** How long to wait between the attempts of one call. */
export interface Backoff {
  /** Attempts in all, the first included. */
  readonly attempts: number;
  /** Milliseconds that the first wait takes at most. */
  readonly base: number;
  /** Milliseconds that no wait exceeds, unless the server asks for more. */
  readonly ceiling: number;
}

export const defaultBackoff: Backoff = { attempts: 5, base: 1000, ceiling: 15_000 };

/**
 * Milliseconds before the next attempt: exponential with full jitter, so that releases that fail
 * together do not come back together. What the server asked for is never undercut.
 *
 * @param failed number of attempts that have failed so far, from 1
 * @param retryAfter milliseconds that the answer's `Retry-After` asks for
 */
export function backoffDelay(
  backoff: Backoff,
  failed: number,
  random: () => number,
  retryAfter?: number,
): number {
  const cap = Math.min(backoff.ceiling, backoff.base * 2 ** (failed - 1));
  return Math.round(Math.max(retryAfter ?? 0, random() * cap));
}
