import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Fault } from '../../emulator/index.js';
import { platformRegions } from '../../emulator/index.js';
import { refusal, rehearse, type Rehearsal, send, start } from './rehearsal.js';
import {
  askForUpload,
  formOf,
  postTo,
  type StorageAnswer,
  upload,
  type UploadTarget,
} from './uploading.js';

const uploadLimit = 100_000;
const file = Buffer.from('a build context');
const md5 = createHash('md5').update(file).digest('hex');

let rehearsal: Rehearsal;
let target: UploadTarget;
beforeEach(async () => {
  rehearsal = await rehearse({
    uploadLimit,
    regions: [...platformRegions, { code: 'lab', selfHosted: true }],
  });
  target = await askForUpload(rehearsal.key);
});
afterEach(() => rehearsal.emulator.close());

const stored = () => rehearsal.emulator.state.archive(target.uploadId);
const taken = (): StorageAnswer => ({ status: 204, etag: `"${md5}"`, type: null, text: '' });

describe('an upload URL', () => {
  test('comes with a form for one file, signed for 15 minutes', () => {
    const { emulator } = rehearsal;
    expect(target).toEqual({
      uploadId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      uploadUrl: `${emulator.url}/storage/build-contexts-us-west`,
      uploadFields: {
        key: `6f1de2b0-5a43-4a0e-9d0c-2f6f3f8c1a01/${target.uploadId}.tar.gz`,
        bucket: 'build-contexts-us-west',
        'Content-Type': 'application/gzip',
        Policy: expect.any(String),
        'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
        'X-Amz-Credential': 'ASIAEMULATOR/20260101/us-west/s3/aws4_request',
        'X-Amz-Date': '20260101T000000Z',
        'X-Amz-Security-Token': expect.any(String),
        'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
      },
      expiresAt: '2026-01-01T00:15:00.000Z',
    });
    const { Policy: policy = '', 'X-Amz-Signature': signature, ...exact } = target.uploadFields;
    expect(signature).toBeDefined();
    const { expiration, conditions } = JSON.parse(Buffer.from(policy, 'base64').toString()) as {
      expiration: string;
      conditions: unknown[];
    };
    expect(expiration).toBe(target.expiresAt);
    expect(conditions).toHaveLength(8);
    expect(conditions).toEqual(
      expect.arrayContaining([
        ...Object.entries(exact).map(([name, value]) => ({ [name]: value })),
        ['content-length-range', 0, uploadLimit],
      ]),
    );
  });

  test('is available on both surfaces, and is different each time', async () => {
    const { acme, globex, emulator } = rehearsal;
    const others = [await askForUpload(acme, 'us-east'), await askForUpload(globex)];
    const none = { bytes: undefined, md5: undefined, contextHash: undefined };
    expect(emulator.state.uploads()).toEqual([
      { id: target.uploadId, organization: 'acme', region: 'us-west', ...none },
      { id: others[0]?.uploadId, organization: 'acme', region: 'us-east', ...none },
      { id: others[1]?.uploadId, organization: 'globex', region: 'us-west', ...none },
    ]);
  });

  test('allows 500 MB unless the options say otherwise', async () => {
    const other = await rehearse();
    const { uploadFields } = await askForUpload(other.key);
    const policy = Buffer.from(uploadFields['Policy'] ?? '', 'base64').toString();
    await other.emulator.close();
    expect(policy).toContain('["content-length-range",0,524288000]');
  });

  test.each([
    {
      name: 'an unknown region',
      body: { region: 'moon' },
      refused: 'Invalid region or organization does not have access',
    },
    {
      name: "a region of the customer's own",
      body: { region: 'lab' },
      refused: "Cloud builds are not enabled in region 'lab'",
    },
    { name: 'no region', body: {}, refused: 'Invalid request format: region is not valid' },
    {
      name: 'an unknown field',
      body: { region: 'us-west', size: 1 },
      refused: 'Invalid request format: size is not a known field',
    },
  ])('is refused for $name', async ({ body, refused }) => {
    const { key, acme } = rehearsal;
    expect(await key.post('/builds/upload-url', body)).toEqual(refusal(400, refused));
    expect(await acme.post('/builds/upload-url', body)).toEqual(refusal(400, refused));
  });
});

describe('the storage accepts', () => {
  test('a file, unchanged', async () => {
    const { emulator } = rehearsal;
    expect(await upload(target, file)).toEqual(taken());
    expect(stored()).toEqual(file);
    expect(emulator.state.upload(target.uploadId)).toMatchObject({
      bytes: file.length,
      md5,
      contextHash: md5.slice(0, 16),
    });
  });

  test('a file of the maximum size, in many chunks', async () => {
    const large = Buffer.alloc(uploadLimit, '0123456789\r\n--');
    expect(await upload(target, large)).toMatchObject({ status: 204 });
    expect(stored()?.equals(large)).toBe(true);
  });

  test('an empty file', async () => {
    expect(await upload(target, Buffer.alloc(0))).toMatchObject({ status: 204 });
    expect(stored()).toEqual(Buffer.alloc(0));
  });

  test('another file that replaces the first one', async () => {
    await upload(target, Buffer.from('another'));
    expect(await upload(target, file)).toEqual(taken());
    expect(stored()).toEqual(file);
  });

  test('a file until the last millisecond', async () => {
    rehearsal.pass(15 * 60_000 - 1);
    expect(await upload(target, file)).toEqual(taken());
  });

  test('fields in any order and case, and fields after the file', async () => {
    const fields = Object.entries(target.uploadFields)
      .reverse()
      .map(([name, value]) => [name.toUpperCase(), value] as const);
    const form = formOf([...fields, ['file', file], ['remark', 'not looked at']]);
    expect(await postTo(target.uploadUrl, form)).toEqual(taken());
  });
});

describe('the storage rejects', () => {
  const without = (...names: string[]) =>
    Object.entries(target.uploadFields).filter(([name]) => !names.includes(name));
  const changed = (name: string, value: string) =>
    Object.entries({ ...target.uploadFields, [name]: value });
  const due = () => [...Object.entries(target.uploadFields), ['file', file] as const];
  const another = (policy: object) => Buffer.from(JSON.stringify(policy)).toString('base64');

  test.each<{
    name: string;
    form: () => Iterable<readonly [string, string | Buffer]>;
    status: number;
    code: string;
    message: RegExp;
  }>([
    {
      name: 'a form without a field',
      form: () => [...without('key'), ['file', file]],
      status: 403,
      code: 'AccessDenied',
      message: /^Invalid according to Policy: Policy Condition failed: .*\$key/,
    },
    {
      name: 'a changed field',
      form: () => [...changed('Content-Type', 'application/zip'), ['file', file]],
      status: 403,
      code: 'AccessDenied',
      message: /^Invalid according to Policy: Policy Condition failed: .*\$Content-Type/,
    },
    {
      name: 'a field that is not in the policy',
      form: () => [['acl', 'public-read'], ...due()],
      status: 403,
      code: 'AccessDenied',
      message: /^Invalid according to Policy: Extra input fields: acl$/,
    },
    {
      name: 'a required field after the file',
      form: () => [...without('bucket'), ['file', file], ['bucket', 'build-contexts-us-west']],
      status: 403,
      code: 'AccessDenied',
      message: /^Invalid according to Policy: Policy Condition failed: .*\$bucket/,
    },
    {
      name: 'a form without a policy',
      form: () => [...without('Policy'), ['file', file]],
      status: 403,
      code: 'AccessDenied',
      message: /^Access Denied$/,
    },
    {
      name: 'a form without a signature',
      form: () => [...without('X-Amz-Signature'), ['file', file]],
      status: 403,
      code: 'AccessDenied',
      message: /^Access Denied$/,
    },
    {
      name: 'a wrong signature',
      form: () => [...changed('X-Amz-Signature', '0'.repeat(64)), ['file', file]],
      status: 403,
      code: 'SignatureDoesNotMatch',
      message: /signature/,
    },
    {
      name: 'a policy that the sender made',
      form: () => [
        ...changed('Policy', another({ expiration: '2030-01-01T00:00:00Z', conditions: [] })),
        ['file', file],
      ],
      status: 403,
      code: 'SignatureDoesNotMatch',
      message: /signature/,
    },
    {
      name: 'a form without a file',
      form: () => Object.entries(target.uploadFields),
      status: 400,
      code: 'InvalidArgument',
      message: /^POST requires exactly one file upload per request\.$/,
    },
    {
      name: 'a form with two files',
      form: () => [...due(), ['file', file]],
      status: 400,
      code: 'InvalidArgument',
      message: /^POST requires exactly one file upload per request\.$/,
    },
    {
      name: 'a file that is too large',
      form: () => [...Object.entries(target.uploadFields), ['file', Buffer.alloc(100_001)]],
      status: 400,
      code: 'EntityTooLarge',
      message: /<ProposedSize>100001<\/ProposedSize><MaxSizeAllowed>100000</,
    },
  ])('$name', async ({ form, status, code, message }) => {
    const answer = await postTo(target.uploadUrl, formOf(form()));
    expect(answer).toMatchObject({ status, etag: null, type: 'application/xml' });
    const [, found, rest = ''] =
      /<Error><Code>(\w+)<\/Code><Message>(.*)<\/Error>/.exec(answer.text) ?? [];
    expect(found).toBe(code);
    const [said = ''] = rest.split('</Message>');
    expect(code === 'EntityTooLarge' ? rest : said).toMatch(message);
    expect(stored()).toBeUndefined();
    expect(await upload(target, file)).toEqual(taken());
  });

  test('a file after 15 minutes', async () => {
    rehearsal.pass(15 * 60_000);
    const answer = await upload(target, file);
    expect(answer).toMatchObject({ status: 403 });
    expect(answer.text).toContain(
      '<Code>AccessDenied</Code><Message>Invalid according to Policy: Policy expired.</Message>',
    );
  });

  test('a file for another bucket', async () => {
    const url = target.uploadUrl.replace('us-west', 'us-east');
    expect(await postTo(url, formOf(due()))).toMatchObject({
      status: 403,
      text: expect.stringContaining('<Code>AccessDenied</Code>'),
    });
  });

  test.each<{
    name: string;
    path?: string;
    method?: string;
    headers?: Record<string, string>;
    body?: NonNullable<RequestInit['body']>;
    status: number;
    says: string;
  }>([
    {
      name: 'a bucket that does not exist',
      path: '/storage/attic',
      status: 404,
      says: '<Code>NoSuchBucket</Code>',
    },
    { name: 'another method', method: 'PUT', status: 405, says: '<Code>MethodNotAllowed</Code>' },
    {
      name: 'a credential beside the form',
      headers: { authorization: 'Bearer sk_emulator' },
      status: 400,
      says: '<Code>InvalidArgument</Code><Message>Only one auth mechanism allowed',
    },
    {
      name: 'a body of unknown length',
      body: new Blob(['--x--']).stream(),
      status: 411,
      says: '<Code>MissingContentLength</Code>',
    },
    {
      name: 'a body that is not a form',
      headers: { 'content-type': 'application/gzip' },
      status: 412,
      says: '<Code>PreconditionFailed</Code>',
    },
    {
      name: 'a form without a boundary',
      headers: { 'content-type': 'multipart/form-data' },
      body: 'x',
      status: 400,
      says: '<Code>MalformedPOSTRequest</Code>',
    },
    {
      name: 'a form that ends too early',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      body: '--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nabc',
      status: 400,
      says: '<Code>MalformedPOSTRequest</Code>',
    },
  ])('$name', async ({ path, method = 'POST', headers, body, status, says }) => {
    const { emulator } = rehearsal;
    const response = await fetch(path === undefined ? target.uploadUrl : emulator.url + path, {
      method,
      body: body ?? formOf(due()),
      ...(headers && { headers }),
      duplex: 'half',
    });
    expect(response.status).toBe(status);
    expect(await response.text()).toContain(says);
    expect(stored()).toBeUndefined();
  });
});

describe('an upload', () => {
  test('is logged with its headers and the names of its fields, without their values', async () => {
    const { emulator } = rehearsal;
    await upload(target, file);
    const { requests } = emulator;
    expect(requests).toHaveLength(2);
    expect(requests[0]).toMatchObject({ path: '/v1/builds/upload-url', form: undefined });
    expect(requests[1]).toEqual({
      method: 'POST',
      path: '/storage/build-contexts-us-west',
      query: {},
      headers: expect.objectContaining({
        'content-length': expect.stringMatching(/^\d+$/),
        'content-type': expect.stringMatching(/^multipart\/form-data; boundary=/),
      }),
      body: undefined,
      form: [...Object.keys(target.uploadFields), 'file'],
      status: 204,
      fault: undefined,
      receivedAt: start,
      duration: expect.any(Number),
    });
    expect(requests[1]?.headers).not.toHaveProperty('authorization');
  });

  test('is shown over HTTP without the values of its form', async () => {
    const { emulator } = rehearsal;
    await upload(target, file);
    const state = await send(`${emulator.url}/emulator/state`);
    expect(state).toMatchObject({
      body: {
        uploads: [{ id: target.uploadId, organization: 'acme', bytes: 15, md5 }],
        builds: [],
      },
    });
    const log = await send(`${emulator.url}/emulator/requests`);
    expect(log).toMatchObject({ body: { requests: [{}, { status: 204 }] } });
    for (const name of ['Policy', 'X-Amz-Signature', 'X-Amz-Security-Token'])
      expect(JSON.stringify([state, log])).not.toContain(target.uploadFields[name]);
  });

  test('does not count against the rate limit', async () => {
    const { emulator, key } = rehearsal;
    emulator.script.rateLimit({ requests: 1, per: 1000 });
    expect(await upload(target, file)).toMatchObject({ status: 204 });
    expect(await key.get('/regions')).toMatchObject({ status: 200 });
    expect(await upload(target, file)).toMatchObject({ status: 204 });
    expect(await key.get('/regions')).toMatchObject({ status: 429 });
  });

  test('can trigger actions before and after it', async () => {
    const { script, state } = rehearsal.emulator;
    const seen: (number | undefined)[] = [];
    const match = { method: 'POST', path: /^\/storage\// };
    script.before(match, () => seen.push(state.upload(target.uploadId)?.bytes));
    script.after(match, () => seen.push(state.upload(target.uploadId)?.bytes));
    await upload(target, file);
    expect(seen).toEqual([undefined, file.length]);
  });

  test('can expire when it arrives', async () => {
    const { emulator, pass } = rehearsal;
    emulator.script.before({ path: /^\/storage\// }, () => {
      pass(15 * 60_000);
    });
    expect((await upload(target, file)).text).toContain('Policy expired.');
  });

  test('is neither stored nor answered if the sender gives up', async () => {
    const { emulator } = rehearsal;
    const { hostname, port, pathname } = new URL(target.uploadUrl);
    const sender = request({
      hostname,
      port,
      path: pathname,
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=x', 'content-length': 1000 },
    });
    sender.on('error', () => undefined);
    sender.write('--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nabc');
    const logged = () => emulator.requests.at(-1);
    while (logged()?.form?.at(0) !== 'file') await new Promise(setImmediate);
    sender.destroy();
    while (logged()?.duration === undefined) await new Promise(setImmediate);
    expect(logged()).toMatchObject({ form: ['file'], status: undefined });
    expect(stored()).toBeUndefined();
  });
});

describe('a fault in an upload', () => {
  const match = { method: 'POST', path: /^\/storage\// };

  test('can return the response of a busy S3', async () => {
    const body =
      '<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>';
    rehearsal.emulator.script.fault(match, {
      kind: 'status',
      status: 503,
      body,
      headers: { 'content-type': 'application/xml' },
    });
    expect(await upload(target, file)).toEqual({
      status: 503,
      etag: null,
      type: 'application/xml',
      text: body,
    });
    expect(stored()).toBeUndefined();
    expect(await upload(target, file)).toEqual(taken());
  });

  test.each<{ name: string; fault: Fault; form: unknown; carriedOut: boolean }>([
    {
      name: 'after all of it has arrived',
      fault: { kind: 'reset' },
      form: expect.arrayContaining(['file']),
      carriedOut: false,
    },
    {
      name: 'after it was stored',
      fault: { kind: 'reset', carryOut: true },
      form: expect.arrayContaining(['file']),
      carriedOut: true,
    },
    {
      name: 'in the middle of its body',
      fault: { kind: 'reset-upload', afterBytes: 50_000 },
      form: [],
      carriedOut: false,
    },
    {
      name: 'before any of its body',
      fault: { kind: 'reset-upload', afterBytes: 0 },
      form: [],
      carriedOut: false,
    },
    {
      name: 'instead of the response',
      fault: { kind: 'cut-off' },
      form: expect.arrayContaining(['file']),
      carriedOut: true,
    },
  ])('breaks the connection $name', async ({ fault, form, carriedOut }) => {
    const { emulator } = rehearsal;
    const large = Buffer.alloc(uploadLimit, 'x');
    emulator.script.fault(match, fault);
    await expect(upload(target, large)).rejects.toThrow();
    expect(emulator.requests[1]).toMatchObject({ fault: fault.kind, form });
    expect(stored()?.equals(large)).toBe(carriedOut ? true : undefined);
    expect(await upload(target, large)).toMatchObject({ status: 204 });
  });

  test('can stop it during the transfer, without a response', async () => {
    const { emulator } = rehearsal;
    emulator.script.fault(match, { kind: 'hang', carryOut: true });
    const { uploadUrl, uploadFields } = target;
    const body = formOf([...Object.entries(uploadFields), ['file', file]]);
    const signal = AbortSignal.timeout(500);
    await expect(fetch(uploadUrl, { method: 'POST', body, signal })).rejects.toThrow();
    expect(stored()).toEqual(file);
  });

  test('that breaks an upload also breaks any other request', async () => {
    const { emulator, key } = rehearsal;
    emulator.script.fault({}, { kind: 'reset-upload', afterBytes: 1 });
    await expect(key.get('/regions')).rejects.toThrow();
    expect(await key.get('/regions')).toMatchObject({ status: 200 });
  });
});
