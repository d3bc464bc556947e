import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { inputNames } from '../../src/inputs/declared.js';
import type { ReadFile } from '../../src/inputs/files.js';
import { Findings } from '../../src/inputs/problems.js';
import { readInputs } from '../../src/inputs/read-inputs.js';
import { readSettingsFile } from '../../src/inputs/settings-file/read-settings-file.js';
import { inputVariables } from '../support/release-run.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'settings-file-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const name = 'pcc-deploy.toml';

const readInFolder: ReadFile = (path) => readFile(join(folder, path), 'utf8');

async function readNamed(path: string, readText = readInFolder) {
  const findings = new Findings();
  const file = await readSettingsFile(path, { readFile: readText, findings });
  const { problems, warnings } = findings;
  expect(file === undefined).toBe(problems.length > 0);
  return { file, problems: problems.map(({ message }) => message), warnings };
}

async function read(content: string | Buffer, path = name) {
  await writeFile(join(folder, path), content);
  return readNamed(path);
}

/** What a file without problems says. */
async function settings(text: string) {
  const { file, problems } = await read(text);
  expect(problems).toEqual([]);
  if (file === undefined) throw new Error('there are no problems and no file');
  return file;
}

/** The stand-ins of a file without problems, as `key: text`. */
async function defaults(text: string): Promise<Record<string, string>> {
  const file = await settings(text);
  return Object.fromEntries(file.defaults.map((one) => [one.key, one.text]));
}

const everything = `
agent_name = "voice"
image = "ghcr.io/acme/voice:1.0"
region = "us-west"
secret_set = "voice-secrets"
image_credentials = "voice-registry"
max_session_duration = 3_600
websocket_auth = "token"
architecture = "arm64"   # the default of most regions

[scaling]
min_agents = 1
max_agents = 20

[krisp_viva]
audio_filter = "tel"

[resources]
cpu = "500m"
memory = "1Gi"

[build]
context_dir = "./agent"
dockerfile = "docker/Dockerfile"

[build.exclude]
patterns = [
  "*.md",
  "tests/", # they need a room
]

[docker]
registry = "ghcr"
auto_latest = false

[git]
repo = "acme/voice"
branch = "main"
dockerfile_path = "docker/Dockerfile"
subdirectory = "agent"
`;

describe('a file with everything', () => {
  test('gives each value to the input that it stands in for', async () => {
    const file = await settings(everything);
    expect(file.defaults).toEqual([
      { input: 'agent-name', text: 'voice', key: 'agent_name' },
      { input: 'region', text: 'us-west', key: 'region' },
      { input: 'image', text: 'ghcr.io/acme/voice:1.0', key: 'image' },
      { input: 'secret-set', text: 'voice-secrets', key: 'secret_set' },
      { input: 'image-credentials', text: 'voice-registry', key: 'image_credentials' },
      { input: 'min-agents', text: '1', key: 'scaling.min_agents' },
      { input: 'max-agents', text: '20', key: 'scaling.max_agents' },
      { input: 'architecture', text: 'arm64', key: 'architecture' },
      { input: 'max-session-duration', text: '3600', key: 'max_session_duration' },
      { input: 'krisp-viva-audio-filter', text: 'tel', key: 'krisp_viva.audio_filter' },
      { input: 'websocket-auth', text: 'token', key: 'websocket_auth' },
      { input: 'build-context', text: './agent', key: 'build.context_dir' },
      { input: 'dockerfile', text: 'docker/Dockerfile', key: 'build.dockerfile' },
    ]);
  });

  test('gives what no input says', async () => {
    expect(await settings(everything)).toMatchObject({
      path: name,
      resources: { cpu: '500m', memory: '1Gi' },
      excludePatterns: ['*.md', 'tests/'],
      hasGit: true,
    });
  });

  test.each([
    { name: 'the profile', line: 'agent_profile = "agent-2x"', input: 'agent-profile' },
    { name: 'the build', line: 'build_id = "6f1c"', input: 'build-id' },
  ])('has no room for $name, which is given alone', async ({ line, input }) => {
    const { defaults: found } = await settings(line);
    expect(found).toEqual([expect.objectContaining({ input })]);
  });

  test('names only inputs that there are', async () => {
    const { defaults: found } = await settings(everything);
    for (const { input } of found) expect(inputNames).toContain(input);
  });
});

describe('says nothing where the file does', () => {
  const nothing = {
    path: name,
    defaults: [],
    resources: undefined,
    excludePatterns: undefined,
    hasGit: false,
  };
  test.each([
    { name: 'empty', text: '' },
    { name: 'comments only', text: '# agent_name = "voice"\n' },
    {
      name: 'tables without a value',
      text: '[scaling]\n[krisp_viva]\n[resources]\n# cpu = "1"\n[build]\n[build.exclude]\n[git]\n',
    },
  ])('$name', async ({ text }) => {
    expect(await settings(text)).toEqual(nothing);
  });

  test('an empty list of patterns is a list all the same', async () => {
    const { excludePatterns } = await settings('build.exclude.patterns = []');
    expect(excludePatterns).toEqual([]);
  });
});

test.each(['repo', 'branch', 'dockerfile_path', 'subdirectory'])(
  'a file with `git.%s` has git',
  async (key) => {
    expect((await settings(`git.${key} = "x"`)).hasGit).toBe(true);
  },
);

describe('is read as TOML has it', () => {
  test.each([
    {
      name: 'dotted keys',
      text: 'scaling.min_agents = 1\nscaling . "max_agents" = 2',
      expected: { 'scaling.min_agents': '1', 'scaling.max_agents': '2' },
    },
    {
      name: 'inline tables',
      text: 'scaling = { min_agents = 1, max_agents = 2 }\nkrisp_viva = {audio_filter = "pro"}',
      expected: {
        'scaling.min_agents': '1',
        'scaling.max_agents': '2',
        'krisp_viva.audio_filter': 'pro',
      },
    },
    {
      name: 'a table within a table first',
      text: '[build.exclude]\npatterns = ["a"]\n[build]\ndockerfile = "D"\n[scaling]\nmin_agents = 0',
      expected: { 'build.dockerfile': 'D', 'scaling.min_agents': '0' },
    },
    {
      name: 'quoted keys and literal texts',
      text: `"agent_name" = 'voice'\n'region' = 'eu'`,
      expected: { agent_name: 'voice', region: 'eu' },
    },
    {
      name: 'escapes',
      text: 'agent_name = "voi\\u0063e"',
      expected: { agent_name: 'voice' },
    },
    {
      name: 'a text of several lines',
      text: 'image = """\nghcr.io/acme/\\\n   voice:1.0\n"""',
      expected: { image: 'ghcr.io/acme/voice:1.0' },
    },
    { name: 'blanks around', text: 'region = "  eu\\t"', expected: { region: 'eu' } },
    {
      name: 'whole numbers of all kinds',
      text: 'max_session_duration = 0xE10\n[scaling]\nmin_agents = +1\nmax_agents = 1_0',
      expected: {
        max_session_duration: '3600',
        'scaling.min_agents': '1',
        'scaling.max_agents': '10',
      },
    },
    {
      name: 'Windows line breaks',
      text: 'agent_name = "voice"\r\n\r\n[scaling]\r\nmin_agents = 1\r\n',
      expected: { agent_name: 'voice', 'scaling.min_agents': '1' },
    },
    {
      name: 'a byte order mark',
      text: '\uFEFFagent_name = "voice"',
      expected: { agent_name: 'voice' },
    },
  ])('$name', async ({ text, expected }) => {
    expect(await defaults(text)).toEqual(expected);
  });

  test.each([
    { name: 'below zero', number: '-3', text: '-3' },
    { name: 'beyond what a number can hold', number: '9007199254740993', text: '9007199254740993' },
    { name: 'beyond 64 bits', number: '1' + '0'.repeat(30), text: '1' + '0'.repeat(30) },
  ])('leaves the range of a whole number to the input: $name', async ({ number, text }) => {
    expect(await defaults(`scaling.min_agents = ${number}`)).toEqual({
      'scaling.min_agents': text,
    });
  });

  test.each([
    { name: 'a table', text: '[docker]\nregistry = 1\nelse = { a = [2020-01-01] }' },
    { name: 'a text', text: 'docker = ""' },
    { name: 'an array of tables', text: '[[docker]]\n[[docker]]' },
  ])('takes whatever `docker` is: $name', async ({ text }) => {
    expect(await defaults(text)).toEqual({});
  });
});

describe('resources are Kubernetes quantities', () => {
  test.each([
    {
      name: 'texts',
      cpu: '"250m"',
      memory: '" 0.5Gi "',
      expected: { cpu: '250m', memory: '0.5Gi' },
    },
    {
      name: 'whole numbers',
      cpu: '2',
      memory: '4294967296',
      expected: { cpu: '2', memory: '4294967296' },
    },
    { name: 'decimal numbers', cpu: '0.5', memory: '"1G"', expected: { cpu: '0.5', memory: '1G' } },
  ])('as $name', async ({ cpu, memory, expected }) => {
    const file = await settings(`[resources]\ncpu = ${cpu}\nmemory = ${memory}`);
    expect(file.resources).toEqual(expected);
  });

  const rule = 'not a Kubernetes quantity, such as `500m`, `2` or `4Gi`';
  test.each([
    { name: 'another unit', cpu: '"2 cores"', told: `is \`2 cores\`, ${rule}` },
    { name: 'a unit in the wrong case', cpu: '"1gi"', told: `is \`1gi\`, ${rule}` },
    { name: 'a unit alone', cpu: '"m"', told: `is \`m\`, ${rule}` },
    { name: 'below zero', cpu: '-1', told: `is \`-1\`, ${rule}` },
    { name: 'an exponent', cpu: '1e30', told: `is \`1e+30\`, ${rule}` },
    { name: 'no number', cpu: 'nan', told: `is a decimal number, ${rule}` },
    { name: 'a credential', cpu: '"sk_0123456789"', told: `is a credential, ${rule}` },
    { name: 'empty', cpu: '" "', told: 'is empty' },
    { name: 'a boolean', cpu: 'true', told: `is a boolean, ${rule}` },
    { name: 'a table', cpu: '{ limit = 1 }', told: `is a table, ${rule}` },
  ])('and nothing else: $name', async ({ cpu, told }) => {
    const { problems } = await read(`[resources]\ncpu = ${cpu}\nmemory = "1Gi"`);
    expect(problems).toEqual([`\`${name}\`: \`resources.cpu\` ${told}`]);
  });
});

describe('a wrong type is told with its key, the rule and the kind that was found', () => {
  const text = 'not a text in quotes';
  const integer = 'not a whole number without quotes';
  const table = 'not a table';
  test.each([
    { toml: 'agent_name = 7', told: `\`agent_name\` is a whole number, ${text}` },
    { toml: 'build_id = 1.5', told: `\`build_id\` is a decimal number, ${text}` },
    { toml: 'image = true', told: `\`image\` is a boolean, ${text}` },
    { toml: 'image_credentials = inf', told: `\`image_credentials\` is a decimal number, ${text}` },
    { toml: 'region = 2026-01-31', told: `\`region\` is a date or time, ${text}` },
    { toml: 'secret_set = 07:32:00', told: `\`secret_set\` is a date or time, ${text}` },
    {
      toml: 'architecture = 1979-05-27T07:32:00Z',
      told: `\`architecture\` is a date or time, ${text}`,
    },
    { toml: 'agent_profile = ["agent-1x"]', told: `\`agent_profile\` is an array, ${text}` },
    { toml: '[websocket_auth]', told: `\`websocket_auth\` is a table, ${text}` },
    { toml: 'max_session_duration = "60"', told: `\`max_session_duration\` is a text, ${integer}` },
    {
      toml: 'scaling.min_agents = 1.0',
      told: `\`scaling.min_agents\` is a decimal number, ${integer}`,
    },
    { toml: 'scaling.max_agents = true', told: `\`scaling.max_agents\` is a boolean, ${integer}` },
    {
      toml: 'krisp_viva.audio_filter = {}',
      told: `\`krisp_viva.audio_filter\` is a table, ${text}`,
    },
    { toml: 'build.context_dir = []', told: `\`build.context_dir\` is an array, ${text}` },
    { toml: 'git.branch = 2026', told: `\`git.branch\` is a whole number, ${text}` },
    { toml: 'scaling = 1', told: `\`scaling\` is a whole number, ${table}` },
    { toml: 'krisp_viva = "tel"', told: `\`krisp_viva\` is a text, ${table}` },
    { toml: '[[resources]]', told: `\`resources\` is an array, ${table}` },
    { toml: 'build = 2026-01-31', told: `\`build\` is a date or time, ${table}` },
    { toml: 'build.exclude = ["*.md"]', told: `\`build.exclude\` is an array, ${table}` },
    { toml: 'git = false', told: `\`git\` is a boolean, ${table}` },
    {
      toml: 'build.exclude.patterns = "*.md"',
      told: '`build.exclude.patterns` is a text, not an array of texts',
    },
    {
      toml: 'build.exclude.patterns = ["a", 2, ""]',
      told: [
        `\`build.exclude.patterns\` (item 2) is a whole number, ${text}`,
        '`build.exclude.patterns` (item 3) is empty',
      ],
    },
    { toml: 'agent_name = ""', told: '`agent_name` is empty' },
    { toml: 'image = " \\n"', told: '`image` is empty' },
  ])('$toml', async ({ toml, told }) => {
    const { problems } = await read(toml);
    expect(problems).toEqual([told].flat().map((problem) => `\`${name}\`: ${problem}`));
  });
});

describe('a key that is not known is told', () => {
  test.each([
    {
      name: 'with the one that is meant',
      toml: 'agnt_name = "voice"',
      told: '`agnt_name`; did you mean `agent_name`?',
    },
    {
      name: 'spelt as the input',
      toml: 'secret-set = "voice"',
      told: '`secret-set`; did you mean `secret_set`?',
    },
    {
      name: 'spelt as in other languages',
      toml: 'scaling.minAgents = 1',
      told: '`scaling.minAgents`; did you mean `min_agents`?',
    },
    {
      name: 'a table',
      toml: '[scalling]\nmin_agents = 1',
      told: '`scalling`; did you mean `scaling`?',
    },
    {
      name: 'two letters that changed places, in a short one',
      toml: '[biuld]\ndockerfile = "D"',
      told: '`biuld`; the nearest is `build`',
    },
    {
      name: 'a part of one',
      toml: 'max_session = 60',
      told: '`max_session`; the nearest is `max_session_duration`',
    },
    {
      name: 'the end of one',
      toml: 'profile = "agent-1x"',
      told: '`profile`; the nearest is `agent_profile`',
    },
    {
      name: 'the beginning of one, of three letters',
      toml: 'scaling.min = 3',
      told: '`scaling.min`; the nearest is `min_agents`',
    },
    {
      name: 'within a table',
      toml: '[krisp_viva]\naudio_filters = "tel"',
      told: '`krisp_viva.audio_filters`; did you mean `audio_filter`?',
    },
    {
      name: 'within resources',
      toml: 'resources.cpus = 1',
      told: '`resources.cpus`; did you mean `cpu`?',
    },
    {
      name: 'within a table within a table',
      toml: 'build.exclude.pattern = []',
      told: '`build.exclude.pattern`; did you mean `patterns`?',
    },
    {
      name: 'within git, for a typing error',
      toml: 'git.brnach = "main"',
      told: '`git.brnach`; did you mean `branch`?',
    },
    {
      name: 'behind the head of a table',
      toml: '[scaling]\nmin_agents = 1\nimage = "a:1"',
      told: '`scaling.image`; move `image` above the first table',
    },
    {
      name: 'outside of its table',
      toml: 'dockerfile = "Dockerfile"',
      told: '`dockerfile`; `dockerfile` is a key of the table `[build]`',
    },
    {
      name: 'outside of the inner table',
      toml: '[build]\npatterns = []',
      told: '`build.patterns`; `patterns` is a key of the table `[build.exclude]`',
    },
    {
      name: 'a former one',
      toml: 'enable_krisp = true',
      told: '`enable_krisp`; Krisp is now set by `audio_filter` in the table `[krisp_viva]`',
    },
    {
      name: 'a former bound of scaling',
      toml: '[scaling]\nmin_instances = 1',
      told: '`scaling.min_instances`; its name is now `min_agents`',
    },
    {
      name: 'the other former bound',
      toml: 'scaling.max_instances = 1',
      told: '`scaling.max_instances`; its name is now `max_agents`',
    },
    {
      name: 'a former bound outside of its table',
      toml: 'min_instances = 1',
      told: '`min_instances`; it is now `min_agents` in the table `[scaling]`',
    },
    {
      name: 'one that only an input has',
      toml: 'enable_managed_keys = true',
      told: '`enable_managed_keys`; use the input `enable-managed-keys`',
    },
  ])('$name', async ({ toml, told }) => {
    const { problems } = await read(toml);
    expect(problems).toEqual([`\`${name}\`: unknown key ${told}`]);
  });

  test.each([
    { name: 'a table', toml: '[telemetry]\nlevel = 1', told: '`telemetry`' },
    { name: 'one that is near none', toml: 'timeout = 3', told: '`timeout`' },
    { name: 'a short one that is near none', toml: 'x = 3', told: '`x`' },
    { name: 'an empty one', toml: '"" = 3', told: '``' },
    { name: 'one of every object', toml: 'constructor = 3', told: '`constructor`' },
    { name: 'another of every object', toml: 'scaling.toString = 3', told: '`scaling.toString`' },
    { name: 'the prototype', toml: '__proto__ = { image = "a:1" }', told: '`__proto__`' },
    { name: 'the prototype as a table', toml: '[__proto__]\nimage = "a:1"', told: '`__proto__`' },
    {
      name: 'the prototype of a table',
      toml: '[scaling.__proto__]\nmin_agents = 1',
      told: '`scaling.__proto__`',
    },
    {
      name: 'one with line breaks and backticks, on one line',
      toml: '"a`\\n# b" = 1',
      told: "`a' # b`",
    },
    {
      name: 'one that is very long, cut',
      toml: `${'k'.repeat(5000)} = 1`,
      told: `\`${'k'.repeat(500)}…\``,
    },
  ])('is ignored with a warning, as a newer client may know it: $name', async ({ toml, told }) => {
    const { file, problems, warnings } = await read(toml);
    expect(problems).toEqual([]);
    expect(warnings).toEqual([`\`${name}\`: ignored the unknown key ${told}.`]);
    expect(file?.defaults).toEqual([]);
  });

  test('and gives no value to objects that come after it', async () => {
    await read('__proto__.image = "a:1"\n[scaling.__proto__]\nmin_agents = 1');
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(await defaults('')).toEqual({});
  });
});

describe('what cannot stand side by side', () => {
  test.each([
    {
      name: 'a profile and resources',
      toml: 'agent_profile = "agent-1x"\n[resources]\ncpu = 1\nmemory = "1Gi"',
      told: ['`agent_profile` and `resources` are both set, but an agent has only one size'],
    },
    {
      name: 'cpu without memory',
      toml: 'resources.cpu = 1',
      told: ['`resources.cpu` needs `resources.memory`, which is not set'],
    },
    {
      name: 'memory without cpu, and a profile',
      toml: 'agent_profile = "agent-1x"\nresources.memory = "1Gi"',
      told: [
        '`resources.memory` needs `resources.cpu`, which is not set',
        '`agent_profile` and `resources` are both set, but an agent has only one size',
      ],
    },
  ])('is told: $name', async ({ toml, told }) => {
    const { problems } = await read(toml);
    expect(problems).toEqual(told.map((problem) => `\`${name}\`: ${problem}`));
  });

  test('a profile and an empty table of resources can', async () => {
    expect(await defaults('agent_profile = "agent-1x"\n[resources]')).toEqual({
      agent_profile: 'agent-1x',
    });
  });
});

test('all problems are told in one go', async () => {
  const { problems } = await read(
    'agent_nam = "voice"\nimage = 3\n[scaling]\nmin_agents = "1"\nregion = "eu"\n[resources]\ncpu = "x"',
  );
  expect(problems.map((problem) => problem.replace(/[;,].*/, ''))).toEqual([
    '`pcc-deploy.toml`: unknown key `agent_nam`',
    '`pcc-deploy.toml`: unknown key `scaling.region`',
    '`pcc-deploy.toml`: `image` is a whole number',
    '`pcc-deploy.toml`: `scaling.min_agents` is a text',
    '`pcc-deploy.toml`: `resources.cpu` is `x`',
    '`pcc-deploy.toml`: `resources.cpu` needs `resources.memory`',
  ]);
});

describe('what is not TOML is told by line and column, without its text', () => {
  test.each([
    { name: 'no value', toml: 'agent_name =\nregion = "hidden"', line: 1, column: 13 },
    { name: 'a text without quotes', toml: '\nagent_name = hidden', line: 2, column: 14 },
    { name: 'a quote that does not end', toml: 'a = 1\nimage = "hidden\n', line: 2, column: 16 },
    { name: 'a head that does not end', toml: '[hidden\nimage = "hidden"', line: 1, column: 8 },
    { name: 'a line of dotenv', toml: 'KEY="hidden"\nexport KEY2=hidden', line: 2, column: 8 },
    { name: 'an array that does not end', toml: 'hidden = ["hidden"', line: 1, column: 19 },
    {
      name: 'a key that comes twice',
      toml: 'image = "hidden"\nimage = "hidden"',
      line: 2,
      column: 1,
    },
    { name: 'a table that comes twice', toml: '[hidden]\n[hidden]', line: 2, column: 2 },
    { name: 'a table that is a value', toml: 'hidden = 1\n[hidden.a]', line: 2, column: 2 },
    { name: 'an escape that there is not', toml: 'image = "hidden\\q"', line: 1, column: 17 },
    { name: 'a date that there is not', toml: 'image = 2026-13-45 # hidden', line: 1, column: 9 },
    { name: 'two values on a line', toml: 'a = "hidden" b = "hidden"', line: 1, column: 14 },
    { name: 'an old line break', toml: 'a = "hidden"\rb = "hidden"', line: 1, column: 13 },
    { name: 'Windows line breaks', toml: '# hidden\r\n\r\nhidden', line: 3, column: 1 },
    { name: 'a byte order mark in front', toml: '\uFEFFhidden', line: 1, column: 1 },
    { name: 'too many arrays', toml: `hidden = ${'['.repeat(5000)}`, line: 1, column: 1010 },
  ])('$name', async ({ toml, line, column }) => {
    const { problems } = await read(toml);
    expect(problems).toHaveLength(1);
    const [problem] = problems;
    expect(problem).toMatch(
      new RegExp(`^\`${name}\` line ${line}, column ${column} is not TOML: [a-z][-a-z:.,() ]+$`),
    );
    expect(problem).not.toContain('hidden');
  });
});

describe('a file that cannot be one is told', () => {
  test('missing', async () => {
    const reading = await readNamed('gone/x.toml');
    expect(reading).toEqual({
      file: undefined,
      problems: ['`gone/x.toml` cannot be read (this file does not exist)'],
      warnings: [],
    });
  });

  test('a folder', async () => {
    await mkdir(join(folder, 'agent'));
    const { problems } = await readNamed('agent');
    expect(problems).toEqual(['`agent` cannot be read (it is a folder)']);
  });

  test('for a reason of the system', async () => {
    const refusal = Object.assign(new Error('hidden'), { code: 'EACCES' });
    const { problems } = await readNamed(name, () => Promise.reject(refusal));
    expect(problems).toEqual([`\`${name}\` cannot be read (EACCES)`]);
  });

  test.each([
    { name: 'in UTF-16', content: Buffer.from('\uFEFFagent_name = "hidden"', 'utf16le') },
    { name: 'a program', content: Buffer.from('\x7fELF\x02\x01\x01\0\0\0hidden', 'latin1') },
  ])('$name', async ({ content }) => {
    const { problems } = await read(content);
    expect(problems).toEqual([
      `\`${name}\` is not text in UTF-8 (it may be in UTF-16); save it as UTF-8`,
    ]);
  });

  const line = 'agent_name = "voice"\n#';
  test('over a mebibyte, counted in bytes', async () => {
    const { problems } = await read(line + 'ü'.repeat(512 * 1024));
    expect(problems).toEqual([
      `\`${name}\` is larger than 1 MiB, so it is not a settings file; it was not read`,
    ]);
  });

  test('and one of a mebibyte is read', async () => {
    expect(await defaults(line + '-'.repeat(1024 * 1024 - line.length))).toEqual({
      agent_name: 'voice',
    });
  });
});

describe('the path', () => {
  /** The name of the agent, read with this workspace. */
  async function agentOf(workspace: string, path: string): Promise<string | undefined> {
    const inputs = { 'api-key': 'sk_0123456789', 'config-file': path };
    const environment = { GITHUB_WORKSPACE: workspace, ...inputVariables(inputs) };
    const reading = await readInputs(environment, (one) => readFile(one, 'utf8'));
    expect(reading.problems).toEqual([]);
    return reading.inputs?.release.agent?.name.others;
  }

  test('is one of the workspace, and told as it was named', async () => {
    await mkdir(join(folder, 'agents'));
    const { file } = await read('agent_name = "voice"', 'agents/voice.toml');
    expect(file?.path).toBe('agents/voice.toml');
    expect(await agentOf(folder, 'agents/voice.toml')).toBe('voice');
  });

  test('may be absolute', async () => {
    const path = join(folder, name);
    await writeFile(path, 'agent_name = "voice"');
    expect(await agentOf('/elsewhere', path)).toBe('voice');
  });

  test('names the file in its problems', async () => {
    const { problems, warnings } = await read('x = 1\nagent_nam = "a"', 'other.toml');
    expect(problems).toEqual(['`other.toml`: unknown key `agent_nam`; did you mean `agent_name`?']);
    expect(warnings).toEqual(['`other.toml`: ignored the unknown key `x`.']);
  });
});
