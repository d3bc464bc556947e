import { expect, test } from '@jest/globals';
import { bytesOf } from '../../src/text/bytes.js';

test.each([
  { bytes: 0, words: '0 B' },
  { bytes: 1023, words: '1023 B' },
  { bytes: 1024, words: '1.0 KB' },
  { bytes: 1536, words: '1.5 KB' },
  { bytes: 10_188, words: '9.9 KB' },
  { bytes: 10_189, words: '10 KB' },
  { bytes: 1_048_063, words: '1023 KB' },
  { bytes: 1_048_064, words: '1.0 MB' },
  { bytes: 314_572_800, words: '300 MB' },
  { bytes: 1_610_612_736, words: '1.5 GB' },
  { bytes: 1_649_267_441_664, words: '1536 GB' },
])('$bytes bytes are $words', ({ bytes, words }) => {
  expect(bytesOf(bytes)).toBe(words);
});
