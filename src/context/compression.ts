import { createGzip, type Gzip } from 'node:zlib';
import { Buffers } from './buffers.js';

/**
 * Bytes that are compressed at a time. Each time costs a way to another thread and back, so headers
 * and small files go together.
 */
const chunk = 128 * 1024;
/** Bytes that come out at a time; each is a new buffer, and larger ones make more garbage. */
const compressedChunk = 32 * 1024;

/** At the default level: the bytes have to be those of any other gzip of Node.js. */
export function compression(): Gzip {
  return createGzip({ chunkSize: compressedChunk });
}

/**
 * Gives what comes out of a tar to the compression. While it works on a chunk, the next is put together.
 *
 * @param used is given back what has come out of the tar
 */
export async function compress(
  tar: AsyncIterable<unknown>,
  compressed: Gzip,
  used: Buffers,
): Promise<void> {
  const chunks = new Buffers(chunk);
  let written = Promise.resolve();
  for await (const bytes of gather(tar, chunks, used)) {
    await written;
    written = write(compressed, bytes).then(() => {
      chunks.giveBack(bytes);
    });
    // It is awaited before the next; until then a failure is nobody's.
    written.catch(() => undefined);
  }
  await written;
  compressed.end();
}

async function* gather(
  tar: AsyncIterable<unknown>,
  chunks: Buffers,
  used: Buffers,
): AsyncGenerator<Buffer> {
  let gathered = chunks.take();
  let length = 0;
  for await (const bytes of tar) {
    if (!Buffer.isBuffer(bytes)) throw new TypeError('A tar is made of bytes');
    for (let taken = 0; taken < bytes.length;) {
      const copied = bytes.copy(gathered, length, taken);
      taken += copied;
      length += copied;
      if (length < gathered.length) continue;
      yield gathered;
      gathered = chunks.take();
      length = 0;
    }
    used.giveBack(bytes);
  }
  if (length > 0) yield gathered.subarray(0, length);
}

function write(compressed: Gzip, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    // A stream that is destroyed forgets the callbacks of writes that it has not done.
    const onClose = (): void => {
      reject(compressed.errored ?? new Error('The compression was stopped'));
    };
    if (compressed.destroyed) {
      onClose();
      return;
    }
    compressed.once('close', onClose);
    compressed.write(bytes, (error) => {
      compressed.off('close', onClose);
      if (error) reject(error);
      else resolve();
    });
  });
}
