import { constants, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { systemErrorCode } from '../text/system-error.js';

/** Reads a text file; rejects as `node:fs` does, or with an `UnreadableFileError`. */
export type ReadFile = (path: string) => Promise<string>;

/** There is something at the path, but not a file that can be read. */
export class UnreadableFileError extends Error {
  /** The reason, which is all that it says: "it is a folder". */
  constructor(reason: string) {
    super(reason);
    this.name = 'UnreadableFileError';
  }
}

/** Bytes; secrets of an agent are far smaller. */
const largestFile = 64 * 1024 * 1024;

/**
 * Reads a file that an input names. Checks its type and size first, because a FIFO may never end and a
 * device may fill the memory.
 */
export const readTextFile: ReadFile = async (path) => {
  // Without this flag, opening a FIFO waits for a writer.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new UnreadableFileError(kindOf(stats));
    if (stats.size > largestFile) {
      throw new UnreadableFileError(`it is larger than ${largestFile / 1024 / 1024} MiB`);
    }
    // Ignores what is appended from now on.
    const bytes = Buffer.alloc(stats.size);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return bytes.toString('utf8', 0, length);
  } finally {
    await file.close();
  }
};

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'it is a folder';
  if (stats.isFIFO()) return 'it is a FIFO, not a file';
  return 'it is a device, not a file';
}

export const missingFile = 'this file does not exist';

/** Why a file cannot be read, to be put in parentheses. */
export function unreadableReason(error: unknown): string {
  if (error instanceof UnreadableFileError) return error.message;
  const code = systemErrorCode(error);
  if (code === 'ENOENT') return missingFile;
  if (code === 'EISDIR') return 'it is a folder';
  return code ?? 'unknown reason';
}
