import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Builds the action into `output`: TypeScript to JavaScript, and that with everything it imports
 * into one file, in a folder of its own, so that a check leaves the working tree as it is.
 */
export function bundle(output: string): void {
  const workspace = mkdtempSync(join(tmpdir(), 'bundle-'));
  try {
    for (const part of ['src', 'scripts', 'package.json', 'tsconfig.json', 'tsconfig.build.json']) {
      cpSync(join(root, part), join(workspace, part), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(workspace, 'node_modules'), 'junction');
    const node = (script: string, ...arguments_: string[]): void => {
      execFileSync(process.execPath, [join(root, 'node_modules', script), ...arguments_], {
        cwd: workspace,
        stdio: ['ignore', 'ignore', 'inherit'],
      });
    };
    node('typescript/bin/tsc', '--project', 'tsconfig.build.json');
    node('@vercel/ncc/dist/ncc/cli.js', 'build', 'lib/main.js', '--out', 'dist', '--quiet');
    checkBundle(readFileSync(join(workspace, 'dist', 'index.js'), 'utf8'));
    rmSync(output, { recursive: true, force: true });
    cpSync(join(workspace, 'dist'), output, { recursive: true });
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
}

/** What is easily lost without anybody noticing it. */
function checkBundle(code: string): void {
  if (!code.includes('lazy-undici')) {
    throw new Error('The alias of undici is lost, so every start would load it: see tsconfig.json');
  }
}
