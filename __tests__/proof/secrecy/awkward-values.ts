import fc from 'fast-check';

/** A value, and why it is awkward. */
export interface AwkwardValue {
  readonly kind: string;
  readonly value: string;
}

/** Creates a value with unique strings, so that each of its lines can be recognized. */
type Family = (core: () => string) => string;

const families: Readonly<Record<string, Family>> = {
  'one line': (core) => core(),
  'several lines': (core) => `${core()}\n${core()}\n${core()}`,
  'Windows lines': (core) => `${core()}\r\n${core()}\r\n`,
  'lines that end as on old machines': (core) => `${core()}\r${core()}`,
  'a line break at its end': (core) => `${core()}\n`,
  'empty lines': (core) => `${core()}\n\n\n${core()}`,
  'a private key': (core) =>
    `-----BEGIN PRIVATE KEY ${core()}-----\n${core()}${core()}${core()}${core()}\n${core()}==\n-----END PRIVATE KEY ${core()}-----\n`,
  'percent signs': (core) => `100%${core()}%25%0A%0D%3A${core()}%`,
  quotes: (core) => `"${core()}" 'and' \`${core()}\``,
  backslashes: (core) => `C:\\${core()}\\n"${core()}\\`,
  'a backslash and lines': (core) => `${core()}\\n\\u0041\n\\${core()}\\`,
  JSON: (core) => JSON.stringify({ id: core(), key: `${core()}\n${core()}` }),
  'JSON of several lines': (core) =>
    JSON.stringify({ type: 'account', key: core(), list: [core(), core()] }, undefined, 2),
  'a workflow command': (core) => `::set-output name=${core()}::${core()}`,
  'workflow commands on lines': (core) =>
    `${core()}\n::add-mask::${core()}\n::stop-commands::${core()}\n  ::error::${core()}`,
  'an old workflow command': (core) => `${core()} ##[set-env name=${core()}]${core()}`,
  'text from right to left': (core) => `\u202e${core()}\u202c\u05d0\u05d1\u05d2 ${core()}`,
  'characters without width': (core) => `\u200b${core()}\u200d\u2060${core()}\ufeff`,
  'characters that nobody sees': (core) => `${core()}\ufe0f\u034f${core()}\u{e0041}\u180e${core()}`,
  'line breaks of Unicode': (core) => `${core()}\u2028${core()}\u2029${core()}\u0085${core()}`,
  'colours of a terminal': (core) => `\u001b[31m${core()}\u001b[0m${core()}`,
  'control characters': (core) => `${core()}\u0007\u0008${core()}\u000b\u000c${core()}`,
  tabs: (core) => `\t${core()}\t\t${core()}\t`,
  'blanks around it': (core) => `   ${core()}  ${core()}   `,
  'what has no end': (core) => `${core()}<<EOF`,
  'lines like keys': (core) => `${core()}=${core()}\n${core()}=`,
  'a number sign': (core) => `${core()} # ${core()}#${core()}`,
  'an equals sign': (core) => `=${core()}==${core()}`,
  'HTML and Markdown': (core) =>
    `</details><img src="x" alt='${core()}'> **${core()}** [${core()}](https://x.example) | \`\`\`\n<!-- ${core()} --> & &amp; *_~#!@`,
  'what replaces': (core) => `$&${core()}$1$$${core()}$\``,
  'what patterns are made of': (core) => `^(${core()}|.*)+[${core()}]{2}?$`,
  stars: (core) => `***${core()}***`,
  'an address': (core) =>
    `postgres://${core()}:${core()}@${core().toLowerCase()}.example/${core()}?a=b,c`,
  'letters beyond ASCII': (core) => `grün ${core()} Łódź 🗝️ ${core()} 鍵`,
  'a list': (core) => `${core()},${core()}, {${core()}:${core()}}`,
  '48 KB on one line': (core) => long(core, ''),
  '48 KB on many lines': (core) => long(core, '\n'),
  'the end of what is in base32': (core) => `${core()}\n${core().toUpperCase()}====\n!${core()}`,
};

const bytesOfLongOnes = 48 * 1024;

function long(core: () => string, lineBreak: string): string {
  const line = `${core()}${core()}${core()}${core()}`;
  const lines = Array.from(
    { length: Math.ceil(bytesOfLongOnes / (line.length + 6 + lineBreak.length)) },
    (_, index) => `${line}${String(index).padStart(6, '0')}`,
  );
  return lines.join(lineBreak).slice(0, bytesOfLongOnes);
}

/** Twelve letters and digits that are unique in a run. */
const core = fc.string({
  unit: fc.constantFrom(...Array.from('abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789')),
  minLength: 12,
  maxLength: 12,
});

/** Values of different families. */
function valueOf([kind, make]: [string, Family]): fc.Arbitrary<AwkwardValue> {
  return fc.array(core, { minLength: 8, maxLength: 8 }).map((cores) => {
    let next = 0;
    return { kind, value: make(() => cores[next++ % cores.length] ?? '') };
  });
}

/** Random mixtures of everything that an environment variable can contain. */
const anything: fc.Arbitrary<AwkwardValue> = fc
  .array(
    fc.oneof(
      core,
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.string({ unit: 'grapheme', maxLength: 6 }),
      fc.constantFrom('\n', '\r\n', '%0A', '::', '##[', '"', '\\', '`', '|', '<', '&', ' ', '\t'),
    ),
    { minLength: 2, maxLength: 12 },
  )
  .map((parts) => ({ kind: 'anything', value: parts.join('').replaceAll('\0', '') }))
  // A variable contains UTF-8, which has no incomplete characters.
  .filter(({ value }) => Buffer.from(value).toString() === value && value.trim().length >= 8);

/** The seed, so that each run of the proof is the same. */
export const seed = 20260101;

/** Values of each family and some random ones, split into lists for one release each. */
export function batches(rounds: number, size: number): AwkwardValue[][] {
  const values = Array.from({ length: rounds }, (_, round) => [
    ...Object.entries(families).flatMap((family, index) =>
      fc.sample(valueOf(family), { seed: seed + 1000 * round + index, numRuns: 1 }),
    ),
    ...fc.sample(anything, { seed: seed + 1000 * round, numRuns: 10 }),
  ]).flat();
  return Array.from({ length: Math.ceil(values.length / size) }, (_, index) =>
    values.slice(index * size, (index + 1) * size),
  );
}
