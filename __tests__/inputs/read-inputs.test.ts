import { describe, expect, test } from '@jest/globals';
import { shown } from '../../src/inputs/problems.js';
import { readInputs } from '../../src/inputs/read-inputs.js';
import { inputVariables } from '../support/release-run.js';

const files: Record<string, string> = { '/workspace/.env': 'FROM_FILE=file-value\nSHARED=of-file' };

function read(inputs: Record<string, string>, environment: Record<string, string> = {}) {
  return readInputs(
    { GITHUB_WORKSPACE: '/workspace', ...inputVariables(inputs), ...environment },
    (path) => {
      const text = files[path.replace(/\\/g, '/').replace(/^[A-Z]:/, '')];
      return text === undefined
        ? Promise.reject(Object.assign(new Error('no such file'), { code: 'ENOENT' }))
        : Promise.resolve(text);
    },
  );
}

const key = { 'api-key': 'sk_0123456789' };
const agent = { 'agent-name': 'voice', image: 'ghcr.io/acme/voice:1.0' };

/** The problems as `input: message`. */
async function problems(
  inputs: Record<string, string>,
  environment: Record<string, string> = {},
): Promise<string[]> {
  const reading = await read(inputs, environment);
  expect(reading.inputs === undefined).toBe(reading.problems.length > 0);
  return reading.problems.map(({ input, message }) => `${input}: ${message}`);
}

test.each(['architecture', 'krisp-viva-audio-filter', 'websocket-auth'])(
  '%s suggests nothing for a name that every object has',
  async (input) => {
    for (const value of ['constructor', '__proto__']) {
      const [problem, ...others] = await problems({ ...key, ...agent, [input]: value });
      expect(problem).toMatch(new RegExp(`^${input}: \`${value}\` is not one of [a-z\`0-9, ]+$`));
      expect(others).toEqual([]);
    }
  },
);

describe('the credential', () => {
  test.each([
    {
      name: 'a private key',
      inputs: key,
      environment: {},
      kind: 'private-api-key',
      origin: 'the input `api-key`',
    },
    {
      name: 'a token',
      inputs: { pat: 'pcc_pat_1' },
      environment: {},
      kind: 'personal-access-token',
      origin: 'the input `pat`',
    },
    {
      name: 'a token from the environment',
      inputs: {},
      environment: { PIPECAT_TOKEN: 'pcc_pat_1' },
      kind: 'personal-access-token',
      origin: 'the environment variable `PIPECAT_TOKEN`',
    },
    {
      name: 'a token that beats the environment',
      inputs: { pat: 'pcc_pat_1' },
      environment: { PIPECAT_TOKEN: 'pcc_pat_2' },
      kind: 'personal-access-token',
      origin: 'the input `pat`',
    },
    {
      name: 'a key that beats the environment',
      inputs: key,
      environment: { PIPECAT_TOKEN: 'pcc_pat_2' },
      kind: 'private-api-key',
      origin: 'the input `api-key`',
    },
  ])('is taken: $name', async ({ inputs, environment, kind, origin }) => {
    const reading = await read({ ...agent, ...inputs }, environment);
    expect(reading.problems).toEqual([]);
    expect(reading.inputs?.access?.credential).toMatchObject({ kind, origin });
  });

  test.each([
    {
      name: 'none',
      inputs: {},
      environment: {},
      told: /api-key: is not set, and neither is `pat`.*fork or Dependabot/,
    },
    {
      name: 'both',
      inputs: { ...key, pat: 'pcc_pat_1' },
      environment: {},
      told: /api-key: and `pat` are both set/,
    },
    {
      name: 'a public key',
      inputs: { 'api-key': 'pk_123456' },
      environment: {},
      told: /api-key: .*public API key .* can only start sessions/,
    },
    {
      name: 'a token as a key',
      inputs: { 'api-key': 'pcc_pat_1' },
      environment: {},
      told: /api-key: .*personal access token .*put it into `pat`/,
    },
    {
      name: 'a key as a token',
      inputs: { pat: 'sk_123456' },
      environment: {},
      told: /pat: .*private API key .*put it into `api-key`/,
    },
    {
      name: 'a key in the environment',
      inputs: {},
      environment: { PIPECAT_TOKEN: 'sk_123456' },
      told: /pat: .*`PIPECAT_TOKEN` holds .*put it into `api-key`/,
    },
    {
      name: 'a public key as a token',
      inputs: { pat: 'pk_123456' },
      environment: {},
      told: /pat: .*public API key .* can only start sessions/,
    },
    {
      name: 'two lines',
      inputs: { 'api-key': 'sk_hidden\nhidden' },
      environment: {},
      told: /contains blanks, line breaks or .* set it to one line/,
    },
  ])('is refused without being shown: $name', async ({ inputs, environment, told }) => {
    const list = await problems({ ...agent, ...inputs }, environment);
    expect(list).toHaveLength(1);
    expect(list[0]).toMatch(told);
    expect(list[0]).not.toMatch(/123456|hidden|pcc_pat_1/);
  });

  test.each([
    {
      name: 'a key',
      inputs: { 'api-key': 'hidden-123456' },
      environment: {},
      kind: 'private-api-key',
      told: 'The input `api-key` does not begin with `sk_`, as a private API key usually does. The action uses it anyway.',
    },
    {
      name: 'a token',
      inputs: { pat: 'hidden-123456' },
      environment: {},
      kind: 'personal-access-token',
      told: 'The input `pat` does not begin with `pcc_pat_`, as a personal access token usually does. The action uses it anyway.',
    },
    {
      name: 'a token of the environment',
      inputs: {},
      environment: { PIPECAT_TOKEN: 'hidden-123456' },
      kind: 'personal-access-token',
      told: 'The environment variable `PIPECAT_TOKEN` does not begin with `pcc_pat_`, as a personal access token usually does. The action uses it anyway.',
    },
  ])('may have another prefix, with a warning: $name', async (given) => {
    const {
      inputs,
      problems: found,
      warnings,
    } = await read({ ...agent, ...given.inputs }, given.environment);
    expect(found).toEqual([]);
    expect(warnings).toEqual([given.told]);
    expect(inputs?.access?.credential.kind).toBe(given.kind);
  });

  test('is masked even where it is refused', async () => {
    const { secrets } = await read({ 'api-key': 'pk_123456', pat: 'sk_654321' });
    expect(secrets.map((secret) => secret.reveal())).toEqual(['pk_123456', 'sk_654321']);
  });

  test('of the environment is taken and masked without the blanks around it', async () => {
    const { inputs, secrets } = await read(agent, { PIPECAT_TOKEN: ' pcc_pat_1\n' });
    expect(inputs?.access?.credential.value.reveal()).toBe('pcc_pat_1');
    expect(secrets.map((secret) => secret.reveal())).toEqual(['pcc_pat_1']);
  });

  test('of the environment is none where it is blank, and nothing is masked for it', async () => {
    const { problems: list, secrets } = await read(agent, { PIPECAT_TOKEN: ' ' });
    expect(list).toMatchObject([{ input: 'api-key' }]);
    expect(secrets).toEqual([]);
  });

  test('of the environment that a key beats is named in the log, and only then', async () => {
    const beaten = await read({ ...key, ...agent }, { PIPECAT_TOKEN: 'pcc_pat_2' });
    expect(beaten.remarks).toEqual([expect.stringMatching(/^Ignored `PIPECAT_TOKEN`/)]);
    expect((await read({ ...key, ...agent })).remarks).toEqual([]);
    expect((await read(agent, { PIPECAT_TOKEN: 'pcc_pat_2' })).remarks).toEqual([]);
  });
});

describe('the organization of a token', () => {
  const token = { pat: 'pcc_pat_1' };

  test.each([
    {
      name: 'an input over the environment',
      inputs: { organization: 'globex' },
      environment: { PIPECAT_ORG: 'acme' },
      expected: { name: 'globex', origin: 'the input `organization`' },
    },
    {
      name: 'its display name',
      inputs: { organization: 'Acme Voice, Inc.' },
      environment: {},
      expected: { name: 'Acme Voice, Inc.', origin: 'the input `organization`' },
    },
    {
      name: 'the environment',
      inputs: {},
      environment: { PIPECAT_ORG: ' acme ' },
      expected: { name: 'acme', origin: 'the environment variable `PIPECAT_ORG`' },
    },
    {
      name: 'the platform, where nothing names it',
      inputs: {},
      environment: { PIPECAT_ORG: '' },
      expected: undefined,
    },
  ])('comes from $name', async ({ inputs, environment, expected }) => {
    const reading = await read({ ...token, ...agent, ...inputs }, environment);
    expect([reading.problems, reading.warnings]).toEqual([[], []]);
    expect(reading.inputs?.access?.organization).toEqual(expected);
  });

  test.each([
    { name: 'two lines', organization: 'My\nOrg', told: /^organization: `My Org` in / },
    { name: 'a credential', organization: 'sk_hidden', told: /^organization: a credential in / },
  ])('cannot be $name', async ({ organization, told }) => {
    const list = await problems({ ...token, ...agent, organization });
    expect(list).toEqual([expect.stringMatching(told)]);
    expect(list[0]).toMatch(
      /^organization: .* in the input `organization` is not the name, the ID or the display name/,
    );
    expect(list[0]).not.toContain('hidden');
  });
});

describe('each mistake is told with its input, the rule and what was found', () => {
  const longName = 'a'.repeat(64);
  test.each([
    { input: 'agent-name', value: 'Voice_Agent', told: 'lower-case letters' },
    { input: 'agent-name', value: 'a'.repeat(55), told: '2 to 54' },
    { input: 'secret-set', value: 'ab', told: '3 to 63' },
    { input: 'secret-set', value: longName, told: '3 to 63' },
    { input: 'secret-set', value: 'voice-', told: 'ending with a letter or digit' },
    { input: 'image-credentials', value: 'Registry', told: 'lower-case letters' },
    { input: 'region', value: 'us west', told: 'one or several region codes' },
    { input: 'image', value: 'ghcr.io/acme/voice', told: 'has no tag or digest' },
    { input: 'image', value: 'localhost:5000/voice', told: 'has no tag or digest' },
    { input: 'image', value: 'ghcr.io/Acme/voice:1', told: 'Use `ghcr.io/acme/voice:1`' },
    { input: 'image', value: 'acme/voice:bad tag', told: 'with a tag or digest' },
    { input: 'image', value: 'acme/voice@sha256:abc', told: 'with a tag or digest' },
    {
      input: 'build-id',
      value: '4711',
      told: '`4711` is not valid; use the UUID of a cloud build',
    },
    {
      input: 'build-id',
      value: 'd8b595e7',
      told: '`d8b595e7` is a shortened build id; the full one is under Changes in the summary of that release. Use the UUID of a cloud build',
    },
    { input: 'build-id', value: 'D8B595E7', told: '`D8B595E7` is a shortened build id' },
    { input: 'build-id', value: 'd8b595e', told: '`d8b595e` is not valid' },
    { input: 'build-id', value: 'd8b595e7a', told: '`d8b595e7a` is not valid' },
    { input: 'build-id', value: 'd8b595ez', told: '`d8b595ez` is not valid' },
    { input: 'min-agents', value: '-1', told: 'whole number of 0 or more' },
    { input: 'max-agents', value: '0', told: 'whole number of 1 or more' },
    { input: 'max-agents', value: '3.5', told: 'whole number of 1 or more' },
    { input: 'wait-timeout', value: 'soon', told: 'whole number' },
    { input: 'wait-timeout', value: '600s', told: 'whole number' },
    { input: 'secrets-timeout', value: '0', told: 'whole number from 1' },
    { input: 'max-session-duration', value: '59', told: 'from 60 to 14400' },
    { input: 'max-session-duration', value: '14401', told: 'from 60 to 14400' },
    { input: 'krisp-viva-audio-filter', value: 'loud', told: 'one of `tel`, `pro`, `off`' },
    { input: 'websocket-auth', value: 'basic', told: 'one of `none`, `token`' },
    { input: 'architecture', value: 'x86', told: 'one of `amd64`, `arm64`' },
    { input: 'agent-profile', value: 'Agent 1x', told: 'agent-1x' },
    { input: 'enable-managed-keys', value: 'yes', told: 'neither `true` nor `false`' },
    { input: 'wait-for-ready', value: '1', told: 'neither `true` nor `false`' },
    { input: 'prune-secrets', value: 'on', told: 'neither `true` nor `false`' },
    { input: 'force-redeploy', value: 'always', told: 'one of `auto`, `true`, `false`' },
    { input: 'empty-secrets', value: 'ignore', told: 'one of `error`, `skip`' },
    { input: 'failure-logs', value: 'true', told: 'one of `auto`, `always`, `never`' },
  ])('$input: $value', async ({ input, value, told }) => {
    const list = await problems({
      ...key,
      ...agent,
      ...(input === 'build-id' ? { image: '' } : {}),
      ...(input === 'secret-set' ? {} : { 'secret-set': 'voice-keys' }),
      secrets: 'A=value',
      [input]: value,
    });
    expect(list).toHaveLength(1);
    expect(list[0]).toMatch(new RegExp(`^${input}: `));
    expect(list[0]).toContain(told);
    expect(list[0]).toContain(
      value.length > 200 ? `a text of ${value.length} characters` : `\`${value}`,
    );
  });

  test('and all of them in one go', async () => {
    const list = await problems({
      'agent-name': 'Voice',
      image: 'voice',
      'min-agents': 'many',
      'wait-timeout': 'soon',
      secrets: 'A',
    });
    expect(list.map((line) => line.split(':')[0]).sort()).toEqual([
      'agent-name',
      'api-key',
      'image',
      'min-agents',
      'secrets',
      'secrets',
      'wait-timeout',
    ]);
  });
});

describe('images with a tag or digest are taken', () => {
  const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
  test.each([
    'voice:1',
    'acme/voice:latest',
    'ghcr.io/acme/voice-agent:v1.2.3',
    'localhost:5000/acme/voice:1',
    '123456789.dkr.ecr.us-west-2.amazonaws.com/team/voice_agent:sha-abc.1',
    `ghcr.io/acme/voice@${digest}`,
    `ghcr.io/acme/voice:1.2@${digest}`,
  ])('%s', async (image) => {
    expect(await problems({ ...key, ...agent, image })).toEqual([]);
  });
});

describe('an input that would have no effect is told', () => {
  test.each([
    { inputs: { secrets: 'A=1' }, told: /^secrets: has no effect without `secret-set`/ },
    { inputs: { 'secrets-env': 'HOME' }, told: /^secrets-env: has no effect without `secret-set`/ },
    {
      inputs: { 'prune-secrets': 'true' },
      told: /^prune-secrets: has no effect without `secret-set`/,
    },
    {
      inputs: { 'required-secrets': 'A' },
      told: /^required-secrets: has no effect without `secret-set`/,
    },
    {
      inputs: { 'keep-versions': '5' },
      told: /^keep-versions: has no effect without `secret-set`/,
    },
    {
      inputs: { 'registry-password': 'token' },
      told: /^registry-password: has no effect without `registry`/,
    },
    {
      inputs: { 'registry-username': 'acme' },
      told: /^registry-username: has no effect without `registry`/,
    },
    {
      inputs: { 'secrets-include': 'A*' },
      told: /^secrets-include: has no effect without `secrets-json`/,
    },
    {
      inputs: {
        'agent-name': '',
        image: 'a/b:1',
        registry: 'ghcr.io',
        'image-credentials': 'reg',
        'registry-username': 'u',
        'registry-password': 'p',
      },
      told: /^image: has no effect without `agent-name`/,
    },
    {
      inputs: { 'agent-name': '', image: '', 'secret-set': 'keys' },
      told: /^secret-set: has no effect without secrets .* or `agent-name`/,
    },
    {
      inputs: {
        'agent-name': '',
        image: '',
        'image-credentials': 'reg',
        'secret-set': 'keys',
        secrets: 'A=1',
      },
      told: /^image-credentials: has no effect without `agent-name`.* or `registry`/,
    },
    { inputs: { 'agent-name': '', image: '' }, told: /^agent-name: .*there is nothing to release/ },
    {
      inputs: { 'secret-set': 'keys', 'keep-versions': '5' },
      told: /^keep-versions: has no effect without `\{version\}`/,
    },
  ])('$told', async ({ inputs, told }) => {
    const list = await problems({ ...key, ...agent, ...inputs });
    expect(list).toContainEqual(expect.stringMatching(told));
  });

  test.each([
    {
      inputs: { 'build-id': '123e4567-e89b-42d3-a456-426614174000' },
      told: /^build-id: and `image` are both set/,
    },
    {
      inputs: { 'min-agents': '5', 'max-agents': '2' },
      told: /^min-agents: is 5, but `max-agents` is 2;/,
    },
    {
      inputs: { registry: 'ghcr.io', 'registry-username': 'u', 'registry-password': 'p' },
      told: /^registry: needs `image-credentials`/,
    },
    {
      inputs: { registry: 'ghcr.io', 'image-credentials': 'reg', 'registry-username': 'u' },
      told: /^registry-password: is empty, but `registry` needs it/,
    },
    {
      inputs: { registry: 'ghcr.io', 'image-credentials': 'reg', 'registry-password': 'p' },
      told: /^registry-username: is not set, but `registry` needs it/,
    },
    {
      inputs: {
        registry: 'http://ghcr.io',
        'image-credentials': 'reg',
        'registry-username': 'u',
        'registry-password': 'p',
      },
      told: /^registry: is not the https address/,
    },
    {
      inputs: {
        registry: 'ghcr.io',
        'image-credentials': 'reg',
        'registry-username': 'u:x',
        'registry-password': 'p',
      },
      told: /^registry-username: contains a colon/,
    },
    {
      inputs: { 'secret-set': 'same', 'image-credentials': 'same', secrets: 'A=1' },
      told: /^image-credentials: and `secret-set` have the same name/,
    },
    {
      inputs: { 'secret-set': 'keys', 'prune-secrets': 'true' },
      told: /^prune-secrets: .* it would empty the set/,
    },
    {
      inputs: { 'secret-set': 'keys', 'secrets-json': '{}' },
      told: /^secrets-include: .*`secrets-json` needs it/,
    },
    {
      inputs: { 'secret-set': 'keys', 'secrets-json': '{}', 'secrets-include': '!A' },
      told: /^secrets-include: selects nothing/,
    },
    {
      inputs: { 'secret-set': 'keys', 'secrets-json': '{"A":"1"}', 'secrets-include': 'A, !{B' },
      told: /^secrets-include: has a malformed pattern, `!{B`\. Use .* and close each bracket/,
    },
  ])('and what does not go together: $told', async ({ inputs, told }) => {
    const list = await problems({ ...key, ...agent, ...inputs });
    expect(list).toHaveLength(1);
    expect(list[0]).toMatch(told);
  });
});

test.each([
  ['build-id', '123e4567-e89b-42d3-a456-426614174000'],
  ['image', 'ghcr.io/acme/voice:1.0'],
  ['cloud-build', 'true'],
  ['min-agents', '1'],
  ['max-agents', '5'],
  ['agent-profile', 'agent-1x'],
  ['architecture', 'arm64'],
  ['max-session-duration', '3600'],
  ['krisp-viva-audio-filter', 'tel'],
  ['websocket-auth', 'token'],
  ['enable-managed-keys', 'true'],
  ['rollout', 'sequential'],
])('an agent that is not named gets no %s', async (input, value) => {
  const list = await problems({ ...key, 'secret-set': 'keys', secrets: 'A=1', [input]: value });
  expect(list).toEqual([`${input}: has no effect without \`agent-name\`, which is not set`]);
});

test.each([
  ['auto', 'auto'],
  ['true', 'always'],
  ['false', 'never'],
])('force-redeploy: %s deploys anew: %s', async (value, expected) => {
  const { inputs } = await read({ ...key, ...agent, 'force-redeploy': value });
  expect(inputs?.release.agent?.forceRedeploy).toBe(expected);
});

test('an input that holds blanks alone is not given', async () => {
  expect(await problems({ ...key, ...agent, secrets: ' \n', 'build-id': ' ' })).toEqual([]);
});

describe('a plan without a credential', () => {
  const offline = { ...agent, 'dry-run': 'true' };

  test('has no account to look at, whatever the organization', async () => {
    const { inputs, problems: none, warnings } = await read({ ...offline, organization: 'acme' });
    expect([none, warnings]).toEqual([[], []]);
    expect(inputs).toBeDefined();
    expect(inputs?.access).toBeUndefined();
  });

  test('does not know the version of a set', async () => {
    const { inputs } = await read({ ...offline, 'secret-set': 'keys-{version}', secrets: 'A=1' });
    expect(inputs?.release.secretSet).toMatchObject({ version: undefined });
  });
});

describe('a variable that looks like an input and is not declared', () => {
  test.each([
    { name: 'secret_set', meant: 'secret-set' },
    { name: 'secretset', meant: 'secret-set' },
    { name: 'regn', meant: 'region' },
    { name: 'krisp_viva_audio_filter', meant: 'krisp-viva-audio-filter' },
    { name: 'agent-nmae', meant: 'agent-name' },
    { name: 'api_key', meant: 'api-key' },
    { name: 'regions', meant: 'region' },
    { name: 'krisp-viva', meant: 'krisp-viva-audio-filter' },
  ])('$name is taken for a misspelt $meant', async ({ name, meant }) => {
    const list = await problems({ ...key, ...agent, [name]: 'x' });
    expect(list).toEqual([`${name}: this input does not exist; did you mean \`${meant}\`?`]);
  });

  const build = { 'cloud-build': 'true', 'build-timeout': '300', 'wait-for-ready': 'false' };

  test.each([
    { name: 'agent-nam', inputs: { ...key, ...build, 'agent-nam': 'voice' } },
    { name: 'apikey', inputs: { ...agent, apikey: 'sk_0123456789' } },
    { name: 'apikey', inputs: { ...agent, apikey: '' } },
    { name: 'apikey', inputs: { ...agent, 'dry-run': 'true', apikey: 'sk_0123456789' } },
    { name: 'patt', inputs: { ...agent, patt: 'pcc_pat_0123456789' } },
    { name: 'dryrun', inputs: { ...key, ...agent, dryrun: 'true' } },
    {
      name: 'secret-st',
      inputs: { ...key, 'secret-st': 'keys', secrets: 'A=1', 'required-secrets': 'A' },
    },
    { name: 'secret', inputs: { ...key, 'secret-set': 'keys-{version}', secret: 'A=1' } },
    {
      name: 'secret-json',
      inputs: {
        ...key,
        'secret-set': 'keys',
        'secret-json': '{"A":"1"}',
        'secrets-include': 'A',
      },
    },
    {
      name: 'image-credential',
      inputs: {
        ...key,
        ...agent,
        'image-credential': 'pull',
        registry: 'ghcr.io',
        'registry-username': 'acme',
        'registry-password': 'hidden',
      },
    },
    {
      name: 'registry-user-name',
      inputs: {
        ...key,
        ...agent,
        'image-credentials': 'pull',
        registry: 'ghcr.io',
        'registry-user-name': 'acme',
        'registry-password': 'hidden',
      },
    },
    {
      name: 'smoketest',
      inputs: { ...key, ...agent, smoketest: 'true', 'public-api-key': 'pk_0123456789' },
    },
    {
      name: 'public-apikey',
      inputs: { ...key, ...agent, 'smoke-test': 'true', 'public-apikey': 'pk_0123456789' },
    },
    {
      name: 'githubtoken',
      inputs: { ...key, ...agent, comment: 'true', environment: 'live', githubtoken: 'ghp_0' },
    },
    {
      name: 'wait-for-drian',
      inputs: { ...key, ...agent, 'wait-for-drian': 'true', 'drain-timeout': '9' },
    },
    {
      name: 'regions',
      inputs: { ...key, ...agent, regions: 'us-west', 'min-agents': 'us-west: 1' },
    },
  ])(
    'the misspelled input $name is the only problem, without what it would cause',
    async ({ name, inputs }) => {
      const reading = await read(inputs);
      expect(reading.problems).toEqual([
        { input: name, message: expect.stringContaining('did you mean') },
      ]);
      expect(reading.inputs).toBeUndefined();
      expect(reading.missing.credential).toBeUndefined();
    },
  );

  test('a misspelled input explains no mistake in an input that is set, too', async () => {
    expect(
      await problems({ ...key, ...agent, 'agent-name': 'Voice!', 'agent-nam': 'voice' }),
    ).toEqual([
      expect.stringMatching(/^agent-nam: .* did you mean `agent-name`\?$/),
      expect.stringMatching(/^agent-name: `Voice!` is not valid/),
    ]);
  });

  test('mistakes in other inputs are reported with a misspelled input', async () => {
    expect(await problems({ ...key, image: 'voice', 'agent-nam': 'voice' })).toEqual([
      expect.stringMatching(/^agent-nam: /),
      expect.stringMatching(/^image: `voice` has no tag/),
    ]);
  });

  test('a secret in a misspelled input is masked', async () => {
    const { secrets } = await read({
      ...agent,
      'secret-set': 'keys',
      apikey: 'sk_0123456789',
      secret: 'A=hidden-value',
    });
    expect(secrets.map((secret) => secret.reveal())).toEqual(
      expect.arrayContaining(['sk_0123456789', 'hidden-value']),
    );
  });

  test.each(['sha', 'agent', 'paths', 'version', 'runner-label', 'who-to-greet', 'secret-setter'])(
    '%s is warned of',
    async (name) => {
      const { problems, warnings } = await read({ ...key, ...agent, [name]: 'x' });
      expect(problems).toEqual([]);
      expect(warnings).toEqual([`Ignored the unknown input \`${name}\`.`]);
    },
  );
});

test('a variable that has the prefix of inputs and no name is none', async () => {
  expect((await read({ ...key, ...agent, '': 'x' })).warnings).toEqual([]);
});

describe('the address of the API', () => {
  test.each([
    { name: 'the default', inputs: {}, environment: {}, url: 'https://api.pipecat.daily.co' },
    {
      name: 'the environment',
      inputs: {},
      environment: { PIPECAT_API_HOST: 'https://api.example.com/' },
      url: 'https://api.example.com',
    },
    {
      name: 'an input over the environment',
      inputs: { 'api-url': 'https://a.example.com/prefix//' },
      environment: { PIPECAT_API_HOST: 'https://b.example.com' },
      url: 'https://a.example.com/prefix',
    },
    {
      name: 'loopback by name',
      inputs: { 'api-url': 'http://localhost:8787' },
      environment: {},
      url: 'http://localhost:8787',
    },
    {
      name: 'loopback by address',
      inputs: { 'api-url': 'http://127.0.0.2:8787' },
      environment: {},
      url: 'http://127.0.0.2:8787',
    },
    {
      name: 'loopback by IPv6 address',
      inputs: { 'api-url': 'http://[::1]:8787' },
      environment: {},
      url: 'http://[::1]:8787',
    },
  ])('is $name', async ({ inputs, environment, url }) => {
    const { inputs: result } = await read({ ...key, ...agent, ...inputs }, environment);
    expect(result?.access?.apiUrl).toBe(url);
  });

  test.each([
    { url: 'api.pipecat.daily.co', breach: 'is not a URL', shown: '' },
    {
      url: 'http://api.pipecat.daily.co',
      breach: 'does not begin with `https://`',
      shown: 'http://api.pipecat.daily.co',
    },
    {
      url: 'http://127.0.0.1.example.com',
      breach: 'does not begin with `https://`',
      shown: 'http://127.0.0.1.example.com',
    },
    {
      url: 'https://user:hidden@api.pipecat.daily.co',
      breach: 'has a credential, a query or a fragment',
      shown: 'https://api.pipecat.daily.co',
    },
    {
      url: 'https://hidden@api.pipecat.daily.co',
      breach: 'has a credential, a query or a fragment',
      shown: 'https://api.pipecat.daily.co',
    },
    {
      url: 'https://:hidden@api.pipecat.daily.co',
      breach: 'has a credential, a query or a fragment',
      shown: 'https://api.pipecat.daily.co',
    },
    {
      url: 'https://api.pipecat.daily.co/?token=hidden',
      breach: 'has a credential, a query or a fragment',
      shown: 'https://api.pipecat.daily.co',
    },
    {
      url: 'https://api.pipecat.daily.co/#hidden',
      breach: 'has a credential, a query or a fragment',
      shown: 'https://api.pipecat.daily.co',
    },
    { url: 'ftp://localhost', breach: 'does not begin with `https://`', shown: 'ftp://localhost' },
  ])('cannot be $url', async ({ url, breach, shown }) => {
    const [problem = '', ...others] = await problems({ ...key, ...agent, 'api-url': url });
    expect(others).toEqual([]);
    expect(problem).toContain(
      `api-url: ${shown === '' ? '' : `\`${shown}\` in `}the input \`api-url\` ${breach}`,
    );
    expect(problem).not.toContain('hidden');
  });
});

describe('secrets of several sources', () => {
  const sources = {
    ...key,
    'secret-set': 'keys',
    secrets: 'SHARED=of-lines\nFROM_LINES=lines-value',
    'secrets-env': 'SHARED, FROM_ENV',
    'secrets-json': '{"SHARED": "of-json", "FROM_JSON": "json-value", "OTHER": "other-value"}',
    'secrets-include': 'SHARED, FROM_*',
    'secrets-file': '.env',
  };
  const environment = { SHARED: 'of-environment', FROM_ENV: 'environment-value' };

  async function pairs(inputs: Record<string, string>): Promise<Record<string, string>> {
    const { inputs: result, problems } = await read(inputs, environment);
    expect(problems).toEqual([]);
    return Object.fromEntries(
      (result?.release.secretSet?.pairs ?? []).map(({ key, value }) => [key, value.reveal()]),
    );
  }

  test('come together, lines over environment over JSON over files', async () => {
    const rest = {
      FROM_ENV: 'environment-value',
      FROM_JSON: 'json-value',
      FROM_FILE: 'file-value',
    };
    const all = { ...rest, FROM_LINES: 'lines-value' };
    expect(await pairs(sources)).toEqual({ ...all, SHARED: 'of-lines' });
    const withoutLines = { ...sources, secrets: '' };
    expect(await pairs(withoutLines)).toEqual({ ...rest, SHARED: 'of-environment' });
    expect(await pairs({ ...withoutLines, 'secrets-env': 'FROM_ENV' })).toEqual({
      ...rest,
      SHARED: 'of-json',
    });
    expect(await pairs({ ...key, 'secret-set': 'keys', 'secrets-file': '.env' })).toEqual({
      FROM_FILE: 'file-value',
      SHARED: 'of-file',
    });
  });

  test('are all to be masked, those that do not go along included', async () => {
    const { secrets } = await read(sources, environment);
    const masked = secrets.map((secret) => secret.reveal());
    expect(masked).toEqual(
      expect.arrayContaining([
        'of-lines',
        'of-environment',
        'of-json',
        'of-file',
        'other-value',
        'sk_0123456789',
      ]),
    );
  });
});

describe('an empty value', () => {
  const inputs = { ...key, 'secret-set': 'keys', secrets: 'A=value\nB=', 'secrets-env': 'MISSING' };

  test('is an error that names the key and the likely reasons', async () => {
    const list = await problems(inputs);
    expect(list).toEqual([
      expect.stringMatching(
        /^secrets: `B` \(line 2\) is empty\. Likely reasons: .*misspelled.*not set.*`environment:`.*fork or Dependabot/,
      ),
      expect.stringMatching(
        /^secrets-env: `env:` has no variable `MISSING`\. Likely reasons: .*misspelled/,
      ),
    ]);
  });

  test('is left out with empty-secrets: skip, with a notice', async () => {
    const { inputs: result, notices } = await read({ ...inputs, 'empty-secrets': 'skip' });
    expect(result?.release.secretSet).toMatchObject({ skippedKeys: ['B', 'MISSING'] });
    expect(result?.release.secretSet?.pairs.map(({ key }) => key)).toEqual(['A']);
    expect(notices).toEqual(['Skipped these empty keys: `B`, `MISSING`.']);
  });

  test('is what a pattern without a match is, too', async () => {
    const json = {
      ...key,
      'secret-set': 'keys',
      'secrets-json': '{"A":"1"}',
      'secrets-include': 'A, VOICE_*',
    };
    expect(await problems(json)).toEqual([
      expect.stringMatching(/^secrets-include: `VOICE_\*` matches no key .*Likely reasons/),
    ]);
    const { problems: none, notices } = await read({ ...json, 'empty-secrets': 'skip' });
    expect(none).toEqual([]);
    expect(notices).toEqual(['These patterns of `secrets-include` match no key: `VOICE_*`.']);
  });
});

describe('patterns of `secrets-include`', () => {
  const json = { ...key, 'secret-set': 'keys', 'secrets-json': '{"VOICE_KEY":"1"}' };

  test('may have any length', async () => {
    const long = `{${'A'.repeat(70_000)},VOICE}_*`;
    expect(await problems({ ...json, 'secrets-include': long })).toEqual([]);
  });

  test('cannot stall the run with many stars', async () => {
    const hostile = `VOICE_*, !${'*_'.repeat(20_000)}x`;
    expect(await problems({ ...json, 'secrets-include': hostile })).toEqual([]);
  });
});

describe('the registry', () => {
  const registry = {
    ...key,
    'image-credentials': 'reg',
    'registry-username': 'acme',
    'registry-password': ' pass\nword \r\n',
  };

  test.each([
    { given: 'docker.io', host: 'https://index.docker.io/v1/' },
    { given: 'https://index.docker.io/v1/', host: 'https://index.docker.io/v1/' },
    { given: 'index.docker.io', host: 'https://index.docker.io/v1/' },
    { given: 'registry-1.docker.io', host: 'https://index.docker.io/v1/' },
    { given: 'https://hub.docker.com/', host: 'https://index.docker.io/v1/' },
    { given: 'ghcr.io', host: 'https://ghcr.io' },
    { given: 'https://ghcr.io/', host: 'https://ghcr.io' },
    { given: 'registry.example.com:5000', host: 'https://registry.example.com:5000' },
    { given: 'https://example.com/registry/v2', host: 'https://example.com/registry/v2' },
  ])('$given is $host for the platform', async ({ given, host }) => {
    const { inputs } = await read({ ...registry, registry: given });
    expect(inputs?.release.imagePullSecret?.registry?.host).toBe(host);
  });

  test.each([
    { given: 'ghcr.io:99999', told: 'is not the address of a registry' },
    { given: 'http://ghcr.io', told: 'is not the https address of a registry' },
    { given: 'https://bob@ghcr.io', told: 'is not the https address of a registry' },
    { given: 'https://ghcr.io/?token=1', told: 'is not the https address of a registry' },
    { given: 'https://ghcr.io/#top', told: 'is not the https address of a registry' },
    { given: 'ghcr.io/{region}', told: 'is not the https address of a registry' },
  ])('cannot be $given', async ({ given, told }) => {
    const list = await problems({ ...registry, registry: given });
    expect(list).toEqual([expect.stringContaining(`registry: ${told}`)]);
  });

  test('is masked where user and password are given in one', async () => {
    const { secrets } = await read({
      ...registry,
      registry: 'ghcr.io',
      'registry-username': 'acme:hidden',
      'registry-password': '',
    });
    expect(secrets.map((secret) => secret.reveal())).toEqual(['sk_0123456789', 'hidden']);
  });

  test('masks a password alone as it is', async () => {
    const { secrets } = await read({
      ...key,
      'image-credentials': 'reg',
      registry: 'ghcr.io',
      'registry-password': 'hidden',
    });
    expect(secrets.map((secret) => secret.reveal())).toEqual(['sk_0123456789', 'hidden']);
  });

  test('needs no password for a plan, with a notice', async () => {
    const withoutPassword = { ...registry, registry: 'ghcr.io', 'registry-password': '' };
    const {
      inputs,
      notices,
      problems: none,
    } = await read({
      ...withoutPassword,
      'dry-run': 'true',
    });
    expect(none).toEqual([]);
    expect(notices).toEqual([
      expect.stringMatching(/^`registry-password` is empty. The plan continues/),
    ]);
    expect(inputs?.release.imagePullSecret?.registry?.host).toBe('https://ghcr.io');
    const complete = await read({ ...registry, registry: 'ghcr.io', 'dry-run': 'true' });
    expect(complete.notices).toEqual([]);
  });

  test('gets base64 of user and password, which is masked like the password', async () => {
    const { inputs, secrets, warnings } = await read({ ...registry, registry: 'ghcr.io' });
    expect(warnings).toEqual([]);
    const encoded = Buffer.from('acme: pass\nword ').toString('base64');
    expect(inputs?.release.imagePullSecret?.registry?.authentication.reveal()).toBe(encoded);
    expect(secrets.map((secret) => secret.reveal())).toEqual(
      expect.arrayContaining([' pass\nword ', encoded]),
    );
  });

  test('is warned of a password that ends with the job', async () => {
    const { warnings } = await read({
      ...registry,
      registry: 'ghcr.io',
      'registry-password': 'ghs_0123456789',
    });
    expect(warnings).toEqual([expect.stringContaining('expires with it')]);
    expect(warnings.join()).not.toContain('0123456789');
  });
});

test('an API key decides about the organization, with a warning', async () => {
  const { warnings } = await read({ ...key, ...agent, organization: 'globex' });
  expect(warnings).toEqual([expect.stringContaining('an API key belongs to one organization')]);
});

describe('pruning is refused where nothing is given, as it would empty the set', () => {
  const prune = { ...key, 'secret-set': 'keys', 'prune-secrets': 'true' };
  test.each([
    { name: 'no source', inputs: {} },
    {
      name: 'a run without secrets',
      inputs: {
        'secrets-json': '{"github_token": "ghs_value"}',
        'secrets-include': 'VOICE_*',
        'empty-secrets': 'skip',
      },
    },
    { name: 'comments only', inputs: { secrets: '# nothing', 'empty-secrets': 'skip' } },
  ])('$name', async ({ inputs }) => {
    expect(await problems({ ...prune, ...inputs })).toContainEqual(
      expect.stringMatching(/^prune-secrets: .* it would empty the set/),
    );
  });

  test.each(['A=', 'A=1\nB='])(
    'but not where keys are given without a value: %j',
    async (secrets) => {
      expect(await problems({ ...prune, secrets, 'empty-secrets': 'skip' })).toEqual([]);
    },
  );

  test('and is done where the release waits, without a word', async () => {
    const { inputs, warnings } = await read({ ...prune, ...agent, secrets: 'A=1' });
    expect(inputs?.release.secretSet).toMatchObject({ prune: true, version: undefined });
    expect(warnings).toEqual([]);
  });

  test('and is not done where the wait before it is left out', async () => {
    const { inputs, warnings } = await read({
      ...prune,
      ...agent,
      secrets: 'A=1',
      'wait-for-ready': 'false',
    });
    expect(inputs?.release.secretSet?.prune).toBe(false);
    expect(warnings).toEqual([expect.stringMatching(/^Ignored `prune-secrets`, because/)]);
  });
});

describe('older versions of a set are deleted after the wait', () => {
  const versions = { ...key, ...agent, 'secret-set': 'keys-{version}', secrets: 'A=1' };

  test('so that they stay where it is left out, with a notice', async () => {
    const { inputs, notices } = await read({ ...versions, 'wait-for-ready': 'false' });
    expect(inputs?.release.secretSet?.version).toBeDefined();
    expect(notices).toEqual([expect.stringMatching(/deletes no older version .* because/)]);
  });

  test('and nothing is said where it is not', async () => {
    expect((await read(versions)).notices).toEqual([]);
  });
});

describe('a plan goes by the names of what has no value in its run', () => {
  const plan = { ...key, 'secret-set': 'keys', 'prune-secrets': 'true', 'dry-run': 'true' };
  const json = { 'secrets-json': '{"A": "1"}', 'secrets-include': 'A, VOICE_*' };

  test.each([
    {
      name: 'all values are there',
      inputs: { secrets: 'A=1' },
      expected: { keys: ['A'], skippedKeys: [], prune: true },
      told: [],
    },
    {
      name: 'a value is empty',
      inputs: { secrets: 'A=1\nB=\nC=' },
      expected: { keys: ['A', 'B', 'C'], skippedKeys: [], prune: true },
      told: [
        /^These keys are empty in this run, .* uses only their names: `B`, `C`\. Likely reasons: /,
      ],
    },
    {
      name: 'a value is empty and left out',
      inputs: { secrets: 'A=1\nB=', 'empty-secrets': 'skip' },
      expected: { keys: ['A'], skippedKeys: ['B'], prune: true },
      told: [/^Skipped these empty keys: `B`\.$/],
    },
    {
      name: 'a source is empty',
      inputs: { secrets: '# none' },
      expected: { keys: [], skippedKeys: [], prune: false },
      told: [/^Found no secrets in `secrets`\. The plan continues without them\.$/],
    },
    {
      name: 'a pattern selects nothing',
      inputs: json,
      expected: { keys: ['A'], skippedKeys: [], prune: false },
      told: [/^Found no secrets in `VOICE_\*`\. The plan continues without them\.$/],
    },
    {
      name: 'a source is empty and a pattern selects nothing',
      inputs: { ...json, secrets: '# none' },
      expected: { keys: ['A'], skippedKeys: [], prune: false },
      told: [/^Found no secrets in `secrets`, `VOICE_\*`\. The plan continues without them\.$/],
    },
    {
      name: 'a pattern selects nothing, and that is left out',
      inputs: { ...json, 'empty-secrets': 'skip' },
      expected: { keys: ['A'], skippedKeys: [], prune: true },
      told: [/^These patterns of `secrets-include` match no key: `VOICE_\*`\.$/],
    },
    {
      name: 'nothing is selected, and that is left out',
      inputs: { ...json, 'secrets-json': '{}', 'empty-secrets': 'skip' },
      expected: { keys: [], skippedKeys: [], prune: false },
      told: [/^These patterns of `secrets-include` match no key: `A`, `VOICE_\*`\.$/],
    },
  ])('where $name', async ({ inputs, expected, told }) => {
    const { inputs: result, problems: none, notices } = await read({ ...plan, ...inputs });
    expect(none).toEqual([]);
    const { pairs = [], skippedKeys, prune } = result?.release.secretSet ?? {};
    expect({ keys: pairs.map(({ key }) => key), skippedKeys, prune }).toEqual(expected);
    expect(notices).toEqual(told.map((pattern) => expect.stringMatching(pattern)));
  });

  test.each([
    { name: 'all values are there', secrets: 'A=1', isKnown: true },
    { name: 'a value is empty', secrets: 'A=', isKnown: false },
    {
      name: 'a value is empty and a pattern selects nothing',
      secrets: 'B=',
      more: json,
      isKnown: false,
    },
  ])('and knows the version only where $name: $isKnown', async ({ secrets, more, isKnown }) => {
    const { inputs: result } = await read({
      ...key,
      'secret-set': 'keys-{version}',
      'dry-run': 'true',
      secrets,
      ...more,
    });
    expect(result?.release.secretSet?.version !== undefined).toBe(isKnown);
  });

  test.each([
    { name: 'are known', inputs: { secrets: 'A=' }, required: ['NEEDED'] },
    { name: 'are not', inputs: json, required: [] },
  ])('and misses keys only where those that are given $name', async ({ inputs, required }) => {
    const { inputs: result } = await read({ ...plan, ...inputs, 'required-secrets': 'NEEDED' });
    expect(result?.release.secretSet?.requiredKeys.map(({ key }) => key)).toEqual(required);
  });
});

describe('a source without a secret in it', () => {
  const source = { ...key, ...agent, 'secret-set': 'keys', secrets: '# nothing' };

  test('is an error', async () => {
    expect(await problems(source)).toEqual(['secrets: is set but contains no secrets']);
  });

  test('is a notice with empty-secrets: skip', async () => {
    const { problems: none, notices } = await read({ ...source, 'empty-secrets': 'skip' });
    expect(none).toEqual([]);
    expect(notices).toEqual(['Found no secrets in `secrets`.']);
  });
});

describe('without an agent, what is for one has no effect', () => {
  const secretsOnly = { ...key, 'secret-set': 'keys', secrets: 'A=1' };
  test.each([
    ['force-redeploy', 'true', 'auto'],
    ['wait-for-ready', 'false', 'true'],
    ['wait-timeout', '5', '600'],
    ['failure-logs', 'always', 'auto'],
  ])('%s: %s', async (input, value, declared) => {
    expect(await problems({ ...secretsOnly, [input]: value })).toEqual([
      `${input}: has no effect without \`agent-name\`, which is not set`,
    ]);
    expect(await problems({ ...secretsOnly, [input]: declared })).toEqual([]);
  });
});

describe('what may be a value in the wrong place is not shown', () => {
  test.each([
    { name: 'a pair as a name', inputs: { 'secret-set': 'OPENAI=sk-hidden' } },
    { name: 'a credential as a name', inputs: { 'agent-name': 'pcc_pat_hidden' } },
    {
      name: 'user and password in one',
      inputs: {
        registry: 'ghcr.io',
        'image-credentials': 'reg',
        'registry-username': 'bob:hidden',
        'registry-password': 'x',
      },
    },
    {
      name: 'a registry with a password',
      inputs: {
        registry: 'https://bob:hidden@ghcr.io:99999',
        'image-credentials': 'reg',
        'registry-username': 'bob',
        'registry-password': 'x',
      },
    },
    {
      name: 'several lines as a variable',
      inputs: { 'secret-set': 'keys', 'secrets-env': '-----BEGIN\nMIIhiddenhidden\nhidden+/==' },
    },
    {
      name: 'a line of base64 as a variable',
      inputs: { 'secret-set': 'keys', 'secrets-env': 'MIIhiddenhidden' },
    },
    {
      name: 'the end of base64 as a key',
      inputs: { 'secret-set': 'keys', secrets: 'A=MIIabc\nMIIhidden=' },
    },
  ])('$name', async ({ inputs }) => {
    const list = await problems({ ...key, ...agent, ...inputs });
    expect(list.length).toBeGreaterThan(0);
    expect(list.join()).not.toContain('hidden');
  });
});

describe('a value that is shown is short and on one line', () => {
  test.each([
    { name: 'one of 200 characters', value: 'Ab'.repeat(100), expected: `\`${'Ab'.repeat(100)}\`` },
    { name: 'a longer one', value: 'Ab'.repeat(101), expected: 'a text of 202 characters' },
    { name: 'one of several lines', value: 'A \n\n B', expected: '`A B`' },
    { name: 'one that may be a pair', value: 'KEY=hidden', expected: 'a text with `=` in it' },
  ])('$name', ({ value, expected }) => {
    expect(shown(value)).toBe(expected);
  });

  test.each([
    'sk-ant-hidden',
    'ghp_hidden',
    'github_pat_hidden',
    'AKIA0123456789AB',
    'ASIA0123456789AB',
    'AIzaHidden',
    'xoxb-hidden',
    'eyJhidden',
    'a name with pk_hidden in it',
  ])('and not at all where it looks like a credential: %s', (value) => {
    expect(shown(value)).toBe('a credential');
  });
});

test('names that only look like the beginning of a credential are shown', async () => {
  const list = await problems({ ...key, 'agent-name': 'Order_Desk-bot', image: 'a/order-desk' });
  expect(list.join()).toContain('`Order_Desk-bot` is not valid');
  expect(list.join()).toContain('`a/order-desk` has no tag');
});

test('a pattern for what never goes along is told as that', async () => {
  const reading = await read({
    ...key,
    'secret-set': 'keys',
    'secrets-json': '{"PIPECAT_API_KEY": "sk_0123456789"}',
    'secrets-include': 'PIPECAT_API_KEY',
  });
  expect(reading.problems).toEqual([
    { input: 'secrets-json', message: 'is set but contains no secrets' },
  ]);
  expect(reading.remarks).toEqual([expect.stringContaining('the credential of this action')]);
});

test('an organization in the environment that an API key does not need is no mistake', async () => {
  const reading = await read({ ...key, ...agent }, { PIPECAT_ORG: 'My Org' });
  expect(reading.problems).toEqual([]);
  expect(reading.warnings).toEqual([
    expect.stringContaining('an API key belongs to one organization'),
  ]);
});

describe('an empty workspace', () => {
  const readFile = () =>
    Promise.reject(Object.assign(new Error('no such file'), { code: 'ENOENT' }));
  const inWorkspace = (inputs: Record<string, string>, isEmpty: boolean) =>
    readInputs(
      {
        GITHUB_WORKSPACE: '/workspace',
        ...inputVariables({ ...key, 'agent-name': 'voice', ...inputs }),
      },
      readFile,
      (path) => Promise.resolve(isEmpty && path === '/workspace'),
    );
  const secretSet = { 'secret-set': 'keys' };

  test.each([
    { input: 'config-file', inputs: { 'config-file': 'pcc-deploy.toml' } },
    { input: 'secrets-file', inputs: { ...secretSet, 'secrets-file': '.env, .env.production' } },
    {
      input: 'required-secrets',
      inputs: { ...secretSet, secrets: 'A=1', 'required-secrets': '.env.example' },
    },
    { input: 'cloud-build', inputs: { 'cloud-build': 'true' } },
    {
      input: 'config-file',
      inputs: { 'config-file': 'pcc-deploy.toml', 'secrets-file': '.env', 'cloud-build': 'true' },
    },
  ])('is told once: $inputs', async ({ input, inputs }) => {
    const { problems } = await inWorkspace(inputs, true);
    expect(problems).toEqual([
      {
        input,
        message:
          'needs files of the repository, but the workspace is empty; add `actions/checkout` as a step before this one',
      },
    ]);
  });

  test('does not matter if no file is needed', async () => {
    expect((await inWorkspace({}, true)).problems).toEqual([]);
  });

  test('is not blamed for a file that is missing among others', async () => {
    const { problems } = await inWorkspace({ 'config-file': 'pcc-deploy.toml' }, false);
    expect(problems.map(({ message }) => message)).toEqual([
      '`pcc-deploy.toml` cannot be read (this file does not exist)',
    ]);
  });
});
