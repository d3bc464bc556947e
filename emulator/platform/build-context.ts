import { posix } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { types } from 'node:util';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import type { StoredArchive } from './uploads.js';

/** Larger than the default, as archives may be large too. */
const chunkSize = 256 * 1024;

/** The names of the files in an archive; it fails where it is none. */
async function fileNames({ chunks }: StoredArchive): Promise<Set<string>> {
  const names = new Set<string>();
  const entries = extract();
  entries.on('entry', ({ name, type }, content, next) => {
    if (type !== 'directory') names.add(posix.normalize(name));
    content.on('end', next);
    content.resume();
  });
  await pipeline(Readable.from(chunks), createGunzip({ chunkSize }), entries);
  return names;
}

/** Why nothing can be built from an archive, as the builder says it; undefined where it can. */
export async function flawOf(
  archive: StoredArchive,
  dockerfilePath: string,
): Promise<string | undefined> {
  let names: Set<string>;
  try {
    names = await fileNames(archive);
  } catch (error) {
    // An error of zlib's may be of another realm, as under jest.
    const reason = types.isNativeError(error) ? error.message : String(error);
    return `failed to extract the build context: ${reason}`;
  }
  if (names.has(posix.normalize(dockerfilePath))) return undefined;
  return `failed to read dockerfile: open ${dockerfilePath}: no such file or directory`;
}
