import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { CutOffError, Transport } from '../../src/http/transport.js';

const mebibyte = Buffer.alloc(1024 * 1024, ' ');

let server: Server;
let transport: Transport;
/** Mebibytes of a response; Infinity never ends. */
let size: number;
let isClosed: Promise<void>;

beforeEach(async () => {
  transport = new Transport('test');
  server = createServer((_request, response) => {
    isClosed = new Promise((resolve) => response.on('close', resolve));
    let sent = 0;
    const send = (): void => {
      while (sent < size) {
        sent++;
        if (!response.write(mebibyte)) {
          response.once('drain', send);
          return;
        }
      }
      response.end();
    };
    send();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(() => {
  transport.close();
  server.closeAllConnections();
  server.close();
});

const ask = () =>
  transport.send(
    {
      method: 'GET',
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      headers: {},
    },
    new AbortController().signal,
  );

test('a large response is read completely', async () => {
  size = 63;
  const { status, text } = await ask();
  expect(status).toBe(200);
  expect(text).toHaveLength(63 * mebibyte.length);
});

test('a response that does not end is rejected, and its connection is closed', async () => {
  size = Infinity;
  const answer = ask();
  await expect(answer).rejects.toBeInstanceOf(CutOffError);
  await expect(answer).rejects.toMatchObject({
    cause: { message: 'the response has more than 67108864 bytes' },
  });
  await isClosed;
});
