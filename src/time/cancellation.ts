import { setMaxListeners } from 'node:events';
import { interruptible, type Clock } from './clock.js';

/**
 * Time limits in milliseconds after a cancellation. The runner soon kills the process, so the report
 * must be written within two seconds, and everything else must end before that.
 */
export const cancellationLimits = {
  /** For the response to a write, so that the report can say what the write did. */
  write: 1000,
  /** For GitHub to record the cancellation. */
  gitHub: 1400,
  /** For stopping the session of a smoke test. */
  stop: 1400,
  /** Then the report is written, even if something has not ended. */
  report: 1700,
} as const;

/** Signals with which a runner asks an action to end. */
type CancellationSignal = 'SIGINT' | 'SIGTERM';

/**
 * A person cancelled the run, or a newer run replaced it. This is the abort reason of the signal that
 * everything listens to that waits or sends.
 */
export class CancelledError extends Error {
  readonly kind = 'cancelled';
  readonly signal: CancellationSignal;

  constructor(signal: CancellationSignal, options?: ErrorOptions) {
    super(`the run was cancelled (${signal})`, options);
    this.name = 'CancelledError';
    this.signal = signal;
  }
}

/** Tells everything in a run that takes time when the run is cancelled. Must be ended. */
export class Cancellation {
  /** Aborted with a CancelledError. */
  readonly signal: AbortSignal;
  readonly #clock: Clock;
  readonly #ended = new AbortController();

  constructor(signal: AbortSignal, clock: Clock) {
    this.signal = signal;
    this.#clock = clock;
    // Many listeners may wait at once; Node.js would warn about a leak.
    setMaxListeners(Infinity, signal, this.#ended.signal);
  }

  get isCancelled(): boolean {
    return this.signal.aborted;
  }

  /** A signal that is aborted `milliseconds` after the cancellation, for the same reason. */
  after(milliseconds: number): AbortSignal {
    const delayed = new AbortController();
    this.whenCancelled(() => {
      const stop = this.#clock.after(milliseconds, () => {
        delayed.abort(this.signal.reason);
      });
      this.#ended.signal.addEventListener('abort', stop, { once: true });
    });
    return delayed.signal;
  }

  /** A cancellation that comes `milliseconds` later, for what a cancelled run must still clean up. */
  delayed(milliseconds: number): Cancellation {
    const delayed = new Cancellation(this.after(milliseconds), this.#clock);
    this.#ended.signal.addEventListener(
      'abort',
      () => {
        delayed.end();
      },
      { once: true },
    );
    return delayed;
  }

  /** A clock whose sleepers wake up when the run is cancelled. */
  get clock(): Clock {
    return interruptible(this.#clock, this.signal);
  }

  whenCancelled(act: () => void): void {
    if (this.#ended.signal.aborted) return;
    if (this.isCancelled) act();
    else this.signal.addEventListener('abort', act, { once: true, signal: this.#ended.signal });
  }

  /** Stops listening, when nothing waits anymore. */
  end(): void {
    this.#ended.abort();
  }
}

/** Waits for `work`, but stops waiting and throws the signal's reason when the signal is aborted. */
export async function unlessAborted<Result>(
  signal: AbortSignal,
  work: Promise<Result>,
): Promise<Result> {
  const over = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    const giveUp = (): void => {
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true, signal: over.signal });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    over.abort();
  }
}
