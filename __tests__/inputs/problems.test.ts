import { expect, test } from '@jest/globals';
import { InputsError, isPath, shown, UntrustedEventError } from '../../src/inputs/problems.js';

test('InputsError names each input and what is wrong with it', () => {
  const error = new InputsError([
    { input: 'region', message: 'names no region' },
    { input: 'image', message: 'has no tag' },
  ]);
  expect(error.name).toBe('InputsError');
  expect(error.message).toBe('region: names no region\nimage: has no tag');
});

test('UntrustedEventError says that the code may come from a fork', () => {
  const error = new UntrustedEventError();
  expect(error.name).toBe('UntrustedEventError');
  expect(error.message).toBe('possibly code of a fork, with the secrets of the repository (fork)');
});

test.each([
  { name: '400 characters', text: 'p'.repeat(400), is: true },
  { name: '401 characters', text: 'p'.repeat(401), is: false },
  { name: 'two lines', text: 'a\nb', is: false },
])('$name may be a path: $is', ({ text, is }) => {
  expect(isPath(text)).toBe(is);
});

test.each([
  { name: 'a credential', text: 'sk_0123', told: 'a credential' },
  { name: 'a credential within a text', text: 'use (ghp_abc)', told: 'a credential' },
  { name: 'a word that ends like one', text: 'desk_one', told: '`desk_one`' },
  { name: 'a pair', text: 'KEY=value', told: 'a text with `=` in it' },
  { name: 'a long text', text: 'x'.repeat(201), told: 'a text of 201 characters' },
  { name: 'two lines', text: 'a \n b', told: '`a b`' },
])('a message shows $name as $told', ({ text, told }) => {
  expect(shown(text)).toBe(told);
});
