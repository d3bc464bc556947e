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

/** What a build is made with, and the types that it is checked against. */
const buildsWith = /^node_modules\/(@types\/|@vercel\/ncc$|typescript$|undici-types$)/;

/**
 * Checks that `dist/` is what the sources build, byte by byte, and wherever they lie: it is built once
 * more in a copy of the repository, with packages of its own, at another and longer path than the one
 * that the committed files were built at.
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
    console.error(`dist/ is not what the sources build (${different.join(', ')}): npm run build`);
    process.exitCode = 1;
  } else {
    console.log('dist/ is what the sources build, in another folder too.');
  }
} finally {
  rmSync(temporary, { recursive: true, force: true });
}

/** Copies what a build reads. A link would not do: bundlers follow it to where the package lies. */
function copyRepository(to: string): void {
  mkdirSync(to, { recursive: true });
  for (const path of [
    'package.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'src',
    'scripts/undici-stand-in.cjs',
    ...packagesToBuildWith(),
  ]) {
    cpSync(join(root, path), join(to, path), { recursive: true });
  }
}

/** Folders of the packages that may be bundled, of those that bundle, and of the types of both. */
function packagesToBuildWith(): string[] {
  const { packages } = v.parse(
    v.object({ packages: v.record(v.string(), v.object({ dev: v.optional(v.boolean()) })) }),
    JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')),
  );
  return (
    Object.entries(packages)
      .filter(([path, { dev }]) => path !== '' && (!dev || buildsWith.test(path)))
      .map(([path]) => path)
      // Those within others are copied with them.
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
