import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { root } from '../scripts/bundle.js';
import { filesIn } from '../scripts/files.js';

const files = filesIn('src', /\.ts$/);

/** The files of `src` that a file imports, also for types only. */
const importsOf = new Map(
  files.map((path) => [
    path,
    [
      ...readFileSync(join(root, path), 'utf8').matchAll(/(?:from |import\()'(\.\.?\/[^']+)\.js'/g),
    ].map(([, target = '']) => `${join(dirname(path), target).replaceAll('\\', '/')}.ts`),
  ]),
);

/** A way along imports from `from` back to itself; undefined if there is none. */
function circleFrom(from: string): string[] | undefined {
  const reachedFrom = new Map<string, string>();
  const waiting = [from];
  for (const path of waiting) {
    for (const target of importsOf.get(path) ?? []) {
      if (reachedFrom.has(target)) continue;
      reachedFrom.set(target, path);
      waiting.push(target);
    }
  }
  if (!reachedFrom.has(from)) return undefined;
  const circle = [from];
  let path = reachedFrom.get(from);
  while (path !== undefined && path !== from) {
    circle.unshift(path);
    path = reachedFrom.get(path);
  }
  return [from, ...circle];
}

test('no file of the sources imports itself through others', () => {
  expect([...importsOf.values()].flat().filter((path) => !importsOf.has(path))).toEqual([]);
  expect(files.flatMap((path) => circleFrom(path)?.join(' > ') ?? [])).toEqual([]);
});
