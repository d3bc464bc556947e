import { describe, expect, test } from '@jest/globals';
import { logWorkProgress } from '../../src/steps/progress.js';
import { TestClock } from '../support/test-clock.js';

function startProgress(all: number): {
  readonly after: (milliseconds: number, bytes: number) => void;
  readonly logged: string[];
} {
  const clock = new TestClock();
  const logged: string[] = [];
  const log = { info: (line: string) => logged.push(line) };
  const update = logWorkProgress({ clock, log }, all, 'Packed');
  return {
    after: (milliseconds, bytes) => {
      clock.pass(milliseconds);
      update(bytes);
    },
    logged,
  };
}

describe('the log of the progress', () => {
  test('has a line at most every five seconds', () => {
    const { after, logged } = startProgress(1000);
    after(0, 100);
    after(4999, 200);
    expect(logged).toEqual([]);
    after(1, 300);
    expect(logged).toEqual(['Packed: 300 B of 1000 B (30 %).']);
    after(4999, 400);
    after(1, 500);
    after(60_000, 600);
    after(0, 700);
    expect(logged.slice(1)).toEqual([
      'Packed: 500 B of 1000 B (50 %).',
      'Packed: 600 B of 1000 B (60 %).',
    ]);
  });

  test.each([
    { name: 'nothing', bytes: 0, logged: 'Packed: 0 B of 2.0 KB (0 %).' },
    { name: 'less than one percent', bytes: 20, logged: 'Packed: 20 B of 2.0 KB (0 %).' },
    { name: 'all but one byte', bytes: 2047, logged: 'Packed: 2.0 KB of 2.0 KB (99 %).' },
    { name: 'all', bytes: 2048, logged: 'Packed: 2.0 KB of 2.0 KB (100 %).' },
  ])('rounds the percentage down: $name', ({ bytes, logged: expected }) => {
    const { after, logged } = startProgress(2048);
    after(5000, bytes);
    expect(logged).toEqual([expected]);
  });

  test('says 100 % if there is nothing to do', () => {
    const { after, logged } = startProgress(0);
    after(5000, 0);
    expect(logged).toEqual(['Packed: 0 B of 0 B (100 %).']);
  });

  test('restarts if the work starts again', () => {
    const { after, logged } = startProgress(100);
    after(5000, 90);
    after(5000, 10);
    expect(logged).toEqual(['Packed: 90 B of 100 B (90 %).', 'Packed: 10 B of 100 B (10 %).']);
  });
});
