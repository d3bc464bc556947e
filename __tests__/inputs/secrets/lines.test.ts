import { describe, expect, test } from '@jest/globals';
import { readLines } from '../../../src/inputs/secrets/lines.js';

function pairs(input: string): Record<string, string> {
  const { entries, problems } = readLines(input);
  expect(problems).toEqual([]);
  return Object.fromEntries(entries.map(({ key, value }) => [key, value.reveal()]));
}

describe('is read verbatim', () => {
  test.each([
    { name: 'a plain line', input: 'KEY=value', expected: { KEY: 'value' } },
    { name: 'blanks around the value', input: 'KEY=  value  ', expected: { KEY: '  value  ' } },
    { name: 'quotes', input: `KEY="a 'b'"`, expected: { KEY: `"a 'b'"` } },
    { name: 'a hash in the value', input: 'KEY=a#b # c', expected: { KEY: 'a#b # c' } },
    { name: 'equal signs in the value', input: 'KEY=a=b==', expected: { KEY: 'a=b==' } },
    { name: 'angle brackets in the value', input: 'KEY=a<<b', expected: { KEY: 'a<<b' } },
    { name: 'an empty value', input: 'KEY=', expected: { KEY: '' } },
    { name: 'an empty value in lower case', input: 'some_key=', expected: { some_key: '' } },
    { name: 'a key of both cases', input: 'someKey=value', expected: { someKey: 'value' } },
    { name: 'Windows line breaks', input: 'A=1\r\nB=2\r\n', expected: { A: '1', B: '2' } },
    {
      name: 'blank lines and comments between',
      input: '\n# a comment\nA=1\n\n   \nB=2\n',
      expected: { A: '1', B: '2' },
    },
    {
      name: 'several lines',
      input: 'A<<END\nfirst\n  second=x\n\n# third\nEND\nB=2',
      expected: { A: 'first\n  second=x\n\n# third', B: '2' },
    },
    {
      name: 'several lines with Windows line breaks within',
      input: 'A<<END\r\nfirst\r\nsecond\r\nEND\r\n',
      expected: { A: 'first\r\nsecond' },
    },
    {
      name: 'several lines up to a delimiter with an equal sign in it',
      input: 'A<<=END=\nfirst\n=END=',
      expected: { A: 'first' },
    },
    { name: 'no line at all', input: 'A<<END\nEND', expected: { A: '' } },
    { name: 'an empty line', input: 'A<<END\n\nEND', expected: { A: '' } },
    {
      name: 'a line that contains the delimiter',
      input: 'A<<END\nTHE END\nEND ',
      expected: undefined,
    },
  ])('$name', ({ input, expected }) => {
    if (expected === undefined) expect(readLines(input).problems).toHaveLength(1);
    else expect(pairs(input)).toEqual(expected);
  });
});

describe('what does not parse is told by line and key before it, never by its text', () => {
  const privateKey = [
    '-----BEGIN PRIVATE KEY-----',
    'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDd',
    'c2VjcmV0LXRhaWw=',
    'c2VjcmV0LXRhaWx4==',
    '-----END PRIVATE KEY-----',
  ].join('\n');

  test.each([
    {
      name: 'a line without a key',
      input: 'GOOD=1\nhidden words',
      place: 'line 2 (after the key `GOOD`)',
    },
    { name: 'the first line', input: 'hidden words\nGOOD=1', place: 'line 1 is' },
    {
      name: 'a key that is not one',
      input: 'GOOD=1\nhid+den/words=x',
      place: 'line 2 (after the key `GOOD`)',
    },
    { name: 'a private key', input: `GOOD=${privateKey}`, place: 'line 2 (after the key `GOOD`)' },
    {
      name: 'the end of a base64 text',
      input: 'GOOD=abc\nc2VjcmV0==',
      place: 'line 2 (after the key `GOOD`)',
    },
    { name: 'a delimiter that does not come', input: 'GOOD<<END\nhidden words', place: 'line 1' },
    { name: 'a delimiter that is blank', input: 'GOOD<< \nhidden words\n \n', place: 'line 1' },
    {
      name: 'several lines for a key that is not one',
      input: 'hid+den/words<<END\nhidden words\nEND',
      place: 'line 1 is',
    },
  ])('$name', ({ input, place }) => {
    const { problems, possibleSecrets: suspects } = readLines(input);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(place);
    expect(problems[0]).not.toMatch(/hidden|words|c2V|MII|BEGIN/);
    // What was not understood is to be masked all the same.
    expect(suspects.map((suspect) => suspect.reveal()).join('\n')).toMatch(/hidden|words|c2V/);
  });

  test('it names the forms for values of several lines', () => {
    expect(readLines('A=1\nsecond line').problems[0]).toMatch(/KEY<<DELIMITER.*secrets-env/);
  });
});

test('a key that comes twice is an error, with both places', () => {
  expect(readLines('A=1\nB=2\nA=3').problems).toEqual([
    'line 3: `A` is set twice, first in line 1',
  ]);
});

describe('several pairs in one line', () => {
  test.each([
    { name: 'folded by `>`', input: 'OPENAI_API_KEY=hidden-a DEEPGRAM_API_KEY=hidden-b\n' },
    { name: 'with commas', input: 'OPENAI_API_KEY=hidden-a, DEEPGRAM_API_KEY=hidden-b' },
    { name: 'with commas alone', input: 'OPENAI_API_KEY=hidden-a,DEEPGRAM_API_KEY=hidden-b' },
    { name: 'with a tab', input: '\n\nOPENAI_API_KEY=hidden-a\tDEEPGRAM_API_KEY=hidden-b\n\n' },
  ])('are an error that names the first key and the cause: $name', ({ input }) => {
    const { entries, problems, possibleSecrets: suspects } = readLines(input);
    expect(entries).toEqual([]);
    expect(problems).toEqual([
      expect.stringMatching(
        /line \d: the value of `OPENAI_API_KEY` looks like several .*one `KEY=value` per line.*use `\|`, not `>`/,
      ),
    ]);
    expect(problems.join()).not.toContain('hidden');
    const masked = suspects.map((suspect) => suspect.reveal());
    expect(masked).toEqual(expect.arrayContaining(['hidden-a', 'hidden-b']));
  });

  test.each([
    { name: 'a header', input: 'OTEL_EXPORTER_OTLP_HEADERS=Authorization=Basic aGlk' },
    { name: 'tags', input: 'TAGS=team=a,env=prod' },
    { name: 'a short name', input: 'FLAGS=a AB=c' },
    { name: 'nothing behind the equals sign', input: 'FLAGS=a ABC=' },
    { name: 'base64 padding', input: 'A=x,ABC==' },
    { name: 'a value of several lines', input: 'A<<END\nx ABC=def\nEND' },
  ])('are not seen in $name', ({ input }) => {
    expect(readLines(input).problems).toEqual([]);
  });

  test('are sent from a line among others', () => {
    expect(pairs('A=x, ABC=def\nB=2')).toEqual({ A: 'x, ABC=def', B: '2' });
  });

  test.each([
    { name: 'capitals', part: 'A' },
    { name: 'separators', part: ',' },
    { name: 'blanks', part: ' ' },
    { name: 'names', part: ' ABC' },
    { name: 'equals signs', part: ',ABC=' },
  ])('are looked for in linear time in 1 MB of $name', ({ part }) => {
    const input = `A=${part.repeat(1024 * 1024)}`;
    const before = process.cpuUsage();
    readLines(input);
    const { user } = process.cpuUsage(before);
    expect(user / 1000).toBeLessThan(2000);
  });
});

describe('another notation is named as such, without the value', () => {
  test.each([
    { input: 'export A=hidden', told: 'line 1 begins with `export`' },
    { input: 'A: hidden', told: 'line 1 has a colon after its key' },
    { input: 'OK=1\nA = hidden', told: 'line 2 (after the key `OK`) has a blank between its key' },
    { input: '- A=hidden', told: 'line 1 begins with `- `, as in a YAML list' },
    { input: '- A: hidden', told: 'line 1 begins with `- `, as in a YAML list' },
    { input: '  A=hidden', told: 'line 1 begins with a blank' },
    { input: 'A\nB', told: 'line 1 has names without values' },
    { input: 'A, B', told: 'pass the names of variables with `secrets-env`' },
    { input: '{"A": "hidden"}', told: 'line 1 looks like JSON. Pass JSON with `secrets-json`' },
    { input: 'Object\n', told: 'is the word `Object`, which is what `${{ secrets }}` becomes' },
    { input: `${'K'.repeat(65)}=hidden`, told: 'line 1 has a key of 65 characters' },
  ])('$input', ({ input, told }) => {
    const { entries, problems } = readLines(input);
    expect(problems).toEqual([expect.stringContaining(told)]);
    expect(problems.join()).not.toContain('hidden');
    expect(entries.map(({ key }) => key)).not.toContain('A');
  });
});
