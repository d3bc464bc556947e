import { expect, test } from '@jest/globals';
import { asIs, listOf } from '../../src/text/list.js';

test.each([
  { name: 'nothing', items: [], options: {}, words: '' },
  { name: 'one item', items: ['a'], options: {}, words: '`a`' },
  {
    name: 'all items without a limit',
    items: ['a', 'b', 'c'],
    options: {},
    words: '`a`, `b`, `c`',
  },
  {
    name: 'as many items as the limit',
    items: ['a', 'b'],
    options: { most: 2 },
    words: '`a`, `b`',
  },
  {
    name: 'more than the limit',
    items: ['a', 'b', 'c'],
    options: { most: 1 },
    words: '`a` and 2 more',
  },
  { name: 'items as they are', items: ['a', 'b'], options: { format: asIs }, words: 'a, b' },
  { name: 'a backtick within an item', items: ['a`b'], options: {}, words: "`a'b`" },
])('a list of $name reads $words', ({ items, options, words }) => {
  expect(listOf(items, options)).toBe(words);
});
