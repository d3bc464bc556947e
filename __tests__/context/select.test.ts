import { execFileSync } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { onSystemsWith } from '../support/systems.js';
import { pathsOf, problemsOf, Workspace } from './tree.js';

let workspace: Workspace;

beforeEach(async () => {
  workspace = await Workspace.create();
});

afterEach(() => {
  workspace.remove();
});

const files = (...paths: string[]) => Object.fromEntries(paths.map((path) => [path, 'x']));

test('selects the files of a folder, in the order of their paths', async () => {
  await workspace.write({ 'b.txt': '123', Dockerfile: 'FROM scratch', 'a/c.txt': '4' });
  expect(await workspace.select()).toMatchObject({
    dockerfile: 'Dockerfile',
    files: 3,
    bytes: 16,
    ignoreFile: undefined,
    excludedSecrets: [],
    includesGit: false,
    entries: [
      { path: 'Dockerfile', kind: 'file', bytes: 12, isExecutable: false },
      { path: 'a/c.txt', kind: 'file', bytes: 1, isExecutable: false },
      { path: 'b.txt', kind: 'file', bytes: 3, isExecutable: false },
    ],
  });
});

test('orders by UTF-16 code units, and not by folder or language', async () => {
  const paths = ['a-b', 'a/b', 'a.b', 'B', 'é', '\u{1f600}', '\uff5e', 'Dockerfile'];
  await workspace.write(files(...paths));
  expect(pathsOf(await workspace.select())).toEqual([
    'B',
    'Dockerfile',
    'a-b',
    'a.b',
    'a/b',
    'é',
    '\u{1f600}',
    '\uff5e',
  ]);
});

describe('without an ignore file', () => {
  test.each([
    ...['.git/config', '.gitignore', '.gitattributes', '__pycache__/a', 'a.pyc', 'a.pyo', 'a.pyd'],
    ...[
      'a.so',
      '.Python',
      '.venv/a',
      'venv/a',
      'ENV/a',
      '.pytest_cache/a',
      '.coverage',
      'htmlcov/a',
    ],
    ...[
      '.tox/a',
      '.nox/a',
      '.mypy_cache/a',
      '.ruff_cache/a',
      '.vscode/a',
      '.idea/a',
      'a.swp',
      'a.swo',
    ],
    ...['dist/a', 'build/a', 'a.egg-info/b', 'a.egg', '.eggs/a', 'node_modules/a/b', '.github/a'],
    ...[
      '.claude/a',
      '.codex/a',
      '.cursor/a',
      'pcc-deploy.toml',
      '.ipynb_checkpoints/a',
      '.cache/a',
    ],
    ...['.DS_Store', 'Thumbs.db', 'a.log', '.log'],
  ])('excludes %s at any depth', async (path) => {
    await workspace.write(files('Dockerfile', path, `src/deep/${path}`));
    const context = await workspace.select();
    expect(pathsOf(context)).toEqual(['Dockerfile']);
    expect(context.excludedSecrets).toEqual([]);
  });

  test.each([
    '.env',
    '.env.local',
    '.env.',
    'a.pem',
    '.pem',
    'a.key',
    '.env/a',
    'a.key/b/c',
    'gha-creds-0a1b.json',
  ])('excludes %s at any depth, and says so', async (path) => {
    await workspace.write(files('Dockerfile', path, `src/${path}`));
    const context = await workspace.select();
    expect(pathsOf(context)).toEqual(['Dockerfile']);
    expect(context.excludedSecrets).toEqual([path, `src/${path}`]);
  });

  test.each([
    ...[
      '.environment',
      'env',
      'gha-creds.json',
      'a.env',
      'a.pem.txt',
      'key',
      '.venv2',
      'Dist',
      'builder',
      'a.logs',
    ],
    ...['.gitmodules', 'so', 'a.ENV', '.ENV', 'python', 'requirements.txt', '.dockerignored'],
  ])('includes %s', async (path) => {
    await workspace.write(files('Dockerfile', path));
    expect(pathsOf(await workspace.select())).toContain(path);
  });

  test('does not list secrets in folders that are excluded anyway', async () => {
    await workspace.write(files('Dockerfile', '.venv/cacert.pem', 'a.key', 'a.key.log'));
    expect((await workspace.select()).excludedSecrets).toEqual(['a.key']);
  });
});

describe('with an ignore file', () => {
  test('includes what the defaults would exclude', async () => {
    await workspace.write({ ...files('Dockerfile', 'dist/a', 'a.log'), '.dockerignore': '*.md' });
    const context = await workspace.select();
    expect(context.ignoreFile).toBe('.dockerignore');
    expect(pathsOf(context)).toEqual(['.dockerignore', 'Dockerfile', 'a.log', 'dist/a']);
  });

  test('includes everything if it is empty', async () => {
    await workspace.write({ ...files('Dockerfile', 'dist/a'), '.dockerignore': '' });
    expect(pathsOf(await workspace.select())).toContain('dist/a');
  });

  test('uses only the one of the Dockerfile, if there is one', async () => {
    await workspace.write({
      ...files('docker/Dockerfile', 'a.md', 'a.txt'),
      'docker/Dockerfile.dockerignore': '*.txt',
      '.dockerignore': '*.md\n[',
    });
    const context = await workspace.select({ dockerfile: './docker//Dockerfile' });
    expect(context.ignoreFile).toBe('docker/Dockerfile.dockerignore');
    expect(pathsOf(context)).toContain('a.md');
    expect(pathsOf(context)).not.toContain('a.txt');
  });

  test.each([
    { name: 'nothing', lines: '', taken: [] },
    { name: 'the file itself', lines: '!.env.example', taken: ['.env.example'] },
    { name: 'the files of a folder', lines: '!certs/*.pem', taken: ['certs/a.pem'] },
    { name: 'a name anywhere', lines: '!**/.env*', taken: ['.env', '.env.example', 'src/.env'] },
    { name: 'a folder', lines: '!src', taken: [] },
    { name: 'a folder with a slash', lines: '!src/', taken: [] },
    { name: 'what is in a folder', lines: '!src/**', taken: [] },
    { name: 'what is right in a folder', lines: '!src/*', taken: [] },
    { name: 'everything', lines: '!*', taken: [] },
    { name: 'everything with a dot', lines: '!*.*', taken: [] },
    { name: 'a folder of a secret name', lines: '!keys.key', taken: [] },
    { name: 'a file in a folder of a secret name', lines: '!keys.key/id', taken: ['keys.key/id'] },
    { name: 'a class that is all of the name', lines: '![.]env', taken: ['.env'] },
    { name: 'a file, and ignores it later', lines: '!.env\n.env', taken: [] },
    { name: 'a file that is ignored before', lines: '**/.env\n!src/.env', taken: ['src/.env'] },
  ])('with a `!` line for $name', async ({ lines, taken }) => {
    const secrets = ['.env', '.env.example', 'certs/a.pem', 'keys.key/id', 'src/.env'];
    await workspace.write({ ...files('Dockerfile', 'src/a', ...secrets), '.dockerignore': lines });
    const paths = pathsOf(await workspace.select());
    expect(paths).toContain('src/a');
    expect(paths.filter((path) => secrets.includes(path))).toEqual(taken);
  });

  test('lists the secrets that it would have included', async () => {
    await workspace.write({
      ...files('Dockerfile', '.env', 'a.key', 'src/.env', 'src/b.pem', 'x.key/y', 'lib/c.pem'),
      '.dockerignore': '*\n!src\n!x.key\n!.env\nsrc/b.pem',
    });
    expect((await workspace.select()).excludedSecrets).toEqual(['src/.env', 'x.key/y']);
  });

  test.each([
    { name: 'UTF-16', content: Buffer.from('\ufeff*.md', 'utf16le'), says: 'not UTF-8 text' },
    {
      name: 'a link out',
      content: { link: '../outside/ignore' },
      says: 'points outside the context',
    },
  ])('rejects one that is $name', async ({ content, says }) => {
    await workspace.write({ Dockerfile: '', '.dockerignore': content, '../outside/ignore': '' });
    expect(await problemsOf(workspace.select())).toEqual([
      expect.objectContaining({ about: '`.dockerignore`', message: expect.stringContaining(says) }),
    ]);
  });

  onSystemsWith('named pipes').test(
    'rejects one that is a named pipe, which may block forever',
    async () => {
      await workspace.write(files('Dockerfile'));
      execFileSync('mkfifo', [join(workspace.path, '.dockerignore')]);
      expect(await problemsOf(workspace.select())).toEqual([
        expect.objectContaining({
          about: '`.dockerignore`',
          message: 'is a folder or a special file, not a regular file',
        }),
      ]);
    },
  );

  test('rejects one that is a folder', async () => {
    await workspace.write(files('Dockerfile', '.dockerignore/a'));
    expect(await problemsOf(workspace.select())).toEqual([
      expect.objectContaining({
        about: '`.dockerignore`',
        message: expect.stringContaining('folder'),
      }),
    ]);
  });
});

describe('a pattern to exclude', () => {
  test.each([
    { pattern: '*.md', left: ['a.md', 'docs/a.md'] },
    { pattern: 'docs', left: ['docs/a.md', 'docs/b', 'src/docs/c'] },
    { pattern: 'docs/', left: ['docs/a.md', 'docs/b', 'src/docs/c'] },
    { pattern: '/docs', left: ['docs/a.md', 'docs/b'] },
    { pattern: 'src/docs', left: ['src/docs/c'] },
    { pattern: 'src/*', left: ['src/docs/c'] },
    { pattern: ' docs/*.md ', left: ['docs/a.md'] },
    { pattern: 'Dockerfile', left: [] },
    { pattern: '**', left: ['a.md', 'docs/a.md', 'docs/b', 'src/docs/c'] },
    { pattern: '# docs', left: [] },
    { pattern: '', left: [] },
    { pattern: ' ', left: [] },
    { pattern: '.', left: [] },
    { pattern: '/', left: [] },
    { pattern: '..', left: [] },
  ])('$pattern', async ({ pattern, left }) => {
    const all = ['a.md', 'docs/a.md', 'docs/b', 'src/docs/c'];
    await workspace.write(files('Dockerfile', ...all));
    const paths = pathsOf(await workspace.select({ exclude: [pattern] }));
    expect(all.filter((path) => !paths.includes(path))).toEqual(left);
    expect(paths).toContain('Dockerfile');
  });

  test('takes precedence over the ignore file', async () => {
    await workspace.write({
      ...files('Dockerfile', 'src/a', 'src/b', 'src/.env'),
      '.dockerignore': '*\n!src\n!src/.env',
    });
    const context = await workspace.select({ exclude: ['.env', 'src/b'] });
    expect(pathsOf(context)).toEqual(['Dockerfile', 'src/a']);
    expect(context.excludedSecrets).toEqual([]);
  });

  test.each([
    { pattern: '!a', says: 'would include files again', next: 'Move it to `.dockerignore`' },
    { pattern: ' !a/b', says: 'would include files again', next: 'Move it to `.dockerignore`' },
    { pattern: '[a', says: 'starts a class', next: 'Fix the pattern' },
    { pattern: 'a/[b-a]', says: 'ends before it begins', next: 'Fix the pattern' },
  ])('cannot be $pattern', async ({ pattern, says, next }) => {
    await workspace.write(files('Dockerfile'));
    expect(await problemsOf(workspace.select({ exclude: [pattern] }))).toEqual([
      {
        about: `exclude pattern \`${pattern.trim()}\``,
        message: expect.stringContaining(says),
        next: expect.stringContaining(next),
      },
    ]);
  });
});

describe('configuration files of git, which may contain a token,', () => {
  const settings = [
    '.git/config',
    '.git/config.worktree',
    '.git/modules/lib/config',
    '.git/modules/lib/modules/deep/config',
    '.git/modules/lib/config.worktree',
    '.git/worktrees/other/config.worktree',
    'vendor/lib/.git/config',
    'vendor/lib/.git/modules/deep/config',
  ];

  test('are excluded as secrets, wherever they are', async () => {
    await workspace.write({ ...files('Dockerfile', ...settings), '.dockerignore': '' });
    const context = await workspace.select();
    expect(pathsOf(context)).toEqual(['.dockerignore', 'Dockerfile']);
    expect(context.excludedSecrets).toEqual([...settings].sort());
    expect(context.includesGit).toBe(false);
  });

  test('are included if a `!` line names them', async () => {
    await workspace.write({
      ...files('Dockerfile', '.git/config'),
      '.dockerignore': '!.git/config',
    });
    expect(pathsOf(await workspace.select())).toContain('.git/config');
  });

  test.each([
    '.git/HEAD',
    '.git/refs/heads/config',
    'vendor/.git/objects/a',
    '.git/modules/a/HEAD',
  ])('leave the rest of git in the context: %s', async (path) => {
    await workspace.write({ ...files('Dockerfile', path), '.dockerignore': '' });
    const context = await workspace.select();
    expect(context.includesGit).toBe(true);
    expect(context.excludedSecrets).toEqual([]);
  });

  test.each(['x.git/config', 'git/config', 'config', '.github/config'])(
    'do not include other files: %s',
    async (path) => {
      await workspace.write({ ...files('Dockerfile', path), '.dockerignore': '' });
      const context = await workspace.select();
      expect(context.includesGit).toBe(false);
      expect(pathsOf(context)).toContain(path);
    },
  );
});

describe('with the settings file in another folder', () => {
  test('the advice names that folder if it has a Dockerfile', async () => {
    await workspace.write(files('server/Dockerfile', 'server/pcc-deploy.toml', 'server/bot.py'));
    const selecting = workspace.select({ settingsFolder: 'server' });
    expect(await problemsOf(selecting)).toEqual([
      expect.objectContaining({
        about: 'Dockerfile `Dockerfile`',
        next: 'Set `build-context: server`, which has a Dockerfile next to the settings file.',
      }),
    ]);
  });

  test('a Dockerfile at the top is used, and the other one is reported', async () => {
    await workspace.write(files('Dockerfile', 'server/Dockerfile'));
    const context = await workspace.select({ settingsFolder: 'server' });
    expect(context.dockerfile).toBe('Dockerfile');
    expect(context.otherDockerfile).toBe('server/Dockerfile');
  });

  test.each(['.', 'elsewhere', '..'])('nothing is said of %s', async (settingsFolder) => {
    await workspace.write(files('Dockerfile', 'server/Dockerfile'));
    const context = await workspace.select({ settingsFolder });
    expect(context.otherDockerfile).toBeUndefined();
  });
});

describe('the folder of the context', () => {
  test.each(['agent', './agent/', 'other/../agent'])('may be given as %s', async (directory) => {
    await workspace.write(files('agent/Dockerfile', 'agent/a', 'b'));
    const context = await workspace.select({ directory });
    expect(context.root).toBe(join(workspace.path, 'agent'));
    expect(pathsOf(context)).toEqual(['Dockerfile', 'a']);
  });

  test('may be absolute', async () => {
    await workspace.write(files('agent/Dockerfile'));
    const context = await workspace.select({ directory: join(workspace.path, 'agent') });
    expect(pathsOf(context)).toEqual(['Dockerfile']);
  });

  test('may be a link within the workspace', async () => {
    await workspace.write({ ...files('agents/one/Dockerfile'), agent: { link: 'agents/one' } });
    expect((await workspace.select({ directory: 'agent' })).root).toBe(
      join(workspace.path, 'agents/one'),
    );
  });

  test('must exist', async () => {
    expect(await problemsOf(workspace.select({ directory: 'agent' }))).toEqual([
      {
        about: 'build context `agent`',
        message: `does not exist; looked for \`${join(workspace.path, 'agent')}\``,
        next: expect.stringContaining('relative to the workspace'),
      },
    ]);
  });

  test('must be a folder', async () => {
    await workspace.write(files('agent'));
    expect(await problemsOf(workspace.select({ directory: 'agent' }))).toEqual([
      expect.objectContaining({ message: 'is not a folder' }),
    ]);
  });

  test.each(['..', '../outside', 'link'])(
    'must be inside the workspace, unlike %s',
    async (path) => {
      await symlink('../outside', join(workspace.path, 'link'));
      expect(await problemsOf(workspace.select({ directory: path }))).toEqual([
        expect.objectContaining({
          message: expect.stringContaining('is outside the workspace'),
        }),
      ]);
    },
  );
});

describe('an excluded folder is not read', () => {
  // Node.js cannot find a folder whose name is not UTF-8, so reading it would be an error.
  const huge = 'huge\ufffd';

  test.each([
    { name: 'are not looked into', ignore: huge, fails: false },
    { name: 'are not, for what lies elsewhere', ignore: '*\n!src/**/*.py', fails: false },
    { name: 'are not, for a name that begins like theirs', ignore: `*\n!${huge}r`, fails: false },
    { name: 'are not, for what is left out again', ignore: `!${huge}/a\n*`, fails: false },
    { name: 'are, for what may be in them', ignore: `*\n!${huge}/a`, fails: true },
    { name: 'are, for what may be anywhere', ignore: `${huge}\n!**/*.py`, fails: true },
    { name: 'are, for a pattern that begins like them', ignore: '*\n!hu*/a', fails: true },
  ])('$name', async ({ ignore, fails }) => {
    await workspace.write({ Dockerfile: '', '.dockerignore': `${ignore}\n.dockerignore` });
    await mkdir(workspace.inLatin1('huge'));
    const work = workspace.select();
    if (fails) expect(await problemsOf(work)).toHaveLength(1);
    else expect(pathsOf(await work)).toEqual(['Dockerfile']);
  });

  test('and is no problem if it cannot be searched for secrets', async () => {
    await workspace.write({ Dockerfile: '' });
    await mkdir(workspace.inLatin1('.env.'));
    expect((await workspace.select()).excludedSecrets).toEqual([]);
  });
});
