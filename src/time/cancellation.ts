import { setMaxListeners } from 'node:events';
import { interruptible, type Clock } from './clock.js';

/**
 * Milliseconds after a cancellation. A runner that waits no longer kills the process, so the report is
 * made within two seconds, and everything else has its end before that.
 */
export const cancellationLimits = {
  /** A request that was sent to change something has to be answered, so that it is known what it did. */
  write: 1000,
  /** GitHub has to have taken note. */
  gitHub: 1400,
  /** A session that was started for a test has to be stopped. */
  stop: 1400,
  /** The report is made, whatever has not come to its end. */
  report: 1700,
} as const;

/** Signals by which a runner asks an action to end. */
export type CancellationSignal = 'SIGINT' | 'SIGTERM';

/**
 * The run was cancelled, by a person or because a newer one takes its place. It is the reason of the
 * signal that everything that waits, or is about to send something, listens to.
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

/** That a run may be cancelled, for everything that takes time in it. Has to be disposed of. */
export class Cancellation implements Disposable {
  /** Aborted with a CancelledError. */
  readonly signal: AbortSignal;
  readonly #clock: Clock;
  readonly #ended = new AbortController();

  constructor(signal: AbortSignal, clock: Clock) {
    this.signal = signal;
    this.#clock = clock;
    // Many may wait at once, which Node would take for a leak and warn of.
    setMaxListeners(Infinity, signal, this.#ended.signal);
  }

  get isCancelled(): boolean {
    return this.signal.aborted;
  }

  /** A signal that follows so many milliseconds after the cancellation, with its reason. */
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

  /** The same, so many milliseconds later: for what a cancelled run still has to put in order. */
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

  [Symbol.dispose](): void {
    this.end();
  }

  /** Nobody waits for anything any more. */
  end(): void {
    this.#ended.abort();
  }
}

/** The result of `work`, unless the signal comes first: then nobody waits for it any more. */
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
