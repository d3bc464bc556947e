import type { SecretValue } from '../secrecy/secret-value.js';
import { Transport, type Answer } from '../http/transport.js';
import type { Call } from './errors.js';

/** One request. */
export interface Request extends Call {
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** Sends requests to the platform with one credential. */
export class Connection {
  readonly #transport: Transport;
  readonly #baseUrl: string;
  readonly #credential: SecretValue;

  /** @param baseUrl scheme, host and path prefix, without a slash at the end */
  constructor(baseUrl: string, credential: SecretValue, userAgent: string) {
    this.#baseUrl = baseUrl;
    this.#credential = credential;
    this.#transport = new Transport(userAgent);
  }

  /** Sends one request once. Any status is an answer; throws if no complete response came. */
  send({ method, path, body }: Request, signal: AbortSignal): Promise<Answer> {
    const headers = {
      Accept: 'application/json',
      Authorization: `Bearer ${this.#credential.reveal()}`,
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    };
    return this.#transport.send(
      {
        method,
        url: `${this.#baseUrl}${path}`,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      },
      signal,
    );
  }

  /** Closes idle connections. */
  close(): void {
    this.#transport.close();
  }
}
