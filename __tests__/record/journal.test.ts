import { describe, expect, test } from '@jest/globals';
import { CancelledError } from '../../src/time/cancellation.js';
import { AbandonedError, ReleaseError } from '../../src/record/errors.js';
import { Journal, type ReleaseLog } from '../../src/record/journal.js';
import { TestClock } from '../support/test-clock.js';

const fault = new Error('a fault');
const cancelled = new CancelledError('SIGTERM');

function begin() {
  const clock = new TestClock();
  const told: string[] = [];
  const log: ReleaseLog = {
    debug: () => undefined,
    info: () => undefined,
    notice: (message) => told.push(`notice: ${message}`),
    warning: (message) => told.push(`warning: ${message}`),
    beginStep: (name) => told.push(`begin ${name}`),
    endStep: ({ name, outcome, duration }) => told.push(`end ${name}: ${outcome}, ${duration} ms`),
  };
  return { clock, told, journal: new Journal(clock, log) };
}

/** Work that runs until the test ends it. */
function work(): { done: Promise<void>; end: () => void } {
  let end = (): void => undefined;
  const done = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { done, end };
}

test('the account of a release that has done nothing claims nothing', () => {
  const { clock, journal } = begin();
  expect(journal.record).toEqual({
    startedAt: clock.now(),
    kind: 'release',
    plan: undefined,
    actingAs: undefined,
    steps: [],
    targets: [],
    context: undefined,
    spans: [],
    warnings: [],
    notices: [],
    remarks: [],
  });
});

describe('a step', () => {
  test('is skipped until it is begun, running until it ends, and took the time between', async () => {
    const { clock, told, journal } = begin();
    journal.expect(['deploy', 'rollout']);
    const deploying = work();
    const step = journal.step('deploy', () => deploying.done);
    expect(journal.record.steps).toEqual([
      { name: 'deploy', outcome: 'running', duration: 0 },
      { name: 'rollout', outcome: 'skipped', duration: 0 },
    ]);
    clock.pass(1500);
    deploying.end();
    await step;
    expect(journal.record.steps).toEqual([
      { name: 'deploy', outcome: 'done', duration: 1500 },
      { name: 'rollout', outcome: 'skipped', duration: 0 },
    ]);
    expect(told).toEqual(['begin deploy', 'end deploy: done, 1500 ms']);
  });

  test('that is done again has one line in the account, with the time of both', async () => {
    const { clock, told, journal } = begin();
    for (const duration of [1000, 500]) {
      await journal.step('deploy', () => {
        clock.pass(duration);
        return Promise.resolve();
      });
    }
    expect(journal.record.steps).toEqual([{ name: 'deploy', outcome: 'done', duration: 1500 }]);
    expect(told.filter((line) => line.startsWith('end'))).toEqual([
      'end deploy: done, 1000 ms',
      'end deploy: done, 1500 ms',
    ]);
  });

  test.each([
    { name: 'a fault', error: fault, outcome: 'failed' },
    { name: 'a cancellation', error: cancelled, outcome: 'running' },
    { name: 'cancellations', error: new ReleaseError([cancelled, cancelled]), outcome: 'running' },
    {
      name: 'a fault beside a cancellation',
      error: new ReleaseError([cancelled, fault]),
      outcome: 'failed',
    },
    {
      name: 'being given up while the platform goes on',
      error: new AbandonedError({ isStillRunning: true }),
      outcome: 'running',
    },
    {
      name: 'being given up before it began',
      error: new AbandonedError({ isStillRunning: false }),
      outcome: 'skipped',
    },
  ])('that ends by $name is told as $outcome', async ({ error, outcome }) => {
    const { clock, told, journal } = begin();
    const step = journal.step('build', () => {
      clock.pass(700);
      return Promise.reject(error);
    });
    await expect(step).rejects.toBe(error);
    expect(journal.record.steps).toEqual([{ name: 'build', outcome, duration: 700 }]);
    expect(told).toEqual(['begin build', `end build: ${outcome}, 700 ms`]);
  });

  test('that nobody waits for any more has its time up to then, and is ended once', async () => {
    const { clock, told, journal } = begin();
    const deploying = work();
    const step = journal.step('deploy', () => deploying.done);
    clock.pass(700);
    journal.close();
    expect(journal.record.steps).toEqual([{ name: 'deploy', outcome: 'running', duration: 700 }]);
    clock.pass(5000);
    deploying.end();
    await step;
    expect(journal.record.steps).toMatchObject([{ duration: 700 }]);
    expect(told).toEqual(['begin deploy', 'end deploy: running, 700 ms']);
  });
});

describe('a bar of the timeline', () => {
  test('is running until it ends, and keeps the moment in which it first did', async () => {
    const { clock, journal } = begin();
    const startedAt = clock.now();
    const end = journal.beginSpan('us-west', 'provision keys');
    const bar = { region: 'us-west', label: 'provision keys', startedAt };
    expect(journal.record.spans).toEqual([{ ...bar, endedAt: undefined, outcome: 'running' }]);
    clock.pass(1500);
    end('done');
    clock.pass(1000);
    end('failed');
    expect(journal.record.spans).toEqual([
      { ...bar, endedAt: startedAt + 1500, outcome: 'failed' },
    ]);
    await journal.span('us-west', 'deploy voice', () => Promise.resolve());
    expect(journal.record.spans).toMatchObject([{}, { outcome: 'done' }]);
  });

  test.each([
    { name: 'a fault', error: fault, outcome: 'failed' },
    { name: 'a cancellation', error: cancelled, outcome: 'running' },
    {
      name: 'being given up',
      error: new AbandonedError({ isStillRunning: false }),
      outcome: 'running',
    },
  ])('that ends by $name is told as $outcome', async ({ error, outcome }) => {
    const { clock, journal } = begin();
    const bar = journal.span('us-west', 'build the image', () => Promise.reject(error));
    await expect(bar).rejects.toBe(error);
    expect(journal.record.spans).toMatchObject([{ endedAt: clock.now(), outcome }]);
  });
});

test('warnings and notices are told at once, and stand in the account', () => {
  const { told, journal } = begin();
  journal.warning('Look here.');
  journal.notice('And there.');
  expect(told).toEqual(['warning: Look here.', 'notice: And there.']);
  expect(journal.record).toMatchObject({ warnings: ['Look here.'], notices: ['And there.'] });
});
