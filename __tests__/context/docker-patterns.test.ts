import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import * as v from 'valibot';
import { patternLines, refusal } from '../../src/context/docker-patterns.js';
import { IgnoreRules, unjudged } from '../../src/context/ignore-rules.js';
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

async function rulesOf(ignore: string): Promise<IgnoreRules> {
  return IgnoreRules.of(patternLines(ignore), (line, reason) => {
    throw new Error(`${line.text}: ${reason}`);
  });
}

function isIgnored(rules: IgnoreRules, path: string): boolean {
  const parts = path.split('/');
  let verdict = unjudged;
  for (let depth = 1; depth <= parts.length; depth++) {
    verdict = rules.judge(parts.slice(0, depth).join('/'), verdict);
  }
  return verdict.isIgnored;
}

describe('ignores what Docker ignores', () => {
  test.each(answers)('$name', async ({ ignore, ignored, sent }) => {
    expect(patternLines(ignore).flatMap(({ pattern }) => refusal(pattern) ?? [])).toEqual([]);
    const rules = await rulesOf(ignore);
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
      const { leftOut } = await workspace.select(settings);
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
        next: expect.stringContaining('Correct the line'),
      },
    ]);
  });

  test('tells all lines that are refused together', async () => {
    await workspace.write({ Dockerfile: '', '.dockerignore': '[a\nok\n[b-a]\n!' });
    const problems = await problemsOf(workspace.select());
    expect(problems.map(({ message }) => message)).toEqual([
      'line 1, `[a`, is no pattern that Docker takes: a `[` in it begins a class that is empty, does not end, or has a `-` without both its ends',
      'line 4, `!`, is no pattern that Docker takes: there is nothing after its `!`',
      'line 3, `[b-a]`, is no pattern that Docker takes: what it says with brackets or braces makes no sense',
    ]);
  });
});

describe('is stricter than Docker with', () => {
  test.each([
    { name: 'a class after a wildcard that does not match', pattern: 'a*[x-]' },
    { name: 'a backslash at the end of such a part', pattern: 'a*\\' },
    { name: "escapes of Go's regular expressions", pattern: 'a\\z' },
    { name: "the names of Go's classes", pattern: '[[:alpha:]]' },
  ])('$name', ({ pattern }) => {
    expect(refusal(pattern)).toBeDefined();
  });
});
