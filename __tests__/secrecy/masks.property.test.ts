import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { printable } from '../../src/text/printable.js';
import { masksFor } from '../../src/secrecy/masks.js';
import { redactor } from '../../src/secrecy/redactor.js';
import { SecretValue } from '../../src/secrecy/secret-value.js';
import { asQuoted } from '../../src/text/quote.js';
import { snags, tries } from '../support/properties.js';

/** Texts of few characters, so that values overlap, contain each other and occur in other texts. */
const letters = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('a', 'b', 'c', '*', '**', ' ', '\n', '"', '`', '\\') },
  { weight: 1, arbitrary: snags },
);
const values = fc.array(letters, { maxLength: 12 }).map((parts) => parts.join(''));
const texts = fc.array(letters, { maxLength: 60 }).map((parts) => parts.join(''));

/** Replaces one mask after the other in the whole text, the longest first: slow, but obviously correct. */
function oneByOne(secrets: readonly SecretValue[], text: string): string {
  const masks = secrets.flatMap(masksFor).flatMap((mask) => {
    const shown = printable(mask);
    const quoted = asQuoted(shown);
    return [mask, shown, JSON.stringify(shown).slice(1, -1), quoted];
  });
  return [...new Set(masks.filter(({ length }) => length >= 4))]
    .sort((one, other) => other.length - one.length)
    .reduce((clean, mask) => clean.replaceAll(mask, '***'), printable(text));
}

test('redaction gives the same text as replacing each mask, the longest first', () => {
  fc.assert(
    fc.property(fc.array(values, { maxLength: 8 }), texts, (given, text) => {
      const secrets = given.map((value) => new SecretValue(value));
      expect(redactor(secrets)(text)).toBe(oneByOne(secrets, text));
    }),
    tries(1000),
  );
});

test('redaction leaves no line of a value in a text, whatever surrounds it', () => {
  fc.assert(
    fc.property(
      fc.array(values, { minLength: 1, maxLength: 4 }),
      texts,
      texts,
      (given, before, after) => {
        const redact = redactor(given.map((value) => new SecretValue(value)));
        const lines = given.flatMap((value) => masksFor(new SecretValue(value)));
        // The redaction itself inserts asterisks.
        for (const line of lines.filter((one) => !one.includes('*'))) {
          const shown = printable(line);
          if (shown.length >= 4) expect(redact(before + line + after)).not.toContain(shown);
        }
      },
    ),
    tries(500),
  );
});
