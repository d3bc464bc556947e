import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startEmulator, type Emulator } from '../../emulator/index.js';
import { runAction, type ActionRunOptions } from '../../scripts/runner.js';
import { credentials, writes } from '../support/release-run.js';
import { mountSmallDisk } from '../support/small-disk.js';

/** A full disk costs only the files that were to be written there, not the release or its report. */

let emulator: Emulator;
let folder: string;

beforeEach(async () => {
  emulator = await startEmulator({ secretSetDelay: 100, deploymentDelay: 150, buildDelay: 200 });
  folder = await mkdtemp(join(tmpdir(), 'disk-'));
});

afterEach(async () => {
  await emulator.close();
  await rm(folder, { recursive: true });
});

const building = {
  ...credentials['API key'],
  region: 'us-west',
  'agent-name': 'voice',
  'cloud-build': 'true',
  'secret-set': 'keys',
  secrets: 'OPENAI_KEY=first-value',
};

const release = (options: Omit<ActionRunOptions, 'inputs'>) =>
  runAction({ ...options, inputs: { 'api-url': emulator.url, ...building } });

describe('a disk that is full before the archive is complete', () => {
  // The archive has eight megabytes. If the disk has enough space, the release succeeds.
  test.each([
    { size: '4k', fits: false },
    { size: '64k', fits: false },
    { size: '300k', fits: false },
    { size: '1m', fits: false },
    { size: '3m', fits: false },
    { size: '7m', fits: false },
    { size: '12m', fits: true },
  ])('with $size of room: it fits: $fits', async ({ size, fits }) => {
    const disk = join(folder, 'disk');
    const workspace = join(folder, 'workspace');
    const { isMounted, remove } = await mountSmallDisk(disk, size);
    try {
      const run = await release({
        workspace,
        files: {
          Dockerfile: 'FROM scratch\nCOPY model .\n',
          model: randomBytes(8_000_000).toString('latin1'),
        },
        environment: { RUNNER_TEMP: isMounted ? disk : join(disk, 'missing') },
      });
      const isExpectedToFail = !fits || !isMounted;
      expect(run.exitCode).toBe(isExpectedToFail ? 1 : 0);
      if (isExpectedToFail) {
        expect(run.raw.match(/^::error /gm)).toHaveLength(1);
        expect(run.summary).toContain(isMounted ? 'the disk is full' : 'cannot hold the archive');
        expect(writes(emulator)).toEqual([]);
      } else {
        expect(emulator.state.agent('voice')?.ready).toBe(true);
      }
      expect(await readdir(disk)).toEqual([]);
    } finally {
      remove();
    }
  });
});

describe('a release succeeds even if nothing can be written to', () => {
  const full = '/dev/full';
  const places = { GITHUB_OUTPUT: full, GITHUB_STEP_SUMMARY: full, GITHUB_STATE: full };

  test.each<{ name: string } & Omit<ActionRunOptions, 'inputs'>>([
    { name: 'the outputs', environment: { GITHUB_OUTPUT: full } },
    { name: 'the summary', environment: { GITHUB_STEP_SUMMARY: full } },
    { name: 'the log', standardOutput: 'full' },
    { name: 'a log that nobody reads', standardOutput: 'closed' },
    { name: 'outputs and summary', environment: places },
    { name: 'anything', environment: places, standardOutput: 'full' },
  ])('$name', async (options) => {
    const run = await release({ ...options, files: { Dockerfile: 'FROM scratch\n' } });
    expect(run.exitCode).toBe(0);
    expect(emulator.state.agent('voice')?.ready).toBe(true);
    expect(emulator.state.agent('voice')?.deployments).toHaveLength(1);
    if (options.environment?.['GITHUB_STEP_SUMMARY'] === undefined) {
      expect(run.summary).toContain('it is serving');
    }
  });
});

test('a failed release ends with exit code 1 even if nothing can be written anywhere', async () => {
  emulator.script.deployment('voice', { outcome: 'crash-loop' });
  const run = await release({
    files: { Dockerfile: 'FROM scratch\n' },
    environment: { GITHUB_OUTPUT: '/dev/full', GITHUB_STEP_SUMMARY: '/dev/full' },
    standardOutput: 'full',
  });
  expect(run.exitCode).toBe(1);
});

test('a disk that fills up after the archive was written does not stop the upload', async () => {
  const disk = join(folder, 'disk');
  const { remove } = await mountSmallDisk(disk, '2m');
  try {
    emulator.script.before({ method: 'POST', path: '/v1/builds/upload-url' }, () => {
      void writeFile(join(disk, 'other'), Buffer.alloc(4_000_000)).catch(() => undefined);
    });
    const run = await release({
      files: { Dockerfile: 'FROM scratch\n' },
      environment: { RUNNER_TEMP: disk },
    });
    expect(run.exitCode).toBe(0);
    expect((await readdir(disk)).filter((name) => name !== 'other')).toEqual([]);
  } finally {
    await rm(join(disk, 'other'), { force: true });
    remove();
  }
});
