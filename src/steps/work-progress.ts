import { bytesOf } from '../text/bytes.js';
import type { Clock } from '../time/clock.js';

/** Milliseconds between two reports. */
const interval = 5000;

/** Says now and then how much of a known amount of bytes is done. */
export class WorkProgress {
  readonly #clock: Clock;
  readonly #all: number;
  readonly #log: (done: string) => void;
  #reportedAt: number;

  constructor(clock: Clock, all: number, say: (done: string) => void) {
    this.#clock = clock;
    this.#all = all;
    this.#log = say;
    this.#reportedAt = clock.now();
  }

  update(bytes: number): void {
    if (this.#clock.now() - this.#reportedAt < interval) return;
    this.#reportedAt = this.#clock.now();
    const share = this.#all === 0 ? 1 : bytes / this.#all;
    this.#log(`${bytesOf(bytes)} of ${bytesOf(this.#all)} (${Math.floor(share * 100)} %)`);
  }
}
