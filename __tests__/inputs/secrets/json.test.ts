import { describe, expect, test } from '@jest/globals';
import { readJson } from '../../../src/inputs/secrets/json.js';
import { SecretValue } from '../../../src/secrecy/secret-value.js';

async function read(input: unknown, patterns: string[], credential = 'sk_own') {
  const text = typeof input === 'string' ? input : JSON.stringify(input, null, 2);
  const reading = await readJson(text, patterns, [new SecretValue(credential)]);
  return {
    problems: reading.problems,
    suspects: reading.possibleSecrets,
    remarks: reading.remarks,
    unmatched: reading.unmatched,
    pairs: Object.fromEntries(reading.entries.map(({ key, value }) => [key, value.reveal()])),
  };
}

const secrets = {
  VOICE_OPENAI: 'openai-value',
  VOICE_DEEPGRAM: 'deepgram-value',
  AWS_SECRET: 'aws-value',
  github_token: 'ghs_value',
  PCC_API_KEY: 'sk_own',
};

describe('the patterns select', () => {
  test.each([
    { name: 'by prefix', patterns: ['VOICE_*'], keys: ['VOICE_OPENAI', 'VOICE_DEEPGRAM'] },
    { name: 'by name', patterns: ['AWS_SECRET'], keys: ['AWS_SECRET'] },
    { name: 'whatever the case', patterns: ['voice_open*'], keys: ['VOICE_OPENAI'] },
    { name: 'all but some', patterns: ['*', '!AWS_*'], keys: ['VOICE_OPENAI', 'VOICE_DEEPGRAM'] },
    {
      name: 'all but some, in any order',
      patterns: ['!AWS_*', '*'],
      keys: ['VOICE_OPENAI', 'VOICE_DEEPGRAM'],
    },
    {
      name: 'all but some, with a blank behind the exclamation mark',
      patterns: ['*', '! AWS_*'],
      keys: ['VOICE_OPENAI', 'VOICE_DEEPGRAM'],
    },
    {
      name: 'with alternatives',
      patterns: ['{VOICE_OPENAI,AWS_*}'],
      keys: ['VOICE_OPENAI', 'AWS_SECRET'],
    },
  ])('$name', async ({ patterns, keys }) => {
    expect(Object.keys((await read(secrets, patterns)).pairs)).toEqual(keys);
  });

  test('and what selects nothing is told', async () => {
    expect((await read(secrets, ['VOICE_*', 'TYPO_*', '!NONE'])).unmatched).toEqual(['TYPO_*']);
  });
});

test.each(['github_token', 'GITHUB_TOKEN', 'GitHub_Token'])('%s never goes along', async (key) => {
  const { pairs, remarks } = await read({ [key]: 'ghs_value', A: 'value' }, ['*']);
  expect(pairs).toEqual({ A: 'value' });
  expect(remarks[0]).toContain(key);
});

test("the action's own credential never goes along, whatever its name", async () => {
  const { pairs, remarks } = await read(secrets, ['*']);
  expect(pairs).not.toHaveProperty('PCC_API_KEY');
  expect(remarks.join()).toContain('PCC_API_KEY');
});

test('nor does any of several, with a line break behind it either', async () => {
  const reading = await readJson(
    JSON.stringify({ A: 'ghs_job\n', B: 'sk_own', C: 'value' }),
    ['*'],
    [new SecretValue('sk_own'), new SecretValue('ghs_job')],
  );
  expect(reading.entries.map(({ key }) => key)).toEqual(['C']);
});

test('null is a run without secrets', async () => {
  expect(await read('null', ['A'])).toMatchObject({ problems: [], pairs: {}, unmatched: ['A'] });
});

test('awkward values arrive as they are', async () => {
  const awkward = {
    LINES: '{\n  "a": 1\n}\r\n',
    PERCENT: '%0A%25::set-output name=x::y',
    UNICODE: '\u202Eabc\u200B💥\u0000',
    __proto__x: 'x',
  };
  expect((await read(awkward, ['*'])).pairs).toEqual(awkward);
});

describe('what does not parse is told without its text', () => {
  test.each([
    { name: 'not JSON', input: '{\n  "A": "hidden",\n  hidden\n}', told: /is not JSON \(line 3\)/ },
    { name: 'cut off', input: '{"A": "hidden', told: /is not JSON/ },
    { name: 'an array', input: '["hidden"]', told: /is not a JSON object of strings/ },
    { name: 'a string', input: '"hidden"', told: /is not a JSON object of strings/ },
    {
      name: 'a number as a value',
      input: '{\n"A": 4711\n}',
      told: /line 2: the value of `A` is not a string/,
    },
    {
      name: 'an object as a value',
      input: '{"A": {"B": "hidden"}}',
      told: /the value of `A` is not a string/,
    },
    {
      name: 'a key that is not one',
      input: '{"A B": "hidden"}',
      told: /the key `A B` is not valid/,
    },
    {
      name: 'a key that comes twice',
      input: '{"A": "hidden",\n"A": "hidden2"}',
      told: /line 2: `A` is set twice, first in line 1/,
    },
    { name: 'a comment', input: '{"A": "hidden" /* hidden */}', told: /is not JSON/ },
  ])('$name', async ({ input, told }) => {
    const { problems, suspects } = await read(input, ['*']);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(told);
    expect(problems[0]).not.toMatch(/hidden|4711/);
    expect(suspects.map((suspect) => suspect.reveal()).join('\n')).toMatch(/hidden|4711/);
  });
});

test('keys that are not selected need not fit', async () => {
  const { pairs, problems } = await read({ A: 'value', 'a.b': 'x', nested: { b: 1 } }, ['A']);
  expect(problems).toEqual([]);
  expect(pairs).toEqual({ A: 'value' });
});

test('the text of an object is named as what it is', async () => {
  const { problems } = await readJson('Object', ['*'], []);
  expect(problems).toEqual([
    'is the word `Object`, which is what `${{ secrets }}` becomes. Write `secrets-json: ${{ toJSON(secrets) }}`',
  ]);
});
