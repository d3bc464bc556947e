import { setImmediate } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { Progress } from '../../src/steps/progress.js';
import type { Clock } from '../../src/time/clock.js';

/** A clock whose time passes only by calls of `pass`. */
function manualClock(): { readonly clock: Clock; readonly pass: (by: number) => Promise<void> } {
  let time = 1000;
  const sleepers: { readonly due: number; readonly wake: () => void }[] = [];
  const clock: Clock = {
    now: () => time,
    wallTime: () => time,
    random: () => 0.5,
    after: () => () => undefined,
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        sleepers.push({ due: time + milliseconds, wake: resolve });
        signal?.addEventListener('abort', () => {
          reject(new Error('aborted'));
        });
      }),
  };
  const pass = async (by: number): Promise<void> => {
    time += by;
    for (const { due, wake } of sleepers) if (due <= time) wake();
    await setImmediate();
  };
  return { clock, pass };
}

function startWait() {
  const { clock, pass } = manualClock();
  const logged: string[] = [];
  return {
    progress: new Progress({ clock, log: { info: (line) => logged.push(line) } }),
    logged,
    pass,
  };
}

test('a wait logs a state when it changes, with the time since the wait began', async () => {
  const { progress, logged, pass } = startWait();
  await pass(1500);
  progress.update('pending');
  await pass(2000);
  progress.update('pending');
  progress.update('ready');
  progress.remark('A word.');
  expect(logged).toEqual(['1.5 s: pending', '3.5 s: ready', 'A word.']);
  expect(progress.elapsed).toBe(3500);
});

test('a wait logs an unchanged state every 15 seconds, even before the first state is known', async () => {
  const { progress, logged, pass } = startWait();
  await pass(14_999);
  expect(logged).toEqual([]);
  await pass(1);
  await pass(5000);
  progress.update('pending');
  await pass(14_999);
  await pass(1);
  expect(logged).toEqual([
    '15.0 s: waiting for the first status check',
    '20.0 s: pending',
    '35.0 s: pending',
  ]);
  expect(progress.unchangedFor).toBe(15_000);
});

test('a wait that has ended logs nothing more, even if a reminder comes at the same moment', async () => {
  const { progress, logged, pass } = startWait();
  const passed = pass(15_000);
  progress.end();
  await passed;
  await pass(60_000);
  expect(logged).toEqual(['15.0 s: waiting for the first status check']);
});
