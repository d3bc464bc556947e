import type { Clock } from '../time/clock.js';
import { TimeLimit } from '../time/time-limit.js';
import { CutOffError, type Answer, type Transport } from '../http/transport.js';
import { connectionFailure } from '../http/connection-failure.js';
import { readRetryAfter } from '../http/retry-after.js';
import { classifyStatus } from '../http/status.js';
import { UnusableResponseError } from './errors.js';

export interface FetchOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Milliseconds for one request, up to the last byte of the response. */
  readonly requestLimit: number;
  /** Aborted when nobody needs a response anymore. */
  readonly over: AbortSignal;
}

/** What Octokit passes to `fetch`, as far as needed. */
interface RequestOptions {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** What Octokit reads from a response. Node's own `Response` takes 50 ms to load. */
interface FetchedResponse {
  readonly status: number;
  readonly url: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly text: () => Promise<string>;
  readonly arrayBuffer: () => Promise<ArrayBuffer>;
}

/** Milliseconds before the second and last attempt. */
const pause = 1000;

/** Milliseconds to wait at least after a rate limit. */
const shortestWait = 1000;

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Redirects that keep the method. */
const methodPreservingRedirects: ReadonlySet<number> = new Set([307, 308]);
const maxRedirects = 3;

/**
 * A `fetch` for Octokit, with a time limit and one retry where repeating is safe. Follows redirects only on
 * the API's own host, because they carry the token. Rejects with an {@link UnusableResponseError}.
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

/** Sends the request, and again after a rate limit (it was not carried out), if the time limit allows. */
async function sendWithinRateLimit(
  options: FetchOptions,
  address: URL,
  request: RequestOptions,
): Promise<Answer> {
  const { clock, requestLimit } = options;
  const end = clock.now() + requestLimit;
  let answer = await sendWithRetry(options, address, request);
  for (;;) {
    const wait = waitFor(answer, clock.wallTime());
    if (wait === undefined || clock.now() + wait >= end) return answer;
    await sleep(options, wait);
    answer = await send({ ...options, requestLimit: end - clock.now() }, address, request);
  }
}

/** Milliseconds to wait after a rate limit; undefined for any other response. */
function waitFor({ status, headers }: Answer, now: number): number | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const after = readRetryAfter(headers, now);
  if (after !== undefined) return Math.max(shortestWait, after);
  // Every response says when the limit is reset, even if it was refused for another reason.
  if ((headers['x-ratelimit-remaining'] ?? '0') !== '0') return undefined;
  const reset = Number(headers['x-ratelimit-reset'] ?? NaN);
  if (!Number.isFinite(reset)) return undefined;
  const sentAt = Date.parse(headers.date ?? '');
  return Math.max(shortestWait, reset * 1000 - (Number.isNaN(sentAt) ? now : sentAt));
}

/** Sends the request, and retries once if that may help and is safe. */
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
  await sleep(options, pause);
  return send(options, address, request);
}

/** Setting a state twice is safe; creating a deployment or a comment twice is not. */
function isRepeatable(method: string, { pathname }: URL): boolean {
  return method === 'GET' || method === 'PATCH' || pathname.endsWith('/statuses');
}

async function send(
  { transport, clock, requestLimit, over }: FetchOptions,
  address: URL,
  request: RequestOptions,
): Promise<Answer> {
  const timeLimit = new TimeLimit(clock, requestLimit);
  try {
    return await transport.send(
      { ...request, url: address.href },
      AbortSignal.any([timeLimit.signal, over]),
    );
  } catch (error) {
    if (over.aborted) throw abandonedError(error);
    if (timeLimit.signal.aborted) {
      // No retry, so that a slow GitHub does not delay a release for long.
      throw new UnusableResponseError(`no answer came within ${requestLimit / 1000} s`);
    }
    if (error instanceof CutOffError) {
      throw new UnusableResponseError(error.message, { isTransient: true, cause: error });
    }
    const { kind, reason } = connectionFailure(error);
    const isTransient = kind === 'unreachable' || kind === 'broken';
    throw new UnusableResponseError(reason, { isTransient, cause: error });
  } finally {
    timeLimit.end();
  }
}

async function sleep({ clock, over }: FetchOptions, milliseconds: number): Promise<void> {
  try {
    await clock.sleep(milliseconds, over);
  } catch (error) {
    throw abandonedError(error);
  }
}

function abandonedError(cause: unknown): UnusableResponseError {
  return new UnusableResponseError('the request was cancelled before a response came', { cause });
}

function targetOf(location: string | undefined, base: URL): URL | undefined {
  return location !== undefined && URL.canParse(location, base.href)
    ? new URL(location, base)
    : undefined;
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
