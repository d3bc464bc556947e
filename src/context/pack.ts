import { createHash } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { quote } from '../text/quote.js';
import { reasonOf, systemErrorCode } from '../text/system-error.js';
import { Buffers } from './buffers.js';
import { compress, compression } from './compression.js';
import { piece } from './contents.js';
import { ContextError } from './errors.js';
import type { SelectedContext } from './select.js';
import { fillTar } from './tar.js';

/** A build context that is packed. */
export interface PackedContext extends SelectedContext {
  /** The archive (tar.gz). */
  readonly archive: string;
  /** Its size in bytes. */
  readonly archiveBytes: number;
  /** First 16 hex digits of the MD5 of the archive's bytes. */
  readonly hash: string;
}

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
  const handle = await create(archive);
  try {
    const written = await packInto(handle, context, archive, progress, signal);
    await handle.close();
    return { ...context, archive, ...written };
  } catch (error) {
    await handle.close();
    await rm(archive, { force: true });
    throw error;
  }
}

/** Reads, compresses and writes at the same time. */
async function packInto(
  handle: FileHandle,
  context: SelectedContext,
  archive: string,
  progress: (bytes: number) => void,
  signal: AbortSignal | undefined,
): Promise<{ archiveBytes: number; hash: string }> {
  const { pack } = await import('tar-stream');
  const tar = pack();
  const compressed = compression();
  const failures: unknown[] = [];
  // What works on the streams fails with them; an event that nobody hears would end the process.
  for (const stream of [tar, compressed]) stream.on('error', () => undefined);
  const stop = (reason: unknown): void => {
    failures.push(reason);
    const error = reason instanceof Error ? reason : new Error('Packing was stopped');
    tar.destroy(error);
    compressed.destroy(error);
  };
  const abort = (): void => {
    stop(signal?.reason);
  };
  signal?.addEventListener('abort', abort, { once: true });
  const buffers = new Buffers(piece + 1);
  const writing = writeArchive(handle, archive, compressed);
  await Promise.all([
    fillTar(tar, context, buffers, progress).catch(stop),
    compress(tar, compressed, buffers).catch(stop),
    writing.catch(stop),
  ]);
  signal?.removeEventListener('abort', abort);
  // What fails first makes the others fail.
  if (failures.length > 0) throw failures[0];
  return writing;
}

async function writeArchive(
  handle: FileHandle,
  archive: string,
  compressed: Readable,
): Promise<{ archiveBytes: number; hash: string }> {
  const hash = createHash('md5');
  let archiveBytes = 0;
  for await (const bytes of compressed) {
    if (!Buffer.isBuffer(bytes)) throw new TypeError('An archive is made of bytes');
    writeHeader(bytes, archiveBytes);
    hash.update(bytes);
    archiveBytes += bytes.length;
    await write(handle, archive, bytes);
  }
  return { archiveBytes, hash: hash.digest('hex').slice(0, 16) };
}

/** Of the header of a gzip file: the time, none, and the operating system, which is always Unix. */
const header = new Map([
  [4, 0],
  [5, 0],
  [6, 0],
  [7, 0],
  [9, 3],
]);

function writeHeader(bytes: Buffer, position: number): void {
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
        message: `cannot be written (${isFull ? 'the disk is full' : reasonOf(cause)})`,
        next: isFull
          ? 'Make room on the disk of the runner, or leave more out of the build context.'
          : 'See that the folder is there and may be written to.',
      },
    ],
    { cause },
  );
}
