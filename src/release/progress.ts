import type { Clock } from '../time/clock.js';

const longestSilence = 15_000;

/** Says how a wait is going: when something changes, and at least every 15 seconds. */
export class Progress {
  readonly #clock: Clock;
  readonly #say: (message: string) => void;
  readonly #startedAt: number;
  #last = '';
  #lastChangeAt: number;
  #saidAt = -Infinity;

  constructor(clock: Clock, say: (message: string) => void) {
    this.#clock = clock;
    this.#say = say;
    this.#startedAt = clock.now();
    this.#lastChangeAt = this.#startedAt;
  }

  /** Milliseconds since the wait began. */
  get elapsed(): number {
    return this.#clock.now() - this.#startedAt;
  }

  /** Milliseconds for which the state has been what it is. */
  get unchangedFor(): number {
    return this.#clock.now() - this.#lastChangeAt;
  }

  is(state: string): void {
    const now = this.#clock.now();
    const changed = state !== this.#last;
    if (changed) this.#lastChangeAt = now;
    if (!changed && now - this.#saidAt < longestSilence) return;
    this.#say(`${(this.elapsed / 1000).toFixed(1)} s: ${state}`);
    this.#last = state;
    this.#saidAt = now;
  }
}
