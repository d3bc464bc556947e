import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readFiles } from '../../../src/inputs/secrets/files.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secrets-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function read(files: Record<string, string>, paths = Object.keys(files)) {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const reading = await readFiles(paths, folder, (path) => readFile(path, 'utf8'));
  return {
    problems: reading.problems,
    suspects: reading.suspects.map((suspect) => suspect.reveal()),
    pairs: Object.fromEntries(reading.entries.map(({ key, value }) => [key, value.reveal()])),
  };
}

describe('is read as dotenv has it', () => {
  test.each([
    { name: 'plain', text: 'A=value', expected: { A: 'value' } },
    { name: 'blanks around', text: '  A = value  ', expected: { A: 'value' } },
    { name: 'export', text: 'export A=value', expected: { A: 'value' } },
    { name: 'export with blanks', text: '\texport  A="a#b"', expected: { A: 'a#b' } },
    {
      name: 'a key of several letters',
      text: 'SOME_KEY-1="a#b"',
      expected: { 'SOME_KEY-1': 'a#b' },
    },
    { name: 'a colon', text: 'A: "a#b"', expected: { A: 'a#b' } },
    { name: 'quotes within', text: `A=it's\nB=say "hi"`, expected: { A: "it's", B: 'say "hi"' } },
    {
      name: 'blank lines and comments between',
      text: '# one\n \n\t# two #\nA=1\n\t\nB=2\n',
      expected: { A: '1', B: '2' },
    },
    { name: 'a comment in place of a value', text: 'A= # a#b', expected: { A: '' } },
    { name: 'a comment behind', text: 'A=value # comment', expected: { A: 'value' } },
    { name: 'a hash in quotes', text: `A="a#b"\nB='c # d'`, expected: { A: 'a#b', B: 'c # d' } },
    {
      name: 'several lines',
      text: 'A="one\ntwo=2\n#three"\nB=2',
      expected: { A: 'one\ntwo=2\n#three', B: '2' },
    },
    { name: 'a line break as an escape', text: 'A="one\\ntwo"', expected: { A: 'one\ntwo' } },
    { name: 'no escape in single quotes', text: `A='one\\ntwo'`, expected: { A: 'one\\ntwo' } },
    {
      name: 'a comment behind several lines',
      text: `A='one\ntwo' # c\nB=2`,
      expected: { A: 'one\ntwo', B: '2' },
    },
    {
      name: 'a quote behind a backslash at the end of a line',
      text: 'A="one \\"\ntwo"\nB=2',
      expected: { A: 'one \\"\ntwo', B: '2' },
    },
    {
      name: 'a path that ends in a backslash, before another value in quotes',
      text: 'A="C:\\keys\\"\nB="2"',
      expected: { A: 'C:\\keys\\', B: '2' },
    },
    { name: 'empty', text: 'A=\nB=2', expected: { A: '', B: '2' } },
    { name: 'Windows line breaks', text: 'A=1\r\nB="2\r\n3"\r\n', expected: { A: '1', B: '2\n3' } },
    { name: 'old line breaks', text: 'A=1\rB=2\r', expected: { A: '1', B: '2' } },
    { name: 'a byte order mark', text: '\uFEFFA=1', expected: { A: '1' } },
  ])('$name', async ({ text, expected }) => {
    const { pairs, problems } = await read({ '.env': text });
    expect(problems).toEqual([]);
    expect(pairs).toEqual(expected);
  });
});

test('several files are one source', async () => {
  const { pairs } = await read({ 'a.env': 'A=1', 'b.env': 'B=2' });
  expect(pairs).toEqual({ A: '1', B: '2' });
});

describe('what dotenv would pass over is told by file and line, without its text', () => {
  test.each([
    {
      name: 'a line without a key',
      text: 'A=1\nhidden words\nB=2',
      told: '`.env` line 2 (after the key `A`): this is not `KEY=value`, so it and what follows',
    },
    {
      name: 'a quote that does not end',
      text: 'A="hidden\nwords',
      told: '`.env` line 1: the quoted value of `A` does not end',
    },
    {
      name: 'a hash that would cut the value',
      text: 'A=hidden#words',
      told: '`.env` line 1: the value of `A` is not quoted and holds a `#`',
    },
    {
      name: 'a hash that would cut the value behind a quote within',
      text: "A=hidden's#words",
      told: '`.env` line 1: the value of `A` is not quoted and holds a `#`',
    },
    {
      name: 'a key that comes twice',
      text: 'A=hidden\nB=2\nA=words',
      told: '`.env` line 3: `A` is given twice, first in `.env` line 1',
    },
    {
      name: 'a key that is not one for the platform',
      text: 'A.B=1\nA=hidden',
      told: '`.env` line 1: the key `A.B` has to be',
    },
    {
      name: 'a key so long that it may be something else',
      text: `${'hidden'.repeat(11)}=1`,
      told: '`.env` line 1: the key of 66 characters has to be',
    },
    { name: 'a file in UTF-16', text: 'A\0=\0hidden', told: '`.env` is not text in UTF-8' },
    { name: 'a file in Latin-1', text: 'A=hidden\ufffd', told: '`.env` is not text in UTF-8' },
  ])('$name', async ({ text, told }) => {
    const { problems, suspects, pairs } = await read({ '.env': text });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(told);
    expect(problems[0]).not.toMatch(/hidden|words/);
    // What was not understood is to be masked all the same.
    expect([...suspects, ...Object.values(pairs)].join()).toMatch(/hidden|words/);
  });

  test('a key in two files', async () => {
    const { problems } = await read({ 'a.env': 'A=1', 'b.env': 'A=2' });
    expect(problems).toEqual(['`b.env` line 1: `A` is given twice, first in `a.env` line 1']);
  });

  test('a file that is not there', async () => {
    const { problems } = await read({}, ['missing.env']);
    expect(problems).toEqual(['`missing.env` cannot be read (there is no such file)']);
  });
});
