import type { Pack } from 'tar-stream';
import type { Buffers } from './buffers.js';
import { contents } from './contents.js';
import { noticeFile, type NoticedFile } from './noticed-files.js';
import type { ContextEntry, SelectedContext } from './select.js';

/** Bytes that are read before progress is told again. */
const progressStep = 4 * 1024 * 1024;

export interface Listeners {
  /** Called with the number of bytes read so far, now and then, and at the end. */
  readonly progress: (bytes: number) => void;
  readonly notice: (file: NoticedFile) => void;
}

/**
 * Puts the entries of a context into a tar, in their order.
 *
 * @param buffers for what is read; it goes into the tar as it is, and is free once it comes out of it
 */
export async function fillTar(
  tar: Pack,
  { root, entries }: SelectedContext,
  buffers: Buffers,
  { progress, notice }: Listeners,
): Promise<void> {
  let bytes = 0;
  let told = 0;
  for await (const { entry, pieces } of contents(root, entries, buffers)) {
    const added = begin(tar, entry);
    let isFirst = true;
    for await (const piece of pieces) {
      if (isFirst && piece.length > 0) {
        const kind = noticeFile(entry.path, entry.bytes, piece);
        if (kind !== undefined) notice({ kind, path: entry.path });
      }
      isFirst = false;
      bytes += piece.length;
      await added.write(piece);
      if (bytes - told < progressStep) continue;
      told = bytes;
      progress(bytes);
    }
    await added.end();
  }
  if (bytes > told) progress(bytes);
  tar.finalize();
}

/** Begins an entry; what is written to it waits until there is room for more. */
function begin(tar: Pack, entry: ContextEntry) {
  const { promise: ended, settle } = settled();
  const sink = tar.entry(headerOf(entry), settle);
  // It fails with the tar, whose failure is told; an event that nobody hears would end the process.
  sink.on('error', settle);
  // It closes without an error, too, if the tar is destroyed; after its end this changes nothing.
  sink.on('close', () => {
    settle(new Error('The tar was stopped'));
  });
  return {
    write: async (piece: Buffer): Promise<void> => {
      if (sink.write(piece)) return;
      const drained = new Promise<void>((resolve) => {
        sink.once('drain', () => {
          resolve();
        });
      });
      await Promise.race([drained, ended]);
    },
    end: async (): Promise<void> => {
      sink.end(null);
      await ended;
    },
  };
}

/** A promise that a callback settles. */
function settled() {
  let settle: (error?: Error | null) => void = () => undefined;
  const promise = new Promise<void>((resolve, reject) => {
    settle = (error) => {
      if (error) reject(error);
      else resolve();
    };
  });
  // It is awaited last; until then a failure is nobody's.
  promise.catch(() => undefined);
  return { promise, settle };
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
