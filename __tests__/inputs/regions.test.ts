import { describe, expect, test } from '@jest/globals';
import { readInputs } from '../../src/inputs/read-inputs.js';
import { nameInRegion } from '../../src/plan/name-template.js';
import { credentials, inputVariables, stageForEachTest } from '../support/release-run.js';

function read(inputs: Record<string, string>, files: Record<string, string> = {}) {
  return readInputs({ GITHUB_WORKSPACE: '/workspace', ...inputVariables(inputs) }, (path) => {
    const text = files[path.replace(/\\/g, '/').replace(/^[A-Z]:/, '')];
    return text === undefined
      ? Promise.reject(Object.assign(new Error('no such file'), { code: 'ENOENT' }))
      : Promise.resolve(text);
  });
}

const base = { 'api-key': 'sk_0123456789', 'agent-name': 'voice', image: 'ghcr.io/acme/voice:1.0' };
const regional = { ...base, 'agent-name': 'voice-{region}', region: 'us-west, eu-central' };
const set = { 'secret-set': 'keys-{region}', secrets: 'A=value-a' };

/** The problems as `input: message`. */
async function problems(
  inputs: Record<string, string>,
  files: Record<string, string> = {},
): Promise<string[]> {
  const reading = await read(inputs, files);
  expect(reading.inputs === undefined).toBe(reading.problems.length > 0);
  return reading.problems.map(({ input, message }) => `${input}: ${message}`);
}

async function release(inputs: Record<string, string>) {
  const reading = await read(inputs);
  expect(reading.problems).toEqual([]);
  if (reading.inputs === undefined) throw new Error('there are no problems and no inputs');
  return reading.inputs.release;
}

describe('the regions are a list', () => {
  test.each([
    { name: 'one', region: 'us-west', regions: ['us-west'] },
    { name: 'with commas', region: 'us-west,eu-central', regions: ['us-west', 'eu-central'] },
    {
      name: 'with commas, blanks and none at the end',
      region: ' us-west ,  eu-central, ',
      regions: ['us-west', 'eu-central'],
    },
    { name: 'with lines', region: 'us-west\neu-central\n', regions: ['us-west', 'eu-central'] },
    {
      name: 'with lines of Windows',
      region: 'us-west\r\n\r\neu-central\r\n',
      regions: ['us-west', 'eu-central'],
    },
    {
      name: 'with both, in the order given',
      region: 'eu-central\nap-south, us-west',
      regions: ['eu-central', 'ap-south', 'us-west'],
    },
  ])('$name', async ({ region, regions }) => {
    const { regions: read } = await release({ ...base, 'agent-name': 'voice-{region}', region });
    expect(read).toEqual(regions);
  });

  test('that is not there names none', async () => {
    expect((await release(base)).regions).toEqual([]);
  });

  test.each([
    { name: 'twice the same', region: 'us-west, us-west', told: /lists `us-west` twice$/ },
    {
      name: 'capitals',
      region: 'us-west, EU-Central',
      told: /`EU-Central` is not valid; use .*region codes.*\. Did you mean `eu-central`\?$/,
    },
    {
      name: 'a blank',
      region: 'us-west eu-central',
      told: /`us-west eu-central` is not valid.*\. Did you mean `us-west, eu-central`\?$/,
    },
    { name: 'a hyphen at the end', region: 'us-west, eu-', told: /`eu-` is not valid/ },
    { name: 'a template', region: 'us-west, {region}', told: /`\{region\}` is not valid/ },
    { name: 'all of them', region: '*', told: /`\*` is not valid/ },
    { name: 'commas alone', region: ' , ', told: /is set but contains no region$/ },
    {
      name: 'braces of a shell',
      region: '{us-west,us-east}',
      told: /`\{us-west,us-east\}` is not valid/,
    },
    { name: 'a line for a region', region: 'us-west: 1', told: /`us-west: 1` is not valid/ },
  ])('cannot hold $name', async ({ region, told }) => {
    const list = await problems({ ...base, 'agent-name': 'voice-{region}', region });
    expect(list).toHaveLength(1);
    expect(list[0]).toMatch(/^region: /);
    expect(list[0]).toMatch(told);
  });

  test('whose mistakes are told in one go', async () => {
    const list = await problems({ ...base, 'agent-name': 'v-{region}', region: 'A,B,eu,eu,eu' });
    expect(list).toHaveLength(4);
  });
});

describe('a placeholder in a name', () => {
  const registry = {
    registry: 'ghcr.io',
    'registry-username': 'acme',
    'registry-password': 'value-of-password',
  };
  test.each([
    { input: 'agent-name', value: 'voice-{region}' },
    { input: 'secret-set', value: 'voice.{region}' },
    { input: 'secret-set', value: 'voice-{region}-{version}' },
    { input: 'secret-set', value: '{version}.{region}-{region}' },
    { input: 'image-credentials', value: 'registry-{region}' },
  ])('is taken: $input $value', async ({ input, value }) => {
    expect(await problems({ ...regional, ...set, ...registry, [input]: value })).toEqual(
      input === 'image-credentials' ? [] : [expect.stringContaining('needs `image-credentials`')],
    );
  });

  test('is taken without a region, which the platform tells', async () => {
    expect(await problems({ ...base, 'agent-name': 'voice-{region}', ...set })).toEqual([]);
  });

  test.each([
    { input: 'agent-name', value: 'voice-{Region}', known: '`{region}`, `{pr}`' },
    { input: 'agent-name', value: 'voice-{foo}-{region}', known: '`{region}`, `{pr}`' },
    { input: 'agent-name', value: 'voice-{}-{region}', known: '`{region}`, `{pr}`' },
    { input: 'agent-name', value: 'voice-{ region }', known: '`{region}`, `{pr}`' },
    { input: 'agent-name', value: 'voice-{region}-{version}', known: '`{region}`, `{pr}`' },
    { input: 'image-credentials', value: 'reg-{region}-{version}', known: '`{region}`, `{pr}`' },
    {
      input: 'secret-set',
      value: 'keys-{VERSION}-{region}',
      known: '`{region}`, `{version}`, `{pr}`',
    },
    { input: 'secret-set', value: 'keys-{sha}-{region}', known: '`{region}`, `{version}`, `{pr}`' },
  ])('is refused: $input $value', async ({ input, value, known }) => {
    const list = await problems({ ...regional, ...set, [input]: value });
    expect(list).toContain(
      `${input}: \`${value}\` has an unknown placeholder; available: ${known}`,
    );
  });

  test.each(['voice-{region', 'voice-region}', 'voice-{{region}}', 'voice-$region'])(
    'is not half of one: %s',
    async (value) => {
      const list = await problems({ ...regional, 'agent-name': value });
      expect(list[0]).toMatch(/^agent-name: .* is not valid; use 2 to 54 lower-case letters/);
    },
  );

  test('cannot be the version twice', async () => {
    const list = await problems({
      ...regional,
      ...set,
      'secret-set': '{version}-{region}.{version}',
    });
    expect(list).toEqual([
      'secret-set: `{version}-{region}.{version}` has `{version}` more than once',
    ]);
  });

  test.each([
    { input: 'image', value: 'ghcr.io/acme/voice-{region}:1.0' },
    { input: 'agent-profile', value: 'agent-{region}' },
    { input: 'min-agents', value: '{region}' },
    { input: 'registry', value: '{region}.dkr.example.com' },
  ])('is none of $input', async ({ input, value }) => {
    const list = await problems({
      ...regional,
      ...set,
      ...registry,
      'image-credentials': 'registry-{region}',
      [input]: value,
    });
    expect(list).toHaveLength(1);
    expect(list[0]).toMatch(new RegExp(`^${input}: .*is not `));
  });

  test('may stand in some lines only, where it is the region', async () => {
    const { agent } = await release({
      ...regional,
      'agent-name': 'us-west: my-agent\n*: my-agent-{region}',
    });
    expect([agent?.name.in('us-west'), agent?.name.in('eu-central')]).toEqual([
      'my-agent',
      'my-agent-{region}',
    ]);
  });

  test('has to be in all lines or none, where it is the version', async () => {
    const list = await problems({
      ...regional,
      ...set,
      'secret-set': 'us-west: keys-{version}\neu-central: keys-eu',
    });
    expect(list).toEqual([
      'secret-set: has `{version}` in only some of its lines; add it to all or none',
    ]);
  });
});

describe('lines that differ by region', () => {
  const regions = 'us-west, us-east, eu-central';
  async function namesOf(text: string): Promise<(string | undefined)[]> {
    const { agent } = await release({ ...base, region: regions, 'agent-name': text });
    return ['us-west', 'us-east', 'eu-central'].map((region) => agent?.name.in(region));
  }

  test.each([
    {
      name: 'a line each',
      text: 'us-west: one\nus-east: two\neu-central: three',
      names: ['one', 'two', 'three'],
    },
    {
      name: 'with the others',
      text: '*: voice-{region}\nus-east: two',
      names: ['voice-{region}', 'two', 'voice-{region}'],
    },
    {
      name: 'the others alone',
      text: '*: voice-{region}',
      names: ['voice-{region}', 'voice-{region}', 'voice-{region}'],
    },
    {
      name: 'as Windows ends them, with blanks and empty lines',
      text: '  us-west :one  \r\n\r\n\tus-east:   two\r\n   \r\n*  :  three\r\n',
      names: ['one', 'two', 'three'],
    },
  ])('are read: $name', async ({ text, names }) => {
    expect(await namesOf(text)).toEqual(names);
  });

  test('are read where there is one of them', async () => {
    const { agent } = await release({
      ...base,
      region: 'us-west',
      'agent-name': 'us-west: voice-agent',
    });
    expect(agent?.name.in('us-west')).toBe('voice-agent');
  });

  test('for the others alone need no region', async () => {
    const { agent } = await release({ ...base, 'agent-name': '*: voice', 'min-agents': '*: 2' });
    expect([agent?.name.in('ap-south'), agent?.minAgents.in('ap-south')]).toEqual(['voice', 2]);
  });

  test.each([
    {
      name: 'a region twice',
      text: 'us-west: one\n*: voice-{region}\nus-west: one',
      told: 'has two lines for `us-west`; the second is line 3',
    },
    {
      name: 'the others twice',
      text: '*: a-{region}\n*: b-{region}',
      told: 'has two lines for `*`; the second is line 2',
    },
    {
      name: 'none for a region',
      text: 'us-west: one\nus-east: two',
      told: 'has no line for `eu-central`; add one, or `*: …` for the other regions',
    },
    {
      name: 'none for two regions',
      text: 'us-west: one',
      told: 'has no line for `us-east`, `eu-central`; add one, or `*: …` for the other regions',
    },
    {
      name: 'one for a region that is not released to',
      text: '*: voice-{region}\nap-south: four\nmars: five',
      told: 'has a line for `ap-south`, `mars`, but `region` lists `us-west`, `us-east`, `eu-central`',
    },
  ])('are refused: $name', async ({ text, told }) => {
    const list = await problems({ ...base, region: regions, 'agent-name': text });
    expect(list).toEqual([`agent-name: ${told}`]);
  });

  test.each([
    { name: 'a line without a colon', text: 'us-west: one\nhidden', line: 2 },
    { name: 'a line without a value', text: '*: voice\nus-west:', line: 2 },
    { name: 'a line without a region', text: 'us-west: one\n: hidden', line: 2 },
    { name: 'a list of YAML', text: '- us-west: hidden', line: 1 },
    { name: 'a mapping of JSON', text: '{"us-west": "hidden"}', line: 1 },
    { name: 'capitals', text: 'US-West: hidden', line: 1 },
    { name: 'a credential in place of a region', text: 'sk-hidden: one', line: 1 },
  ])('are refused, and not shown: $name', async ({ text, line }) => {
    const list = await problems({ ...base, region: regions, 'agent-name': text });
    expect(list).toEqual([
      `agent-name: line ${line} is not \`region: value\`; set one value, or lines \`region: value\` (\`*: value\` for the other regions)`,
    ]);
  });

  test('cannot be given without the regions', async () => {
    const list = await problems({
      ...base,
      'agent-name': 'us-west: voice',
      'min-agents': 'us-west: 1\n*: 0',
    });
    expect(list).toEqual([
      'agent-name: has lines for regions (`us-west`); set `region` to the regions to release to',
      'min-agents: has lines for regions (`us-west`); set `region` to the regions to release to',
    ]);
  });

  test('that break the rule are told once each, with the region', async () => {
    const list = await problems({
      ...base,
      region: regions,
      'agent-name': 'us-west: Voice\n*: Voice-{region}',
    });
    expect(list).toEqual([
      expect.stringMatching(/^agent-name: `Voice` is not valid; use 2 to 54 /),
      expect.stringMatching(
        /^agent-name: `Voice-\{region\}` \(13 characters in us-east\) is not valid/,
      ),
    ]);
  });
});

test.each([
  { name: 'voice-${region}', fixed: 'voice-{region}' },
  { name: '${region}-voice', fixed: '{region}-voice' },
])(
  'a name as a shell would write it is told with the right one: $name',
  async ({ name, fixed }) => {
    expect(await problems({ ...base, 'agent-name': name })).toEqual([
      `agent-name: \`${name}\` has a \`$\` before a placeholder; use \`${fixed}\``,
    ]);
  },
);

test.each([
  { region: 'US_West', meant: 'us-west' },
  { region: 'us west', meant: 'us-west' },
])(
  'a region that is written in another way is told with the right one: $region',
  async ({ region, meant }) => {
    expect(await problems({ ...base, region })).toEqual([
      expect.stringMatching(
        new RegExp(`\`${region}\` is not valid;.*\\. Did you mean \`${meant}\`\\?$`),
      ),
    ]);
  },
);

describe('numbers that differ by region', () => {
  const regions = { ...regional, region: 'us-west, us-east, eu-central' };

  test('are those of the line, of the others, or left as they are', async () => {
    const { agent } = await release({
      ...regions,
      'min-agents': 'us-west: 2\n*: 0',
      'max-agents': 'eu-central: 400',
    });
    const bounds = ['us-west', 'us-east', 'eu-central'].map((region) => [
      agent?.minAgents.in(region),
      agent?.maxAgents.in(region),
    ]);
    expect(bounds).toEqual([
      [2, undefined],
      [0, undefined],
      [0, 400],
    ]);
  });

  test.each([
    { input: 'min-agents', text: '*: -1', found: '-1', rule: 'not a whole number of 0 or more' },
    {
      input: 'max-agents',
      text: 'us-west: 1\n*: 0',
      found: '0',
      rule: 'out of range; use a whole number of 1 or more',
    },
    {
      input: 'max-agents',
      text: 'us-west: 1.5',
      found: '1.5',
      rule: 'not a whole number of 1 or more',
    },
    {
      input: 'max-agents',
      text: 'us-west: a few',
      found: 'a few',
      rule: 'not a whole number of 1 or more',
    },
  ])('have to be within bounds: $input $found', async ({ input, text, found, rule }) => {
    expect(await problems({ ...regions, [input]: text })).toEqual([
      expect.stringContaining(`${input}: \`${found}\` is ${rule}`),
    ]);
  });

  test('of one region for which the least is above the most are told with it', async () => {
    const list = await problems({
      ...regions,
      'min-agents': 'eu-central: 6\n*: 1',
      'max-agents': '5',
    });
    expect(list).toEqual([
      'min-agents: is 6, but `max-agents` is 5 in `eu-central`; set `min-agents` to at most `max-agents`',
    ]);
  });

  test('are not held against each other across regions', async () => {
    expect(
      await problems({
        ...regions,
        'min-agents': 'us-west: 8\neu-central: 3',
        'max-agents': 'us-west: 9\nus-east: 2\n*: 3',
      }),
    ).toEqual([]);
  });

  test('cannot be for a region that is not released to', async () => {
    expect(await problems({ ...regions, 'max-agents': 'ap-south: 5' })).toEqual([
      'max-agents: has a line for `ap-south`, but `region` lists `us-west`, `us-east`, `eu-central`',
    ]);
  });
});

describe('names are unique across the platform', () => {
  const twoRegions = { ...regional, ...set };

  test.each([
    { input: 'agent-name', value: 'voice', better: '`voice-{region}`' },
    { input: 'secret-set', value: 'voice.keys', better: '`voice.keys-{region}`' },
    {
      input: 'secret-set',
      value: 'voice-{version}-keys',
      better: '`voice-{region}-{version}-keys`',
    },
    { input: 'image-credentials', value: 'registry', better: '`registry-{region}`' },
    { input: 'agent-name', value: '*: voice', better: '`voice-{region}`' },
    { input: 'agent-name', value: 'us-west: voice\neu-central: voice', better: '`voice-{region}`' },
  ])('so $input $value is refused with what would do', async ({ input, value, better }) => {
    const list = await problems({ ...twoRegions, [input]: value });
    expect(list).toHaveLength(1);
    expect(list[0]).toMatch(new RegExp(`^${input}: .* is the name in \`us-west\`, \`eu-central\``));
    expect(list[0]).toContain(`; use ${better}, or lines \`region: name\``);
    // What would do does.
    expect(await problems({ ...twoRegions, [input]: better.replace(/`/g, '') })).toEqual([]);
  });

  test('where they come from a template and from a line', async () => {
    const list = await problems({
      ...regional,
      'agent-name': 'us-west: voice-eu-central\n*: voice-{region}',
    });
    expect(list).toEqual([
      'agent-name: `voice-eu-central` is the name in `us-west`, `eu-central`, but names are unique across the platform; use `voice-eu-central-{region}`, or lines `region: name`',
    ]);
  });

  test('and each name that is shared is told', async () => {
    const list = await problems({
      ...base,
      region: 'us-west, us-east, eu-central, ap-south',
      'agent-name': 'us-west: one\nus-east: one\n*: two',
    });
    expect(list).toHaveLength(2);
    expect(list[1]).toContain('is the name in `eu-central`, `ap-south`');
  });

  test('and no name is proposed that would be too long', async () => {
    const list = await problems({ ...regional, 'agent-name': 'v'.repeat(45) });
    expect(list).toEqual([expect.stringContaining('use a name with `{region}` in it')]);
  });

  test.each([
    { name: 'the same template', sets: 'keys-{region}', pulls: 'keys-{region}' },
    {
      name: 'in one region only',
      sets: 'us-west: shared\n*: keys-{region}',
      pulls: 'us-west: shared\n*: registry-{region}',
    },
    {
      name: 'of a line and of a template',
      sets: 'us-west: keys-eu-central\n*: keys-of-{region}',
      pulls: 'keys-{region}',
    },
    {
      name: 'in different regions',
      sets: 'us-west: one\neu-central: two',
      pulls: 'us-west: two\neu-central: three',
    },
  ])('of both kinds of set: $name', async ({ sets, pulls }) => {
    const list = await problems({ ...twoRegions, 'secret-set': sets, 'image-credentials': pulls });
    expect(list).toEqual([
      'image-credentials: and `secret-set` have the same name, but a set holds either secrets or registry credentials',
    ]);
  });

  test('of both kinds of set, where they differ everywhere', async () => {
    const inputs = {
      'secret-set': 'us-west: keys\n*: keys-{region}',
      'image-credentials': 'us-west: registry\n*: registry-{region}',
    };
    expect(await problems({ ...twoRegions, ...inputs })).toEqual([]);
  });
});

describe('a name that gets too long only where the code of the region is the longest', () => {
  const longest = 'ap-southeast-12';
  test.each([
    { input: 'agent-name', limit: 54, placeholders: '' },
    { input: 'secret-set', limit: 63, placeholders: '' },
    { input: 'secret-set', limit: 63, placeholders: '-{version}' },
    { input: 'image-credentials', limit: 63, placeholders: '' },
  ])('$input{region}$placeholders', async ({ input, limit, placeholders }) => {
    const ends = `-{region}${placeholders}`;
    const rest = nameInRegion(ends, longest).replace('{version}', '01234567').length;
    const inputs = { ...regional, ...set, region: `us-west, ${longest}, eu-central` };
    const fits = `${'v'.repeat(limit - rest)}${ends}`;
    expect(await problems({ ...inputs, [input]: fits })).toEqual([]);
    expect(await problems({ ...inputs, [input]: `v${fits}` })).toEqual([
      expect.stringMatching(
        new RegExp(`^${input}: .*\\(${limit + 1} characters in ${longest}\\) is not valid`),
      ),
    ]);
  });

  const stage = stageForEachTest();
  test('is told before any write, also where the platform tells the region', async () => {
    const { succeeded, actions } = await stage.release({
      ...credentials['API key'],
      region: 'us-west, eu-central',
      'agent-name': `${'v'.repeat(45)}-{region}`,
      image: base.image,
    });
    expect(succeeded).toBe(false);
    expect(stage.emulator.requests).toEqual([]);
    expect(actions.errors[0]?.message).toContain('(56 characters in eu-central)');
  });
});

describe('a set for each version', () => {
  const versioned = { ...base, 'secret-set': 'keys-{version}', secrets: 'A=value-a' };

  test('takes the values that it is named by', async () => {
    const { secretSet } = await release(versioned);
    expect(secretSet?.version).toMatch(/^[0-9a-f]{8}$/);
    expect(secretSet?.keepVersions).toBe(3);
  });

  test('has no values to be named by', async () => {
    expect(await problems({ ...versioned, secrets: '' })).toEqual([
      expect.stringMatching(/^secret-set: has `\{version\}`.* no secret is set/),
    ]);
  });

  test('is not named by values that were all left out as empty', async () => {
    expect(await problems({ ...versioned, secrets: 'A=', 'empty-secrets': 'skip' })).toEqual([
      expect.stringMatching(/^secret-set: has `\{version\}`.* no secret is set/),
    ]);
  });

  test('is not pruned', async () => {
    expect(await problems({ ...versioned, 'prune-secrets': 'true' })).toEqual([
      'prune-secrets: has no effect with `{version}` in `secret-set`, because each version holds exactly the keys of its release; remove it',
    ]);
  });

  test.each(['0', '100'])('keeps %s', async (keep) => {
    const { secretSet } = await release({ ...versioned, 'keep-versions': keep });
    expect(secretSet?.keepVersions).toBe(Number(keep));
  });

  test.each(['101', '-1', '1.5', 'all'])('cannot keep %s', async (keep) => {
    expect(await problems({ ...versioned, 'keep-versions': keep })).toEqual([
      expect.stringMatching(
        new RegExp(`^keep-versions: \`${keep}\` is .*a whole number from 0 to 100`),
      ),
    ]);
  });

  test.each([
    { name: 'a set without versions', inputs: { 'secret-set': 'keys' }, needs: '`{version}`' },
    { name: 'no set', inputs: { 'secret-set': '', secrets: '' }, needs: '`secret-set`' },
  ])('is what keep-versions needs: $name', async ({ inputs, needs }) => {
    const list = await problems({ ...versioned, ...inputs, 'keep-versions': '5' });
    expect(list).toEqual([expect.stringContaining(`has no effect without ${needs}`)]);
    expect(await problems({ ...versioned, ...inputs, 'keep-versions': '3' })).toEqual([]);
  });
});

describe('the order of the rollout', () => {
  test.each([
    { given: '', rollout: 'parallel' },
    { given: 'parallel', rollout: 'parallel' },
    { given: 'Sequential', rollout: 'sequential' },
  ])('$given', async ({ given, rollout }) => {
    expect((await release({ ...regional, rollout: given })).rollout).toBe(rollout);
  });

  test('cannot be another', async () => {
    expect(await problems({ ...regional, rollout: 'canary' })).toEqual([
      'rollout: `canary` is not one of `parallel`, `sequential`',
    ]);
  });

  test('has no effect without an agent', async () => {
    const secretsOnly = { 'api-key': 'sk_0123456789', region: 'us-west', ...set };
    expect(await problems({ ...secretsOnly, rollout: 'sequential' })).toEqual([
      'rollout: has no effect without `agent-name`, which is not set',
    ]);
    expect(await problems({ ...secretsOnly, rollout: 'parallel' })).toEqual([]);
  });
});

describe('what looks like a credential is not shown', () => {
  test.each([
    { name: 'as one name', value: 'sk-hidden' },
    { name: 'as a name in lines', value: 'us-west: sk-hidden\neu-central: sk-hidden' },
    { name: 'with a placeholder', value: 'sk-hidden-{foo}' },
    { name: 'that breaks the rule', value: 'us-west: pcc_pat_hidden\n*: ghp_hidden-{region}' },
    { name: 'with blanks', value: 'us-west: Bearer sk-hidden\n*: x-{region}' },
    { name: 'in place of a region', value: 'sk-hidden: voice' },
    { name: 'as a pair', value: 'us-west: A=hidden\n*: x-{region}' },
  ])('$name', async ({ value }) => {
    for (const input of ['agent-name', 'secret-set', 'image-credentials', 'min-agents']) {
      const list = await problems({ ...regional, ...set, [input]: value });
      expect(list.length).toBeGreaterThan(0);
      expect(list.join('\n')).not.toContain('hidden');
    }
  });

  test('as a region', async () => {
    const list = await problems({ ...regional, region: 'us-west, pcc_pat_hidden, A=hidden' });
    expect(list).toHaveLength(2);
    expect(list.join('\n')).not.toContain('hidden');
  });
});

describe('what the settings file says is told by its key', () => {
  test.each([
    { toml: '[scaling]\nmin_agents = -1', told: 'scaling.min_agents (pcc-deploy.toml)' },
    { toml: '[scaling]\nmax_agents = -5', told: 'scaling.max_agents (pcc-deploy.toml)' },
    { toml: 'region = "Mars North"', told: 'region (pcc-deploy.toml)' },
    { toml: 'agent_name = "Voice"', told: 'agent_name (pcc-deploy.toml)' },
    { toml: 'agent_name = "voice-{foo}"', told: 'agent_name (pcc-deploy.toml)' },
    { toml: 'secret_set = "Keys"', told: 'secret_set (pcc-deploy.toml)' },
    { toml: 'image_credentials = "R"', told: 'image_credentials (pcc-deploy.toml)' },
    { toml: 'max_session_duration = -1', told: 'max_session_duration (pcc-deploy.toml)' },
    { toml: 'architecture = "x86"', told: 'architecture (pcc-deploy.toml)' },
    { toml: 'agent_profile = "Large"', told: 'agent_profile (pcc-deploy.toml)' },
    {
      toml: '[scaling]\nmin_agents = 6\nmax_agents = 5',
      told: 'scaling.min_agents (pcc-deploy.toml)',
    },
  ])('$toml', async ({ toml, told }) => {
    const inputs = { ...base, 'agent-name': '', 'config-file': 'pcc-deploy.toml' };
    const named = toml.startsWith('agent_name') ? toml : `agent_name = "voice"\n${toml}`;
    const list = await problems(inputs, { '/workspace/pcc-deploy.toml': named });
    expect(list.length).toBeGreaterThan(0);
    for (const one of list) expect(one.startsWith(`${told}: `)).toBe(true);
  });

  test.each([
    { toml: 'architecture = "riscv64"', key: 'architecture', known: '`amd64`, `arm64`' },
    { toml: 'websocket_auth = "mutual-tls"', key: 'websocket_auth', known: '`none`, `token`' },
    {
      toml: 'krisp_viva.audio_filter = "studio"',
      key: 'krisp_viva.audio_filter',
      known: '`tel`, `pro`, `off`',
    },
  ])('but a word that a newer client may know is sent, with a warning: $toml', async (given) => {
    const [, value = ''] = /"(.*)"/.exec(given.toml) ?? [];
    const {
      inputs,
      problems: found,
      warnings,
    } = await read(
      { ...base, 'config-file': 'pcc-deploy.toml' },
      { '/workspace/pcc-deploy.toml': given.toml },
    );
    expect(found).toEqual([]);
    expect(warnings).toEqual([
      `\`${value}\` in \`${given.key} (pcc-deploy.toml)\` is not a value that this version of the action knows (${given.known}). The action sends it anyway.`,
    ]);
    expect(Object.values(inputs?.release.agent?.settings ?? {})).toContain(value);
  });

  test('and by the input where that wins', async () => {
    const list = await problems(
      { ...base, 'config-file': 'pcc-deploy.toml', 'min-agents': '-1' },
      { '/workspace/pcc-deploy.toml': '[scaling]\nmin_agents = -2\n' },
    );
    expect(list).toEqual([expect.stringMatching(/^min-agents: `-1` is not a whole number/)]);
  });

  test('and the one name that it gives is not enough for several regions', async () => {
    const list = await problems(
      { ...base, 'agent-name': '', region: 'us-west, us-east', 'config-file': 'pcc-deploy.toml' },
      { '/workspace/pcc-deploy.toml': 'agent_name = "voice"\nregion = "ap-south"\n' },
    );
    expect(list).toEqual([
      expect.stringMatching(
        /^agent_name \(pcc-deploy\.toml\): `voice` is the name in `us-west`, `us-east`.*set the input `agent-name` to `voice-\{region\}`/,
      ),
    ]);
  });
});
