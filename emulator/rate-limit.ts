/** How many requests the platform takes, from all callers together. */
export interface RateLimit {
  readonly requests: number;
  /** Milliseconds of the platform's clock in which it takes so many. */
  readonly per: number;
  /** Seconds that a refused request is told to wait; where it is left out, it is told nothing. */
  readonly retryAfter?: number | undefined;
}

/** Holds requests against a limit, over a window that slides; those that are refused do not count. */
export class RateLimiter {
  #limit: RateLimit | undefined;
  #taken: number[] = [];

  /** From now on this limit holds, or none. What came before does not count. */
  set(limit: RateLimit | undefined): void {
    this.#limit = limit;
    this.#taken = [];
  }

  /** Takes a request that comes at `time`; the limit where it would be over it, and is not taken. */
  take(time: number): RateLimit | undefined {
    const limit = this.#limit;
    if (!limit) return undefined;
    this.#taken = this.#taken.filter((taken) => taken > time - limit.per);
    if (this.#taken.length >= limit.requests) return limit;
    this.#taken.push(time);
    return undefined;
  }
}
