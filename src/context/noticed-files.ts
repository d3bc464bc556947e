import { readdir, readFile, stat } from 'node:fs/promises';
import { join, posix, relative, resolve } from 'node:path';
import { isInside, withSlashes } from './inside.js';

/** A file that probably does not belong in the context, or not in this state. */
export interface NoticedFile {
  readonly kind: 'credentials' | 'lfs-pointer' | 'empty-submodule';
  /** Relative to the context. */
  readonly path: string;
}

const credentialFile =
  /(?:^|\/)(?:[._]netrc|id_(?:rsa|dsa|ecdsa|ed25519)|\.git-credentials|\.pypirc|\.aws\/credentials|\.docker\/config\.json|\.dockercfg)$/;
/** A token, but not a variable. */
const npmToken = /_authToken\s*=\s*["']?(?!\$\{)[^\s"']/;
const lfsPointer = 'version https://git-lfs.github.com/spec/v1\n';
/** The largest pointer in bytes, according to the format's specification. */
const maxPointerSize = 1024;

/** @param beginning the first bytes of the file, or all of them if it is small */
export function noticeFile(
  path: string,
  bytes: number,
  beginning: Buffer,
): NoticedFile['kind'] | undefined {
  if (credentialFile.test(path)) return 'credentials';
  if (/(?:^|\/)\.npmrc$/.test(path) && npmToken.test(beginning.toString('utf8'))) {
    return 'credentials';
  }
  const isPointer =
    bytes < maxPointerSize && beginning.subarray(0, lfsPointer.length).equals(pointerStart);
  return isPointer ? 'lfs-pointer' : undefined;
}

const pointerStart = Buffer.from(lfsPointer);
/** The largest `.gitmodules` to read, in bytes. */
const maxBytes = 1024 * 1024;

/** Finds empty folders of submodules in a context. */
export async function emptySubmodules(root: string, workspace: string): Promise<string[]> {
  const found: string[] = [];
  for (const folder of new Set([resolve(workspace), root])) {
    for (const path of await submodulesOf(folder)) {
      const place = join(folder, path);
      if (!isInside(place, root) || place === root) continue;
      const names = await readdir(place).catch(() => undefined);
      if (names?.length === 0) found.push(posix.normalize(withSlashes(relative(root, place))));
    }
  }
  return [...new Set(found)].sort();
}

async function submodulesOf(repository: string): Promise<string[]> {
  const file = join(repository, '.gitmodules');
  try {
    const stats = await stat(file);
    if (!stats.isFile() || stats.size > maxBytes) return [];
    const text = await readFile(file, 'utf8');
    return Array.from(text.matchAll(/^[ \t]*path[ \t]*=[ \t]*(\S.*)$/gm), ([, path = '']) =>
      path.trim(),
    );
  } catch {
    // The result is only a hint.
    return [];
  }
}
