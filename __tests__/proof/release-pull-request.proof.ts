import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SimulatedGitHub } from '../publication/simulated-github.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A copy of the repository with the files of release-please's pull request. */
let copy: string;
let changed: readonly string[];

beforeAll(async () => {
  copy = realpathSync.native(mkdtempSync(join(tmpdir(), 'release-')));
  const tracked = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  for (const path of tracked.split('\0').filter((one) => one !== '' && existsSync(join(root, one))))
    cpSync(join(root, path), join(copy, path));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));

  const github = new SimulatedGitHub();
  github.push('feat: release voice agents');
  const { proposed } = await github.run();
  if (!proposed) throw new Error('release-please proposed no release.');
  github.merge(proposed);
  // The second release changes the version. The first one may have the current version.
  await github.run();
  github.push('feat: roll back');
  const { proposed: next } = await github.run();
  if (!next) throw new Error('release-please proposed no second release.');
  changed = github.merge(next).files;
  for (const [path, text] of github.changed) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    writeFileSync(join(copy, path), text);
  }
});

afterAll(() => {
  rmSync(copy, { recursive: true, force: true });
});

/** Runs a program of the repository in the copy. Returns its output if it fails, and nothing otherwise. */
function complaintOf(script: string, ...parameters: string[]): string {
  try {
    execFileSync(process.execPath, [join(copy, 'node_modules', script), ...parameters], {
      cwd: copy,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return '';
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return `${stdout}${stderr}` || 'It failed and says nothing.';
  }
}

describe("release-please's pull request", () => {
  test('changes the version in the sources and in dist/', () => {
    expect(changed).toEqual(expect.arrayContaining(['src/version.ts', 'dist/index.js']));
  });

  test('is formatted and passes the lint rules', () => {
    expect(complaintOf('prettier/bin/prettier.cjs', '--check', ...changed)).toBe('');
    const linted = changed.filter((path) => /\.(?:ts|mjs|cjs)$/.test(path));
    expect(complaintOf('eslint/bin/eslint.js', ...linted)).toBe('');
  });

  test('passes the type checker', () => {
    expect(complaintOf('typescript/bin/tsc', '--incremental', 'false')).toBe('');
  });

  test('has a dist/ that matches its sources', () => {
    expect(complaintOf('tsx/dist/cli.mjs', 'scripts/check-dist.ts')).toBe('');
  });
});
