import { bytesOf } from '../text/bytes.js';
import type { Clock } from '../time/clock.js';

/** Milliseconds between two reports. */
const interval = 5000;

/** Says now and then how much of a known amount of bytes is done. */
export class WorkProgress {
  readonly #clock: Clock;
  readonly #all: number;
  readonly #say: (done: string) => void;
  #saidAt: number;

  constructor(clock: Clock, all: number, say: (done: string) => void) {
    this.#clock = clock;
    this.#all = all;
    this.#say = say;
    this.#saidAt = clock.now();
  }

  update(bytes: number): void {
    if (this.#clock.now() - this.#saidAt < interval) return;
    this.#saidAt = this.#clock.now();
    const share = this.#all === 0 ? 1 : bytes / this.#all;
    this.#say(`${bytesOf(bytes)} of ${bytesOf(this.#all)} (${Math.floor(share * 100)} %)`);
  }
}
