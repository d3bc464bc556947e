import { setTimeout as setTimeoutPromise } from 'node:timers/promises';

/** The source of time and randomness, passed in so that a test can make hours pass at once. */
export interface Clock {
  /**
   * Milliseconds on a monotonic clock, for limits and durations. The machine's clock cannot measure
   * them, because it may be set while a run waits.
   */
  now(): number;
  /** Milliseconds since the epoch, for display and for comparison with times from a server. */
  wallTime(): number;
  /** Resolves after `milliseconds`; rejects with the signal's reason when the signal is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Calls back after `milliseconds`, unless the returned function is called before. */
  after(milliseconds: number, callback: () => void): () => void;
  /** A number from 0 (inclusive) to 1 (exclusive). */
  random(): number;
}

/** A clock whose sleeps also end when the signal is aborted. */
export function interruptible(clock: Clock, signal: AbortSignal): Clock {
  return {
    now: () => clock.now(),
    wallTime: () => clock.wallTime(),
    random: () => clock.random(),
    after: (milliseconds, callback) => clock.after(milliseconds, callback),
    sleep: (milliseconds, other) =>
      clock.sleep(milliseconds, other === undefined ? signal : AbortSignal.any([signal, other])),
  };
}

export const systemClock: Clock = {
  now: () => Math.round(performance.now()),
  wallTime: () => Date.now(),
  random: () => Math.random(),
  after: (milliseconds, callback) => {
    const timer = setTimeout(callback, milliseconds);
    return () => {
      clearTimeout(timer);
    };
  },
  sleep: (milliseconds, signal) =>
    setTimeoutPromise(milliseconds, undefined, { signal }).catch(() => {
      signal?.throwIfAborted();
    }),
};
