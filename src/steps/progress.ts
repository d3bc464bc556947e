import type { Clock } from '../time/clock.js';

const reminderInterval = 15_000;

/**
 * Says how a wait is going: when something changes, and at least every 15 seconds, also while a look
 * is under way that takes longer than that. Has to be ended.
 */
export class Progress {
  readonly #clock: Clock;
  readonly #log: (message: string) => void;
  readonly #startedAt: number;
  #state = 'waiting for the first status check';
  #changedAt: number;
  #reminder = new AbortController();
  #hasEnded = false;

  constructor(clock: Clock, say: (message: string) => void) {
    this.#clock = clock;
    this.#log = say;
    this.#startedAt = clock.now();
    this.#changedAt = this.#startedAt;
    this.#scheduleReminder();
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
    this.#report();
  }

  /** Says something that is not a state. */
  remark(message: string): void {
    this.#log(message);
  }

  end(): void {
    this.#hasEnded = true;
    this.#reminder.abort();
  }

  #report(): void {
    this.#log(`${(this.elapsed / 1000).toFixed(1)} s: ${this.#state}`);
    this.#scheduleReminder();
  }

  #scheduleReminder(): void {
    this.#reminder.abort();
    // A reminder may have come due in the same moment in which the wait ended.
    if (this.#hasEnded) return;
    this.#reminder = new AbortController();
    this.#clock.sleep(reminderInterval, this.#reminder.signal).then(
      () => {
        this.#report();
      },
      () => undefined,
    );
  }
}
