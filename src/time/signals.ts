import { CancelledError } from './cancellation.js';

const cancellation = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    cancellation.abort(new CancelledError(signal));
  });
}

/**
 * Aborted with a CancelledError when the runner asks the process to end. Import this first: a signal
 * that comes before ends the process without a report.
 */
export const cancelledByRunner = cancellation.signal;
