import type { IncomingHttpHeaders } from 'node:http';

/**
 * Reads `Retry-After`, which contains seconds or a date, as milliseconds. Compares a date with the date
 * of the response, because the clocks of the two machines may differ.
 *
 * @param now milliseconds since the epoch, for a response without a date
 */
export function readRetryAfter(headers: IncomingHttpHeaders, now: number): number | undefined {
  const header = headers['retry-after'];
  if (header === undefined) return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(header);
  if (Number.isNaN(date)) return undefined;
  const sentAt = Date.parse(headers.date ?? '');
  return Math.max(0, date - (Number.isNaN(sentAt) ? now : sentAt));
}
