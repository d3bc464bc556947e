import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { credentials, stageForEachTest, writes } from './support/release-run.js';

const stage = stageForEachTest();

const voice = {
  'secret-set': 'voice-secrets',
  secrets: 'OPENAI_KEY=first-value-of-openai\nDEEPGRAM_KEY=first-value-of-deepgram',
  'agent-name': 'voice-agent',
  image: 'ghcr.io/acme/voice:1.0.0',
};

describe.each(Object.entries(credentials))('with %s, the action', (_name, credential) => {
  test('creates the secret set and the agent in a first release, and the agent is serving with the values', async () => {
    const { succeeded, secretSets, agents, actions } = await stage.release({
      ...credential,
      ...voice,
    });

    expect(actions.errors).toEqual([]);
    expect(succeeded).toBe(true);
    expect(stage.emulator.state.serving('voice-agent')).toMatchObject({
      image: 'ghcr.io/acme/voice:1.0.0',
      secretSet: 'voice-secrets',
      secretValues: {
        OPENAI_KEY: 'first-value-of-openai',
        DEEPGRAM_KEY: 'first-value-of-deepgram',
      },
    });
    expect(secretSets).toEqual([
      {
        name: 'voice-secrets',
        kind: 'secret',
        region: 'us-west',
        outcome: 'created',
        status: 'ready',
        added: ['OPENAI_KEY', 'DEEPGRAM_KEY'],
        updated: [],
        pruned: [],
      },
    ]);
    const deploymentId = stage.emulator.state.serving('voice-agent')?.id;
    expect(agents).toEqual([
      {
        name: 'voice-agent',
        region: 'us-west',
        outcome: 'created',
        deploymentId,
        ready: true,
        image: 'ghcr.io/acme/voice:1.0.0',
        smokeTest: null,
        sessionsOnOlder: null,
        previous: null,
      },
    ]);
    expect(actions.outputs).toMatchObject({
      'service-name': 'voice-agent',
      'deployment-id': deploymentId,
      'build-id': '',
      region: 'us-west',
    });
  });

  test('makes a new deployment with the new value after a rotation', async () => {
    await stage.release({ ...credential, ...voice });
    const before = stage.emulator.state.serving('voice-agent');

    const { succeeded, secretSets, agents, actions } = await stage.release({
      ...credential,
      'secret-set': 'voice-secrets',
      secrets: 'OPENAI_KEY=second-value-of-openai\nCARTESIA_KEY=first-value-of-cartesia',
      'agent-name': 'voice-agent',
    });

    expect(succeeded).toBe(true);
    const after = stage.emulator.state.serving('voice-agent');
    expect(after?.id).not.toBe(before?.id);
    expect(after?.secretValues).toEqual({
      OPENAI_KEY: 'second-value-of-openai',
      DEEPGRAM_KEY: 'first-value-of-deepgram',
      CARTESIA_KEY: 'first-value-of-cartesia',
    });
    expect(secretSets).toMatchObject([
      { outcome: 'updated', added: ['CARTESIA_KEY'], updated: ['OPENAI_KEY'] },
    ]);
    expect(agents).toMatchObject([{ outcome: 'updated', deploymentId: after?.id, ready: true }]);
    expect(actions.summary).toContain('To be certain, wait 2 h (the session limit)');
  });

  test("writes an image pull secret in the platform's format and waits for it", async () => {
    stage.emulator.script.provisioning('registry', { delay: 9000 });
    const { succeeded, secretSets, actions } = await stage.release({
      ...credential,
      ...voice,
      'image-credentials': 'registry',
      registry: 'docker.io',
      'registry-username': 'acme',
      'registry-password': 'dckr_pat_0123456789',
    });

    expect(actions.errors).toEqual([]);
    expect(succeeded).toBe(true);
    expect(stage.emulator.state.secretSet('registry')).toMatchObject({
      kind: 'imagePullSecret',
      host: 'https://index.docker.io/v1/',
      auth: Buffer.from('acme:dckr_pat_0123456789').toString('base64'),
    });
    expect(secretSets).toMatchObject([
      { name: 'registry', kind: 'imagePullSecret', outcome: 'created', status: 'ready' },
      { name: 'voice-secrets', kind: 'secret', outcome: 'created', status: 'ready' },
    ]);
    expect(writes(stage.emulator)[0]).toMatch(/^PUT .*\/secrets\/registry$/);
    expect(stage.emulator.state.agent('voice-agent')).toMatchObject({
      imagePullSecretSet: 'registry',
    });
  });

  test('stops waiting after a crash loop, and reports that the previous deployment is still serving', async () => {
    await stage.release({ ...credential, ...voice, 'min-agents': '1' });
    const before = stage.emulator.state.serving('voice-agent')?.id;
    stage.emulator.script.deployment('voice-agent', {
      outcome: 'crash-loop',
      logs: ['Loading the model', 'ModuleNotFoundError: No module named pipecat'],
    });

    const { succeeded, agents, actions } = await stage.release({
      ...credential,
      'agent-name': 'voice-agent',
      image: 'ghcr.io/acme/voice:1.0.1',
      'failure-logs': 'always',
    });

    expect(succeeded).toBe(false);
    expect(stage.emulator.state.serving('voice-agent')?.id).toBe(before);
    expect(agents).toMatchObject([{ outcome: 'failed', ready: false }]);
    const [error] = actions.errors;
    expect(error?.title).toBe('The deployment failed');
    expect(error?.message).toContain('Agent: voice-agent · Region: us-west · Deployment: ');
    expect(error?.message).toContain('CrashLoopBackOff');
    expect(error?.message).toMatch(/Serving now: .*, as before\./);
    expect(error?.message).toContain('ModuleNotFoundError');
    expect(actions.summary).toContain('**What failed:** The deployment failed.');
    expect(actions.summary).toContain('ModuleNotFoundError');
  });

  test('writes nothing if the release is impossible', async () => {
    stage.emulator.seed.secretSet({ name: 'voice-secrets', region: 'eu-central' });
    const { succeeded, actions } = await stage.release({
      ...credential,
      ...voice,
      region: 'us-west',
    });

    expect(succeeded).toBe(false);
    expect(writes(stage.emulator)).toEqual([]);
    expect(actions.errors[0]?.message).toContain('is in region eu-central');
  });
});

describe('the action reports unexpected problems', () => {
  test('and shows no logs and assumes a fork if it cannot read the event', async () => {
    stage.emulator.script.deployment('voice-agent', { outcome: 'crash-loop', logs: ['a word'] });
    const unreadable = (): Promise<never> => Promise.reject(new Error('no such file'));
    const failed = await stage.release(
      { ...credentials['API key'], ...voice },
      { workflowEvent: unreadable },
    );
    expect(failed.actions.errors[0]?.title).toBe('The deployment failed');
    expect(failed.actions.everything).not.toContain('a word');

    const refused = await stage.release(
      { ...credentials['API key'], ...voice },
      {
        workflowEvent: unreadable,
        environment: { GITHUB_EVENT_NAME: 'pull_request_target' },
      },
    );
    expect(refused.actions.errors[0]?.title).toContain('from a fork');
  });

  test('and calls a bug a bug, without a secret value', async () => {
    const { succeeded, actions } = await stage.release(
      { ...credentials['API key'], ...voice, 'secrets-file': '.env' },
      { readFile: () => Promise.resolve(JSON.parse('{"hidden": "value"}') as string) },
    );
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.title).toBe('The action itself failed');
    expect(actions.everything).not.toContain('hidden');
    expect(writes(stage.emulator)).toEqual([]);
  });
});

test('if one request fails, the other requests in progress end with the run', async () => {
  stage.emulator.script.fault(
    { method: 'GET', path: '/v1/regions' },
    { kind: 'status', status: 401, body: { error: 'Unauthorized', code: 'UNAUTHORIZED' } },
  );
  stage.emulator.script.fault(
    { method: 'GET', path: '/v1/secrets' },
    { kind: 'hang' },
    { times: 9 },
  );
  const { actions } = await stage.release({ ...credentials['API key'], ...voice });
  const lines = actions.log.length;
  await setTimeout(50);
  expect(actions.errors[0]?.title).toBe('The platform rejected the credential');
  expect(actions.log).toHaveLength(lines);
  // The request without a response was ended, not retried.
  const asked = stage.emulator.requests.map(({ path }) => path);
  expect(new Set(asked).size).toBe(asked.length);
});
