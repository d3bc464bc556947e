import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { quote } from '../quote.js';
import { systemErrorCode } from '../system-error.js';
import type { Buffers } from './buffers.js';
import { ContextError } from './errors.js';
import type { ContextEntry } from './select.js';

/** Files up to this size are read whole, ahead of when they are needed; the others in pieces. */
export const piece = 128 * 1024;
/** How much is read ahead: entries, of which each may be an open file, and bytes of them. */
const mostAhead = { entries: 8, bytes: 1024 * 1024 };

/** An entry with what is in it; nothing is in a link. */
export interface Content {
  readonly entry: ContextEntry;
  readonly pieces: AsyncIterable<Buffer> | readonly Buffer[];
}

/**
 * Reads entries one after the other; the next ones while those before them are worked on.
 *
 * @param buffers of one byte more than a piece has
 * @throws ContextError if one cannot be read, or is not as large as it was
 */
export async function* contents(
  root: string,
  entries: readonly ContextEntry[],
  buffers: Buffers,
): AsyncGenerator<Content> {
  const ahead: { entry: ContextEntry; whole: Promise<Buffer> | undefined }[] = [];
  const coming = entries.values();
  let bytesAhead = 0;
  const readAhead = (): void => {
    while (ahead.length < mostAhead.entries && bytesAhead < mostAhead.bytes) {
      const { value: entry } = coming.next();
      if (entry === undefined) return;
      const isWhole = entry.kind === 'file' && entry.bytes <= piece;
      const whole = isWhole ? readWhole(root, entry, buffers) : undefined;
      // It is awaited in its turn; until then a failure is nobody's.
      whole?.catch(() => undefined);
      ahead.push({ entry, whole });
      if (isWhole) bytesAhead += entry.bytes;
    }
  };
  try {
    readAhead();
    for (let next = ahead.shift(); next !== undefined; next = ahead.shift()) {
      const { entry, whole } = next;
      const content = await whole;
      if (content !== undefined) bytesAhead -= content.length;
      readAhead();
      if (content !== undefined) yield { entry, pieces: [content] };
      else yield { entry, pieces: entry.kind === 'file' ? readPieces(root, entry, buffers) : [] };
    }
  } finally {
    // No file is left open behind those who go.
    await Promise.allSettled(ahead.flatMap(({ whole }) => whole ?? []));
  }
}

async function readWhole(root: string, entry: ContextEntry, buffers: Buffers): Promise<Buffer> {
  return withFile(root, entry, async (handle) => {
    // One byte more shows a file that has grown.
    const content = buffers.take().subarray(0, entry.bytes + 1);
    const length = await readFully(handle, content, 0);
    if (length !== entry.bytes) throw changed(entry);
    return content.subarray(0, length);
  });
}

async function* readPieces(
  root: string,
  entry: ContextEntry,
  buffers: Buffers,
): AsyncGenerator<Buffer> {
  const handle = await opened(root, entry);
  const read = async (position: number): Promise<Buffer> => {
    const size = Math.min(piece, entry.bytes + 1 - position);
    const content = buffers.take().subarray(0, size);
    try {
      return content.subarray(0, await readFully(handle, content, position));
    } catch (error) {
      throw unreadable(entry, error);
    }
  };
  let reading = read(0);
  try {
    for (let position = 0; ;) {
      const content = await reading;
      position += content.length;
      const isEnd = position >= entry.bytes;
      if (position > entry.bytes || content.length === 0) throw changed(entry);
      // The next piece is read while this one is worked on.
      reading = read(position);
      reading.catch(() => undefined);
      yield content;
      if (isEnd) {
        if ((await reading).length > 0) throw changed(entry);
        return;
      }
    }
  } finally {
    await Promise.allSettled([reading]);
    await handle.close();
  }
}

/** Reads until the buffer is full or the file ends. */
async function readFully(handle: FileHandle, into: Buffer, position: number): Promise<number> {
  let length = 0;
  while (length < into.length) {
    const { bytesRead } = await handle.read(into, length, into.length - length, position + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}

async function withFile<Result>(
  root: string,
  entry: ContextEntry,
  work: (handle: FileHandle) => Promise<Result>,
): Promise<Result> {
  const handle = await opened(root, entry);
  try {
    return await work(handle);
  } catch (error) {
    throw error instanceof ContextError ? error : unreadable(entry, error);
  } finally {
    await handle.close();
  }
}

async function opened(root: string, entry: ContextEntry): Promise<FileHandle> {
  try {
    return await open(join(root, entry.path));
  } catch (error) {
    throw unreadable(entry, error);
  }
}

const quiet = 'See that nothing else works in the folder during the build, and run it again.';

function changed(entry: ContextEntry): ContextError {
  return new ContextError([
    {
      about: quote(entry.path),
      message: `has changed while the context was packed: it had ${entry.bytes} bytes`,
      next: quiet,
    },
  ]);
}

function unreadable(entry: ContextEntry, cause: unknown): ContextError {
  const code = systemErrorCode(cause);
  const isGone = code === 'ENOENT' || code === 'ENOTDIR';
  return new ContextError(
    [
      {
        about: quote(entry.path),
        message: isGone
          ? 'has vanished while the context was packed'
          : `cannot be read (${code ?? 'the reason is not known'})`,
        next: isGone
          ? quiet
          : 'Leave it out in `.dockerignore`, or let the user of the runner read it.',
      },
    ],
    { cause },
  );
}
