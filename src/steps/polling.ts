import { CallError, StatusError } from '../pipecat/errors.js';
import { abortableSleep, type Clock } from '../time/clock.js';
import type { Deadline } from '../time/deadline.js';
import { pollingDelay } from '../time/polling-delay.js';
import type { Progress } from './progress.js';

/** Milliseconds; a look that is told to come back later than that comes back now and then. */
const maxRetryAfter = 60_000;

/** What a look brought: the end of the wait, or nothing yet. */
export type PollResult<Result> = { readonly done: Result } | undefined;

/** A wait ended without a result, because its limit passed. */
export class WaitTimeoutError extends Error {
  constructor(options?: ErrorOptions) {
    super('the limit has passed', options);
    this.name = 'WaitTimeoutError';
  }
}

/** How a wait goes on, and what ends it. */
export interface Wait {
  readonly clock: Clock;
  readonly deadline: Deadline;
  /** Ended with the wait. */
  readonly progress: Progress;
  /** Milliseconds until the next look, `elapsed` after the first; growing up to 5 s by default. */
  readonly step?: (elapsed: number) => number;
  /** Ends the wait, which then rejects with its reason. */
  readonly signal?: AbortSignal;
}

/**
 * Looks again and again, in growing steps, the first time at once, until a look brings an end or the
 * deadline passes. A look that fails is no reason to give up, as the release may be going on behind
 * a gateway that is not; only a refusal (4xx) is. A run of failed looks is told once.
 */
export async function poll<Result>(
  checkStatus: () => Promise<PollResult<Result>>,
  wait: Wait,
): Promise<Result> {
  try {
    return await keepPolling(checkStatus, wait);
  } finally {
    wait.progress.end();
  }
}

async function keepPolling<Result>(
  checkStatus: () => Promise<PollResult<Result>>,
  { clock, deadline, progress, signal, step = defaultStep(clock) }: Wait,
): Promise<Result> {
  const startedAt = clock.now();
  let failedChecks = 0;
  let failure: CallError | undefined;
  for (;;) {
    let retryAfter = 0;
    try {
      const result = await checkStatus();
      if (failedChecks > 0)
        progress.remark(
          `The platform responds again, after ${failedChecks} failed status ${failedChecks === 1 ? 'check' : 'checks'}.`,
        );
      failedChecks = 0;
      failure = undefined;
      if (result !== undefined) return result.done;
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
    await abortableSleep(clock, Math.min(pause, deadline.remaining()), signal);
    if (deadline.hasPassed()) throw new WaitTimeoutError({ cause: failure });
  }
}

function defaultStep(clock: Clock): (elapsed: number) => number {
  return (elapsed) => pollingDelay(elapsed, () => clock.random());
}
