import type { SecretValue } from './secret-value.js';

/** Shorter strings are not masked: a mask of `1` garbles every log without hiding anything. */
const shortestMask = 4;

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

/**
 * Makes a function that replaces every known secret in a text that comes from outside. The runner
 * masks its log by itself; error objects, outputs and files are this action's own to keep clean.
 */
export function redactor(values: Iterable<SecretValue>): (text: string) => string {
  // The longest first, so that a value which contains another one leaves nothing of itself.
  const masks = [...new Set([...values].flatMap(masksFor))].sort((a, b) => b.length - a.length);
  return (text) => masks.reduce((clean, mask) => clean.replaceAll(mask, '***'), text);
}
