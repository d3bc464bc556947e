import type { SecretValue } from './secret-value.js';

/** Shorter strings are not masked: a mask for `1` would make every log unreadable and hide nothing. */
export const shortestMask = 4;

/**
 * The strings to mask for a value: each of its lines, trimmed. The runner matches within lines, and an
 * indented line contains the trimmed one.
 */
export function masksFor(value: SecretValue): string[] {
  return value
    .reveal()
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line.length >= shortestMask);
}
