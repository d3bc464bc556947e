import { CallError, StatusError } from '../pipecat/errors.js';
import type { Clock } from '../time/clock.js';
import type { Deadline } from '../time/deadline.js';
import { pollingDelay } from '../time/polling-delay.js';
import type { Progress } from './progress.js';

/** Milliseconds; a longer `Retry-After` is cut to this. */
const maxRetryAfter = 60_000;

/** Milliseconds for which reads may not show what this run has just created. */
export const graceLimit = 10_000;

/** The result of a status check: what ends the wait, or the state in words, if it is known. */
export type PollResult<Result> = { readonly done: Result } | string | undefined;

/** How often to check, and what ends the wait. */
export interface Wait<Result> {
  readonly clock: Clock;
  readonly deadline: Deadline;
  /** Ended with the wait. */
  readonly progress: Progress;
  /** Called when the deadline has passed, with the failure of the last status check, if it failed. */
  readonly onTimeout: (cause: CallError | undefined) => Result | Promise<Result>;
  /** Milliseconds until the next check, `elapsed` after the first; grows to 5 s by default. */
  readonly step?: (elapsed: number) => number;
  /** Ends the wait, which rejects with its reason. */
  readonly signal?: AbortSignal;
}

/**
 * Checks the status immediately and then in growing steps, until there is a result or the deadline passes. A
 * failed check does not end the wait, because the release may continue behind a broken gateway; only a
 * refusal (4xx) does. Consecutive failures are logged once.
 */
export async function poll<Result>(
  checkStatus: () => Promise<PollResult<Result>>,
  wait: Wait<Result>,
): Promise<Result> {
  try {
    return await keepPolling(checkStatus, wait);
  } finally {
    wait.progress.end();
  }
}

async function keepPolling<Result>(
  checkStatus: () => Promise<PollResult<Result>>,
  { clock, deadline, progress, onTimeout, signal, step = defaultStep(clock) }: Wait<Result>,
): Promise<Result> {
  const startedAt = clock.now();
  let failedChecks = 0;
  let failure: CallError | undefined;
  for (;;) {
    let retryAfter = 0;
    try {
      const result = await checkStatus();
      if (typeof result === 'string') progress.update(result);
      if (failedChecks > 0)
        progress.remark(
          `The platform responds again, after ${failedChecks} failed status ${failedChecks === 1 ? 'check' : 'checks'}.`,
        );
      failedChecks = 0;
      failure = undefined;
      if (typeof result === 'object') return result.done;
    } catch (error) {
      if (!(error instanceof CallError && (error.isTransient || error.outOfTime === deadline))) {
        throw error;
      }
      failure = error;
      if (error instanceof StatusError) retryAfter = error.retryAfter ?? 0;
      failedChecks++;
      if (failedChecks === 1 && !deadline.hasPassed()) {
        const { method, path } = error.call;
        progress.remark(
          `Status check failed: ${error.reason} (${method} ${path}). Checking again.`,
        );
      }
    }
    const pause = Math.max(step(clock.now() - startedAt), Math.min(retryAfter, maxRetryAfter));
    await clock.sleep(Math.min(pause, deadline.remaining()), signal);
    if (deadline.hasPassed()) {
      progress.end();
      return onTimeout(failure);
    }
  }
}

function defaultStep(clock: Clock): (elapsed: number) => number {
  return (elapsed) => pollingDelay(elapsed, () => clock.random());
}
