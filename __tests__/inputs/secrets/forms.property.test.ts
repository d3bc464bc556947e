import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { splitItems } from '../../../src/inputs/raw-inputs.js';
import { isOrdinary } from '../../../src/secrecy/ordinary-words.js';
import { readInputs, type InputsReading } from '../../../src/inputs/read-inputs.js';
import { readFiles } from '../../../src/inputs/secrets/files.js';
import { readJson } from '../../../src/inputs/secrets/json.js';
import { readLines } from '../../../src/inputs/secrets/lines.js';
import { inputVariables } from '../../support/release-run.js';
import { piecesOf, secretKeys, snags, texts, tries } from '../../support/properties.js';

/** What is written in each of the forms is what arrives; what is not of the form is an error. */

type Pair = readonly [key: string, value: string];

/** Values as people have them, and such as try a parser; an empty one is an error of its own. */
const values = fc
  .oneof(
    { weight: 3, arbitrary: texts },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
    { weight: 1, arbitrary: fc.string({ maxLength: 200 }) },
  )
  // No environment variable can hold it, and a file that does is not taken for text.
  .filter((value) => value !== '' && !value.includes('\0'));

const pairs = (of: fc.Arbitrary<string> = values): fc.Arbitrary<Pair[]> =>
  fc.uniqueArray(fc.tuple(secretKeys, of), {
    minLength: 1,
    maxLength: 6,
    selector: ([key]) => key,
  });

const lineBreaks = fc.constantFrom('\n', '\r\n');

/** Reads the secrets as a release does that is given nothing else. */
async function read(
  inputs: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
  file = '',
): Promise<InputsReading> {
  return readInputs(
    {
      GITHUB_WORKSPACE: '/workspace',
      ...environment,
      ...inputVariables({ 'api-key': 'sk_0123456789', 'secret-set': 'keys', ...inputs }),
    },
    (path) =>
      path.endsWith('secrets.env')
        ? Promise.resolve(file)
        : Promise.reject(Object.assign(new Error('no such file'), { code: 'ENOENT' })),
  );
}

function expectPairs(reading: InputsReading, expected: readonly Pair[]): void {
  expect(reading.problems).toEqual([]);
  const arrived = reading.inputs?.release.secretSet?.pairs ?? [];
  expect(arrived.map(({ key, value }) => [key, value.reveal()])).toEqual(expected);
  const known = new Set(reading.secrets.map((secret) => secret.reveal()));
  for (const [key, value] of expected) {
    if (!isOrdinary(key, value, [])) expect(known).toContain(value);
  }
}

describe('what is written is what arrives', () => {
  /** What may stand between entries, of lines and of dotenv files. */
  const gaps = fc.constantFrom('', '# a comment', '   ', '#');

  test('as lines', async () => {
    const written = pairs(
      // A break before the delimiter may be of either kind, so a value cannot end in half of one.
      values.filter((value) => !value.endsWith('\r')),
    ).chain((entries) =>
      fc
        .tuple(
          fc.array(fc.tuple(fc.boolean(), gaps), {
            minLength: entries.length,
            maxLength: entries.length,
          }),
          lineBreaks,
        )
        .map(([styles, lineBreak]) => ({
          entries,
          text: entries
            .map(([key, value], index) => {
              const [isBlock, gap] = styles[index] ?? [false, ''];
              return gap + lineBreak + writeLine(key, value, isBlock, lineBreak);
            })
            .join(lineBreak),
        })),
    );
    await fc.assert(
      fc.asyncProperty(written, async ({ entries, text }) => {
        expectPairs(await read({ secrets: text }), entries);
      }),
      tries(100),
    );
  });

  /** `KEY=value`, or a block where the value has several lines or is asked to be one. */
  function writeLine(key: string, value: string, isBlock: boolean, lineBreak: string): string {
    // What looks like the end of a value in base64 is refused in a line of its own.
    if (!isBlock && !value.includes('\n') && value !== '=') return `${key}=${value}`;
    let delimiter = 'END';
    while (value.includes(delimiter)) delimiter += '_';
    return [`${key}<<${delimiter}`, value, delimiter].join(lineBreak);
  }

  test('as JSON', async () => {
    const written = fc.tuple(pairs(), fc.boolean(), fc.constantFrom('', '\n', '  '));
    await fc.assert(
      fc.asyncProperty(written, async ([entries, escapes, gap]) => {
        const text = (string: string): string =>
          escapes
            ? `"${string.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`
            : JSON.stringify(string);
        const json = `${gap}{${gap}${entries
          .map(([key, value]) => `${text(key)}${gap}:${gap}${text(value)}`)
          .join(`${gap},${gap}`)}${gap}}${gap}`;
        fc.pre(!entries.some(([key]) => key.toLowerCase() === 'github_token'));
        const reading = await read({ 'secrets-json': json, 'secrets-include': '*' });
        expectPairs(reading, entries);
      }),
      tries(100),
    );
  });

  test('as variables of the environment', async () => {
    const names = fc
      .oneof(
        fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,12}$/),
        fc.constantFrom('constructor', 'toString', 'valueOf'),
      )
      .filter((name) => !/^(?:INPUT_|GITHUB_|PIPECAT_)/.test(name));
    const written = fc.tuple(
      fc.uniqueArray(fc.tuple(fc.option(secretKeys, { nil: undefined }), names, values), {
        minLength: 1,
        maxLength: 6,
        selector: ([key, name]) => key ?? name,
      }),
      fc.constantFrom(',', ', ', '\n', '\r\n'),
    );
    await fc.assert(
      fc.asyncProperty(written, async ([entries, separator]) => {
        const environment = Object.fromEntries(entries.map(([, name, value]) => [name, value]));
        const items = entries.map(([key, name]) => (key === undefined ? name : `${key}=${name}`));
        const reading = await read({ 'secrets-env': items.join(separator) }, environment);
        expectPairs(
          reading,
          entries.map(([key, name]): Pair => [key ?? name, environment[name] ?? '']),
        );
      }),
      tries(100),
    );
  });

  test('as dotenv files', async () => {
    const written = pairs().chain((entries) =>
      fc.record({
        entries: fc.constant(entries),
        styles: fc.array(fc.tuple(fc.nat(), gaps, fc.constantFrom('', 'export ', '  ')), {
          minLength: entries.length,
          maxLength: entries.length,
        }),
        lineBreak: lineBreaks,
        mark: fc.constantFrom('', '\ufeff'),
      }),
    );
    await fc.assert(
      fc.asyncProperty(written, async ({ entries, styles, lineBreak, mark }) => {
        const lines: string[] = [];
        const expected: Pair[] = [];
        for (const [index, [key, value]] of entries.entries()) {
          const [style, gap, before] = styles[index] ?? [0, '', ''];
          const forms = dotenvForms(value);
          const form = forms[style % forms.length];
          if (form === undefined) continue;
          lines.push(gap, `${before}${key}=${form}`);
          expected.push([key, value]);
        }
        fc.pre(expected.length > 0);
        const text = mark + lines.join('\n').replaceAll('\n', lineBreak);
        expectPairs(await read({ 'secrets-file': 'secrets.env' }, {}, text), expected);
      }),
      tries(150),
    );
  });

  /** The ways to write a value in a dotenv file; none for some values. */
  function dotenvForms(value: string): string[] {
    // Replaced characters are taken for a file in another encoding, and references are replaced.
    if (/[\ud800-\udfff\ufffd]|\$\{/u.test(value)) return [];
    const forms: string[] = [];
    const escaped = value.replaceAll('\\', '\\\\');
    if (!value.includes('\r')) forms.push(`'${escaped.replaceAll("'", "\\'")}'`);
    const quoted = escaped.replaceAll('"', '\\"').replaceAll('\r', '\\r');
    forms.push(`"${quoted}"`, `"${quoted.replaceAll('\n', '\\n')}"`);
    // Python's blanks are others than JavaScript's.
    if (/^[\x21-\x7e]+$/.test(value) && !/^(?:["']|=+$)/.test(value)) forms.push(value);
    return forms;
  }
});

test('a list is parted where a comma or a line break stands outside of braces', () => {
  const lists = fc.oneof(
    texts,
    fc.array(fc.constantFrom(',', '{', '}', '\n', 'a', ' ')).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(lists, (list) => {
      const items = list.split(/[\n,](?![^{}\n]*\})/).map((item) => item.trim());
      expect(splitItems(list)).toEqual(items.filter((item) => item !== ''));
    }),
    tries(500),
  );
});

describe('what is not of the form is an error with a place, and without the value', () => {
  /** Of letters that none of the messages has, so that any piece of it would be known. */
  const hidden = fc
    .array(fc.constantFrom('Ж', 'Ю', 'Щ', 'Ъ', ' ', '"', "'", '\\', '`', '/', '+'), {
      minLength: 8,
      maxLength: 60,
    })
    .map((letters) => letters.join('').trim())
    .filter((value) => value.length >= 8);
  const damages = fc.record({
    /** Where, as a part of the whole. */
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.integer({ min: 0, max: 30 }),
    put: fc.oneof(snags, fc.constantFrom('', '\0')).filter((put) => !put.includes('=')),
  });

  function damaged(text: string, { at, length, put }: { at: number; length: number; put: string }) {
    const start = Math.floor(at * text.length);
    return text.slice(0, start) + put + text.slice(start + length);
  }

  const forms = [
    {
      name: 'lines',
      place: /line \d+|there is no secret|is empty/,
      read: (entries: readonly Pair[], damage: (text: string) => string) =>
        Promise.resolve(
          readLines(damage(entries.map(([key, value]) => `${key}=${value}`).join('\n'))),
        ),
    },
    {
      name: 'blocks',
      place: /line \d+/,
      read: (entries: readonly Pair[], damage: (text: string) => string) =>
        Promise.resolve(
          readLines(damage(entries.map(([key, value]) => `${key}<<EOF\n${value}\nEOF`).join('\n'))),
        ),
    },
    {
      name: 'JSON',
      place: /line \d+|is not a JSON object/,
      read: (entries: readonly Pair[], damage: (text: string) => string) => {
        const json = entries.map(([key, value]) => `"${key}": ${JSON.stringify(value)}`);
        return readJson(damage(`{\n${json.join(',\n')}\n}`), ['*'], []);
      },
    },
    {
      name: 'dotenv files',
      place: /line \d+|is not text in UTF-8/,
      read: (entries: readonly Pair[], damage: (text: string) => string) => {
        const text = damage(entries.map(([key, value]) => `${key}=${quoted(value)}`).join('\n'));
        return readFiles(['a.env'], () => Promise.resolve(text));
      },
    },
  ];

  function quoted(value: string): string {
    const quote = ['"', "'", '`'].find((one) => !value.includes(one)) ?? '';
    return quote + value + quote;
  }

  test.each(forms)('in $name', async ({ read, place }) => {
    await fc.assert(
      fc.asyncProperty(pairs(hidden), damages, async (entries, damage) => {
        const reading = await read(entries, (text) => damaged(text, damage));
        for (const problem of reading.problems) {
          expect(problem).toMatch(place);
          expect(problem).not.toMatch(/[ЖЮЩЪ]/);
        }
      }),
      tries(100),
    );
  });

  test('nor is a name given for a value that stands in its place', async () => {
    await fc.assert(
      fc.asyncProperty(hidden, fc.constantFrom('', 'KEY='), async (value, before) => {
        const { problems, secrets } = await read({ 'secrets-env': before + value });
        expect(problems.length).toBeGreaterThan(0);
        const seen = problems.map(({ input, message }) => `${input}: ${message}`).join('\n');
        expect(seen).toMatch(/secrets-env: item \d+/);
        for (const piece of piecesOf(value)) expect(seen).not.toContain(piece);
        expect(secrets.length).toBeGreaterThan(1);
      }),
      tries(100),
    );
  });
});
