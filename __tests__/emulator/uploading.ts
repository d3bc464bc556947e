import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import type { Requests } from './rehearsal.js';

/** Where a client can upload, and with which fields. */
export interface UploadTarget {
  readonly uploadId: string;
  readonly uploadUrl: string;
  readonly uploadFields: Readonly<Record<string, string>>;
  readonly expiresAt: string;
}

/** A response of the storage. */
export interface StorageAnswer {
  readonly status: number;
  readonly etag: string | null;
  readonly type: string | null;
  readonly text: string;
}

/** A build context with these files. The bytes are always the same. */
export async function archiveOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(files))
    archive.entry({ name, mtime: new Date(0) }, content);
  archive.finalize();
  return gzipSync(await buffer(archive));
}

/** Requests an upload URL. */
export async function askForUpload(requests: Requests, region = 'us-west'): Promise<UploadTarget> {
  const { status, body } = await requests.post('/builds/upload-url', { region });
  if (status !== 200) throw new Error(`No place to upload to: ${JSON.stringify(body)}`);
  return body as UploadTarget;
}

/** A form with these fields, in order. `file` is the place of the file. */
export function formOf(
  fields: Iterable<readonly [name: string, value: string | Buffer]>,
): FormData {
  const form = new FormData();
  for (const [name, value] of fields)
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, new Blob([new Uint8Array(value)]), 'context.tar.gz');
  return form;
}

/** Posts a body to the storage. */
export async function postTo(
  url: string,
  body: FormData | string,
  headers: Readonly<Record<string, string>> = {},
): Promise<StorageAnswer> {
  const response = await fetch(url, { method: 'POST', body, headers });
  return {
    status: response.status,
    etag: response.headers.get('etag'),
    type: response.headers.get('content-type'),
    text: await response.text(),
  };
}

/** Uploads a file correctly. */
export const upload = ({ uploadUrl, uploadFields }: UploadTarget, file: Buffer) =>
  postTo(uploadUrl, formOf([...Object.entries(uploadFields), ['file', file]]));
