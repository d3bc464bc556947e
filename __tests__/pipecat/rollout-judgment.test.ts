import { describe, expect, test } from '@jest/globals';
import { parseAgent } from '../../src/pipecat/answers.js';
import {
  continueHistory,
  hasFailed,
  historyBefore,
  judge,
} from '../../src/pipecat/rollout-judgment.js';

const ours = 'deployment-of-ours';
const previous = 'deployment-before';
const foreign = 'deployment-of-others';

/** A status check of the agent: by default, this deployment is desired and started, but not ready. */
function look(answer: Record<string, unknown>) {
  return parseAgent({
    name: 'voice',
    desiredDeploymentId: ours,
    reconciledDeploymentId: ours,
    ready: false,
    available: true,
    ...answer,
  });
}

const revision = (
  health: Record<string, unknown>,
  more: Record<string, unknown> = {},
): Record<string, unknown> => ({
  currentRevision: { deploymentID: ours, phase: 'Validating', health, ...more },
});

const degraded = (reason: string, message?: string) => ({
  conditions: [{ type: 'Degraded', status: 'True', reason, message }],
});

/** The state after each of several status checks, by the seconds at which they were made. */
function statesOf(
  checks: readonly (readonly [number, Record<string, unknown>])[],
  before: Record<string, unknown> = {},
): string[] {
  let history = historyBefore(look(before));
  return checks.map(([seconds, answer]) => {
    const now = seconds * 1000;
    const agent = look(answer);
    history = continueHistory(history, agent, ours, now);
    return judge(agent, ours, previous, { history, now }).state;
  });
}

describe('a trouble that may pass', () => {
  const troubles = [
    ...[
      'ErrImagePull',
      'ImagePullBackOff',
      'CreateContainerConfigError',
      'CreateContainerError',
    ].map((reason) => ({ reason, answer: revision({ reason }) })),
    { reason: 'a condition', answer: degraded('ImageResolutionFailed') },
  ];

  test.each(troubles)('$reason fails the deployment once it has lasted 60 s', ({ answer }) => {
    expect(
      statesOf([
        [5, answer],
        [64.9, answer],
        [65, answer],
      ]),
    ).toEqual(['waiting', 'waiting', 'failed']);
  });

  test.each(troubles)('$reason begins again after it has passed', ({ answer }) => {
    expect(
      statesOf([
        [0, answer],
        [30, {}],
        [60, answer],
        [119, answer],
        [121, { ready: true }],
      ]),
    ).toEqual(['waiting', 'waiting', 'waiting', 'waiting', 'ready']);
  });

  test.each(troubles)('$reason fails at once together with an error', ({ answer }) => {
    const errors = [{ code: 'PCC_IMAGE_NOT_FOUND', message: 'gone' }];
    expect(statesOf([[0, { ...answer, errors }]])).toEqual(['failed']);
  });

  test('two reasons of the same try count as one trouble', () => {
    expect(
      statesOf([
        [0, revision({ reason: 'ErrImagePull' })],
        [30, revision({ reason: 'ImagePullBackOff' })],
        [60, revision({ reason: 'ErrImagePull' })],
      ]),
    ).toEqual(['waiting', 'waiting', 'failed']);
  });

  test('with the phase Failed it fails at once', () => {
    expect(statesOf([[0, revision({ reason: 'ImagePullBackOff' }, { phase: 'Failed' })]])).toEqual([
      'failed',
    ]);
  });

  test('a condition from before the deploy counts only after it disappeared and came back', () => {
    const answer = degraded('ImageResolutionFailed');
    const checks = [0, 100, 200].map((at) => [at, answer] as const);
    expect(statesOf(checks, answer)).toEqual(['waiting', 'waiting', 'waiting']);
    expect(
      statesOf(
        [
          [0, {}],
          [10, answer],
          [70, answer],
        ],
        answer,
      ),
    ).toEqual(['waiting', 'waiting', 'failed']);
  });

  test('a condition counts only after this deployment is reconciled', () => {
    const answer = { ...degraded('ImageResolutionFailed'), reconciledDeploymentId: previous };
    expect(
      statesOf([
        [0, answer],
        [100, answer],
      ]),
    ).toEqual(['waiting', 'waiting']);
  });

  test('a condition that lasts is the reason of the failure', () => {
    const agent = look(degraded('ImageResolutionFailed', 'No such image'));
    const history = continueHistory(historyBefore(undefined), agent, ours, 0);
    expect(judge(agent, ours, previous, { history, now: 60_000 })).toMatchObject({
      failure: {
        reason: 'ImageResolutionFailed',
        condition: { reason: 'ImageResolutionFailed', message: 'No such image' },
      },
    });
  });

  test('it counts at once for an agent before the release', () => {
    expect(hasFailed(look(revision({ reason: 'ImagePullBackOff' })))).toBe(true);
  });
});

describe('a deployment', () => {
  test.each([
    { name: 'ready', state: 'ready', answer: { ready: true } },
    { name: 'ready at zero replicas', state: 'ready', answer: { ready: true, available: false } },
    {
      name: 'not taken up, the previous one ready',
      state: 'waiting',
      answer: { ready: true, reconciledDeploymentId: previous },
    },
    {
      name: 'not taken up at all',
      state: 'waiting',
      answer: { ready: true, reconciledDeploymentId: null },
    },
    {
      name: 'not shown as asked for yet',
      state: 'waiting',
      answer: { desiredDeploymentId: previous, reconciledDeploymentId: previous, ready: true },
    },
    { name: 'superseded', state: 'superseded', answer: { desiredDeploymentId: foreign } },
    {
      name: 'superseded, although it is ready',
      state: 'superseded',
      answer: { desiredDeploymentId: foreign, ready: true },
    },
    {
      name: 'with an error',
      state: 'failed',
      answer: { errors: [{ code: 'PCC_IMAGE_NOT_FOUND', message: 'gone' }] },
    },
    {
      name: 'with an error of the previous one',
      state: 'waiting',
      answer: { reconciledDeploymentId: previous, errors: [{ code: 'X', message: 'old' }] },
    },
    { name: 'in phase Failed', state: 'failed', answer: revision({}, { phase: 'Failed' }) },
    {
      name: 'in phase Failed before it is reconciled',
      state: 'failed',
      answer: { ...revision({}, { phase: 'Failed' }), reconciledDeploymentId: previous },
    },
    {
      name: 'beside a failed revision of the previous one',
      state: 'waiting',
      answer: { currentRevision: { deploymentID: previous, phase: 'Failed' } },
    },
    {
      name: 'restarted once',
      state: 'waiting',
      answer: revision({ reason: 'Error', restartCount: 1, lastExitCode: 1 }),
    },
    {
      name: 'restarted once, in back-off',
      state: 'waiting',
      answer: revision({ reason: 'CrashLoopBackOff', restartCount: 1 }),
    },
    {
      name: 'in a crash loop',
      state: 'failed',
      answer: revision({ reason: 'CrashLoopBackOff', restartCount: 2 }),
    },
    {
      name: 'in a crash loop that is not counted',
      state: 'failed',
      answer: revision({ reason: 'CrashLoopBackOff' }),
    },
    {
      name: 'restarted again and again',
      state: 'failed',
      answer: revision({ reason: 'OOMKilled', restartCount: 3, replicasStarted: 1 }),
    },
    {
      name: 'restarted once on each of many replicas',
      state: 'waiting',
      answer: revision({ reason: 'Error', restartCount: 5, replicasStarted: 5 }),
    },
    {
      name: 'ready after many restarts',
      state: 'waiting',
      answer: revision({ ready: true, restartCount: 9 }),
    },
    {
      name: 'with an image that cannot be pulled for the moment',
      state: 'waiting',
      answer: revision({ reason: 'ImagePullBackOff' }),
    },
    {
      name: 'with an image of no valid name',
      state: 'failed',
      answer: revision({ reason: 'InvalidImageName' }),
    },
    {
      name: 'with an image that is never pulled',
      state: 'failed',
      answer: revision({ reason: 'ErrImageNeverPull' }),
    },
    {
      name: 'with a configuration of which no container can be made for the moment',
      state: 'waiting',
      answer: revision({ reason: 'CreateContainerConfigError' }),
    },
    {
      name: 'of which nothing is told',
      state: 'waiting',
      answer: { currentRevision: { deploymentID: ours } },
    },
    {
      name: 'asked for by nobody as far as can be seen',
      state: 'waiting',
      answer: { desiredDeploymentId: null },
    },
    {
      name: 'with a pull that is tried again',
      state: 'waiting',
      answer: revision({ reason: 'ErrImagePull' }),
    },
  ])('$name is $state', ({ state, answer }) => {
    expect(judge(look(answer), ours, previous).state).toBe(state);
  });
});

describe('the words for a wait are', () => {
  test.each([
    {
      words: 'waiting for the platform to start the deployment',
      answer: { ...revision({ reason: 'Error' }), reconciledDeploymentId: previous },
    },
    { words: 'started, not ready yet', answer: {} },
    {
      words: 'started, not ready yet',
      answer: { currentRevision: { deploymentID: previous, phase: 'Serving' } },
    },
    {
      words: 'not ready yet (started)',
      answer: { currentRevision: { deploymentID: ours } },
    },
    { words: 'not ready yet (Validating)', answer: revision({ restartCount: 0 }) },
    {
      words: 'not ready yet (Validating, `Error`, restarts: 1)',
      answer: revision({ reason: 'Error', restartCount: 1 }),
    },
    {
      words: 'not ready yet (Validating, `The image is pulled`)',
      answer: revision({ headline: 'The image is pulled', reason: 'Pulling' }),
    },
    {
      words: 'not ready yet (Validating, `The image is pulled`, `ErrImagePull`)',
      answer: revision({ headline: 'The image is pulled', reason: 'ErrImagePull' }),
    },
    {
      words: 'not ready yet (started, Degraded: `ImageResolutionFailed`: `No such image`)',
      answer: degraded('ImageResolutionFailed', 'No such image'),
    },
    {
      words: 'waiting for the platform to start the deployment',
      answer: { ...degraded('ImageResolutionFailed'), reconciledDeploymentId: previous },
    },
  ])('$words', ({ words, answer }) => {
    expect(judge(look(answer), ours, previous)).toEqual({
      state: 'waiting',
      words,
      infrastructureIssue: false,
    });
  });

  test('and say whether the platform has an issue', () => {
    const answer = revision({}, { hasInfrastructureIssue: true });
    expect(judge(look(answer), ours, previous)).toMatchObject({ infrastructureIssue: true });
  });
});

describe('a failure has', () => {
  const nothing = { infrastructureIssue: false, previousServes: true, isExecFormatError: false };
  test.each([
    {
      name: 'what the platform calls it',
      answer: { errors: [{ code: 'PCC_IMAGE_NOT_FOUND', message: 'gone' }] },
      failure: { code: 'PCC_IMAGE_NOT_FOUND', message: 'gone' },
    },
    {
      name: 'what its containers ended of',
      answer: revision({
        headline: 'It ended',
        reason: 'CrashLoopBackOff',
        restartCount: 2,
        lastTerminationReason: 'OOMKilled',
        lastExitCode: 137,
        message: 'Traceback',
      }),
      failure: {
        headline: 'It ended',
        reason: 'CrashLoopBackOff',
        restartCount: 2,
        terminationReason: 'OOMKilled',
        exitCode: 137,
        traceback: 'Traceback',
      },
    },
    {
      name: 'failed, where there is no reason',
      answer: revision({}, { phase: 'Failed', hasInfrastructureIssue: true }),
      failure: { reason: 'Failed', infrastructureIssue: true },
    },
    {
      name: 'an error, and not as failed, where its revision has not',
      answer: { ...revision({}), errors: [{ code: 'X', message: 'x' }] },
      failure: { code: 'X', message: 'x' },
    },
  ])('$name', ({ answer, failure }) => {
    expect(judge(look(answer), ours, previous)).toEqual({
      state: 'failed',
      failure: { ...nothing, ...failure },
    });
  });
});

describe('the last deployment of an agent', () => {
  test.each([
    { name: 'has failed', answer: revision({}, { phase: 'Failed' }), failed: true },
    { name: 'is ready', answer: { ready: true }, failed: false },
    { name: 'may become ready', answer: {}, failed: false },
    { name: 'is not known', answer: { desiredDeploymentId: null }, failed: false },
  ])('$name', ({ answer, failed }) => {
    expect(hasFailed(look(answer))).toBe(failed);
  });
});

describe('the previous deployment keeps serving', () => {
  const failed = { errors: [{ code: 'X', message: 'x' }] };
  test.each([
    { name: 'where it is available', answer: { ...failed }, previousId: previous, serves: true },
    {
      name: 'where it has ready replicas',
      answer: { ...failed, available: false, previousRevision: { readyReplicas: 2 } },
      previousId: previous,
      serves: true,
    },
    {
      name: 'not where nothing is available',
      answer: { ...failed, available: false },
      previousId: previous,
      serves: false,
    },
    {
      name: 'not where there is none',
      answer: { ...failed },
      previousId: undefined,
      serves: false,
    },
    { name: 'not where it is this one', answer: { ...failed }, previousId: ours, serves: false },
  ])('$name', ({ answer, previousId, serves }) => {
    const judgement = judge(look(answer), ours, previousId);
    expect(judgement).toMatchObject({ state: 'failed', failure: { previousServes: serves } });
  });
});
