import { marked, type Token, type Tokens } from 'marked';

/** The structure of Markdown: the kinds of its elements, in order, without text. */
export function structureOf(markdown: string): string[] {
  return flatten(marked.lexer(markdown, { gfm: true })).map(kindOf);
}

/** Elements that text from outside must never become: images, links, and other HTML. */
export function foreignElements(markdown: string): string[] {
  return flatten(marked.lexer(markdown, { gfm: true })).flatMap((token) => {
    switch (token.type) {
      case 'image':
        return [token.raw];
      case 'link':
        return ownLinks.test((token as Tokens.Link).href) ? [] : [token.raw];
      case 'html':
        return token.raw.replace(ownTags, '').includes('<') ? [token.raw] : [];
      default:
        return [];
    }
  });
}

/** Links that the action itself writes: the platform's page about codes, and the page of the run. */
const ownLinks = /^https:\/\/(docs\.pipecat\.ai|github\.com\/acme)\//;
const ownTags =
  /<\/?(?:details|summary|sub|table|tr|samp|th|td)>|<t[hd] nowrap>|<br>|<!-- pipecat-cloud-release: plan [0-9a-f]+ -->/g;

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
    // The number of texts between two elements does not matter.
    const own = ['text', 'escape', 'space'].includes(token.type) ? [] : [token];
    return [...own, ...flatten(children)];
  });
}
