import * as http from 'node:http';
import * as https from 'node:https';
import type { Readable } from 'node:stream';
import { urlToHttpOptions } from 'node:url';
import { promisify } from 'node:util';
import { brotliDecompress, unzip } from 'node:zlib';
import { getProxyUrl } from '@actions/http-client';
import { sharedLookup } from './shared-lookup.js';
import { tunnelAgent, type TunnelOptions } from './tunnel.js';

/** One request. */
export interface Message {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A stream is destroyed at the end; the headers must give its length. */
  readonly body?: string | Readable | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** Decompressed, and without a byte order mark. */
  readonly text: string;
}

/** Far more than any response has, and well within a runner's memory. */
const maxBytes = 64 * 1024 * 1024;

/** The headers came, but the body ended early, cannot be decompressed, or is too large. */
export class CutOffError extends Error {
  constructor(options?: ErrorOptions) {
    super('the response was cut off', options);
    this.name = 'CutOffError';
  }
}

/**
 * Sends all requests of the action, through the proxy from the environment if there is one. It sends a
 * request once, and does not follow redirects, because that would send the credential along.
 */
export class Transport {
  readonly #userAgent: string;
  /** By protocol and proxy. */
  readonly #agents = new Map<string, http.Agent>();

  constructor(userAgent: string) {
    this.#userAgent = userAgent;
  }

  /**
   * Sends one request once. Any status is an answer. The signal ends the request at any point: while
   * it waits for a name, a proxy, a handshake or the response.
   *
   * @throws CutOffError, ProxyError, the error of a body that cannot be read, the signal's reason, or
   *   the error of Node.js about the connection
   */
  send(message: Message, signal: AbortSignal): Promise<Answer> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const { body } = message;
      const request = this.#open(message, signal);
      const isDone = new AbortController();
      const end = (): void => {
        isDone.abort();
        if (typeof body === 'object') body.destroy();
        // If the response came before the whole body was sent, the connection cannot be used again.
        if (!request.writableFinished || signal.aborted) request.destroy();
      };
      const fail = (error: Error): void => {
        reject(error);
        end();
      };
      signal.addEventListener(
        'abort',
        () => {
          fail(signal.reason as Error);
        },
        { signal: isDone.signal },
      );
      request.on('error', fail);
      request.on('response', (response) => {
        readText(response).then((text) => {
          const { statusCode: status = 0, headers } = response;
          resolve({ status, headers, text });
          end();
        }, fail);
      });
      if (typeof body === 'object') body.on('error', fail).pipe(request);
      else request.end(body);
    });
  }

  #open({ method, url, headers, body }: Message, givenUp: AbortSignal): http.ClientRequest {
    const { protocol, hostname, port, path } = urlToHttpOptions(new URL(url));
    const isSecure = protocol === 'https:';
    const options: TunnelOptions = {
      method,
      hostname,
      port,
      path,
      headers: {
        ...headers,
        'User-Agent': this.#userAgent,
        ...(typeof body === 'string' ? { 'Content-Length': Buffer.byteLength(body) } : {}),
      },
      agent: this.#agentFor(url, isSecure),
      lookup: sharedLookup,
      givenUp,
    };
    return (isSecure ? https : http).request(options);
  }

  #agentFor(url: string, isSecure: boolean): http.Agent {
    const proxy = getProxyUrl(url);
    const key = `${isSecure ? 'https' : 'http'} ${proxy}`;
    const agent =
      this.#agents.get(key) ??
      (proxy === ''
        ? new (isSecure ? https : http).Agent({ keepAlive: true })
        : tunnelAgent(new URL(proxy), isSecure));
    this.#agents.set(key, agent);
    return agent;
  }

  /** Closes idle connections. */
  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
  }
}

/** @throws CutOffError */
async function readText(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new Error(`the response has more than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
    const body = await decompressed(Buffer.concat(chunks), response.headers['content-encoding']);
    // This also removes a byte order mark.
    return new TextDecoder().decode(body);
  } catch (error) {
    throw new CutOffError({ cause: error });
  }
}

/** The action does not ask for compressed responses, but some gateways send them. */
async function decompressed(body: Buffer, encoding: string | undefined): Promise<Buffer> {
  if (body.length === 0) return body;
  // A small body may expand to a very large one.
  const limit = { maxOutputLength: maxBytes };
  const method = encoding?.trim().toLowerCase() ?? '';
  if (['gzip', 'x-gzip', 'deflate'].includes(method)) return promisify(unzip)(body, limit);
  return method === 'br' ? promisify(brotliDecompress)(body, limit) : body;
}
