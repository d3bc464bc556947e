/** A request that the emulator received. */
export interface LoggedRequest {
  readonly method: string;
  /** As it was sent, without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed where it is JSON, text where it is not, undefined where there is none or it is a form. */
  readonly body: unknown;
  /** Of a form that was sent to the storage: the names of its fields, in the order of their coming. */
  readonly form: readonly string[] | undefined;
  /** What was answered; undefined where nothing was, or has not been yet. */
  readonly status: number | undefined;
  /** The kind of the fault that the answer was given. */
  readonly fault: string | undefined;
  /** Milliseconds of the emulator's clock. */
  readonly receivedAt: number;
  /** Real milliseconds until the answer. */
  readonly duration: number | undefined;
}

/** A request whose answer is still to come. */
export type PendingRequest = { -readonly [Field in keyof LoggedRequest]: LoggedRequest[Field] };

/** Every request in the order of its arrival. */
export class RequestLog {
  readonly #requests: PendingRequest[] = [];

  #underWay = 0;
  #maxAtOnce = 0;

  get entries(): readonly LoggedRequest[] {
    return this.#requests;
  }

  add(request: PendingRequest): void {
    this.#requests.push(request);
  }

  /** The most requests that have been under way at once. */
  get maxAtOnce(): number {
    return this.#maxAtOnce;
  }

  /** Counts a request that has come; what is returned is called once it is over. */
  begin(): () => void {
    this.#underWay += 1;
    this.#maxAtOnce = Math.max(this.#maxAtOnce, this.#underWay);
    return () => {
      this.#underWay -= 1;
    };
  }
}

/** Fields of a write of secrets that are none themselves. */
const plainFields = new Set([
  'secrets',
  'secretKey',
  'region',
  'name',
  'host',
  'isImagePullSecret',
]);

/**
 * A request without credentials and secret values, fit to be shown. Of a write of secrets only the
 * fields that are known to hold none are left: a value may stand in a misspelt one.
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
