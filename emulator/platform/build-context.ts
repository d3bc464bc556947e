import { posix } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { types } from 'node:util';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import type { StoredArchive } from './uploads.js';

/** Larger than the default, because archives may be large. */
const chunkSize = 256 * 1024;

interface Contents {
  readonly files: Set<string>;
  /** Targets of links, by name. */
  readonly links: Map<string, string>;
}

/** The contents of an archive. Rejects if it is not an archive. */
async function contentsOf({ chunks }: StoredArchive): Promise<Contents> {
  const files = new Set<string>();
  const links = new Map<string, string>();
  const entries = extract();
  entries.on('entry', ({ name, type, linkname }, content, next) => {
    const path = posix.normalize(name);
    if (type === 'symlink') links.set(path, posix.join(posix.dirname(path), linkname));
    else if (type !== 'directory') files.add(path);
    content.on('end', next);
    content.resume();
  });
  await pipeline(Readable.from(chunks), createGunzip({ chunkSize }), entries);
  return { files, links };
}

const maxLinks = 40;

/** Whether a path leads to a file, directly or through links. */
function containsFile({ files, links }: Contents, path: string): boolean {
  let current = posix.normalize(path);
  for (let followed = 0; followed < maxLinks; followed++) {
    if (files.has(current)) return true;
    const link = [...links].find(([name]) => current === name || current.startsWith(`${name}/`));
    if (link === undefined) return false;
    const [name, target] = link;
    current = posix.normalize(`${target}${current.slice(name.length)}`);
  }
  return false;
}

/** Why an archive cannot be built, in the words of the builder; undefined if it can. */
export async function problemIn(
  archive: StoredArchive,
  dockerfilePath: string,
): Promise<string | undefined> {
  let contents: Contents;
  try {
    contents = await contentsOf(archive);
  } catch (error) {
    // An error of zlib may be from another realm, for example in jest.
    const reason = types.isNativeError(error) ? error.message : String(error);
    return `failed to extract the build context: ${reason}`;
  }
  if (containsFile(contents, dockerfilePath)) return undefined;
  return `failed to read dockerfile: open ${dockerfilePath}: no such file or directory`;
}
