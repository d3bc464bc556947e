import type { PipecatCloud } from '../pipecat/client.js';
import type { PublicSurface, Sessions } from '../pipecat/sessions.js';
import type { Redact } from '../secrecy/redactor.js';
import type { SecretValue } from '../secrecy/secret-value.js';
import type { Journal } from '../record/journal.js';
import type { RolloutObserver } from '../record/rollout-observer.js';

/** Access to sessions of agents, with the credential and a public key. */
export interface SessionAccess {
  readonly reading: Pick<Sessions, 'session' | 'count'>;
  /** Stops a session even if the run is cancelled. */
  readonly stopping: Pick<Sessions, 'stop'>;
  /** What a public key can access. */
  readonly publicly: (key: SecretValue) => PublicSurface;
  /** Masks secrets from a response. */
  readonly hide: (secrets: readonly SecretValue[]) => void;
  /** Redacts known secrets in a text from the platform. */
  readonly redact: Redact;
}

/** What every step of a release needs. */
export interface StepContext {
  readonly cloud: PipecatCloud;
  readonly sessions: SessionAccess;
  readonly journal: Journal;
  /** Aborted with a CancelledError when the run is cancelled. */
  readonly cancellation: AbortSignal;
  /** Whether tracebacks and log lines may be shown. */
  readonly wantsFailureLogs: () => Promise<boolean>;
  readonly rolloutObserver: RolloutObserver;
}

/** What every step of a teardown needs. */
export interface TeardownContext extends Pick<StepContext, 'cloud' | 'journal'> {
  readonly sessions: Sessions;
}
