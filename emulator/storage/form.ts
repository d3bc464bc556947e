import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Busboy } from '@fastify/busboy';
import type { StoredArchive } from '../platform/uploads.js';

/** A form that the storage received. */
export interface ReceivedForm {
  /** The fields before the file, with lowercase names. Fields after the file are ignored. */
  readonly fields: ReadonlyMap<string, string>;
  readonly files: readonly StoredArchive[];
}

/** Options for receiving a form. */
export interface Reception {
  /** The bytes of a longer file are counted but not kept. */
  readonly limit: number;
  /** Called with the name of each field as it arrives, including the file. */
  readonly onField: (name: string) => void;
}

/** Reads a multipart form. Rejects if it is not a form or ends too early. */
export async function receiveForm(
  incoming: IncomingMessage,
  contentType: string,
  { limit, onField }: Reception,
): Promise<ReceivedForm> {
  const fields = new Map<string, string>();
  const files: StoredArchive[] = [];
  let fileCame = false;
  const parser = new Busboy({
    headers: { 'content-type': contentType },
    // The part with this name is the file, whatever its other headers say.
    isPartAFile: (name) => name === 'file',
  });
  parser.on('field', (name, value) => {
    onField(name);
    if (!fileCame) fields.set(name.toLowerCase(), value);
  });
  parser.on('file', (name, stream) => {
    onField(name);
    fileCame = true;
    const hash = createHash('md5');
    let chunks: Buffer[] = [];
    let bytes = 0;
    stream.on('data', (chunk: Buffer) => {
      hash.update(chunk);
      bytes += chunk.length;
      if (bytes <= limit) chunks.push(chunk);
      else chunks = [];
    });
    stream.on('end', () => {
      files.push({ chunks, bytes, md5: hash.digest('hex') });
    });
    // The parser also reports a form that ends too early.
    stream.on('error', () => undefined);
  });
  await pipeline(incoming, parser);
  return { fields, files };
}
