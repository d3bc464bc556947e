import { CancelledError } from '../time/cancellation.js';
import { lookUp } from '../text/look-up.js';
import { quote } from '../text/quote.js';
import { classifyStatus } from '../http/status.js';
import { connectionFailure } from '../http/connection-failure.js';
import type { Deadline } from '../time/deadline.js';

/** Identifies a request in a log, without anything that could be secret. */
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

/** Why a call failed, and what that means for another attempt. */
type CallFailure = Pick<CallError, 'kind' | 'reason' | 'isTransient' | 'cause'> &
  Partial<Pick<CallError, 'mayBeCarriedOut' | 'status' | 'code' | 'retryAfter' | 'requestId'>>;

/** A call to the platform that brought no usable response. */
export abstract class CallError extends Error {
  readonly call: Call;
  readonly kind: CallFailureKind;
  /** What happened, as a clause that can follow "because". */
  readonly reason: string;
  /** Whether the same request may succeed a moment later. */
  readonly isTransient: boolean;
  /** Whether the platform may have carried out the request; `isTransient` by default. */
  readonly mayBeCarriedOut: boolean;
  /** The status of the response, if there was one. */
  readonly status: number | undefined;
  /** The error code of the platform or its storage, without known secrets. */
  readonly code: string | undefined;
  /** Milliseconds from the `Retry-After` header. */
  readonly retryAfter: number | undefined;
  /** The id that the server gave the request; support asks for it. */
  requestId: string | undefined;
  /** How many times the request was sent. */
  attempts = 1;
  /** The limit that left no time for another attempt. */
  outOfTime: Deadline | undefined;
  /** Whether an attempt at a write brought no response, so the platform may have carried it out. */
  isInDoubt = false;
  readonly #request: Call;

  constructor(call: Call, failure: CallFailure) {
    const { reason, cause } = failure;
    super(`${call.method} ${call.path}: ${reason}`, cause === undefined ? {} : { cause });
    this.name = new.target.name;
    this.call = withoutBody(call);
    this.#request = call;
    this.kind = failure.kind;
    this.reason = reason;
    this.isTransient = failure.isTransient;
    this.mayBeCarriedOut = failure.mayBeCarriedOut ?? failure.isTransient;
    this.status = failure.status;
    this.code = failure.code;
    this.retryAfter = failure.retryAfter;
    this.requestId = failure.requestId;
  }

  /** Whether this very request failed, and not another one that equals it. */
  isOf(request: Call): boolean {
    return this.#request === request;
  }
}

/** Anybody may print an error, and the body of a request contains secrets. */
function withoutBody({ method, path }: Call): Call {
  return { method, path };
}

/** The run was cancelled during a write, so it is unknown whether the platform carried it out. */
export class InterruptedCallError extends CancelledError {
  readonly call: Call;

  constructor(call: Call, cancelled: CancelledError, cause: unknown) {
    super(cancelled.signal, { cause });
    this.name = 'InterruptedCallError';
    this.message = `${call.method} ${call.path}: ${this.message}`;
    this.call = withoutBody(call);
  }
}

/** Words of a refusal for which billing is the reason. */
const billing =
  /\b(?:billing|payment|spend(?:ing)? limit|account (?:is |has been )?(?:suspended|disabled))\b/i;

/** The original words of a server. They decide what to do, and are never shown. */
export interface PlatformWords {
  readonly code?: string | undefined;
  readonly message?: string | undefined;
}

/** What a server said in an error response. */
interface ErrorResponse {
  /** The error code, without known secrets; undefined if a gateway answered. */
  readonly code?: string | undefined;
  /** The message, without known secrets; undefined if a gateway answered. */
  readonly message?: string | undefined;
  /** The original code and message; as above by default. */
  readonly said?: PlatformWords | undefined;
  readonly retryAfter?: number | undefined;
}

/** The platform, or a gateway in front of it, answered with an error status. */
export class StatusError extends CallError {
  declare readonly status: number;
  readonly #said: PlatformWords;

  constructor(call: Call, status: number, response: ErrorResponse = {}) {
    const { code, message, said = { code, message }, retryAfter } = response;
    const kind = statusKind(call, status, said);
    const mayBeCarriedOut = classifyStatus(status) === 'inconclusive';
    super(call, {
      kind,
      reason: `the response was ${status}${message === undefined ? '' : `: ${quote(message)}`}`,
      isTransient: mayBeCarriedOut || kind === 'rate-limited',
      mayBeCarriedOut,
      status,
      code,
      retryAfter,
    });
    if (code) this.message += ` (${code})`;
    this.#said = said;
  }

  /** Whether the platform's original message matches. */
  says(pattern: RegExp): boolean {
    return pattern.test(this.#said.message ?? '');
  }

  /** Looks up the platform's original code in a table. */
  lookUpCode<Entry>(table: Readonly<Record<string, Entry>>): Entry | undefined {
    return lookUp(table, this.#said.code);
  }
}

function statusKind({ path }: Call, status: number, { message }: PlatformWords): CallFailureKind {
  if (status === 401) return 'credential-refused';
  if (status === 402 || (status < 500 && billing.test(message ?? ''))) return 'billing-required';
  if (status === 403) return 'permission-denied';
  if (status === 409 && path.includes('/secrets/')) return 'concurrent-write';
  const statusClass = classifyStatus(status);
  if (statusClass === 'rate-limited') return 'rate-limited';
  return statusClass === 'inconclusive' ? 'platform-unavailable' : 'request-refused';
}

const connectionKinds = {
  certificate: 'certificate-not-accepted',
  'proxy-refusal': 'proxy-refused',
  unreachable: 'platform-unavailable',
  broken: 'platform-unavailable',
} as const satisfies Record<string, CallFailureKind>;

/** The connection could not be opened, or broke before the response began. */
export class ConnectionError extends CallError {
  /** Whether the name does not resolve or nothing listens, which rarely changes by itself. */
  readonly isUnreachable: boolean;

  constructor(call: Call, cause: unknown) {
    const { kind, reason } = connectionFailure(cause);
    super(call, {
      kind: connectionKinds[kind],
      reason,
      isTransient: kind === 'unreachable' || kind === 'broken',
      mayBeCarriedOut: kind === 'broken',
      cause,
    });
    this.isUnreachable = kind === 'unreachable';
  }
}

/** No complete response came within the time limit of a request. */
export class NoAnswerError extends CallError {
  /** @param waited milliseconds */
  constructor(call: Call, waited: number) {
    const seconds = (waited / 1000).toFixed(waited < 10_000 ? 1 : 0);
    super(call, {
      kind: 'platform-unavailable',
      reason: `no answer came within ${seconds} s`,
      isTransient: true,
    });
  }
}

/** The time limit of the step passed before the request could be sent. */
export class NotSentError extends CallError {
  constructor(call: Call, deadline: Deadline) {
    const reason = 'no time was left to send it';
    super(call, { kind: 'platform-unavailable', reason, isTransient: false });
    this.attempts = 0;
    this.outOfTime = deadline;
  }
}

/** The response was cut off, is not JSON, or has an unexpected shape. */
export class UnreadableAnswerError extends CallError {
  constructor(call: Call, reason: string, options?: ErrorOptions) {
    super(call, { kind: 'answer-unreadable', reason, isTransient: true, cause: options?.cause });
  }
}

/** The platform answered with a redirect, which the action does not follow with a credential. */
export class RedirectError extends CallError {
  declare readonly status: number;

  /** @param target scheme and host */
  constructor(call: Call, status: number, target: string) {
    const reason = `the response was a redirect (${status}) to ${target}`;
    super(call, { kind: 'redirected', reason, isTransient: false, status });
  }
}

/** Codes of storage that a new form or another attempt may resolve. */
const transientStorageCodes: ReadonlySet<string | undefined> = new Set([
  'RequestTimeout',
  'RequestTimeTooSkewed',
  'IncompleteBody',
  'ExpiredToken',
  'SlowDown',
]);

/** Why an upload failed: the response of storage, another reason, or an error of Node.js. */
type UploadFailure =
  | (ErrorResponse & { readonly status: number; readonly requestId?: string | undefined })
  | { readonly reason: string; readonly cause?: unknown }
  | { readonly cause: unknown };

/** Storage did not accept an upload. */
export class UploadError extends CallError {
  /** @param origin scheme and host only, because path and query may contain signatures */
  constructor(origin: string, failure: UploadFailure) {
    super({ method: 'POST', path: origin }, { kind: 'upload-failed', ...describe(failure) });
  }
}

function describe(failure: UploadFailure): Omit<CallFailure, 'kind'> {
  if ('reason' in failure) return { ...failure, isTransient: true };
  if (!('status' in failure)) {
    const { kind, reason } = connectionFailure(failure.cause);
    return { ...failure, reason, isTransient: kind === 'unreachable' || kind === 'broken' };
  }
  const { status, code, message, said = { code, message } } = failure;
  const words = [code, message].filter((word) => word !== undefined).join(': ');
  return {
    ...failure,
    reason: `the storage answered ${status}${words === '' ? '' : ` (${quote(words)})`}`,
    isTransient: isTransientResponse(status, said),
  };
}

function isTransientResponse(status: number, { code, message }: PlatformWords): boolean {
  if (['inconclusive', 'rate-limited'].includes(classifyStatus(status))) return true;
  // A 403 without a code may mean that the form has expired.
  const mayHaveExpired = code === undefined || /expired/i.test(message ?? '');
  return (status === 403 && mayHaveExpired) || transientStorageCodes.has(code);
}
