import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Fault } from '../../emulator/index.js';
import { pairs, rehearse, type Rehearsal } from './rehearsal.js';

let rehearsal: Rehearsal;
beforeEach(async () => {
  rehearsal = await rehearse();
});
afterEach(() => rehearsal.emulator.close());

const put = { method: 'PUT', path: '/v1/secrets/voice' };
const accepted = { status: 202, body: { status: 'OK', region: 'us-west' } };
const write = () => rehearsal.key.put('/secrets/voice', { secrets: pairs({ A: '1' }) });
const written = () => rehearsal.emulator.state.secretSet('voice') !== undefined;

/** Sends a write with a time limit of `patience` milliseconds, and returns the result. */
async function raw(patience = 5000): Promise<{
  status: number;
  type: string | null;
  retry: string | null;
  text: string;
}> {
  const { emulator } = rehearsal;
  const response = await fetch(`${emulator.url}${put.path}`, {
    method: put.method,
    headers: { authorization: `Bearer ${emulator.credentials.privateKey}` },
    body: JSON.stringify({ secrets: pairs({ A: '1' }) }),
    signal: AbortSignal.timeout(patience),
  });
  const { status, headers } = response;
  const retry = headers.get('retry-after');
  return { status, type: headers.get('content-type'), retry, text: await response.text() };
}

describe('a fault can return', () => {
  test.each<{
    name: string;
    fault: Fault;
    answer: { status: number; type: RegExp; text: RegExp; retry?: string };
    carriedOut: boolean;
  }>([
    {
      name: 'another status with JSON',
      fault: { kind: 'status', status: 500, body: { error: 'Oh', code: 'NO' } },
      answer: { status: 500, type: /json/, text: /^\{"error":"Oh","code":"NO"\}$/ },
      carriedOut: false,
    },
    {
      name: 'another status with a page and headers',
      fault: { kind: 'status', status: 503, body: '<p>no</p>', headers: { 'retry-after': '7' } },
      answer: { status: 503, type: /html/, text: /^<p>no<\/p>$/, retry: '7' },
      carriedOut: false,
    },
    {
      name: 'another status with headers and JSON',
      fault: { kind: 'status', status: 429, body: {}, headers: { 'retry-after': '8' } },
      answer: { status: 429, type: /json/, text: /^\{\}$/, retry: '8' },
      carriedOut: false,
    },
    {
      name: 'only another status, after the request was carried out',
      fault: { kind: 'status', status: 502, carryOut: true },
      answer: { status: 502, type: /html/, text: /^$/ },
      carriedOut: true,
    },
    {
      name: 'a page',
      fault: { kind: 'not-json' },
      answer: { status: 200, type: /html/, text: /doctype/ },
      carriedOut: false,
    },
    {
      name: 'unexpected JSON, after the request was carried out',
      fault: { kind: 'wrong-json', carryOut: true },
      answer: { status: 200, type: /json/, text: /^\{"surprise":true\}$/ },
      carriedOut: true,
    },
    {
      name: 'the response late',
      fault: { kind: 'late', delay: 30 },
      answer: { status: 202, type: /json/, text: /OK/ },
      carriedOut: true,
    },
  ])('$name', async ({ fault, answer, carriedOut }) => {
    const { emulator } = rehearsal;
    emulator.script.fault(put, fault);
    const { status, type, text, retry } = await raw();
    expect(status).toBe(answer.status);
    expect(type).toMatch(answer.type);
    expect(text).toMatch(answer.text);
    expect(retry).toBe(answer.retry ?? null);
    expect(written()).toBe(carriedOut);
    expect(emulator.requests).toEqual([
      expect.objectContaining({ fault: fault.kind, status: answer.status }),
    ]);
    expect(await write()).toEqual(accepted);
  });
});

describe('a fault can break the connection', () => {
  test.each<{ name: string; fault: Fault; carriedOut: boolean; status?: number }>([
    { name: 'before the request is read', fault: { kind: 'reset' }, carriedOut: false },
    {
      name: 'after the request was carried out',
      fault: { kind: 'reset', carryOut: true },
      carriedOut: true,
    },
    {
      name: 'in the middle of the response',
      fault: { kind: 'cut-off' },
      carriedOut: true,
      status: 202,
    },
    {
      name: 'in the middle of a response to a request that was not carried out',
      fault: { kind: 'cut-off', carryOut: false },
      carriedOut: false,
      status: 200,
    },
    { name: 'by never responding', fault: { kind: 'hang' }, carriedOut: false },
    {
      name: 'by never responding to a request that was carried out',
      fault: { kind: 'hang', carryOut: true },
      carriedOut: true,
    },
  ])('$name', async ({ fault, carriedOut, status }) => {
    const { emulator } = rehearsal;
    emulator.script.fault(put, fault);
    await expect(raw(fault.kind === 'hang' ? 500 : undefined)).rejects.toThrow();
    expect(written()).toBe(carriedOut);
    expect(emulator.requests).toEqual([expect.objectContaining({ fault: fault.kind })]);
    expect(emulator.requests[0]?.status).toBe(status);
    expect(await write()).toEqual(accepted);
  });

  test('after sending the headers and half of the body', async () => {
    const { emulator, key } = rehearsal;
    const whole = JSON.stringify((await key.get('/regions')).body);
    emulator.script.fault({ path: '/v1/regions' }, { kind: 'cut-off' });
    const response = await fetch(`${emulator.url}/v1/regions`, {
      headers: { authorization: 'Bearer sk_emulator' },
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe(String(whole.length));
    await expect(response.text()).rejects.toThrow();
  });
});

test('a straggler is carried out just before the next request with the same method and path', async () => {
  const { emulator, key } = rehearsal;
  emulator.script.fault(put, { kind: 'straggle' });
  await expect(raw(100)).rejects.toThrow();
  await key.put('/secrets/another', { secrets: pairs({ A: '1' }) });
  expect(written()).toBe(false);
  expect(await key.put('/secrets/voice', { secrets: pairs({ B: '2' }) })).toEqual(accepted);
  expect(emulator.state.secretSet('voice')?.values).toEqual({ A: '1', B: '2' });
});

describe('faults occur', () => {
  const down = { kind: 'status', status: 500 } as const;
  const statuses = async (count: number) => {
    const found = [];
    for (let index = 0; index < count; index += 1) found.push((await write()).status);
    return found;
  };

  test('as often as scripted, after the requests to skip', async () => {
    rehearsal.emulator.script.fault(put, down, { times: 2, skip: 1 });
    expect(await statuses(4)).toEqual([202, 500, 500, 202]);
  });

  test('one after the other', async () => {
    const { script } = rehearsal.emulator;
    script.fault(put, down);
    script.fault(put, { kind: 'status', status: 503 });
    expect(await statuses(3)).toEqual([500, 503, 202]);
  });

  test.each([
    { name: 'any request', match: {}, expected: 500 },
    { name: 'a method', match: { method: 'put' }, expected: 500 },
    { name: 'another method', match: { method: 'GET' }, expected: 202 },
    { name: 'a path', match: { path: '/v1/secrets/voice' }, expected: 500 },
    { name: 'a part of a path', match: { path: '/v1/secrets' }, expected: 202 },
    { name: 'a pattern', match: { path: /\/secrets\//g }, expected: 500 },
    { name: 'another pattern', match: { path: /agents/ }, expected: 202 },
  ])('to $name', async ({ match, expected }) => {
    rehearsal.emulator.script.fault(match, down);
    expect(await statuses(1)).toEqual([expected]);
  });
});

test('actions can run just before and just after a request', async () => {
  const { emulator, key } = rehearsal;
  const { script, seed, state } = emulator;
  const seen: (string | undefined)[] = [];
  script.before(put, () => seen.push(state.secretSet('voice')?.region));
  script.after(put, () => seen.push(state.secretSet('voice')?.region));
  script.before({ method: 'GET', path: /voice$/ }, () => {
    seed.secretSet({ name: 'voice', status: 'failed' });
  });
  await write();
  await write();
  expect(seen).toEqual([undefined, 'us-west']);
  expect(await key.get('/secrets/voice')).toMatchObject({ body: { status: 'failed' } });
});

test('closing the emulator ends requests that hang or are late', async () => {
  const { emulator } = rehearsal;
  emulator.script.fault(put, { kind: 'hang' });
  emulator.script.fault(put, { kind: 'late', delay: 60_000 });
  const ended = Promise.allSettled([write(), write()]);
  while (emulator.requests.length < 2) await new Promise(setImmediate);
  await emulator.close();
  expect(await ended).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
});
