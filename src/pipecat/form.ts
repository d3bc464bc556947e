import { Readable } from 'node:stream';
import type { FileLike, FormDataLike } from 'form-data-encoder';

/** A form as it goes over the wire, without the file, which goes between the two parts. */
export interface FormBody {
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: { readonly before: Uint8Array; readonly after: Uint8Array };
}

const archiveType = 'application/gzip';

/**
 * A form that uploads an archive: its fields first and the file last, as storage ignores what comes
 * after the file. The size is in the headers, as storage takes nothing of unknown size.
 *
 * @param bytes size of the file
 */
export async function formBody(
  fields: Readonly<Record<string, string>>,
  bytes: number,
): Promise<FormBody> {
  const { FormDataEncoder, isFile } = await import('form-data-encoder');
  const encoder = new FormDataEncoder(formOf(fields, bytes));
  const before: Uint8Array[] = [];
  const after: Uint8Array[] = [];
  let parts = before;
  for (const part of encoder.values()) {
    if (isFile(part)) parts = after;
    else parts.push(part);
  }
  return {
    headers: { 'Content-Type': encoder.contentType, 'Content-Length': encoder.contentLength ?? '' },
    parts: { before: Buffer.concat(before), after: Buffer.concat(after) },
  };
}

/** The encoder asks for a form as browsers have it; only the order and the size matter. */
function formOf(fields: Readonly<Record<string, string>>, bytes: number): FormDataLike {
  const file: FileLike = {
    name: 'context.tar.gz',
    type: archiveType,
    size: bytes,
    lastModified: 0,
    stream: () => Readable.from([]),
    [Symbol.toStringTag]: 'File',
  };
  // The platform's own clients send the type, too, where the platform does not name it.
  const hasType = Object.keys(fields).some((name) => name.toLowerCase() === 'content-type');
  const entries: [string, string | FileLike][] = [
    ...Object.entries(fields),
    ...(hasType ? [] : [['Content-Type', archiveType] satisfies [string, string]]),
    ['file', file],
  ];
  return {
    append: () => undefined,
    getAll: (name) => entries.filter(([field]) => field === name).map(([, value]) => value),
    entries: () => entries.values(),
    [Symbol.iterator]: () => entries.values(),
    [Symbol.toStringTag]: 'FormData',
  };
}
