/** How long to wait between the attempts of one call. */
export interface Backoff {
  /** Total number of attempts, including the first. */
  readonly attempts: number;
  /** The longest first wait, in milliseconds. */
  readonly base: number;
  /** The longest wait, in milliseconds, unless the server asks for more. */
  readonly ceiling: number;
}

export const defaultBackoff: Backoff = { attempts: 5, base: 1000, ceiling: 15_000 };

/**
 * Milliseconds before the next attempt: exponential with full jitter, so that releases that failed
 * together do not retry together. Never shorter than what the server asked for.
 *
 * @param failed number of failed attempts so far, from 1
 * @param retryAfter milliseconds from the `Retry-After` header
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
