import { systemErrorCode } from '../text/system-error.js';
import type { Clock } from '../time/clock.js';
import { CutOffError, type Answer, type Transport } from '../http/transport.js';
import { connectionFailure } from '../http/connection-failure.js';
import { readRetryAfter } from '../http/retry-after.js';
import { classifyStatus } from '../http/status.js';
import { UnusableResponseError } from './errors.js';

export interface FetchOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Milliseconds that one request may take, its answer's last byte included. */
  readonly requestLimit: number;
  /** Aborted when nobody waits for an answer any more. */
  readonly over: AbortSignal;
}

/** What Octokit gives to a `fetch`, as far as it matters here. */
interface RequestOptions {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/**
 * What Octokit reads of a response. A `Response` of Node's own would do, but the first one that is made
 * loads undici, for 50 ms.
 */
interface FetchedResponse {
  readonly status: number;
  readonly url: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly text: () => Promise<string>;
  readonly arrayBuffer: () => Promise<ArrayBuffer>;
}

/** Milliseconds before the one other attempt. */
const pause = 1000;

/** Milliseconds before a request that exceeded a rate limit is sent again, even if GitHub names fewer. */
const shortestWait = 1000;

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Those that ask for the same request at the other address, whatever its method. */
const methodPreservingRedirects: ReadonlySet<number> = new Set([307, 308]);
const maxRedirects = 3;

/**
 * A `fetch` for Octokit that sends through the transport: with a time limit, one more attempt where
 * that does no harm, and redirects followed on the API's own host only, as the token goes along.
 * Rejects with an {@link UnusableResponseError}.
 */
export function fetchThrough(
  options: FetchOptions,
): (url: string, request: RequestOptions) => Promise<FetchedResponse> {
  return async (url, request) => {
    const answer = await fetchFollowingRedirects(options, url, request);
    if (classifyStatus(answer.status) === 'success' && !isJson(answer.text)) {
      throw new UnusableResponseError('the response is not JSON', { status: answer.status });
    }
    return toResponse(answer, url);
  };
}

async function fetchFollowingRedirects(
  options: FetchOptions,
  url: string,
  request: RequestOptions,
): Promise<Answer> {
  let address = new URL(url);
  for (let followed = 0; ; followed++) {
    const answer = await sendWithinRateLimit(options, address, request);
    const { status } = answer;
    if (!redirects.has(status)) return answer;
    const target = targetOf(answer.headers.location, address);
    const isFollowed = request.method === 'GET' || methodPreservingRedirects.has(status);
    if (target?.origin !== address.origin || !isFollowed || followed === maxRedirects) {
      const where = target === undefined ? 'no address' : target.origin;
      throw new UnusableResponseError(`the response was a redirect (${status}) to ${where}`, {
        status,
      });
    }
    address = target;
  }
}

/**
 * Sends the request, and again when GitHub says so because there were too many requests, if that is
 * within the limit. Such a request was not carried out.
 */
async function sendWithinRateLimit(
  options: FetchOptions,
  address: URL,
  request: RequestOptions,
): Promise<Answer> {
  const { clock, requestLimit, over } = options;
  const end = clock.now() + requestLimit;
  let answer = await sendWithRetry(options, address, request);
  for (;;) {
    const wait = waitFor(answer, clock.wallTime());
    if (wait === undefined || clock.now() + wait >= end) return answer;
    try {
      await clock.sleep(wait, over);
    } catch (error) {
      throw abandonedError(error);
    }
    answer = await send({ ...options, requestLimit: end - clock.now() }, address, request);
  }
}

/** Milliseconds until a request that exceeded a rate limit may be sent again; undefined for any other. */
function waitFor({ status, headers }: Answer, now: number): number | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const after = readRetryAfter(headers, now);
  if (after !== undefined) return Math.max(shortestWait, after);
  // Every answer says when the limit is reset, also one that refuses for another reason.
  if ((headers['x-ratelimit-remaining'] ?? '0') !== '0') return undefined;
  const reset = Number(headers['x-ratelimit-reset'] ?? NaN);
  if (!Number.isFinite(reset)) return undefined;
  const sentAt = Date.parse(headers.date ?? '');
  return Math.max(shortestWait, reset * 1000 - (Number.isNaN(sentAt) ? now : sentAt));
}

/** Sends the request, and once more where that may help and does no harm. */
async function sendWithRetry(
  options: FetchOptions,
  address: URL,
  request: RequestOptions,
): Promise<Answer> {
  if (!isRepeatable(request.method, address)) return send(options, address, request);
  try {
    const answer = await send(options, address, request);
    if (classifyStatus(answer.status) !== 'inconclusive') return answer;
  } catch (error) {
    if (!(error instanceof UnusableResponseError && error.isTransient)) throw error;
  }
  try {
    await options.clock.sleep(pause, options.over);
  } catch (error) {
    throw abandonedError(error);
  }
  return send(options, address, request);
}

/** A status that is set twice is the same; a deployment or a comment would be there twice. */
function isRepeatable(method: string, { pathname }: URL): boolean {
  return method === 'GET' || method === 'PATCH' || pathname.endsWith('/statuses');
}

async function send(
  { transport, clock, requestLimit, over }: FetchOptions,
  address: URL,
  request: RequestOptions,
): Promise<Answer> {
  const abandoned = new AbortController();
  const cancelLimit = clock.after(requestLimit, () => {
    abandoned.abort();
  });
  try {
    return await transport.send(
      { ...request, url: address.href },
      AbortSignal.any([abandoned.signal, over]),
    );
  } catch (error) {
    if (over.aborted) throw abandonedError(error);
    if (abandoned.signal.aborted) {
      // No other attempt: whoever reports to GitHub does not hold a release up for long.
      throw new UnusableResponseError(`no answer came within ${requestLimit / 1000} s`);
    }
    if (error instanceof CutOffError) {
      throw new UnusableResponseError(error.message, { isTransient: true, cause: error });
    }
    const { kind, reason } = connectionFailure(error, systemErrorCode(error));
    const isTransient = kind === 'unreachable' || kind === 'broken';
    throw new UnusableResponseError(reason, { isTransient, cause: error });
  } finally {
    cancelLimit();
  }
}

function abandonedError(cause: unknown): UnusableResponseError {
  return new UnusableResponseError('the request was cancelled before a response came', { cause });
}

function targetOf(location: string | undefined, base: URL): URL | undefined {
  if (location === undefined) return undefined;
  try {
    return new URL(location, base);
  } catch {
    return undefined;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function toResponse({ status, headers, text }: Answer, url: string): FetchedResponse {
  const pairs = Object.entries(headers).map(([name, value]): [string, string] => [
    name,
    Array.isArray(value) ? value.join(', ') : (value ?? ''),
  ]);
  return {
    status,
    url,
    headers: new Map(pairs),
    text: () => Promise.resolve(text),
    arrayBuffer: () => Promise.resolve(new TextEncoder().encode(text).buffer),
  };
}
