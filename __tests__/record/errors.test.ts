import { SecretValue } from '../../src/secrecy/secret-value.js';
import type { RolloutFailure } from '../../src/pipecat/rollout-judgment.js';
import { describe, expect, test } from '@jest/globals';
import { CancelledError } from '../../src/time/cancellation.js';
import { StatusError } from '../../src/pipecat/errors.js';
import {
  AbandonedError,
  collect,
  forEach,
  isCancellation,
  ReleaseError,
  StepError,
  SubjectError,
} from '../../src/record/errors.js';
import { PreflightError } from '../../src/plan/problems.js';
import * as planProblems from '../../src/plan/problems.js';
import * as errors from '../../src/record/errors.js';
import { Deadline } from '../../src/time/deadline.js';
import { TestClock } from '../support/test-clock.js';

const subject = { kind: 'agent', name: 'voice', region: 'us-west' } as const;
const refusal = new StatusError({ method: 'POST', path: '/v1/agents' }, 409);
const fault = new TypeError('a fault');
const deadline = new Deadline(new TestClock(), 'secrets-timeout', 60_000);
const build = { buildId: 'build-1', logs: undefined };
const deployment = { deploymentId: 'deployment-1', logs: undefined };
const seen = {
  lastSeen: 'starting',
  lastSeenFor: 1500,
  infrastructureIssue: false,
  previousServes: true,
};
const failure: RolloutFailure = {
  code: undefined,
  headline: undefined,
  message: undefined,
  reason: undefined,
  terminationReason: undefined,
  exitCode: undefined,
  restartCount: undefined,
  traceback: undefined,
  condition: undefined,
  infrastructureIssue: false,
  isExecFormatError: false,
  previousServes: false,
};
const problems = [
  { about: 'region mars-north', message: 'there is no such region', next: 'Correct it.' },
  { about: 'agent voice', message: 'does not exist', next: 'Give an image.' },
];

interface Case {
  readonly error: Error;
  readonly message: string;
  readonly cause?: Error;
}

const cases: Case[] = [
  {
    error: new SubjectError(subject, fault),
    message: 'agent voice in us-west: a fault',
    cause: fault,
  },
  {
    error: new ReleaseError([fault, refusal]),
    message: `a fault\n${refusal.message}`,
    cause: fault,
  },
  {
    error: new StepError('organization-unknown', { named: undefined, available: [] }),
    message: 'the token has no organization',
  },
  {
    error: new StepError('organization-unknown', {
      named: { name: new SecretValue('acme'), origin: 'the input' },
      available: [{ name: 'other', id: undefined, verboseName: undefined }],
    }),
    message: 'the token has no such organization',
  },
  {
    error: new PreflightError(problems),
    message: 'region mars-north: there is no such region\nagent voice: does not exist',
  },
  {
    error: new StepError('provisioning-failed', { platformMessage: 'Quota' }),
    message: 'provisioning failed: Quota',
  },
  {
    error: new StepError('provisioning-failed', { platformMessage: undefined }),
    message: 'provisioning failed: no message',
  },
  {
    error: new StepError(
      'secrets-timeout',
      { lastSeen: 'pending', waited: 1500, deadline },
      { cause: refusal },
    ),
    message: 'still pending after 1500 ms',
    cause: refusal,
  },
  {
    error: new StepError('secrets-timeout', { lastSeen: undefined, waited: 1500, deadline }),
    message: 'still unknown after 1500 ms',
  },
  {
    error: new StepError('secret-set-not-ready', { refusal, deadline }, { cause: refusal }),
    message: 'the platform refused the deploy, because a set is not ready',
    cause: refusal,
  },
  {
    error: new StepError('not-pruned', { failure: fault }, { cause: fault }),
    message: 'pruning failed: a fault',
    cause: fault,
  },
  { error: new StepError('secret-set-gone', {}), message: 'the set no longer exists' },
  {
    error: new StepError('secret-set-missing', {}),
    message: 'the platform does not show the new set',
  },
  {
    error: new StepError('agent-missing', {}),
    message: 'the platform does not show the new agent',
  },
  {
    error: new StepError('build-missing', { buildId: 'build-1' }),
    message: 'the platform does not show build build-1',
  },
  {
    error: new StepError('agent-name-taken', {}, { cause: refusal }),
    message: 'the name is already taken',
    cause: refusal,
  },
  {
    error: new StepError('deployment-unknown', {}),
    message: 'the platform did not name the deployment',
  },
  {
    error: new AbandonedError({ isStillRunning: true }),
    message: 'nothing needs this result anymore',
  },
  {
    error: new StepError('build-failed', {
      ...build,
      status: 'failed',
      platformMessage: 'COPY failed',
    }),
    message: 'build build-1 ended with failed: COPY failed',
  },
  {
    error: new StepError('build-failed', {
      ...build,
      status: 'timeout',
      platformMessage: undefined,
    }),
    message: 'build build-1 ended with timeout: no message',
  },
  {
    error: new StepError(
      'build-timeout',
      { buildId: 'build-1', lastSeen: 'building', deadline },
      { cause: refusal },
    ),
    message: 'build build-1 is still building',
    cause: refusal,
  },
  {
    error: new StepError('build-timeout', { buildId: 'build-1', lastSeen: undefined, deadline }),
    message: 'build build-1 is still unknown',
  },
  {
    error: new StepError('build-gone', { buildId: 'build-1' }),
    message: 'build build-1 no longer exists',
  },
  {
    error: new StepError('rollout-failed', {
      ...deployment,
      failure: { ...failure, code: 'PCC-1', reason: 'OOMKilled' },
    }),
    message: 'deployment deployment-1 failed: PCC-1',
  },
  {
    error: new StepError('rollout-failed', {
      ...deployment,
      failure: { ...failure, reason: 'OOMKilled' },
    }),
    message: 'deployment deployment-1 failed: OOMKilled',
  },
  {
    error: new StepError('rollout-failed', { ...deployment, failure }),
    message: 'deployment deployment-1 failed: no reason',
  },
  {
    error: new StepError('wait-timeout', { ...deployment, ...seen, deadline }, { cause: refusal }),
    message: 'deployment deployment-1 is not ready: starting',
    cause: refusal,
  },
  {
    error: new StepError('superseded', {
      deploymentId: 'deployment-1',
      supersededBy: 'deployment-2',
    }),
    message: 'deployment deployment-1 was superseded by deployment-2',
  },
  { error: new StepError('agent-gone', {}), message: 'the agent no longer exists' },
];

describe('an error has a name, a message and a cause for the debug log', () => {
  test.each(cases.map((one) => ({ ...one, name: one.error.constructor.name })))(
    '$name: $message',
    ({ error, name, message, cause }) => {
      expect({ name: error.name, message: error.message }).toEqual({ name, message });
      expect(error.cause).toBe(cause);
    },
  );

  test('every class of errors is in the table', () => {
    const classes = Object.values({ ...planProblems, ...errors }).filter(
      (exported) => 'prototype' in exported && exported.prototype instanceof Error,
    );
    expect(new Set(cases.map(({ error }) => error.constructor))).toEqual(new Set(classes));
  });
});

describe('a failure beside a cancellation', () => {
  const cancelled = new CancelledError('SIGTERM');

  test('makes the error more than a cancellation', () => {
    expect(isCancellation(new ReleaseError([cancelled, cancelled]))).toBe(true);
    expect(isCancellation(new ReleaseError([cancelled, fault]))).toBe(false);
    expect(isCancellation(fault)).toBe(false);
  });
});

describe('parallel work', () => {
  test('reports every failure, in the order of the work', async () => {
    const work = async (item: Error): Promise<void> => {
      await Promise.resolve();
      throw item === refusal ? new ReleaseError([refusal, refusal]) : item;
    };
    await expect(forEach([refusal, fault], work)).rejects.toMatchObject({
      failures: [refusal, refusal, fault],
    });
  });

  test('reports a thrown value that is not an error', async () => {
    const work = async (): Promise<void> => {
      await Promise.resolve();
      AbortSignal.abort('a word').throwIfAborted();
    };
    await expect(forEach([1], work)).rejects.toMatchObject({
      failures: [{ message: 'Something was thrown that is not an error' }],
    });
  });

  test('collects failures for later, and throws a bug as it is', async () => {
    const failures: Error[] = [];
    await collect(failures, () => Promise.reject(new ReleaseError([refusal])));
    expect(failures).toEqual([refusal]);
    await expect(collect(failures, () => Promise.reject(fault))).rejects.toBe(fault);
  });
});
