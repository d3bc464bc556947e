import { describe, expect, test } from '@jest/globals';
import { ContextError } from '../../src/context/errors.js';
import { NoAnswerError, StatusError, UploadError } from '../../src/pipecat/errors.js';
import { StepError, SubjectError } from '../../src/record/errors.js';
import { explain, type Explanation, type ExplanationContext } from '../../src/report/explain.js';
import { failureKinds } from '../../src/report/failures.js';
import { Deadline } from '../../src/time/deadline.js';
import { agentRecord, buildPlan, releaseRecord } from '../support/accounts.js';
import { TestClock } from '../support/test-clock.js';

const subject = { kind: 'build', name: 'docker/Dockerfile', region: 'us-west' } as const;
const where = { Dockerfile: 'docker/Dockerfile', Region: 'us-west' };
const id = '123e4567-e89b-12d3-a456-426614174000';
const serving = 'Serving now: nothing.';
const kept = 'No agent was deployed.';
const deadline = new Deadline(new TestClock(), 'build-timeout', 600_000);

function explained(error: Error, context: Partial<ExplanationContext> = {}): Explanation {
  return explain(error, {
    record: releaseRecord({
      builds: [
        { region: 'us-west', plan: buildPlan(), id, outcome: 'failed', duration: undefined },
      ],
      agents: [agentRecord({ outcome: 'skipped', deploymentId: null, ready: false })],
    }),
    showsAgentOutput: true,
    showsBuildOutput: true,
    redact: (text) => text,
    ...context,
  });
}

function ofBuild(error: Error, context: Partial<ExplanationContext> = {}): Explanation {
  return explained(new SubjectError(subject, error), context);
}

const look = { method: 'GET', path: `/v1/builds/${id}` } as const;

/** What is to be done where it is something else than for most failures of the kind. */
const shorter =
  'Make the build faster (fewer dependencies, or a base image that has more of them), then run the workflow again.';
const remedies: Readonly<Record<string, string>> = {
  'one that failed without a reason and a log': `Open the log of build \`${id}\` in the dashboard, fix the error that it shows, and run the workflow again.`,
  'one that the platform ended': shorter,
  'one that the platform ended, in its words, too': shorter,
};

describe('what became of a build is explained', () => {
  test.each([
    {
      name: 'one that failed',
      error: new StepError('build-failed', {
        buildId: id,
        logs: ['#1'],
        status: 'failed',
        platformMessage: 'COPY failed.',
      }),
      kind: 'build-failed',
      facts: { 'Build id': id },
      why: ['The platform says: `COPY failed`.'],
      logs: ['#1'],
    },
    {
      name: 'one that failed without a reason and a log',
      error: new StepError('build-failed', {
        buildId: id,
        logs: undefined,
        status: 'failed',
        platformMessage: undefined,
      }),
      kind: 'build-failed',
      facts: { 'Build id': id },
      why: ['The platform gives no reason.', 'Could not read its log.'],
      logs: undefined,
    },
    {
      name: 'one that the platform ended',
      error: new StepError('build-failed', {
        buildId: id,
        logs: [],
        status: 'timeout',
        platformMessage: undefined,
      }),
      kind: 'build-failed',
      facts: { 'Build id': id },
      why: ['The platform stopped it because it took too long.'],
      logs: [],
    },
    {
      name: 'one that the platform ended, in its words, too',
      error: new StepError('build-failed', {
        buildId: id,
        logs: [],
        status: 'timeout',
        platformMessage: 'Build timed out',
      }),
      kind: 'build-failed',
      facts: { 'Build id': id },
      why: [
        'The platform stopped it because it took too long.',
        'The platform says: `Build timed out`.',
      ],
      logs: [],
    },
    {
      name: 'one that took too long',
      error: new StepError('build-timeout', { buildId: id, lastSeen: 'building', deadline }),
      kind: 'build-timeout',
      facts: { 'Build id': id },
      why: ['Last status: building; `build-timeout` is 10 min.'],
      logs: undefined,
    },
    {
      name: 'one that took too long, with the last look failing',
      error: new StepError(
        'build-timeout',
        { buildId: id, lastSeen: 'pending', deadline },
        {
          cause: new NoAnswerError(look, 30_000),
        },
      ),
      kind: 'build-timeout',
      facts: { 'Build id': id },
      why: [
        'Last status: pending; `build-timeout` is 10 min.',
        'The last status check failed: no answer came within 30 s.',
      ],
      logs: undefined,
    },
    {
      name: 'one that was never seen',
      error: new StepError(
        'build-timeout',
        { buildId: id, lastSeen: undefined, deadline },
        { cause: new StatusError(look, 502) },
      ),
      kind: 'build-timeout',
      facts: { 'Build id': id },
      why: [
        'No status check of the build succeeded; `build-timeout` is 10 min.',
        'The last status check failed: the response was 502.',
      ],
      logs: undefined,
    },
    {
      name: 'one that is gone',
      error: new StepError('build-gone', { buildId: id }),
      kind: 'build-gone',
      facts: { 'Build id': id },
      why: [],
      logs: undefined,
    },
  ] as const)('$name', ({ name, error, kind, facts, why, logs }) => {
    expect(ofBuild(error)).toEqual({
      kind,
      title: failureKinds[kind].title,
      subject,
      facts: { ...where, ...facts },
      state: [serving, kept],
      why,
      problems: [],
      next: [remedies[name] ?? failureKinds[kind].next],
      traceback: undefined,
      logs,
    });
  });

  test.each([
    { name: 'that there is', logs: ['a line'] },
    { name: 'that could not be read', logs: undefined },
  ])('without a word of a log $name, where none may be shown', ({ logs }) => {
    const error = new StepError('build-failed', {
      buildId: id,
      logs,
      status: 'failed',
      platformMessage: 'COPY failed',
    });
    const { why, logs: shown } = ofBuild(error, { showsBuildOutput: false });
    expect(why).toEqual(['The platform says: `COPY failed`.']);
    expect(shown).toBeUndefined();
  });
});

describe('what became of an upload is explained', () => {
  const origin = 'https://storage.example';

  test.each([
    {
      name: 'one that was refused',
      error: new UploadError(origin, { status: 400, code: 'EntityTooLarge' }),
      attempts: 1,
      call: `POST ${origin} → 400`,
      why: ['The storage answered 400 (`EntityTooLarge`).'],
    },
    {
      name: 'one that broke again and again',
      error: new UploadError(origin, { cause: new Error('broken') }),
      attempts: 5,
      call: `POST ${origin}`,
      // Unlike a request to the platform, one that was carried out changes nothing.
      why: ['The connection failed.', 'Gave up after 5 attempts.'],
    },
    {
      name: 'a connection that was idle',
      error: new UploadError(origin, { reason: 'the connection was idle for 60 s' }),
      attempts: 5,
      call: `POST ${origin}`,
      why: ['The connection was idle for 60 s.', 'Gave up after 5 attempts.'],
    },
  ])('$name', ({ error, attempts, call, why }) => {
    error.attempts = attempts;
    expect(ofBuild(error)).toEqual({
      kind: 'upload-failed',
      title: failureKinds['upload-failed'].title,
      subject,
      facts: { ...where, Call: call },
      state: [serving, kept],
      why,
      problems: [],
      next: [failureKinds['upload-failed'].next],
      traceback: undefined,
      logs: undefined,
    });
  });

  test.each([
    { name: 'refused', status: 400, kind: 'request-refused' },
    { name: 'not allowed', status: 403, kind: 'permission-denied' },
    { name: 'limited', status: 429, kind: 'rate-limited' },
    { name: 'not answered', status: 502, kind: 'platform-unavailable' },
  ] as const)('with what it is a part of, where the platform itself has $name it', (refusal) => {
    const call = { method: 'POST', path: '/v1/builds' } as const;
    const { kind, state, facts, next } = ofBuild(new StatusError(call, refusal.status));
    expect({ kind, state }).toEqual({ kind: refusal.kind, state: [serving, kept] });
    expect(facts).toEqual({ ...where, Call: `POST /v1/builds → ${refusal.status}` });
    // Names of sets have nothing to do with it.
    expect(next.join(' ')).not.toContain('another name');
  });
});

test('what is wrong with a context is explained, file by file', () => {
  const problems = [
    { about: '`a`', message: 'is a named pipe', next: 'Leave it out.' },
    { about: '`b`', message: 'cannot be read', next: undefined },
  ];
  expect(explained(new ContextError(problems))).toEqual({
    kind: 'context-unusable',
    title: failureKinds['context-unusable'].title,
    subject: undefined,
    facts: {},
    state: ['Nothing was changed, and nothing was sent.'],
    why: [],
    problems,
    // Each problem names its own fix.
    next: [],
    traceback: undefined,
    logs: undefined,
  });
});
