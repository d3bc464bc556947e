import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle, root } from './bundle.js';

/** Checks that `dist/` is what the sources build, byte by byte. */
const fresh = mkdtempSync(join(tmpdir(), 'dist-'));
try {
  bundle(fresh);
  const committed = join(root, 'dist');
  const names = new Set([...readdirSync(fresh), ...readdirSync(committed)]);
  const different = [...names].filter(
    (name) => contents(fresh, name) !== contents(committed, name),
  );
  if (different.length > 0) {
    console.error(`dist/ is not what the sources build (${different.join(', ')}): npm run build`);
    process.exitCode = 1;
  } else {
    console.log('dist/ is what the sources build.');
  }
} finally {
  rmSync(fresh, { recursive: true, force: true });
}

function contents(folder: string, name: string): string | undefined {
  try {
    return readFileSync(join(folder, name), 'base64');
  } catch {
    return undefined;
  }
}
