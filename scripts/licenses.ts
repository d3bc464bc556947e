import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import type { BundledPackage } from './bundled-packages.js';

/** Licenses that only require their text next to the code, which the notices contain. */
const allowed = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
]);

/**
 * Packages without a license file, and the license in their package.json. This works only for a license whose
 * text is always the same.
 */
const withoutText = new Map([['@humanwhocodes/momoa', 'Apache-2.0']]);

/** A package in the list at the start of the notices. */
export interface Notice {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

/**
 * The notices for a bundle: a list of its packages, and the license text of each package.
 *
 * @throws if a package has no license text, or a license that is not allowed
 */
export function licenseNotices(packages: readonly BundledPackage[]): string {
  const problems = packages.flatMap((each) =>
    allowed.has(each.license)
      ? []
      : [`${each.name}@${each.version} has the license ${each.license}, which is not allowed`],
  );
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return [
    'The files in this folder contain code from these packages. The texts of their licenses follow.',
    '',
    ...packages.map(({ name, version, license }) => `${name} ${version} ${license}`),
    '',
    ...packages.flatMap((each) => [
      '-'.repeat(80),
      `${each.name} ${each.version}`,
      '-'.repeat(80),
      '',
      ...licenseTexts(each),
      '',
    ]),
  ].join('\n');
}

const noticeSchema = v.pipe(
  v.string(),
  v.regex(/^\S+ \S+ \S+$/),
  v.transform((line): Notice => {
    const [name = '', version = '', license = ''] = line.split(' ');
    return { name, version, license };
  }),
);

/** Reads the list of packages at the start of the notices. */
export function listedPackages(notices: string): Notice[] {
  const list = notices.split('\n\n')[1]?.split('\n') ?? [];
  return v.parse(v.pipe(v.array(noticeSchema), v.minLength(1)), list);
}

/** The texts of the license and notice files of a package, sorted by file name. */
function licenseTexts({ name, version, license, author, folder }: BundledPackage): string[] {
  const files = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice)\b/i.test(file))
    .sort();
  const texts = files.map((file) => normalized(readFileSync(join(folder, file), 'utf8')));
  if (texts.some((text) => text !== '')) return texts;
  if (withoutText.get(name) !== license) {
    throw new Error(`${name}@${version} has no license file (${license})`);
  }
  const standard = new URL(`license-texts/${license}.txt`, import.meta.url);
  return [
    `The package has no license file. Its package.json names the license ${license}` +
      `${author === undefined ? '' : ` (author: ${author})`}, which has this text:`,
    '',
    normalized(readFileSync(fileURLToPath(standard), 'utf8')),
  ];
}

/** A text with normalized line ends, and without trailing spaces or empty lines around it. */
function normalized(text: string): string {
  return text
    .replaceAll('\r', '')
    .replace(/[ \t]+$/gm, '')
    .replace(/^\n+|\n+$/g, '');
}
