import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Hono } from 'hono';
import { type Fault, type Faults, type RequestTriggers, DelayedRequests } from './faults.js';
import type { Clock } from './platform/clock.js';
import type { RateLimit, RateLimiter } from './rate-limit.js';
import type { LoggedRequest, PendingRequest, RequestLog } from './requests.js';
import { skipRest, type Storage, storageRoot } from './storage/storage.js';

/** The parts of a server. */
export interface ServerParts {
  readonly application: Hono;
  readonly storage: Storage;
  readonly log: RequestLog;
  readonly limiter: RateLimiter;
  readonly faults: Faults;
  readonly before: RequestTriggers;
  readonly after: RequestTriggers;
  readonly now: Clock;
  /** Called for each request after its response, or when it will not get one. */
  readonly onAnswered: ((request: LoggedRequest) => void) | undefined;
}

/** An HTTP server that logs each request and applies the scheduled faults. */
export function createEmulatorServer(parts: ServerParts): Server {
  const { application, storage, log, limiter, faults, before, after, now, onAnswered } = parts;

  const delayedRequests = new DelayedRequests();
  let requests = 0;

  async function handle(request: Request, outgoing: ServerResponse): Promise<Response> {
    const startedAt = performance.now();
    outgoing.setHeader('date', new Date(now()).toUTCString());
    outgoing.setHeader('x-request-id', `req-${++requests}`);
    // The request can end with a response, with a reset, or because the caller gives up.
    outgoing.once('close', log.begin());
    const isUpload = pathOf(request).startsWith(storageRoot);
    const { entry, response } = await (isUpload ? upload : call)(request, outgoing);
    if (response !== RESPONSE_ALREADY_SENT) entry.status = response.status;
    else if (entry.fault === 'cut-off') entry.status = outgoing.statusCode;
    const isUnanswered = response === RESPONSE_ALREADY_SENT && !outgoing.closed;
    if (isUnanswered) outgoing.once('close', log.leaveUnanswered());
    entry.duration = performance.now() - startedAt;
    after.fire(entry);
    onAnswered?.(entry);
    return response;
  }

  /** A request to the API. */
  async function call(request: Request, outgoing: ServerResponse): Promise<Handled> {
    const { body, ready } = await readRequest(request);
    const entry = { ...toEntry(request, outgoing.req, now()), body };
    log.add(entry);
    before.fire(entry);
    const limit = limiter.take(entry.receivedAt);
    // A rejected request does not use up a fault.
    const fault = limit ? undefined : faults.take(entry);
    entry.fault = fault?.kind;
    await delayedRequests.carryOutBefore(entry);
    const carryOut = async () => (limit ? tooManyRequests(limit) : application.fetch(ready));
    const response = fault ? await answer(fault, entry, carryOut, outgoing) : await carryOut();
    return { entry, response };
  }

  /** A request to the storage. Its body may be large, so the request is logged before the body arrives. */
  async function upload(request: Request, outgoing: ServerResponse): Promise<Handled> {
    const incoming = outgoing.req;
    const form: string[] = [];
    const entry: PendingRequest = { ...toEntry(request, incoming, now()), form };
    log.add(entry);
    before.fire(entry);
    const fault = faults.take(entry);
    entry.fault = fault?.kind;
    if (fault?.kind === 'reset-upload') {
      await skipRest(incoming, fault.afterBytes);
      return { entry, response: reset(outgoing) };
    }
    const put = await storage.receive(incoming, pathOf(request), (name) => form.push(name));
    // The sender gave up.
    if (!put) return { entry, response: RESPONSE_ALREADY_SENT };
    await delayedRequests.carryOutBefore(entry);
    const carryOut = () => Promise.resolve(put());
    const response = fault ? await answer(fault, entry, carryOut, outgoing) : put();
    return { entry, response };
  }

  /** The response, after the fault was applied. */
  async function answer(
    fault: Fault,
    entry: LoggedRequest,
    carryOut: () => Promise<Response>,
    outgoing: ServerResponse,
  ): Promise<Response> {
    if (fault.kind !== 'straggle') return corrupt(fault, carryOut, outgoing);
    delayedRequests.add(entry, carryOut);
    return RESPONSE_ALREADY_SENT;
  }

  const listener = getRequestListener(
    async (request, { outgoing }) => {
      if (!(outgoing instanceof ServerResponse)) throw new Error('The emulator speaks HTTP/1.1.');
      // Pages about the emulator itself are not part of the platform.
      const path = pathOf(request);
      return path.startsWith('/v1/') || path.startsWith(storageRoot)
        ? handle(request, outgoing)
        : application.fetch(request);
    },
    // Tests run in the same process as the emulator, so it must not change globals.
    { overrideGlobalObjects: false },
  );

  return createServer((incoming, outgoing) => {
    void listener(incoming, outgoing);
  });
}

/** A logged request and its response. */
interface Handled {
  readonly entry: PendingRequest;
  readonly response: Response;
}

function tooManyRequests({ retryAfter }: RateLimit): Response {
  return Response.json(
    { error: 'Too many requests', code: 'TOO_MANY_REQUESTS' },
    {
      status: 429,
      ...(retryAfter !== undefined && { headers: { 'retry-after': String(retryAfter) } }),
    },
  );
}

/** Reads the body and returns a request that can be read again. A form stays unread in its stream. */
async function readRequest(request: Request): Promise<{ body: unknown; ready: Request }> {
  if (request.headers.get('content-type')?.startsWith('multipart/') === true)
    return { body: undefined, ready: request };
  const text = await request.text();
  const { method, headers, url } = request;
  return {
    body: text === '' ? undefined : parsed(text),
    ready: new Request(url, { method, headers, ...(text !== '' && { body: text }) }),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const pathOf = ({ url }: Request) => new URL(url).pathname;

function toEntry(request: Request, { url = '/' }: IncomingMessage, now: number): PendingRequest {
  const query = url.indexOf('?');
  return {
    method: request.method,
    path: query < 0 ? url : url.slice(0, query),
    query: Object.fromEntries(new URL(request.url).searchParams),
    headers: Object.fromEntries(request.headers),
    body: undefined,
    form: undefined,
    status: undefined,
    fault: undefined,
    receivedAt: now,
    duration: undefined,
  };
}

const html = '<!doctype html><html><head><title>Gateway</title></head><body>Gateway</body></html>';

const page = (status: number, text: string, headers: Readonly<Record<string, string>> = {}) =>
  new Response(text, { status, headers: { 'content-type': 'text/html', ...headers } });

async function corrupt(
  fault: Exclude<Fault, { readonly kind: 'straggle' }>,
  carryOut: () => Promise<Response>,
  outgoing: ServerResponse,
): Promise<Response> {
  if (fault.kind === 'late') {
    const response = await carryOut();
    await wait(fault.delay, undefined, { ref: false });
    return response;
  }
  if (fault.kind === 'cut-off') {
    const whole = Response.json({ status: 'OK', region: 'us-west' });
    await cutOff(fault.carryOut === false ? whole : await carryOut(), outgoing);
    return RESPONSE_ALREADY_SENT;
  }
  if (fault.kind === 'altered') {
    const response = await carryOut();
    const answer: unknown = await response.json();
    return Response.json(fault.change(answer), { status: response.status });
  }
  if (fault.kind === 'reset-upload') return reset(outgoing);
  if (fault.carryOut === true) await carryOut();
  switch (fault.kind) {
    case 'status': {
      const { status, body = '', headers } = fault;
      if (typeof body === 'string') return page(status, body, headers);
      return Response.json(body, { status, ...(headers && { headers }) });
    }
    case 'not-json':
      return page(200, html);
    case 'wrong-json':
      return Response.json({ surprise: true });
    case 'reset':
      return reset(outgoing);
    case 'hang':
      return RESPONSE_ALREADY_SENT;
  }
}

function reset(outgoing: ServerResponse): Response {
  outgoing.socket?.resetAndDestroy();
  return RESPONSE_ALREADY_SENT;
}

/** Sends the headers of a response and half of its body, and then closes the connection. */
async function cutOff(response: Response, outgoing: ServerResponse): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer());
  outgoing.writeHead(response.status, {
    ...Object.fromEntries(response.headers),
    'content-length': body.length,
  });
  await new Promise<void>((resolve) => {
    outgoing.write(body.subarray(0, Math.floor(body.length / 2)), () => {
      outgoing.socket?.destroy();
      resolve();
    });
  });
}
