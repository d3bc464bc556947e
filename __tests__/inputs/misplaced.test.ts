import { describe, expect, test } from '@jest/globals';
import { misplacedParts } from '../../src/inputs/misplaced.js';
import { RawInputs } from '../../src/inputs/raw-inputs.js';
import { SecretValue } from '../../src/secrecy/secret-value.js';
import { inputVariables } from '../support/release-run.js';

/** The parts that are kept out of what is said, without those that are empty. */
function parts(inputs: Record<string, string>, ...secrets: string[]): string[] {
  return misplacedParts(
    new RawInputs(inputVariables(inputs)),
    secrets.map((secret) => new SecretValue(secret)),
  )
    .map((part) => part.reveal())
    .filter((part) => part !== '');
}

describe('A secret in an input where it does not belong', () => {
  test.each([
    { name: 'a list, at commas', secret: 'north1,south2', found: ['north1', 'south2'] },
    {
      name: 'a line for a region, at the colon',
      secret: 'north1:south2',
      found: ['north1', 'south2'],
    },
    {
      name: 'an assignment, at the equals sign',
      secret: 'north1=south2',
      found: ['north1', 'south2'],
    },
  ])('is taken apart as $name', ({ secret, found }) => {
    expect(parts({ region: `x${secret}x` }, secret)).toEqual(expect.arrayContaining(found));
  });

  test('is taken apart to these parts and no others', () => {
    expect(new Set(parts({ image: 'north1,south2' }, 'north1,south2'))).toEqual(
      new Set(['north1', 'south2']),
    );
  });

  test('is told by its host where it is an address', () => {
    expect(parts({ registry: 'https://hidden.test/a' }, 'https://hidden.test/a')).toContain(
      'hidden.test',
    );
  });

  test('is found by the line that stands there, without the other lines', () => {
    expect(new Set(parts({ region: 'second-line' }, 'first-line\nsecond-line'))).toEqual(
      new Set(['second-line']),
    );
  });

  test('has no part where it stands in no input', () => {
    expect(parts({ region: 'us-west', image: 'acme/voice:1' }, 'hidden-value')).toEqual([]);
  });
});

test.each(['api-key', 'pat', 'secrets', 'secrets-json', 'registry-password', 'github-token'])(
  'A secret in `%s` is where it belongs',
  (input) => {
    expect(parts({ [input]: 'hidden,value' }, 'hidden,value')).toEqual([]);
  },
);
