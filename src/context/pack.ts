import { createHash } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { quote } from '../text/quote.js';
import { faultOf } from '../text/system-error.js';
import { ContextError } from './errors.js';
import type { NoticedFile } from './noticed-files.js';
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

/** Bytes that come out of the compression at a time. */
const compressedChunk = 64 * 1024;

/** The file that an archive is written to, from its beginning. */
export type ArchiveFile = Pick<FileHandle, 'writeFile' | 'close'>;

export interface PackingOptions {
  /** Called now and then with the number of bytes read so far. */
  readonly progress: (bytes: number) => void;
  readonly signal?: AbortSignal;
  /** Creates the file, which must not exist; by default on the disk. */
  readonly createFile?: (path: string) => Promise<ArchiveFile>;
}

function createFile(path: string): Promise<ArchiveFile> {
  return open(path, 'wx', 0o600);
}

/**
 * Packs a context into a file that must not be there. The same files give the same bytes, wherever
 * and whenever they are packed. If it fails, the file is gone.
 *
 * @throws ContextError, or the signal's reason
 */
export async function packContext(
  context: SelectedContext,
  archive: string,
  options: PackingOptions,
): Promise<PackedContext> {
  const { signal } = options;
  signal?.throwIfAborted();
  let file: ArchiveFile;
  try {
    file = await (options.createFile ?? createFile)(archive);
  } catch (error) {
    throw unwritable(archive, error);
  }
  try {
    const written = await packInto(file, context, archive, options);
    await file.close().catch((error: unknown) => {
      throw unwritable(archive, error);
    });
    return { ...context, archive, ...written };
  } catch (error) {
    // What failed first is what is reported.
    await file.close().catch(() => undefined);
    await rm(archive, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Reads, compresses and writes at the same time. */
async function packInto(
  file: ArchiveFile,
  context: SelectedContext,
  archive: string,
  { progress, signal }: PackingOptions,
): Promise<{ archiveBytes: number; hash: string; noticed: readonly NoticedFile[] }> {
  const { pack } = await import('tar-stream');
  const tar = pack();
  const noticed = [...context.noticed];
  const notice = (found: NoticedFile): void => {
    noticed.push(found);
  };
  // What fails first makes the others fail.
  const failures: unknown[] = [];
  const fail = (error: unknown): never => {
    failures.push(error);
    tar.destroy(error instanceof Error ? error : new Error('Packing was stopped'));
    throw error;
  };
  const filling = fillTar(tar, context, { progress, notice }).catch(fail);
  // At the default level, the bytes are those of any other gzip of Node.js.
  const compression = createGzip({ chunkSize: compressedChunk });
  let written = { archiveBytes: 0, hash: '' };
  const writing = pipeline(
    tar,
    compression,
    async (compressed: AsyncIterable<unknown>) => {
      written = await writeArchive(file, archive, compressed).catch(fail);
    },
    { signal },
  );
  await Promise.allSettled([filling, writing.catch(fail)]);
  signal?.throwIfAborted();
  if (failures.length > 0) throw failures[0];
  return { ...written, noticed };
}

async function writeArchive(
  handle: ArchiveFile,
  archive: string,
  compressed: AsyncIterable<unknown>,
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

async function write(handle: ArchiveFile, archive: string, bytes: Buffer): Promise<void> {
  try {
    await handle.writeFile(bytes);
  } catch (error) {
    throw unwritable(archive, error);
  }
}

function unwritable(archive: string, cause: unknown): ContextError {
  const { reason, next } = faultOf(cause);
  return new ContextError(
    [
      {
        about: `archive ${quote(archive)}`,
        message: `cannot be written (${reason})`,
        next: next ?? 'Check that its folder exists and can be written to.',
      },
    ],
    { cause },
  );
}
