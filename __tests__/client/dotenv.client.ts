import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import * as v from 'valibot';
import { readFiles } from '../../src/inputs/secrets/files.js';
import { snags, tries } from '../support/properties.js';
import { installClient, runCommand } from './installation.js';

/** Compares the reading of dotenv files with python-dotenv, which is installed with the platform's client. */

const recorder = fileURLToPath(new URL('../inputs/secrets/python-dotenv.py', import.meta.url));
const table = fileURLToPath(new URL('../inputs/secrets/python-dotenv.json', import.meta.url));

const answersSchema = v.object({
  cases: v.array(
    v.object({
      text: v.string(),
      values: v.record(v.string(), v.nullable(v.string())),
      unparsable: v.array(v.number()),
    }),
  ),
});

let python: string;
let folder: string;

beforeAll(async () => {
  python = await installClient();
  folder = await mkdtemp(join(tmpdir(), 'dotenv-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Reads the texts of a document with python-dotenv, and adds the results to it. */
async function record(document: string): Promise<void> {
  const { exitCode, stderr } = await runCommand(python, ['-I', recorder, document]);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
}

test('the recorded table matches python-dotenv', async () => {
  const copy = join(folder, 'table.json');
  await copyFile(table, copy);
  await record(copy);
  expect(JSON.parse(await readFile(copy, 'utf8'))).toEqual(
    JSON.parse(await readFile(table, 'utf8')),
  );
});

const parts = fc.oneof(
  { weight: 1, arbitrary: snags },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...['A=', '\nB=', '\nC="', "\nD='", '\nexport E=', '\nF: ', '\nG', "\n'H'=", '\nI = '],
      ...['"\n', "'\n", '\\"\n', '\\', '\\\\', "\\'", '\\n', '\n', '#', ' #', ' # "', 'x', ' '],
      ...['${A}', '${B}', '${J:-y}', '${A:-z}', '${', '}', ':-', '$', '\u001c', '\u0085', '\u00a0'],
    ),
  },
);

test('a random file gives the same values as python-dotenv, or an error', async () => {
  const texts = fc.sample(
    fc
      .array(parts, { maxLength: 20 })
      .map((found) => found.join(''))
      // Without incomplete characters, which a UTF-8 file cannot have, without texts in other encodings, and without
      // the key that the results cannot contain.
      .filter((text) => Buffer.from(text).toString() === text && !/\ufffd|__proto__/.test(text)),
    tries(5000),
  );
  const document = join(folder, 'random.json');
  await writeFile(document, JSON.stringify({ cases: texts.map((text) => ({ text })) }));
  await record(document);
  const { cases } = v.parse(answersSchema, JSON.parse(await readFile(document, 'utf8')));
  let read = 0;
  const different: unknown[] = [];
  for (const { text, values, unparsable } of cases) {
    const { entries, problems } = await readFiles(['a'], () => Promise.resolve(text));
    if (unparsable.length > 0 && problems.length === 0) different.push({ text, unparsable });
    // python-dotenv skips lines that it cannot parse, and uses the last of several equal keys.
    if (problems.some((problem) => /reading stopped/i.test(problem))) continue;
    for (const { key, value } of entries) {
      if (problems.some((problem) => problem.includes(`\`${key}\``))) continue;
      if (value.reveal() !== values[key]) different.push({ text, key, expected: values[key] });
    }
    if (problems.length > 0) continue;
    read += 1;
    const keys = Object.keys(values).filter((key) => values[key] !== null);
    if (keys.join() !== entries.map(({ key }) => key).join()) different.push({ text, keys });
  }
  expect(different).toEqual([]);
  // The comparison is meaningful only if enough files are valid.
  expect(read / texts.length).toBeGreaterThan(0.2);
});
