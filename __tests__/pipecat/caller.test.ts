import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { parser } from '../../src/pipecat/answers.js';
import { Caller, type CallOptions } from '../../src/pipecat/caller.js';
import { Connection } from '../../src/pipecat/connection.js';
import {
  CallError,
  ConnectionError,
  InterruptedCallError,
  NoAnswerError,
  NotSentError,
  RedirectError,
  StatusError,
  UnreadableAnswerError,
} from '../../src/pipecat/errors.js';
import { redactor } from '../../src/secrecy/redactor.js';
import { SecretValue } from '../../src/secrecy/secret-value.js';
import { Deadline } from '../../src/time/deadline.js';
import * as v from 'valibot';
import { TestClock } from '../support/test-clock.js';
import { Cancellation, CancelledError } from '../../src/time/cancellation.js';

let server: Server | undefined;
let connection: Connection | undefined;

afterEach(async () => {
  connection?.close();
  server?.closeAllConnections();
  await new Promise<void>((resolve) => {
    if (server === undefined) resolve();
    else
      server.close(() => {
        resolve();
      });
  });
  server = undefined;
});

const parseAnswer = parser(v.object({ value: v.number() }));

/** A server that answers the n-th request with the n-th listener, and the last one from then on. */
async function serve(...given: (RequestListener | AbortController)[]) {
  const listeners = given.filter((one) => typeof one === 'function');
  const over = given.find((one) => one instanceof AbortController) ?? new AbortController();
  let served = 0;
  const requests: { method: string; url: string; headers: Record<string, unknown> }[] = [];
  server = createServer((request, response) => {
    requests.push({
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
    });
    const listener = listeners[Math.min(served, listeners.length - 1)];
    served++;
    listener?.(request, response);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const log: string[] = [];
  const clock = new TestClock();
  const cancelled = new AbortController();
  connection = new Connection(
    `http://127.0.0.1:${port}/prefix`,
    new SecretValue('sk_hidden-credential'),
    'pipecat-cloud-release/1.2.3',
  );
  const caller = new Caller({
    connection,
    clock,
    log: {
      debug: (message) => log.push(`debug: ${message}`),
      info: (message) => log.push(`info: ${message}`),
    },
    requestLimit: 30_000,
    over: over.signal,
    cancellation: new Cancellation(cancelled.signal, clock),
    redact: redactor([new SecretValue('hidden-value')]),
  });
  const send =
    (method: 'GET' | 'POST') =>
    (options?: CallOptions<{ value: number }>): Promise<{ value: number }> =>
      caller.call({ request: { method, path: '/v1/things' }, parse: parseAnswer }, options);
  const [get, post] = [send('GET'), send('POST')];
  const cancel = (): void => {
    cancelled.abort(cancellation);
  };
  return { caller, clock, log, requests, get, post, cancel };
}

/** The reason of a cancelled run. */
const cancellation = new CancelledError('SIGTERM');

const answer =
  (status: number, body: string, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) => {
    // The server's clock is the machine's, and the caller's is not.
    response.sendDate = false;
    response.writeHead(status, headers).end(body);
  };
const good = answer(200, '{"value": 42}');
const never: RequestListener = () => undefined;
const reset: RequestListener = (request) => {
  request.socket.destroy();
};
const cutOff: RequestListener = (request, response) => {
  response.writeHead(200, { 'content-length': '100' });
  response.write('{"value"');
  setImmediate(() => request.socket.destroy());
};

async function failure(promise: Promise<unknown>): Promise<CallError> {
  const error: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(error instanceof CallError)) throw new Error('It should have failed', { cause: error });
  return error;
}

test('a request goes to the base URL, names the action, and carries the credential', async () => {
  const { caller, requests } = await serve(good);
  await caller.call({
    request: { method: 'PUT', path: '/v1/secrets/x', body: { a: 'ü' } },
    parse: parseAnswer,
  });
  expect(requests).toMatchObject([
    {
      method: 'PUT',
      url: '/prefix/v1/secrets/x',
      headers: {
        authorization: 'Bearer sk_hidden-credential',
        'user-agent': expect.stringContaining('pipecat-cloud-release/1.2.3'),
        accept: 'application/json',
        'content-type': 'application/json',
        'content-length': '10',
      },
    },
  ]);
});

test('a request without a body has no content type', async () => {
  const { get, requests } = await serve(good);
  await get();
  expect(requests[0]?.headers).not.toHaveProperty('content-type');
});

describe('an answer is a result', () => {
  const parseAny = (answer: unknown): unknown => answer;

  test.each([
    { name: 'with the first status of success', listener: answer(200, '7'), result: 7 },
    { name: 'with the last status of success', listener: answer(299, '7'), result: 7 },
    { name: 'without a body', listener: answer(204, ''), result: undefined },
    { name: 'that is blank', listener: answer(200, ' \n'), result: undefined },
    {
      name: 'with the status of what is absent',
      listener: answer(404, '{"error":"not found"}'),
      result: 'absent',
    },
    {
      name: 'with that status, behind blanks',
      listener: answer(404, '\n {"error":"not found"}'),
      result: 'absent',
    },
  ])('$name', async ({ listener, result }) => {
    const { caller } = await serve(listener);
    const request = { method: 'GET', path: '/v1/things' } as const;
    const absent = { status: 404, result: 'absent' };
    await expect(caller.call({ request, parse: parseAny, absent })).resolves.toEqual(result);
  });

  test("but not where a gateway's page has the status of what is absent", async () => {
    const { caller } = await serve(answer(404, '\n <html>not found</html>'));
    const request = { method: 'GET', path: '/v1/things' } as const;
    const absent = { status: 404, result: 'absent' };
    const error = await failure(caller.call({ request, parse: parseAny, absent }));
    expect(error).toMatchObject({ status: 404 });
  });
});

describe('a transient failure is retried', () => {
  test.each([
    { name: '500', listener: answer(500, '{}') },
    { name: '502 with HTML', listener: answer(502, '<html>') },
    { name: '503', listener: answer(503, '') },
    { name: '504', listener: answer(504, '') },
    { name: 'a reset connection', listener: reset },
    { name: 'an answer that is cut off', listener: cutOff },
    { name: 'an answer that is not JSON', listener: answer(200, '<html>') },
    { name: 'an empty answer', listener: answer(200, '') },
    { name: 'JSON that is not what is due', listener: answer(200, '{"other": 1}') },
    { name: 'no answer', listener: never },
  ])('$name', async ({ listener }) => {
    const { get, log, requests } = await serve(listener, listener, good);
    await expect(get()).resolves.toEqual({ value: 42 });
    expect(requests).toHaveLength(3);
    const retries = log.filter((line) => line.startsWith('info: '));
    expect(retries).toEqual([
      expect.stringMatching(
        /^info: GET \/v1\/things failed: (the|no) .+\. Retrying in \d+\.\d s \(attempt 2 of 5\)\.$/,
      ),
      expect.stringContaining('attempt 3 of 5'),
    ]);
  });

  test('a 429 does not count as an attempt for a while', async () => {
    const limit = answer(429, '{}');
    const six = Array.from({ length: 6 }, () => limit);
    const { get, log, requests } = await serve(...six, good);
    await expect(get()).resolves.toEqual({ value: 42 });
    expect(requests).toHaveLength(7);
    const retries = log.filter((line) => line.startsWith('info: '));
    expect(retries).toHaveLength(6);
    for (const line of retries) expect(line).toContain('attempt 1 of 5');
  });

  test('a 429 ends a call that has only one attempt', async () => {
    const { get, requests } = await serve(answer(429, '{}'), good);
    expect(await failure(get({ attempts: 1 }))).toMatchObject({ status: 429, attempts: 1 });
    expect(requests).toHaveLength(1);
  });

  test('a 429 for one call pauses the others, too', async () => {
    const { get, clock, requests } = await serve(answer(429, '{}', { 'retry-after': '7' }), good);
    await failure(get({ attempts: 1 }));
    const refusedAt = clock.now();
    await Promise.all([get(), get()]);
    expect(clock.now() - refusedAt).toBe(7000);
    expect(requests).toHaveLength(3);
  });

  test('a call gives up after minutes of 429 responses', async () => {
    const { get } = await serve(...Array.from({ length: 60 }, () => answer(429, '{}')));
    expect(await failure(get())).toMatchObject({ status: 429, attempts: 5 });
  });

  test('not after the run has ended', async () => {
    const over = new AbortController();
    const { get, requests, log } = await serve(() => {
      over.abort();
    }, over);
    expect(await failure(get())).toBeInstanceOf(ConnectionError);
    expect(requests).toHaveLength(1);
    expect(log).toEqual([]);
  });

  test.each([
    { name: 'while it is under way', abortsAt: 'the request' },
    { name: 'during the wait', abortsAt: 'the wait' },
  ])('not if nothing needs it anymore, $name', async ({ abortsAt }) => {
    const nobody = new AbortController();
    const { get, requests, clock } = await serve((request, response) => {
      if (abortsAt === 'the request') nobody.abort();
      answer(500, '{}')(request, response);
    }, good);
    if (abortsAt === 'the wait') {
      clock.after(200, () => {
        nobody.abort();
      });
    }
    const error = await failure(get({ signal: nobody.signal }));
    expect(error).toMatchObject({ status: 500, attempts: 1 });
    expect(requests).toHaveLength(1);
  });

  test('five times at most', async () => {
    const { get, requests } = await serve(answer(500, '{}'));
    expect((await failure(get())).attempts).toBe(5);
    expect(requests).toHaveLength(5);
  });

  test.each([
    { name: 'seconds', header: () => '7' },
    { name: 'a date', header: (now: number) => new Date(now + 7000).toUTCString() },
  ])('not before Retry-After, in $name', async ({ header }) => {
    const clock = new TestClock();
    const { get, clock: used } = await serve(
      answer(503, '', { 'retry-after': header(clock.wallTime()) }),
      good,
    );
    const startedAt = used.now();
    await get();
    expect(used.now() - startedAt).toBeGreaterThanOrEqual(7000);
  });

  test.each([
    { name: 'an hour fast', off: 3_600_000 },
    { name: 'an hour slow', off: -3_600_000 },
  ])("not before Retry-After, counted from the response's own date: $name", async ({ off }) => {
    const at = (time: number): string => new Date(Date.UTC(2026, 5, 1) + time).toUTCString();
    const { get, clock } = await serve(
      answer(503, '', { date: at(0), 'retry-after': at(7000) }),
      good,
    );
    clock.jump(off);
    const startedAt = clock.now();
    await get();
    expect(clock.now() - startedAt).toBe(7000);
  });

  test.each([
    { seconds: 120, sent: 2 },
    { seconds: 121, sent: 1 },
  ])('not if the platform asks for more than 2 min: $seconds s', async ({ seconds, sent }) => {
    const later = answer(503, '', { 'retry-after': String(seconds) });
    const { get, requests } = await serve(later, good);
    await get().catch(() => undefined);
    expect(requests).toHaveLength(sent);
  });

  test('and the log says when and why', async () => {
    const { get, log } = await serve(answer(503, '{"error":"Back\\n soon"}'), good);
    await get();
    expect(log).toContain(
      'info: GET /v1/things failed: the response was 503: `Back soon`. Retrying in 0.5 s (attempt 2 of 5).',
    );
  });

  test("not past the step's limit, which the error names", async () => {
    const { get, clock, requests } = await serve(answer(503, '', { 'retry-after': '60' }));
    const deadline = new Deadline(clock, 'secrets-timeout', 50_000);
    const error = await failure(get({ deadline }));
    expect(error).toBeInstanceOf(StatusError);
    expect(error.outOfTime).toBe(deadline);
    expect(requests).toHaveLength(1);
  });

  test('and not sent at all after the limit has passed', async () => {
    const { get, clock, requests } = await serve(good);
    const deadline = new Deadline(clock, 'wait-timeout', 1000);
    clock.pass(1000);
    expect(await failure(get({ deadline }))).toBeInstanceOf(NotSentError);
    expect(requests).toEqual([]);
  });
});

describe('a permanent failure is not retried:', () => {
  test.each([400, 401, 403, 404, 409, 413, 422])('%d', async (status) => {
    const { get, requests } = await serve(
      answer(status, '{"error": "It has hidden-value in it", "code": "SOME_CODE"}'),
    );
    const error = await failure(get());
    expect(error).toBeInstanceOf(StatusError);
    expect(error).toMatchObject({
      status,
      code: 'SOME_CODE',
      reason: `the response was ${status}: \`It has *** in it\``,
      call: { method: 'GET', path: '/v1/things' },
    });
    expect(requests).toHaveLength(1);
  });

  test.each([
    { name: 'null', body: 'null', said: {} },
    { name: 'a text', body: '"error"', said: {} },
    { name: 'a list', body: '[]', said: {} },
    { name: 'a page', body: '<html>', said: {} },
    {
      name: 'a code that is a number',
      body: '{"code": 4711, "error": "no"}',
      said: { code: '4711', reason: 'the response was 400: `no`' },
    },
    {
      name: 'a message of another name, on several lines',
      body: '{"code": {}, "error": {}, "message": " no,\\n  never "}',
      said: { reason: 'the response was 400: `no, never`' },
    },
  ])('whatever is said: $name', async ({ body, said }) => {
    const { get } = await serve(answer(400, body));
    expect(await failure(get())).toMatchObject({
      code: undefined,
      reason: 'the response was 400',
      ...said,
    });
  });

  test('unless the call says so', async () => {
    const { get, requests } = await serve(answer(409, '{}'), good);
    await get({ retryableStatuses: [409] });
    expect(requests).toHaveLength(2);
  });

  test('a redirect is not followed', async () => {
    const { get, requests } = await serve(
      answer(302, '', { location: 'https://elsewhere.example.com/hidden?token=hidden' }),
    );
    const error = await failure(get());
    expect(error).toBeInstanceOf(RedirectError);
    expect(error.reason).toBe('the response was a redirect (302) to https://elsewhere.example.com');
    expect(requests).toHaveLength(1);
  });

  test.each([
    { name: 'without an address', status: 300, headers: {}, target: 'no address' },
    { name: 'to a path', status: 399, headers: { location: '/hidden' }, target: 'another path' },
  ])('nor is a redirect $name', async ({ status, headers, target }) => {
    const { get } = await serve(answer(status, '', headers));
    const reason = `the response was a redirect (${status}) to ${target}`;
    expect(await failure(get())).toMatchObject({ status, reason });
  });
});

describe('a request that must not be carried out twice', () => {
  test('is not sent again if its result is found', async () => {
    const { post, requests, log } = await serve(reset, good);
    await expect(post({ findLostResult: () => Promise.resolve({ value: 7 }) })).resolves.toEqual({
      value: 7,
    });
    expect(requests).toHaveLength(1);
    expect(log.at(-1)).toContain('the platform carried out the request whose response was lost');
  });

  test('is sent again if its result is not found', async () => {
    const { post, requests } = await serve(reset, good);
    await expect(post({ findLostResult: () => Promise.resolve(undefined) })).resolves.toEqual({
      value: 42,
    });
    expect(requests).toHaveLength(2);
  });

  test('has its result searched for once more if a retry is refused', async () => {
    const { post, requests } = await serve(reset, answer(400, '{"error":"It is there already"}'));
    // The platform carried it out after the first search and before the retry.
    const looks = [undefined, { value: 7 }];
    await expect(post({ findLostResult: () => Promise.resolve(looks.shift()) })).resolves.toEqual({
      value: 7,
    });
    expect(requests).toHaveLength(2);
  });

  test('is not sent again if a later search finds its result', async () => {
    const { post, requests } = await serve(reset, good);
    const look = { method: 'GET', path: '/v1/look' } as const;
    let looks = 0;
    const findLostResult = (): Promise<{ value: number }> =>
      ++looks === 1 ? Promise.reject(new StatusError(look, 500)) : Promise.resolve({ value: 7 });
    await expect(post({ findLostResult })).resolves.toEqual({ value: 7 });
    expect(requests).toHaveLength(1);
  });

  test('fails with its own error, not with that of the last search', async () => {
    const { post } = await serve(reset);
    const look = { method: 'GET', path: '/v1/look' } as const;
    const findLostResult = (): Promise<undefined> => Promise.reject(new StatusError(look, 500));
    expect(await failure(post({ attempts: 1, findLostResult }))).toBeInstanceOf(ConnectionError);
  });

  test.each([
    { name: 'that may pass', status: 500 },
    { name: 'that will not', status: 403 },
  ])('fails with its own error, not with that of an earlier search $name', async ({ status }) => {
    const { post, requests } = await serve(reset);
    const look = { method: 'GET', path: '/v1/look' } as const;
    const findLostResult = (): Promise<undefined> => Promise.reject(new StatusError(look, status));
    const error = await failure(post({ findLostResult }));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({
      call: { method: 'POST', path: '/v1/things' },
      isInDoubt: true,
    });
    expect(requests).toHaveLength(1);
  });

  test('throws a bug in the search as it is', async () => {
    const { post } = await serve(reset);
    const fault = new TypeError('a fault');
    await expect(post({ attempts: 1, findLostResult: () => Promise.reject(fault) })).rejects.toBe(
      fault,
    );
  });

  test('is not searched for after the run has ended', async () => {
    const over = new AbortController();
    const { post, log } = await serve(() => {
      over.abort();
    }, over);
    const findLostResult = (): Promise<{ value: number }> => Promise.resolve({ value: 7 });
    expect(await failure(post({ findLostResult }))).toBeInstanceOf(ConnectionError);
    expect(log).toEqual([]);
  });

  test('fails at once if it was refused without a lost response', async () => {
    const { post } = await serve(answer(400, '{"error":"It is there already"}'));
    const error = await failure(post({ findLostResult: () => Promise.resolve({ value: 7 }) }));
    expect(error).toMatchObject({ status: 400 });
  });
});

describe('a run that is cancelled', () => {
  const interrupted = {
    name: 'InterruptedCallError',
    signal: 'SIGTERM',
    call: { method: 'POST', path: '/v1/things' },
    message: 'POST /v1/things: the run was cancelled (SIGTERM)',
  };

  test('sends nothing more', async () => {
    const { post, requests, cancel } = await serve(good);
    cancel();
    await expect(post()).rejects.toBe(cancellation);
    expect(requests).toEqual([]);
  });

  test('ends reads at once', async () => {
    const served = await serve(() => {
      served.cancel();
    });
    const startedAt = served.clock.now();
    await expect(served.get()).rejects.toBe(cancellation);
    expect(served.clock.now()).toBe(startedAt);
    expect(served.requests).toHaveLength(1);
  });

  test('waits a second for the response to a write, and then does not know what it did', async () => {
    const served = await serve(() => {
      served.cancel();
    });
    const startedAt = served.clock.now();
    const error: unknown = await served.post().catch((error: unknown) => error);
    expect(error).toBeInstanceOf(InterruptedCallError);
    expect(error).toMatchObject({ ...interrupted, cause: { isInDoubt: true, attempts: 1 } });
    expect(served.clock.now() - startedAt).toBe(1000);
    expect(served.requests).toHaveLength(1);
  });

  test('uses a response that comes within that second', async () => {
    const served = await serve((request, response) => {
      served.cancel();
      good(request, response);
    });
    await expect(served.post()).resolves.toEqual({ value: 42 });
  });

  test('reports a refusal that comes within that second', async () => {
    const served = await serve((request, response) => {
      served.cancel();
      answer(400, '{"error":"no"}')(request, response);
    });
    expect(await failure(served.post())).toMatchObject({ status: 400, isInDoubt: false });
  });

  test.each([
    { name: 'it may have been carried out', status: 503, ends: interrupted },
    { name: 'it was one too many', status: 429, ends: { name: 'CancelledError' } },
  ])('retries nothing: $name', async ({ status, ends }) => {
    const { post, requests, clock, cancel } = await serve(answer(status, ''), good);
    // Within the wait before the second attempt.
    clock.after(200, cancel);
    await expect(post()).rejects.toMatchObject(ends);
    expect(requests).toHaveLength(1);
  });

  test('does not search for a lost result, so the result is unknown', async () => {
    const { post, requests, cancel } = await serve(reset, good);
    const findLostResult = (): Promise<undefined> => {
      cancel();
      return Promise.reject(cancellation);
    };
    await expect(post({ findLostResult })).rejects.toMatchObject(interrupted);
    expect(requests).toHaveLength(1);
  });
});

describe('an error says what happened:', () => {
  test.each([
    {
      name: 'no answer',
      listener: never,
      type: NoAnswerError,
      reason: 'no answer came within 30 s',
    },
    {
      name: 'reset',
      listener: reset,
      type: ConnectionError,
      reason: 'the connection failed (ECONNRESET)',
    },
    {
      name: 'cut off',
      listener: cutOff,
      type: UnreadableAnswerError,
      reason: 'the response was cut off',
    },
    {
      name: 'not JSON',
      listener: answer(200, 'hidden-body'),
      type: UnreadableAnswerError,
      reason: 'the response is not JSON',
    },
    {
      name: 'other JSON',
      listener: answer(200, '{"value": "hidden-body"}'),
      type: UnreadableAnswerError,
      reason: 'the response is JSON, but has an unexpected shape (value)',
    },
  ])('$name', async ({ listener, type, reason }) => {
    const { get } = await serve(listener);
    const error = await failure(get({ attempts: 1 }));
    expect(error).toBeInstanceOf(type);
    expect(error.reason).toBe(reason);
    expect(`${error.message} ${error.stack ?? ''} ${String(error.cause)}`).not.toContain('hidden');
  });

  test('no answer by the end of the step, which the error names', async () => {
    const { get, clock } = await serve(never);
    const deadline = new Deadline(clock, 'wait-timeout', 5000);
    const error = await failure(get({ attempts: 1, deadline }));
    expect(error.reason).toBe('no answer came within 5.0 s');
    expect(error.outOfTime).toBe(deadline);
  });

  test('no answer within the limit of a request, while the step has time', async () => {
    const { get, clock } = await serve(never);
    const deadline = new Deadline(clock, 'wait-timeout', 50_000);
    const error = await failure(get({ attempts: 1, deadline }));
    expect(error.reason).toBe('no answer came within 30 s');
    expect(error.outOfTime).toBeUndefined();
  });

  test('a host that refuses connections', async () => {
    const { get } = await serve(good);
    await new Promise((resolve) => server?.close(resolve));
    expect((await failure(get({ attempts: 1 }))).reason).toBe(
      'the connection failed (ECONNREFUSED)',
    );
  });
});

test('debug lines have method, path, status and duration, and nothing else', async () => {
  const { caller, log } = await serve(good);
  await caller.call({
    request: { method: 'PUT', path: '/v1/secrets/x', body: { secretValue: 'hidden-value' } },
    parse: parseAnswer,
  });
  expect(log).toEqual(['debug: PUT /v1/secrets/x → 200 in 0 ms']);
});

test('a debug line reports a missing response', async () => {
  const { get, log } = await serve(never);
  await failure(get({ attempts: 1 }));
  expect(log).toEqual(['debug: GET /v1/things → no answer after 30000 ms']);
});
