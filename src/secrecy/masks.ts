import { printable } from '../printable.js';
import { quote } from '../quote.js';
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
  const search = searchFor(ordered);
  return (text) => {
    // What nobody sees must not keep a value from being found, so it goes first.
    const clean = printable(text);
    return search(clean).reduce((left, mask) => left.replaceAll(mask, '***'), clean);
  };
}

/**
 * Makes a function that finds the masks that may stand in a text, in their order. Values of many lines
 * have tens of thousands of masks, of which a text holds none or a few, so they are looked up by what
 * the text holds, and not gone through.
 */
function searchFor(masks: readonly string[]): (text: string) => string[] {
  const ranks = new Map(masks.map((mask, rank) => [mask, rank]));
  const lengths = new Map<string, Set<number>>();
  for (const mask of masks) {
    const beginning = mask.slice(0, shortestMask);
    lengths.set(beginning, (lengths.get(beginning) ?? new Set()).add(mask.length));
  }
  // The stars of one mask may make another one out of what is beside them.
  const always = masks.filter((mask) => mask.includes('*'));
  return (text) => {
    const found = new Set(always);
    for (let start = 0; start + shortestMask <= text.length; start++) {
      for (const length of lengths.get(text.slice(start, start + shortestMask)) ?? []) {
        const part = text.slice(start, start + length);
        if (ranks.has(part)) found.add(part);
      }
    }
    return [...found].sort((one, other) => (ranks.get(one) ?? 0) - (ranks.get(other) ?? 0));
  };
}

/** A value as it may stand in a text: as it is, made printable, as JSON has it, and as it is quoted. */
function formsOf(mask: string): string[] {
  // All of them are the same for most, and there may be tens of thousands.
  if (/^[\w+/=.:,-]*$/.test(mask)) return [mask];
  const shown = printable(mask);
  const quoted = quote(shown, Infinity).slice(1, -1);
  return [mask, shown, JSON.stringify(shown).slice(1, -1), quoted].filter(
    (form) => form.length >= shortestMask,
  );
}
