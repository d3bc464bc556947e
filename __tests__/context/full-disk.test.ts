import { randomBytes } from 'node:crypto';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { packContext, type ArchiveFile } from '../../src/context/pack.js';
import { runAction } from '../../scripts/runner.js';
import { mountSmallDisk } from '../support/small-disk.js';
import { problemsOf, Workspace } from './tree.js';

let workspace: Workspace;

beforeEach(async () => {
  workspace = await Workspace.create();
});

afterEach(() => {
  workspace.remove();
});

const ignoreProgress = (): void => undefined;

/** A file whose disk has room for some bytes, and whose system then reports a failure. */
function failingAfter(room: number, code: string) {
  return async (path: string): Promise<ArchiveFile> => {
    const file = await open(path, 'wx');
    let written = 0;
    return {
      writeFile: async (data) => {
        written += Buffer.isBuffer(data) ? data.length : 0;
        if (written > room) throw Object.assign(new Error(code), { code });
        await file.writeFile(data);
      },
      close: () => file.close(),
    };
  };
}

describe('packing into a file that cannot be written completely', () => {
  const large = { Dockerfile: 'FROM scratch', a: randomBytes(8_000_000), b: randomBytes(100) };

  test.each([
    { code: 'ENOSPC', says: 'the disk is full', next: 'Free up space' },
    { code: 'EDQUOT', says: 'the disk quota is used up', next: 'Free up space' },
    { code: 'EIO', says: 'the disk reported an error', next: 'Check the disk' },
    { code: 'EMFILE', says: 'too many files open', next: 'Raise the limit on open files' },
    { code: 'ENFILE', says: 'too many files open', next: 'Raise the limit on open files' },
    { code: 'EACCES', says: 'permission denied', next: 'Check that its folder' },
    { code: 'EPERM', says: 'does not permit', next: 'Check that its folder' },
  ])('fails with $code in words, and removes the archive', async ({ code, says, next }) => {
    await workspace.write(large);
    const archive = join(workspace.outside, 'context.tar.gz');
    const packing = packContext(await workspace.select(), archive, {
      progress: ignoreProgress,
      createFile: failingAfter(1_000_000, code),
    });
    expect(await problemsOf(packing)).toEqual([
      {
        about: `archive \`${archive}\``,
        message: expect.stringContaining(says),
        next: expect.stringContaining(next),
      },
    ]);
    expect(await readdir(workspace.outside)).toEqual([]);
  });

  test.each([0, 1, 100_000, 2_000_000, 7_990_000])(
    'fails after %i bytes, at any stage of packing',
    async (room) => {
      await workspace.write(large);
      const archive = join(workspace.outside, 'context.tar.gz');
      const packing = packContext(await workspace.select(), archive, {
        progress: ignoreProgress,
        createFile: failingAfter(room, 'ENOSPC'),
      });
      expect(await problemsOf(packing)).toHaveLength(1);
      expect(await readdir(workspace.outside)).toEqual([]);
    },
  );
});

test('the built action reports a disk that is full, and leaves no archive behind', async () => {
  const disk = join(workspace.outside, 'disk');
  const { isMounted, remove } = await mountSmallDisk(disk, '1m');
  try {
    await workspace.write({ Dockerfile: 'FROM scratch', a: randomBytes(8_000_000) });
    const run = await runAction({
      workspace: workspace.path,
      inputs: {
        'agent-name': 'order-desk',
        region: 'us-west',
        'cloud-build': 'true',
        'dry-run': 'true',
      },
      // Without a small disk, a folder for temporary files that is missing takes its place.
      environment: {
        GITHUB_ACTOR: 'dependabot[bot]',
        RUNNER_TEMP: isMounted ? disk : join(disk, 'missing'),
      },
    });
    expect(run.exitCode).toBe(1);
    expect(run.log).toContain(isMounted ? 'the disk is full' : 'cannot hold the archive');
    expect(run.summary).toContain(isMounted ? 'the disk is full' : 'cannot hold the archive');
    expect(await readdir(disk)).toEqual([]);
  } finally {
    remove();
  }
});
