import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('..', import.meta.url));

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hooks-'));
  mkdirSync(join(folder, 'scripts'));
  cpSync(join(root, 'scripts', 'use-git-hooks.mjs'), join(folder, 'scripts', 'use-git-hooks.mjs'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** An environment without the settings of a user or of a running hook. */
const environment = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))),
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: join(root, 'no-such-file'),
  CI: '',
};

const git = (...parts: string[]) =>
  spawnSync('git', parts, { cwd: folder, env: environment, encoding: 'utf8' });
const hooksPath = (): string => git('config', '--local', 'core.hooksPath').stdout.trim();

function prepare(changes: Readonly<Record<string, string>> = {}): void {
  const script = join(folder, 'scripts', 'use-git-hooks.mjs');
  execFileSync(process.execPath, [script], { env: { ...environment, ...changes } });
}

describe('an installation configures the pre-commit hook', () => {
  test('in a clone', () => {
    git('init');
    prepare();
    expect(hooksPath()).toBe('.githooks');
  });

  test('but not in CI', () => {
    git('init');
    prepare({ CI: 'true' });
    expect(hooksPath()).toBe('');
  });

  test('but not if other hooks are configured', () => {
    git('init');
    git('config', 'core.hooksPath', 'mine');
    prepare();
    expect(hooksPath()).toBe('mine');
  });

  test('but not in a folder of another repository', () => {
    git('init');
    mkdirSync(join(folder, 'inner', 'scripts'), { recursive: true });
    const script = join(folder, 'inner', 'scripts', 'use-git-hooks.mjs');
    cpSync(join(root, 'scripts', 'use-git-hooks.mjs'), script);
    execFileSync(process.execPath, [script], { env: environment });
    expect(hooksPath()).toBe('');
  });

  test.each([
    { name: 'without a clone', changes: {} },
    { name: 'without git', changes: { PATH: '', Path: '' } },
  ])('and does not fail $name', ({ changes }) => {
    if (changes.PATH === '') writeFileSync(join(folder, '.git'), '');
    expect(() => {
      prepare(changes);
    }).not.toThrow();
  });
});
