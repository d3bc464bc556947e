import type { Clock } from './clock.js';

/** A point in time by which work must be done, and the limit that sets it. */
export class Deadline {
  readonly #clock: Clock;
  readonly #at: number;
  /** The whole limit in milliseconds. */
  readonly limit: number;
  /** The input that sets the limit. */
  readonly input: string;

  /** A deadline `remaining` milliseconds from now (by default the whole limit). */
  constructor(clock: Clock, input: string, limit: number, remaining: number = limit) {
    this.#clock = clock;
    this.#at = clock.now() + remaining;
    this.limit = limit;
    this.input = input;
  }

  /** Milliseconds left, never negative. */
  remaining(): number {
    return Math.max(0, this.#at - this.#clock.now());
  }

  hasPassed(): boolean {
    return this.remaining() === 0;
  }
}

/**
 * A limit that several pieces of work share: `secrets-timeout` covers writing the sets, waiting for
 * them, and waiting again after a refused deploy, but not the deploy in between.
 */
export class TimeBudget {
  readonly #clock: Clock;
  readonly #input: string;
  readonly #limit: number;
  #spent = 0;

  /** A budget of `limit` milliseconds, set by the input `input`. */
  constructor(clock: Clock, input: string, limit: number) {
    this.#clock = clock;
    this.#input = input;
    this.#limit = limit;
  }

  /** A copy with what is left, for work that runs in parallel under the same limit. */
  fork(): TimeBudget {
    const fork = new TimeBudget(this.#clock, this.#input, this.#limit);
    fork.#spent = this.#spent;
    return fork;
  }

  /** Does `work` with a deadline of what is left, then subtracts the time that it took. */
  async spend<Result>(work: (deadline: Deadline) => Promise<Result>): Promise<Result> {
    const startedAt = this.#clock.now();
    const left = Math.max(0, this.#limit - this.#spent);
    try {
      return await work(new Deadline(this.#clock, this.#input, this.#limit, left));
    } finally {
      this.#spent += this.#clock.now() - startedAt;
    }
  }
}
