import { afterEach, describe, expect, test } from '@jest/globals';
import { credentials, Stage, stageForEachTest, writes } from '../support/release-run.js';

const stage = stageForEachTest();

const key = credentials['API key'];
const image = 'ghcr.io/acme/voice:1.0.0';
const build = '11111111-1111-4111-8111-111111111111';
const path = 'deploy/pcc-deploy.toml';

/** A release with a settings file that `config-file` names. */
const release = (
  toml: string,
  inputs: Readonly<Record<string, string>> = {},
): ReturnType<Stage['release']> =>
  stage.release(
    { ...key, 'config-file': path, ...inputs },
    { files: { [`/workspace/${path}`]: toml } },
  );

/** The bodies of the requests that write agents, in order. */
const sentOf = ({ emulator }: Pick<Stage, 'emulator'>): unknown[] =>
  emulator.requests
    .filter(({ method, path }) => method !== 'GET' && path.includes('/agents'))
    .map(({ body }) => body);

const basic = `agent_name = "voice"\nimage = "${image}"\n`;

describe('a key of the settings file has the same effect as its input', () => {
  test.each([
    { name: 'image', toml: '', inputs: {} },
    { name: 'region', toml: 'region = "us-east"', inputs: { region: 'us-east' } },
    {
      name: 'agent_profile',
      toml: 'agent_profile = "agent-2x"',
      inputs: { 'agent-profile': 'agent-2x' },
    },
    {
      name: 'max_session_duration',
      toml: 'max_session_duration = 3_600',
      inputs: { 'max-session-duration': '3600' },
    },
    {
      name: 'websocket_auth',
      toml: 'websocket_auth = "token"',
      inputs: { 'websocket-auth': 'token' },
    },
    {
      name: 'architecture',
      toml: 'region = "us-east"\narchitecture = "amd64"',
      inputs: { region: 'us-east', architecture: 'amd64' },
    },
    {
      name: 'secret_set',
      toml: 'secret_set = "keys"',
      inputs: { 'secret-set': 'keys' },
    },
    {
      name: 'image_credentials',
      toml: 'image_credentials = "registry"',
      inputs: { 'image-credentials': 'registry' },
    },
    {
      name: 'scaling',
      toml: '[scaling]\nmin_agents = 1\nmax_agents = 4',
      inputs: { 'min-agents': '1', 'max-agents': '4' },
    },
    {
      name: 'scaling.min_agents alone, set to zero',
      toml: '[scaling]\nmin_agents = 0',
      inputs: { 'min-agents': '0' },
    },
    {
      name: 'krisp_viva.audio_filter',
      toml: '[krisp_viva]\naudio_filter = "tel"',
      inputs: { 'krisp-viva-audio-filter': 'tel' },
    },
    {
      name: 'keys for other tools have no effect',
      toml: '[docker]\nanything = "goes"\n[build]\ncontext_dir = "."\ndockerfile = "Dockerfile"\n[build.exclude]\npatterns = ["*.md"]',
      inputs: {},
    },
  ])('$name', async ({ toml, inputs }) => {
    const seed = ({ emulator }: Pick<Stage, 'emulator'>): void => {
      emulator.seed.secretSet({ name: 'keys', values: { A: 'value-a' } });
      emulator.seed.imagePullSecret({ name: 'registry' });
    };
    const other = await Stage.open();
    try {
      seed(stage);
      seed(other);
      const { succeeded, actions } = await release(`${basic}${toml}`);
      expect(actions.errors).toEqual([]);
      expect(succeeded).toBe(true);
      await other.release({ ...key, 'agent-name': 'voice', image, ...inputs });
      expect(sentOf(stage)).toHaveLength(1);
      expect(sentOf(stage)).toEqual(sentOf(other));
    } finally {
      await other.close();
    }
  });

  test('build_id deploys that build', async () => {
    stage.emulator.seed.build({ id: build, status: 'success' });
    const { succeeded } = await release(`agent_name = "voice"\nbuild_id = "${build}"`);
    expect(succeeded).toBe(true);
    expect(sentOf(stage)).toMatchObject([{ serviceName: 'voice', buildId: build }]);
  });

  test('secret_set writes that set if secrets are given', async () => {
    const { succeeded } = await release('secret_set = "keys"', { secrets: 'A=value-a' });
    expect(succeeded).toBe(true);
    expect(stage.emulator.state.secretSet('keys')?.values).toEqual({ A: 'value-a' });
  });

  test('names may contain placeholders, as in the inputs', async () => {
    const { succeeded } = await release(
      `agent_name = "voice-{region}"\nsecret_set = "keys-{region}-{version}"\nimage = "${image}"`,
      { region: 'us-west, us-east', secrets: 'A=value-a' },
    );
    expect(succeeded).toBe(true);
    expect(stage.emulator.state.agents()).toMatchObject([
      { name: 'voice-us-west' },
      { name: 'voice-us-east' },
    ]);
    expect(stage.emulator.state.agent('voice-us-east')?.secretSet).toMatch(
      /^keys-us-east-[0-9a-f]{8}$/,
    );
  });
});

describe('`[resources]` in the settings file', () => {
  let hosted: Stage | undefined;

  afterEach(async () => {
    await hosted?.close();
    hosted = undefined;
  });

  const inOwnRegion = async (toml: string, inputs: Readonly<Record<string, string>> = {}) => {
    hosted ??= await Stage.open({ regions: [{ code: 'acme-berlin', selfHosted: true }] });
    const outcome = await hosted.release(
      { ...key, 'config-file': path, ...inputs },
      { files: { [`/workspace/${path}`]: toml } },
    );
    return { ...outcome, hosted };
  };

  const resources = '[resources]\ncpu = "500m"\nmemory = "1Gi"';

  test('are sent to the platform in a self-hosted region', async () => {
    const { succeeded, actions, hosted } = await inOwnRegion(`${basic}${resources}`);
    expect(actions.errors).toEqual([]);
    expect(succeeded).toBe(true);
    expect(hosted.emulator.state.agent('voice')).toMatchObject({
      resources: { cpu: '500m', memory: '1Gi' },
      agentProfile: undefined,
    });
    expect(actions.summary).toContain('resources.cpu `500m`, resources.memory `1Gi`');
  });

  test('are sent as strings if they are numbers', async () => {
    const { hosted } = await inOwnRegion(`${basic}[resources]\ncpu = 1.5\nmemory = "2Gi"`);
    expect(hosted.emulator.state.agent('voice')).toMatchObject({
      resources: { cpu: '1.5', memory: '2Gi' },
    });
  });

  test('are sent if they changed, although the platform does not show the previous ones', async () => {
    await inOwnRegion(`${basic}${resources}`);
    const changed = `${basic}[resources]\ncpu = "1"\nmemory = "1Gi"`;
    const plan = await inOwnRegion(changed, { 'dry-run': 'true' });
    expect(JSON.parse(plan.actions.outputs['plan'] ?? '')).toMatchObject({
      regions: [{ agent: { newDeployment: { follows: 'unknown', because: 'settings-hidden' } } }],
    });
    const { succeeded, hosted } = await inOwnRegion(changed);
    expect(succeeded).toBe(true);
    expect(hosted.emulator.state.agent('voice')).toMatchObject({
      resources: { cpu: '1', memory: '1Gi' },
    });
  });

  test('are rejected by the platform in other regions, and the report quotes it', async () => {
    const { succeeded, actions } = await release(`${basic}${resources}`);
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain('only available in self-hosted regions');
    expect(stage.emulator.state.agents()).toEqual([]);
  });

  test('are rejected next to a profile in the same file, and the error names both', async () => {
    const { succeeded, actions } = await release(
      `agent_profile = "agent-1x"\n${basic}${resources}`,
    );
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain('`agent_profile` and `resources` are both set');
    expect(stage.emulator.requests).toEqual([]);
  });

  test('are replaced by the profile from the input, which the log says', async () => {
    stage.emulator.seed.agent({ name: 'voice', image: 'ghcr.io/acme/voice:1.0.0' });
    const { succeeded, actions } = await release(`${basic}${resources}`, {
      region: '',
      'agent-profile': 'agent-1x',
    });
    expect(actions.log).toContain(
      `info: \`agent-profile\` replaces \`[resources]\` in \`${path}\`.`,
    );
    const [update] = stage.emulator.requests.filter(({ method }) => method === 'POST');
    expect(update?.body).toMatchObject({ agentProfile: 'agent-1x' });
    expect(update?.body).not.toHaveProperty('resources');
    expect(succeeded).toBe(true);
  });
});

describe('inputs take precedence', () => {
  const file = `agent_name = "voice"
image = "${image}"
region = "us-west"
secret_set = "keys-of-the-file"
image_credentials = "registry-of-the-file"
agent_profile = "agent-1x"
max_session_duration = 600
websocket_auth = "none"
architecture = "arm64"
[scaling]
min_agents = 1
max_agents = 4
[krisp_viva]
audio_filter = "tel"
`;

  test('over every key, and keys without an input still apply', async () => {
    stage.emulator.seed.imagePullSecret({ name: 'registry', region: 'us-east' });
    stage.emulator.seed.secretSet({ name: 'keys', region: 'us-east', values: {} });
    const { succeeded, actions } = await release(file, {
      'agent-name': 'sales',
      image: 'ghcr.io/acme/sales:2.0.0',
      region: 'us-east',
      'secret-set': 'keys',
      'image-credentials': 'registry',
      'agent-profile': 'agent-2x',
      'max-session-duration': '900',
      'websocket-auth': 'token',
      architecture: 'amd64',
      'min-agents': '2',
      'krisp-viva-audio-filter': 'off',
    });
    expect(actions.errors).toEqual([]);
    expect(succeeded).toBe(true);
    expect(stage.emulator.state.agents()).toMatchObject([
      {
        name: 'sales',
        image: 'ghcr.io/acme/sales:2.0.0',
        region: 'us-east',
        secretSet: 'keys',
        imagePullSecretSet: 'registry',
        agentProfile: 'agent-2x',
        maxSessionDuration: 900,
        websocketAuth: 'token',
        architecture: 'amd64',
        minAgents: 2,
        maxAgents: 4,
        krispVivaAudioFilter: null,
      },
    ]);
  });

  test('over an invalid key, which then causes no error', async () => {
    const { succeeded } = await release(`agent_name = "Not A Name"\nimage = "${image}"`, {
      'agent-name': 'voice',
    });
    expect(succeeded).toBe(true);
  });

  test('and an invalid input is reported under its own name, not under that of the key', async () => {
    const { actions } = await release(basic, { 'agent-name': 'Not A Name' });
    expect(actions.errors[0]?.message).toMatch(/`agent-name`: .* is not valid; use 2 to 54/);
    expect(actions.errors[0]?.message).not.toContain(path);
  });

  test.each([
    { name: 'if an image replaces a build', toml: `build_id = "${build}"`, inputs: { image } },
    {
      name: 'if a build replaces an image',
      toml: `image = "${image}"`,
      inputs: { 'build-id': build },
    },
  ])('$name', async ({ toml, inputs }) => {
    stage.emulator.seed.build({ id: build, status: 'success' });
    const { succeeded, actions } = await release(`agent_name = "voice"\n${toml}`, inputs);
    expect(actions.errors).toEqual([]);
    expect(succeeded).toBe(true);
    const { image: runs, buildId } = stage.emulator.state.agent('voice') ?? {};
    expect({ image: runs, 'build-id': buildId }).toEqual({
      image: undefined,
      'build-id': undefined,
      ...inputs,
    });
  });

  test('over the file that PIPECAT_DEPLOY_CONFIG_PATH names', async () => {
    const { succeeded } = await stage.release(
      { ...key, 'config-file': 'a.toml' },
      {
        files: { '/workspace/a.toml': basic, '/workspace/b.toml': 'agent_name = "other"' },
        environment: { PIPECAT_DEPLOY_CONFIG_PATH: 'b.toml' },
      },
    );
    expect(succeeded).toBe(true);
    expect(stage.emulator.state.agents()).toMatchObject([{ name: 'voice' }]);
  });
});

describe('a release reads', () => {
  test('the settings file that PIPECAT_DEPLOY_CONFIG_PATH names, which the log says', async () => {
    const { succeeded, actions } = await stage.release(key, {
      files: { '/workspace/a.toml': basic },
      environment: { PIPECAT_DEPLOY_CONFIG_PATH: ' a.toml ' },
    });
    expect(succeeded).toBe(true);
    expect(stage.emulator.state.agents()).toMatchObject([{ name: 'voice', image }]);
    expect(actions.log).toContainEqual(expect.stringContaining('PIPECAT_DEPLOY_CONFIG_PATH'));
    expect(actions.notices.filter((notice) => notice.includes('toml'))).toEqual([]);
  });

  test('a settings file at an absolute path', async () => {
    const { succeeded } = await stage.release(
      { ...key, 'config-file': '/elsewhere/a.toml' },
      { files: { '/elsewhere/a.toml': basic } },
    );
    expect(succeeded).toBe(true);
  });

  test('no settings file that only exists, which causes a notice and changes nothing', async () => {
    const files = {
      '/workspace/pcc-deploy.toml': `agent_name = "other"\nregion = "eu-central"\n[scaling]\nmin_agents = 5`,
    };
    const { succeeded, actions } = await stage.release(
      { ...key, 'agent-name': 'voice', image },
      { files },
    );
    expect(succeeded).toBe(true);
    expect(stage.emulator.state.agents()).toMatchObject([
      { name: 'voice', region: 'us-west', minAgents: 0 },
    ]);
    expect(actions.notices).toContainEqual(
      expect.stringContaining('Found `pcc-deploy.toml` but did not use it'),
    );
    expect(actions.warnings).toEqual([]);
  });

  test('no settings file that only exists, even if it cannot be parsed', async () => {
    const { succeeded } = await stage.release(
      { ...key, 'agent-name': 'voice', image },
      { files: { '/workspace/pcc-deploy.toml': 'not [ toml' } },
    );
    expect(succeeded).toBe(true);
  });

  test('no settings file and gives no notice if none exists', async () => {
    const { actions } = await stage.release(
      { ...key, 'agent-name': 'voice', image },
      { environment: { PIPECAT_DEPLOY_CONFIG_PATH: '  ' } },
    );
    expect(actions.notices.filter((notice) => notice.includes('toml'))).toEqual([]);
  });

  test('one settings file, without a notice about the default one', async () => {
    const { succeeded, actions } = await stage.release(
      { ...key, 'config-file': 'a.toml' },
      {
        files: {
          '/workspace/a.toml': basic,
          '/workspace/pcc-deploy.toml': 'agent_name = "other"',
        },
      },
    );
    expect(succeeded).toBe(true);
    expect(actions.notices.filter((notice) => notice.includes('toml'))).toEqual([]);
  });
});

describe('an agent that the platform builds from a branch', () => {
  const git = 'agent_name = "voice"\n[git]\nrepo = "acme/voice"\nbranch = "main"\n';

  test('is updated without an image', async () => {
    stage.emulator.seed.agent({ name: 'voice', image });
    const { succeeded, actions } = await release(`${git}[scaling]\nmin_agents = 2`);
    expect(actions.errors).toEqual([]);
    expect(succeeded).toBe(true);
    expect(stage.emulator.state.agent('voice')).toMatchObject({ image, minAgents: 2 });
    expect(JSON.stringify(sentOf(stage))).not.toContain('acme/voice"');
  });

  test.each([
    { name: 'a release', inputs: {} },
    { name: 'a plan', inputs: { 'dry-run': 'true' } },
  ])('is not created by $name, and the error says why', async ({ inputs }) => {
    const { succeeded, actions } = await release(git, inputs);
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain(
      'agent voice: does not exist, and the settings file says that the platform builds it from a branch (`[git]`)',
    );
    expect(writes(stage.emulator)).toEqual([]);
  });

  test.each([
    { name: 'an image', inputs: { image } },
    { name: 'a build', inputs: { 'build-id': build } },
  ])('is created from $name if an input gives it', async ({ inputs }) => {
    stage.emulator.seed.build({ id: build, status: 'success' });
    const { succeeded } = await release(git, inputs);
    expect(succeeded).toBe(true);
    expect(stage.emulator.state.agents()).toHaveLength(1);
  });

  test('is rejected if the same file names an image', async () => {
    const { succeeded, actions } = await release(git.replace('[git]', `image = "${image}"\n[git]`));
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain('`image`, `[git]` cannot be set together');
    expect(stage.emulator.requests).toEqual([]);
  });

  test('gets the notice that the next push replaces the release', async () => {
    stage.emulator.seed.agent({
      name: 'voice',
      image,
      git: { repoFullName: 'acme/voice', branch: 'main', autoDeploy: true },
    });
    const { actions } = await release(git);
    expect(actions.notices).toContainEqual(
      expect.stringContaining('The next push replaces this release'),
    );
  });
});

describe('a mistake in the settings file is reported before any write, with the file and the key', () => {
  test.each([
    {
      name: 'a missing file',
      toml: basic,
      inputs: { 'config-file': 'no-such.toml' },
      expected: ['`config-file`: `no-such.toml` cannot be read (this file does not exist)'],
    },
    {
      name: 'invalid TOML',
      toml: `${basic}region = us-west`,
      inputs: {},
      expected: [`\`${path}\` line 3`, 'is not TOML'],
    },
    {
      name: 'an unknown key',
      toml: `${basic}agent_profil = "agent-1x"`,
      inputs: {},
      expected: [path, '`agent_profil`', 'did you mean `agent_profile`?'],
    },
    {
      name: 'a wrong type',
      toml: `${basic}[scaling]\nmin_agents = "1"`,
      inputs: {},
      expected: [path, '`scaling.min_agents`', 'a whole number'],
    },
    {
      name: 'a value that its input rejects',
      toml: `${basic}[scaling]\nmax_agents = -1`,
      inputs: {},
      expected: [`\`scaling.max_agents (${path})\`: `, 'whole number of 1 or more'],
    },
    {
      name: 'a name that its input rejects',
      toml: `agent_name = "Voice"\nimage = "${image}"`,
      inputs: {},
      expected: [`\`agent_name (${path})\`: `, 'is not valid; use'],
    },
    {
      name: 'an image without a tag',
      toml: 'agent_name = "voice"\nimage = "ghcr.io/acme/voice"',
      inputs: {},
      expected: [`\`image (${path})\``],
    },
    {
      name: 'an invalid region',
      toml: `${basic}region = "US West"`,
      inputs: {},
      expected: [`\`region (${path})\``],
    },
    {
      name: 'a misspelled value',
      toml: `${basic}[krisp_viva]\naudio_filter = "prp"`,
      inputs: {},
      expected: [`\`krisp_viva.audio_filter (${path})\`: `, 'is not one of', 'Did you mean `pro`?'],
    },
    {
      name: 'a minimum in the file above the maximum in the input',
      toml: `${basic}[scaling]\nmin_agents = 5`,
      inputs: { 'max-agents': '2' },
      expected: [`\`scaling.min_agents (${path})\`: is 5, but \`max-agents\` is 2`],
    },
    {
      name: 'one name for several regions',
      toml: basic,
      inputs: { region: 'us-west, us-east' },
      expected: [`\`agent_name (${path})\``, 'set the input `agent-name` to `voice-{region}`'],
    },
    {
      name: 'two files in `config-file`',
      toml: basic,
      inputs: { 'config-file': 'a.toml\nb.toml' },
      expected: ['`config-file`: ', 'is not the path of one file'],
    },
  ])('$name', async ({ toml, inputs, expected }) => {
    const { succeeded, actions } = await release(toml, inputs);
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.title).toBe('The inputs are not valid');
    for (const words of expected) expect(actions.errors[0]?.message).toContain(words);
    expect(stage.emulator.requests).toEqual([]);
  });

  test('if PIPECAT_DEPLOY_CONFIG_PATH names the file', async () => {
    const { actions } = await stage.release(key, {
      environment: { PIPECAT_DEPLOY_CONFIG_PATH: 'no-such.toml' },
    });
    expect(actions.errors[0]?.message).toContain('`no-such.toml` cannot be read');
    expect(stage.emulator.requests).toEqual([]);
  });

  test('without the errors that only follow from it', async () => {
    const { actions } = await release(`${basic}agent_profil = "agent-1x"`, { 'agent-name': '' });
    expect(actions.errors[0]?.message).not.toContain('nothing to release');
    expect(actions.errors[0]?.message).not.toContain('has no effect without');
  });

  test('secret sets that do not exist', async () => {
    const { succeeded, actions } = await release(
      `${basic}secret_set = "keys"\nimage_credentials = "registry"`,
    );
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain('secret set keys: does not exist');
    expect(actions.errors[0]?.message).toContain('image pull secret registry: does not exist');
    expect(writes(stage.emulator)).toEqual([]);
  });
});

describe("a number outside today's limits", () => {
  test.each([
    { toml: 'max_session_duration = 20000', field: 'maxSessionDuration', sent: 20_000 },
    { toml: 'max_session_duration = 30', field: 'maxSessionDuration', sent: 30 },
    { toml: '[scaling]\nmin_agents = 0\nmax_agents = 0', field: 'autoScaling.maxAgents', sent: 0 },
  ])('is sent from the settings file, with a warning: $toml', async ({ toml, field, sent }) => {
    // The platform decides whether it accepts the number.
    const { actions } = await release(`${basic}${toml}`);
    const [first = '', second] = field.split('.');
    const body = stage.emulator.requests.find(({ method }) => method === 'POST')?.body as
      Record<string, unknown> | undefined;
    const value = body?.[first];
    expect(second === undefined ? value : (value as Record<string, unknown>)[second]).toBe(sent);
    expect(actions.warnings.join('\n')).toContain('The action sends it anyway');
  });

  test.each([
    { input: 'max-session-duration', value: '20000' },
    { input: 'max-session-duration', value: '30' },
    { input: 'max-agents', value: '0' },
  ])('is rejected in the input $input: $value', async ({ input, value }) => {
    const { succeeded } = await release(basic, { [input]: value });
    expect(succeeded).toBe(false);
    expect(stage.emulator.requests).toEqual([]);
  });
});
