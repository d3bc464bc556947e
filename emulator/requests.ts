/** A request that the emulator received. */
export interface LoggedRequest {
  readonly method: string;
  /** The path as sent, without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed JSON, or the text if it is not JSON. Undefined for a form or without a body. */
  readonly body: unknown;
  /** For a form that was sent to the storage: the names of its fields, in order. */
  readonly form: readonly string[] | undefined;
  /** Status of the response; undefined if there is none, or none yet. */
  readonly status: number | undefined;
  /** The kind of the fault in the response. */
  readonly fault: string | undefined;
  /** Milliseconds of the emulator's clock. */
  readonly receivedAt: number;
  /** Real milliseconds until the response. */
  readonly duration: number | undefined;
}

/** A request without a response yet. */
export type PendingRequest = { -readonly [Field in keyof LoggedRequest]: LoggedRequest[Field] };

/** All requests in order of arrival. */
export class RequestLog {
  readonly #requests: PendingRequest[] = [];

  #inProgress = 0;
  #unanswered = 0;
  #maxConcurrent = 0;

  get entries(): readonly LoggedRequest[] {
    return this.#requests;
  }

  add(request: PendingRequest): void {
    this.#requests.push(request);
  }

  /** The highest number of concurrent requests so far. */
  get maxConcurrentRequests(): number {
    return this.#maxConcurrent;
  }

  /** Whether there are requests in progress, and none of them will ever get a response. */
  get isStalled(): boolean {
    return this.#inProgress > 0 && this.#unanswered === this.#inProgress;
  }

  /** Counts a request that will never get a response. Returns a function to call when it ends. */
  leaveUnanswered(): () => void {
    this.#unanswered += 1;
    return () => {
      this.#unanswered -= 1;
    };
  }

  /** Counts a request. Returns a function to call when it ends. */
  begin(): () => void {
    this.#inProgress += 1;
    this.#maxConcurrent = Math.max(this.#maxConcurrent, this.#inProgress);
    return () => {
      this.#inProgress -= 1;
    };
  }
}

/** Fields in a write of secrets that never contain a secret. */
const plainFields = new Set([
  'secrets',
  'secretKey',
  'region',
  'name',
  'host',
  'isImagePullSecret',
]);

/**
 * A request without credentials and secret values, which can be shown. In a write of secrets, it keeps
 * only fields that never contain a secret, because a misspelled field may contain one.
 */
export function withoutSecrets(request: LoggedRequest): LoggedRequest {
  const headers = Object.entries(request.headers).filter(([name]) => name !== 'authorization');
  const body = request.path.includes('/secrets') ? onlyPlain(request.body) : request.body;
  return { ...request, headers: Object.fromEntries(headers), body };
}

function onlyPlain(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(onlyPlain);
  if (typeof body !== 'object' || body === null) return undefined;
  return Object.fromEntries(
    Object.entries(body)
      .filter(([field]) => plainFields.has(field))
      .map(([field, value]: [string, unknown]) => [
        field,
        typeof value === 'object' ? onlyPlain(value) : value,
      ]),
  );
}
