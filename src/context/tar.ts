import { pipeline } from 'node:stream/promises';
import type { Pack } from 'tar-stream';
import { noticeFile, type NoticedFile } from './noticed-files.js';
import type { SelectedContext } from './select.js';
import { readSourceFile } from './source-file.js';
import type { ContextEntry, FileEntry } from './walk.js';

/** Bytes between two calls of `progress`. */
const progressStep = 4 * 1024 * 1024;

/**
 * Writes the entries of a context to a tar archive, in order.
 *
 * @param progress called with the number of bytes read so far, from time to time and at the end
 * @returns files that may be mistakes
 * @throws ContextError if a file cannot be read, or is no longer what was selected
 */
export async function fillTar(
  tar: Pack,
  { root, entries }: SelectedContext,
  progress: (bytes: number) => void,
): Promise<NoticedFile[]> {
  const noticed: NoticedFile[] = [];
  let bytes = 0;
  let reported = 0;
  async function* contentOf(entry: FileEntry): AsyncGenerator<Buffer> {
    let isFirst = true;
    for await (const piece of readSourceFile(root, entry)) {
      const kind = isFirst ? noticeFile(entry.path, entry.bytes, piece) : undefined;
      if (kind !== undefined) noticed.push({ kind, path: entry.path });
      isFirst = false;
      bytes += piece.length;
      yield piece;
      if (bytes - reported < progressStep) continue;
      reported = bytes;
      progress(bytes);
    }
  }
  for (const entry of entries) {
    const added = tar.entry(headerOf(entry));
    await pipeline(entry.kind === 'file' ? contentOf(entry) : [], added);
  }
  if (bytes > reported) progress(bytes);
  tar.finalize();
  return noticed;
}

/** Makes a header that does not depend on the machine, the user or the time. */
function headerOf(entry: ContextEntry): Parameters<Pack['entry']>[0] {
  const common = { name: entry.path, mtime: new Date(0), uid: 0, gid: 0, uname: '', gname: '' };
  return entry.kind === 'link'
    ? { ...common, type: 'symlink', linkname: entry.target, mode: 0o777 }
    : { ...common, size: entry.bytes, mode: entry.isExecutable ? 0o755 : 0o644 };
}
