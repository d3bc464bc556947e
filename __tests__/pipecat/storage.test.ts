import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Caller } from '../../src/pipecat/caller.js';
import { PipecatCloud } from '../../src/pipecat/client.js';
import { Connection } from '../../src/pipecat/connection.js';
import { UploadError } from '../../src/pipecat/errors.js';
import { Storage, type UploadContent } from '../../src/pipecat/storage.js';
import { keySurface } from '../../src/pipecat/surface.js';
import { SecretValue } from '../../src/secrecy/secret-value.js';
import type { Clock } from '../../src/time/clock.js';
import { stageForEachTest } from '../support/release-run.js';
import { Cancellation } from '../../src/time/cancellation.js';

const stage = stageForEachTest();
const closing: { close(): unknown }[] = [];

afterEach(() => {
  for (const one of closing.splice(0)) one.close();
});

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

const storagePath = /^\/storage\//;
const signPath = '/v1/builds/upload-url';
const isUpload = ({ path }: { readonly path: string }): boolean => path.startsWith('/storage/');

function connect({
  over = new AbortController(),
  redact = (text) => text,
  clock = stage.clock,
  told = () => undefined,
}: {
  readonly over?: AbortController;
  readonly redact?: (text: string) => string;
  readonly clock?: Clock;
  readonly told?: (message: string) => void;
} = {}) {
  const log: string[] = [];
  const say = (message: string): void => {
    log.push(message);
    told(message);
  };
  const common = {
    userAgent: 'pipecat-cloud-release/test',
    clock,
    log: { debug: say, info: say },
    over: over.signal,
    cancellation: new Cancellation(new AbortController().signal, clock),
    redact,
  };
  const connection = new Connection(
    stage.emulator.url,
    new SecretValue('sk_emulator'),
    common.userAgent,
  );
  const storage = new Storage(common);
  closing.push(connection, storage);
  const caller = new Caller({ connection, requestLimit: 30_000, ...common });
  return { cloud: new PipecatCloud(caller, keySurface, storage, (text) => text), storage, log };
}

/** This many bytes, in different chunks. */
function contentOf(bytes: number, chunk = 65_536): UploadContent {
  return {
    bytes,
    open: async function* () {
      for (let start = 0; start < bytes; start += chunk) {
        await Promise.resolve();
        yield Buffer.alloc(Math.min(chunk, bytes - start), `${start};`);
      }
    },
  };
}

async function bytesOf(content: UploadContent): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content.open()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function formsSigned(): number {
  return stage.emulator.requests.filter(({ path }) => path === signPath).length;
}

const waiting = (): { destination: string; signal: AbortSignal; progress: () => void } => ({
  destination: 'us-west',
  signal: new AbortController().signal,
  progress: () => undefined,
});

describe('an upload', () => {
  test.each([
    { name: 'nothing', bytes: 0 },
    { name: 'a few bytes', bytes: 7 },
    { name: 'exactly one chunk', bytes: 65_536 },
    { name: 'many chunks, the last one not full', bytes: 1_000_001 },
  ])('sends $name unchanged', async ({ bytes }) => {
    const { cloud } = connect();
    const content = contentOf(bytes);
    const id = await cloud.uploadContext('us-west', content, waiting());
    expect(stage.emulator.state.archive(id)?.equals(await bytesOf(content))).toBe(true);
  });

  test('goes without the credential, with its size, the fields first and the file last', async () => {
    const { cloud } = connect();
    await cloud.uploadContext('us-west', contentOf(100), waiting());
    const [signed, sent] = stage.emulator.requests;
    expect(signed?.headers['authorization']).toBe('Bearer sk_emulator');
    expect(sent?.path).toMatch(storagePath);
    expect(sent?.headers['authorization']).toBeUndefined();
    expect(Number(sent?.headers['content-length'])).toBeGreaterThan(100);
    expect(sent?.headers['transfer-encoding']).toBeUndefined();
    expect(sent?.form?.at(-1)).toBe('file');
    expect(sent?.form?.length).toBeGreaterThan(5);
  });

  test('is logged without its signature', async () => {
    stage.emulator.script.before({ path: storagePath }, () => {
      stage.clock.pass(70);
    });
    const { cloud, log } = connect();
    await cloud.uploadContext('us-west', contentOf(10), waiting());
    expect(log).toContain(`POST ${stage.emulator.url} → 204 in 70 ms`);
    expect(log.join('\n')).not.toContain('/storage/');
  });

  test('leaves no timer behind that would delay the end of the job', async () => {
    let limits = 0;
    const clock: Clock = {
      now: stage.clock.now,
      wallTime: stage.clock.wallTime,
      random: stage.clock.random,
      sleep: (milliseconds, signal) => stage.clock.sleep(milliseconds, signal),
      after: (milliseconds, callback) => {
        limits++;
        const cancel = stage.clock.after(milliseconds, callback);
        return () => {
          limits--;
          cancel();
        };
      },
    };
    const { cloud } = connect({ clock });
    await cloud.uploadContext('us-west', contentOf(200_000), waiting());
    expect(limits).toBe(0);
  });

  test('may take long while it makes progress', async () => {
    const slow: UploadContent = {
      bytes: 30,
      open: async function* () {
        for (const text of ['0123456789', '9876543210', '0000000000']) {
          await stage.clock.sleep(40_000);
          yield Buffer.from(text);
        }
      },
    };
    const { cloud } = connect();
    const id = await cloud.uploadContext('us-west', slow, waiting());
    expect(stage.emulator.state.archive(id)?.byteLength).toBe(30);
    expect(formsSigned()).toBe(1);
  });

  test('reports its progress', async () => {
    const { cloud } = connect();
    const told: number[] = [];
    await cloud.uploadContext('us-west', contentOf(200_000), {
      ...waiting(),
      progress: (bytes) => told.push(bytes),
    });
    expect(told).toEqual([65_536, 131_072, 196_608, 200_000]);
  });
});

describe('a broken upload is repeated as a whole with a new form', () => {
  test.each([
    { name: 'a reset before it', fault: { kind: 'reset' } as const },
    { name: 'a reset in its midst', fault: { kind: 'reset-upload', afterBytes: 100_000 } as const },
    { name: 'a reset after it was stored', fault: { kind: 'reset', carryOut: true } as const },
    { name: 'an answer cut off', fault: { kind: 'cut-off' } as const },
    { name: 'a 503', fault: { kind: 'status', status: 503, body: '<Error/>' } as const },
    { name: 'a 500 with a page', fault: { kind: 'status', status: 500, body: '<html>' } as const },
    { name: 'no answer', fault: { kind: 'hang' } as const },
    {
      name: 'an expired form',
      fault: {
        kind: 'status',
        status: 403,
        body: '<Error><Code>AccessDenied</Code><Message>Policy expired.</Message></Error>',
      } as const,
    },
    {
      name: 'a body that came too slowly',
      fault: {
        kind: 'status',
        status: 400,
        body: '<Error><Code>RequestTimeout</Code></Error>',
      } as const,
    },
  ])('$name', async ({ fault }) => {
    stage.emulator.script.fault({ method: 'POST', path: storagePath }, fault);
    const { cloud } = connect();
    const content = contentOf(300_000);
    const id = await cloud.uploadContext('us-west', content, waiting());
    expect(stage.emulator.state.archive(id)?.equals(await bytesOf(content))).toBe(true);
    expect(formsSigned()).toBe(2);
  });

  test('a form that expires meanwhile', async () => {
    stage.emulator.script.after({ method: 'POST', path: signPath }, () => {
      stage.clock.pass(16 * 60_000);
    });
    const { cloud, log } = connect();
    const content = contentOf(10);
    const id = await cloud.uploadContext('us-west', content, waiting());
    expect(stage.emulator.state.archive(id)?.byteLength).toBe(10);
    expect(log.join('\n')).toMatch(
      /failed: the storage answered 403.*\. Retrying in .*attempt 2 of 5/,
    );
  });
});

describe('the log says why an upload failed:', () => {
  test.each([
    { fault: { kind: 'hang' } as const, told: 'the connection was idle for 60 s' },
    { fault: { kind: 'cut-off', carryOut: false } as const, told: 'the response was cut off' },
    { fault: { kind: 'reset' } as const, told: 'the connection failed (ECONNRESET)' },
  ])('$told', async ({ fault, told }) => {
    stage.emulator.script.fault({ path: storagePath }, fault);
    const { cloud, log } = connect();
    await cloud.uploadContext('us-west', contentOf(10), waiting());
    expect(log).toContain(
      `The upload to us-west failed: ${told}. Retrying in 0.5 s (attempt 2 of 5).`,
    );
  });

  test('after a minute without progress, and not before', async () => {
    stage.emulator.script.fault({ path: storagePath }, { kind: 'hang' });
    const before = stage.clock.now();
    await connect().cloud.uploadContext('us-west', contentOf(10), waiting());
    expect(stage.clock.now() - before).toBe(60_500);
  });
});

test('an upload that outlasts its form starts again', async () => {
  let opened = 0;
  const quickOnceMore: UploadContent = {
    bytes: 100,
    open: async function* () {
      opened++;
      for (let byte = 0; byte < 100; byte++) {
        if (opened === 1) await stage.clock.sleep(30_000);
        yield Buffer.from('.');
      }
    },
  };
  const { cloud, log } = connect();
  const before = stage.clock.now();
  const id = await cloud.uploadContext('us-west', quickOnceMore, waiting());
  expect(stage.emulator.state.archive(id)?.byteLength).toBe(100);
  expect(log).toContain(
    'The upload to us-west failed: the upload timed out after 15 min. Retrying in 0.5 s (attempt 2 of 5).',
  );
  expect(stage.clock.now() - before).toBe(15 * 60_000 + 500);
});

describe('an upload is retried if storage', () => {
  test.each([
    { name: 'fails', status: 500, attempts: 2 },
    { name: 'has heard of nothing in time', status: 408, attempts: 2 },
    { name: 'is asked too much', status: 429, attempts: 2 },
    { name: 'did not get all of it', status: 400, code: 'IncompleteBody', attempts: 2 },
    { name: 'does not know the token any more', status: 400, code: 'ExpiredToken', attempts: 2 },
    { name: 'is to be slowed down for', status: 400, code: 'SlowDown', attempts: 2 },
    { name: 'has another reason, never', status: 400, code: 'InvalidPolicy', attempts: 1 },
    { name: 'knows no such bucket, never', status: 404, code: 'NoSuchBucket', attempts: 1 },
  ])('$name', async ({ status, code = '', attempts }) => {
    stage.emulator.script.fault(
      { path: storagePath },
      { kind: 'status', status, body: `<Error><Code>${code}</Code></Error>` },
    );
    await connect()
      .cloud.uploadContext('us-west', contentOf(10), waiting())
      .catch(() => undefined);
    expect(stage.emulator.requests.filter(isUpload)).toHaveLength(attempts);
  });
});

describe('a response to an upload', () => {
  const xml = '<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse><Key>k</Key></PostResponse>';
  test.each([
    { name: 'that is a page is none of a storage', body: '<!doctype html><p>Hi</p>', attempts: 2 },
    { name: 'that is JSON is none of a storage', body: { surprise: true }, attempts: 2 },
    { name: 'that is an error of a storage is no success', body: '<Error></Error>', attempts: 2 },
    { name: 'without a word is a success', body: '', attempts: 1 },
    { name: 'that is blank is a success', body: ' \n', attempts: 1 },
    { name: 'that tells where the file is, is a success', body: xml, attempts: 1 },
    { name: 'that tells it on one line, is one', body: xml.replace('\n', ''), attempts: 1 },
    { name: 'that tells it after blank lines, is one', body: `\n\n ${xml}`, attempts: 1 },
    {
      name: 'that tells it without a declaration, is one',
      body: ' <PostResponse><Key>k</Key></PostResponse>',
      attempts: 1,
    },
    {
      name: 'that is a page which quotes such an answer is none of a storage',
      body: `<html><pre>${xml}</pre></html>`,
      attempts: 2,
    },
  ])('$name', async ({ body, attempts }) => {
    stage.emulator.script.fault({ path: storagePath }, { kind: 'status', status: 200, body });
    const { cloud, log } = connect();
    await cloud.uploadContext('us-west', contentOf(10), waiting());
    expect(stage.emulator.requests.filter(isUpload)).toHaveLength(attempts);
    expect(
      log.filter((line) => line.includes('failed: the response did not come from storage.')),
    ).toHaveLength(attempts - 1);
  });
});

describe('an upload fails after an empty response with the status', () => {
  test.each([{ line: '300 Multiple Choices' }, { line: '099 Odd' }])('$line', async ({ line }) => {
    server = createServer((request, response) => {
      // Node writes no status that is none.
      request.resume().on('end', () => {
        response.socket?.end(`HTTP/1.1 ${line}\r\ncontent-length: 0\r\n\r\n`);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const form = { uploadId: 'x', url: `http://127.0.0.1:${port}/bucket`, fields: {} };
    const uploading = connect().storage.upload(
      () => Promise.resolve(form),
      contentOf(10),
      waiting(),
    );
    await expect(uploading).rejects.toMatchObject({ status: parseInt(line), isTransient: false });
  });
});

describe('a storage with Retry-After', () => {
  const tooMuch = (retryAfter: string) =>
    ({ kind: 'status', status: 503, headers: { 'retry-after': retryAfter } }) as const;

  test.each([
    { name: 'in seconds', retryAfter: () => '20' },
    {
      name: 'with a date',
      retryAfter: () => new Date(stage.clock.trueTime() + 20_000).toUTCString(),
    },
  ])('$name, gets no earlier request', async ({ retryAfter }) => {
    stage.emulator.script.fault({ path: storagePath }, tooMuch(retryAfter()));
    const before = stage.clock.now();
    await connect().cloud.uploadContext('us-west', contentOf(10), waiting());
    expect(stage.clock.now() - before).toBe(20_000);
  });

  test('of two minutes is retried', async () => {
    stage.emulator.script.fault({ path: storagePath }, tooMuch('120'));
    const before = stage.clock.now();
    await connect().cloud.uploadContext('us-west', contentOf(10), waiting());
    expect(stage.clock.now() - before).toBe(120_000);
  });

  test('of more than two minutes is not retried', async () => {
    stage.emulator.script.fault({ path: storagePath }, tooMuch('121'));
    const uploading = connect().cloud.uploadContext('us-west', contentOf(10), waiting());
    await expect(uploading).rejects.toMatchObject({ status: 503, attempts: 1 });
  });
});

describe('an upload to an address that others could read', () => {
  test.each(['http://storage.example/bucket', 'ftp://storage.example/bucket', 'javascript:0', 'x'])(
    'is rejected: %s',
    async (uploadUrl) => {
      stage.emulator.script.fault(
        { path: signPath },
        { kind: 'status', status: 200, body: { uploadId: 'u', uploadUrl, uploadFields: {} } },
        { times: 9 },
      );
      const { cloud } = connect();
      await expect(cloud.uploadContext('us-west', contentOf(10), waiting())).rejects.toThrow(
        'has an unexpected shape (uploadUrl)',
      );
      expect(stage.emulator.requests.filter(isUpload)).toEqual([]);
    },
  );
});

const refusal = (code: string, message: string, status = 400) => ({
  kind: 'status' as const,
  status,
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message><StringToSign>SIGNED</StringToSign></Error>`,
});

describe('an upload that cannot work', () => {
  test('fails once, with the message of the storage and nothing else', async () => {
    stage.emulator.script.fault({ path: storagePath }, refusal('EntityTooLarge', 'Too large'));
    const { cloud } = connect();
    const failure: unknown = await cloud
      .uploadContext('us-west', contentOf(10), waiting())
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UploadError);
    expect(failure).toMatchObject({ status: 400, code: 'EntityTooLarge', attempts: 1 });
    const { message } = failure as UploadError;
    expect(message).toContain('the storage answered 400 (`EntityTooLarge: Too large`)');
    expect(message).not.toContain('SIGNED');
    expect(message).not.toContain('/storage/');
  });

  test('ends after five attempts', async () => {
    stage.emulator.script.fault({ path: storagePath }, { kind: 'reset' }, { times: 9 });
    const { cloud } = connect();
    const before = stage.clock.now();
    await expect(cloud.uploadContext('us-west', contentOf(10), waiting())).rejects.toMatchObject({
      attempts: 5,
      status: undefined,
      call: { method: 'POST', path: stage.emulator.url },
    });
    expect(stage.emulator.requests.filter(isUpload)).toHaveLength(5);
    // 0.5, 1, 2 and 4 s in between.
    expect(stage.clock.now() - before).toBe(7500);
  });

  test('removes the fields of the form from the message of the storage', async () => {
    const { storage } = connect();
    const fields = {
      acl: 'eq',
      key: 'a-token-of',
      policy: '8-chars.',
      date: '7-chars',
      'X-Amz-Security-Token': 'a-token-of-the-form',
    };
    server = createServer((request, response) => {
      request.resume().on('end', () => {
        const message =
          'Policy Condition failed: [&quot;eq&quot;, a-token-of-the-form, 8-chars., 7-chars]';
        response
          .writeHead(403)
          .end(`<Error><Code>AccessDenied</Code><Message>${message}</Message></Error>`);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const form = { uploadId: 'x', url: `http://127.0.0.1:${port}/bucket`, fields };
    const failure: unknown = await storage
      .upload(() => Promise.resolve(form), contentOf(1), waiting())
      .catch((error: unknown) => error);
    // A field that is too short for a signature may be part of any word.
    expect((failure as UploadError).reason).toContain(
      'Policy Condition failed: ["eq", ***, ***, 7-chars]',
    );
  });

  test('removes known secrets from the message of the storage', async () => {
    stage.emulator.script.fault({ path: storagePath }, refusal('Odd', 'hunter22 is wrong'));
    const { cloud } = connect({ redact: (text) => text.replaceAll('hunter22', '***') });
    await expect(cloud.uploadContext('us-west', contentOf(1), waiting())).rejects.toThrow(
      '*** is wrong',
    );
  });

  test('is not retried if the file cannot be read', async () => {
    const { cloud } = connect();
    const broken: UploadContent = {
      bytes: 1000,
      open: async function* () {
        await Promise.resolve();
        yield Buffer.alloc(10);
        throw new Error('the disk is gone');
      },
    };
    await expect(cloud.uploadContext('us-west', broken, waiting())).rejects.toThrow(
      'the disk is gone',
    );
    expect(stage.emulator.requests.filter(isUpload).length).toBeLessThan(2);
  });
});

describe('a message of storage in XML', () => {
  test.each([
    { name: 'by name', xml: '&lt;a&gt; &amp; &quot;b&quot; &apos;c&apos;', told: `<a> & "b" 'c'` },
    { name: 'by number', xml: '&#104;&#x69;&#X1F511;', told: 'hi🔑' },
    { name: 'by a number with zeros', xml: '&#0104;&#x00069;', told: 'hi' },
    { name: 'to the last character', xml: '&#x10ffff;&#1114111;', told: '\u{10ffff}\u{10ffff}' },
    { name: 'of no character', xml: '&#x110000;&#9999999;', told: '&#x110000;&#9999999;' },
    { name: 'that is not known', xml: '&nbsp;&;&#;', told: '&nbsp;&;&#;' },
  ])('is decoded, with a reference $name', async ({ xml, told }) => {
    stage.emulator.script.fault({ path: storagePath }, refusal('Odd', xml));
    await expect(
      connect().cloud.uploadContext('us-west', contentOf(1), waiting()),
    ).rejects.toMatchObject({ reason: `the storage answered 400 (\`Odd: ${told}\`)` });
  });
});

describe('an upload that is not needed anymore', () => {
  test.each([
    { name: 'while it is under way', fault: { kind: 'hang' } as const },
    { name: 'between two attempts', fault: { kind: 'status', status: 503 } as const },
  ])('ends $name', async ({ fault }) => {
    const end = new AbortController();
    const reason = new Error('nobody waits');
    stage.emulator.script.fault({ path: storagePath }, fault);
    stage.emulator.script.before({ path: storagePath }, () => {
      end.abort(reason);
    });
    const { cloud } = connect();
    await expect(
      cloud.uploadContext('us-west', contentOf(10), { ...waiting(), signal: end.signal }),
    ).rejects.toBe(reason);
  });

  test('starts no later attempt', async () => {
    const end = new AbortController();
    stage.emulator.script.fault({ path: storagePath }, { kind: 'status', status: 503 });
    const { cloud } = connect({
      told: (message) => {
        if (message.startsWith('The upload to us-west failed')) end.abort();
      },
    });
    await expect(
      cloud.uploadContext('us-west', contentOf(10), { ...waiting(), signal: end.signal }),
    ).rejects.toThrow();
    expect(formsSigned()).toBe(1);
  });

  test('ends when the run has ended', async () => {
    const over = new AbortController();
    const reason = new Error('everything is over');
    stage.emulator.script.fault({ path: storagePath }, { kind: 'hang' });
    stage.emulator.script.before({ path: storagePath }, () => {
      over.abort(reason);
    });
    const { cloud } = connect({ over });
    await expect(cloud.uploadContext('us-west', contentOf(10), waiting())).rejects.toBe(reason);
  });
});

describe('another kind of storage', () => {
  test('is not followed to a redirect', async () => {
    let requests = 0;
    server = createServer((request, response) => {
      requests++;
      request.resume().on('end', () => {
        response.writeHead(307, { location: 'http://127.0.0.1:1/elsewhere' }).end();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { storage } = connect();
    const form = { uploadId: 'x', url: `http://127.0.0.1:${port}/bucket`, fields: {} };
    await expect(
      storage.upload(() => Promise.resolve(form), contentOf(10), waiting()),
    ).rejects.toMatchObject({ status: 307, isTransient: false });
    expect(requests).toBe(1);
  });

  test('may answer before it has the whole upload', async () => {
    let isClosed: Promise<unknown> = Promise.resolve();
    server = createServer((request, response) => {
      isClosed = new Promise((resolve) => request.socket.once('close', resolve));
      response.writeHead(400).end('<Error><Code>EntityTooLarge</Code></Error>');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { storage } = connect();
    const form = { uploadId: 'x', url: `http://127.0.0.1:${port}/bucket`, fields: {} };
    await expect(
      storage.upload(() => Promise.resolve(form), contentOf(50_000_000), waiting()),
    ).rejects.toMatchObject({ status: 400, code: 'EntityTooLarge' });
    await isClosed;
  });

  test('has its connections closed at the end', async () => {
    let isClosed: Promise<unknown> = Promise.resolve();
    server = createServer((request, response) => {
      isClosed = new Promise((resolve) => request.socket.once('close', resolve));
      request.resume().on('end', () => response.writeHead(204).end());
    }).listen(0, '127.0.0.1');
    // It would close idle connections by itself.
    server.keepAliveTimeout = 0;
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { storage } = connect();
    const form = { uploadId: 'x', url: `http://127.0.0.1:${port}/bucket`, fields: {} };
    await storage.upload(() => Promise.resolve(form), contentOf(10), waiting());
    storage.close();
    await isClosed;
  });
});
