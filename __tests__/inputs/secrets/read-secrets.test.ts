import { describe, expect, test } from '@jest/globals';
import { readInputs } from '../../../src/inputs/read-inputs.js';
import { inputVariables } from '../../support/release-run.js';

async function read(
  inputs: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
) {
  const reading = await readInputs(
    {
      ...environment,
      ...inputVariables({ 'api-key': 'sk_0123456789', 'secret-set': 'keys', ...inputs }),
    },
    () => Promise.reject(Object.assign(new Error('no such file'), { code: 'ENOENT' })),
  );
  return {
    ...reading,
    problems: reading.problems.map(({ input, message }) => `${input}: ${message}`),
    pairs: Object.fromEntries(
      (reading.inputs?.release.secretSet?.pairs ?? []).map(({ key, value }) => [
        key,
        value.reveal(),
      ]),
    ),
  };
}

describe('a variable that `env:` does not set', () => {
  const environment = { OPENAI_API_KEY: 'hidden', EMPTY: '' };

  test.each(['true', 'false'])('is an error with dry-run: %s', async (isDryRun) => {
    const { problems, notices } = await read(
      { 'secrets-env': 'OPENAI_API_KY, EMPTY', 'dry-run': isDryRun, 'empty-secrets': 'error' },
      environment,
    );
    expect(problems).toContainEqual(
      'secrets-env: `env:` has no variable `OPENAI_API_KY`; did you mean `OPENAI_API_KEY`?',
    );
    // An empty one is not a mistake in a plan, as forks make them.
    expect(problems).toHaveLength(isDryRun === 'true' ? 1 : 2);
    expect(notices.join()).not.toContain('OPENAI_API_KY');
  });

  const reasons = '. Likely reasons: the name is misspelled here or under `env:`, ';

  test.each([
    {
      name: 'its key and the nearest variable',
      input: 'OPENAI_APIKEY',
      told: ['`env:` has no variable `OPENAI_APIKEY`; did you mean `OPENAI_API_KEY`?'],
    },
    {
      name: 'its target and the nearest variable, as what follows the `=` may be a value',
      input: 'TARGET=OPENAI_APIKEY',
      told: ['`env:` has no variable for `TARGET` (item 1); did you mean `OPENAI_API_KEY`?'],
    },
    {
      name: 'the likely reasons if no variable is near',
      input: 'VOICE',
      told: [`\`env:\` has no variable \`VOICE\`${reasons}`],
    },
    {
      name: 'several without a near one together, after those with one',
      input: 'VOICE, OPENAI_APIKEY, A=LIST, MODE, B=PLACE',
      told: [
        '`env:` has no variable `OPENAI_APIKEY`; did you mean `OPENAI_API_KEY`?',
        `\`env:\` has no variable \`VOICE\`, \`MODE\`, and none for \`A\` (item 3), for \`B\` (item 5)${reasons}`,
      ],
    },
    ...['GITHUB_TOKN', 'RUNNER_TOKN', 'INPUT_TOKN', 'ACTIONS_TOKN'].map((name) => ({
      name: `no variable of GitHub, such as one near ${name}`,
      input: name,
      told: [`\`env:\` has no variable \`${name}\`${reasons}`],
    })),
  ])('is reported with $name', async ({ input, told }) => {
    const { problems } = await read(
      { 'secrets-env': input },
      {
        ...environment,
        GITHUB_TOKEN: 'hidden',
        RUNNER_TOKEN: 'hidden',
        INPUT_TOKEN: 'hidden',
        ACTIONS_TOKEN: 'hidden',
      },
    );
    expect(problems.filter((problem) => problem.startsWith('secrets-env'))).toEqual(
      told.map((start) => expect.stringContaining(`secrets-env: ${start}`)),
    );
    expect(problems.join()).not.toMatch(/hidden|=OPENAI/);
  });
});

describe('several empty values are one error', () => {
  test('with one list of keys, and the reasons once', async () => {
    const { problems } = await read({ secrets: 'A=1\nB=\nC=', 'secrets-env': 'D' }, { D: '' });
    expect(problems).toEqual([
      expect.stringMatching(
        /^secrets: `B` \(line 2\), `C` \(line 3\), `D` \(`secrets-env`, item 1\) are empty\. Likely reasons: the name of the secret is misspelled, /,
      ),
    ]);
    expect(problems.join().match(/Likely reasons/g)).toHaveLength(1);
  });

  test('with `environment:` first if none has a value', async () => {
    const { problems } = await read({ secrets: 'A=\nB=' });
    expect(problems).toEqual([
      expect.stringContaining('Likely reasons: the job lacks the `environment:` that holds them'),
    ]);
    const { notices } = await read({ secrets: 'A=\nB=', 'dry-run': 'true' });
    expect(notices).toContainEqual(
      expect.stringContaining('Likely reasons: the job lacks the `environment:` that holds them'),
    );
  });
});

describe('a value that is likely a mistake is sent as it is, with a warning', () => {
  const pem = '-----BEGIN KEY-----\nabc\n-----END KEY-----\n';

  test.each([
    { name: 'double quotes', value: '"hidden"', told: 'is in double quotes' },
    { name: 'single quotes', value: "'hidden'", told: 'is in single quotes' },
    { name: 'backticks', value: '`hidden`', told: 'is in backticks' },
    { name: 'smart quotes', value: '“hidden”', told: 'is in smart quotes' },
    { name: 'single smart quotes', value: '‘hidden’', told: 'is in smart quotes' },
    { name: 'a blank before', value: ' hidden', told: 'begins with a blank' },
    { name: 'a blank behind', value: 'hidden\t', told: 'ends with a blank' },
    { name: 'a line break before', value: '\nhidden', told: 'begins with a line break' },
    { name: 'a line break behind', value: 'hidden\n', told: 'ends with a line break' },
    { name: 'a Windows line break behind', value: 'hidden\r\n', told: 'ends with a line break' },
    { name: 'both', value: ' hidden\n', told: 'begins with a blank and ends with a line break' },
    { name: 'an expression', value: '${{ secrets.A }}', told: 'is a GitHub expression' },
    { name: 'SOPS', value: 'ENC[AES256_GCM,data:hidden]', told: 'is SOPS ciphertext' },
    { name: 'dotenvx', value: 'encrypted:hidden', told: 'is dotenvx ciphertext' },
    ...[
      'changeme',
      'CHANGE_ME',
      'xxx',
      'XXXXXXXX',
      '<your key>',
      'your_api_key',
      'your-openai-api-key-here',
      'YOUR TOKEN',
      'your_account_id',
      'your-secret-here',
      'your_webhook_url',
      'op://vault/item/field',
    ].map((value) => ({ name: value, value, told: 'is a placeholder' })),
  ])('$name', async ({ value, told }) => {
    const { problems, warnings, pairs } = await read({ 'secrets-env': 'A' }, { A: value });
    expect(problems).toEqual([]);
    expect(warnings).toEqual([
      `Some secret values look like mistakes; the action sends them unchanged: \`A\` ${told}.`,
    ]);
    expect(pairs).toEqual({ A: value });
  });

  test.each([
    { name: 'a private key', value: pem },
    { name: 'JSON of several lines', value: '{\n  "a": 1\n}\n' },
    { name: 'quotes around quotes', value: '"a" and "b"' },
    { name: 'JSON of one line', value: '{"a":"b"}' },
    { name: 'a quote at one end', value: '"hidden' },
    { name: 'different quotes', value: `"hidden'` },
    { name: 'one quote', value: '"' },
    { name: 'a hash', value: 'hidden # not a comment' },
    { name: 'two letters', value: 'xx' },
    { name: 'a value that contains a placeholder', value: 'sk-changeme' },
    { name: 'a word that begins with your', value: 'yourself' },
  ])('but not $name', async ({ value }) => {
    const { warnings, pairs } = await read({ 'secrets-env': 'A' }, { A: value });
    expect(warnings).toEqual([]);
    expect(pairs).toEqual({ A: value });
  });

  test('a comment and several pairs count in a line of `secrets` only', async () => {
    const { problems, warnings, pairs } = await read({
      secrets: 'A=hidden # comment\nB=hidden, CCC=hidden\nC<<END\nx # y, DDD=1\nEND',
    });
    expect(problems).toEqual([]);
    expect(warnings).toEqual([
      'Some secret values look like mistakes; the action sends them unchanged: `A` has a comment at its end, `B` looks like several `KEY=value` pairs.',
    ]);
    expect(pairs).toMatchObject({ A: 'hidden # comment', B: 'hidden, CCC=hidden' });
  });

  test('one warning names at most twenty keys', async () => {
    const lines = Array.from({ length: 25 }, (_, index) => `K${index}=changeme`);
    const { warnings } = await read({ secrets: lines.join('\n') });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/`K19` is a placeholder and 5 more\.$/);
  });
});
