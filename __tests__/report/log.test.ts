import { describe, expect, test } from '@jest/globals';
import type { StepName, StepRecord } from '../../src/release/record.js';
import { releaseLog } from '../../src/report/log.js';
import { RecordedActions } from '../support/recorded-actions.js';

function step(name: StepName, outcome: StepRecord['outcome'] = 'done'): StepRecord {
  return { name, outcome, duration: 2000 };
}

function recorded(work: (log: ReturnType<typeof releaseLog>) => void): string[] {
  const actions = new RecordedActions();
  work(releaseLog(actions));
  return actions.log;
}

describe('the groups of the log', () => {
  test('one after the other are one a step', () => {
    const lines = recorded((log) => {
      log.beginStep('inputs');
      log.info('read');
      log.endStep(step('inputs'));
      log.beginStep('deploy');
      log.endStep(step('deploy', 'failed'));
    });
    expect(lines).toEqual([
      'group: Read the inputs',
      'info: read',
      'info: Done after 2.0 s.',
      'endgroup',
      'group: Deploy the agent',
      'info: Failed after 2.0 s.',
      'endgroup',
    ]);
  });

  test('are shared by steps that go on side by side, and none is empty', () => {
    const lines = recorded((log) => {
      log.beginStep('provision');
      log.beginStep('build');
      log.info('both');
      log.endStep(step('provision'));
      log.beginStep('readiness');
      log.endStep(step('readiness', 'failed'));
      log.notice('left alone');
      log.endStep(step('build', 'running'));
      log.warning('afterwards');
    });
    expect(lines).toEqual([
      'group: Write the secret sets · Build the image',
      'info: both',
      'info: Write the secret sets: done after 2.0 s.',
      'endgroup',
      'group: Build the image · Await the secret sets',
      'info: Await the secret sets: failed after 2.0 s.',
      'endgroup',
      'group: Build the image',
      'notice: left alone',
      'info: Left under way after 2.0 s.',
      'endgroup',
      'warning: afterwards',
    ]);
  });
});

test('outputs of builds are set as soon as they are known', () => {
  const actions = new RecordedActions();
  const log = releaseLog(actions);
  const build = { dockerfile: 'Dockerfile', contextHash: 'abc', duration: undefined } as const;
  log.builds([
    { ...build, region: 'us-west', id: null, outcome: 'skipped' },
    { ...build, region: 'eu-central', id: 'e', outcome: 'running' },
  ]);
  log.builds([
    { ...build, region: 'us-west', id: 'w', outcome: 'running' },
    { ...build, region: 'eu-central', id: 'e', outcome: 'running' },
  ]);
  expect(actions.history.filter(({ name }) => name === 'build-id')).toMatchObject([
    { value: '' },
    { value: 'w' },
  ]);
  expect(actions.outputs['builds']).toBe(
    '[{"region":"us-west","id":"w","outcome":"running","contextHash":"abc"},{"region":"eu-central","id":"e","outcome":"running","contextHash":"abc"}]',
  );
});
