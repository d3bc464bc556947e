/** Looks a word from outside up in a table. Every object also has names that the table does not list. */
export function lookUp<Entry>(
  table: Readonly<Record<string, Entry>>,
  word: string | undefined,
): Entry | undefined {
  return word !== undefined && Object.hasOwn(table, word) ? table[word] : undefined;
}
