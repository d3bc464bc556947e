import { bytesOf } from '../text/bytes.js';
import type { Clock } from '../time/clock.js';
import type { ProgressOutput } from './progress.js';

/** Milliseconds between two lines of the log. */
const interval = 5000;

/** Logs regularly how many of a known number of bytes are done. */
export class WorkProgress {
  readonly #clock: Clock;
  readonly #all: number;
  readonly #log: (done: string) => void;
  #reportedAt: number;

  /** @param label such as `Packed` */
  constructor({ clock, log }: ProgressOutput, all: number, label: string) {
    this.#clock = clock;
    this.#all = all;
    this.#log = (done) => {
      log.info(`${label}: ${done}.`);
    };
    this.#reportedAt = clock.now();
  }

  update(bytes: number): void {
    if (this.#clock.now() - this.#reportedAt < interval) return;
    this.#reportedAt = this.#clock.now();
    const share = this.#all === 0 ? 1 : bytes / this.#all;
    this.#log(`${bytesOf(bytes)} of ${bytesOf(this.#all)} (${Math.floor(share * 100)} %)`);
  }
}
