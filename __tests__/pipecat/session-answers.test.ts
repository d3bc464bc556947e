import { describe, expect, test } from '@jest/globals';
import {
  parseSession,
  parseSessions,
  parseStartedSession,
} from '../../src/pipecat/session-answers.js';
import { judgeSession } from '../../src/pipecat/session-state.js';

describe('the response to a start', () => {
  test('contains the session, and tokens at any depth', () => {
    const { sessionId, credentials } = parseStartedSession({
      sessionId: 'session-1',
      dailyRoom: 'https://acme.daily.example/session-1',
      dailyToken: 'daily-token',
      token: 'websocket-token',
      wsUrl: 'wss://acme.example/ws',
      iceConfig: {
        iceServers: [
          { urls: ['turn:turn.example'], username: 'ice-username', credential: 'ice-password' },
        ],
      },
    });
    expect(sessionId).toBe('session-1');
    expect(credentials.map((value) => value.reveal())).toEqual([
      'daily-token',
      'websocket-token',
      'ice-username',
      'ice-password',
    ]);
  });

  test.each([{}, { sessionId: '' }, { sessionId: 1 }, undefined, [], 'session-1'])(
    'is not read without a session: %j',
    (answer) => {
      expect(() => parseStartedSession(answer)).toThrow(
        answer === undefined ? 'is empty' : 'has an unexpected shape (',
      );
    },
  );
});

const read = {
  sessionId: 'session-1',
  deploymentId: undefined,
  hasEnded: false,
  startSeconds: undefined,
  coldStart: undefined,
  completionStatus: undefined,
};

describe('the response about a session', () => {
  test.each([
    ['nothing but its id', {}, {}],
    ['a start at once', { botStartSeconds: 0 }, { startSeconds: 0 }],
    ['no start yet', { botStartSeconds: null }, {}],
    [
      'its deployment',
      { deploymentId: 'd', coldStart: true },
      { deploymentId: 'd', coldStart: true },
    ],
    [
      'its end',
      { endedAt: '2026-01-01T00:00:00Z', completionStatus: 'X' },
      { hasEnded: true, completionStatus: 'X' },
    ],
    ['a status that is a number', { completionStatus: 200 }, { completionStatus: '200' }],
    [
      'fields of another type',
      { deploymentId: 1, botStartSeconds: 'x', coldStart: 'x', completionStatus: {} },
      {},
    ],
  ])('reads %s', (_name, answer, expected) => {
    expect(parseSession({ sessionId: 'session-1', ...answer })).toEqual({ ...read, ...expected });
  });

  test('is not read without its id', () => {
    expect(() => parseSession({ deploymentId: 'd' })).toThrow('sessionId');
  });
});

test('a page of sessions is read entry by entry', () => {
  expect(
    parseSessions({ total_count: 'many', sessions: [{ sessionId: 'session-1' }, null, { id: 1 }] }),
  ).toEqual({ total: undefined, entries: 3, sessions: [read] });
  expect(() => parseSessions({ sessions: {} })).toThrow('sessions');
});

describe('a session of a smoke test', () => {
  const ours = 'deployment-1';
  const ended = { deploymentId: ours, hasEnded: true, startSeconds: 1 };
  test.each([
    ['runs', { deploymentId: ours }, 'running'],
    ['has started at once', { startSeconds: 0 }, 'running'],
    [
      'ends after it has started at once',
      { ...ended, startSeconds: 0, completionStatus: '200' },
      'completed',
    ],
    ['runs on another deployment', { deploymentId: 'other', startSeconds: 1 }, 'elsewhere'],
    ...['HTTP_COMPLETED', 'WS_CONNECTION_CLOSED', '200', '204'].map(
      (completionStatus) =>
        [`ends with ${completionStatus}`, { ...ended, completionStatus }, 'completed'] as const,
    ),
    ...['HTTP_ERROR', '400', '404', '500', '503'].map(
      (completionStatus) =>
        [`ends with ${completionStatus}`, { ...ended, completionStatus }, 'failed'] as const,
    ),
    [
      'ends before its bot starts',
      { ...ended, startSeconds: undefined, completionStatus: '200' },
      'failed',
    ],
    ['ends with a status that nobody knows', { ...ended, completionStatus: 'EVICTED' }, 'unclear'],
    ['ends with 300', { ...ended, completionStatus: '300' }, 'unclear'],
    ['ends without a status', ended, 'unclear'],
  ])('%s', (_name, session, expected) => {
    expect(judgeSession({ ...read, ...session }, ours, true)).toBe(expected);
  });

  test('ends well without a reported start if the test does not wait for one', () => {
    const session = { ...read, ...ended, startSeconds: undefined, completionStatus: '200' };
    expect(judgeSession(session, ours, false)).toBe('completed');
  });
});
