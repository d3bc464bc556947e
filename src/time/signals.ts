import { CancelledError } from './cancellation.js';

const cancellation = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    cancellation.abort(new CancelledError(signal));
  });
}

/**
 * Aborted with a CancelledError when the runner asks the process to end. Whoever imports this first
 * misses least: until then, the process ends without a word.
 */
export const cancelledByRunner = cancellation.signal;
