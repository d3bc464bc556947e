/** Characters of a quotation. */
const longest = 500;

/**
 * Quotes an external text in backticks, on one line. The summary renders it as code, so nothing in it
 * can become Markdown, a link or a mention.
 */
export function quote(text: string): string {
  const line = asQuoted(text);
  return `\`${line.length > longest ? `${line.slice(0, longest)}…` : line}\``;
}

/** The text between the backticks, before it is cut. */
export function asQuoted(text: string): string {
  return text.replace(/`/g, "'").replace(/\s+/g, ' ').trim();
}
