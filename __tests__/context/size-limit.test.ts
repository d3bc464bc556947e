import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { problemsOf, Workspace } from './tree.js';

let workspace: Workspace;

beforeEach(async () => {
  workspace = await Workspace.create();
  await workspace.write({ Dockerfile: '' });
});

afterEach(() => {
  workspace.remove();
});

const megabyte = 1024 * 1024;

/** Writes files of the sizes given; they take no room on the disk. */
async function writeSparse(sizes: Readonly<Record<string, number>>): Promise<void> {
  for (const [path, size] of Object.entries(sizes)) {
    const file = join(workspace.path, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, '');
    await truncate(file, size);
  }
}

test('a context of 500 MB is within the limit', async () => {
  await writeSparse({ a: 300 * megabyte, b: 200 * megabyte });
  expect(await workspace.select()).toMatchObject({ bytes: 500 * megabyte });
});

test('a context of 500 MB and a byte is over the limit', async () => {
  await writeSparse({ a: 300 * megabyte, b: 200 * megabyte + 1 });
  expect(await problemsOf(workspace.select())).toEqual([
    {
      about: 'build context `.`',
      message:
        'is too large: its 3 files have 500.1 MB, and the limit is 500 MB; the largest files are `a` (300.0 MB), `b` (200.1 MB), `Dockerfile` (0.0 MB)',
      next: expect.stringContaining('build-exclude'),
    },
  ]);
});

test('excluded files do not count towards the size', async () => {
  await writeSparse({ 'a/b': 600 * megabyte, 'c.log': 600 * megabyte });
  expect(await workspace.select({ exclude: ['a'] })).toMatchObject({ bytes: 0 });
});

test('the error names the largest files and folders of the whole context', async () => {
  await writeSparse({
    'models/whisper/large/model.bin': 400 * megabyte,
    'models/voices/a.bin': 90 * megabyte,
    'data/one.wav': 60 * megabyte,
    'data/two.wav': 50 * megabyte,
    'z/last.bin': 700 * megabyte,
    'f1/x': megabyte,
    'f2/x': 2 * megabyte,
    'f3/x': 3 * megabyte,
  });
  const [problem] = await problemsOf(workspace.select());
  expect(problem?.message.split('; ')).toEqual([
    'is too large: its 9 files have 1306.0 MB, and the limit is 500 MB',
    'the largest files are `z/last.bin` (700.0 MB), `models/whisper/large/model.bin` (400.0 MB), `models/voices/a.bin` (90.0 MB), `data/one.wav` (60.0 MB), `data/two.wav` (50.0 MB)',
    'the largest folders are `z` (700.0 MB), `models` (490.0 MB), `models/whisper/large` (400.0 MB), `data` (110.0 MB), `f3` (3.0 MB)',
  ]);
});

test('a single file may be too large', async () => {
  await writeSparse({ Dockerfile: 501 * megabyte });
  const [problem] = await problemsOf(workspace.select());
  expect(problem?.message).toBe(
    'is too large: its file has 501.0 MB, and the limit is 500 MB; the largest files are `Dockerfile` (501.0 MB)',
  );
});
