import { execFileSync } from 'node:child_process';
import { gunzipSync } from 'node:zlib';

/** The paths in an archive (tar.gz), in order, as the system's tar lists them. */
export function pathsIn(archive: Uint8Array): string[] {
  const listed = execFileSync('tar', ['-tzf', '-'], { input: archive, encoding: 'utf8' });
  return listed.split('\n').filter((path) => path !== '');
}

/** Whether an archive contains this text, in a file or in a file name. */
export function contains(archive: Uint8Array, text: string): boolean {
  return gunzipSync(archive).includes(text);
}
