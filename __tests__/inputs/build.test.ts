import { describe, expect, test } from '@jest/globals';
import { readInputs, type InputsReading } from '../../src/inputs/read-inputs.js';
import { inputVariables } from '../support/release-run.js';

const settingsFile = 'pcc-deploy.toml';

function read(inputs: Readonly<Record<string, string>>, toml?: string): Promise<InputsReading> {
  const given = {
    'api-key': 'sk_emulator',
    'agent-name': 'voice',
    ...(toml === undefined ? {} : { 'config-file': settingsFile }),
    ...inputs,
  };
  return readInputs({ GITHUB_WORKSPACE: '/workspace', ...inputVariables(given) }, (path) =>
    path === `/workspace/${settingsFile}` && toml !== undefined
      ? Promise.resolve(toml)
      : Promise.reject(Object.assign(new Error('no such file'), { code: 'ENOENT' })),
  );
}

async function build(...arguments_: Parameters<typeof read>) {
  const { inputs, problems } = await read(...arguments_);
  expect(problems).toEqual([]);
  return inputs?.release.build;
}

async function problems(...arguments_: Parameters<typeof read>): Promise<string[]> {
  const { inputs, problems } = await read(...arguments_);
  expect(inputs).toBeUndefined();
  return problems.map(({ input, message }) => `${input}: ${message}`);
}

const defaults = {
  context: { directory: '.', dockerfile: 'Dockerfile', exclude: [] },
  timeout: 600_000,
};

describe('cloud-build', () => {
  test.each([
    { name: 'not given', value: '', expected: undefined },
    { name: 'false', value: 'false', expected: undefined },
    { name: 'true', value: 'true', expected: defaults },
    { name: 'True', value: 'True', expected: defaults },
  ])('$name', async ({ value, expected }) => {
    expect(await build({ 'cloud-build': value })).toEqual(expected);
  });

  test.each(['yes', '1', 'on'])('%s is not a boolean', async (value) => {
    expect(await problems({ 'cloud-build': value })).toEqual([
      `cloud-build: \`${value}\` is neither \`true\` nor \`false\``,
    ]);
  });

  test('has no effect without an agent', async () => {
    expect(
      await problems({
        'cloud-build': 'true',
        'agent-name': '',
        'secret-set': 'keys',
        secrets: 'A=b',
      }),
    ).toEqual(['cloud-build: has no effect without `agent-name`, which is not set']);
  });
});

describe('how to build', () => {
  test('is what the inputs say', async () => {
    expect(
      await build({
        'cloud-build': 'true',
        'build-context': 'agents/voice',
        dockerfile: 'docker/Dockerfile',
        'build-exclude': '*.md, docs\n**/{a,b}.txt',
        'build-timeout': '90',
      }),
    ).toEqual({
      context: {
        directory: 'agents/voice',
        dockerfile: 'docker/Dockerfile',
        exclude: ['*.md', 'docs', '**/{a,b}.txt'],
      },
      timeout: 90_000,
    });
  });

  test('is what the settings file says where no input does', async () => {
    const toml =
      '[build]\ncontext_dir = "./agent"\ndockerfile = "D"\n[build.exclude]\npatterns = ["a,b", "docs/"]';
    expect(await build({ 'cloud-build': 'true' }, toml)).toMatchObject({
      context: { directory: './agent', dockerfile: 'D', exclude: ['a,b', 'docs/'] },
    });
    const inputs = { 'build-context': 'c', dockerfile: 'd', 'build-exclude': 'e' };
    expect(await build({ 'cloud-build': 'true', ...inputs }, toml)).toMatchObject({
      context: { directory: 'c', dockerfile: 'd', exclude: ['e'] },
    });
  });

  test('is not said by a settings file alone', async () => {
    expect(await build({}, '[build]\ndockerfile = "D"')).toBeUndefined();
  });

  test.each([
    {
      name: 'a pattern that takes in',
      inputs: { 'build-exclude': '*.md, !README.md' },
      told: [/^build-exclude: .*`!README.md` cannot begin with `!`/],
    },
    {
      name: 'several folders',
      inputs: { 'build-context': 'a\nb' },
      told: [/^build-context: `a b` is not one path/],
    },
    {
      name: 'several Dockerfiles',
      inputs: { dockerfile: 'a\nb' },
      told: [/^dockerfile: .* is not one path/],
    },
    {
      name: 'a timeout that is no number',
      inputs: { 'build-timeout': 'soon' },
      told: [/^build-timeout: .* a whole number from 1 to 86400/],
    },
    {
      name: 'no time at all',
      inputs: { 'build-timeout': '0' },
      told: [/^build-timeout: .* a whole number from 1 to 86400/],
    },
  ])('cannot be $name', async ({ inputs, told }) => {
    const found = await problems({ 'cloud-build': 'true', ...inputs });
    expect(found).toHaveLength(told.length);
    for (const [index, words] of told.entries()) expect(found[index]).toMatch(words);
  });

  test('is told by its key where the settings file says it', async () => {
    const toml = '[build.exclude]\npatterns = ["!README.md"]';
    expect(await problems({ 'cloud-build': 'true' }, toml)).toEqual([
      expect.stringMatching(/^build\.exclude\.patterns \(pcc-deploy\.toml\): /),
    ]);
  });

  test('has no effect where nothing is built, which is worth a notice', async () => {
    const { notices } = await read({
      image: 'acme/voice:1',
      dockerfile: 'D',
      'build-context': 'c',
      'build-timeout': '600',
    });
    expect(notices).toEqual([
      '`build-context`, `dockerfile` have no effect without `cloud-build: true`.',
    ]);
  });

  test('is no notice where it is what it would be anyway', async () => {
    const { notices } = await read({
      image: 'acme/voice:1',
      dockerfile: 'Dockerfile',
      'build-context': '.',
      'build-timeout': '600',
    });
    expect(notices).toEqual([]);
  });

  test.each([
    { name: 'one of them', inputs: { 'build-exclude': 'docs' }, told: '`build-exclude` has' },
    { name: 'a time', inputs: { 'build-timeout': '90' }, told: '`build-timeout` has' },
    {
      name: 'all of them',
      inputs: {
        'build-exclude': 'docs',
        'build-timeout': '90',
        dockerfile: 'D',
        'build-context': 'c',
      },
      told: '`build-context`, `dockerfile`, `build-exclude`, `build-timeout` have',
    },
  ])('has no effect in the singular and the plural: $name', async ({ inputs, told }) => {
    const { notices } = await read({ image: 'acme/voice:1', ...inputs });
    expect(notices).toEqual([`${told} no effect without \`cloud-build: true\`.`]);
  });

  test.each([
    { name: 'the time that is usual', inputs: { 'build-timeout': '600' }, toml: '' },
    { name: 'a settings file', inputs: {}, toml: '[build]\ndockerfile = "D"' },
    { name: 'a build to make', inputs: { 'cloud-build': 'true', dockerfile: 'D' }, toml: '' },
  ])('is no notice for $name', async ({ inputs, toml }) => {
    const image = 'cloud-build' in inputs ? {} : { image: 'acme/voice:1' };
    const { notices } = await read({ ...image, ...inputs }, toml);
    expect(notices).toEqual([]);
  });

  test('may leave out what only holds a `!`', async () => {
    const settings = await build({ 'cloud-build': 'true', 'build-exclude': 'wow!.txt' });
    expect(settings?.context.exclude).toEqual(['wow!.txt']);
  });

  test('is told as that of the input where both say it', async () => {
    const toml = '[build.exclude]\npatterns = ["!README.md"]';
    expect(await problems({ 'cloud-build': 'true', 'build-exclude': '!docs' }, toml)).toEqual([
      expect.stringMatching(/^build-exclude: .*`!docs` cannot begin/),
    ]);
  });
});

describe('what an agent runs is one of', () => {
  const id = '123e4567-e89b-12d3-a456-426614174000';
  test.each([
    {
      name: 'a build to make and one that is made',
      inputs: { 'cloud-build': 'true', 'build-id': id },
      told: 'cloud-build: and `build-id` are both set, but an agent runs only one of them',
    },
    {
      name: 'a build to make and an image',
      inputs: { 'cloud-build': 'true', image: 'a:1' },
      told: 'cloud-build: and `image` are both set, but an agent runs only one of them',
    },
    {
      name: 'a build that is made and an image',
      inputs: { 'build-id': id, image: 'a:1' },
      told: 'build-id: and `image` are both set, but an agent runs only one of them',
    },
    {
      name: 'all three',
      inputs: { 'cloud-build': 'true', 'build-id': id, image: 'a:1' },
      told: 'cloud-build: and `build-id` and `image` are all set, but an agent runs only one of them',
    },
  ])('not $name', async ({ inputs, told }) => {
    expect(await problems(inputs)).toEqual([told]);
  });

  test.each([
    { name: 'an image', inputs: { image: 'a:1' }, expected: { image: 'a:1' } },
    { name: 'a build', inputs: { 'build-id': id }, expected: { buildId: id } },
    { name: 'a build to make', inputs: { 'cloud-build': 'true' }, expected: {} },
  ])('$name as an input replaces what the settings file says', async ({ inputs, expected }) => {
    for (const line of ['image = "file/image:1"', `build_id = "${id.replace('1', '9')}"`]) {
      const reading = await read(inputs, line);
      expect(reading.problems).toEqual([]);
      const settings = reading.inputs?.release.agent?.settings;
      expect({ image: settings?.image, buildId: settings?.buildId }).toEqual({
        image: undefined,
        buildId: undefined,
        ...expected,
      });
    }
  });

  test.each(['True', ' TRUE '])('`cloud-build: %s` replaces as `true` does', async (value) => {
    const { inputs } = await read({ 'cloud-build': value }, 'image = "file/image:1"');
    expect(inputs?.release.agent?.settings.image).toBeUndefined();
    expect(inputs?.release.build).toEqual(defaults);
  });

  test('a build to make leaves the rest of the settings file as it is', async () => {
    const { inputs } = await read(
      { 'cloud-build': 'true' },
      'image = "file/image:1"\nagent_profile = "agent-2x"\n[git]\nrepo = "acme/voice"',
    );
    expect(inputs?.release.agent?.settings).toMatchObject({ agentProfile: 'agent-2x' });
    expect(inputs?.release.agent?.settings.image).toBeUndefined();
  });

  test.each([
    { key: 'image', line: 'image = "file/image:1"' },
    { key: 'build_id', line: `build_id = "${id}"` },
  ])('a settings file with $key does not build from a branch, too', async ({ key, line }) => {
    expect(await problems({}, `${line}\n[git]\nrepo = "acme/voice"`)).toEqual([
      expect.stringContaining(`\`${key}\`, \`[git]\` cannot be set together`),
    ]);
  });

  test.each([
    { name: 'no input', inputs: {}, isRefused: true },
    { name: '`cloud-build: false`', inputs: { 'cloud-build': 'false' }, isRefused: true },
    { name: '`cloud-build: true`', inputs: { 'cloud-build': 'true' }, isRefused: false },
    { name: '`image`', inputs: { image: 'a:1' }, isRefused: false },
  ])('not both in a settings file, with $name', async ({ inputs, isRefused }) => {
    const { problems } = await read(inputs, `image = "a:1"\nbuild_id = "${id}"`);
    expect(problems).toEqual(
      isRefused
        ? [
            {
              input: 'config-file',
              message:
                '`pcc-deploy.toml`: `image`, `build_id` cannot be set together; an agent runs only one of them',
            },
          ]
        : [],
    );
  });

  test('`cloud-build: false` replaces nothing', async () => {
    const { inputs } = await read({ 'cloud-build': 'false' }, 'image = "file/image:1"');
    expect(inputs?.release.agent?.settings.image).toBe('file/image:1');
    expect(inputs?.release.build).toBeUndefined();
  });

  test('a build to make, and not the branch of the settings file', async () => {
    const { inputs } = await read({ 'cloud-build': 'true' }, '[git]\nrepo = "acme/voice"');
    expect(inputs?.release.agent?.isBuiltFromBranch).toBe(false);
  });
});
