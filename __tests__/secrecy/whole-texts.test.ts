import { describe, expect, test } from '@jest/globals';
import { inspect } from 'node:util';
import { StatusError } from '../../src/pipecat/errors.js';
import { readInputs } from '../../src/inputs/read-inputs.js';
import { redactor } from '../../src/secrecy/redactor.js';
import { SecretValue } from '../../src/secrecy/secret-value.js';
import { inputVariables } from '../support/release-run.js';

const value = 'hunter22-"of"\\the-night`';

describe('a redacted text contains no value', () => {
  const redact = redactor([new SecretValue(value), new SecretValue('night`-and-more-of-it')]);
  test.each([
    {
      name: 'that was wrapped',
      text: 'told hunter22-"o\n  f"\\the-night` told',
      expected: 'told *** told',
    },
    {
      name: 'with invisible characters',
      text: value.replace('of', 'o\ufe0f\u{e0041}f'),
      expected: '***',
    },
    {
      name: 'as JSON within JSON',
      text: JSON.stringify(JSON.stringify({ a: value })),
      expected: '"{\\"a\\":\\"***\\"}"',
    },
    { name: 'with backslashes doubled', text: value.replace('\\', '\\\\'), expected: '***' },
    {
      name: 'with quotes in place of its backticks',
      text: value.replace('`', "'"),
      expected: '***',
    },
    { name: 'that overlaps another value', text: `${value}-and-more-of-it`, expected: '***' },
    {
      name: 'as Python prints it',
      text: value.replace('\\', '\\\\').replace("'", "\\'"),
      expected: '***',
    },
  ])('$name', ({ text, expected }) => {
    expect(redact(text)).toBe(expected);
  });

  test.each([
    { name: 'starts', text: 'of"\\the-night` told', expected: '*** told' },
    { name: 'ends', text: 'told hunter22-"of"', expected: 'told ***' },
  ])('that was cut so that the text $name in the middle of it', ({ text, expected }) => {
    expect(redact(text, { isPart: true })).toBe(expected);
    expect(redact(text)).toBe(text);
  });

  test('but keeps words that only form a short value without their spaces', () => {
    expect(redactor([new SecretValue('deed')])('in de eds')).toBe('in de eds');
  });
});

test('an error of a request does not contain the body of the request', () => {
  const request = {
    method: 'PUT',
    path: '/v1/secrets/keys',
    body: { secretValue: value },
  } as const;
  const error = new StatusError(request, 400);
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('hunter22');
  expect(error.isOf(request)).toBe(true);
});

describe('messages about inputs contain no value', () => {
  const long = `${'x'.repeat(50)}${value.replaceAll('"', '')}${'y'.repeat(200)}`;
  test.each([
    { name: 'that is long', inputs: { region: long } },
    { name: 'that is a list', inputs: { region: 'Hunter22,Second!' }, secret: 'Hunter22,Second!' },
    {
      name: 'in a list of patterns',
      inputs: { 'secrets-include': value, 'empty-secrets': 'skip' },
    },
    { name: 'whose lines look like keys', inputs: { secrets: `A=${value}\nhunter22=\n!` } },
    {
      name: 'that is an address',
      inputs: { 'api-url': 'x://hunter22/y' },
      secret: 'x://hunter22/y',
    },
  ])('$name', async ({ inputs, secret = value }) => {
    const environment = {
      ...inputVariables({
        'secret-set': 'keys',
        'secrets-env': 'SECRET, LONG',
        'secrets-json': '{"A": "B"}',
        ...inputs,
      }),
      SECRET: secret,
      LONG: long,
    };
    const { problems, warnings, notices, remarks } = await readInputs(environment, () =>
      Promise.reject(new Error('no files')),
    );
    const messages = JSON.stringify({ problems, warnings, notices, remarks });
    expect(messages).not.toMatch(/hunter22|Second!|x{9}/i);
  });
});
