import { marked, type Token, type Tokens } from 'marked';

/** What a browser makes of Markdown: kinds of elements in their order, without any text. */
export function structureOf(markdown: string): string[] {
  return flatten(marked.lexer(markdown, { gfm: true })).map(kindOf);
}

/** Elements that text from outside must never become: images, links, and HTML other than our own. */
export function foreignElements(markdown: string): string[] {
  return flatten(marked.lexer(markdown, { gfm: true })).flatMap((token) => {
    switch (token.type) {
      case 'image':
        return [token.raw];
      case 'link':
        return ownLinks.test((token as Tokens.Link).href) ? [] : [token.raw];
      case 'html':
        return token.raw.replace(ownHtml, '').trim() === '' ? [] : [token.raw];
      default:
        return [];
    }
  });
}

/** Where the platform documents its codes, and the page of the run. */
const ownLinks = /^https:\/\/(docs\.pipecat\.ai|github\.com\/acme)\//;
const ownHtml =
  /<summary>[^<]*<\/summary>|<\/?(?:details|summary|sub|table|tr|samp)>|<t[hd] nowrap>[^<]*|<\/t[hd]>|(?<=<samp>)[^<]*(?=<\/samp>)|<br>|<!-- pipecat-cloud-release: plan [0-9a-f]+ -->/g;

function kindOf(token: Token): string {
  if (token.type === 'html') return `html ${token.raw.trim().replace(/>[^<]+</g, '><')}`;
  if (token.type === 'code') return `code ${(token as Tokens.Code).lang ?? ''}`;
  return token.type;
}

function flatten(tokens: readonly Token[]): Token[] {
  return tokens.flatMap((token): Token[] => {
    const children: Token[] = [...('tokens' in token ? (token.tokens ?? []) : [])];
    if (token.type === 'list') children.push(...(token as Tokens.List).items);
    if (token.type === 'table') {
      const { header, rows } = token as Tokens.Table;
      children.push(...[header, ...rows].flat().flatMap((cell) => cell.tokens));
    }
    // How many texts there are between two elements says nothing.
    const own = ['text', 'escape', 'space'].includes(token.type) ? [] : [token];
    return [...own, ...flatten(children)];
  });
}
