import { close, constants, fstat, open, read } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { quote } from '../text/quote.js';
import { faultOf, systemErrorCode } from '../text/system-error.js';
import { ContextError } from './errors.js';
import type { ContextEntry } from './select.js';

// The file handles of `node:fs/promises` take three times as long, which tells with many small files.
const openFile = promisify(open);
const readFile = promisify(read);
const closeFile = promisify(close);
const statFile = promisify(fstat);

/** A file that is read for the archive. What fails is a ContextError that names it. */
export class SourceFile {
  readonly #entry: ContextEntry;
  readonly #descriptor: number;

  private constructor(entry: ContextEntry, descriptor: number) {
    this.#entry = entry;
    this.#descriptor = descriptor;
  }

  static async open(root: string, entry: ContextEntry): Promise<SourceFile> {
    let file: SourceFile;
    try {
      // A named pipe that has taken its place must not be waited for.
      const flags = constants.O_RDONLY | constants.O_NONBLOCK;
      file = new SourceFile(entry, await openFile(join(root, entry.path), flags));
    } catch (error) {
      throw unreadable(entry, error);
    }
    try {
      await file.#check();
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** What was put in its place meanwhile, such as a link that leads out of the context, is not read. */
  async #check(): Promise<void> {
    const stats = await statFile(this.#descriptor);
    if (!stats.isFile() || stats.ino !== this.#entry.inode) throw changed(this.#entry);
  }

  /**
   * Fills a buffer with what stands at a position. It may reach one byte further than the file did when
   * it was selected.
   *
   * @throws ContextError if the file is not as large any more
   */
  async read(into: Buffer, position: number): Promise<Buffer> {
    const expected = Math.min(into.length, this.#entry.bytes - position);
    let length = 0;
    let bytesRead: number;
    do {
      bytesRead = await this.#readSome(into, length, position + length);
      length += bytesRead;
    } while (bytesRead > 0 && length < expected);
    if (length !== expected) throw changed(this.#entry);
    return into.subarray(0, length);
  }

  async #readSome(into: Buffer, offset: number, position: number): Promise<number> {
    try {
      const length = into.length - offset;
      const { bytesRead } = await readFile(this.#descriptor, into, offset, length, position);
      return bytesRead;
    } catch (error) {
      throw unreadable(this.#entry, error);
    }
  }

  async close(): Promise<void> {
    await closeFile(this.#descriptor);
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
