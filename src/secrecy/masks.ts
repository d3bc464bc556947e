import { printable } from '../printable.js';
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
  const masks = [...values].flatMap(masksFor).flatMap(formsOf);
  // The longest first, so that a value which contains another one leaves nothing of itself.
  const ordered = [...new Set(masks)].sort((a, b) => b.length - a.length);
  // What nobody sees must not keep a value from being found, so it goes first.
  return (text) => ordered.reduce((clean, mask) => clean.replaceAll(mask, '***'), printable(text));
}

/** A value as it may stand in a text: as it is, made printable, and as JSON has it. */
function formsOf(mask: string): string[] {
  const shown = printable(mask);
  return [mask, shown, JSON.stringify(shown).slice(1, -1)].filter(
    (form) => form.length >= shortestMask,
  );
}
