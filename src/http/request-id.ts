import type { IncomingHttpHeaders } from 'node:http';

const longest = 128;

/** The headers by which servers name a request; support asks for it. */
const names = ['x-request-id', 'x-github-request-id', 'x-amz-request-id'] as const;

/**
 * The id that a server gave a request, cut and without anything that is not printable.
 *
 * @param redact takes known secrets out of it
 */
export function readRequestId(
  headers: IncomingHttpHeaders,
  redact: (text: string) => string,
): string | undefined {
  const header = names
    .map((name) => headers[name])
    .find((value) => value !== undefined && value.length > 0);
  const text = (Array.isArray(header) ? header.join(' ') : (header ?? '')).slice(0, 8 * longest);
  const id = redact(text)
    .replace(/[^\x21-\x7e]/g, '')
    .slice(0, longest);
  return id === '' ? undefined : id;
}
