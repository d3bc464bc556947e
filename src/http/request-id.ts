import type { IncomingHttpHeaders } from 'node:http';

const longest = 128;

/** Response headers with the id of a request, which support asks for. */
const names = ['x-request-id', 'x-github-request-id', 'x-amz-request-id'] as const;

/**
 * Reads the id that a server gave a request, shortened and in printable ASCII.
 *
 * @param redact removes known secrets
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
