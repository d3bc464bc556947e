import type { PipecatCloud } from '../pipecat/client.js';
import type { Journal } from '../record/journal.js';
import type { RolloutObserver } from './rollout-observer.js';

/** What every step of a release works with. */
export interface StepContext {
  readonly cloud: PipecatCloud;
  readonly journal: Journal;
  /** Aborted with a CancelledError when the run is cancelled. */
  readonly cancellation: AbortSignal;
  /** Whether tracebacks and log lines may be shown when a rollout fails. */
  readonly wantsFailureLogs: () => Promise<boolean>;
  readonly rolloutObserver: RolloutObserver;
}
