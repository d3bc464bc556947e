import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PerformanceObserver } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Transport } from '../../src/http/transport.js';

let server: Server;
let transport: Transport;

beforeEach(async () => {
  server = createServer((_request, response) => response.end('{}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  transport = new Transport('test');
});

afterEach(() => {
  transport.close();
  server.closeAllConnections();
  server.close();
});

const send = (host: string) =>
  transport.send(
    {
      method: 'GET',
      url: `http://${host}:${(server.address() as AddressInfo).port}/`,
      headers: {},
    },
    new AbortController().signal,
  );

test('parallel requests resolve their host once', async () => {
  let lookups = 0;
  const observer = new PerformanceObserver((list) => {
    lookups += list.getEntries().filter(({ name }) => name === 'lookup').length;
  });
  observer.observe({ entryTypes: ['dns'] });
  const answers = await Promise.all(Array.from({ length: 6 }, () => send('localhost')));
  await setTimeout(50);
  observer.disconnect();
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 200));
  expect(lookups).toBe(1);
});

test('parallel requests all fail if their host is unknown', async () => {
  const outcomes = await Promise.allSettled(
    Array.from({ length: 3 }, () => send('unknown.invalid')),
  );
  for (const { status } of outcomes) expect(status).toBe('rejected');
});

test('the next request resolves the host again', async () => {
  expect((await send('localhost')).status).toBe(200);
  transport.close();
  expect((await send('localhost')).status).toBe(200);
});
