import type { Buffers } from './buffers.js';
import type { ContextEntry } from './select.js';
import { SourceFile } from './source-file.js';

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
  const file = await SourceFile.open(root, entry);
  try {
    return await file.read(spaceFrom(0, entry, buffers), 0);
  } finally {
    await file.close();
  }
}

async function* readPieces(
  root: string,
  entry: ContextEntry,
  buffers: Buffers,
): AsyncGenerator<Buffer> {
  const file = await SourceFile.open(root, entry);
  const read = (position: number): Promise<Buffer> => {
    const reading = file.read(spaceFrom(position, entry, buffers), position);
    reading.catch(() => undefined);
    return reading;
  };
  let reading = read(0);
  try {
    for (let position = 0; position < entry.bytes;) {
      const content = await reading;
      position += content.length;
      // The next piece is read while this one is worked on; the last of them is the end, and empty.
      reading = read(position);
      yield content;
    }
    await reading;
  } finally {
    await Promise.allSettled([reading]);
    await file.close();
  }
}

/** Room for the next piece; at the end of the file there is one byte more, which shows that it grew. */
function spaceFrom(position: number, entry: ContextEntry, buffers: Buffers): Buffer {
  const left = entry.bytes - position;
  // Nothing is read into it, so nothing of it comes out of the tar, where buffers are given back.
  if (left === 0) return Buffer.alloc(1);
  return buffers.take().subarray(0, Math.min(buffers.size, left + 1));
}
