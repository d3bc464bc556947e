import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pairs, refusal, rehearse, type Rehearsal, send } from './rehearsal.js';

let rehearsal: Rehearsal;
beforeEach(async () => {
  rehearsal = await rehearse();
});
afterEach(() => rehearsal.emulator.close());

const refused = refusal(429, 'Too many requests', 'TOO_MANY_REQUESTS');

/** The statuses of several requests, one after the other. */
async function statuses(count: number): Promise<number[]> {
  const found: number[] = [];
  while (found.length < count) found.push((await rehearsal.key.get('/properties')).status);
  return found;
}

describe('a rate limit', () => {
  test('rejects requests over the limit until the window has moved', async () => {
    const { emulator, pass } = rehearsal;
    emulator.script.rateLimit({ requests: 2, per: 1000 });
    expect(await statuses(1)).toEqual([200]);
    pass(600);
    expect(await statuses(2)).toEqual([200, 429]);
    pass(399);
    expect(await statuses(1)).toEqual([429]);
    // The first request leaves the window, and the second stays. Rejected requests do not count.
    pass(1);
    expect(await statuses(2)).toEqual([200, 429]);
    pass(600);
    expect(await statuses(2)).toEqual([200, 429]);
  });

  test('applies to all callers together, but not to pages of the emulator itself', async () => {
    const { emulator, key, acme, globex } = rehearsal;
    emulator.script.rateLimit({ requests: 2, per: 1000 });
    await key.get('/regions');
    await acme.get('/regions');
    expect(await globex.get('/regions')).toEqual(refused);
    expect(await send(`${emulator.url}/emulator/state`)).toMatchObject({ status: 200 });
  });

  test('does not carry out rejected requests, and keeps the fault for the next request', async () => {
    const { emulator, key } = rehearsal;
    emulator.script.rateLimit({ requests: 0, per: 1000 });
    emulator.script.fault({ method: 'PUT' }, { kind: 'status', status: 500 });
    const write = () => key.put('/secrets/voice', { secrets: pairs({ A: '1' }) });
    expect(await write()).toEqual(refused);
    expect(emulator.state.secretSets()).toEqual([]);
    emulator.script.rateLimit(undefined);
    expect(await write()).toMatchObject({ status: 500 });
    expect(emulator.requests).toMatchObject([
      { method: 'PUT', path: '/v1/secrets/voice', status: 429, fault: undefined },
      { method: 'PUT', path: '/v1/secrets/voice', status: 500, fault: 'status' },
    ]);
  });

  test('can be replaced and removed, and earlier requests do not count', async () => {
    const { script } = rehearsal.emulator;
    expect(await statuses(2)).toEqual([200, 200]);
    script.rateLimit({ requests: 1, per: 1000 });
    expect(await statuses(2)).toEqual([200, 429]);
    script.rateLimit({ requests: 2, per: 1000 });
    expect(await statuses(3)).toEqual([200, 200, 429]);
    script.rateLimit(undefined);
    expect(await statuses(4)).toEqual([200, 200, 200, 200]);
  });

  test.each([
    { name: 'the scripted seconds', retryAfter: 7, expected: '7' },
    { name: 'no seconds, at once', retryAfter: 0, expected: '0' },
    { name: 'nothing', retryAfter: undefined, expected: null },
  ])('says when to come again: $name', async ({ retryAfter, expected }) => {
    const { emulator } = rehearsal;
    emulator.script.rateLimit({ requests: 0, per: 1000, retryAfter });
    const response = await fetch(`${emulator.url}/v1/regions`);
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe(expected);
    expect(await response.json()).toEqual(refused.body);
  });
});

describe('the highest number of concurrent requests', () => {
  const late = { kind: 'late', delay: 50 } as const;
  const ask = () => rehearsal.key.get('/regions');

  test('counts requests in progress at the same time', async () => {
    const { emulator } = rehearsal;
    expect(emulator.maxConcurrentRequests).toBe(0);
    emulator.script.fault({}, late, { times: Infinity });
    await ask();
    await ask();
    expect(emulator.maxConcurrentRequests).toBe(1);
    await Promise.all([ask(), ask(), ask()]);
    expect(emulator.maxConcurrentRequests).toBe(3);
    await Promise.all([ask(), ask()]);
    expect(emulator.maxConcurrentRequests).toBe(3);
  });

  test.each(['reset', 'cut-off'] as const)(
    'does not count requests that a fault ended: %s',
    async (kind) => {
      const { emulator } = rehearsal;
      emulator.script.fault({}, { kind });
      await expect(ask()).rejects.toThrow();
      await ask();
      expect(emulator.maxConcurrentRequests).toBe(1);
    },
  );

  test('counts a request without a response', async () => {
    const { emulator } = rehearsal;
    emulator.script.fault({}, { kind: 'hang' });
    const hanging = Promise.allSettled([ask()]);
    while (emulator.requests.length === 0) await new Promise(setImmediate);
    await ask();
    expect(emulator.maxConcurrentRequests).toBe(2);
    await emulator.close();
    await hanging;
  });
});
