import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { CancelledError } from '../../src/time/cancellation.js';
import {
  ConnectionError,
  InterruptedCallError,
  NoAnswerError,
  NotSentError,
  RedirectError,
  StatusError,
  UnreadableAnswerError,
  UploadError,
} from '../../src/pipecat/errors.js';
import { Deadline } from '../../src/time/deadline.js';
import { TestClock } from '../support/test-clock.js';

/** As it is sent: with a body, and a value in it. */
const call = {
  method: 'PUT',
  path: '/v1/secrets/keys',
  body: { secretValue: 'hidden-value' },
} as const;
const deadline = new Deadline(new TestClock(), 'secrets-timeout', 1000);
const origin = 'https://storage.example';

const reset = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
const unknown = new Error('something else');

/** What it says once as a message, which names the request, and once as the end of a sentence. */
const errors = [
  {
    error: new StatusError(call, 404),
    name: 'StatusError',
    message: 'PUT /v1/secrets/keys: the response was 404',
    reason: 'the response was 404',
    isTransient: false,
  },
  {
    error: new StatusError(call, 400, { code: 'BAD' }),
    name: 'StatusError',
    message: 'PUT /v1/secrets/keys: the response was 400 (BAD)',
    reason: 'the response was 400',
    isTransient: false,
  },
  {
    error: new StatusError(call, 503, {
      code: 'BUSY',
      message: 'Come back',
      retryAfter: 7,
    }),
    name: 'StatusError',
    message: 'PUT /v1/secrets/keys: the response was 503: `Come back` (BUSY)',
    reason: 'the response was 503: `Come back`',
    isTransient: true,
  },
  {
    error: new ConnectionError(call, reset),
    name: 'ConnectionError',
    message: 'PUT /v1/secrets/keys: the connection failed (ECONNRESET)',
    reason: 'the connection failed (ECONNRESET)',
    isTransient: true,
    cause: reset,
  },
  {
    error: new ConnectionError(call, unknown),
    name: 'ConnectionError',
    message: 'PUT /v1/secrets/keys: the connection failed',
    reason: 'the connection failed',
    isTransient: true,
    cause: unknown,
  },
  {
    error: new NoAnswerError(call, 9900),
    name: 'NoAnswerError',
    message: 'PUT /v1/secrets/keys: no answer came within 9.9 s',
    reason: 'no answer came within 9.9 s',
    isTransient: true,
  },
  {
    error: new NoAnswerError(call, 10_000),
    name: 'NoAnswerError',
    message: 'PUT /v1/secrets/keys: no answer came within 10 s',
    reason: 'no answer came within 10 s',
    isTransient: true,
  },
  {
    error: new NotSentError(call, deadline),
    name: 'NotSentError',
    message: 'PUT /v1/secrets/keys: no time was left to send it',
    reason: 'no time was left to send it',
    isTransient: false,
    attempts: 0,
    outOfTime: deadline,
  },
  {
    error: new UnreadableAnswerError(call, 'the response was cut off', { cause: reset }),
    name: 'UnreadableAnswerError',
    message: 'PUT /v1/secrets/keys: the response was cut off',
    reason: 'the response was cut off',
    isTransient: true,
    cause: reset,
  },
  {
    error: new RedirectError(call, 302, 'https://elsewhere.example'),
    name: 'RedirectError',
    message: 'PUT /v1/secrets/keys: the response was a redirect (302) to https://elsewhere.example',
    reason: 'the response was a redirect (302) to https://elsewhere.example',
    isTransient: false,
  },
  ...[
    { details: { status: 404 }, what: 'the storage answered 404', isTransient: false },
    {
      details: { status: 400, code: 'InvalidPolicy' },
      what: 'the storage answered 400 (`InvalidPolicy`)',
      isTransient: false,
    },
    {
      details: { status: 400, message: 'No' },
      what: 'the storage answered 400 (`No`)',
      isTransient: false,
    },
    {
      details: { status: 400, code: 'EntityTooLarge', message: 'Too large' },
      what: 'the storage answered 400 (`EntityTooLarge: Too large`)',
      isTransient: false,
    },
    {
      details: { reason: 'the upload timed out after 15 min', cause: reset },
      what: 'the upload timed out after 15 min',
      isTransient: true,
    },
    {
      details: { reason: 'the connection was idle for 60 s', cause: reset },
      what: 'the connection was idle for 60 s',
      isTransient: true,
    },
    {
      details: { reason: 'the response did not come from storage' },
      what: 'the response did not come from storage',
      isTransient: true,
    },
    { details: { cause: reset }, what: 'the connection failed (ECONNRESET)', isTransient: true },
    { details: { cause: unknown }, what: 'the connection failed', isTransient: true },
  ].map(({ details, what, isTransient }) => ({
    error: new UploadError(origin, details),
    name: 'UploadError',
    message: `POST ${origin}: ${what}`,
    reason: what,
    isTransient,
    cause: 'cause' in details ? details.cause : undefined,
  })),
];

describe('an error of a request', () => {
  test.each(errors)('$message', ({ error, ...told }) => {
    const { name, message, reason, isTransient, cause, attempts, outOfTime, isInDoubt } = error;
    expect({ name, message, reason, isTransient, cause, attempts, outOfTime, isInDoubt }).toEqual({
      cause: undefined,
      // Until it is known better.
      attempts: 1,
      outOfTime: undefined,
      isInDoubt: false,
      ...told,
    });
  });

  test.each(errors)('keeps nothing of what was sent: $message', ({ error }) => {
    expect(Object.keys(error.call)).toEqual(['method', 'path']);
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain('hidden-value');
  });

  test('knows its own request from an equal one', () => {
    const error = new StatusError(call, 500);
    expect(error.isOf(call)).toBe(true);
    expect(error.isOf({ ...call })).toBe(false);
  });
});

test('an interrupted request becomes a cancellation with its name and its cause', () => {
  const failure = new StatusError(call, 503);
  const error = new InterruptedCallError(call, new CancelledError('SIGINT'), failure);
  expect(error).toBeInstanceOf(CancelledError);
  expect(error).toMatchObject({
    name: 'InterruptedCallError',
    message: 'PUT /v1/secrets/keys: the run was cancelled (SIGINT)',
    signal: 'SIGINT',
    cause: failure,
  });
  expect(error.call).toEqual({ method: 'PUT', path: '/v1/secrets/keys' });
});

describe('a new form may help after storage refuses an upload', () => {
  test.each([
    { name: 'that it is forbidden, without a word', status: 403, isTransient: true },
    {
      name: 'of a form that has expired',
      status: 403,
      code: 'AccessDenied',
      message: 'Invalid according to Policy: Policy expired.',
      isTransient: true,
    },
    {
      name: 'of a form that does not fit, never',
      status: 403,
      code: 'AccessDenied',
      message: 'Invalid according to Policy: Policy Condition failed',
      isTransient: false,
    },
    {
      name: 'with nothing but a code, never',
      status: 403,
      code: 'AccessDenied',
      isTransient: false,
    },
    {
      name: 'by a clock that goes differently',
      status: 403,
      code: 'RequestTimeTooSkewed',
      message: 'The difference is too large',
      isTransient: true,
    },
    {
      name: 'that something else has expired, never',
      status: 400,
      code: 'InvalidArgument',
      message: 'expired',
      isTransient: false,
    },
  ])('$name', ({ status, code, message, isTransient }) => {
    const error = new UploadError(origin, { status, code, message });
    expect(error.isTransient).toBe(isTransient);
  });
});
