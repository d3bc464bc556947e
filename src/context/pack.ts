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

/** A packed build context. */
export interface PackedContext extends SelectedContext {
  /** The archive (tar.gz). */
  readonly archive: string;
  /** Its size in bytes. */
  readonly archiveBytes: number;
  /** First 16 hex digits of the MD5 of the archive's bytes. */
  readonly hash: string;
}

/** Bytes of each chunk that the compression returns. */
const compressedChunk = 64 * 1024;

/** The file of an archive, which is written from its beginning. */
export type ArchiveFile = Pick<FileHandle, 'writeFile' | 'close'>;

interface PackingOptions {
  /** Called from time to time with the number of bytes read so far. */
  readonly progress: (bytes: number) => void;
  readonly signal?: AbortSignal;
  /** Creates the file, which must not exist; on the disk by default. */
  readonly createFile?: (path: string) => Promise<ArchiveFile>;
}

function createFile(path: string): Promise<ArchiveFile> {
  return open(path, 'wx', 0o600);
}

/**
 * Packs a context into a new file. The same files give the same bytes, on every machine and at every
 * time. If packing fails, the file is deleted.
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
    // The first failure is reported; later ones are ignored.
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
  // The first failure makes the others fail.
  const failures: unknown[] = [];
  const fail = (error: unknown): never => {
    failures.push(error);
    tar.destroy(error instanceof Error ? error : new Error('Packing was stopped'));
    throw error;
  };
  const filling = fillTar(tar, context, { progress, notice }).catch(fail);
  // The default level gives the same bytes as any other gzip in Node.js.
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
    if (!Buffer.isBuffer(bytes)) throw new TypeError('The compression must return bytes');
    // zlib writes its header at once, without a time. Only this byte depends on the machine.
    if (archiveBytes === 0) bytes[operatingSystemAt] = unix;
    hash.update(bytes);
    archiveBytes += bytes.length;
    await write(handle, archive, bytes);
  }
  return { archiveBytes, hash: hash.digest('hex').slice(0, 16) };
}

/** Position of the operating system in the header of a gzip file. */
const operatingSystemAt = 9;
const unix = 3;

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
    {
      about: `archive ${quote(archive)}`,
      message: `cannot be written (${reason})`,
      next: next ?? 'Check that its folder exists and is writable.',
    },
    { cause },
  );
}
