import { describe, expect, test } from '@jest/globals';
import type { Agent } from '../../src/pipecat/answers.js';
import type { RolloutFailure } from '../../src/pipecat/rollout-judgment.js';
import { StepError, SubjectError } from '../../src/record/errors.js';
import { explain, type Explanation } from '../../src/report/explain.js';
import { agentRecord, releaseRecord, secretSetRecord, type Parts } from '../support/accounts.js';

const subject = { kind: 'agent', name: 'voice', region: 'us-west' } as const;
const before = { settings: { image: 'ghcr.io/acme/voice:0.9' } } as unknown as Agent;
const updated = agentRecord({ plan: { before } });

function explained(
  cause: StepError<'rollout-failed'> | StepError<'smoke-test-failed'>,
  parts: Parts,
  showsAgentOutput = true,
): Explanation {
  return explain(new SubjectError(subject, cause), {
    record: releaseRecord({ agents: [updated], ...parts }),
    showsAgentOutput,
    showsBuildOutput: true,
    redact: (text) => text,
  });
}

const crash = (line: string): StepError<'rollout-failed'> =>
  new StepError('rollout-failed', {
    deploymentId: 'deployment-1',
    logs: undefined,
    failure: {
      reason: 'CrashLoopBackOff',
      headline: 'The agent crashes when it starts',
      traceback: `Traceback (most recent call last):\n  File "bot.py"\n${line}\n`,
    } as RolloutFailure,
  });

describe('a crash whose traceback ends with a missing key', () => {
  const missing = crash("KeyError: 'MENU_URL'");

  test('is said once, with that line in place of what the platform says of crashes', () => {
    expect(explained(missing, {}).why).toEqual([
      "The agent keeps crashing after it starts: `KeyError: 'MENU_URL'`.",
    ]);
  });

  test.each<{ name: string; parts: Parts; next: RegExp }>([
    {
      name: 'names the set if this release created it without the key',
      parts: {
        secretSets: [
          secretSetRecord({ name: 'keys', outcome: 'created', plan: { action: 'create' } }),
        ],
      },
      next: /^`MENU_URL` is not in `keys`\. Add it, for example to `secrets-env`/,
    },
    {
      name: 'leaves it open if the set was there before',
      parts: { secretSets: [secretSetRecord({ name: 'keys', plan: { action: 'update' } })] },
      next: /^If `MENU_URL` is not in `keys`, add it/,
    },
    { name: 'names no set if there is none', parts: {}, next: /^Add `MENU_URL` to the secrets/ },
    {
      name: 'is a general advice if the key was written',
      parts: { secretSets: [secretSetRecord({ added: ['MENU_URL'] })] },
      next: /^Read the traceback and the logs/,
    },
  ])('$name', ({ parts, next }) => {
    expect(explained(missing, parts).next[0]).toMatch(next);
  });

  test.each([
    { name: 'a key that is no variable', error: crash("KeyError: 'menu'"), shows: true },
    { name: 'another error', error: crash('ValueError: MENU_URL'), shows: true },
    { name: 'a traceback that may not be shown', error: missing, shows: false },
  ])('is not taken from $name', ({ error, shows }) => {
    expect(explained(error, {}, shows).next.join(' ')).not.toContain('secrets-env');
  });
});

describe('a smoke test that failed', () => {
  const ended = new StepError('smoke-test-failed', {
    deploymentId: 'deployment-1',
    sessionId: 'session-1',
    because: { kind: 'ended', status: 'HTTP_ERROR', hasStarted: true },
    logs: ['INFO: starting', "KeyError: 'MENU_URL'"],
    hasTransport: true,
  });

  test('has the error that its session ended with, and says how to go back', () => {
    const { why, next } = explained(ended, {});
    expect(why).toEqual([
      'Smoke test: the session ended with `HTTP_ERROR`.',
      "The log of the session ends with `KeyError: 'MENU_URL'`.",
    ]);
    expect(next).toEqual([
      expect.stringContaining('Add `MENU_URL` to the secrets of the agent'),
      'To go back until then, release `ghcr.io/acme/voice:0.9` again.',
    ]);
  });

  test('has no way back to an image that is unknown, or if the release was rolled back', () => {
    for (const agent of [
      agentRecord(),
      agentRecord({ outcome: 'rolled-back', plan: { before } }),
    ]) {
      expect(explained(ended, { agents: [agent] }).next.join(' ')).not.toContain('go back');
    }
  });
});
