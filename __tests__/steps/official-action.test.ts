import { describe, expect, test } from '@jest/globals';
import { checkoutForEachTest } from '../support/checkout.js';
import { stageForEachTest } from '../support/release-run.js';

const stage = stageForEachTest();
const checkout = checkoutForEachTest({
  'agent/docker/Dockerfile.prod': 'FROM dailyco/pipecat-base:latest\n',
  'agent/bot.py': 'print("hello")\n',
});

describe('a workflow of the official deploy action works unchanged', () => {
  const common = { 'agent-name': 'my-agent', 'secret-set': 'my-secrets' };

  test('with a cloud build and all inputs of it', async () => {
    stage.emulator.seed.secretSet({ name: 'my-secrets', region: 'eu-central', values: { A: 'b' } });
    const { succeeded, actions } = await stage.release(
      {
        ...common,
        'api-key': 'sk_emulator',
        'api-url': `${stage.emulator.url}/`,
        'cloud-build': 'true',
        'build-context': './agent/',
        dockerfile: 'docker/Dockerfile.prod',
        'build-timeout': '900',
        region: 'eu-central',
        'min-agents': '1',
        'max-agents': '5',
        'agent-profile': 'agent-2x',
        'enable-managed-keys': 'true',
        'max-session-duration': '900',
        'wait-for-ready': 'true',
        'wait-timeout': '90',
      },
      { environment: checkout.environment },
    );
    expect(actions.errors).toEqual([]);
    expect(succeeded).toBe(true);
    const [build] = stage.emulator.state.builds();
    expect(build).toMatchObject({ dockerfilePath: 'docker/Dockerfile.prod', region: 'eu-central' });
    expect(stage.emulator.state.agent('my-agent')).toMatchObject({
      region: 'eu-central',
      secretSet: 'my-secrets',
      minAgents: 1,
      maxAgents: 5,
      agentProfile: 'agent-2x',
    });
    expect(actions.outputs).toMatchObject({ 'build-id': build?.id, 'service-name': 'my-agent' });
  });

  test('with an image and its image pull secret', async () => {
    stage.emulator.seed.secretSet({ name: 'my-secrets', values: { A: 'b' } });
    stage.emulator.seed.imagePullSecret({ name: 'my-registry-secret' });
    const { succeeded, actions } = await stage.release({
      ...common,
      'api-key': 'sk_emulator',
      'cloud-build': 'false',
      image: 'ghcr.io/my-org/my-bot:v1.2.3',
      'image-credentials': 'my-registry-secret',
      'wait-for-ready': 'false',
    });
    expect(actions.errors).toEqual([]);
    expect(succeeded).toBe(true);
    expect(stage.emulator.state.agent('my-agent')).toMatchObject({
      image: 'ghcr.io/my-org/my-bot:v1.2.3',
      imagePullSecretSet: 'my-registry-secret',
    });
    expect(actions.outputs).toMatchObject({ 'build-id': '', 'service-name': 'my-agent' });
  });

  test('with an existing build', async () => {
    stage.emulator.seed.secretSet({ name: 'my-secrets', values: { A: 'b' } });
    const { id } = stage.emulator.seed.build({ status: 'success' });
    const { succeeded, actions } = await stage.release({
      ...common,
      'api-key': 'sk_emulator',
      'build-id': id,
    });
    expect(succeeded).toBe(true);
    expect(actions.outputs).toMatchObject({ 'build-id': id });
  });
});

test('an update leaves the scaling unchanged if no bound is given', async () => {
  stage.emulator.seed.agent({ name: 'my-agent', image: 'a/b:1', minAgents: 3, maxAgents: 7 });
  const { succeeded } = await stage.release({
    'api-key': 'sk_emulator',
    'agent-name': 'my-agent',
    image: 'a/b:2',
  });
  expect(succeeded).toBe(true);
  expect(stage.emulator.state.agent('my-agent')).toMatchObject({ minAgents: 3, maxAgents: 7 });
});
