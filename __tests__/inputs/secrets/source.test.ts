import { describe, expect, test } from '@jest/globals';
import { afterKey, endsBase64, SourceReading } from '../../../src/inputs/secrets/source.js';

describe('a source of secrets', () => {
  test('that is broken off keeps what has a value, as empty ones may be lines of another', () => {
    const reading = new SourceReading('secrets');
    reading.add('OPENAI_API_KEY', 'hidden', 'line 1');
    reading.add('MIIEvQ', '', 'line 2');
    reading.stopAt('line 3: this is not `KEY=value`');
    expect(reading.entries.map(({ key }) => key)).toEqual(['OPENAI_API_KEY']);
    expect(reading.problems).toEqual(['line 3: this is not `KEY=value`']);
  });

  test.each([
    { name: 'with 64 characters is shown', length: 64, shown: true },
    { name: 'with 65 characters is not shown', length: 65, shown: false },
  ])('a key $name', ({ length, shown }) => {
    const reading = new SourceReading('secrets');
    const key = `${'k'.repeat(length - 1)}!`;
    reading.add(key, 'hidden', 'line 1');
    expect(reading.problems.join().includes(key)).toBe(shown);
    expect(reading.possibleSecrets.map((suspect) => suspect.reveal())).toEqual([
      ...(shown ? [] : [key]),
      'hidden',
    ]);
  });

  test.each([
    {
      name: 'holds a value behind its key',
      line: 'export KEY=hidden',
      told: ['export KEY=hidden', 'hidden'],
    },
    { name: 'has no `=`', line: 'a line', told: ['a line'] },
  ])('a line that is not read and $name may be secret', ({ line, told }) => {
    const reading = new SourceReading('secrets');
    reading.stopAt('line 1: this is not `KEY=value`', [line]);
    expect(reading.possibleSecrets.map((suspect) => suspect.reveal())).toEqual(told);
  });

  test.each([
    {
      name: 'an entry',
      fill: (one: SourceReading) => {
        one.add('A', 'b', 'line 1');
      },
      isEmpty: false,
    },
    {
      name: 'a problem',
      fill: (one: SourceReading) => {
        one.problems.push('wrong');
      },
      isEmpty: false,
    },
    {
      name: 'a problem and an entry',
      fill: (one: SourceReading) => {
        one.add('A', 'b', 'line 1');
        one.problems.push('wrong');
      },
      isEmpty: false,
    },
    {
      name: 'a pattern that selects nothing',
      fill: (one: SourceReading) => {
        one.unmatched.push('X_*');
      },
      isEmpty: false,
    },
    {
      name: 'nothing that is said elsewhere',
      fill: (one: SourceReading) => {
        one.isReportedElsewhere = true;
      },
      isEmpty: false,
    },
    { name: 'nothing', fill: () => undefined, isEmpty: true },
  ])('with $name is barren: $isEmpty', ({ fill, isEmpty }) => {
    const reading = new SourceReading('secrets-json');
    fill(reading);
    expect(reading.isEmpty).toBe(isEmpty);
  });
});

test.each([
  { name: 'a key', key: 'OPENAI_API_KEY', told: ' (after the key `OPENAI_API_KEY`)' },
  { name: 'what may be part of a value', key: 'MIIEvQab', told: '' },
  { name: 'nothing', key: undefined, told: '' },
])('a mistake behind $name names a key only where it is sure', ({ key, told }) => {
  expect(afterKey(key)).toBe(told);
});

test.each([
  { name: 'padding', key: 'abc', value: '=', ends: true },
  { name: 'longer padding', key: 'abc', value: '==', ends: true },
  { name: 'a value that begins with =', key: 'ABC', value: '=abc', ends: false },
  { name: 'a value', key: 'Abc', value: 'abc', ends: false },
  { name: 'no value, behind both cases', key: 'AbC', value: '', ends: true },
  { name: 'no value, behind capitals', key: 'ABC', value: '', ends: false },
  { name: 'no value, behind small letters', key: 'abc', value: '', ends: false },
])('$name is taken for the end of base64: $ends', ({ key, value, ends }) => {
  expect(endsBase64(key, value)).toBe(ends);
});
