import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createServer as createSocketServer, type AddressInfo, type Server } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { connectionFailure, ProxyError } from '../../src/http/connection-failure.js';
import { CutOffError, Transport } from '../../src/http/transport.js';
import { privateKey, selfSignedCertificate } from '../support/certificate.js';
import { startProxy, withEnvironment, type Proxy, type ProxyBehavior } from '../support/proxy.js';

const transport = new Transport('test');
const ending: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ending.splice(0)) await end();
  transport.close();
});

async function listen(server: Server, host = '127.0.0.1'): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  ending.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

function serve(listener: RequestListener, host?: string): Promise<number> {
  const server = createServer(listener);
  ending.push(() => {
    server.closeAllConnections();
  });
  return listen(server, host);
}

async function proxyTo(port: number, behavior: ProxyBehavior): Promise<Proxy> {
  const proxy = await startProxy(port, behavior);
  ending.push(() => proxy.close());
  return proxy;
}

const ask = (url: string, signal: AbortSignal = new AbortController().signal) =>
  transport.send({ method: 'GET', url, headers: {} }, signal);

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

const hello: RequestListener = (_request, response) => response.end('hello');

describe('an aborted signal ends a request during', () => {
  const limit = async (url: string): Promise<number> => {
    const startedAt = performance.now();
    await expect(ask(url, AbortSignal.timeout(500))).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    return performance.now() - startedAt;
  };

  test.each<{ name: string; behavior: ProxyBehavior }>([
    { name: 'a wait for a proxy that does not respond', behavior: { kind: 'stall' } },
    { name: 'a wait for a proxy that sends half of a response', behavior: { kind: 'half-answer' } },
    { name: 'a wait for a tunnel that discards everything', behavior: { kind: 'swallow' } },
  ])('$name', async ({ behavior }) => {
    const proxy = await proxyTo(0, behavior);
    for (const scheme of ['http', 'https'] as const) {
      await withEnvironment({ [`${scheme}_proxy`]: proxy.url }, async () => {
        expect(await limit(`${scheme}://platform.example/`)).toBeLessThan(5000);
      });
    }
    expect(proxy.asked).toEqual(['platform.example:80', 'platform.example:443']);
    // No open connection keeps the process from exiting.
    while (proxy.open > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  test('a TLS handshake that does not end', async () => {
    const port = await listen(createSocketServer((socket) => socket.on('error', () => undefined)));
    expect(await limit(`https://127.0.0.1:${port}/`)).toBeLessThan(5000);
  });

  test('an upload through a proxy that does not respond', async () => {
    const proxy = await proxyTo(0, { kind: 'stall' });
    await withEnvironment({ https_proxy: proxy.url }, async () => {
      const { Readable } = await import('node:stream');
      const body = Readable.from(['a', 'b']);
      const upload = transport.send(
        { method: 'POST', url: 'https://storage.example/', headers: {}, body },
        AbortSignal.timeout(500),
      );
      await expect(upload).rejects.toMatchObject({ name: 'TimeoutError' });
      expect(body.destroyed).toBe(true);
    });
  });
});

describe('an IPv6 address', () => {
  test('is reached directly', async () => {
    const port = await serve(hello, '::1');
    await expect(ask(`http://[::1]:${port}/`)).resolves.toMatchObject({ text: 'hello' });
  });

  test('is reached through a proxy', async () => {
    const proxy = await proxyTo(await serve(hello), { kind: 'tunnel' });
    await withEnvironment({ http_proxy: proxy.url }, async () => {
      await expect(ask('http://[2001:db8::1]:8080/')).resolves.toMatchObject({ text: 'hello' });
    });
    expect(proxy.asked).toEqual(['[2001:db8::1]:8080']);
  });
});

describe('a proxy', () => {
  test('receives the user name and password from its address', async () => {
    const proxy = await proxyTo(await serve(hello), { kind: 'tunnel' });
    const address = proxy.url.replace('//', '//me:p%40ss@');
    await withEnvironment({ http_proxy: address }, async () => {
      await ask('http://platform.example/');
      await ask('http://platform.example/');
    });
    expect(proxy.credentials).toEqual([`Basic ${Buffer.from('me:p@ss').toString('base64')}`]);
  });

  test.each([
    {
      status: 407,
      kind: 'proxy-refusal',
      expected: 'asks for authentication (407); put its user name',
    },
    { status: 403, kind: 'proxy-refusal', expected: 'answered 403' },
    { status: 502, kind: 'unreachable', expected: 'answered 502' },
  ])(
    'that answers $status is named in the error without its password',
    async ({ status, kind, expected }) => {
      const proxy = await proxyTo(0, { kind: 'refuse', status });
      const address = proxy.url.replace('//', '//me:hidden-password@');
      await withEnvironment({ https_proxy: address }, async () => {
        const error = await failureOf(ask('https://platform.example/'));
        expect(error).toBeInstanceOf(ProxyError);
        const failure = connectionFailure(error);
        expect(failure.kind).toBe(kind);
        expect(failure.reason).toContain(`the proxy at ${proxy.url} ${expected}`);
        expect(JSON.stringify([failure, String(error)])).not.toContain('hidden');
      });
    },
  );

  test('that is down is named in the error with its address', async () => {
    const proxy = await proxyTo(0, { kind: 'stall' });
    await proxy.close();
    await withEnvironment({ https_proxy: proxy.url }, async () => {
      const error = await failureOf(ask('https://platform.example/'));
      expect(connectionFailure(error)).toEqual({
        kind: 'unreachable',
        reason: `the connection to the proxy at ${proxy.url} failed (ECONNREFUSED)`,
      });
    });
  });
});

describe('the reason of a failed connection names the certificate', () => {
  test.each(['directly', 'through a proxy'])('%s', async (way) => {
    const server = createSecureServer({ key: privateKey, cert: selfSignedCertificate });
    const port = await listen(server);
    const proxy = await proxyTo(port, { kind: 'tunnel' });
    const isDirect = way === 'directly';
    const url = isDirect ? `https://localhost:${port}/` : 'https://platform.example/';
    await withEnvironment(isDirect ? {} : { https_proxy: proxy.url }, async () => {
      const error = await failureOf(ask(url));
      const { kind, reason } = connectionFailure(error);
      expect(kind).toBe('certificate');
      expect(reason).toMatch(/^the certificate of the server was not accepted \([A-Z_]+\);/);
      expect(reason).toContain('`NODE_EXTRA_CA_CERTS`');
    });
  });

  test.each([
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'CERT_HAS_EXPIRED',
    'CERT_NOT_YET_VALID',
    'CERT_REVOKED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'HOSTNAME_MISMATCH',
    'INVALID_CA',
  ])('with %s', (code) => {
    expect(connectionFailure(Object.assign(new Error('tls'), { code })).kind).toBe('certificate');
  });

  test.each(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'HPE_INVALID_CONSTANT', 'EPROTO', undefined])(
    'but not with %s',
    (code) => {
      expect(connectionFailure(Object.assign(new Error('broken'), { code })).kind).toBe('broken');
    },
  );
});

describe('a response', () => {
  const send =
    (body: Buffer, encoding: string): RequestListener =>
    (_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(body);
    };

  test.each([
    { encoding: 'gzip', body: gzipSync('hello') },
    { encoding: 'x-gzip', body: gzipSync('hello') },
    { encoding: 'deflate', body: deflateSync('hello') },
    { encoding: 'br', body: brotliCompressSync('hello') },
    { encoding: 'BR ', body: brotliCompressSync('hello') },
    { encoding: 'identity', body: Buffer.from('hello') },
  ])('is read if it is compressed with $encoding', async ({ encoding, body }) => {
    const port = await serve(send(body, encoding));
    await expect(ask(`http://127.0.0.1:${port}/`)).resolves.toMatchObject({ text: 'hello' });
  });

  test.each([
    { name: 'that is cut off', body: gzipSync('hello'.repeat(100)).subarray(0, 20) },
    { name: 'that is not compressed at all', body: Buffer.from('hello') },
  ])('is cut off if it is compressed and $name', async ({ body }) => {
    const port = await serve(send(body, 'gzip'));
    await expect(ask(`http://127.0.0.1:${port}/`)).rejects.toBeInstanceOf(CutOffError);
  });

  test('is rejected if it becomes too large after decompression', async () => {
    const bomb = brotliCompressSync(Buffer.alloc(80 * 1024 * 1024), { params: { 1: 1 } });
    expect(bomb.length).toBeLessThan(100_000);
    const port = await serve(send(bomb, 'br'));
    await expect(ask(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({
      cause: { code: 'ERR_BUFFER_TOO_LARGE' },
    });
  });

  test('has no byte order mark', async () => {
    const port = await serve((_request, response) => response.end('\ufeff{"a":1}'));
    await expect(ask(`http://127.0.0.1:${port}/`)).resolves.toMatchObject({ text: '{"a":1}' });
  });

  test('has no body although it names a compression', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(204, { 'content-encoding': 'gzip' }).end();
    });
    await expect(ask(`http://127.0.0.1:${port}/`)).resolves.toMatchObject({ text: '' });
  });
});
