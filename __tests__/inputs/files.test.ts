import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readTextFile, unreadableReason } from '../../src/inputs/files.js';
import { credentials, stageForEachTest } from '../support/release-run.js';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'files-'));
  path = join(folder, 'file');
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

function makeFifo(at: string): void {
  execFileSync('mkfifo', [at]);
}

describe('a file that an input names', () => {
  test('is read as text', async () => {
    await writeFile(path, 'A=ü🎙\r\n');
    expect(await readTextFile(path)).toBe('A=ü🎙\r\n');
  });

  test('may be empty', async () => {
    await writeFile(path, '');
    expect(await readTextFile(path)).toBe('');
  });

  test('may be a link to one', async () => {
    await writeFile(join(folder, 'target'), 'text');
    await symlink('target', path);
    expect(await readTextFile(path)).toBe('text');
  });

  test.each<{ name: string; make: () => unknown; told: string }>([
    {
      name: 'a FIFO',
      make: () => {
        makeFifo(path);
      },
      told: 'it is a FIFO, not a file',
    },
    {
      name: 'a link to a device without end',
      make: () => symlink('/dev/zero', path),
      told: 'it is a device, not a file',
    },
    { name: 'a folder', make: () => mkdir(path), told: 'it is a folder' },
    { name: 'not there', make: () => undefined, told: 'this file does not exist' },
    {
      name: 'larger than the memory',
      make: async () => {
        await writeFile(path, '');
        await truncate(path, 2 ** 40);
      },
      told: 'it is larger than 64 MiB',
    },
  ])('is not read if it is $name', async ({ make, told }) => {
    await make();
    const error: unknown = await readTextFile(path).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(unreadableReason(error)).toBe(told);
  });

  test('is not read if it is a socket', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    try {
      await expect(readTextFile(path)).rejects.toMatchObject({ code: 'ENXIO' });
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});

describe('a FIFO in place of a file ends the release before anything is sent', () => {
  const stage = stageForEachTest();
  const inputs = { ...credentials['API key'], 'secret-set': 'keys', secrets: 'A=value-a' };

  test.each(['config-file', 'secrets-file', 'required-secrets'])('in `%s`', async (input) => {
    makeFifo(join(folder, 'fifo.env'));
    const { succeeded, actions } = await stage.release(
      { ...inputs, [input]: 'fifo.env' },
      { environment: { GITHUB_WORKSPACE: folder }, readFile: readTextFile },
    );
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain(
      '`fifo.env` cannot be read (it is a FIFO, not a file)',
    );
    expect(stage.emulator.requests).toEqual([]);
  });

  test('but not if no input names it', async () => {
    makeFifo(join(folder, 'pcc-deploy.toml'));
    const { succeeded, actions } = await stage.release(inputs, {
      environment: { GITHUB_WORKSPACE: folder },
      readFile: readTextFile,
    });
    expect(actions.errors).toEqual([]);
    expect(succeeded).toBe(true);
  });
});
