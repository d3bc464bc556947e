import { setMaxListeners } from 'node:events';
import type { AccessSettings } from '../plan/settings.js';
import { Caller } from '../pipecat/caller.js';
import { PipecatCloud } from '../pipecat/client.js';
import { Connection } from '../pipecat/connection.js';
import { PublicSurface, Sessions } from '../pipecat/sessions.js';
import { Storage } from '../pipecat/storage.js';
import type { Surface } from '../pipecat/surface.js';
import type { SessionAccess } from './context.js';
import type { Journal } from '../record/journal.js';
import type { Redact } from '../secrecy/redactor.js';
import { cancellationLimits, type Cancellation } from '../time/cancellation.js';
import { RetryBudget } from '../time/retry-budget.js';
import type { SecretValue } from '../secrecy/secret-value.js';
import { version } from '../version.js';

export interface PlatformOptions {
  readonly access: AccessSettings;
  readonly journal: Journal;
  readonly cancellation: Cancellation;
  readonly redact: Redact;
  /** Milliseconds that one request may take; 30 s by default. */
  readonly requestLimit: number | undefined;
}

/** The connections to the platform and its storage. Disposing of it ends every call. */
export class Platform implements Disposable {
  readonly caller: Caller;
  /** Retries longer: for reading before the first write, when nothing is at stake yet. */
  readonly patientCaller: Caller;
  readonly #over = new AbortController();
  readonly #connections: Connection[] = [];
  readonly #storage: Storage;
  readonly #redact: Redact;
  /** Sends what a cancelled run still has to clean up. */
  readonly #lateCaller: Caller;
  readonly #connectPublicly: (key: SecretValue) => PublicSurface;

  constructor({ access, journal, cancellation, redact, requestLimit = 30_000 }: PlatformOptions) {
    // Node would warn of a leak if calls of many regions pause at once.
    setMaxListeners(Infinity, this.#over.signal);
    const userAgent = `pipecat-cloud-release/${version}`;
    const { clock, log } = journal;
    const common = { clock, log, redact };
    const over = this.#over.signal;
    this.#redact = redact;
    const connect = (key: SecretValue): Connection => {
      const connection = new Connection(access.apiUrl, key, userAgent);
      this.#connections.push(connection);
      return connection;
    };
    this.#storage = new Storage({
      userAgent,
      over: AbortSignal.any([over, cancellation.signal]),
      ...common,
    });
    const connection = connect(access.credential.value);
    const calling = { connection, requestLimit, over, cancellation, ...common };
    this.caller = new Caller(calling);
    this.patientCaller = this.caller.withRetryBudget(new RetryBudget(clock));
    const late = cancellation.delayed(cancellationLimits.stop);
    this.#lateCaller = new Caller({
      ...calling,
      cancellation: late,
      writeGrace: 0,
      clock: late.clock,
    });
    this.#connectPublicly = (key) =>
      new PublicSurface(new Caller({ ...calling, connection: connect(key) }));
  }

  /** The sessions that the credential and a public key can access. */
  sessionsOn(surface: Surface, hide: SessionAccess['hide']): SessionAccess {
    return {
      reading: new Sessions(this.caller, surface),
      stopping: new Sessions(this.#lateCaller, surface),
      publicly: this.#connectPublicly,
      hide,
      redact: this.#redact,
    };
  }

  /** The operations that the credential can use. */
  on(surface: Surface, caller: Caller = this.caller): PipecatCloud {
    return new PipecatCloud(caller, surface, this.#storage, this.#redact);
  }

  [Symbol.dispose](): void {
    // Of several parallel calls, others may still be running after one has failed.
    this.#over.abort();
    for (const connection of this.#connections) connection.close();
    this.#storage.close();
  }
}
