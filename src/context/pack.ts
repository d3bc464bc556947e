import { createHash } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { addAbortSignal, pipeline } from 'node:stream';
import { createGzip } from 'node:zlib';
import { quote } from '../text/quote.js';
import { faultOf } from '../text/system-error.js';
import { ContextError } from './errors.js';
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

/**
 * Packs a context into a new file. The same files give the same bytes, on every machine and at every
 * time. If packing fails, the file is deleted.
 *
 * @throws ContextError, or the signal's reason
 */
export async function packContext(
  context: SelectedContext,
  archive: string,
  { progress, signal, createFile = (path) => open(path, 'wx', 0o600) }: PackingOptions,
): Promise<PackedContext> {
  signal?.throwIfAborted();
  const { pack } = await import('tar-stream');
  const file = await named(archive, createFile(archive));
  const tar = pack();
  // The default level gives the same bytes as any other gzip in Node.js.
  const compression = createGzip({ chunkSize: compressedChunk });
  if (signal !== undefined) addAbortSignal(signal, compression);
  // A failure of one of them ends the others, and the one that waits for the compressed bytes reports it.
  pipeline(tar, compression, () => undefined);
  const filling = fillTar(tar, context, progress).catch((error: unknown) => {
    tar.destroy(error as Error);
    return [];
  });
  try {
    const written = await writeArchive(compression, (bytes) =>
      named(archive, file.writeFile(bytes)),
    );
    signal?.throwIfAborted();
    await named(archive, file.close());
    return { ...context, archive, ...written, noticed: [...context.noticed, ...(await filling)] };
  } catch (error) {
    await filling;
    // The first failure is reported; later ones are ignored.
    await file.close().catch(() => undefined);
    await rm(archive, { force: true }).catch(() => undefined);
    signal?.throwIfAborted();
    throw error;
  }
}

/** Position of the operating system in the header of a gzip file. */
const operatingSystemAt = 9;
const unix = 3;

async function writeArchive(
  compressed: AsyncIterable<Buffer>,
  write: (bytes: Buffer) => Promise<void>,
): Promise<{ archiveBytes: number; hash: string }> {
  const hash = createHash('md5');
  let archiveBytes = 0;
  for await (const bytes of compressed) {
    // zlib writes its header at once, without a time. Only this byte depends on the machine.
    if (archiveBytes === 0) bytes[operatingSystemAt] = unix;
    hash.update(bytes);
    archiveBytes += bytes.length;
    await write(bytes);
  }
  return { archiveBytes, hash: hash.digest('hex').slice(0, 16) };
}

/** Names the archive in the error of `work`. */
async function named<Result>(archive: string, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    const { reason, next } = faultOf(error);
    const problem = {
      about: `archive ${quote(archive)}`,
      message: `cannot be written (${reason})`,
      next: next ?? 'Check that its folder exists and is writable.',
    };
    throw new ContextError(problem, { cause: error });
  }
}
