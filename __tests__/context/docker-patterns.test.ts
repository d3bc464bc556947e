import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import * as v from 'valibot';
import { dockerMatcher, PatternError } from '../../src/context/docker-matcher.js';
import { patternLines } from '../../src/context/docker-patterns.js';
import { IgnoreRules, noVerdict } from '../../src/context/ignore-rules.js';
import { problemsOf, Workspace } from './tree.js';

/** The answers of moby/patternmatcher 0.6.1, which Docker uses, on a walk from the root. */
const { answers, refusals } = v.parse(
  v.object({
    answers: v.array(
      v.object({
        name: v.string(),
        ignore: v.string(),
        ignored: v.array(v.string()),
        sent: v.array(v.string()),
      }),
    ),
    refusals: v.array(v.object({ name: v.string(), ignore: v.string() })),
  }),
  JSON.parse(await readFile(new URL('docker-answers.json', import.meta.url), 'utf8')),
);

function rulesOf(ignore: string): IgnoreRules {
  return new IgnoreRules(patternLines(ignore), (line, reason) => {
    throw new Error(`${line.text}: ${reason}`);
  });
}

function isIgnored(rules: IgnoreRules, path: string): boolean {
  const parts = path.split('/');
  let verdict = noVerdict;
  for (let depth = 1; depth <= parts.length; depth++) {
    verdict = rules.judge(parts.slice(0, depth).join('/'), verdict);
  }
  return verdict.isIgnored;
}

describe('ignores what Docker ignores', () => {
  test.each(answers)('$name', ({ ignore, ignored, sent }) => {
    const rules = rulesOf(ignore);
    const paths = [...ignored, ...sent];
    expect(paths.filter((path) => isIgnored(rules, path))).toEqual(ignored);
  });
});

describe('of real files', () => {
  let workspace: Workspace;

  beforeEach(async () => {
    workspace = await Workspace.create();
  });

  afterEach(() => {
    workspace.remove();
  });

  /** Parts paths into trees in which none is a file and a folder. */
  function trees(paths: readonly string[]): string[][] {
    const parted: string[][] = [];
    for (const path of paths) {
      const clashes = (other: string) =>
        other.startsWith(`${path}/`) || path.startsWith(`${other}/`);
      const tree = parted.find((others) => !others.some(clashes));
      if (tree === undefined) parted.push([path]);
      else tree.push(path);
    }
    return parted;
  }

  const dockerfile = '~Dockerfile~';

  test.each(answers)('packs what Docker sends: $name', async ({ ignore, ignored, sent }) => {
    const paths = [...ignored, ...sent].filter((path) => !/^\/|^\.\.\//.test(path));
    for (const [index, tree] of trees(paths).entries()) {
      const folder = String(index);
      await workspace.write({
        [`${folder}/${dockerfile}`]: '',
        [`${folder}/${dockerfile}.dockerignore`]: ignore,
        ...Object.fromEntries(tree.map((path) => [`${folder}/${path}`, 'x'])),
      });
      const settings = { directory: folder, dockerfile };
      const { excludedSecrets: leftOut } = await workspace.select(settings);
      const packed = [...(await workspace.packedNames(settings)), ...leftOut];
      expect(packed.filter((path) => !path.startsWith(dockerfile)).sort()).toEqual(
        tree.filter((path) => sent.includes(path)).sort(),
      );
    }
  });

  test.each(refusals)('refuses what Docker refuses: $name', async ({ ignore }) => {
    await workspace.write({ Dockerfile: '', '.dockerignore': `#\n*.md\n${ignore}`, a: '', b: '' });
    const line = 2 + ignore.split('\n').length;
    expect(await problemsOf(workspace.select())).toEqual([
      {
        about: '`.dockerignore`',
        message: expect.stringContaining(`line ${line}, \``),
        next: expect.stringContaining('Fix the line'),
      },
    ]);
  });

  test('reports all invalid lines together', async () => {
    await workspace.write({ Dockerfile: '', '.dockerignore': '[a\nok\n[b-a]\n!' });
    const problems = await problemsOf(workspace.select());
    expect(problems.map(({ message }) => message)).toEqual([
      'line 1, `[a`, is not a valid pattern: a `[` in it starts a class that is empty, has no `]`, or has a `-` without a start and an end',
      'line 3, `[b-a]`, is not a valid pattern: a range in it ends before it begins',
      'line 4, `!`, is not a valid pattern: nothing follows the `!`',
    ]);
  });
});

describe('is stricter than Docker with', () => {
  test.each([
    { name: 'a class after a wildcard that does not match', pattern: 'a*[x-]' },
    { name: 'a backslash at the end of such a part', pattern: 'a*\\' },
    { name: "escapes of Go's regular expressions", pattern: 'a\\z' },
    { name: "the names of Go's classes", pattern: '[[:alpha:]]' },
    { name: 'more repetitions than a path has characters', pattern: 'a{1000}*' },
  ])('$name', ({ pattern }) => {
    expect(() => dockerMatcher(pattern)).toThrow(PatternError);
  });
});

describe('matches as Docker does, without a recorded answer:', () => {
  test.each([
    { pattern: 'a{2,}*', matching: ['aa', 'aaab'], others: ['a'] },
    { pattern: 'a{0,2}?', matching: ['b', 'aab'], others: ['aaab'] },
    { pattern: 'a{0}*', matching: ['b', 'ab'], others: ['b/c'] },
    { pattern: '\u{1f600}{0,1}*', matching: ['b', '\u{1f600}'], others: ['b/c'] },
    { pattern: 'a****/b', matching: ['ab', 'a/b'], others: ['a/bc'] },
    { pattern: 'a{,2}*', matching: ['a{,2}'], others: ['aa'] },
    { pattern: 'a{01}*', matching: ['a{01}'], others: ['a'] },
    { pattern: 'src\\data', matching: ['src7ata'], others: ['srcdata', 'src\\data'] },
    { pattern: '\\w\\W\\s', matching: ['a- '], others: ['é- ', 'aa '] },
    { pattern: '[\\d-]x', matching: ['1x', '-x'], others: ['ax'], rejected: true },
    { pattern: 'a\\b*', matching: ['a', 'a-b'], others: ['ab'] },
    { pattern: 'a\\B*', matching: ['ab'], others: ['a', 'a-b'] },
    { pattern: 'a\\t*', matching: ['a\tb'], others: ['at'] },
    { pattern: '?', matching: ['a', '\u{1f600}'], others: ['ab', '/'] },
    { pattern: '[\u{1f600}-\u{1f602}]', matching: ['\u{1f601}'], others: ['\u{1f603}'] },
    { pattern: '[?]', matching: ['[]', '^]', '/]'], others: ['?', ']'] },
    { pattern: '[**]*', matching: ['(x', '*x'], others: ['ax'] },
    { pattern: '*|b', matching: ['a', 'xb', 'x/y/b'], others: [] },
    { pattern: 'a/**/*b', matching: ['a/b', 'a/x/yb'], others: ['ab', 'a/x/b/c'] },
  ])('$pattern', ({ pattern, matching, others, rejected = false }) => {
    if (rejected) {
      expect(() => dockerMatcher(pattern)).toThrow(PatternError);
      return;
    }
    const { matches } = dockerMatcher(pattern);
    expect([...matching, ...others].filter(matches)).toEqual(matching);
  });
});

describe('a hostile pattern is judged in time that grows with its length:', () => {
  const many = 3000;

  test.each([
    { name: 'many stars', pattern: `${'*a'.repeat(many)}b` },
    { name: 'many double stars', pattern: `${'**/a'.repeat(many)}/b` },
    { name: 'double stars and stars', pattern: `${'**/*a*'.repeat(many)}b` },
    { name: 'stars and question marks', pattern: `${'*?'.repeat(many)}b` },
    { name: 'stars and classes', pattern: `${'*[a-z]'.repeat(many)}b` },
    { name: 'repeated repetitions', pattern: `${'a{0,99}'.repeat(many)}*b` },
    { name: 'many alternatives', pattern: `${'*a|'.repeat(many)}*b/` },
    { name: 'classes with many members', pattern: `*[${'b'.repeat(many)}]*c` },
  ])('$name', ({ pattern }) => {
    expect(dockerMatcher(pattern).matches('a'.repeat(250))).toBe(pattern.includes('|'));
  });

  test.each([
    { name: 'many brackets that are never closed', pattern: '['.repeat(100_000) },
    { name: 'many beginnings of a name of a class', pattern: `[${'[:'.repeat(50_000)}` },
    { name: 'many backslashes', pattern: `a${'\\'.repeat(100_001)}` },
    { name: 'a repetition of many digits', pattern: `a{${'9'.repeat(100_000)}}*` },
    { name: 'many braces', pattern: `${'{1'.repeat(50_000)}[` },
  ])('$name', ({ pattern }) => {
    expect(() => dockerMatcher(pattern)).toThrow(PatternError);
  });

  test('many spaces within a line', () => {
    expect(patternLines(`a${' '.repeat(200_000)}b`)).toHaveLength(1);
  });
});
