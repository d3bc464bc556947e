import { randomUUID } from 'node:crypto';

/** A multipart form without its file, which belongs between the two parts. */
interface FormBody {
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: { readonly before: Uint8Array; readonly after: Uint8Array };
}

const archiveType = 'application/gzip';

/**
 * Makes the form that uploads an archive. The file comes last, because storage ignores what follows
 * it. The headers give the size, because storage rejects uploads of unknown size.
 *
 * @param bytes size of the file
 */
export function formBody(fields: Readonly<Record<string, string>>, bytes: number): FormBody {
  const boundary = `form-${randomUUID()}`;
  const part = (name: string, rest: string): string =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(name)}"${rest}`;
  // The platform's own clients send the type even if the platform does not list it.
  const hasType = Object.keys(fields).some((name) => name.toLowerCase() === 'content-type');
  const all = { ...fields, ...(hasType ? {} : { 'Content-Type': archiveType }) };
  const before = Buffer.from(
    [
      ...Object.entries(all).map(([name, value]) => part(name, `\r\n\r\n${value}\r\n`)),
      part('file', `; filename="context.tar.gz"\r\nContent-Type: ${archiveType}\r\n\r\n`),
    ].join(''),
  );
  const after = Buffer.from(`\r\n--${boundary}--\r\n`);
  return {
    headers: {
      'Content-Type': `multipart/form-data; boundary=${boundary}`,
      'Content-Length': String(before.byteLength + bytes + after.byteLength),
    },
    parts: { before, after },
  };
}

/** Escapes a field name as browsers do. */
function escapeName(name: string): string {
  return name.replace(/["\r\n]/g, encodeURIComponent);
}
