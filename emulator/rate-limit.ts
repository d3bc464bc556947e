/** How many requests the platform accepts, from all callers together. */
export interface RateLimit {
  readonly requests: number;
  /** The period in milliseconds of the platform's clock. */
  readonly per: number;
  /** Seconds in the `Retry-After` header of a rejected request; undefined for no header. */
  readonly retryAfter?: number | undefined;
}

/** Limits requests over a sliding window. Rejected requests do not count. */
export class RateLimiter {
  #limit: RateLimit | undefined;
  #taken: number[] = [];

  /** Sets or removes the limit. Earlier requests do not count. */
  set(limit: RateLimit | undefined): void {
    this.#limit = limit;
    this.#taken = [];
  }

  /** Counts a request at `time`. If it exceeds the limit, the request does not count, and the limit is returned. */
  take(time: number): RateLimit | undefined {
    const limit = this.#limit;
    if (!limit) return undefined;
    this.#taken = this.#taken.filter((taken) => taken > time - limit.per);
    if (this.#taken.length >= limit.requests) return limit;
    this.#taken.push(time);
    return undefined;
  }
}
