import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pairs, refusal, rehearse, type Rehearsal, send } from './rehearsal.js';

let rehearsal: Rehearsal;
beforeEach(async () => {
  rehearsal = await rehearse();
});
afterEach(() => rehearsal.emulator.close());

const refused = refusal(429, 'Too many requests', 'TOO_MANY_REQUESTS');

/** The statuses of so many requests, one after the other. */
async function statuses(count: number): Promise<number[]> {
  const found: number[] = [];
  while (found.length < count) found.push((await rehearsal.key.get('/properties')).status);
  return found;
}

describe('a limit', () => {
  test('refuses what is over it, until the window has slid on', async () => {
    const { emulator, pass } = rehearsal;
    emulator.script.rateLimit({ requests: 2, per: 1000 });
    expect(await statuses(1)).toEqual([200]);
    pass(600);
    expect(await statuses(2)).toEqual([200, 429]);
    pass(399);
    expect(await statuses(1)).toEqual([429]);
    // The first request leaves the window, the second stays; those that were refused never were in it.
    pass(1);
    expect(await statuses(2)).toEqual([200, 429]);
    pass(600);
    expect(await statuses(2)).toEqual([200, 429]);
  });

  test('is for all callers together, and for nothing that is not the platform', async () => {
    const { emulator, key, acme, globex } = rehearsal;
    emulator.script.rateLimit({ requests: 2, per: 1000 });
    await key.get('/regions');
    await acme.get('/regions');
    expect(await globex.get('/regions')).toEqual(refused);
    expect(await send(`${emulator.url}/emulator/state`)).toMatchObject({ status: 200 });
  });

  test('lets nothing be done by what it refuses, and keeps its fault for the next', async () => {
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

  test('can be replaced and taken away, and what came before does not count', async () => {
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
    { name: 'the seconds that it is told', retryAfter: 7, expected: '7' },
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

describe('the most requests at once', () => {
  const late = { kind: 'late', delay: 50 } as const;
  const ask = () => rehearsal.key.get('/regions');

  test('are those that were under way together', async () => {
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
    'leave out those that a fault has ended: %s',
    async (kind) => {
      const { emulator } = rehearsal;
      emulator.script.fault({}, { kind });
      await expect(ask()).rejects.toThrow();
      await ask();
      expect(emulator.maxConcurrentRequests).toBe(1);
    },
  );

  test('count one that is never answered', async () => {
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
