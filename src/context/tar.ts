import { pipeline } from 'node:stream/promises';
import type { Pack } from 'tar-stream';
import { noticeFile, type NoticedFile } from './noticed-files.js';
import type { ContextEntry, SelectedContext } from './select.js';
import { readSourceFile } from './source-file.js';

/** Bytes that are read between two reports of progress. */
const progressStep = 4 * 1024 * 1024;

export interface Listeners {
  /** Called with the number of bytes read so far, now and then, and at the end. */
  readonly progress: (bytes: number) => void;
  readonly notice: (file: NoticedFile) => void;
}

/**
 * Puts the entries of a context into a tar, in their order.
 *
 * @throws ContextError if a file cannot be read, or is no longer what was selected
 */
export async function fillTar(
  tar: Pack,
  { root, entries }: SelectedContext,
  { progress, notice }: Listeners,
): Promise<void> {
  let bytes = 0;
  let reported = 0;
  async function* contentOf(entry: ContextEntry): AsyncGenerator<Buffer> {
    let isFirst = true;
    for await (const piece of readSourceFile(root, entry)) {
      const kind = isFirst ? noticeFile(entry.path, entry.bytes, piece) : undefined;
      if (kind !== undefined) notice({ kind, path: entry.path });
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
}
/** Nothing in it depends on the machine, the user or the time. */
function headerOf({
  path,
  kind,
  bytes,
  isExecutable,
  target,
}: ContextEntry): Parameters<Pack['entry']>[0] {
  const common = { name: path, mtime: new Date(0), uid: 0, gid: 0, uname: '', gname: '' };
  return kind === 'link'
    ? { ...common, type: 'symlink', linkname: target ?? '', mode: 0o777 }
    : { ...common, size: bytes, mode: isExecutable ? 0o755 : 0o644 };
}
