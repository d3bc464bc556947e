import pLimit, { type LimitFunction } from 'p-limit';
import type { Clock } from '../time/clock.js';

/** The most requests at once; more would only run into the platform's rate limit. */
const maxAtOnce = 8;

/** Milliseconds to send nothing after a 429 response without `Retry-After`. */
const firstHold = 1000;
const maxHold = 15_000;

/**
 * Limits how many requests of a run are sent at once. After a 429 response, it sends none until the
 * time that the platform asked for has passed, and then one at a time until one succeeds. Otherwise,
 * each region would run into the rate limit by itself, again and again.
 */
export class Traffic {
  readonly #clock: Clock;
  readonly #limit: LimitFunction = pLimit(maxAtOnce);
  /** For requests after a 429 response. */
  readonly #single: LimitFunction = pLimit(1);
  #heldUntil = 0;
  /** Consecutive holds. */
  #holds = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Sends a request when its turn comes. */
  pass<Result>(send: () => Promise<Result>): Promise<Result> {
    return this.#limit(() => (this.#holds === 0 ? send() : this.#single(send)));
  }

  /** Milliseconds until requests may be sent again. */
  heldFor(): number {
    return Math.max(0, this.#heldUntil - this.#clock.now());
  }

  /**
   * Holds all requests back, after a 429 response.
   *
   * @param asked milliseconds that the platform asked for; without, each hold is longer than the last
   */
  hold(asked: number | undefined): void {
    // Requests that were sent together are refused together, which counts once.
    if (this.heldFor() === 0) this.#holds++;
    const hold = asked ?? Math.min(maxHold, firstHold * 2 ** (this.#holds - 1));
    this.#heldUntil = Math.max(this.#heldUntil, this.#clock.now() + hold);
  }

  /** Records a response other than 429. */
  recordAnswer(): void {
    if (this.heldFor() === 0) this.#holds = 0;
  }
}
