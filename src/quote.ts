/**
 * A text from outside within a sentence of our own, on one line. The summary shows what stands
 * between backticks as code, so that nothing in it is taken for Markdown, a link or a mention.
 */
export function quote(text: string): string {
  return `\`${text.replace(/`/g, "'").replace(/\s+/g, ' ').trim()}\``;
}
