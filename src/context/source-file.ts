import { close, constants, fstat, open, read } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { quote } from '../text/quote.js';
import { faultOf, systemErrorCode } from '../text/system-error.js';
import { ContextError } from './errors.js';
import type { ContextEntry } from './select.js';

// The file handles of `node:fs/promises` take three times as long, which adds up for many small files.
const openFile = promisify(open);
const readFile = promisify(read);
const closeFile = promisify(close);
const statFile = promisify(fstat);

/** Bytes that are read at a time. */
const pieceSize = 256 * 1024;

/**
 * Reads a selected file in pieces.
 *
 * @throws ContextError that names the file, if it cannot be read or is no longer what was selected
 */
export async function* readSourceFile(root: string, entry: ContextEntry): AsyncGenerator<Buffer> {
  // A named pipe that has replaced the file must not block the run.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  const descriptor = await named(entry, openFile(join(root, entry.path), flags));
  try {
    // A replacement, such as a link that leads out of the context, is not read.
    const stats = await named(entry, statFile(descriptor));
    if (!stats.isFile() || stats.ino !== entry.inode) throw changed(entry);
    let position = 0;
    for (;;) {
      // At the end of the file, one more byte is asked for, which shows whether it grew.
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

/** Names the file in what fails. */
async function named<Result>(entry: ContextEntry, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw unreadable(entry, error);
  }
}

const quiet = 'See that nothing else works in the folder during the build, and run it again.';

function changed(entry: ContextEntry): ContextError {
  return new ContextError([
    {
      about: quote(entry.path),
      message: `has changed, or was replaced, while the context was packed: it had ${entry.bytes} bytes`,
      next: quiet,
    },
  ]);
}
function unreadable(entry: ContextEntry, cause: unknown): ContextError {
  const code = systemErrorCode(cause);
  const { reason, next } = faultOf(cause);
  const isGone = code === 'ENOENT' || code === 'ENOTDIR';
  return new ContextError(
    [
      {
        about: quote(entry.path),
        message: isGone
          ? 'has vanished while the context was packed'
          : `cannot be read (${reason})`,
        next: isGone
          ? quiet
          : (next ?? 'Leave it out with `build-exclude`, or let the user of the runner read it.'),
      },
    ],
    { cause },
  );
}
