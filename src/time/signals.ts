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

/** Milliseconds that what is still under way may hold up the end of a run that was cancelled. */
const lastWords = 100;

/** Ends the process of a run that was cancelled, whatever it still waits for. */
export function endSoon(): void {
  setTimeout(() => {
    // An exit would wait for threads, such as one that looks a host up, or reads a file that hangs.
    const waitsForThreads = process
      .getActiveResourcesInfo()
      .some((resource) => /^(?:FS|GetAddrInfo|GetNameInfo)Req/.test(resource));
    if (waitsForThreads) process.kill(process.pid, 'SIGKILL');
    process.exit();
  }, lastWords).unref();
}
