import { describe, expect, test } from '@jest/globals';
import type { StepName, StepRecord } from '../../src/record/record.js';
import { quoted, releaseLog } from '../../src/report/log.js';
import { setBuildOutputs } from '../../src/report/build-outputs.js';
import { logPlan } from '../../src/report/plan-log.js';
import { agentPlan, planOf } from '../support/accounts.js';
import { buildPlan, packedContext } from '../support/accounts.js';
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
      'group: Build the image · Wait for the secret sets',
      'info: Wait for the secret sets: failed after 2.0 s.',
      'endgroup',
      'group: Build the image',
      'notice: left alone',
      'info: Still running after 2.0 s.',
      'endgroup',
      'warning: afterwards',
    ]);
  });
});

describe('a line of the log', () => {
  test.each([
    { name: 'a command', text: '::error::x', shown: ': :error::x' },
    { name: 'a command on a later line', text: 'a\n::error::x', shown: 'a\n: :error::x' },
    { name: 'a command behind blanks', text: 'a\n \t::error::x', shown: 'a\n \t: :error::x' },
    { name: 'commands on several lines', text: '::a::\n::b::', shown: ': :a::\n: :b::' },
    { name: 'an older command', text: 'a ##[error]x', shown: 'a ## [error]x' },
    { name: 'colons elsewhere', text: 'a ::error::x: y', shown: 'a ::error::x: y' },
    { name: 'a colour', text: '\u001b[31mred', shown: 'red' },
  ])('holds no command: $name', ({ text, shown }) => {
    expect(
      recorded((log) => {
        log.info(text);
      }),
    ).toEqual([`info: ${shown}`]);
    expect(quoted(text).split('\n')).toEqual(shown.split('\n').map((line) => `  | ${line}`));
  });

  test('of a plan holds none either', () => {
    const agent = agentPlan({
      name: '::error::voice',
      changes: [{ setting: 'image', before: 'a\n::error::x', after: '##[error]b' }],
    });
    const actions = new RecordedActions();
    logPlan(actions, planOf({ region: '::us-west', secretSets: [], build: undefined, agent }));
    const told = actions.log.flatMap((line) => line.replace(/^info: /, '').split('\n'));
    expect(told.length).toBeGreaterThan(2);
    for (const line of told) expect(line).not.toMatch(/^\s*::|##\[/);
  });

  test('of a notice or a warning has no marks that turn it around', () => {
    expect(
      recorded((log) => {
        log.notice('a\u202eb');
        log.warning('a\u202eb');
      }),
    ).toEqual(['notice: ab', 'warning: ab']);
  });
});

test('a step that says nothing has a group all the same, and what may be hidden opens none', () => {
  const lines = recorded((log) => {
    log.beginStep('deploy');
    log.debug('looked');
    log.beginStep('rollout');
    log.endStep(step('deploy', 'skipped'));
    log.endStep(step('rollout', 'failed'));
  });
  expect(lines).toEqual([
    'debug: looked',
    'group: Deploy the agent · Wait for the deployment',
    'info: Deploy the agent: not started after 2.0 s.',
    'endgroup',
    'group: Wait for the deployment',
    'info: Failed after 2.0 s.',
    'endgroup',
  ]);
});

test('outputs of builds are set as soon as they are known', () => {
  const actions = new RecordedActions();
  const plan = buildPlan({ context: packedContext({ hash: 'abc' }) });
  const build = { plan, duration: undefined } as const;
  setBuildOutputs(actions, [
    { ...build, region: 'us-west', id: null, outcome: 'skipped' },
    { ...build, region: 'eu-central', id: 'e', outcome: 'running' },
  ]);
  setBuildOutputs(actions, [
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
