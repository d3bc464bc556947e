import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import * as v from 'valibot';
import { parse } from 'yaml';
import { declaredInputs } from '../src/inputs/declared.js';
import { outputNames } from '../src/report/outputs.js';
import { version } from '../src/version.js';

function read(path: string): string {
  return readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8');
}

const metadata = v.parse(
  v.object({
    name: v.string(),
    inputs: v.record(
      v.string(),
      v.strictObject({ description: v.string(), default: v.optional(v.string()) }),
    ),
    outputs: v.record(v.string(), v.strictObject({ description: v.string() })),
    runs: v.object({ using: v.string(), main: v.string() }),
    branding: v.object({ icon: v.string(), color: v.string() }),
  }),
  parse(read('action.yml')),
);

describe('action.yml', () => {
  test('declares the same inputs as the code, with the same order and defaults', () => {
    expect(Object.entries(metadata.inputs).map(([name, input]) => [name, input.default])).toEqual(
      Object.entries(declaredInputs).map(([name, input]) => [name, input.default]),
    );
  });

  test('declares the same outputs as the code, in the same order', () => {
    expect(Object.keys(metadata.outputs)).toEqual([...outputNames]);
  });

  test('contains no expressions, which the runner would reject even in descriptions', () => {
    expect(read('action.yml')).not.toContain('${{');
  });

  test('runs the bundle on Node.js 24', () => {
    expect(metadata.name).toBe('Pipecat Cloud Release');
    expect(metadata.runs).toEqual({ using: 'node24', main: 'dist/index.js' });
  });
});

test('the version in the code is the version in package.json', () => {
  expect(JSON.parse(read('package.json'))).toMatchObject({ version });
});

test('every input is read somewhere in src/inputs', () => {
  const sources = readdirSync('src/inputs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && name !== 'declared.ts')
    .map((name) => read(`src/inputs/${name}`))
    .join('\n');
  const unread = Object.keys(declaredInputs).filter((name) => !sources.includes(`'${name}'`));
  expect(unread).toEqual([]);
});
