import pLimit, { type LimitFunction } from 'p-limit';
import type { Clock } from '../time/clock.js';

/** Requests that are under way at once; more would only meet the limit of the platform. */
const mostAtOnce = 8;

/**
 * What all requests of a run have in common: so many go at once, and when the platform says that
 * there are too many (429), none is sent until the time that it asked for has passed. Without that,
 * every region would run into the limit for itself, again and again.
 */
export class Traffic {
  readonly #clock: Clock;
  readonly #limit: LimitFunction = pLimit(mostAtOnce);
  #heldUntil = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Sends a request when it is its turn. */
  pass<Result>(send: () => Promise<Result>): Promise<Result> {
    return this.#limit(send);
  }

  /** Milliseconds for which nothing may be sent. */
  heldFor(): number {
    return Math.max(0, this.#heldUntil - this.#clock.now());
  }

  /** Holds everything back for so many milliseconds from now. */
  hold(milliseconds: number): void {
    this.#heldUntil = Math.max(this.#heldUntil, this.#clock.now() + milliseconds);
  }
}
