import { setTimeout as setTimeoutPromise } from 'node:timers/promises';

/** Where time and chance come from; handed in, so that a test can make hours pass at once. */
export interface Clock {
  /**
   * Milliseconds on a clock that only runs forward, for limits and durations. The machine's clock may
   * be set while a run waits, and says nothing about how long it has waited.
   */
  now(): number;
  /** Milliseconds since the epoch, for what is shown, and compared with times that a server gives. */
  wallTime(): number;
  /** Resolves after `milliseconds`; rejects once the signal is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /**
   * Sets a time limit for something that is under way: calls back after `milliseconds`, unless the
   * function that comes back is called before.
   */
  after(milliseconds: number, callback: () => void): () => void;
  /** A number from 0 (inclusive) to 1 (exclusive). */
  random(): number;
}

/** Sleeps; where the signal ends that, it rejects with the signal's own reason. */
export async function abortableSleep(
  clock: Clock,
  milliseconds: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await clock.sleep(milliseconds, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

/** A clock whose sleepers wake up, and reject with the signal's reason, once it is aborted. */
export function interruptible(clock: Clock, signal: AbortSignal): Clock {
  return {
    now: () => clock.now(),
    wallTime: () => clock.wallTime(),
    random: () => clock.random(),
    after: (milliseconds, callback) => clock.after(milliseconds, callback),
    sleep: async (milliseconds, other) => {
      const either = other === undefined ? signal : AbortSignal.any([signal, other]);
      try {
        await clock.sleep(milliseconds, either);
      } catch (error) {
        signal.throwIfAborted();
        throw error;
      }
    },
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
  sleep: (milliseconds, signal) => setTimeoutPromise(milliseconds, undefined, { signal }),
};
