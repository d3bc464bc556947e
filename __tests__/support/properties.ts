import * as fc from 'fast-check';

/**
 * The seed of the test cases. It is always the same, unless `PROPERTY_SEED` is set to `random` or to a number that a failure
 * printed.
 */
function seed(): number {
  const given = process.env['PROPERTY_SEED'] ?? '';
  if (given === 'random') return Date.now() % 2 ** 31;
  return given === '' ? 20_260_101 : Number(given);
}

/**
 * Options for checking a property. A failure prints the seed and the shortest case. `PROPERTY_TIMES` multiplies the number of
 * cases, for a longer search.
 */
export function tries(cases: number): { seed: number; numRuns: number } {
  return { seed: seed(), numRuns: cases * Number(process.env['PROPERTY_TIMES'] ?? 1) };
}

/** Names of built-in properties, which may confuse a parser. */
export const inheritedNames = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];

/** Keys that the platform accepts. */
export const secretKeys = fc.oneof(
  { weight: 6, arbitrary: fc.stringMatching(/^[a-zA-Z0-9_-]{1,64}$/) },
  { weight: 3, arbitrary: fc.stringMatching(/^[A-Z][A-Z0-9_]{0,20}$/) },
  { weight: 1, arbitrary: fc.constantFrom(...inheritedNames) },
);

/** Parts of texts that may confuse a parser. */
export const snags = fc.constantFrom(
  ...['\n', '\r\n', '\r', '\t', ' ', '  ', '\u2028', '\u0085', '\u00a0', '\ufeff', '\ufffd'],
  ...['"', "'", '`', '\\', '\\"', '\\n', '#', ' #', '=', '==', ':', ': ', '<<', '<', '{', '}'],
  ...['[', ']', ',', '!', '*', '**', '?', '$', '${{ secrets.A }}', '%', '%0A', '::error::', '|'],
  ...['\ud800', '\udfff', '🎙', 'é', 'null', 'true', '0', '-1', '1e999', '9'.repeat(40)],
  ...inheritedNames,
);

/** Texts with many parts that may confuse a parser. */
export const texts = fc
  .array(fc.oneof({ weight: 2, arbitrary: snags }, { weight: 1, arbitrary: plainTexts() }), {
    maxLength: 14,
  })
  .map((parts) => parts.join(''));

function plainTexts(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.constantFrom('A', 'KEY', 'us-west', 'END', 'export ', 'order-desk'),
  );
}

/** JSON of any shape, sometimes deeply nested. */
export const jsonTexts = fc.oneof(
  { weight: 6, arbitrary: fc.json({ maxDepth: 4 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('[', '{"a":'), fc.integer({ min: 1, max: 20_000 }))
      .map(([open, depth]) => open.repeat(depth)),
  },
);

/** All substrings with at least four characters, which a mask hides. */
export function piecesOf(text: string, length = 4): string[] {
  const pieces = Array.from({ length: Math.max(0, text.length - length + 1) }, (_, start) =>
    text.slice(start, start + length),
  );
  return [...new Set(pieces)];
}
