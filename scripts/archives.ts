import { execFileSync } from 'node:child_process';
import { gunzipSync } from 'node:zlib';

/** The paths in an archive (tar.gz) in their order, as the system's tar reads them. */
export function pathsIn(archive: Uint8Array): string[] {
  const listed = execFileSync('tar', ['-tzf', '-'], { input: archive, encoding: 'utf8' });
  return listed.split('\n').filter((path) => path !== '');
}

/** Whether these words stand anywhere in an archive, names of files included. */
export function contains(archive: Uint8Array, words: string): boolean {
  return gunzipSync(archive).includes(words);
}
