import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Builds the action into `output`: TypeScript to JavaScript in `lib/`, and that with everything it
 * imports into one file and a few that are loaded on use. ncc names modules by their paths from the
 * folder it runs in, so it runs in the root: the bytes are the same wherever the repository lies.
 */
export function bundle(output: string): void {
  rmSync(join(root, 'lib'), { recursive: true, force: true });
  rmSync(output, { recursive: true, force: true });
  const node = (script: string, ...arguments_: string[]): void => {
    execFileSync(process.execPath, [join(root, 'node_modules', script), ...arguments_], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  };
  node('typescript/bin/tsc', '--project', 'tsconfig.build.json');
  node('@vercel/ncc/dist/ncc/cli.js', 'build', 'lib/main.js', '--out', output, '--quiet');
  checkBundle(output);
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
