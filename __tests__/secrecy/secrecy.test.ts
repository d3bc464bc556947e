import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { masksFor } from '../../src/secrecy/masks.js';
import { redactor } from '../../src/secrecy/redactor.js';
import { SecretValue } from '../../src/secrecy/secret-value.js';

describe('a secret value is shown as asterisks', () => {
  const secret = new SecretValue('hidden');
  test.each([
    { name: 'in a template', shown: () => String(secret) },
    { name: 'in JSON', shown: () => JSON.stringify({ secret }) },
    { name: 'when inspected', shown: () => inspect({ secret }, { depth: 9, showHidden: true }) },
    { name: 'when joined', shown: () => [secret].join() },
    { name: 'in a list of its properties', shown: () => Object.values(secret).join() + '***' },
  ])('$name', ({ shown }) => {
    expect(shown()).toContain('***');
    expect(shown()).not.toContain('hidden');
  });

  test('but is revealed on request', () => {
    expect(secret.reveal()).toBe('hidden');
  });
});

describe('the masks of a value are', () => {
  test.each([
    { name: 'one line', value: 'abcd', masks: ['abcd'] },
    {
      name: 'each line, but never all lines together',
      value: 'first line\nsecond line',
      masks: ['first line', 'second line'],
    },
    {
      name: 'lines without Windows line breaks',
      value: 'first\r\nsecond\r\n',
      masks: ['first', 'second'],
    },
    { name: 'lines without indentation', value: '{\n  "a": "b"\n}', masks: ['"a": "b"'] },
    { name: 'nothing under four characters', value: '1\nabc\n{', masks: [] },
    { name: 'none for an empty value', value: '', masks: [] },
  ])('$name', ({ value, masks }) => {
    expect(masksFor(new SecretValue(value))).toEqual(masks);
  });
});

describe('a redacted text', () => {
  const redact = redactor(
    ['secret', 'secret-and-more', 'two\nlines', 'abc', 'a\t`b`  c'].map(
      (value) => new SecretValue(value),
    ),
  );
  test.each([
    { name: 'value', text: 'It is secret.', expected: 'It is ***.' },
    { name: 'value that contains another one', text: 'secret-and-more', expected: '***' },
    { name: 'value that occurs several times', text: 'secretsecret', expected: '******' },
    { name: 'line of a value', text: 'x lines y', expected: 'x *** y' },
    { name: 'value in a quotation, which is on one line', text: "a 'b' c", expected: '***' },
    { name: 'change if a value is short', text: 'abc two', expected: 'abc two' },
  ])('has no $name', ({ text, expected }) => {
    expect(redact(text)).toBe(expected);
  });
});
