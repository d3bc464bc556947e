import type { PipecatCloud } from '../pipecat/client.js';
import type { PublicSurface, Sessions } from '../pipecat/sessions.js';
import type { Redact } from '../secrecy/redactor.js';
import type { SecretValue } from '../secrecy/secret-value.js';
import type { Journal } from '../record/journal.js';
import type { RolloutObserver } from './rollout-observer.js';

/** Sessions of agents, as the release and its public key reach them. */
export interface SessionAccess {
  readonly reading: Pick<Sessions, 'session' | 'count'>;
  /** Stops a session even if the run is cancelled. */
  readonly stopping: Pick<Sessions, 'stop'>;
  /** What a public key reaches. */
  readonly publicly: (key: SecretValue) => PublicSurface;
  /** Masks what an answer brought and nobody may see. */
  readonly hide: (secrets: readonly SecretValue[]) => void;
  /** Takes known secrets out of a word of the platform. */
  readonly redact: Redact;
}

/** What every step of a release works with. */
export interface StepContext {
  readonly cloud: PipecatCloud;
  readonly sessions: SessionAccess;
  readonly journal: Journal;
  /** Aborted with a CancelledError when the run is cancelled. */
  readonly cancellation: AbortSignal;
  /** Whether tracebacks and log lines may be shown when a rollout fails. */
  readonly wantsFailureLogs: () => Promise<boolean>;
  readonly rolloutObserver: RolloutObserver;
}

/** What every step of a teardown works with. */
export interface TeardownContext {
  readonly cloud: PipecatCloud;
  readonly sessions: Sessions;
  readonly journal: Journal;
}
