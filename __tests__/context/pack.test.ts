import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  appendFile,
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pack } from 'tar-stream';
import { packContext } from '../../src/context/pack.js';
import type { SelectedContext } from '../../src/context/select.js';
import { onSystemsWith } from '../support/systems.js';
import { problemsOf, Workspace, type Leaf } from './tree.js';

const withModes = onSystemsWith('modes');
const withPipes = onSystemsWith('named pipes');

let workspace: Workspace;
let archive: string;

beforeEach(async () => {
  workspace = await Workspace.create();
  archive = join(workspace.outside, 'context.tar.gz');
});

afterEach(() => {
  workspace.remove();
});

const ignoreProgress = (): void => undefined;

/** The archive that one gets who holds everything in memory. */
async function packSimply(files: Readonly<Record<string, Leaf>>): Promise<Buffer> {
  const tar = pack();
  const names = Object.keys(files).sort();
  for (const name of names) {
    const leaf = files[name] ?? '';
    const common = { name, mtime: new Date(0), uid: 0, gid: 0, uname: '', gname: '' };
    if (typeof leaf === 'object' && 'link' in leaf) {
      tar.entry({ ...common, type: 'symlink', linkname: leaf.link, mode: 0o777 });
      continue;
    }
    const isPlain = typeof leaf === 'string' || Buffer.isBuffer(leaf);
    const content = Buffer.from(isPlain ? leaf : leaf.content);
    const mode = !isPlain && (leaf.mode & 0o111) !== 0 ? 0o755 : 0o644;
    tar.entry({ ...common, size: content.length, mode }, content);
  }
  tar.finalize();
  const pieces: Buffer[] = [];
  for await (const piece of tar) if (Buffer.isBuffer(piece)) pieces.push(piece);
  const packed = gzipSync(Buffer.concat(pieces));
  packed.fill(0, 4, 8);
  packed[9] = 3;
  return packed;
}

const text = (length: number): string => 'It was a bright cold day in April. '.repeat(length / 35);
const long = (length: number): string => 'n'.repeat(length);

describe('the bytes are those of a simple packer', () => {
  test.each<{ name: string; files: Readonly<Record<string, Leaf>> }>([
    { name: 'one empty file', files: { Dockerfile: '' } },
    ...withModes.cases(
      { name: 'an executable file', files: { run: { content: '#!/bin/sh', mode: 0o700 } } },
      {
        name: 'an odd mode',
        files: { a: { content: 'a', mode: 0o401 }, b: { content: 'b', mode: 0o666 } },
      },
    ),
    { name: 'a name of 100 characters', files: { [long(100)]: 'a' } },
    { name: 'a name of 101 characters', files: { [long(101)]: 'a' } },
    { name: 'a path over 100 characters', files: { [`${long(60)}/${long(60)}`]: 'a' } },
    {
      name: 'a path over 255 characters',
      files: { [`${long(200)}/${long(99)}/${long(50)}`]: 'a' },
    },
    {
      name: 'a path over 255 characters of short names',
      files: { [`${'ab/'.repeat(100)}c`]: 'a' },
    },
    { name: 'a name that is not ASCII', files: { 'größe/日本語 \u{1f600}.txt': 'a' } },
    {
      name: 'a long name that is not ASCII',
      files: { [`${'ü'.repeat(120)}/${'é'.repeat(90)}`]: 'a' },
    },
    { name: 'a name with a line break', files: { 'a\nb': 'a' } },
    { name: 'a name with a backslash', files: { 'a\\b': 'a' } },
    { name: 'a link', files: { link: { link: 'a/b' }, 'a/b': '' } },
    { name: 'a link to a long path', files: { link: { link: `${long(90)}/${long(90)}` } } },
    { name: 'a link that is not ASCII', files: { lïnk: { link: 'zïel' } } },
    {
      name: 'many small files',
      files: Object.fromEntries(
        Array.from({ length: 300 }, (_, n) => [`f${n % 7}/${n}`, text(n * 9)]),
      ),
    },
    {
      name: 'a full block',
      files: { a: text(35 * 512).slice(0, 512), b: text(35 * 1024).slice(0, 1024) },
    },
    { name: 'a large file of text', files: { a: text(35 * 100_000), b: 'b' } },
    {
      name: 'large files that cannot be compressed',
      files: { a: randomBytes(700_001), b: randomBytes(131_072), c: randomBytes(131_073) },
    },
  ])('$name', async ({ files }) => {
    const tree = { Dockerfile: 'FROM scratch', ...files };
    await workspace.write(tree);
    const packed = await workspace.pack();
    const bytes = await readFile(packed.archive);
    expect(bytes.equals(await packSimply(tree))).toBe(true);
    expect(packed).toMatchObject({
      archive,
      archiveBytes: bytes.length,
      hash: createHash('md5').update(bytes).digest('hex').slice(0, 16),
    });
  });
});

withModes.test('what is unpacked is what was packed', async () => {
  const large = randomBytes(400_000);
  await workspace.write({
    Dockerfile: 'FROM scratch',
    'src/a.py': 'print()',
    'src/deep/run': { content: '#!/bin/sh', mode: 0o750 },
    'models/large': large,
    empty: '',
    'src/model': { link: '../models/large' },
    'grüße.txt': 'hallo',
  });
  await workspace.pack();
  const unpacked = join(workspace.outside, 'unpacked');
  await mkdir(unpacked);
  execFileSync('tar', ['-xzf', archive, '-C', unpacked, '--no-same-owner', '-p']);
  const names = await readdir(unpacked, { recursive: true, withFileTypes: true });
  expect(
    names
      .filter((entry) => !entry.isDirectory())
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['Dockerfile', 'a.py', 'empty', 'grüße.txt', 'large', 'model', 'run']);
  expect(await readFile(join(unpacked, 'models/large'))).toEqual(large);
  expect(await readFile(join(unpacked, 'src/a.py'), 'utf8')).toBe('print()');
  expect(await readFile(join(unpacked, 'empty'), 'utf8')).toBe('');
  expect(await readlink(join(unpacked, 'src/model'))).toBe('../models/large');
  const modeOf = async (path: string) => (await lstat(join(unpacked, path))).mode & 0o777;
  expect(await modeOf('src/deep/run')).toBe(0o755);
  expect(await modeOf('src/a.py')).toBe(0o644);
  const times = await lstat(join(unpacked, 'src/a.py'));
  expect(times.mtimeMs).toBe(0);
});

onSystemsWith('GNU tar').test('the archive contains no owners and times', async () => {
  await workspace.write({
    Dockerfile: '',
    run: { content: '', mode: 0o755 },
    link: { link: 'run' },
  });
  await workspace.pack();
  const list = execFileSync('tar', ['--utc', '--numeric-owner', '-tvzf', archive]).toString();
  expect(list.trim().split('\n')).toEqual([
    expect.stringMatching(/^-rw-r--r-- 0\/0 +0 1970-01-01 00:00 Dockerfile$/),
    expect.stringMatching(/^lrwxrwxrwx 0\/0 +0 1970-01-01 00:00 link -> run$/),
    expect.stringMatching(/^-rwxr-xr-x 0\/0 +0 1970-01-01 00:00 run$/),
  ]);
});

describe('the same files give the same archive', () => {
  const tree = { Dockerfile: 'FROM x', 'a/b': 'b', 'a/c': 'c', d: text(5000), link: { link: 'a' } };

  test.each<{ name: string; change: (other: Workspace) => Promise<void> }>([
    {
      name: 'in another folder, written in another order',
      change: (other) => other.write(Object.fromEntries(Object.entries(tree).reverse())),
    },
    {
      name: 'at another time',
      change: async (other) => {
        await other.write(tree);
        await utimes(join(other.path, 'a/b'), 1, 1);
      },
    },
    {
      name: 'with other modes',
      change: async (other) => {
        await other.write(tree);
        await chmod(join(other.path, 'a/b'), 0o600);
        await chmod(join(other.path, 'a'), 0o700);
      },
    },
    {
      name: 'with an absolute link',
      change: (other) => other.write({ ...tree, link: { link: join(other.path, 'a') } }),
    },
    {
      name: 'beside what is left out',
      change: (other) => other.write({ ...tree, 'node_modules/x': '', '.env': '' }),
    },
  ])('$name', async ({ change }) => {
    await workspace.write(tree);
    const { hash } = await workspace.pack();
    const other = await Workspace.create();
    await change(other);
    expect((await other.pack()).hash).toBe(hash);
    other.remove();
  });

  test.each([
    { name: 'content', change: { d: 'other' } },
    { name: 'name', change: { e: '' } },
    ...withModes.cases({ name: 'mode', change: { 'a/b': { content: 'b', mode: 0o755 } } }),
  ])('and other files give another archive: another $name', async ({ change }) => {
    await workspace.write(tree);
    const { hash } = await workspace.pack();
    await workspace.write(change);
    expect((await workspace.pack()).hash).not.toBe(hash);
  });
});

test('the header names neither time nor machine', async () => {
  await workspace.write({ Dockerfile: '' });
  await workspace.pack();
  expect([...(await readFile(archive)).subarray(0, 10)]).toEqual([31, 139, 8, 0, 0, 0, 0, 0, 0, 3]);
});

describe('the archive', () => {
  withModes.test('is readable only by its owner', async () => {
    await workspace.write({ Dockerfile: '' });
    await workspace.pack();
    expect((await stat(archive)).mode & 0o777).toBe(0o600);
  });

  test('does not replace a file', async () => {
    await workspace.write({ Dockerfile: '' });
    await writeFile(archive, 'mine');
    expect(
      await problemsOf(
        packContext(await workspace.select(), archive, { progress: ignoreProgress }),
      ),
    ).toEqual([
      {
        about: `archive \`${archive}\``,
        message: 'cannot be written (EEXIST)',
        next: 'Check that its folder exists and is writable.',
      },
    ]);
    expect(await readFile(archive, 'utf8')).toBe('mine');
  });

  test('needs a folder', async () => {
    await workspace.write({ Dockerfile: '' });
    const missing = join(workspace.outside, 'missing/context.tar.gz');
    expect(
      await problemsOf(
        packContext(await workspace.select(), missing, { progress: ignoreProgress }),
      ),
    ).toEqual([expect.objectContaining({ message: 'cannot be written (ENOENT)' })]);
  });
});

test('progress is reported from time to time and at the end', async () => {
  await workspace.write({ Dockerfile: '1234', a: randomBytes(9_000_000), b: randomBytes(100) });
  const told: number[] = [];
  await packContext(await workspace.select(), archive, {
    progress: (bytes) => told.push(bytes),
  });
  expect(told).toHaveLength(3);
  expect(told).toEqual([...told].sort((one, other) => one - other));
  expect(told.at(-1)).toBe(9_000_104);
});

describe('the error names a file that changes after its selection', () => {
  const small = 1000;
  const large = 1_000_000;

  test.each<{ name: string; size: number; change: (path: string) => Promise<void>; says: string }>([
    {
      name: 'grows',
      size: small,
      change: (path) => appendFile(path, 'x'),
      says: 'it had 1000 bytes',
    },
    {
      name: 'grows, large',
      size: large,
      change: (path) => appendFile(path, 'x'),
      says: 'it had 1000000 bytes',
    },
    {
      name: 'grows by much',
      size: small,
      change: (path) => truncate(path, large),
      says: 'changed while',
    },
    {
      name: 'grows from nothing',
      size: 0,
      change: (path) => appendFile(path, 'x'),
      says: 'changed while',
    },
    { name: 'shrinks', size: small, change: (path) => truncate(path, 1), says: 'changed while' },
    {
      name: 'shrinks, large',
      size: large,
      change: (path) => truncate(path, large - 1),
      says: 'changed while',
    },
    {
      name: 'shrinks to a border',
      size: 2 * 131_072,
      change: (path) => truncate(path, 131_072),
      says: 'changed while',
    },
    { name: 'is emptied', size: large, change: (path) => truncate(path, 0), says: 'changed while' },
    { name: 'vanishes', size: small, change: (path) => rm(path), says: 'was deleted' },
    { name: 'vanishes, large', size: large, change: (path) => rm(path), says: 'was deleted' },
    {
      name: 'becomes a folder',
      size: small,
      change: async (path) => {
        await rm(path);
        await mkdir(path);
      },
      says: 'changed while the action packed the context',
    },
    {
      name: 'becomes a link that leads out',
      size: small,
      change: async (path) => {
        const outside = join(path, '..', '..', '..', `outside-${small}`);
        await writeFile(outside, randomBytes(small));
        await rm(path);
        await symlink(outside, path);
      },
      says: 'changed while the action packed the context',
    },
    ...withPipes.cases({
      name: 'becomes a named pipe',
      size: small,
      change: async (path: string) => {
        await rm(path);
        execFileSync('mkfifo', [path]);
      },
      says: 'changed while the action packed the context',
    }),
  ])('$name', async ({ size, change, says }) => {
    await workspace.write({ Dockerfile: '', 'a/b': randomBytes(size), z: randomBytes(large) });
    const context = await workspace.select();
    await change(join(workspace.path, 'a/b'));
    const openBefore = await openFiles();
    expect(await problemsOf(packContext(context, archive, { progress: ignoreProgress }))).toEqual([
      { about: '`a/b`', message: expect.stringContaining(says), next: expect.any(String) },
    ]);
    expect(await readdir(workspace.outside)).toEqual([]);
    expect(await openFiles()).toBe(openBefore);
  });

  test('while it is packed', async () => {
    await workspace.write({ Dockerfile: '', a: randomBytes(30_000_000), b: randomBytes(large) });
    const context = await workspace.select();
    let isDone = false;
    const grow = async (): Promise<void> => {
      if (isDone) return;
      isDone = true;
      await appendFile(join(workspace.path, 'a'), 'x');
    };
    const growing: Promise<void>[] = [];
    const packing = packContext(context, archive, { progress: () => growing.push(grow()) });
    expect(await problemsOf(packing)).toEqual([expect.objectContaining({ about: '`a`' })]);
    await Promise.all(growing);
  });
});

/** How many files of the workspace and beside it this process has open. */
async function openFiles(): Promise<number> {
  const descriptors = await readdir('/proc/self/fd').catch(() => []);
  const targets = await Promise.all(
    descriptors.map((descriptor) => readlink(`/proc/self/fd/${descriptor}`).catch(() => '')),
  );
  return targets.filter((target) => target.includes('context-')).length;
}

describe('packing that is stopped', () => {
  test('before it starts throws the reason', async () => {
    await workspace.write({ Dockerfile: '' });
    const reason = new Error('not now');
    const packing = packContext(await workspace.select(), archive, {
      progress: ignoreProgress,
      signal: AbortSignal.abort(reason),
    });
    await expect(packing).rejects.toBe(reason);
    expect(await readdir(workspace.outside)).toEqual([]);
  });

  test('half-way throws the reason, and leaves nothing behind', async () => {
    await workspace.write({
      Dockerfile: '',
      a: randomBytes(20_000_000),
      b: randomBytes(20_000_000),
    });
    const stop = new AbortController();
    const reason = new Error('enough');
    const context = await workspace.select();
    const packing = packContext(context, archive, {
      progress: () => {
        stop.abort(reason);
      },
      signal: stop.signal,
    });
    await expect(packing).rejects.toBe(reason);
    expect(await readdir(workspace.outside)).toEqual([]);
    expect(await openFiles()).toBe(0);
  });

  test('by an error in the progress callback throws that error', async () => {
    await workspace.write({ Dockerfile: '', a: randomBytes(9_000_000) });
    const reason = new Error('a bug');
    const packing = packContext(await workspace.select(), archive, {
      progress: () => {
        throw reason;
      },
    });
    await expect(packing).rejects.toBe(reason);
    expect(await readdir(workspace.outside)).toEqual([]);
  });
});

test('more files are packed than may be open at a time', async () => {
  const names = Array.from({ length: 1000 }, (_, n) => `files/${n % 10}/${n}`);
  await workspace.write({
    Dockerfile: '',
    ...Object.fromEntries(names.map((name) => [name, name])),
  });
  const context: SelectedContext = await workspace.select();
  let most = 0;
  const watching = setInterval(() => {
    void openFiles().then((count) => (most = Math.max(most, count)));
  }, 5);
  await packContext(context, archive, { progress: ignoreProgress });
  clearInterval(watching);
  expect(most).toBeLessThan(20);
  const tar = gunzipSync(await readFile(archive));
  expect(tar.length).toBe((names.length * 2 + 1) * 512 + 1024);
});
