import { createHash } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Pack } from 'tar-stream';
import { quote } from '../quote.js';
import { systemErrorCode } from '../system-error.js';
import { contents } from './contents.js';
import { ContextError } from './errors.js';
import type { ContextEntry, SelectedContext } from './select.js';

/** A build context that is packed. */
export interface PackedContext extends SelectedContext {
  /** The archive (tar.gz). */
  readonly archive: string;
  /** Its size in bytes. */
  readonly archiveBytes: number;
  /** First 16 hex digits of the MD5 of the archive's bytes. */
  readonly hash: string;
}

/** Bytes that are compressed at a time, and handed on at a time. */
const chunk = 128 * 1024;
/** Bytes that are read before progress is told again. */
const progressStep = 4 * 1024 * 1024;

/**
 * Packs a context into a file that must not be there. The same files give the same bytes, wherever
 * and whenever they are packed. If it fails, the file is gone.
 *
 * @param progress is told the number of bytes read so far, now and then
 * @throws ContextError, or the signal's reason
 */
export async function packContext(
  context: SelectedContext,
  archive: string,
  progress: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<PackedContext> {
  signal?.throwIfAborted();
  const { pack } = await import('tar-stream');
  const handle = await create(archive);
  try {
    const tar = pack();
    const compressed = createGzip(streaming);
    const written = { bytes: 0, hash: createHash('md5') };
    const results = await Promise.allSettled([
      pipeline(
        chunks(tar),
        compressed,
        async (source: AsyncIterable<Buffer>) => {
          for await (const bytes of source) {
            writeUnixHeader(bytes, written.bytes);
            written.hash.update(bytes);
            written.bytes += bytes.length;
            await write(handle, archive, bytes);
          }
        },
        { signal },
      ).finally(() => {
        tar.destroy();
      }),
      fill(tar, context, progress),
    ]);
    signal?.throwIfAborted();
    for (const result of results) {
      if (result.status === 'rejected') throw result.reason;
    }
    await handle.close();
    return {
      ...context,
      archive,
      archiveBytes: written.bytes,
      hash: written.hash.digest('hex').slice(0, 16),
    };
  } catch (error) {
    await handle.close();
    await rm(archive, { force: true });
    throw error;
  }
}

/** Some chunks wait before and after the compression, so that it need not wait for them. */
const streaming = {
  chunkSize: chunk,
  writableHighWaterMark: 2 * chunk,
  readableHighWaterMark: 2 * chunk,
};

/** Puts the entries into the tar, in their order. */
async function fill(
  tar: Pack,
  { root, entries }: SelectedContext,
  progress: (bytes: number) => void,
): Promise<void> {
  let bytes = 0;
  let told = 0;
  try {
    for await (const { entry, pieces } of contents(root, entries)) {
      const added = begin(tar, entry);
      for await (const piece of pieces) {
        await added.write(piece);
        bytes += piece.length;
        if (bytes - told < progressStep) continue;
        told = bytes;
        progress(bytes);
      }
      await added.end();
    }
    tar.finalize();
  } catch (error) {
    tar.destroy(error instanceof Error ? error : undefined);
    throw error;
  }
}

/** Begins an entry; what is written to it waits until there is room for more. */
function begin(tar: Pack, entry: ContextEntry) {
  const { promise: ended, settle } = settled();
  const sink = tar.entry(headerOf(entry), settle);
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

/** Small pieces of a tar, put together: each run of the compression costs some time of its own. */
async function* chunks(tar: AsyncIterable<unknown>): AsyncGenerator<Buffer> {
  let gathered = Buffer.allocUnsafe(chunk);
  let length = 0;
  for await (const bytes of tar) {
    if (!Buffer.isBuffer(bytes)) throw new TypeError('A tar is made of bytes');
    for (let taken = 0; taken < bytes.length;) {
      const copied = bytes.copy(gathered, length, taken);
      taken += copied;
      length += copied;
      if (length < chunk) continue;
      yield gathered;
      gathered = Buffer.allocUnsafe(chunk);
      length = 0;
    }
  }
  if (length > 0) yield gathered.subarray(0, length);
}

/** Of the header of a gzip file: the time, none, and the operating system, which is always Unix. */
const header = new Map([
  [4, 0],
  [5, 0],
  [6, 0],
  [7, 0],
  [9, 3],
]);

function writeUnixHeader(bytes: Buffer, position: number): void {
  if (position > 9) return;
  for (const [place, value] of header) {
    if (place >= position && place - position < bytes.length) bytes[place - position] = value;
  }
}

async function create(archive: string): Promise<FileHandle> {
  try {
    return await open(archive, 'wx', 0o600);
  } catch (error) {
    throw unwritable(archive, error);
  }
}

async function write(handle: FileHandle, archive: string, bytes: Buffer): Promise<void> {
  try {
    await handle.writeFile(bytes);
  } catch (error) {
    throw unwritable(archive, error);
  }
}

function unwritable(archive: string, cause: unknown): ContextError {
  const code = systemErrorCode(cause);
  const isFull = code === 'ENOSPC';
  return new ContextError(
    [
      {
        about: `archive ${quote(archive)}`,
        message: `cannot be written (${isFull ? 'the disk is full' : (code ?? 'the reason is not known')})`,
        next: isFull
          ? 'Make room on the disk of the runner, or leave more out of the build context.'
          : 'See that the folder is there and may be written to.',
      },
    ],
    { cause },
  );
}
