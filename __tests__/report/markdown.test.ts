import { describe, expect, test } from '@jest/globals';
import { marked } from 'marked';
import { printable } from '../../src/text/printable.js';
import { code, codeBlock, htmlTable, prose, samp, table } from '../../src/report/markdown.js';
import { quote } from '../../src/text/quote.js';

/** Markdown as GitHub would render it, in one line. */
function rendered(markdown: string): string {
  return marked.parse(markdown, { async: false, gfm: true }).trim().replace(/\n/g, ' ');
}

const awkward = [
  { name: 'a tag', text: '<img src=x onerror=alert(1)>' },
  { name: 'emphasis', text: '**bold** _it_ ~~gone~~' },
  { name: 'a link', text: '[x](https://example.com) https://example.com' },
  { name: 'backticks', text: '`a` ``b``' },
  { name: 'only backticks', text: '```' },
  { name: 'a mention', text: '@everyone #1' },
  { name: 'an entity', text: '&lt;b&gt;' },
  { name: 'a backslash', text: 'a\\b' },
];

describe('text from outside is shown as it is', () => {
  test.each(awkward)('in a code span: $name', ({ text }) => {
    const escaped = text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
    expect(rendered(code(text)).replace(/&quot;/g, '"')).toBe(`<p><code>${escaped}</code></p>`);
  });

  test.each(awkward)('in a code block: $name', ({ text }) => {
    const html = rendered(codeBlock(`${text}\n~~~\n\`\`\`\n</details>`));
    expect(html).toMatch(/^<pre><code class="language-text">.*<\/code><\/pre>$/);
    expect(html).not.toMatch(/<(img|strong|a|details)/);
  });

  test.each(awkward)('in a sentence: $name', ({ text }) => {
    expect(rendered(prose(`It says ${quote(text)}`))).not.toMatch(/<(img|strong|em|del|a|h1)\b/);
  });

  test.each([...awkward, { name: 'a pipe', text: 'a|b' }, { name: 'lines', text: 'a\nb' }])(
    'in a table cell: $name',
    ({ text }) => {
      const html = rendered(table([{ Head: code(text), Other: 'x' }]));
      expect(html.match(/<td>/g)).toHaveLength(2);
      expect(html).toContain('<td>x</td>');
    },
  );
});

test.each(awkward)(
  'text from outside is shown as it is in a cell of an HTML table: $name',
  ({ text }) => {
    const shown = rendered(htmlTable([{ Head: samp(text) }]));
    expect(shown.match(/<(?!\/)/g)).toHaveLength(6);
    expect(shown).toContain('</samp></td>');
  },
);

test('names in an HTML table stand in samp, since GitHub breaks code at every hyphen', () => {
  expect(htmlTable([{ Name: samp('order-desk'), Empty: '' }])).toBe(
    '<table>\n<tr><th nowrap>Name</th></tr>\n<tr><td nowrap><samp>order-desk</samp></td></tr>\n</table>',
  );
});

test('quoted names in a sentence become code', () => {
  expect(prose('Correct `secret-set` & more')).toBe('Correct `secret-set` &amp; more');
});

describe('what a terminal or a browser would act on is taken away', () => {
  test.each([
    { name: 'colours', text: '\u001b[31mred\u001b[0m', expected: 'red' },
    {
      name: 'a link of a terminal',
      text: '\u001b]8;;https://x\u0007text\u001b]8;;\u0007',
      expected: 'text',
    },
    { name: 'carriage returns', text: 'a\rb\r\nc', expected: 'a\nb\nc' },
    { name: 'control characters', text: 'a\u0000\u0008b\u009bc', expected: 'abc' },
    { name: 'text that runs backwards', text: 'a\u202Eb\u2066c', expected: 'abc' },
    { name: 'tabs, which stay', text: 'a\tb', expected: 'a\tb' },
  ])('$name', ({ text, expected }) => {
    expect(printable(text)).toBe(expected);
  });
});
