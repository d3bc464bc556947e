import { close, constants, fstat, open, read } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { quote } from '../text/quote.js';
import { faultOf, isNotFound } from '../text/system-error.js';
import { ContextError, excludeOr, leaveFolderAlone } from './errors.js';
import type { FileEntry } from './walk.js';

// The file handles of `node:fs/promises` take three times as long, which matters for many small files.
const openFile = promisify(open);
const readFile = promisify(read);
const closeFile = promisify(close);
const statFile = promisify(fstat);

/** Bytes to read at a time. */
const pieceSize = 256 * 1024;

/**
 * Reads a selected file in pieces.
 *
 * @throws ContextError that names the file, if it cannot be read or has changed since its selection
 */
export async function* readSourceFile(root: string, entry: FileEntry): AsyncGenerator<Buffer> {
  // If a named pipe has replaced the file, it must not block the run.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  const descriptor = await named(entry, openFile(join(root, entry.path), flags));
  try {
    // Never read a replacement, such as a link that points outside the context.
    const stats = await named(entry, statFile(descriptor));
    if (!stats.isFile() || stats.ino !== entry.inode) throw changed(entry);
    let position = 0;
    for (;;) {
      // Ask for one byte beyond the end of the file, to find out whether it grew.
      const size = Math.min(pieceSize, entry.bytes - position + 1);
      const piece = Buffer.allocUnsafe(size);
      const { bytesRead } = await named(entry, readFile(descriptor, piece, 0, size, position));
      position += bytesRead;
      if (position > entry.bytes) throw changed(entry);
      if (bytesRead === 0) break;
      yield piece.subarray(0, bytesRead);
    }
    if (position < entry.bytes) throw changed(entry);
  } finally {
    await closeFile(descriptor);
  }
}

/** Names the file in the error of `work`. */
async function named<Result>(entry: FileEntry, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw unreadable(entry, error);
  }
}

function changed({ path, bytes }: FileEntry): ContextError {
  return new ContextError({
    about: quote(path),
    message: `changed while the action packed the context: it had ${bytes} bytes before`,
    next: leaveFolderAlone,
  });
}

function unreadable({ path }: FileEntry, cause: unknown): ContextError {
  const { reason, next = `${excludeOr} let the runner's user read it.` } = faultOf(cause);
  const isDeleted = isNotFound(cause);
  return new ContextError(
    {
      about: quote(path),
      message: isDeleted
        ? 'was deleted while the action packed the context'
        : `cannot be read (${reason})`,
      next: isDeleted ? leaveFolderAlone : next,
    },
    { cause },
  );
}
