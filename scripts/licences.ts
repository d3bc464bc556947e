import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import type { BundledPackage } from './bundled-packages.js';

/** Licences that ask for no more than their text beside the code, which the notices are. */
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
 * Packages that come without the text of their licence, and the licence that their package.json names.
 * Only one whose text is the same for everybody can be put in its place.
 */
const withoutText = new Map([['@humanwhocodes/momoa', 'Apache-2.0']]);

/** What the notices say in one line of each package. */
export interface Notice {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
}

/**
 * What has to go along with a bundle: a list of the packages in it, and the text of each one's licence.
 *
 * @throws If a package has no licence text, or a licence that is not among those allowed.
 */
export function licenceNotices(packages: readonly BundledPackage[]): string {
  const problems = packages.flatMap((each) =>
    allowed.has(each.licence)
      ? []
      : [`${each.name}@${each.version} is under ${each.licence}, which is not among those allowed`],
  );
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return [
    'The files beside this one contain code of these packages. The texts of their licences follow.',
    '',
    ...packages.map(({ name, version, licence }) => `${name} ${version} ${licence}`),
    '',
    ...packages.flatMap((each) => [
      '-'.repeat(80),
      `${each.name} ${each.version}`,
      '-'.repeat(80),
      '',
      ...licenceTexts(each),
      '',
    ]),
  ].join('\n');
}

const noticeSchema = v.pipe(
  v.string(),
  v.regex(/^\S+ \S+ \S+$/),
  v.transform((line): Notice => {
    const [name = '', version = '', licence = ''] = line.split(' ');
    return { name, version, licence };
  }),
);

/** Reads the list of packages at the head of notices. */
export function listedPackages(notices: string): Notice[] {
  const list = notices.split('\n\n')[1]?.split('\n') ?? [];
  return v.parse(v.pipe(v.array(noticeSchema), v.minLength(1)), list);
}

/** Licence and notice files of a package, those of each name once, in the order of their names. */
function licenceTexts({ name, version, licence, author, folder }: BundledPackage): string[] {
  const files = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice)\b/i.test(file))
    .sort();
  const texts = files.map((file) => normalized(readFileSync(join(folder, file), 'utf8')));
  if (texts.some((text) => text !== '')) return texts;
  if (withoutText.get(name) !== licence) {
    throw new Error(`${name}@${version} comes without the text of its licence (${licence})`);
  }
  const standard = new URL(`licence-texts/${licence}.txt`, import.meta.url);
  return [
    `The package has no licence file. It says that it is under ${licence}` +
      `${author === undefined ? '' : ` (author: ${author})`}; the text of that is:`,
    '',
    normalized(readFileSync(fileURLToPath(standard), 'utf8')),
  ];
}

/** Line ends and blanks at them are no part of a text. */
function normalized(text: string): string {
  return text
    .replaceAll('\r', '')
    .replace(/[ \t]+$/gm, '')
    .replace(/^\n+|\n+$/g, '');
}
