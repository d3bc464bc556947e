import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { DeploymentScript } from '../../emulator/index.js';
import { type Answer, refusal, rehearse, type Rehearsal, start } from './rehearsal.js';

let rehearsal: Rehearsal;
beforeEach(async () => {
  rehearsal = await rehearse();
});
afterEach(() => rehearsal.emulator.close());

const bot = { serviceName: 'bot', image: 'acme/bot:1' };
const at = (milliseconds: number) => new Date(start + milliseconds).toISOString();

/** The fields of an agent that the tests read. */
interface AgentBody {
  readonly desiredDeploymentId: string;
}

async function look(): Promise<Record<string, unknown>> {
  const { body } = await rehearsal.key.get('/agents/bot');
  return body as Record<string, unknown>;
}

/** Creates the agent, and returns the id of its deployment. */
async function create(body: Record<string, unknown> = {}): Promise<string> {
  const answer = await rehearsal.key.post('/agents', { ...bot, ...body });
  return (answer.body as AgentBody).desiredDeploymentId;
}

/** Deploys another image to a ready agent, with a script. */
async function replace(script: DeploymentScript = {}): Promise<{ old: string; new: string }> {
  const { emulator, key } = rehearsal;
  const old = emulator.seed.agent({ name: 'bot', image: 'acme/bot:1', minAgents: 1 }).deploymentId;
  emulator.script.deployment('bot', script);
  const answer = await key.post('/agents/bot', { image: 'acme/bot:2' });
  return { old, new: (answer.body as AgentBody).desiredDeploymentId };
}

describe('a first deployment', () => {
  test('is reconciled after one second and ready after four', async () => {
    const id = await create({ autoScaling: { minAgents: 2, maxAgents: 3 } });
    const { pass } = rehearsal;
    const steps = [];
    for (const milliseconds of [999, 1, 1499, 1, 1499, 1]) {
      pass(milliseconds);
      const { reconciledDeploymentId, ready, available, currentRevision } = await look();
      steps.push({ reconciledDeploymentId, ready, available, currentRevision });
    }
    const waiting = { reconciledDeploymentId: null, ready: false, available: false };
    const creating = {
      deploymentID: id,
      phase: 'Creating',
      readyReplicas: 0,
      phaseStartedAt: at(1000),
    };
    const validating = {
      deploymentID: id,
      phase: 'Validating',
      readyReplicas: 0,
      phaseStartedAt: at(2500),
      health: { ready: false, state: 'running', restartCount: 0, replicasStarted: 1 },
    };
    const reconciled = { ...waiting, reconciledDeploymentId: id };
    expect(steps).toEqual([
      { ...waiting, currentRevision: null },
      { ...reconciled, currentRevision: creating },
      { ...reconciled, currentRevision: creating },
      { ...reconciled, currentRevision: validating },
      { ...reconciled, currentRevision: validating },
      {
        reconciledDeploymentId: id,
        ready: true,
        available: true,
        currentRevision: {
          deploymentID: id,
          phase: 'Active',
          readyReplicas: 2,
          phaseStartedAt: at(4000),
          health: { ready: true, state: 'running', restartCount: 0, replicasStarted: 1 },
        },
      },
    ]);
  });

  test('is ready without a replica if it is scaled to zero', async () => {
    await create();
    rehearsal.pass(4000);
    expect(await look()).toMatchObject({
      ready: true,
      available: true,
      activeDeploymentReady: true,
      currentRevision: { phase: 'Active', readyReplicas: 0 },
    });
  });

  test('leaves nothing available if it fails', async () => {
    rehearsal.emulator.script.deployment('bot', { outcome: 'crash-loop' });
    await create();
    rehearsal.pass(4000);
    expect(await look()).toMatchObject({ ready: false, available: false, previousRevision: null });
    expect(rehearsal.emulator.state.serving('bot')).toBeUndefined();
  });
});

describe('another deployment', () => {
  test('is not visible until it is reconciled', async () => {
    const { pass } = rehearsal;
    const ids = await replace();
    pass(999);
    expect(await look()).toMatchObject({
      desiredDeploymentId: ids.new,
      activeDeploymentId: ids.new,
      reconciledDeploymentId: ids.old,
      deployment: { id: ids.new },
      ready: true,
      available: true,
      currentRevision: { deploymentID: ids.old, phase: 'Active' },
      previousRevision: null,
    });
    pass(1);
    expect(await look()).toMatchObject({
      reconciledDeploymentId: ids.new,
      ready: false,
      available: true,
      currentRevision: { deploymentID: ids.new, phase: 'Creating' },
      previousRevision: { deploymentID: ids.old, phase: 'Active', readyReplicas: 1 },
    });
    expect(rehearsal.emulator.state.serving('bot')?.id).toBe(ids.old);
    pass(3000);
    expect(await look()).toMatchObject({
      ready: true,
      currentRevision: { deploymentID: ids.new, phase: 'Active' },
      previousRevision: null,
    });
    expect(rehearsal.emulator.state.serving('bot')?.id).toBe(ids.new);
  });

  test('hides the crashes of the previous one when it is reconciled', async () => {
    const { emulator, key, pass } = rehearsal;
    const old = emulator.seed.agent({ name: 'bot', health: 'crash-looping' }).deploymentId;
    const crashes = { deploymentID: old, health: { reason: 'CrashLoopBackOff' } };
    await key.post('/agents/bot', { image: 'acme/bot:2' });
    expect(await look()).toMatchObject({ ready: false, currentRevision: crashes });
    pass(1000);
    expect(await look()).toMatchObject({
      currentRevision: { phase: 'Creating' },
      previousRevision: null,
    });
    pass(3000);
    expect(await look()).toMatchObject({ ready: true });
  });

  const crash = { lastExitCode: 1, message: expect.stringContaining('Traceback') as unknown };
  test.each<{ script: DeploymentScript; expected: Record<string, unknown> }>([
    {
      script: { outcome: 'crash-loop' },
      expected: {
        errors: [],
        currentRevision: {
          phase: 'Validating',
          health: { ready: false, reason: 'CrashLoopBackOff', restartCount: 4, ...crash },
        },
      },
    },
    {
      script: { outcome: 'failed' },
      expected: {
        errors: [],
        currentRevision: { phase: 'Failed', health: { state: 'terminated', ...crash } },
      },
    },
    {
      script: { outcome: 'image-pull' },
      expected: {
        errors: [{ code: 'PCC_IMAGE_NOT_FOUND' }],
        currentRevision: { phase: 'Creating', health: { reason: 'ImagePullBackOff' } },
      },
    },
    {
      script: { outcome: 'error' },
      expected: {
        errors: [{ code: 'PCC_UNKNOWN_ERROR' }],
        currentRevision: { phase: 'Failed' },
      },
    },
    {
      script: { outcome: 'error', errors: [{ code: 'PCC-1004', message: 'No billing.' }] },
      expected: { errors: [{ code: 'PCC-1004', message: 'No billing.' }] },
    },
    {
      script: {
        outcome: 'crash-loop',
        health: { headline: 'Out of memory.', lastExitCode: 137 },
      },
      expected: {
        currentRevision: { health: { headline: 'Out of memory.', lastExitCode: 137 } },
      },
    },
    {
      script: { outcome: 'stuck', infrastructureIssue: true },
      expected: {
        errors: [],
        currentRevision: {
          phase: 'Validating',
          hasInfrastructureIssue: true,
          health: { ready: false, state: 'running' },
        },
      },
    },
  ])('that ends as $script leaves the previous one serving', async ({ script, expected }) => {
    const ids = await replace(script);
    rehearsal.pass(3999);
    expect(await look()).toMatchObject({ errors: [] });
    rehearsal.pass(1);
    const ended = {
      ready: false,
      available: true,
      previousRevision: { deploymentID: ids.old, phase: 'Active' },
      ...expected,
    };
    expect(await look()).toMatchObject(ended);
    expect(rehearsal.emulator.state.serving('bot')?.id).toBe(ids.old);
    rehearsal.pass(3_600_000);
    expect(await look()).toMatchObject(ended);
  });

  test('can restart once', async () => {
    await replace({ outcome: 'single-restart' });
    rehearsal.pass(2500);
    expect(await look()).toMatchObject({
      ready: false,
      currentRevision: { phase: 'Validating', health: { restartCount: 1, reason: 'Error' } },
    });
    rehearsal.pass(1500);
    expect(await look()).toMatchObject({
      ready: true,
      currentRevision: { phase: 'Active', health: { ready: true, restartCount: 1 } },
    });
  });

  test('takes the scripted time', async () => {
    const ids = await replace({ delay: 60_000, reconcileDelay: 30_000 });
    rehearsal.pass(29_999);
    expect(await look()).toMatchObject({ reconciledDeploymentId: ids.old });
    rehearsal.pass(1);
    expect(await look()).toMatchObject({ reconciledDeploymentId: ids.new, ready: false });
    rehearsal.pass(30_000);
    expect(await look()).toMatchObject({ ready: true });
  });

  test('may never be reconciled', async () => {
    const ids = await replace({ reconcileDelay: Infinity });
    rehearsal.pass(3_600_000);
    expect(await look()).toMatchObject({
      desiredDeploymentId: ids.new,
      reconciledDeploymentId: ids.old,
      ready: true,
    });
  });

  test('is never ready if another release supersedes it', async () => {
    const { emulator, pass } = rehearsal;
    const ids = await replace();
    pass(2000);
    const { deploymentId } = emulator.script.supersede('bot');
    pass(1000);
    expect(await look()).toMatchObject({
      desiredDeploymentId: deploymentId,
      reconciledDeploymentId: deploymentId,
    });
    pass(1500);
    expect(emulator.state.serving('bot')?.id).toBe(ids.old);
    pass(1500);
    expect(emulator.state.serving('bot')).toMatchObject({ id: deploymentId, image: 'acme/bot:2' });
    expect(() => emulator.script.supersede('none')).toThrow("no agent 'none'");
  });
});

describe('an image pull secret that', () => {
  test.each([
    {
      name: 'is not base64',
      auth: 'acme:token',
      message: 'unable to decode auth field: illegal base64 data at input byte 0',
    },
    {
      name: 'has no user',
      auth: Buffer.from('token').toString('base64'),
      message: 'unable to parse auth field, must be formatted as base64 of username:token',
    },
  ])('$name is found out when the image is pulled', async ({ auth, message }) => {
    const { key, emulator, pass } = rehearsal;
    const set = { isImagePullSecret: true, host: 'https://ghcr.io', secretValue: auth };
    expect(await key.put('/secrets/hub', set)).toMatchObject({ status: 202 });
    pass(5000);
    expect(emulator.state.secretSet('hub')).toMatchObject({ status: 'ready' });
    await create({ imagePullSecretSet: 'hub' });
    pass(4000);
    expect(await look()).toMatchObject({
      ready: false,
      errors: [{ code: 'PCC_IMAGE_PULL_UNAUTHORIZED', message }],
    });
  });

  test('is well formed is used', async () => {
    rehearsal.emulator.seed.imagePullSecret({ name: 'hub' });
    await create({ imagePullSecretSet: 'hub' });
    rehearsal.pass(4000);
    expect(await look()).toMatchObject({ ready: true, errors: [] });
  });
});

describe('logs', () => {
  const lines = ({ body }: Answer) => (body as { logs: { log: string }[] }).logs.map((l) => l.log);

  test('are returned for the requested deployments, newest first', async () => {
    const { key, acme, pass } = rehearsal;
    const ids = await replace({ logs: ['one', 'two', 'three'] });
    const path = `/agents/bot/logs?deploymentId=${ids.new}`;
    expect(lines(await key.get(path))).toEqual([]);
    pass(1000);
    const answer = await key.get(path);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        total: { value: 3, relation: 'eq' },
        logs: [{ log: 'three', timestamp: at(1002), deploymentId: ids.new }, {}, {}],
      },
    });
    expect(lines(answer)).toEqual(['three', 'two', 'one']);
    expect(lines(await key.get(`${path}&order=asc&limit=2`))).toEqual(['one', 'two']);
    expect(lines(await key.get(`${path}&offset=1`))).toEqual(['two', 'one']);
    expect(lines(await key.get(`${path}&query=tw`))).toEqual(['two']);
    expect(lines(await acme.get('/services/bot/logs?limit=100'))).toHaveLength(6);
  });

  test('show the traceback of a crash', async () => {
    await replace({ outcome: 'crash-loop' });
    rehearsal.pass(4000);
    const found = lines(await rehearsal.key.get('/agents/bot/logs?order=desc'));
    expect(found[0]).toMatch(/^KeyError/);
  });

  test.each(['limit=0', 'limit=ten', 'offset=-1'])('are rejected for %s', async (query) => {
    await replace();
    expect(await rehearsal.key.get(`/agents/bot/logs?${query}`)).toEqual(
      refusal(400, `Invalid query parameters: ${query.replace(/=.*/, '')}`),
    );
  });
});
