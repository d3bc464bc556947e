import { describe, expect, test } from '@jest/globals';
import { wildcards } from '../../src/text/wildcards.js';

describe('a pattern of names', () => {
  test.each([
    { pattern: 'VOICE_KEY', matching: ['VOICE_KEY', 'voice_key'], others: ['VOICE_KEYS', 'A'] },
    { pattern: 'voice_*', matching: ['VOICE_', 'VOICE_A'], others: ['VOICE', 'MY_VOICE_A'] },
    { pattern: '*', matching: ['A', 'A.B', '_'], others: [] },
    { pattern: '**', matching: ['A'], others: [] },
    { pattern: '*_KEY', matching: ['A_KEY', 'A_KEY_KEY'], others: ['A_KEY_B', 'KEY'] },
    { pattern: '*A*B', matching: ['AB', 'XAYBB'], others: ['BA', 'AXC'] },
    { pattern: 'A?', matching: ['AB', 'A\u{1f600}'], others: ['A', 'ABC'] },
    { pattern: '[AB]X', matching: ['AX', 'bX'], others: ['CX', 'ABX', 'X'] },
    { pattern: '[A-C_]X', matching: ['BX', '_X'], others: ['DX', '-X'] },
    { pattern: '[!A]X', matching: ['BX'], others: ['AX', 'aX', 'X'] },
    { pattern: '[^A-C]X', matching: ['DX'], others: ['AX', 'CX'] },
    { pattern: '{US,EU}_KEY', matching: ['US_KEY', 'EU_KEY'], others: ['_KEY', 'US,EU_KEY'] },
    { pattern: 'A{,_B}', matching: ['A', 'A_B'], others: ['A_', 'A,_B'] },
    { pattern: '{A,B{1,2},C*}', matching: ['A', 'B1', 'B2', 'CX'], others: ['B', 'A1', ''] },
    { pattern: 'A,B', matching: ['A,B'], others: ['A', 'B'] },
    { pattern: 'A.B+$', matching: ['A.B+$'], others: ['AXB+$', 'A.BB$'] },
    { pattern: '\\*\\{', matching: ['*{'], others: ['A{'] },
    { pattern: '', matching: [''], others: ['A'] },
  ])('matches whole names, in any case: $pattern', ({ pattern, matching, others }) => {
    const matches = wildcards(pattern);
    expect([...matching, ...others].filter((name) => matches?.(name))).toEqual(matching);
  });

  test.each(['[A', 'A]', '[]', '{A,B', 'A}', '{A}', '{1..3}', '(A|B)', '@(A)', 'A|B', 'A\\'])(
    'is malformed as %s, so that nothing is selected that was not meant',
    (pattern) => {
      expect(wildcards(pattern)).toBeUndefined();
    },
  );
});

describe('a hostile pattern is judged in time that grows with its length', () => {
  const many = 3000;

  test.each([
    { name: 'many stars', pattern: `${'*a'.repeat(many)}b` },
    { name: 'many double stars', pattern: `${'**a'.repeat(many)}b` },
    { name: 'many optional texts', pattern: `${'{a,}'.repeat(many)}b` },
    { name: 'many equal alternatives', pattern: `${'{a,a}'.repeat(many)}b` },
    { name: 'many stars in alternatives', pattern: `${'{*a,*}'.repeat(many)}b` },
    { name: 'nested alternatives', pattern: `${'{a,'.repeat(many)}b${'}'.repeat(many)}c` },
    { name: 'many classes', pattern: `${'*[a-z]'.repeat(many)}!` },
  ])('$name', ({ pattern }) => {
    expect(wildcards(pattern)?.('a'.repeat(200))).toBe(false);
  });

  test('many brackets that are never closed', () => {
    expect(wildcards('['.repeat(100_000))).toBeUndefined();
  });
});
