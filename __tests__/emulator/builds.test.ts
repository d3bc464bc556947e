import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pack } from 'tar-stream';
import type { BuildOutcome } from '../../emulator/index.js';
import {
  type Answer,
  refusal,
  rehearse,
  type Rehearsal,
  type Requests,
  start,
} from './rehearsal.js';
import { archiveOf, askForUpload, upload } from './uploading.js';

const buildId = '123e4567-e89b-42d3-a456-426614174000';
const context = { Dockerfile: 'FROM dailyco/pipecat-base', 'bot/Dockerfile': '', 'bot.py': '' };

interface BuildBody {
  readonly id: string;
  readonly status: string;
  readonly errorMessage?: string;
}

const buildOf = ({ body }: Answer) => (body as { build: BuildBody }).build;
const linesOf = ({ body }: Answer) => (body as { logs: string[] }).logs;

let rehearsal: Rehearsal;
beforeEach(async () => {
  rehearsal = await rehearse();
});
afterEach(() => rehearsal.emulator.close());

/** Uploads a build context, and returns the id of the upload. */
async function uploaded(
  archive?: Buffer,
  { by = rehearsal.key, region = 'us-west' }: { by?: Requests; region?: string } = {},
): Promise<string> {
  const target = await askForUpload(by, region);
  const { status, text } = await upload(target, archive ?? (await archiveOf(context)));
  if (status !== 204) throw new Error(`The storage refuses the context: ${text}`);
  return target.uploadId;
}

/** Uploads a build context and builds it. */
const built = async (archive?: Buffer, asked: object = {}) =>
  rehearsal.key.post('/builds', {
    uploadId: await uploaded(archive),
    region: 'us-west',
    ...asked,
  });

const look = async (id: string) => buildOf(await rehearsal.key.get(`/builds/${id}`));
const log = async (id: string) => linesOf(await rehearsal.key.get(`/builds/${id}/logs`));
const at = (milliseconds: number) => new Date(start + milliseconds).toISOString();

describe('a build', () => {
  test('is pending, then building, then successful, as time passes', async () => {
    const { key, emulator, pass } = rehearsal;
    const archive = await archiveOf(context);
    const uploadId = await uploaded(archive);
    const contextHash = emulator.state.upload(uploadId)?.contextHash;
    const answer = await key.post('/builds', { uploadId, region: 'us-west' });
    const { id } = buildOf(answer);
    const pending = {
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      organizationId: '6f1de2b0-5a43-4a0e-9d0c-2f6f3f8c1a01',
      status: 'pending',
      region: 'us-west',
      contextHash,
      dockerfilePath: 'Dockerfile',
      contextSizeBytes: archive.length,
      createdAt: at(0),
      updatedAt: at(0),
    };
    expect(answer).toEqual({ status: 201, body: { build: pending, contextHash, cached: false } });
    pass(599);
    expect(await look(id)).toEqual(pending);
    pass(1);
    const building = { ...pending, status: 'building', startedAt: at(600), updatedAt: at(600) };
    expect(await look(id)).toEqual(building);
    pass(5399);
    expect(await look(id)).toEqual(building);
    pass(1);
    expect(await key.get(`/builds/${id}`)).toEqual({
      status: 200,
      body: {
        build: {
          ...building,
          status: 'success',
          imageUri: `registry.example/acme:${contextHash ?? ''}`,
          imageSizeBytes: 268_435_456,
          buildDurationSeconds: 5,
          completedAt: at(6000),
          updatedAt: at(6000),
        },
      },
    });
  });

  test('takes as long as the options say', async () => {
    const other = await rehearse({ buildDelay: 0 });
    const target = await askForUpload(other.acme, 'eu-central');
    await upload(target, await archiveOf(context));
    const asked = {
      uploadId: target.uploadId,
      region: 'eu-central',
      dockerfilePath: 'bot/Dockerfile',
    };
    const answer = await other.acme.post('/builds', asked);
    await other.emulator.close();
    expect(answer).toMatchObject({
      status: 201,
      body: {
        build: { status: 'success', region: 'eu-central', dockerfilePath: 'bot/Dockerfile' },
        cached: false,
      },
    });
  });

  test('is reused for the same context', async () => {
    const { key, emulator, pass } = rehearsal;
    const first = buildOf(await built());
    // A build that is not finished is not reused.
    const second = await built();
    expect(second).toMatchObject({ status: 201, body: { cached: false } });
    pass(6000);
    emulator.script.build({ outcome: 'failed' });
    const again = await built();
    expect(again).toMatchObject({ status: 200, body: { cached: true } });
    expect([first.id, buildOf(second).id]).toContain(buildOf(again).id);
    expect(buildOf(again)).toMatchObject({ status: 'success' });
    // A reused build does not use up the script.
    const other = await built(undefined, { dockerfilePath: 'bot/Dockerfile' });
    expect(other).toMatchObject({ status: 201, body: { cached: false } });
    pass(6000);
    expect(await look(buildOf(other).id)).toMatchObject({ status: 'failed' });
    expect(await built(undefined, { dockerfilePath: 'bot/Dockerfile' })).toMatchObject({
      status: 201,
    });
    expect(await key.get('/builds')).toMatchObject({ body: { total: 4 } });
  });

  test.each<{ name: string; region?: string; by?: 'globex' }>([
    { name: 'region', region: 'us-east' },
    { name: 'organization', by: 'globex' },
  ])('of another $name is none to reuse', async ({ region = 'us-west', by }) => {
    await built();
    rehearsal.pass(6000);
    const requests = by ? rehearsal[by] : rehearsal.key;
    const uploadId = await uploaded(undefined, { by: requests, region });
    expect(await requests.post('/builds', { uploadId, region })).toMatchObject({
      status: 201,
      body: { cached: false },
    });
  });

  test('is reused if it existed from the start', async () => {
    const { emulator, key } = rehearsal;
    const uploadId = await uploaded();
    const contextHash = emulator.state.upload(uploadId)?.contextHash;
    emulator.seed.build({ id: buildId, contextHash });
    expect(await key.post('/builds', { uploadId, region: 'us-west' })).toMatchObject({
      status: 200,
      body: { build: { id: buildId }, contextHash, cached: true },
    });
  });

  test('is visible in the state', async () => {
    const { emulator, pass } = rehearsal;
    emulator.script.build({ outcome: 'failed', errorMessage: 'Out of disk' });
    const { id } = buildOf(await built());
    const [upload] = emulator.state.uploads();
    const state = {
      id,
      organization: 'acme',
      region: 'us-west',
      contextHash: upload?.contextHash,
      dockerfilePath: 'Dockerfile',
    };
    expect(emulator.state.builds()).toEqual([
      { ...state, status: 'pending', errorMessage: undefined },
    ]);
    pass(6000);
    expect(emulator.state.build(id)).toEqual({
      ...state,
      status: 'failed',
      errorMessage: 'Out of disk',
    });
    expect(emulator.state.build(buildId)).toBeUndefined();
    expect(emulator.state.upload(buildId)).toBeUndefined();
    expect(emulator.state.archive(buildId)).toBeUndefined();
  });
});

describe('a build is rejected for', () => {
  interface Given {
    readonly name: string;
    readonly asked: () => object | Promise<object>;
    readonly refused: string;
  }
  const region = 'us-west';
  const cases: readonly Given[] = [
    {
      name: 'an upload that does not exist',
      asked: () => ({ uploadId: buildId, region }),
      refused: 'Upload not found',
    },
    {
      name: 'an upload of another organization',
      asked: async () => ({
        uploadId: await uploaded(undefined, { by: rehearsal.globex }),
        region,
      }),
      refused: 'Upload not found',
    },
    {
      name: 'an upload without a file',
      asked: async () => ({ uploadId: (await askForUpload(rehearsal.key)).uploadId, region }),
      refused: 'Upload not found: no file has been uploaded yet',
    },
    {
      name: 'a region other than that of the upload',
      asked: async () => ({ uploadId: await uploaded(), region: 'us-east' }),
      refused: "Upload is for region 'us-west'. Cannot build in 'us-east'.",
    },
    {
      name: 'a region that does not exist',
      asked: async () => ({ uploadId: await uploaded(), region: 'moon' }),
      refused: 'Invalid region or organization does not have access',
    },
    {
      name: 'a Dockerfile that is not a path',
      asked: async () => ({ uploadId: await uploaded(), region, dockerfilePath: 1 }),
      refused: 'Invalid request format: dockerfilePath is not valid',
    },
    {
      name: 'an unknown field',
      asked: async () => ({ uploadId: await uploaded(), region, dockerfile: 'Dockerfile' }),
      refused: 'Invalid request format: dockerfile is not a known field',
    },
    {
      name: 'an invalid id',
      asked: () => ({ uploadId: 'latest', region }),
      refused: 'Invalid request format: uploadId is not valid',
    },
    {
      name: 'an empty body',
      asked: () => ({}),
      refused: 'Invalid request format: uploadId is not valid, region is not valid',
    },
  ];
  test.each(cases)('$name', async ({ asked, refused }) => {
    const { key, acme, emulator } = rehearsal;
    const body = await asked();
    expect(await key.post('/builds', body)).toEqual(refusal(400, refused));
    expect(await acme.post('/builds', body)).toEqual(refusal(400, refused));
    expect(emulator.state.builds()).toEqual([]);
  });
});

describe('a build fails', () => {
  test.each<{
    name: string;
    archive: () => Buffer | Promise<Buffer>;
    path?: string;
    reason: string;
  }>([
    {
      name: 'if the context has no Dockerfile',
      archive: () => archiveOf({ 'bot.py': '' }),
      reason: 'failed to read dockerfile: open Dockerfile: no such file or directory',
    },
    {
      name: 'if the Dockerfile is a folder',
      archive: async () => {
        const archive = pack();
        archive.entry({ name: 'Dockerfile', type: 'directory' });
        archive.finalize();
        return gzipSync(await buffer(archive));
      },
      reason: 'failed to read dockerfile: open Dockerfile: no such file or directory',
    },
    {
      name: 'if the Dockerfile is in another place',
      archive: () => archiveOf({ Dockerfile: '' }),
      path: 'bot/Dockerfile',
      reason: 'failed to read dockerfile: open bot/Dockerfile: no such file or directory',
    },
    {
      name: 'if the context is not compressed',
      archive: () => Buffer.from('Dockerfile'),
      reason: 'failed to extract the build context: incorrect header check',
    },
    {
      name: 'if the compressed file is not an archive',
      archive: () => gzipSync('Dockerfile'.repeat(100)),
      reason: 'failed to extract the build context: Invalid tar header.',
    },
    {
      name: 'if the archive ends too early',
      archive: async () => (await archiveOf(context)).subarray(0, -20),
      reason: 'failed to extract the build context: unexpected end of file',
    },
    {
      name: 'if the context is empty',
      archive: () => Buffer.alloc(0),
      reason: 'failed to extract the build context: unexpected end of file',
    },
  ])('$name', async ({ archive, path, reason }) => {
    const { id } = buildOf(await built(await archive(), { dockerfilePath: path }));
    expect(await look(id)).not.toHaveProperty('errorMessage');
    rehearsal.pass(6000);
    const build = await look(id);
    expect(build).toMatchObject({ status: 'failed' });
    expect(build.errorMessage).toMatch(/^Docker build failed: /);
    expect(build.errorMessage).toContain(reason);
    expect(build).not.toHaveProperty('imageUri');
    expect((await log(id)).join('\n')).toContain(`#1 ERROR: ${reason}`);
  });

  test('but not if names begin with `./`, or if a script says otherwise', async () => {
    const dotted = await built(await archiveOf({ './Dockerfile': '' }));
    rehearsal.emulator.script.build({ outcome: 'success' });
    const scripted = await built(Buffer.from('no archive'));
    rehearsal.pass(6000);
    expect(await look(buildOf(dotted).id)).toMatchObject({ status: 'success' });
    expect(await look(buildOf(scripted).id)).toMatchObject({ status: 'success' });
  });
});

describe('a script can make a build', () => {
  test('fail', async () => {
    rehearsal.emulator.script.build({ outcome: 'failed' });
    const { id } = buildOf(await built());
    rehearsal.pass(6000);
    const step =
      'process "/bin/sh -c uv sync --locked" did not complete successfully: exit code: 1';
    expect(await look(id)).toMatchObject({
      status: 'failed',
      errorMessage: `Docker build failed: ${step}`,
      completedAt: at(6000),
      buildDurationSeconds: 5,
    });
    expect(await log(id)).toEqual(expect.arrayContaining([`#12 ERROR: ${step}`]));
  });

  test.each<{ outcome: BuildOutcome; message: string | undefined; line: string }>([
    {
      outcome: 'failed',
      message: 'Docker build failed: COPY failed',
      line: '#12 ERROR: COPY failed',
    },
    { outcome: 'failed', message: 'No room', line: '#12 ERROR: No room' },
    {
      outcome: 'timeout',
      message: 'Too slow',
      line: '[Container] Phase complete: BUILD State: TIMED_OUT',
    },
    {
      outcome: 'success',
      message: undefined,
      line: '[Container] Phase complete: BUILD State: SUCCEEDED',
    },
  ])('end as $outcome, and say $message', async ({ outcome, message, line }) => {
    rehearsal.emulator.script.build({ outcome, errorMessage: message });
    const { id } = buildOf(await built());
    rehearsal.pass(6000);
    const build = await look(id);
    expect(build).toMatchObject({ status: outcome });
    expect(build.errorMessage).toBe(message);
    expect(await log(id)).toEqual(expect.arrayContaining([line]));
  });

  test('time out with its own message', async () => {
    rehearsal.emulator.script.build({ outcome: 'timeout', delay: 60_000, startDelay: 1 });
    const { id } = buildOf(await built());
    rehearsal.pass(1);
    expect(await look(id)).toMatchObject({ status: 'building' });
    rehearsal.pass(59_999);
    expect(await look(id)).toMatchObject({ status: 'timeout', errorMessage: 'Build timed out' });
  });

  test('never end', async () => {
    rehearsal.emulator.script.build({ delay: Infinity, logs: ['one', 'two'] });
    const { id } = buildOf(await built());
    rehearsal.pass(24 * 3600 * 1000);
    expect(await look(id)).toMatchObject({ status: 'building' });
    expect(await log(id)).toEqual(['one', 'two']);
  });

  test('stay pending forever', async () => {
    rehearsal.emulator.script.build({ startDelay: Infinity });
    const { id } = buildOf(await built());
    rehearsal.pass(24 * 3600 * 1000);
    expect(await look(id)).toMatchObject({ status: 'pending', updatedAt: at(0) });
    expect(await log(id)).toEqual([]);
  });

  test('follow scripts in order: next before every, a region before any', async () => {
    const { emulator, key, pass } = rehearsal;
    const { script } = emulator;
    script.build({ outcome: 'failed', errorMessage: 'every', every: true });
    script.build({ outcome: 'failed', errorMessage: 'next' });
    script.build({ outcome: 'failed', errorMessage: 'east', region: 'us-east' });
    const messages = [];
    for (const region of ['us-east', 'us-west', 'us-east', 'us-west']) {
      const uploadId = await uploaded(undefined, { region });
      const { id } = buildOf(await key.post('/builds', { uploadId, region }));
      pass(6000);
      messages.push((await look(id)).errorMessage);
    }
    expect(messages).toEqual(['east', 'next', 'every', 'every']);
  });
});

describe("a build's log", () => {
  test('grows during the build', async () => {
    const { script } = rehearsal.emulator;
    script.build({ delay: 1000, startDelay: 200, logs: ['one', 'two', 'three', 'four'] });
    const { id } = buildOf(await built());
    const lengths = [];
    for (const milliseconds of [0, 199, 1, 199, 1, 200, 200, 199, 1, 5000]) {
      rehearsal.pass(milliseconds);
      lengths.push((await log(id)).length);
    }
    expect(lengths).toEqual([0, 0, 0, 0, 1, 2, 3, 3, 4, 4]);
    expect(await log(id)).toEqual(['one', 'two', 'three', 'four']);
  });

  test.each([
    { limit: 2, logs: ['one', 'two'], more: true },
    { limit: 3, logs: ['one', 'two', 'three'], more: false },
    { limit: 10_000, logs: ['one', 'two', 'three'], more: false },
  ])('is cut at its end by a limit of $limit', async ({ limit, logs, more }) => {
    const { key, acme, emulator } = rehearsal;
    emulator.seed.build({ id: buildId, logs: ['one', 'two', 'three'] });
    const answer = {
      status: 200,
      body: { logs, ...(more && { nextToken: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/) }) },
    };
    expect(await key.get(`/builds/${buildId}/logs?limit=${limit}`)).toEqual(answer);
    expect(await acme.get(`/builds/${buildId}/logs?limit=${limit}`)).toEqual(answer);
  });

  test('has 500 lines by default', async () => {
    const { key, emulator } = rehearsal;
    emulator.seed.build({ id: buildId, logs: Array.from({ length: 501 }, (_, line) => `${line}`) });
    expect(await log(buildId)).toHaveLength(500);
    expect(linesOf(await key.get(`/builds/${buildId}/logs?limit=501`)).at(-1)).toBe('500');
  });
});

describe('builds', () => {
  test('are listed newest first, with filters', async () => {
    const { key, acme, globex, emulator } = rehearsal;
    const hit = emulator.seed.build({ contextHash: 'a1', dockerfilePath: 'bot/Dockerfile' }).id;
    emulator.seed.build({ contextHash: 'a1', status: 'failed' });
    emulator.seed.build({ contextHash: 'a1', region: 'us-east' });
    const ids = ({ body }: Answer) =>
      (body as { builds: { id: string }[] }).builds.map(({ id }) => id);
    const found = await key.get(
      '/builds?contextHash=a1&dockerfilePath=bot/Dockerfile&region=us-west&status=success&limit=1',
    );
    expect(found).toMatchObject({ body: { total: 1, limit: 1, offset: 0 } });
    expect(ids(found)).toEqual([hit]);
    expect(ids(await acme.get('/builds'))).toHaveLength(3);
    expect(ids(await acme.get('/builds?offset=2'))).toEqual([hit]);
    expect(await globex.get('/builds')).toEqual({
      status: 200,
      body: { builds: [], total: 0, limit: 20, offset: 0 },
    });
  });

  test.each(['contextHash=b2', 'dockerfilePath=other', 'region=us-east', 'status=failed'])(
    'are not listed if they do not match %s',
    async (query) => {
      const { key, emulator } = rehearsal;
      emulator.seed.build({ contextHash: 'a1' });
      expect(await key.get('/builds')).toMatchObject({ body: { total: 1 } });
      expect(await key.get(`/builds?${query}`)).toMatchObject({ body: { total: 0 } });
    },
  );

  test('are filtered by their current status', async () => {
    const { key, pass } = rehearsal;
    await built();
    const total = async (status: string) =>
      ((await key.get(`/builds?status=${status}`)).body as { total: number }).total;
    const totals = () => Promise.all(['pending', 'building', 'success'].map(total));
    expect(await totals()).toEqual([1, 0, 0]);
    pass(600);
    expect(await totals()).toEqual([0, 1, 0]);
    pass(5400);
    expect(await totals()).toEqual([0, 0, 1]);
  });

  test.each([
    { path: '/builds?limit=101', refused: refusal(400, 'Invalid query parameters: limit') },
    { path: '/builds?limit=0', refused: refusal(400, 'Invalid query parameters: limit') },
    { path: '/builds?offset=-1', refused: refusal(400, 'Invalid query parameters: offset') },
    { path: '/builds?status=done', refused: refusal(400, 'Invalid query parameters: status') },
    { path: '/builds?status=', refused: refusal(400, 'Invalid query parameters: status') },
    { path: '/builds/latest', refused: refusal(400, 'Invalid build ID format') },
    { path: '/builds/latest/logs', refused: refusal(400, 'Invalid build ID format') },
    { path: `/builds/${buildId}`, refused: refusal(404, 'Build not found', 'NOT_FOUND') },
    { path: `/builds/${buildId}/logs`, refused: refusal(404, 'Build not found', 'NOT_FOUND') },
  ])('are not found at $path', async ({ path, refused }) => {
    expect(await rehearsal.key.get(path)).toEqual(refused);
    expect(await rehearsal.acme.get(path)).toEqual(refused);
  });

  test.each(['0', '10001', 'all'])('reject a log with %s lines', async (limit) => {
    rehearsal.emulator.seed.build({ id: buildId });
    expect(await rehearsal.key.get(`/builds/${buildId}/logs?limit=${limit}`)).toEqual(
      refusal(400, 'Invalid query parameters: limit'),
    );
  });

  test('show how they ended, and their log', async () => {
    const { key, emulator } = rehearsal;
    emulator.seed.build({
      id: buildId,
      status: 'failed',
      errorMessage: 'COPY failed',
      logs: ['one', 'two', 'three'],
    });
    expect(await key.get(`/builds/${buildId}`)).toMatchObject({
      status: 200,
      body: { build: { id: buildId, status: 'failed', errorMessage: 'COPY failed' } },
    });
    expect(await log(buildId)).toEqual(['one', 'two', 'three']);
  });

  test('that are seeded as running stay running', () => {
    const { emulator, pass } = rehearsal;
    const statuses = ['pending', 'building'] as const;
    for (const status of statuses) emulator.seed.build({ status });
    pass(24 * 3600 * 1000);
    expect(emulator.state.builds().map(({ status }) => status)).toEqual(statuses);
  });

  test('are visible only to their organization', async () => {
    const { emulator, acme, globex } = rehearsal;
    emulator.seed.build({ id: buildId });
    for (const path of [`/builds/${buildId}`, `/builds/${buildId}/logs`]) {
      expect(await acme.get(path)).toMatchObject({ status: 200 });
      expect(await globex.get(path)).toEqual(refusal(404, 'Build not found', 'NOT_FOUND'));
    }
  });
});

describe('an agent can be deployed from a build', () => {
  const deploy = (id: string) => rehearsal.key.post('/agents', { serviceName: 'bot', buildId: id });

  test('when the build is finished', async () => {
    const { pass, emulator } = rehearsal;
    const { id } = buildOf(await built());
    const notReady = (status: string) =>
      refusal(
        400,
        `Build is not ready (status: ${status}). Only successful builds can be deployed.`,
      );
    expect(await deploy(id)).toEqual(notReady('pending'));
    pass(600);
    expect(await deploy(id)).toEqual(notReady('building'));
    pass(5400);
    expect(await deploy(id)).toMatchObject({ status: 200, body: { deployment: { buildId: id } } });
    expect(emulator.state.agent('bot')).toMatchObject({ buildId: id, image: undefined });
  });

  test.each(['failed', 'timeout'] as const)('but not if the build ended as %s', async (outcome) => {
    rehearsal.emulator.script.build({ outcome });
    const { id } = buildOf(await built());
    rehearsal.pass(6000);
    expect(await deploy(id)).toEqual(
      refusal(
        400,
        `Build is not ready (status: ${outcome}). Only successful builds can be deployed.`,
      ),
    );
  });

  test('only of its own organization', async () => {
    rehearsal.emulator.seed.build({ id: buildId, organization: 'globex' });
    expect(await deploy(buildId)).toEqual(refusal(400, 'Build not found'));
  });
});

describe('a fault in a build request', () => {
  test.each(['key', 'acme'] as const)('occurs on the %s surface', async (surface) => {
    const { emulator } = rehearsal;
    const requests = rehearsal[surface];
    emulator.script.fault({ path: /\/builds\/upload-url$/ }, { kind: 'status', status: 503 });
    emulator.script.fault({ method: 'POST', path: /\/builds$/ }, { kind: 'reset', carryOut: true });
    expect(await requests.post('/builds/upload-url', { region: 'us-west' })).toMatchObject({
      status: 503,
    });
    const uploadId = await uploaded(undefined, { by: requests });
    const asked = { uploadId, region: 'us-west' };
    await expect(requests.post('/builds', asked)).rejects.toThrow();
    expect(emulator.state.builds()).toHaveLength(1);
    rehearsal.pass(6000);
    expect(await requests.post('/builds', asked)).toMatchObject({
      status: 200,
      body: { cached: true },
    });
  });
});
