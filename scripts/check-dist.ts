import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { bundle, root } from './bundle.js';

/** Packages that a build needs: the tools, and types. */
const buildsWith = /^node_modules\/(@types\/|@vercel\/ncc$|typescript$|undici-types$)/;

/**
 * Checks that `dist/` matches the sources, byte by byte. It builds `dist/` again in a copy of the repository with a
 * different, longer path, so that the result cannot depend on the path.
 */
const temporary = realpathSync.native(mkdtempSync(join(tmpdir(), 'dist-')));
try {
  const copy = join(temporary, 'the', 'same', 'elsewhere');
  copyRepository(copy);
  const fresh = join(copy, 'dist');
  bundle(copy, fresh);
  const committed = join(root, 'dist');
  const names = new Set([...readdirSync(fresh), ...readdirSync(committed)]);
  const different = [...names].filter(
    (name) => contents(fresh, name) !== contents(committed, name),
  );
  if (different.length > 0) {
    console.error(`dist/ does not match the sources (${different.join(', ')}). Run npm run build.`);
    process.exitCode = 1;
  } else {
    console.log('dist/ matches the sources, also when it is built in another folder.');
  }
} finally {
  rmSync(temporary, { recursive: true, force: true });
}

/** Copies everything that a build reads. Links do not work, because bundlers follow them to the original. */
function copyRepository(to: string): void {
  mkdirSync(to, { recursive: true });
  for (const path of [
    'package.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'src',
    'scripts/stand-ins',
    ...packagesToBuildWith(),
  ]) {
    cpSync(join(root, path), join(to, path), { recursive: true });
  }
}

/** Folders of the packages that may be bundled, of the build tools, and of types. */
function packagesToBuildWith(): string[] {
  const { packages } = v.parse(
    v.object({ packages: v.record(v.string(), v.object({ dev: v.optional(v.boolean()) })) }),
    JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')),
  );
  return (
    Object.entries(packages)
      .filter(([path, { dev }]) => path !== '' && (!dev || buildsWith.test(path)))
      .map(([path]) => path)
      // Nested packages are copied with the packages that contain them.
      .filter((path) => path.lastIndexOf('node_modules/') === 0)
  );
}

function contents(folder: string, name: string): string | undefined {
  try {
    return readFileSync(join(folder, name), 'base64');
  } catch {
    return undefined;
  }
}
