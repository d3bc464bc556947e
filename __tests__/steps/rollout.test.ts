import { describe, expect, test } from '@jest/globals';
import { credentials, stageForEachTest } from '../support/release-run.js';

const stage = stageForEachTest();

const image = 'ghcr.io/acme/voice:1.0.0';
const newer = {
  ...credentials['API key'],
  'agent-name': 'voice',
  image: 'ghcr.io/acme/voice:1.0.1',
};

describe('a release waits for its own deployment', () => {
  test('and not for the previous one, which is ready already', async () => {
    stage.emulator.seed.agent({ name: 'voice', image });
    stage.emulator.script.deployment('voice', { reconcileDelay: 20_000, delay: 40_000 });
    const startedAt = stage.clock.now();
    const { succeeded } = await stage.release(newer);
    expect(succeeded).toBe(true);
    expect(stage.clock.now() - startedAt).toBeGreaterThanOrEqual(40_000);
    expect(stage.emulator.state.serving('voice')).toMatchObject({ image: newer.image });
  });

  test('although the previous one is failing, so that a fix can be deployed', async () => {
    stage.emulator.seed.agent({ name: 'voice', image, health: 'crash-looping' });
    stage.emulator.script.deployment('voice', { reconcileDelay: 10_000, delay: 20_000 });
    const { succeeded, agents } = await stage.release(newer);
    expect(succeeded).toBe(true);
    expect(agents).toMatchObject([{ outcome: 'updated', ready: true }]);
  });

  test('and accepts an agent without instances if it is scaled to zero', async () => {
    const { succeeded, agents, actions } = await stage.release({ ...newer, 'min-agents': '0' });
    expect(succeeded).toBe(true);
    expect(actions.log).toContainEqual(
      expect.stringMatching(
        `^info: Deployment ${String(agents[0]?.['deploymentId'])} of voice is serving after \\d\\.\\d s\\.$`,
      ),
    );
    expect(actions.summary).toContain('its first call waits for a cold start');
  });

  test('until another release replaces it, which is reported', async () => {
    stage.emulator.seed.agent({ name: 'voice', image });
    stage.emulator.script.deployment('voice', { delay: 30_000 });
    let reads = 0;
    const supersedeLater = (): void => {
      reads++;
      if (reads === 4) stage.emulator.script.supersede('voice');
      else
        stage.emulator.script.before({ method: 'GET', path: '/v1/agents/voice' }, supersedeLater);
    };
    stage.emulator.script.before({ method: 'GET', path: '/v1/agents/voice' }, supersedeLater);
    const { succeeded, agents, actions } = await stage.release(newer);
    expect(succeeded).toBe(false);
    expect(agents).toMatchObject([{ outcome: 'superseded', ready: false }]);
    expect(actions.errors[0]?.title).toBe('Another release has taken over');
    expect(actions.errors[0]?.message).toContain(
      `Superseded by: ${stage.emulator.state.agent('voice')?.desiredDeploymentId ?? ''}`,
    );
  });
});

describe('a rollout that has problems', () => {
  test('succeeds after a single restart', async () => {
    stage.emulator.script.deployment('voice', { outcome: 'single-restart' });
    const { succeeded } = await stage.release(newer);
    expect(succeeded).toBe(true);
  });

  test('is reported with the code of an image that cannot be pulled, and advice', async () => {
    stage.emulator.script.deployment('voice', {
      outcome: 'error',
      errors: [{ code: 'PCC_IMAGE_NOT_FOUND', message: 'The image could not be found' }],
    });
    const { actions } = await stage.release(newer);
    const message = actions.errors[0]?.message ?? '';
    expect(message).toContain('Code: PCC_IMAGE_NOT_FOUND');
    expect(message).toContain('The platform says: `The image could not be found`.');
    expect(message).toContain('The image or its tag does not exist at that address.');
    expect(message).toContain('https://docs.pipecat.ai/pipecat-cloud/fundamentals/error-codes');
  });

  test('is reported as a problem of the platform if the platform says so', async () => {
    stage.emulator.script.deployment('voice', { outcome: 'failed', infrastructureIssue: true });
    const { actions } = await stage.release(newer);
    expect(actions.errors[0]?.message).toContain('The agent is not the cause');
  });

  test('causes one warning about the platform, which the error repeats after `wait-timeout`', async () => {
    stage.emulator.script.deployment('voice', { outcome: 'stuck', infrastructureIssue: true });
    const { actions } = await stage.release({ ...newer, 'wait-timeout': '60' });
    expect(actions.warnings.filter((one) => one.includes('infrastructure'))).toHaveLength(1);
    expect(actions.errors[0]?.message).toContain('The agent is not the cause');
  });

  test('ends after `wait-timeout`, with the last state', async () => {
    stage.emulator.script.deployment('voice', { outcome: 'stuck' });
    const startedAt = stage.clock.now();
    const { agents, actions } = await stage.release({ ...newer, 'wait-timeout': '90' });
    const took = stage.clock.now() - startedAt;
    expect(took).toBeGreaterThanOrEqual(89_000);
    expect(took).toBeLessThan(91_000);
    expect(agents).toMatchObject([{ outcome: 'failed', ready: false }]);
    expect(actions.errors[0]?.title).toBe('The deployment was not ready in time');
    expect(actions.errors[0]?.message).toMatch(
      /Last state: .+ for .+; `wait-timeout` is 1 min 30 s/,
    );
  });

  test('ends with an unknown state if no status check succeeds', async () => {
    stage.emulator.script.after({ method: 'POST', path: '/v1/agents' }, () => {
      stage.emulator.script.fault(
        { method: 'GET', path: '/v1/agents/voice' },
        { kind: 'status', status: 502, body: '' },
        { times: Infinity },
      );
    });
    const { agents, actions } = await stage.release({ ...newer, 'wait-timeout': '60' });
    expect(agents).toMatchObject([{ outcome: 'failed', ready: false }]);
    expect(actions.errors[0]?.title).toBe('The deployment was not ready in time');
    expect(actions.errors[0]?.message).toContain('no status check of the agent succeeded');
    expect(actions.errors[0]?.message).toContain(
      'The last status check failed: the response was 502',
    );
  });

  test('ends at once if the agent is deleted meanwhile', async () => {
    stage.emulator.seed.agent({ name: 'voice', image });
    stage.emulator.script.after({ method: 'POST', path: '/v1/agents/voice' }, () => {
      stage.emulator.script.fault(
        { method: 'GET', path: '/v1/agents/voice' },
        { kind: 'status', status: 404, body: { error: 'Not found', code: 'NOT_FOUND' } },
      );
    });
    const startedAt = stage.clock.now();
    const { agents, actions } = await stage.release(newer);
    expect(stage.clock.now() - startedAt).toBeLessThan(10_000);
    expect(agents).toMatchObject([{ outcome: 'failed', ready: false }]);
    expect(actions.errors[0]?.title).toBe('The agent was deleted during the release');
  });

  test('is logged when its state changes, and at least every 15 s', async () => {
    stage.emulator.script.deployment('voice', { outcome: 'stuck' });
    const { actions } = await stage.release({ ...newer, 'wait-timeout': '120' });
    const lines = actions.log.filter((line) => /^info: \d+\.\d s: /.test(line));
    const times = lines.map((line) => Number(/(\d+\.\d) s/.exec(line)?.[1]));
    for (const [index, time] of times.entries()) {
      expect(time - (times[index - 1] ?? 0)).toBeLessThan(21);
    }
    expect(lines.length).toBeLessThan(12);
  });
});

describe('what the agent wrote', () => {
  const publicRepository = { repository: { private: false, visibility: 'public' } };
  const privateRepository = { repository: { private: true, visibility: 'private' } };
  const internalRepository = { repository: { private: true, visibility: 'internal' } };

  test.each([
    { name: 'auto, private', mode: 'auto', payload: privateRepository, shown: true },
    { name: 'auto, internal', mode: 'auto', payload: internalRepository, shown: true },
    { name: 'auto, public', mode: 'auto', payload: publicRepository, shown: false },
    { name: 'auto, not known', mode: 'auto', payload: {}, shown: false },
    { name: 'always, public', mode: 'always', payload: publicRepository, shown: true },
    { name: 'never, private', mode: 'never', payload: privateRepository, shown: false },
  ])('is shown: $shown ($name)', async ({ mode, payload, shown }) => {
    stage.emulator.script.deployment('voice', {
      outcome: 'crash-loop',
      health: { message: 'Traceback: the caller said hello' },
      logs: ['the caller said goodbye'],
    });
    const { actions } = await stage.release(
      { ...newer, 'failure-logs': mode },
      { event: { eventName: 'push', payload } },
    );
    expect(actions.everything.includes('the caller said hello')).toBe(shown);
    expect(actions.everything.includes('the caller said goodbye')).toBe(shown);
    expect(actions.errors[0]?.message).toContain('pipecat cloud agent logs voice');
    const asked = stage.emulator.requests.some(({ path }) => path.endsWith('/logs'));
    expect(asked).toBe(shown);
  });

  test('is shown in the order in which it was written', async () => {
    stage.emulator.script.deployment('voice', {
      outcome: 'crash-loop',
      health: { message: '' },
      logs: ['first line', 'second line', 'third line'],
    });
    const { actions } = await stage.release({ ...newer, 'failure-logs': 'always' });
    expect(actions.summary).toMatch(/first line\nsecond line\nthird line/);
  });

  test('is requested twice at most, and the failure is reported without it if it cannot be read', async () => {
    stage.emulator.script.deployment('voice', { outcome: 'crash-loop' });
    stage.emulator.script.fault(
      { path: /\/logs$/ },
      { kind: 'status', status: 503, body: '' },
      { times: 9 },
    );
    const { actions } = await stage.release({ ...newer, 'failure-logs': 'always' });
    expect(actions.errors).toHaveLength(1);
    expect(actions.log).toContain(
      'info: Could not read the logs of `voice`, because the response was 503.',
    );
    expect(stage.emulator.requests.filter(({ path }) => path.endsWith('/logs'))).toHaveLength(2);
  });

  test('is limited to its last 40 lines', async () => {
    stage.emulator.script.deployment('voice', { outcome: 'crash-loop', logs: ['a line'] });
    await stage.release({ ...newer, 'failure-logs': 'always' });
    const asked = stage.emulator.requests.find(({ path }) => path.endsWith('/logs'));
    expect(asked?.query).toMatchObject({ limit: '40', order: 'desc' });
  });

  test('is limited to this deployment, and the runner executes none of it as a command', async () => {
    stage.emulator.seed.agent({ name: 'voice', image });
    stage.emulator.script.deployment('voice', {
      outcome: 'crash-loop',
      logs: ['::set-output name=x::y', '##[error]forged', '\u001b[31mred\u001b[0m'],
    });
    const { actions } = await stage.release({ ...newer, 'failure-logs': 'always' });
    const asked = stage.emulator.requests.find(({ path }) => path.endsWith('/logs'));
    expect(asked?.query).toMatchObject({
      deploymentId: stage.emulator.state.agent('voice')?.desiredDeploymentId,
    });
    const lines = actions.log
      .filter((line) => line.startsWith('info: '))
      .flatMap((line) => line.slice('info: '.length).split('\n'));
    expect(lines.filter((line) => /^\s*::/.test(line) || line.includes('##['))).toEqual([]);
    expect(lines).toContain('  | red');
  });
});

test('a release with `wait-for-ready: false` does not wait', async () => {
  const { succeeded, agents, actions } = await stage.release({
    ...newer,
    'wait-for-ready': 'false',
  });
  expect(succeeded).toBe(true);
  expect(agents).toMatchObject([{ outcome: 'created', ready: false }]);
  expect(actions.summary).not.toContain('Wait for the deployment');
});

describe('while a problem may be temporary, a release', () => {
  test.each(['ErrImagePull', 'ImagePullBackOff', 'CreateContainerConfigError'])(
    'keeps waiting, and shows it in the log: %s',
    async (passingReason) => {
      stage.emulator.script.deployment('voice', { delay: 20_000, passingReason });
      const { succeeded, actions } = await stage.release(newer);
      expect(succeeded).toBe(true);
      expect(actions.log.join('\n')).toContain(`not ready yet (Creating, \`${passingReason}\``);
    },
  );

  test('gives up after a minute if the image still cannot be pulled', async () => {
    stage.emulator.script.deployment('voice', {
      outcome: 'stuck',
      passingReason: 'ImagePullBackOff',
    });
    const startedAt = stage.clock.now();
    const { succeeded, actions } = await stage.release(newer);
    expect(succeeded).toBe(false);
    expect(stage.clock.now() - startedAt).toBeLessThan(120_000);
    expect(actions.errors[0]?.message).toContain('Reason: ImagePullBackOff');
  });

  test('gives up after a minute if the image cannot be resolved, with advice', async () => {
    const condition = {
      type: 'Degraded',
      status: 'True',
      reason: 'ImageResolutionFailed',
      message: 'The registry refused the credentials.',
    } as const;
    stage.emulator.script.deployment('voice', { outcome: 'stuck', conditions: [condition] });
    const startedAt = stage.clock.now();
    const { succeeded, actions } = await stage.release(newer);
    expect(succeeded).toBe(false);
    expect(stage.clock.now() - startedAt).toBeLessThan(120_000);
    const message = actions.errors[0]?.message ?? '';
    expect(message).toContain('Reason: ImageResolutionFailed');
    expect(message).toContain('The registry refused the credentials');
    expect(message).toContain('`image-credentials`');
    expect(message).not.toContain('wait-timeout');
    expect(actions.log.join('\n')).toContain('Degraded: `ImageResolutionFailed`');
  });

  test('ignores a condition from before the deploy', async () => {
    const condition = {
      type: 'Degraded',
      status: 'True',
      reason: 'ImageResolutionFailed',
    } as const;
    const conditions = [condition];
    stage.emulator.seed.agent({ name: 'voice', image, health: 'crash-looping', conditions });
    stage.emulator.script.deployment('voice', { delay: 120_000, conditions });
    expect(await stage.release(newer)).toMatchObject({ succeeded: true });
  });
});
