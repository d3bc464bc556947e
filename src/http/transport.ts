import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingHttpHeaders, RequestOptions } from 'node:http';
import type { Readable } from 'node:stream';
import { HttpClient } from '@actions/http-client';

/** A request as it goes over the wire. */
export interface Message {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A stream is sent as it comes, and is destroyed in the end; its length belongs in the headers. */
  readonly body?: string | Readable | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Far beyond every answer that there is, and well within what a runner's memory holds. */
const mostBytes = 64 * 1024 * 1024;

/** The headers came, but the body ended before it was whole, or would not end. */
export class CutOffError extends Error {
  constructor(options?: ErrorOptions) {
    super('the answer was cut off', options);
    this.name = 'CutOffError';
  }
}

/**
 * http-client takes no signal for a request; its handlers are asked while it makes one. It is one for
 * all, as Node asks each that there ever was with each promise.
 */
const signals = new AsyncLocalStorage<AbortSignal>();

/**
 * The one place that sends requests: through @actions/http-client, so that proxies work, and with
 * everything that it would do by itself switched off. Redirects are not followed (the credential
 * would go along) and nothing is retried.
 */
export class Transport {
  readonly #client: HttpClient;

  constructor(userAgent: string) {
    const giveSignal = {
      prepareRequest: (options: RequestOptions): void => {
        const signal = signals.getStore();
        if (signal !== undefined) options.signal = signal;
      },
      canHandleAuthentication: () => false,
      handleAuthentication: () => Promise.reject(new Error('No challenge is answered')),
    };
    this.#client = new HttpClient(userAgent, [giveSignal], {
      allowRedirects: false,
      allowRetries: false,
      keepAlive: true,
    });
  }

  /**
   * Sends one request once. Rejects where no whole answer came, and with the error of a body that
   * cannot be read; any status is an answer.
   */
  async send({ body, ...message }: Message, signal: AbortSignal): Promise<Answer> {
    if (body === undefined || typeof body === 'string') {
      return this.#send(message, body ?? null, signal);
    }
    // A stream that breaks would leave the request open: nobody else looks at it.
    const broken = new AbortController();
    body.on('error', (error) => {
      broken.abort(error);
    });
    try {
      return await this.#send(message, body, AbortSignal.any([signal, broken.signal]));
    } catch (error) {
      throw broken.signal.aborted ? broken.signal.reason : error;
    } finally {
      body.destroy();
      // What was answered before all of it was sent would be waited for on that connection.
      broken.abort();
    }
  }

  async #send(
    { method, url, headers }: Omit<Message, 'body'>,
    body: string | Readable | null,
    signal: AbortSignal,
  ): Promise<Answer> {
    const response = await signals.run(signal, () =>
      this.#client.request(method, url, body, { ...headers }),
    );
    const { statusCode, headers: answered } = response.message;
    // The client's own readBody never settles when the connection breaks half-way.
    const chunks: Buffer[] = [];
    let bytes = 0;
    try {
      for await (const chunk of response.message as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > mostBytes) throw new Error(`it has more than ${mostBytes} bytes`);
        chunks.push(chunk);
      }
    } catch (error) {
      throw new CutOffError({ cause: error });
    }
    return {
      status: statusCode ?? 0,
      headers: answered,
      text: Buffer.concat(chunks).toString('utf8'),
    };
  }

  /** Closes the connections that are kept open for the next request. */
  close(): void {
    this.#client.dispose();
  }
}
