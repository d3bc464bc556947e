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
import { licenseNotices, listedPackages } from '../scripts/licenses.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const notices = read('dist/licenses.txt');
const listed = listedPackages(notices);

const lockedSchema = v.object({
  version: v.optional(v.string()),
  dev: v.optional(v.boolean()),
  // Needed at run time only by development dependencies, or for types.
  devOptional: v.optional(v.boolean()),
});

/** The packages in the lock file. */
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

/** Runtime dependencies without code in the bundle. */
const leftOut = [
  { pattern: /^(undici|@actions\/exec)$/, reason: 'replaced by a stand-in' },
  { pattern: /^@actions\/io$/, reason: 'used only by @actions/exec' },
  { pattern: /^@octokit\/(openapi-)?types$/, reason: 'types only' },
  { pattern: /^bare-|^teex$/, reason: 'for another runtime than Node.js' },
];

describe('dist/licenses.txt', () => {
  const runtime = locked.filter(({ dev }) => !dev);

  test.each([...new Map(runtime.map((each) => [label(each), each] as const))])(
    'lists %s, or there is a reason why it is not in the bundle',
    (_, { name, version }) => {
      const reasons = leftOut.filter(({ pattern }) => pattern.test(name));
      const entries = listed.filter((each) => each.name === name && each.version === version);
      expect(entries.length + reasons.length).toBe(1);
    },
  );

  test('lists no development dependency', () => {
    const allowed = new Set(runtime.map(label));
    expect(listed.map(label).filter((each) => !allowed.has(each))).toEqual([]);
  });

  test('lists every package that the bundle names', () => {
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

  test('has the text of each license', () => {
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

  /** Installs a package and returns the path of one of its files. */
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
    licenseNotices(
      bundledPackages(
        { modules: files.map((nameForCondition) => ({ nameForCondition })) },
        repository,
      ),
    );

  test('lists both versions of a package, including files in joined modules', () => {
    const outer = install({}, { LICENSE: 'Outer.' });
    const inner = install(
      { version: '2.0.0' },
      { 'license.md': 'Inner.\r\n', NOTICE: 'By the way.' },
      'node_modules/@a/b/node_modules/some',
    );
    const text = licenseNotices(
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
      { name: 'some', version: '1.0.0', license: 'MIT' },
      { name: 'some', version: '2.0.0', license: 'MIT' },
    ]);
    for (const part of ['Outer.\n', 'By the way.\nInner.\n']) expect(text).toContain(part);
  });

  test.each([
    {
      name: 'a license that is not allowed',
      manifest: { license: 'GPL-3.0-only' },
      says: 'GPL-3.0-only',
    },
    { name: 'no license', manifest: { license: undefined }, says: '(none)' },
    { name: 'no license file', texts: {}, says: 'no license file' },
    { name: 'an empty license file', texts: { LICENSE: ' \n' }, says: 'no license file' },
  ])('is rejected if a package has $name', ({ manifest = {}, texts, says }) => {
    const file = install(manifest, texts);
    expect(() => noticesOf(file)).toThrow(says);
  });

  test('is rejected if it contains a file outside of the repository', () => {
    expect(() => noticesOf(join(repository, '..', 'node_modules', 'some', 'index.js'))).toThrow(
      'is outside of',
    );
  });

  test('is rejected if the bundler reports no modules', () => {
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

  test('describes this action', () => {
    expect(JSON.parse(read('package.json'))).toMatchObject({
      name: bill.metadata.component.name,
      version: bill.metadata.component.version,
    });
  });

  test('identifies the action by its repository on GitHub', () => {
    const { purl, version } = bill.metadata.component;
    expect(purl).toBe(`pkg:github/pipecat-cloud-release/pipecat-cloud-release@v${version}`);
    expect(bill.dependencies.map(({ ref }) => ref)).toContain(purl);
  });

  test('lists exactly the bundled packages', () => {
    expect(bill.components.map(label)).toEqual(listed.map(label));
  });

  test('lists the bundled dependencies of each package', () => {
    const references = new Set(bill.components.map((each) => each['bom-ref']));
    const made = bill.dependencies.flatMap(({ dependsOn }) => dependsOn);
    expect(made.filter((reference) => !references.has(reference))).toEqual([]);
    expect([...references].filter((reference) => !made.includes(reference))).toEqual([]);
  });
});

test('all paths in SECURITY.md exist', () => {
  const cited = [
    ...read('SECURITY.md').matchAll(/`((?:src|scripts|__tests__|dist|\.github)\/[^`*]*)`/g),
  ].map(([, path = '']) => path);
  expect(cited.length).toBeGreaterThan(20);
  expect(cited.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
