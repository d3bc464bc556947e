import { CancelledError } from '../time/cancellation.js';
import { quote } from '../text/quote.js';
import { systemErrorCode } from '../text/system-error.js';
import { classifyStatus } from '../http/status.js';
import {
  connectionFailure,
  ProxyError,
  type ConnectionFailure,
} from '../http/connection-failure.js';
import type { Deadline } from '../time/deadline.js';

/** Which request it was: enough to find it in a log, nothing that could be secret. */
export interface Call {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Path and query, without the host. */
  readonly path: string;
}

/** What can go wrong with a call; the report has words for each. */
export type CallFailureKind =
  | 'billing-required'
  | 'credential-refused'
  | 'permission-denied'
  | 'concurrent-write'
  | 'rate-limited'
  | 'request-refused'
  | 'platform-unavailable'
  | 'answer-unreadable'
  | 'redirected'
  | 'certificate-not-accepted'
  | 'proxy-refused'
  | 'upload-failed';

/** A call to the platform that did not bring an answer to work with. */
export abstract class CallError extends Error {
  abstract readonly kind: CallFailureKind;
  readonly call: Call;
  readonly #request: Call;
  /** How many times the request was sent. */
  attempts = 1;
  /** The limit that left no time for another attempt, where it was that. */
  outOfTime: Deadline | undefined;
  /** The id that the server gave the request; support asks for it. */
  requestId: string | undefined;
  /** Whether it asks for a change that may have been made: the answer to one of its attempts is lost. */
  isInDoubt = false;

  constructor(call: Call, message: string, options?: ErrorOptions) {
    super(`${call.method} ${call.path}: ${message}`, options);
    this.name = new.target.name;
    // A request has a body, too, with secrets in it, and an error may be printed by anybody.
    this.call = { method: call.method, path: call.path };
    this.#request = call;
  }

  /** Whether it is this very request that failed. */
  isOf(request: Call): boolean {
    return this.#request === request;
  }

  /** What happened, as the end of a sentence that begins with "because". */
  abstract readonly reason: string;

  /** Whether the same request may succeed a moment later. */
  abstract readonly isTransient: boolean;

  /** Whether the request may have been carried out, if it is one that changes something. */
  get mayBeCarriedOut(): boolean {
    return this.isTransient;
  }
}

/**
 * The run was cancelled while a request that changes something was under way, or was about to be sent
 * again: whether it was carried out is not known.
 */
export class InterruptedCallError extends CancelledError {
  readonly call: Call;

  constructor(call: Call, cancelled: CancelledError, cause: unknown) {
    super(cancelled.signal, { cause });
    this.name = 'InterruptedCallError';
    this.message = `${call.method} ${call.path}: ${this.message}`;
    // A request has a body, too, with secrets in it, and an error may be printed by anybody.
    this.call = { method: call.method, path: call.path };
  }
}

/** Words of a refusal that only billing can help. */
const billing =
  /\b(?:billing|payment|spend(?:ing)? limit|account (?:is |has been )?(?:suspended|disabled))\b/i;

/** What somebody else said, as it came: for decisions, never to be shown. */
export interface PlatformWords {
  readonly code?: string | undefined;
  readonly message?: string | undefined;
}

/** The platform, or a gateway in front of it, answered with a status that is not a success. */
export class StatusError extends CallError {
  readonly status: number;
  /** The platform's error code, with known secrets taken out; undefined if a gateway answered. */
  readonly code: string | undefined;
  /** The platform's message, with known secrets taken out; undefined where a gateway answered. */
  readonly platformMessage: string | undefined;
  /** Milliseconds that `Retry-After` asks for. */
  readonly retryAfter: number | undefined;
  readonly #said: PlatformWords;

  /** @param details.said the same code and message as they came; without, they are as they are shown */
  constructor(
    call: Call,
    status: number,
    details: {
      code?: string | undefined;
      platformMessage?: string | undefined;
      said?: PlatformWords | undefined;
      retryAfter?: number | undefined;
    } = {},
  ) {
    super(
      call,
      [`answered ${status}`, details.code, details.platformMessage].filter(Boolean).join(', '),
    );
    this.status = status;
    this.code = details.code;
    this.platformMessage = details.platformMessage;
    this.#said = details.said ?? { code: details.code, message: details.platformMessage };
    this.retryAfter = details.retryAfter;
  }

  override get kind(): CallFailureKind {
    if (this.status === 401) return 'credential-refused';
    if (this.status === 402 || (this.status < 500 && this.says(billing))) return 'billing-required';
    if (this.status === 403) return 'permission-denied';
    if (this.status === 409 && this.call.path.includes('/secrets/')) return 'concurrent-write';
    if (classifyStatus(this.status) === 'rate-limited') return 'rate-limited';
    return this.mayBeCarriedOut ? 'platform-unavailable' : 'request-refused';
  }

  /** Whether the platform's message, as it came, matches. */
  says(pattern: RegExp): boolean {
    return pattern.test(this.#said.message ?? '');
  }

  /** What a table has for the platform's code, as it came. */
  lookUpCode<Entry>(table: Readonly<Record<string, Entry>>): Entry | undefined {
    const { code } = this.#said;
    return code !== undefined && Object.hasOwn(table, code) ? table[code] : undefined;
  }

  override get reason(): string {
    const said = this.platformMessage === undefined ? '' : `: ${quote(this.platformMessage)}`;
    return `the response was ${this.status}${said}`;
  }

  override get isTransient(): boolean {
    return this.mayBeCarriedOut || this.kind === 'rate-limited';
  }

  override get mayBeCarriedOut(): boolean {
    return classifyStatus(this.status) === 'inconclusive';
  }
}

const kindsOfConnectionFailure = {
  certificate: 'certificate-not-accepted',
  'proxy-refusal': 'proxy-refused',
  unreachable: 'platform-unavailable',
  broken: 'platform-unavailable',
} as const satisfies Record<ConnectionFailure['kind'], CallFailureKind>;

/** The connection could not be made, or broke before the answer began. */
export class ConnectionError extends CallError {
  override readonly kind: CallFailureKind;
  /** Node's code, such as ECONNREFUSED or ENOTFOUND. */
  readonly code: string | undefined;
  override readonly reason: string;
  override readonly isTransient: boolean;
  readonly #mayBeCarriedOut: boolean;
  /** Whether the name does not resolve, or nobody listens: it seldom helps to wait for that to change. */
  readonly isUnreachable: boolean;

  constructor(call: Call, cause: unknown) {
    const code = systemErrorCode(cause);
    super(call, `the connection failed${code === undefined ? '' : ` with ${code}`}`, { cause });
    const { kind, reason } = connectionFailure(cause, code);
    this.code = code;
    this.kind = kindsOfConnectionFailure[kind];
    this.reason = reason;
    this.isTransient = kind === 'unreachable' || kind === 'broken';
    this.#mayBeCarriedOut = kind === 'broken';
    this.isUnreachable = kind === 'unreachable';
  }

  override get mayBeCarriedOut(): boolean {
    return this.#mayBeCarriedOut;
  }
}

/** No whole answer came within the time that one request may take. */
export class NoAnswerError extends CallError {
  override readonly kind = 'platform-unavailable';
  /** Milliseconds that were waited. */
  readonly waited: number;

  constructor(call: Call, waited: number) {
    super(call, `no answer within ${waited} ms`);
    this.waited = waited;
  }

  override get reason(): string {
    return `no answer came within ${(this.waited / 1000).toFixed(this.waited < 10_000 ? 1 : 0)} s`;
  }

  override readonly isTransient = true;
}

/** The time limit of the step had passed before the request could be sent. */
export class NotSentError extends CallError {
  override readonly kind = 'platform-unavailable';

  constructor(call: Call, deadline: Deadline) {
    super(call, 'not sent, the time was up');
    this.attempts = 0;
    this.outOfTime = deadline;
  }

  override readonly reason = 'no time was left to send it';

  override readonly isTransient = false;
}

/** The answer was cut off, is not JSON, or is JSON of another shape than is due. */
export class UnreadableAnswerError extends CallError {
  override readonly kind = 'answer-unreadable';
  readonly what: string;

  constructor(call: Call, what: string, options?: ErrorOptions) {
    super(call, what, options);
    this.what = what;
  }

  override get reason(): string {
    return this.what;
  }

  override readonly isTransient = true;
}

/** The answer sends the request elsewhere; a credential does not follow. */
export class RedirectError extends CallError {
  override readonly kind = 'redirected';
  readonly status: number;
  /** Where it points: scheme and host only. */
  readonly target: string;

  constructor(call: Call, status: number, target: string) {
    super(call, `answered ${status}, a redirect to ${target}`);
    this.status = status;
    this.target = target;
  }

  override get reason(): string {
    return `the response was a redirect (${this.status}) to ${this.target}`;
  }

  override readonly isTransient = false;
}

/** Codes of storage for what another form, or another moment, mends. */
const transientStorageCodes: ReadonlySet<string | undefined> = new Set([
  'RequestTimeout',
  'RequestTimeTooSkewed',
  'IncompleteBody',
  'ExpiredToken',
  'SlowDown',
]);

/** Storage did not take an upload. The address is told without its path, as fields and query sign it. */
export class UploadError extends CallError {
  override readonly kind = 'upload-failed';
  /** Undefined where no answer came. */
  readonly status: number | undefined;
  /** The code of storage, such as EntityTooLarge. */
  readonly code: string | undefined;
  /** Milliseconds that `Retry-After` asks for. */
  readonly retryAfter: number | undefined;
  readonly #what: string;
  readonly #said: PlatformWords;
  readonly #isConnectionTransient: boolean;

  /** @param origin scheme and host of the storage */
  constructor(
    origin: string,
    details: {
      readonly status?: number | undefined;
      readonly code?: string | undefined;
      readonly storageMessage?: string | undefined;
      /** The same code and message as they came; without, they are as they are shown. */
      readonly said?: PlatformWords | undefined;
      readonly retryAfter?: number | undefined;
      /** Milliseconds after which a silent connection was given up. */
      readonly idleFor?: number | undefined;
      /** Milliseconds after which it was given up, although it was going on. */
      readonly timedOutAfter?: number | undefined;
      readonly isCutOff?: boolean;
      /** The answer is that of something else. */
      readonly isFromElsewhere?: boolean;
      readonly cause?: unknown;
      readonly requestId?: string | undefined;
    },
  ) {
    const connection = connectionFailure(details.cause, systemErrorCode(details.cause));
    const what = uploadFailure(details, connection);
    super({ method: 'POST', path: origin }, what, { cause: details.cause });
    this.status = details.status;
    this.code = details.code;
    this.retryAfter = details.retryAfter;
    this.requestId = details.requestId;
    this.#what = what;
    this.#said = details.said ?? { code: details.code, message: details.storageMessage };
    this.#isConnectionTransient = !['certificate', 'proxy-refusal'].includes(connection.kind);
  }

  override get reason(): string {
    return this.#what;
  }

  override get isTransient(): boolean {
    if (this.status === undefined) return this.#isConnectionTransient;
    const status = classifyStatus(this.status);
    if (status === 'inconclusive' || status === 'rate-limited') return true;
    const { code, message } = this.#said;
    // A refusal without a word may be that of a form that has expired.
    const mayHaveExpired = code === undefined || /expired/i.test(message ?? '');
    if (this.status === 403 && mayHaveExpired) return true;
    return transientStorageCodes.has(code);
  }
}

function uploadFailure(
  {
    status,
    code,
    storageMessage,
    idleFor,
    timedOutAfter,
    isCutOff,
    isFromElsewhere,
    cause,
  }: ConstructorParameters<typeof UploadError>[1],
  connection: ConnectionFailure,
): string {
  if (status !== undefined) {
    const said = [code, storageMessage].filter((one) => one !== undefined).join(': ');
    return `the storage answered ${status}${said === '' ? '' : ` (${quote(said)})`}`;
  }
  if (timedOutAfter !== undefined)
    return `the upload timed out after ${timedOutAfter / 60_000} min`;
  if (idleFor !== undefined) return `the connection was idle for ${idleFor / 1000} s`;
  if (isCutOff === true) return 'the response was cut off';
  if (isFromElsewhere === true) return 'the response did not come from storage';
  if (connection.kind !== 'broken' || cause instanceof ProxyError) return connection.reason;
  const systemCode = systemErrorCode(cause);
  return `the connection broke${systemCode === undefined ? '' : ` (${systemCode})`}`;
}
