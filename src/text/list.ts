import { quote } from './quote.js';

interface ListOptions {
  /** How many items to name; the others are counted. All by default. */
  readonly most?: number;
  /** Formats an item; in backticks by default. */
  readonly format?: (item: string) => string;
}

/** Lists items within a sentence: `a`, `b` and 3 more. */
export function listOf(
  items: Iterable<string>,
  { most = Infinity, format = quote }: ListOptions = {},
): string {
  const all = [...items];
  const named = all.slice(0, most).map(format).join(', ');
  return all.length > most ? `${named} and ${all.length - most} more` : named;
}

/** A format that adds no backticks. */
export function asIs(item: string): string {
  return item;
}
