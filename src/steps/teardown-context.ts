import type { PipecatCloud } from '../pipecat/client.js';
import type { Sessions } from '../pipecat/sessions.js';
import type { Journal } from '../record/journal.js';

/** What every step of a teardown works with. */
export interface TeardownContext {
  readonly cloud: PipecatCloud;
  readonly sessions: Sessions;
  readonly journal: Journal;
}
