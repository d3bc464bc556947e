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
  { name: 'a name with blanks around', input: 'KEY = OPENAI', expected: { KEY: 'openai value' } },
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
  test.each([
    { input: 'KEY=sk-hidden-value', told: 'item 1 is not the name of an environment variable' },
    { input: 'KEY=hidden value', told: 'item 1 is not the name of an environment variable' },
    { input: 'OPENAI, hidden-!', told: 'item 2 is not the name of an environment variable' },
    { input: 'OPENAI, hiddenVALUE', told: 'item 2 is not the name of a variable that is set' },
  ])('$input', ({ input, told }) => {
    const { problems, possibleSecrets: suspects } = readEnvironment(input, environment);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(told);
    expect(problems[0]).not.toContain('hidden');
    expect(suspects.map((suspect) => suspect.reveal()).join()).toContain('hidden');
  });

  test.each(['hiddenvalue', 'HIDDENVALUE'])('not even where it could be a name: %s', (value) => {
    const {
      entries,
      problems,
      possibleSecrets: suspects,
    } = readEnvironment(`KEY=${value}`, environment);
    expect(JSON.stringify([entries, problems])).not.toContain(value);
    expect(entries.map(({ key }) => key)).toEqual(['KEY']);
    expect(suspects.map((suspect) => suspect.reveal())).toEqual([value]);
  });

  test('and of a pair, what stands behind the equal sign is masked by itself, too', () => {
    const { possibleSecrets: suspects } = readEnvironment('OPENAI,KEY=a value', environment);
    expect(suspects.map((suspect) => suspect.reveal())).toEqual(['KEY=a value', 'a value']);
  });
});

test('a target that comes twice is an error', () => {
  expect(readEnvironment('A=OPENAI,A=PEM', environment).problems).toEqual([
    'item 2: `A` is set twice, first in item 1',
  ]);
});

describe('a mistake in a name is named', () => {
  test.each([
    { input: '$OPENAI', told: 'item 1 begins with `$`. Write the name of the variable alone' },
    { input: 'PEM\nKEY=${OPENAI}', told: 'item 2 begins with `$`' },
    { input: 'OPENAI PEM', told: 'item 1 has several names with blanks between them' },
    { input: '- OPENAI', told: 'item 1 begins with `- `, as in a YAML list' },
    { input: 'Object', told: 'is the word `Object`, which is what `${{ secrets }}` becomes' },
  ])('$input', ({ input, told }) => {
    expect(readEnvironment(input, environment).problems).toEqual([expect.stringContaining(told)]);
  });

  test.each([
    { input: 'OPENIA', variable: 'OPENIA', meant: 'OPENAI' },
    { input: 'DEEPGRAM', variable: 'DEEPGRAM', meant: undefined },
    { input: 'OPENA', variable: 'OPENA', meant: 'OPENAI' },
    { input: 'KEY=OPENAY', variable: undefined, meant: 'OPENAI' },
    { input: 'INPUT_REGIO', variable: 'INPUT_REGIO', meant: undefined },
  ])('a variable that is not set may mean another: $input', ({ input, variable, meant }) => {
    const { entries } = readEnvironment(input, { ...environment, INPUT_REGION: 'us-west' });
    expect(entries.map(({ unset }) => unset)).toEqual([{ variable, meant }]);
  });
});
