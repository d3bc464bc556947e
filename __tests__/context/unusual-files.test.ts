import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import * as v from 'valibot';
import { onSystemsWith } from '../support/systems.js';
import { pathsOf, problemsOf, Workspace } from './tree.js';

const withPipes = onSystemsWith('named pipes');
const withAnyBytes = onSystemsWith('names of any bytes');
const withModes = onSystemsWith('modes');

let workspace: Workspace;

beforeEach(async () => {
  workspace = await Workspace.create();
  await workspace.write({ Dockerfile: '', 'a/b': '' });
});

afterEach(() => {
  workspace.remove();
});

withPipes.test('the error names special files and their kinds', async () => {
  execFileSync('mkfifo', [join(workspace.path, 'a/pipe')]);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(join(workspace.path, 'a/socket'), resolve));
  const problems = await problemsOf(workspace.select());
  server.close();
  expect(problems).toEqual([
    {
      about: '`a/pipe`',
      message: 'is a named pipe; a build context can contain only files and links',
      next: expect.stringContaining('build-exclude'),
    },
    expect.objectContaining({ about: '`a/socket`', message: expect.stringContaining('a socket') }),
  ]);
});

withPipes.test('excluded special files are ignored', async () => {
  execFileSync('mkfifo', [join(workspace.path, 'a/pipe')]);
  expect(pathsOf(await workspace.select({ exclude: ['pipe'] }))).toEqual(['Dockerfile', 'a/b']);
});

withAnyBytes.describe('the error names what is not UTF-8:', () => {
  test('the name of a file', async () => {
    await writeFile(workspace.inLatin1('a/caf'), '');
    expect(await problemsOf(workspace.select())).toEqual([
      {
        about: '`a/caf\ufffd`',
        message: 'has a name that is not UTF-8, or is in a folder with such a name',
        next: expect.stringContaining('rename it'),
      },
    ]);
  });

  test('the name of a folder', async () => {
    await mkdir(workspace.inLatin1('a/caf'));
    expect(await problemsOf(workspace.select())).toEqual([
      expect.objectContaining({
        about: '`a/caf\ufffd`',
        message: expect.stringContaining('UTF-8'),
      }),
    ]);
  });

  test('the name of a link', async () => {
    await symlink('b', workspace.inLatin1('a/caf'));
    expect(await problemsOf(workspace.select())).toEqual([
      expect.objectContaining({
        about: '`a/caf\ufffd`',
        message: expect.stringContaining('UTF-8'),
      }),
    ]);
  });

  test('but accepts a replacement character in a valid name', async () => {
    await workspace.write({ 'a/caf\ufffd': '' });
    expect(pathsOf(await workspace.select())).toContain('a/caf\ufffd');
  });
});

withModes.describe('the error names what cannot be read:', () => {
  /** The superuser may read everything, so another user runs the test. */
  const nobody = 65534;
  const isSuperuser = process.getuid?.() === 0;
  const somebody = isSuperuser ? { uid: nobody, gid: nobody } : {};
  const script = fileURLToPath(new URL('select-as-somebody.ts', import.meta.url));
  const { status } = spawnSync('cat', [script], somebody);

  async function problemsOfSomebody(): Promise<unknown> {
    const home = await mkdtemp(join(tmpdir(), 'somebody-'));
    await chmod(home, 0o777);
    await chmod(join(workspace.path, '..'), 0o755);
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', 'tsx', script, workspace.path],
      {
        env: { ...process.env, HOME: home, TMPDIR: home },
        ...somebody,
      },
    );
    await rm(home, { recursive: true });
    expect(stderr.toString()).toBe('');
    return v.parse(v.unknown(), JSON.parse(stdout.toString()));
  }

  if (status !== 0) {
    test('SKIPPED: other users cannot read the repository, so no other user can run the test', () => {
      expect(status).not.toBe(0);
    });
    return;
  }

  test('all files and folders', async () => {
    await workspace.write({ 'c/d': '', secret: { content: '', mode: 0 }, 'out/x': '' });
    await chmod(join(workspace.path, 'c'), 0);
    await chmod(join(workspace.path, 'out'), 0);
    await workspace.write({ '.dockerignore': 'out' });
    const problems = await problemsOfSomebody();
    await chmod(join(workspace.path, 'c'), 0o755);
    await chmod(join(workspace.path, 'out'), 0o755);
    expect(problems).toEqual([
      {
        about: '`c`',
        message: 'is a folder that cannot be read (permission denied)',
        next: expect.stringContaining('build-exclude'),
      },
      expect.objectContaining({
        about: '`secret`',
        message: 'is a file that cannot be read (permission denied)',
      }),
    ]);
  });
});
