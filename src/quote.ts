/** Characters of a quotation; what it is for stands at its beginning. */
const longest = 500;

/**
 * A text from outside within a sentence of our own, on one line. The summary shows what stands
 * between backticks as code, so that nothing in it is taken for Markdown, a link or a mention.
 */
export function quote(text: string, most = longest): string {
  const line = text.replace(/`/g, "'").replace(/\s+/g, ' ').trim();
  return `\`${line.length > most ? `${line.slice(0, most)}…` : line}\``;
}
