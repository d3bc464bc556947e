import pLimit, { type LimitFunction } from 'p-limit';
import type { Clock } from '../time/clock.js';

/** Requests that are under way at once; more would only meet the limit of the platform. */
const maxAtOnce = 8;

/** Milliseconds for which nothing is sent after a refusal that does not say for how long. */
const firstHold = 1000;
const maxHold = 15_000;

/**
 * What all requests of a run have in common: so many go at once, and when the platform says that
 * there are too many (429), none is sent until the time that it asked for has passed, and then one
 * at a time until one is answered. Without that, every region would run into the limit for itself,
 * again and again.
 */
export class Traffic {
  readonly #clock: Clock;
  readonly #limit: LimitFunction = pLimit(maxAtOnce);
  /** For requests after a refusal. */
  readonly #single: LimitFunction = pLimit(1);
  #heldUntil = 0;
  /** Holds in a row, without an answer in between. */
  #holds = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Sends a request when it is its turn. */
  pass<Result>(send: () => Promise<Result>): Promise<Result> {
    return this.#limit(() => (this.#holds === 0 ? send() : this.#single(send)));
  }

  /** Milliseconds for which nothing may be sent. */
  heldFor(): number {
    return Math.max(0, this.#heldUntil - this.#clock.now());
  }

  /**
   * Holds everything back, because there were too many requests.
   *
   * @param asked milliseconds that the platform asks for; without, the holds grow
   */
  hold(asked: number | undefined): void {
    // Of requests that went at once, each is refused; that is one refusal.
    if (this.heldFor() === 0) this.#holds++;
    const hold = asked ?? Math.min(maxHold, firstHold * 2 ** (this.#holds - 1));
    this.#heldUntil = Math.max(this.#heldUntil, this.#clock.now() + hold);
  }

  /** Takes note that a request was not refused. */
  answered(): void {
    if (this.heldFor() === 0) this.#holds = 0;
  }
}
