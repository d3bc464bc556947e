import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundledPackages } from './bundled-packages.js';
import { licenseNotices } from './licenses.js';

export const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Builds the action of the repository in `folder` into `output`. First, TypeScript is compiled to `lib/`. Then,
 * ncc bundles it with all imports into one file, and a few files that are loaded when they are used. The
 * licenses of the bundled packages go into `licenses.txt`.
 *
 * ncc names modules by their paths from its working folder. So it runs in `folder`, as installed there, and the
 * result is the same for every location of the repository.
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
      // The cache of an earlier build must not affect this one.
      '--no-cache',
      '--quiet',
    );
    checkBundle(output);
    const packages = bundledPackages(JSON.parse(readFileSync(statistics, 'utf8')), folder);
    writeFileSync(join(output, 'licenses.txt'), licenseNotices(packages));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Checks what could break without a visible error. */
function checkBundle(output: string): void {
  const code = readdirSync(output)
    .map((name) => readFileSync(join(output, name), 'utf8'))
    .join('\n');
  for (const name of readdirSync(join(root, 'scripts/stand-ins'))) {
    if (!code.includes(`scripts/stand-ins/${name}`)) {
      throw new Error(
        `The alias of ${name} is missing, so each start would load the package: see tsconfig.json`,
      );
    }
  }
  if (code.includes('../node_modules')) {
    throw new Error(
      'The bundle contains paths outside of the repository, so it depends on its folder',
    );
  }
}
