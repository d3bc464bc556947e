import type { Clock } from '../time/clock.js';

const longestSilence = 15_000;

/**
 * Says how a wait is going: when something changes, and at least every 15 seconds, also while a look
 * is under way that takes longer than that. Has to be ended.
 */
export class Progress {
  readonly #clock: Clock;
  readonly #say: (message: string) => void;
  readonly #startedAt: number;
  #state = 'waiting for the first look';
  #changedAt: number;
  #reminder = new AbortController();
  #hasEnded = false;

  constructor(clock: Clock, say: (message: string) => void) {
    this.#clock = clock;
    this.#say = say;
    this.#startedAt = clock.now();
    this.#changedAt = this.#startedAt;
    this.#remind();
  }

  /** Milliseconds since the wait began. */
  get elapsed(): number {
    return this.#clock.now() - this.#startedAt;
  }

  /** Milliseconds for which the state has been what it is. */
  get unchangedFor(): number {
    return this.#clock.now() - this.#changedAt;
  }

  /** Takes note of the state, and says it where it is another one. */
  update(state: string): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#changedAt = this.#clock.now();
    this.#tell();
  }

  /** Says something that is not a state. */
  remark(message: string): void {
    this.#say(message);
  }

  end(): void {
    this.#hasEnded = true;
    this.#reminder.abort();
  }

  #tell(): void {
    this.#say(`${(this.elapsed / 1000).toFixed(1)} s: ${this.#state}`);
    this.#remind();
  }

  #remind(): void {
    this.#reminder.abort();
    // A reminder may have come due in the same moment in which the wait ended.
    if (this.#hasEnded) return;
    this.#reminder = new AbortController();
    this.#clock.sleep(longestSilence, this.#reminder.signal).then(
      () => {
        this.#tell();
      },
      () => undefined,
    );
  }
}
