import { describe, expect, test } from '@jest/globals';
import { disclosures } from '../proof/secrecy/disclosure.js';

/** A test that nothing is disclosed is only useful if it would find a disclosure. */
const secret = 'hunter22 <of> "the\\ %25 \u200bnight`|*';
const json = JSON.stringify(secret).slice(1, -1);

describe('the search for disclosed values finds a secret', () => {
  test.each([
    { name: 'unchanged', text: secret },
    { name: 'indented', text: `   ${secret}` },
    { name: 'as JSON', text: json },
    { name: 'as JSON within JSON', text: JSON.stringify(json) },
    { name: 'as JSON in ASCII', text: json.replace('\u200b', '\\u200b') },
    { name: 'with backslashes doubled', text: secret.replaceAll('\\', '\\\\') },
    { name: 'as HTML', text: secret.replaceAll('<', '&lt;').replaceAll('>', '&gt;') },
    {
      name: 'as HTML with numeric character references',
      text: secret.replace(/[<>"\\%`|*]/g, (mark) => `&#${mark.charCodeAt(0)};`),
    },
    { name: 'as Markdown', text: secret.replace(/[<>"\\`|*]/g, '\\$&') },
    { name: 'in a table cell', text: secret.replaceAll('|', '\\|') },
    { name: 'in a URL', text: encodeURIComponent(secret) },
    { name: 'in a form', text: new URLSearchParams({ a: secret }).toString() },
    { name: 'in a workflow command', text: secret.replaceAll('%', '%25') },
    { name: 'in base64', text: Buffer.from(secret).toString('base64') },
    { name: 'in base64 with more text', text: Buffer.from(`${secret}!`).toString('base64') },
    { name: 'in hexadecimal', text: Buffer.from(secret).toString('hex') },
    { name: 'without its invisible characters', text: secret.replace('\u200b', '') },
    { name: 'with more invisible characters', text: secret.replace('of', 'o\ufe0ff\u001b[0m') },
    { name: 'across several lines', text: secret.replace('hunter', 'hun\n  ter') },
    { name: 'with quotes in place of its backticks', text: secret.replaceAll('`', "'") },
    { name: 'without its end', text: `${secret.slice(0, 20)}…` },
    { name: 'without its start', text: `…${secret.slice(-20)}` },
  ])('$name', ({ text }) => {
    expect(disclosures([secret], `before ${text} after`)).not.toEqual([]);
  });

  test.each([
    { name: 'from one of its lines', value: 'first-line\nother-line', text: 'see other-line' },
    { name: 'of only four characters', value: 'a-b9', text: 'is a-b9.' },
    { name: 'from half of it', value: 'Xa81kQpz9L', text: 'Xa81kQ…' },
  ])('$name', ({ value, text }) => {
    expect(disclosures([value], text)).not.toEqual([]);
  });

  test('in a base64 text of a user name and a password', () => {
    const text = Buffer.from('acme:hunter22').toString('base64');
    expect(disclosures(['acme:hunter22'], `auth ${text}`)).toContainEqual(
      expect.objectContaining({ as: 'base64' }),
    );
  });
});

test.each([
  { name: 'another text', value: secret, text: 'Nothing to see: ***, *** and hunters.' },
  { name: 'values of less than four characters', value: 'abc\n{\n', text: 'abc {' },
  { name: 'short values across spaces', value: 'these', text: 'the set' },
  { name: 'no text', value: secret, text: '' },
])('the search for disclosed values finds nothing in $name', ({ value, text }) => {
  expect(disclosures([value], text)).toEqual([]);
});

test('the search for disclosed values does not look for parts of a public credential', () => {
  const known = { value: 'sk_emulator', hasPieces: false };
  expect(disclosures([known], 'the emulator')).toEqual([]);
  expect(disclosures([known], 'key sk_emulator')).not.toEqual([]);
});
