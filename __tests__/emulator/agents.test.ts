import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Emulator, platformRegions } from '../../emulator/index.js';
import { type Answer, refusal, rehearse, type Rehearsal, start } from './rehearsal.js';

let rehearsal: Rehearsal;
beforeEach(async () => {
  rehearsal = await rehearse();
});
afterEach(() => rehearsal.emulator.close());

const bot = { serviceName: 'bot', image: 'acme/bot:1' };
const buildId = '123e4567-e89b-42d3-a456-426614174000';
const missing = refusal(404, 'Not found', 'NOT_FOUND');

/** The fields of an agent that the tests read. */
interface AgentBody {
  readonly desiredDeploymentId: string;
  readonly reconciledDeploymentId: string | null;
  readonly warning?: string;
  readonly deployment: { readonly manifest: { readonly spec: Readonly<Record<string, unknown>> } };
}

const agentOf = ({ body }: Answer) => body as AgentBody;

function seedSets({ seed }: Emulator): void {
  seed.secretSet({ name: 'voice', values: { A: '1' } });
  seed.secretSet({ name: 'far', region: 'us-east' });
  seed.secretSet({ name: 'pending', status: 'pending' });
  seed.secretSet({ name: 'broken', status: 'failed' });
  seed.secretSet({ name: 'theirs', organization: 'globex' });
  seed.imagePullSecret({ name: 'hub' });
  seed.imagePullSecret({ name: 'far-hub', region: 'us-east' });
  seed.imagePullSecret({ name: 'pending-hub', status: 'pending' });
}

describe('creating an agent', () => {
  test('applies all settings', async () => {
    const { key, emulator } = rehearsal;
    seedSets(emulator);
    const answer = await key.post('/agents', {
      ...bot,
      region: 'us-west',
      secretSet: 'voice',
      imagePullSecretSet: 'hub',
      autoScaling: { minAgents: 1, maxAgents: 20 },
      krispViva: { audioFilter: 'tel' },
      agentProfile: 'agent-2x',
      architecture: 'arm64',
      maxSessionDuration: 3600,
      websocketAuth: 'token',
      enableIntegratedKeysProxy: true,
    });
    const { id } = emulator.state.agent('bot')?.deployments[0] ?? {};
    const made = new Date(start).toISOString();
    expect(answer).toEqual({
      status: 200,
      body: {
        name: 'bot',
        region: 'us-west',
        desiredDeploymentId: id,
        activeDeploymentId: id,
        reconciledDeploymentId: null,
        createdAt: made,
        updatedAt: made,
        ready: false,
        available: false,
        activeDeploymentReady: false,
        autoScaling: { minReplicas: 1, maxReplicas: 20 },
        activeSessionCount: 0,
        deployment: {
          id,
          serviceId: expect.any(String) as unknown,
          createdAt: made,
          updatedAt: made,
          manifest: {
            apiVersion: 'pipecatcloud.daily.co/v1',
            kind: 'PCService',
            metadata: { name: 'bot', namespace: 'acme' },
            spec: {
              dailyNodeType: 'arm',
              arch: 'arm64',
              image: 'acme/bot:1',
              autoScaling: { minReplicas: 1, maxReplicas: 20 },
              imagePullSecretName: 'hub',
              envFromSecretNames: ['voice'],
              resources: { cpu: '1', memory: '2Gi' },
              krispModels: { enabled: false },
              krispViva: { audioFilters: true },
              maxSessionDurationSeconds: 3600,
            },
          },
        },
        agentProfile: 'agent-2x',
        resources: { cpu: '1', memory: '2Gi' },
        krispViva: { audioFilter: 'tel' },
        websocketAuth: 'token',
        enableIntegratedKeysProxy: true,
        errors: [],
        currentRevision: null,
        previousRevision: null,
      },
    });
  });

  test("uses the platform's defaults, and accepts the empty settings of its client", async () => {
    const { acme, emulator } = rehearsal;
    await acme.post('/services', { ...bot, krispViva: {}, autoScaling: {} });
    expect(emulator.state.agent('bot')).toMatchObject({
      organization: 'acme',
      region: 'us-west',
      minAgents: 0,
      maxAgents: 50,
      agentProfile: 'agent-1x',
      architecture: 'arm64',
      krispVivaAudioFilter: null,
      secretSet: undefined,
      maxSessionDuration: undefined,
    });
  });

  test('from a build shows the build but not its image', async () => {
    const { key, emulator } = rehearsal;
    emulator.seed.build({ id: buildId });
    const answer = await key.post('/agents', { serviceName: 'bot', buildId });
    expect(answer).toMatchObject({ status: 200, body: { deployment: { buildId } } });
    expect(agentOf(answer).deployment.manifest.spec).not.toHaveProperty('image');
  });

  test('can use a custom profile of the organization', async () => {
    const { acme, globex, emulator } = rehearsal;
    emulator.seed.agentProfile({ apiName: 'telephony' });
    emulator.seed.agentProfile({ apiName: 'retired', enabled: false });
    const withProfile = (agentProfile: string) => ({ ...bot, agentProfile });
    expect(await globex.post('/services', withProfile('telephony'))).toEqual(
      refusal(400, "Invalid agent profile 'telephony'"),
    );
    expect(await acme.post('/services', withProfile('retired'))).toMatchObject({ status: 400 });
    expect(await acme.post('/services', withProfile('telephony'))).toMatchObject({
      status: 200,
      body: { agentProfile: 'telephony' },
    });
    expect(await acme.get('/agent-profiles')).toEqual({
      status: 200,
      body: {
        agentProfiles: [
          expect.objectContaining({ api_name: 'agent-1x', enabled: true }),
          expect.objectContaining({ api_name: 'agent-2x' }),
          expect.objectContaining({ api_name: 'agent-3x' }),
          expect.objectContaining({ api_name: 'telephony', custom: true, enabled: true }),
          expect.objectContaining({ api_name: 'retired', custom: true, enabled: false }),
        ],
      },
    });
  });

  const inUsWest = "but service will be created in region 'us-west'";
  test.each<{ name: string; body: Record<string, unknown>; refused: Answer }>([
    {
      name: 'the name of an agent',
      body: { ...bot, serviceName: 'taken' },
      refused: refusal(400, 'Service already exists'),
    },
    {
      name: "the name of another organization's agent",
      body: { ...bot, serviceName: 'theirs' },
      refused: refusal(400, 'Service already exists'),
    },
    {
      name: 'a name in capitals',
      body: { ...bot, serviceName: 'Bot' },
      refused: refusal(400, "Invalid request format: 'Bot' is not a valid agent name"),
    },
    {
      name: 'a name of 55 characters',
      body: { ...bot, serviceName: 'b'.repeat(55) },
      refused: refusal(
        400,
        `Invalid request format: '${'b'.repeat(55)}' is not a valid agent name`,
      ),
    },
    {
      name: 'neither image nor build',
      body: { serviceName: 'bot' },
      refused: refusal(400, 'Either image or buildId is required for service creation'),
    },
    {
      name: 'an image without a tag',
      body: { serviceName: 'other', image: 'registry.example.com:5000/acme/voice' },
      refused: refusal(400, 'Invalid parameters: image must include a tag'),
    },
    {
      name: 'image and build',
      body: { ...bot, buildId },
      refused: refusal(400, 'Cannot specify both image and buildId. Use one or the other.'),
    },
    {
      name: 'a build that does not exist',
      body: { serviceName: 'bot', buildId: '00000000-0000-4000-8000-000000000000' },
      refused: refusal(400, 'Build not found'),
    },
    {
      name: 'a build of another region',
      body: { serviceName: 'bot', buildId, region: 'us-west' },
      refused: refusal(
        400,
        "Build is in region 'eu-central' but service is in region 'us-west'. Builds must be in the same region as the service.",
      ),
    },
    {
      name: 'a build that is not finished',
      body: { serviceName: 'bot', buildId: 'b-building' },
      refused: refusal(
        400,
        'Build is not ready (status: building). Only successful builds can be deployed.',
      ),
    },
    {
      name: 'a set that does not exist',
      body: { ...bot, secretSet: 'none' },
      refused: refusal(404, 'Secret set not found', 'NOT_FOUND'),
    },
    {
      name: "another organization's set",
      body: { ...bot, secretSet: 'theirs' },
      refused: refusal(404, 'Secret set not found', 'NOT_FOUND'),
    },
    {
      name: 'an image pull secret for a set',
      body: { ...bot, secretSet: 'hub' },
      refused: refusal(404, 'Secret set not found', 'NOT_FOUND'),
    },
    {
      name: 'an image pull secret that does not exist',
      body: { ...bot, imagePullSecretSet: 'voice' },
      refused: refusal(404, 'Image pull secret set not found', 'NOT_FOUND'),
    },
    {
      name: 'a set of another region',
      body: { ...bot, secretSet: 'far' },
      refused: refusal(
        400,
        `Secret set 'far' is in region 'us-east' ${inUsWest}. Secrets must be in the same region as the service.`,
      ),
    },
    {
      name: 'an image pull secret of another region',
      body: { ...bot, imagePullSecretSet: 'far-hub' },
      refused: refusal(
        400,
        `Image pull secret set 'far-hub' is in region 'us-east' ${inUsWest}. Image pull secrets must be in the same region as the service.`,
      ),
    },
    {
      name: 'a pending set',
      body: { ...bot, secretSet: 'pending' },
      refused: refusal(
        409,
        "Secret set 'pending' is not ready (status: pending). Wait until it is ready, then deploy again.",
        'CONFLICT',
      ),
    },
    {
      name: 'a failed set',
      body: { ...bot, secretSet: 'broken' },
      refused: refusal(
        409,
        "Secret set 'broken' is not ready (status: failed). Wait until it is ready, then deploy again.",
        'CONFLICT',
      ),
    },
    {
      name: 'a pending image pull secret',
      body: { ...bot, imagePullSecretSet: 'pending-hub' },
      refused: refusal(
        409,
        "Image pull secret set 'pending-hub' is not ready (status: pending). Wait until it is ready, then deploy again.",
        'CONFLICT',
      ),
    },
    {
      name: 'a region that does not exist',
      body: { ...bot, region: 'moon' },
      refused: refusal(400, 'Invalid region or organization does not have access'),
    },
    {
      name: 'an architecture that the region does not support',
      body: { ...bot, architecture: 'amd64' },
      refused: refusal(
        400,
        "Architecture 'amd64' is not supported in region 'us-west' (supported: arm64)",
      ),
    },
    {
      name: 'a profile that does not exist',
      body: { ...bot, agentProfile: 'agent-9x' },
      refused: refusal(400, "Invalid agent profile 'agent-9x'"),
    },
    {
      name: 'resources',
      body: { ...bot, resources: { cpu: '2', memory: '4Gi' } },
      refused: refusal(400, 'Explicit resources are only available in self-hosted regions'),
    },
    {
      name: 'a negative number of agents',
      body: { ...bot, autoScaling: { minAgents: -1, maxAgents: 2 } },
      refused: refusal(400, 'Invalid parameters: autoScaling.minAgents is not valid'),
    },
    {
      name: 'a minimum above the maximum',
      body: { ...bot, autoScaling: { minAgents: 3, maxAgents: 2 } },
      refused: refusal(400, 'autoScaling.minAgents cannot be greater than autoScaling.maxAgents'),
    },
    {
      name: 'a session limit under a minute',
      body: { ...bot, maxSessionDuration: 59 },
      refused: refusal(400, 'Invalid parameters: maxSessionDuration is not valid'),
    },
    {
      name: 'a session limit over four hours',
      body: { ...bot, maxSessionDuration: 14_401 },
      refused: refusal(400, 'Invalid parameters: maxSessionDuration is not valid'),
    },
    {
      name: 'an unknown filter',
      body: { ...bot, krispViva: { audioFilter: 'off' } },
      refused: refusal(400, 'Invalid parameters: krispViva.audioFilter is not valid'),
    },
    {
      name: 'a misspelled field',
      body: { ...bot, secretset: 'voice' },
      refused: refusal(400, 'Invalid parameters: secretset is not a known field'),
    },
    {
      name: 'a field that only updates have',
      body: { ...bot, forceRedeploy: true },
      refused: refusal(400, 'Invalid parameters: forceRedeploy is not a known field'),
    },
  ])('is refused with $name', async ({ body, refused }) => {
    const { key, acme, emulator } = rehearsal;
    seedSets(emulator);
    emulator.seed.build({ id: buildId, region: 'eu-central' });
    emulator.seed.build({ id: 'b-building', status: 'building' });
    emulator.seed.agent({ name: 'taken' });
    emulator.seed.agent({ name: 'theirs', organization: 'globex' });
    expect(await key.post('/agents', body)).toEqual(refused);
    expect(await acme.post('/services', body)).toEqual(refused);
    expect(emulator.state.agents()).toHaveLength(2);
  });

  test('uses an architecture that the region supports', async () => {
    const { key, emulator } = rehearsal;
    await key.post('/agents', { ...bot, region: 'us-east', architecture: 'amd64' });
    expect(emulator.state.agent('bot')).toMatchObject({ architecture: 'amd64' });
  });
});

describe('resources', () => {
  const resources = { cpu: '1500m', memory: '4Gi' };
  const inLab = { ...bot, region: 'lab' };
  let lab: Rehearsal;
  beforeEach(async () => {
    lab = await rehearse({ regions: [...platformRegions, { code: 'lab', selfHosted: true }] });
  });
  afterEach(() => lab.emulator.close());
  const state = () => lab.emulator.state.agent('bot');

  test.each(['key', 'acme'] as const)(
    'set the size of an agent in a self-hosted region, on the %s surface',
    async (surface) => {
      const path = surface === 'key' ? '/agents' : '/services';
      const answer = await lab[surface].post(path, { ...inLab, resources });
      expect(answer).toMatchObject({ status: 200, body: { agentProfile: null } });
      expect(agentOf(answer).deployment.manifest.spec).toMatchObject({ resources });
      expect(agentOf(answer)).toMatchObject({ resources });
      expect(state()).toMatchObject({ resources, agentProfile: undefined });
    },
  );

  test('stay until other resources or a profile replace them', async () => {
    const { deploymentId } = lab.emulator.seed.agent({
      name: 'bot',
      region: 'lab',
      image: 'acme/bot:1',
      resources: { memory: '4Gi', cpu: '1500m' },
    });
    const update = async (body: Record<string, unknown>) =>
      agentOf(await lab.key.post('/agents/bot', body));
    expect((await update({ resources })).desiredDeploymentId).toBe(deploymentId);
    await update({ image: 'acme/bot:2' });
    expect(state()).toMatchObject({ image: 'acme/bot:2', resources });
    const { desiredDeploymentId } = await update({ resources: { cpu: '2', memory: '4Gi' } });
    expect(state()).toMatchObject({
      desiredDeploymentId,
      resources: { cpu: '2', memory: '4Gi' },
    });
    expect(state()?.deployments).toHaveLength(3);
    await update({ agentProfile: 'agent-2x' });
    expect(state()).toMatchObject({ resources: undefined, agentProfile: 'agent-2x' });
    await update({ resources });
    expect(state()).toMatchObject({ resources, agentProfile: undefined });
  });

  const both = 'Cannot specify both agentProfile and resources. Use one or the other.';
  test.each<{ name: string; body: Record<string, unknown>; refused: string }>([
    {
      name: 'in a region of the platform',
      body: { ...bot, resources },
      refused: 'Explicit resources are only available in self-hosted regions',
    },
    {
      name: 'with a profile',
      body: { ...inLab, resources, agentProfile: 'agent-1x' },
      refused: both,
    },
    {
      name: 'without memory',
      body: { ...inLab, resources: { cpu: '1' } },
      refused: 'Invalid parameters: resources.memory is not valid',
    },
    ...['', '0', '0.0Gi', '-1', '1.', '1 Gi', '1GB', '1ki', '1e3'].map((memory) => ({
      name: `of a memory of "${memory}"`,
      body: { ...inLab, resources: { cpu: '1', memory } },
      refused: 'Invalid parameters: resources.memory is not valid',
    })),
  ])('are refused $name', async ({ body, refused }) => {
    expect(await lab.key.post('/agents', body)).toEqual(refusal(400, refused));
    expect(state()).toBeUndefined();
  });

  test.each(['2', '0.5', '500m', '1k', '1G', '4Gi', '512Mi', '1Ki'])(
    'can be %s',
    async (quantity) => {
      const asked = { cpu: quantity, memory: quantity };
      await lab.key.post('/agents', { ...inLab, resources: asked });
      expect(state()).toMatchObject({ resources: asked });
    },
  );
});

describe('updating an agent', () => {
  let first: string;
  beforeEach(() => {
    const { emulator } = rehearsal;
    seedSets(emulator);
    first = emulator.seed.agent({
      name: 'bot',
      image: 'acme/bot:1',
      secretSet: 'voice',
      imagePullSecretSet: 'hub',
      minAgents: 2,
      maxAgents: 5,
      maxSessionDuration: 600,
    }).deploymentId;
  });

  const update = async (body: Record<string, unknown>) =>
    agentOf(await rehearsal.key.post('/agents/bot', body));
  const state = () => rehearsal.emulator.state.agent('bot');

  test('does not change settings that are omitted', async () => {
    const { desiredDeploymentId, warning } = await update({ image: 'acme/bot:2' });
    expect(desiredDeploymentId).not.toBe(first);
    expect(warning).toBeUndefined();
    expect(state()).toMatchObject({
      image: 'acme/bot:2',
      secretSet: 'voice',
      imagePullSecretSet: 'hub',
      minAgents: 2,
      maxAgents: 5,
      maxSessionDuration: 600,
    });
  });

  test.each([
    { name: 'nothing', body: {} },
    { name: 'the current settings', body: { image: 'acme/bot:1', secretSet: 'voice' } },
    { name: 'the same scaling', body: { autoScaling: { minAgents: 2, maxAgents: 5 } } },
    { name: 'empty settings', body: { autoScaling: {}, krispViva: {} } },
    { name: 'no force', body: { forceRedeploy: false } },
  ])('with $name keeps the deployment, and says so', async ({ body }) => {
    const answer = await update(body);
    expect(answer.desiredDeploymentId).toBe(first);
    expect(answer.warning).toContain('No configuration changes');
    expect(state()).toMatchObject({ minAgents: 2, maxAgents: 5 });
  });

  test.each([
    { name: 'session limit', body: { maxSessionDuration: 700 } },
    { name: 'profile', body: { agentProfile: 'agent-3x' } },
    { name: 'filter', body: { krispViva: { audioFilter: 'pro' } } },
    { name: 'websocket authentication', body: { websocketAuth: 'token' } },
    { name: 'managed keys', body: { enableIntegratedKeysProxy: true } },
  ])('with another $name makes a deployment', async ({ body }) => {
    expect((await update(body)).desiredDeploymentId).not.toBe(first);
  });

  test('turns the audio filter off with null', async () => {
    await update({ krispViva: { audioFilter: 'pro' } });
    await update({ krispViva: { audioFilter: null } });
    expect(state()).toMatchObject({ krispVivaAudioFilter: null });
  });

  test('makes no deployment for scaling only, where one half resets the other half', async () => {
    const answer = await update({ autoScaling: { minAgents: 3 } });
    expect(answer.desiredDeploymentId).toBe(first);
    expect(answer.warning).toBeUndefined();
    expect(state()).toMatchObject({ minAgents: 3, maxAgents: 50 });
    await update({ autoScaling: { maxAgents: 4 } });
    expect(state()).toMatchObject({ minAgents: 0, maxAgents: 4 });
  });

  test('can switch from an image to a build and back', async () => {
    rehearsal.emulator.seed.build({ id: buildId });
    await update({ buildId });
    expect(state()).toMatchObject({ image: undefined, buildId });
    await update({ image: 'acme/bot:3' });
    expect(state()).toMatchObject({ image: 'acme/bot:3', buildId: undefined });
  });

  test('keeps the old values unless it makes a new deployment', async () => {
    const { key, pass, emulator } = rehearsal;
    await key.put('/secrets/voice', { secrets: [{ secretKey: 'A', secretValue: '2' }] });
    pass(5000);
    await update({ image: 'acme/bot:1' });
    pass(4000);
    expect(emulator.state.serving('bot')).toMatchObject({ id: first, secretValues: { A: '1' } });
    const { desiredDeploymentId } = await update({ image: 'acme/bot:1', forceRedeploy: true });
    expect(emulator.state.serving('bot')).toMatchObject({ id: first, secretValues: { A: '1' } });
    pass(4000);
    expect(emulator.state.serving('bot')).toMatchObject({
      id: desiredDeploymentId,
      secretSet: 'voice',
      secretValues: { A: '2' },
      forced: true,
    });
  });

  test.each<{ name: string; body: Record<string, unknown>; refused: Answer }>([
    {
      name: 'another region',
      body: { region: 'us-east' },
      refused: refusal(
        400,
        "Service already exists in region 'us-west'. Cannot change region to 'us-east'.",
      ),
    },
    {
      name: 'a set of another region',
      body: { secretSet: 'far' },
      refused: refusal(
        400,
        "Secret set 'far' is in region 'us-east' but service is in region 'us-west'. Secrets must be in the same region as the service.",
      ),
    },
    {
      name: 'a pending set',
      body: { secretSet: 'pending' },
      refused: refusal(
        409,
        "Secret set 'pending' is not ready (status: pending). Wait until it is ready, then deploy again.",
        'CONFLICT',
      ),
    },
    {
      name: 'image and build',
      body: { image: 'acme/bot:2', buildId },
      refused: refusal(400, 'Cannot specify both image and buildId. Use one or the other.'),
    },
    {
      name: 'a misspelled field',
      body: { forceRedploy: true },
      refused: refusal(400, 'Invalid parameters: forceRedploy is not a known field'),
    },
  ])('is refused with $name', async ({ body, refused }) => {
    const { key, acme } = rehearsal;
    expect(await key.post('/agents/bot', body)).toEqual(refused);
    expect(await acme.put('/services', { serviceName: 'bot', ...body })).toEqual(refused);
    expect(state()?.deployments).toHaveLength(1);
  });

  test('is rejected while a bound set is not ready', async () => {
    const { key, pass } = rehearsal;
    await key.put('/secrets/voice', { secrets: [{ secretKey: 'A', secretValue: '2' }] });
    expect(await key.post('/agents/bot', { forceRedeploy: true })).toMatchObject({ status: 409 });
    pass(5000);
    expect(await key.post('/agents/bot', { forceRedeploy: true })).toMatchObject({ status: 200 });
  });

  test('is rejected if the agent does not exist', async () => {
    const { key, acme } = rehearsal;
    const none = refusal(404, 'Service not found', 'NOT_FOUND');
    expect(await key.post('/agents/none', {})).toEqual(none);
    expect(await acme.put('/services', { serviceName: 'none' })).toEqual(none);
  });

  test('has the name in the body on the organization surface', async () => {
    const { key, acme } = rehearsal;
    const answer = await acme.put('/services', { serviceName: 'bot', image: 'acme/bot:2' });
    expect(answer).toMatchObject({ status: 200, body: { name: 'bot' } });
    expect(await acme.post('/services/bot', {})).toMatchObject({ status: 404 });
    expect(await key.post('/agents/bot', { serviceName: 'bot' })).toMatchObject({ status: 400 });
  });
});

describe('reading agents', () => {
  const git = { repoFullName: 'acme/far', branch: 'main', autoDeploy: true };
  const latestDeploy = { status: 'failed', commitSha: 'c0ffee', reason: 'No Dockerfile' } as const;

  beforeEach(() => {
    const { seed } = rehearsal.emulator;
    seed.agent({ name: 'bot' });
    seed.agent({
      name: 'far',
      region: 'us-east',
      architecture: 'amd64',
      git,
      latestDeploy,
    });
  });

  test('one by one wraps them on the organization surface', async () => {
    const { key, acme } = rehearsal;
    const plain = await key.get('/agents/far');
    expect(plain).toMatchObject({
      status: 200,
      body: { name: 'far', git, latestDeploy, ready: true },
    });
    for (const field of ['git', 'latestDeploy'])
      expect((await key.get('/agents/bot')).body).not.toHaveProperty(field);
    expect(await acme.get('/services/far')).toEqual({ status: 200, body: { body: plain.body } });
    expect(await key.get('/agents/none')).toEqual(missing);
    expect(await acme.get('/services/none')).toEqual(missing);
  });

  test('in a list shows no bindings, and can be limited to a region', async () => {
    const { key, acme, emulator } = rehearsal;
    const id = emulator.state.agent('far')?.desiredDeploymentId;
    const far = {
      id: expect.any(String) as unknown,
      name: 'far',
      region: 'us-east',
      desiredDeploymentId: id,
      activeDeploymentId: id,
      reconciledDeploymentId: id,
      organizationId: expect.any(String) as unknown,
      createdAt: new Date(start).toISOString(),
      updatedAt: new Date(start).toISOString(),
      deletedAt: null,
    };
    expect(await key.get('/agents')).toEqual({
      status: 200,
      body: { services: [expect.objectContaining({ name: 'bot' }), far] },
    });
    expect(await acme.get('/services?region=us-east')).toEqual({
      status: 200,
      body: { services: [far] },
    });
    expect(await key.get('/agents?includeActiveDeployment=true')).toMatchObject({
      body: { services: [{ deployment: {} }, { deployment: { id } }] },
    });
  });

  test('in a list shows connected branches on request, on the organization surface', async () => {
    const { key, acme } = rehearsal;
    const namesAndBranches = (branch: object) => ({
      body: { services: [expect.not.objectContaining({ git: expect.anything() }), branch] },
    });
    expect(await acme.get('/services?include=of-tomorrow,git')).toMatchObject(
      namesAndBranches({ name: 'far', git }),
    );
    const without = namesAndBranches(expect.not.objectContaining({ git: expect.anything() }));
    expect(await acme.get('/services?include=gits')).toMatchObject(without);
    expect(await key.get('/agents?include=git')).toMatchObject(without);
  });

  test('shows all deployments on the organization surface', async () => {
    const { acme, emulator } = rehearsal;
    const { deploymentId } = emulator.script.supersede('bot');
    expect(await acme.get('/services/bot/deployments')).toMatchObject({
      status: 200,
      body: { deployments: [{ manifest: {} }, { id: deploymentId }] },
    });
    expect(await acme.get('/services/none/deployments')).toEqual(missing);
  });

  test('fails after they are deleted', async () => {
    const { key, acme } = rehearsal;
    expect(await key.delete('/agents/bot')).toEqual({ status: 200, body: { status: 'OK' } });
    expect(await key.delete('/agents/bot')).toEqual(missing);
    expect(await acme.delete('/services/far')).toEqual({ status: 200, body: { status: 'OK' } });
    expect(await key.get('/agents')).toEqual({ status: 200, body: { services: [] } });
  });
});
