import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Busboy } from '@fastify/busboy';
import type { StoredArchive } from '../platform/uploads.js';

/** A form as the storage sees it. */
export interface ReceivedForm {
  /** Those before the file, names in lower case: what comes after it is not looked at. */
  readonly fields: ReadonlyMap<string, string>;
  readonly files: readonly StoredArchive[];
}

/** How a form is received. */
export interface Reception {
  /** Of a file that is longer, the bytes are counted and not kept. */
  readonly limit: number;
  /** Called with the name of each field as it comes, the file's too. */
  readonly onField: (name: string) => void;
}

/** Reads a multipart form; it fails where it is none, or ends in its middle. */
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
    // Whatever else it says of itself, the part of that name is the file.
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
    // That the form ends in its middle is told by the parser too.
    stream.on('error', () => undefined);
  });
  await pipeline(incoming, parser);
  return { fields, files };
}
