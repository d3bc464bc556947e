import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import * as v from 'valibot';
import { bundledPackages } from '../scripts/bundled-packages.js';
import { licenceNotices, listedPackages } from '../scripts/licences.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const notices = read('dist/licenses.txt');
const listed = listedPackages(notices);

const lockedSchema = v.object({
  version: v.optional(v.string()),
  dev: v.optional(v.boolean()),
  // Asked for at run time only by what does not need it, such as a compiler by a library's types.
  devOptional: v.optional(v.boolean()),
});

/** Packages by the folders that the lock file puts them in, with its word on each. */
const locked = Object.entries(
  v.parse(
    v.object({ packages: v.record(v.string(), lockedSchema) }),
    JSON.parse(read('package-lock.json')),
  ).packages,
).flatMap(([path, { version = '', dev = false, devOptional = false }]) =>
  path === ''
    ? []
    : [{ name: path.replace(/^.*node_modules\//, ''), version, dev: dev || devOptional }],
);
const label = ({ name, version }: { name: string; version: string }) => `${name}@${version}`;

/** What a dependency asks for at run time, and no code of which comes into the bundle. */
const leftOut = [
  { pattern: /^undici$/, reason: 'a stand-in takes its place' },
  { pattern: /^@octokit\/(openapi-)?types$/, reason: 'types only' },
  { pattern: /^bare-|^teex$/, reason: 'for another runtime than Node.js' },
];

describe('dist/licenses.txt', () => {
  const runtime = locked.filter(({ dev }) => !dev);

  test.each([...new Map(runtime.map((each) => [label(each), each] as const))])(
    'lists %s, or it is known why it is not in the bundle',
    (_, { name, version }) => {
      const reasons = leftOut.filter(({ pattern }) => pattern.test(name));
      const entries = listed.filter((each) => each.name === name && each.version === version);
      expect(entries.length + reasons.length).toBe(1);
    },
  );

  test('lists nothing that is there for development only', () => {
    const allowed = new Set(runtime.map(label));
    expect(listed.map(label).filter((each) => !allowed.has(each))).toEqual([]);
  });

  test('lists every package that the bundle itself names', () => {
    const names = readdirSync(join(root, 'dist'))
      .filter((name) => name.endsWith('.js'))
      .flatMap((name) => [
        ...read(`dist/${name}`).matchAll(
          /^;\/\/ CONCATENATED MODULE: .*\/node_modules\/((?:@[^/]+\/)?[^/\n]+)/gm,
        ),
      ])
      .map(([, name]) => name);
    expect(new Set(names).size).toBeGreaterThan(5);
    const there = new Set(listed.map(({ name }) => name));
    expect(names.filter((name = '') => !there.has(name))).toEqual([]);
  });

  test('has the text of each licence', () => {
    const parts = notices.split(/^-{80}\n(.+)\n-{80}\n/m).slice(1);
    const texts = parts.flatMap((heading, index) =>
      index % 2 === 0 ? [[heading, parts[index + 1] ?? ''] as const] : [],
    );
    expect(texts.map(([heading]) => heading)).toEqual(
      listed.map(({ name, version }) => `${name} ${version}`),
    );
    for (const [, text] of texts) {
      expect(text).toMatch(/permission|license|redistribution/i);
      expect(text.length).toBeGreaterThan(500);
    }
  });
});

describe('a bundle', () => {
  let repository = '';
  beforeEach(() => {
    repository = mkdtempSync(join(tmpdir(), 'bundled-'));
  });
  afterEach(() => {
    rmSync(repository, { recursive: true, force: true });
  });

  /** Installs a package and returns the path of a file of it. */
  function install(
    manifest: Readonly<Record<string, unknown>>,
    texts: Readonly<Record<string, string>> = { LICENSE: 'May be used.' },
    folder = 'node_modules/some',
  ): string {
    mkdirSync(join(repository, folder), { recursive: true });
    writeFileSync(
      join(repository, folder, 'package.json'),
      JSON.stringify({ name: 'some', version: '1.0.0', license: 'MIT', ...manifest }),
    );
    for (const [name, text] of Object.entries(texts))
      writeFileSync(join(repository, folder, name), text);
    return join(repository, folder, 'lib', 'index.js');
  }

  const noticesOf = (...files: string[]): string =>
    licenceNotices(
      bundledPackages(
        { modules: files.map((nameForCondition) => ({ nameForCondition })) },
        repository,
      ),
    );

  test('of two versions of a package has both, and files that were joined into one count', () => {
    const outer = install({}, { LICENSE: 'Outer.' });
    const inner = install(
      { version: '2.0.0' },
      { 'license.md': 'Inner.\r\n', NOTICE: 'By the way.' },
      'node_modules/@a/b/node_modules/some',
    );
    const text = licenceNotices(
      bundledPackages(
        {
          modules: [
            { nameForCondition: null },
            {
              nameForCondition: join(repository, 'lib/main.js'),
              modules: [{ nameForCondition: inner }],
            },
            { nameForCondition: outer },
          ],
        },
        repository,
      ),
    );
    expect(listedPackages(text)).toEqual([
      { name: 'some', version: '1.0.0', licence: 'MIT' },
      { name: 'some', version: '2.0.0', licence: 'MIT' },
    ]);
    for (const part of ['Outer.\n', 'By the way.\nInner.\n']) expect(text).toContain(part);
  });

  test.each([
    {
      name: 'a licence that is not allowed',
      manifest: { license: 'GPL-3.0-only' },
      says: 'GPL-3.0-only',
    },
    { name: 'no licence', manifest: { license: undefined }, says: 'under none' },
    { name: 'a licence without its text', texts: {}, says: 'without the text' },
    { name: 'an empty text', texts: { LICENSE: ' \n' }, says: 'without the text' },
  ])('is refused where a package has $name', ({ manifest = {}, texts, says }) => {
    const file = install(manifest, texts);
    expect(() => noticesOf(file)).toThrow(says);
  });

  test('is refused where a file of it lies elsewhere', () => {
    expect(() => noticesOf(join(repository, '..', 'node_modules', 'some', 'index.js'))).toThrow(
      'lies outside',
    );
  });

  test('is refused where the bundler tells of no modules', () => {
    expect(() => bundledPackages({ modules: [] }, repository)).toThrow();
  });
});

describe('the software bill of materials', () => {
  const component = v.object({ name: v.string(), version: v.string(), purl: v.string() });
  const bill = v.parse(
    v.object({
      bomFormat: v.literal('CycloneDX'),
      metadata: v.object({ component }),
      components: v.array(v.object({ ...component.entries, 'bom-ref': v.string() })),
      dependencies: v.array(v.object({ ref: v.string(), dependsOn: v.array(v.string()) })),
    }),
    JSON.parse(
      execFileSync(process.execPath, ['--import', 'tsx', join(root, 'scripts/sbom.ts')], {
        cwd: root,
        encoding: 'utf8',
      }),
    ),
  );

  test('is that of this action', () => {
    expect(JSON.parse(read('package.json'))).toMatchObject({
      name: bill.metadata.component.name,
      version: bill.metadata.component.version,
    });
  });

  test('names the action by its repository on GitHub', () => {
    const { purl, version } = bill.metadata.component;
    expect(purl).toBe(`pkg:github/pipecat-cloud-release/pipecat-cloud-release@v${version}`);
    expect(bill.dependencies.map(({ ref }) => ref)).toContain(purl);
  });

  test('has every package that is bundled, and no other', () => {
    expect(bill.components.map(label)).toEqual(listed.map(label));
  });

  test('says of each what it is made of, as far as that is bundled', () => {
    const references = new Set(bill.components.map((each) => each['bom-ref']));
    const made = bill.dependencies.flatMap(({ dependsOn }) => dependsOn);
    expect(made.filter((reference) => !references.has(reference))).toEqual([]);
    expect([...references].filter((reference) => !made.includes(reference))).toEqual([]);
  });
});

test('what SECURITY.md cites of this repository is there', () => {
  const cited = [
    ...read('SECURITY.md').matchAll(/`((?:src|scripts|__tests__|dist|\.github)\/[^`*]*)`/g),
  ].map(([, path = '']) => path);
  expect(cited.length).toBeGreaterThan(20);
  expect(cited.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
