import type { SecretValue } from './secret-value.js';

/** Shorter strings are not masked: a mask of `1` garbles every log without hiding anything. */
export const shortestMask = 4;

/**
 * The strings to mask for a value: each of its lines, trimmed, never the block. The runner matches
 * within lines, and a line that is printed with its indentation contains the trimmed one.
 */
export function masksFor(value: SecretValue): string[] {
  return value
    .reveal()
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line.length >= shortestMask);
}
