import type { Clock } from './clock.js';

/** A point in time that work has to be done by, and the limit that it comes from. */
export class Deadline {
  readonly #clock: Clock;
  readonly #at: number;
  /** The whole limit in milliseconds, for messages. */
  readonly limit: number;
  /** The input that sets the limit, for messages. */
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
 * A limit that several stretches of work share: `secrets-timeout` covers writing the sets, awaiting
 * them, and awaiting them once more after a deploy was refused, but not the deploy in between.
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

  /** A budget of what is left, for work that goes on beside other work of the same limit. */
  fork(): TimeBudget {
    const fork = new TimeBudget(this.#clock, this.#input, this.#limit);
    fork.#spent = this.#spent;
    return fork;
  }

  /** Does `work` with a deadline of what is left, and takes what it needed off the budget. */
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
