/** A text as a sentence: with a mark at its end, whichever it has. */
export function sentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}
