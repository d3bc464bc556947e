import { describe, expect, test } from '@jest/globals';
import { parseAgent } from '../../src/pipecat/answers.js';
import { judge } from '../../src/release/rollout-judgement.js';

const ours = 'deployment-of-ours';
const previous = 'deployment-before';
const foreign = 'deployment-of-others';

/** A look at the agent: ours is asked for and taken up, and not ready yet, unless it says otherwise. */
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
      name: 'with an image that cannot be pulled',
      state: 'failed',
      answer: revision({ reason: 'ImagePullBackOff' }),
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
