import { quote } from './quote.js';

export interface ListOptions {
  /** How many items are named; the others are counted. All of them unless given. */
  readonly most?: number;
  /** How an item is written; in backticks unless given. */
  readonly format?: (item: string) => string;
}

/** Items within a sentence: `a`, `b` and 3 more. */
export function listOf(
  items: Iterable<string>,
  { most = Infinity, format = quote }: ListOptions = {},
): string {
  const all = [...items];
  const named = all.slice(0, most).map(format).join(', ');
  return all.length > most ? `${named} and ${all.length - most} more` : named;
}

/** The format of items that are not put in backticks. */
export function asIs(item: string): string {
  return item;
}
