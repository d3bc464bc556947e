/** Characters of a quotation; what it is for stands at its beginning. */
const longest = 500;

/**
 * A text from outside within a sentence of our own, on one line. The summary shows what stands
 * between backticks as code, so that nothing in it is taken for Markdown, a link or a mention.
 */
export function quote(text: string): string {
  const line = asQuoted(text);
  return `\`${line.length > longest ? `${line.slice(0, longest)}…` : line}\``;
}

/** What a text becomes between the backticks, before it is cut. */
export function asQuoted(text: string): string {
  return text.replace(/`/g, "'").replace(/\s+/g, ' ').trim();
}
