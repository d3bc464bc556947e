import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import GithubSlugger from 'github-slugger';
import { marked, type Token } from 'marked';
import * as v from 'valibot';
import { type Document, readDocuments } from '../scripts/documents.js';
import { filesIn } from '../scripts/files.js';
import {
  type GeneratedParts,
  generatedParts,
  placesIn,
  withParts,
} from '../scripts/generated-parts.js';
import { workedExamples } from '../scripts/worked-examples.js';
import { declaredInputs } from '../src/inputs/declared.js';
import { outputNames } from '../src/report/outputs.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const documents = readDocuments();
const named = (path: string): string => documents.find((one) => one.path === path)?.text ?? '';
const each = documents.map((document) => [document.path, document] as const);

/** All tokens of one kind in a document, at any depth. */
function tokens<Kind extends Token['type']>(text: string, kind: Kind) {
  const found: Extract<Token, { type: Kind }>[] = [];
  void marked.walkTokens(marked.lexer(text), (token) => {
    if (token.type === kind) found.push(token as Extract<Token, { type: Kind }>);
  });
  return found;
}

function anchors(text: string): string[] {
  const slugger = new GithubSlugger();
  return tokens(text, 'heading').map((heading) => slugger.slug(heading.text));
}

describe('the generated parts', () => {
  let parts: GeneratedParts;
  beforeAll(async () => {
    parts = await generatedParts(read('action.yml'));
  });

  test.each(each)('are current in %s', (_path, { text }) => {
    expect(withParts(text, parts)).toBe(text);
  });

  test('show an error for each worked example', async () => {
    const examples = Object.values(await workedExamples()).flat();
    expect(examples.filter(({ said }) => said.length === 0)).toEqual([]);
  });

  test('occur exactly once each', () => {
    const places = documents.flatMap(({ text }) => placesIn(text));
    expect(places.sort()).toEqual([...parts.keys()].sort());
  });
});

describe('links', () => {
  test.each(each)('in %s lead to an existing file and heading', (_path, { path, text }) => {
    const targets = [
      ...tokens(text, 'link').map((link) => link.href),
      ...tokens(text, 'image').map((image) => image.href),
    ].filter((href) => !href.startsWith('https://'));
    expect(targets.filter((href) => !leadsSomewhere(path, href))).toEqual([]);
  });

  function leadsSomewhere(from: string, href: string): boolean {
    const [path = '', anchor] = href.split('#');
    const target = path === '' ? from : join(dirname(from), path);
    if (!existsSync(join(root, target))) return false;
    return anchor === undefined || anchors(read(target)).includes(anchor);
  }

  test.each(readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md')))(
    'in the README lead to docs/%s',
    (name) => {
      expect(named('README.md')).toContain(`(docs/${name}`);
    },
  );

  test('in the list of examples lead to every example', () => {
    const workflows = filesIn('examples', /\.yml$/).map((path) => path.replace('examples/', ''));
    const listed = tokens(named('examples/README.md'), 'link').map((link) => link.href);
    expect([...new Set(listed)].sort()).toEqual(workflows.sort());
  });
});

describe('workflows in documents', () => {
  const examples = filesIn('examples', /\.yml$/).map((path) => read(path).split('\n'));

  /** The parts of a code block between lines `# …`, which mean omitted lines. */
  const fragments = ({ text }: Document): string[] =>
    tokens(text, 'code')
      .filter((code) => code.lang === 'yaml')
      .flatMap((code) => code.text.split(/^ *# …\n?/m))
      .map((fragment) => fragment.replace(/\s+$/, ''))
      .filter((fragment) => fragment !== '');

  test.each(each)('in %s are part of a tested example', (_path, document) => {
    expect(fragments(document).filter((fragment) => !isInAnExample(fragment))).toEqual([]);
  });

  test('exist', () => {
    expect(documents.flatMap(fragments).length).toBeGreaterThan(10);
  });

  function isInAnExample(fragment: string): boolean {
    const wanted = withoutIndentation(fragment.split('\n'));
    return examples.some((lines) =>
      lines.some((_line, index) => {
        const part = withoutIndentation(lines.slice(index, index + wanted.length));
        return part.every((line, offset) => line === wanted[offset]);
      }),
    );
  }

  function withoutIndentation(lines: readonly string[]): string[] {
    const indentations = lines.filter((line) => line !== '').map((line) => line.search(/\S/));
    return lines.map((line) => line.slice(Math.min(...indentations)));
  }
});

test.each(each)('package.json has the npm commands in %s', (_path, { text }) => {
  const { scripts } = v.parse(
    v.object({ scripts: v.record(v.string(), v.string()) }),
    JSON.parse(read('package.json')),
  );
  const commands = [...text.matchAll(/npm run ([a-z0-9:-]+)/g)].map(([, name = '']) => name);
  expect(commands.filter((name) => !(name in scripts))).toEqual([]);
});

test('the map of the code shows exactly the imports between its folders', () => {
  const imports = filesIn('src', /^src\/.+\/.+\.ts$/)
    .map((path) => path.replace('src/', ''))
    // It connects all folders.
    .filter((path) => !path.startsWith('run/'))
    .flatMap((path) => {
      const [folder = ''] = path.split('/');
      return [...read(join('src', path)).matchAll(/ from '(\.\.?\/[^']+)'/g)]
        .map(([, target = '']) => join(dirname(path), target).replaceAll('\\', '/'))
        .filter((target) => target.includes('/') && !target.startsWith(`${folder}/`))
        .map((target) => `${folder} --> ${target.split('/')[0] ?? ''}`);
    });
  const arrows = [...named('CONTRIBUTING.md').matchAll(/^ *(\w+ --> \w+)$/gm)].map(
    ([, arrow]) => arrow,
  );
  expect(arrows.sort()).toEqual([...new Set(imports)].sort());
});

describe('the README', () => {
  test('can be read in ten minutes', () => {
    const words = named('README.md')
      .replace(/```[^]*?```/g, '')
      .split(/\s+/);
    const wordsInAMinute = 200;
    expect(words.length / wordsInAMinute).toBeLessThan(10);
  });

  test.each([...Object.keys(declaredInputs), ...outputNames])('names %s', (name) => {
    expect(named('README.md')).toContain(`\`${name}\``);
  });
});
