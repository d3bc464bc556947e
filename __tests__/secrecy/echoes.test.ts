import { describe, expect, test } from '@jest/globals';
import { credentials, type Stage, stageForEachTest } from '../support/release-run.js';

/** If the platform repeats a value in any part of a response, the action must not show it. */
const stage = stageForEachTest();

const value = 'hidden "value" of \\ the set';
const release = {
  ...credentials['API key'],
  'secret-set': 'keys',
  secrets: `A=${value}`,
  'agent-name': 'voice',
  image: 'ghcr.io/acme/voice:1.0.0',
  'failure-logs': 'always',
};

const forms = [
  { name: 'unchanged', echo: value },
  { name: 'as JSON', echo: JSON.stringify(value) },
  { name: 'with colors', echo: `hidden\u001b[1m "value" of \\ the set` },
  { name: 'with zero-width characters', echo: `hid\u200bden "val\u200eue" of \\ the set` },
];

async function releaseWith(prepare: (emulator: Stage['emulator']) => void): Promise<string> {
  prepare(stage.emulator);
  const { actions } = await stage.release(release);
  const seen = actions.everything + actions.errors.map(({ message }) => message).join('\n');
  // The text before it shows that the value would have been there.
  expect(seen).toContain('echo of');
  return seen;
}

describe.each(forms)('a value that the platform repeats $name', ({ echo }) => {
  const text = `echo of ${echo}`;
  test.each<[string, (emulator: Stage['emulator']) => void]>([
    [
      'an error of the agent',
      ({ script }) => {
        script.deployment('voice', { outcome: 'error', errors: [{ code: 'X', message: text }] });
      },
    ],
    [
      'an error code of the agent',
      ({ script }) => {
        script.deployment('voice', { outcome: 'error', errors: [{ code: text, message: 'x' }] });
      },
    ],
    [
      'a headline',
      ({ script }) => {
        script.deployment('voice', { outcome: 'failed', health: { headline: text, message: '' } });
      },
    ],
    [
      'a reason',
      ({ script }) => {
        script.deployment('voice', { outcome: 'failed', health: { reason: text } });
      },
    ],
    [
      'a traceback',
      ({ script }) => {
        script.deployment('voice', { outcome: 'crash-loop', health: { message: text } });
      },
    ],
    [
      'the logs',
      ({ script }) => {
        script.deployment('voice', { outcome: 'crash-loop', logs: [text] });
      },
    ],
    [
      'a provisioning error',
      ({ script }) => {
        script.provisioning('keys', { outcome: 'failed', errorMessage: text });
      },
    ],
    [
      'a rejection',
      ({ script }) => {
        script.fault(
          { method: 'PUT' },
          { kind: 'status', status: 400, body: { error: text, code: 'BAD' } },
        );
      },
    ],
    [
      'the error code of a rejection',
      ({ script }) => {
        script.fault(
          { method: 'PUT' },
          { kind: 'status', status: 400, body: { error: 'x', code: text } },
        );
      },
    ],
    [
      'a rejection that is retried',
      ({ script }) => {
        script.fault(
          { method: 'PUT' },
          { kind: 'status', status: 503, body: { error: text, code: 'BUSY' } },
        );
      },
    ],
    [
      'a rejected list of secret sets',
      ({ script, seed }) => {
        seed.secretSet({ name: 'other', values: {} });
        script.fault(
          { method: 'GET', path: '/v1/secrets' },
          { kind: 'status', status: 403, body: { error: text, code: 'NO' } },
        );
      },
    ],
  ])('is not shown in %s', async (_name, prepare) => {
    const seen = await releaseWith(prepare);
    expect(seen).not.toContain(value);
    expect(seen).not.toContain(JSON.stringify(value).slice(1, -1));
    expect(seen).not.toMatch(/hidden "val/);
  });
});

test('a warning of the platform is shown without the value of a secret', async () => {
  stage.emulator.script.fault(
    { method: 'POST', path: '/v1/agents' },
    {
      kind: 'status',
      status: 200,
      body: { name: 'voice', desiredDeploymentId: 'x', warning: `echo of ${value}` },
    },
  );
  const { actions } = await stage.release({ ...release, 'wait-for-ready': 'false' });
  expect(actions.warnings).toContainEqual('The platform warns about `voice`: `echo of ***`');
});

test('a token in the environment is masked even if it is not used', async () => {
  const { actions } = await stage.release(release, {
    environment: { PIPECAT_TOKEN: 'pcc_pat_not-used' },
  });
  expect(actions.masks).toContain('pcc_pat_not-used');
});
