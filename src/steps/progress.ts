import { bytesOf } from '../text/bytes.js';
import type { Clock } from '../time/clock.js';

/** Milliseconds between two lines of the log. */
const reminderInterval = 15_000;

/** A clock, and a log. */
export interface ProgressOutput {
  readonly clock: Clock;
  readonly log: { readonly info: (message: string) => void };
}

/**
 * Logs the state of a wait: when it changes, and at least every 15 seconds, even during a longer status
 * check. Call `end` in any case.
 */
export class Progress {
  readonly #clock: Clock;
  readonly #log: (message: string) => void;
  readonly #startedAt: number;
  #state: string | undefined;
  #changedAt: number;
  #reminder = new AbortController();
  #hasEnded = false;

  /** @param label the beginning of each line of the log */
  constructor({ clock, log }: ProgressOutput, label = '') {
    this.#clock = clock;
    this.#log = (message) => {
      log.info(label + message);
    };
    this.#startedAt = clock.now();
    this.#changedAt = this.#startedAt;
    this.#scheduleReminder();
  }

  /** The last state; undefined if none is known yet. */
  get state(): string | undefined {
    return this.#state;
  }

  /** Milliseconds since the wait began. */
  get elapsed(): number {
    return this.#clock.now() - this.#startedAt;
  }

  /** Milliseconds since the state changed. */
  get unchangedFor(): number {
    return this.#clock.now() - this.#changedAt;
  }

  /** Logs the state if it has changed. */
  update(state: string): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#changedAt = this.#clock.now();
    this.#report();
  }

  /** Logs something that is not a state. */
  remark(message: string): void {
    this.#log(message);
  }

  end(): void {
    this.#hasEnded = true;
    this.#reminder.abort();
  }

  #report(): void {
    const state = this.#state ?? 'waiting for the first status check';
    this.#log(`${(this.elapsed / 1000).toFixed(1)} s: ${state}`);
    this.#scheduleReminder();
  }

  #scheduleReminder(): void {
    this.#reminder.abort();
    // A reminder may be due at the moment the wait ends.
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

/** The same for work with a known end. */
const workInterval = 5000;

/**
 * Logs regularly how many of a known number of bytes are done.
 *
 * @param label such as `Packed`
 * @returns called with the number of bytes so far
 */
export function logWorkProgress(
  { clock, log }: ProgressOutput,
  all: number,
  label: string,
): (bytes: number) => void {
  let reportedAt = clock.now();
  return (bytes) => {
    if (clock.now() - reportedAt < workInterval) return;
    reportedAt = clock.now();
    const share = all === 0 ? 1 : bytes / all;
    log.info(`${label}: ${bytesOf(bytes)} of ${bytesOf(all)} (${Math.floor(share * 100)} %).`);
  };
}
