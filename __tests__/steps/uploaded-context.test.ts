import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { agentFiles, checkoutForEachTest } from '../support/checkout.js';
import { stageForEachTest } from '../support/release-run.js';
import { onSystemsWith } from '../support/systems.js';

const stage = stageForEachTest({ buildDelay: 100, deploymentDelay: 100 });

const files = {
  ...agentFiles,
  'README.md': 'read me\n',
  '.env': 'KEY=value-of-the-environment\n',
  '.env.example': 'KEY=\n',
  'src/app.py': 'app\n',
  'src/app.pyc': 'compiled\n',
  'src/notes.md': 'notes\n',
  'src/.env.local': 'KEY=value-of-the-environment\n',
  'src/deep/er/data.json': '{}\n',
  'certs/ca.pem': 'value-of-a-certificate\n',
  'certs/server.key': 'value-of-a-key\n',
  'node_modules/pkg/index.js': 'module\n',
  'tests/test_app.py': 'test\n',
  'a+b (1).txt': 'odd\n',
} as const;

const checkout = checkoutForEachTest(files);

/** Runs a release, and unpacks the uploaded archive with the system's `tar`. */
async function uploaded(inputs: Readonly<Record<string, string>> = {}): Promise<{
  readonly names: string[];
  /** The list of the archive that GNU tar prints. */
  readonly listing: () => string;
  readonly log: string;
  readonly unpacked: string;
}> {
  const { succeeded, actions } = await stage.release(
    { 'api-key': 'sk_emulator', 'agent-name': 'voice', 'cloud-build': 'true', ...inputs },
    { environment: checkout.environment },
  );
  expect(actions.errors).toEqual([]);
  expect(succeeded).toBe(true);
  const [upload] = stage.emulator.state.uploads();
  const archive = join(checkout.temporary, 'uploaded.tar.gz');
  writeFileSync(archive, stage.emulator.state.archive(upload?.id ?? '') ?? '');
  const tar = (...options: string[]): string =>
    execFileSync('tar', [...options, '-f', archive], { encoding: 'utf8' });
  const unpacked = join(checkout.temporary, 'unpacked');
  mkdirSync(unpacked);
  tar('-xz', '-C', unpacked);
  return {
    names: tar('-tz').split('\n').filter(Boolean),
    listing: () =>
      execFileSync('tar', ['-tvz', '--numeric-owner', '--full-time', '-f', archive], {
        encoding: 'utf8',
        env: { ...process.env, TZ: 'UTC' },
      }),
    log: actions.log.join('\n'),
    unpacked,
  };
}

const everything = Object.keys(files).sort();
const without = (...paths: string[]): string[] => {
  const unknown = paths.filter((path) => !everything.includes(path));
  if (unknown.length > 0) throw new Error(`There is no ${unknown.join()}`);
  return everything.filter((path) => !paths.includes(path));
};
const secrets = ['.env', '.env.example', 'certs/ca.pem', 'certs/server.key', 'src/.env.local'];

describe('the uploaded build context', () => {
  test.each([
    {
      name: 'without an ignore file has all files but secrets and those that are excluded by default',
      ignore: undefined,
      expected: without(...secrets, 'node_modules/pkg/index.js', 'src/app.pyc'),
    },
    {
      name: 'with an empty ignore file has all files but secrets',
      ignore: '',
      expected: without(...secrets),
    },
    {
      name: 'lacks the matches of an anchored pattern only at its root',
      ignore: '*.md\ntests\n',
      expected: without(...secrets, 'README.md', 'tests/test_app.py'),
    },
    {
      name: 'lacks the matches of a pattern with two asterisks at any depth',
      ignore: '**/*.md\n**/*.py[co]\n',
      expected: without(...secrets, 'README.md', 'src/notes.md', 'src/app.pyc'),
    },
    {
      name: 'has the files of a later exception, and the last line wins',
      ignore: '**/*.md\n!src/*.md\n# a comment\n\nnode_modules/\n',
      expected: without(...secrets, 'README.md', 'node_modules/pkg/index.js'),
    },
    {
      name: 'has only the listed folder, without its secrets',
      ignore: '*\n!src\nsrc/deep\n',
      expected: ['Dockerfile', 'src/app.py', 'src/app.pyc', 'src/notes.md'],
    },
    {
      name: 'has a secret that a line of the ignore file names',
      ignore: '!.env.example\n!certs/*.pem\n',
      expected: without('.env', 'certs/server.key', 'src/.env.local'),
    },
    {
      name: 'has the Dockerfile even if it is ignored',
      ignore: 'Dockerfile\nsrc\ntests\n',
      expected: ['Dockerfile', 'README.md', 'a+b (1).txt', 'bot.py', 'node_modules/pkg/index.js'],
    },
    {
      name: 'lacks a file whose name has special characters',
      ignore: 'a+b (1).txt\n',
      expected: without(...secrets, 'a+b (1).txt'),
    },
  ])('$name', async ({ ignore, expected }) => {
    if (ignore !== undefined) checkout.write({ '.dockerignore': ignore });
    const { names } = await uploaded();
    expect(names.filter((name) => name !== '.dockerignore')).toEqual(expected);
  });

  test('lacks the matches of `build-exclude`, even if the ignore file includes them', async () => {
    checkout.write({ '.dockerignore': '!src/notes.md\n' });
    const { names } = await uploaded({ 'build-exclude': '*.md, src/deep, certs/' });
    expect(names).toEqual([
      '.dockerignore',
      'Dockerfile',
      'a+b (1).txt',
      'bot.py',
      'node_modules/pkg/index.js',
      'src/app.py',
      'src/app.pyc',
      'tests/test_app.py',
    ]);
  });

  test('lacks secrets, which the log lists', async () => {
    const { log } = await uploaded();
    expect(log).toContain(
      'Excluded, because they may contain secrets: `.env`, `.env.example`, `certs/ca.pem`, `certs/server.key`, `src/.env.local`.',
    );
    expect(log).not.toContain('value-of');
  });

  onSystemsWith('GNU tar').test(
    'has the content and modes of the files, without owners and times',
    async () => {
      chmodSync(join(checkout.workspace, 'bot.py'), 0o700);
      symlinkSync('../bot.py', join(checkout.workspace, 'src/link.py'));
      const { names, listing: list, unpacked } = await uploaded();
      const listing = list();
      for (const name of names.filter((one) => one !== 'src/link.py')) {
        expect(readFileSync(join(unpacked, name))).toEqual(
          readFileSync(join(checkout.workspace, name)),
        );
      }
      expect(listing).toMatch(/^-rwxr-xr-x 0\/0 +\d+ 1970-01-01 00:00:00 bot\.py$/m);
      expect(listing).toMatch(/^-rw-r--r-- 0\/0 +\d+ 1970-01-01 00:00:00 Dockerfile$/m);
      expect(listing).toMatch(/^l\S+ 0\/0 +0 1970-01-01 00:00:00 src\/link\.py -> \.\.\/bot\.py$/m);
    },
  );
});
