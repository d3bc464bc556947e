import { describe, expect, test } from '@jest/globals';
import { readEnvironment } from '../../../src/inputs/secrets/environment.js';

const environment = { OPENAI: 'openai value', PEM: '-----\nline\n-----', EMPTY: '' };

function pairs(input: string): Record<string, string> {
  const { entries, problems } = readEnvironment(input, environment);
  expect(problems).toEqual([]);
  return Object.fromEntries(entries.map(({ key, value }) => [key, value.reveal()]));
}

test.each([
  { name: 'a name', input: 'OPENAI', expected: { OPENAI: 'openai value' } },
  { name: 'another name in the set', input: 'KEY=OPENAI', expected: { KEY: 'openai value' } },
  {
    name: 'commas',
    input: 'OPENAI, PEM',
    expected: { OPENAI: 'openai value', PEM: '-----\nline\n-----' },
  },
  {
    name: 'lines',
    input: 'OPENAI\nB=PEM\n',
    expected: { OPENAI: 'openai value', B: '-----\nline\n-----' },
  },
  { name: 'a variable that is not set', input: 'MISSING', expected: { MISSING: '' } },
])('$name is copied', ({ input, expected }) => {
  expect(pairs(input)).toEqual(expected);
});

test.each(['constructor', 'toString', '__proto__'])(
  '%s, which every object has, is no variable that is set',
  (name) => {
    const { entries, problems } = readEnvironment(`KEY=${name}`, environment);
    expect(problems).toEqual([]);
    expect(entries.map(({ key, value }) => [key, value.reveal()])).toEqual([['KEY', '']]);
  },
);

describe('a value that is given in place of a name is not shown, and is masked', () => {
  test.each(['KEY=sk-hidden-value', 'KEY=hidden value', 'hidden-value!'])('%s', (input) => {
    const { problems, suspects } = readEnvironment(input, environment);
    expect(problems).toHaveLength(1);
    expect(problems[0]).not.toContain('hidden');
    expect(suspects.map((suspect) => suspect.reveal()).join()).toContain('hidden');
  });

  test('not even where it could be a name', () => {
    const { entries, suspects } = readEnvironment('KEY=hiddenvalue', environment);
    expect(JSON.stringify(entries)).not.toContain('hiddenvalue');
    expect(suspects.map((suspect) => suspect.reveal())).toEqual(['hiddenvalue']);
  });
});

test('a target that comes twice is an error', () => {
  expect(readEnvironment('A=OPENAI,A=PEM', environment).problems).toEqual([
    'item 2: `A` is given twice, first in item 1',
  ]);
});
