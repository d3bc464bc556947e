import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundledPackages } from './bundled-packages.js';
import { licenceNotices } from './licences.js';

export const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Builds the action of the repository in `folder` into `output`: TypeScript to JavaScript in `lib/`,
 * that with everything it imports into one file and a few that are loaded on use, and the licences of
 * what came in from others into `licenses.txt`. ncc names modules, and what it loads them with, by their
 * paths from the folder it runs in, so it runs in that folder, and is the one that is installed there: the
 * bytes are the same wherever it lies.
 */
export function bundle(folder: string, output: string): void {
  rmSync(join(folder, 'lib'), { recursive: true, force: true });
  rmSync(output, { recursive: true, force: true });
  const node = (script: string, ...arguments_: string[]): void => {
    execFileSync(process.execPath, [join(folder, 'node_modules', script), ...arguments_], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  };
  node('typescript/bin/tsc', '--project', 'tsconfig.build.json');
  const copy = mkdtempSync(join(tmpdir(), 'bundle-'));
  try {
    const statistics = join(copy, 'statistics.json');
    node(
      '@vercel/ncc/dist/ncc/cli.js',
      'build',
      'lib/main.js',
      '--out',
      output,
      '--stats-out',
      statistics,
      // What an earlier build has left in the folder for temporary files has no word in this one.
      '--no-cache',
      '--quiet',
    );
    checkBundle(output);
    const packages = bundledPackages(JSON.parse(readFileSync(statistics, 'utf8')), folder);
    writeFileSync(join(output, 'licenses.txt'), licenceNotices(packages));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** What is easily lost without anybody noticing it. */
function checkBundle(output: string): void {
  const code = readdirSync(output)
    .map((name) => readFileSync(join(output, name), 'utf8'))
    .join('\n');
  if (!code.includes('undici-stand-in.cjs')) {
    throw new Error('The alias of undici is lost, so every start would read it: see tsconfig.json');
  }
  if (code.includes('../node_modules')) {
    throw new Error(
      'The bundle names paths outside of the repository, so it differs by its folder',
    );
  }
}
