import type { Clock } from './clock.js';

/** Aborts a signal after some milliseconds, unless it is ended before. */
export class TimeLimit {
  readonly #clock: Clock;
  readonly #milliseconds: number;
  readonly #passed = new AbortController();
  #cancel: () => void;

  constructor(clock: Clock, milliseconds: number) {
    this.#clock = clock;
    this.#milliseconds = milliseconds;
    this.#cancel = this.#start();
  }

  get signal(): AbortSignal {
    return this.#passed.signal;
  }

  /** Allows the whole time again. */
  restart(): void {
    this.#cancel();
    this.#cancel = this.#start();
  }

  end(): void {
    this.#cancel();
  }

  #start(): () => void {
    return this.#clock.after(this.#milliseconds, () => {
      this.#passed.abort();
    });
  }
}
