import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Emulator, startEmulator } from '../../emulator/index.js';
import { type ActionRun, runAction } from '../../scripts/runner.js';
import { Workspace } from '../context/tree.js';
import { credentials, writes } from '../support/release-run.js';
import { unanswered } from './answered.js';
import { PlatformClient } from './client.js';
import { heldBy } from './held.js';
import type { CommandResult } from './installation.js';

/*
 * The platform's own command-line client and the built action do the same work, each with its own emulator in the same state.
 * Both must lead to the same sets, agents, deployments and builds. So the action works together with the client, and the
 * emulator behaves as an independent client expects.
 */

let client: PlatformClient;
let folder: string;
/** The emulators of the client and of the action. */
let emulators: readonly [Emulator, Emulator];

beforeAll(async () => {
  client = await PlatformClient.install();
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parity-'));
  // The client checks at once and then every five seconds, so everything is ready at once.
  const start = () => startEmulator({ secretSetDelay: 0, deploymentDelay: 0, buildDelay: 0 });
  emulators = [await start(), await start()];
});

afterEach(async () => {
  for (const emulator of emulators) await emulator.close();
  await rm(folder, { recursive: true, force: true });
});

/** The same work as commands of the client and as inputs of the action. */
interface Twice {
  /** Commands, one after the other. */
  readonly commands: readonly (readonly string[])[];
  readonly inputs: Readonly<Record<string, string>>;
}

interface Outcomes {
  readonly commands: readonly CommandResult[];
  readonly run: ActionRun;
}

async function doTwice({ commands, inputs }: Twice, workspace = folder): Promise<Outcomes> {
  const [clients, actions] = emulators;
  const [results, run] = await Promise.all([
    (async () => {
      const done: CommandResult[] = [];
      for (const command of commands) done.push(await client.run(clients, command));
      return done;
    })(),
    runAction({ inputs: { 'api-url': actions.url, ...credentials.token, ...inputs }, workspace }),
  ]);
  return { commands: results, run };
}

async function expectTheSame(): Promise<void> {
  const [clients, actions] = emulators;
  expect(await heldBy(actions)).toEqual(await heldBy(clients));
  expect(unanswered(clients)).toEqual([]);
}

/** The output of commands that failed. */
const failuresOf = ({ commands, run }: Outcomes) => [
  ...commands.filter(({ exitCode }) => exitCode !== 0).map((one) => one.stdout + one.stderr),
  ...(run.exitCode === 0 ? [] : [run.log]),
];

const region = 'eu-central';
const image = 'ghcr.io/acme/voice:1.0.0';
const auth = Buffer.from('acme:registry-token').toString('base64');

const settings = {
  ...{ secretSet: 'voice-secrets', imagePullSecretSet: 'registry' },
  ...{ agentProfile: 'agent-2x', maxSessionDuration: 3600 },
};

/** A set, an image pull secret, and an agent that binds them and has a setting of each kind. */
function seedAgent({ seed }: Emulator): void {
  seed.secretSet({ name: 'voice-secrets', region, values: { OPENAI_KEY: 'one' } });
  seed.imagePullSecret({ name: 'registry', region, host: 'https://ghcr.io', auth });
  seed.agent({
    ...{ name: 'voice-agent', region, image, minAgents: 1, maxAgents: 4 },
    ...settings,
  });
}

const scaling = ['--min-agents', '1', '--max-agents', '4'];

interface Case extends Twice {
  readonly name: string;
  readonly seed?: (emulator: Emulator) => void;
  /** The expected keys and values of the set, if the case is about a set. */
  readonly values?: Readonly<Record<string, string>>;
  /** The expected number of deployments of the agent. */
  readonly deployments?: number;
  /** Other expected settings of the agent. */
  readonly agent?: object;
  /** A part of the output of the client that shows the response of the platform. */
  readonly tells?: string;
}

const cases: Case[] = [
  {
    name: 'a set of several keys, in a region',
    commands: [
      [
        ...[
          'secrets',
          'set',
          'voice-secrets',
          'OPENAI_KEY=sk-1',
          'LOG-LEVEL=debug',
          'EQUALS=a=b==',
        ],
        ...['--region', region, '--skip'],
      ],
    ],
    inputs: {
      'secret-set': 'voice-secrets',
      secrets: 'OPENAI_KEY=sk-1\nLOG-LEVEL=debug\nEQUALS=a=b==',
      region,
    },
    values: { OPENAI_KEY: 'sk-1', 'LOG-LEVEL': 'debug', EQUALS: 'a=b==' },
  },
  {
    name: 'keys for a set in a region other than the default one',
    seed: ({ seed }) => {
      seed.secretSet({ name: 'voice-secrets', region, values: { STAYS: 'old', CHANGES: 'old' } });
    },
    commands: [['secrets', 'set', 'voice-secrets', 'CHANGES=new', 'COMES=new', '--skip']],
    inputs: { 'secret-set': 'voice-secrets', secrets: 'CHANGES=new\nCOMES=new' },
    values: { STAYS: 'old', CHANGES: 'new', COMES: 'new' },
  },
  {
    name: 'a key that is unset or pruned',
    seed: ({ seed }) => {
      seed.secretSet({ name: 'voice-secrets', region, values: { STAYS: 'old', GOES: 'old' } });
    },
    commands: [['secrets', 'unset', 'voice-secrets', 'GOES', '--skip']],
    inputs: { 'secret-set': 'voice-secrets', secrets: 'STAYS=old', 'prune-secrets': 'true' },
    values: { STAYS: 'old' },
  },
  {
    name: 'an image pull secret for a registry',
    commands: [
      [
        ...['secrets', 'image-pull-secret', 'registry', 'https://ghcr.io', 'acme:registry-token'],
        ...['--region', region, '--skip'],
      ],
    ],
    inputs: {
      ...{ 'image-credentials': 'registry', registry: 'ghcr.io', region },
      ...{ 'registry-username': 'acme', 'registry-password': 'registry-token' },
    },
  },
  {
    name: 'a new token for an image pull secret of Docker Hub',
    seed: ({ seed }) => {
      seed.imagePullSecret({ name: 'registry' });
    },
    commands: [
      [
        ...['secrets', 'image-pull-secret', 'registry', 'https://index.docker.io/v1/', 'acme:new'],
        '--skip',
      ],
    ],
    inputs: {
      ...{ 'image-credentials': 'registry', registry: 'docker.io' },
      ...{ 'registry-username': 'acme', 'registry-password': 'new' },
    },
  },
  {
    name: 'a new agent with only an image',
    // The client always sends the minimum number of instances. Zero is the default of both.
    commands: [['deploy', 'voice-agent', image, '--no-credentials', '--yes']],
    inputs: { 'agent-name': 'voice-agent', image },
    deployments: 1,
    agent: { image, region: 'us-west', minAgents: 0, maxAgents: 50 },
  },
  {
    name: 'a new agent with an image, sets and settings',
    seed: ({ seed }) => {
      seed.secretSet({ name: 'voice-secrets', region, values: { OPENAI_KEY: 'one' } });
      seed.imagePullSecret({ name: 'registry', region, host: 'https://ghcr.io', auth });
    },
    commands: [
      [
        ...['deploy', 'voice-agent', image, '--region', region, '--yes', ...scaling],
        ...['--secrets', 'voice-secrets', '--credentials', 'registry', '--profile', 'agent-2x'],
        ...['--architecture', 'arm64', '--max-session-duration', '3600'],
        ...['--krisp-viva-audio-filter', 'tel'],
      ],
    ],
    inputs: {
      ...{ 'agent-name': 'voice-agent', image, region, 'min-agents': '1', 'max-agents': '4' },
      ...{ 'secret-set': 'voice-secrets', 'image-credentials': 'registry' },
      ...{ 'agent-profile': 'agent-2x', architecture: 'arm64', 'max-session-duration': '3600' },
      'krisp-viva-audio-filter': 'tel',
    },
    deployments: 1,
    agent: {
      ...{ image, region, ...settings, krispVivaAudioFilter: 'tel', architecture: 'arm64' },
      ...{ minAgents: 1, maxAgents: 4 },
    },
  },
  {
    name: 'another image and scaling, while other settings stay',
    seed: (emulator) => {
      seedAgent(emulator);
      // Not ready at the first check. Only this test waits for the second check of the client.
      emulator.script.deployment('voice-agent', { delay: 1000 });
    },
    commands: [
      [
        ...['deploy', 'voice-agent', 'ghcr.io/acme/voice:1.1.0', '--yes'],
        ...['--min-agents', '2', '--max-agents', '8'],
      ],
    ],
    inputs: {
      ...{ 'agent-name': 'voice-agent', image: 'ghcr.io/acme/voice:1.1.0' },
      ...{ 'min-agents': '2', 'max-agents': '8' },
    },
    deployments: 2,
    agent: { image: 'ghcr.io/acme/voice:1.1.0', ...settings, minAgents: 2, maxAgents: 8 },
  },
  {
    name: 'a change of scaling, which makes no new deployment',
    seed: seedAgent,
    commands: [
      ['deploy', 'voice-agent', image, '--yes', '--min-agents', '0', '--max-agents', '20'],
    ],
    inputs: { 'agent-name': 'voice-agent', image, 'min-agents': '0', 'max-agents': '20' },
    deployments: 1,
    agent: { ...settings, minAgents: 0, maxAgents: 20 },
  },
  {
    name: 'the same release again, which makes no new deployment',
    seed: seedAgent,
    commands: [['deploy', 'voice-agent', image, '--yes', ...scaling]],
    inputs: { 'agent-name': 'voice-agent', image },
    deployments: 1,
    tells: 'No configuration changes were detected',
  },
  {
    name: 'the same release again by force, which makes a new deployment',
    seed: seedAgent,
    commands: [['deploy', 'voice-agent', image, '--force', ...scaling]],
    inputs: { 'agent-name': 'voice-agent', image, 'force-redeploy': 'true' },
    deployments: 2,
  },
  {
    name: 'a new value and a deployment with it',
    seed: seedAgent,
    commands: [
      ['secrets', 'set', 'voice-secrets', 'OPENAI_KEY=two', '--skip'],
      ['deploy', 'voice-agent', image, '--force', ...scaling],
    ],
    inputs: {
      ...{ 'agent-name': 'voice-agent', image },
      ...{ 'secret-set': 'voice-secrets', secrets: 'OPENAI_KEY=two' },
    },
    deployments: 2,
    values: { OPENAI_KEY: 'two' },
    agent: { deployments: [{}, { secretValues: { OPENAI_KEY: 'two' } }] },
  },
];

test.each(cases)('$name', async ({ seed, values, deployments, agent, tells = '', ...twice }) => {
  for (const emulator of emulators) seed?.(emulator);
  const before = await heldBy(emulators[0]);
  const outcomes = await doTwice(twice);
  expect(failuresOf(outcomes)).toEqual([]);
  expect(outcomes.commands.at(-1)?.stdout).toContain(tells);
  await expectTheSame();
  // Both did something.
  const [clients, actions] = emulators;
  expect(writes(clients)).not.toEqual([]);
  if (twice.inputs['agent-name'] === undefined) expect(await heldBy(clients)).not.toEqual(before);
  // Both did what the case expects, so they are not only equal because of a mistake in the emulator.
  for (const { state } of [clients, actions]) {
    if (values) expect(state.secretSet('voice-secrets')).toMatchObject({ region, values });
    expect(state.agent('voice-agent')?.deployments.length).toBe(deployments);
    if (agent) expect(state.agent('voice-agent')).toMatchObject({ ...agent, ready: true });
  }
});

describe('both fail and leave the same state if', () => {
  const refused: Case[] = [
    {
      name: 'a set is in another region',
      seed: ({ seed }) => {
        seed.secretSet({ name: 'voice-secrets', region: 'us-east' });
      },
      commands: [
        ['deploy', 'voice-agent', image, '--secrets', 'voice-secrets', '--region', region, '--yes'],
      ],
      inputs: { 'agent-name': 'voice-agent', image, region, 'secret-set': 'voice-secrets' },
      tells: "Secret set 'voice-secrets' is in region 'us-east'",
    },
    {
      name: 'a set fails',
      seed: ({ seed }) => {
        seed.secretSet({ name: 'voice-secrets', status: 'failed' });
      },
      commands: [['deploy', 'voice-agent', image, '--secrets', 'voice-secrets', '--yes']],
      inputs: { 'agent-name': 'voice-agent', image, 'secret-set': 'voice-secrets' },
      tells: 'is not ready (status: failed)',
    },
    {
      name: 'the platform reports an error in a deployment',
      seed: (emulator) => {
        seedAgent(emulator);
        emulator.script.deployment('voice-agent', {
          outcome: 'error',
          errors: [{ code: 'PCC_IMAGE_NOT_FOUND', message: 'There is no such image' }],
        });
      },
      commands: [['deploy', 'voice-agent', 'ghcr.io/acme/voice:2.0.0', '--yes', ...scaling]],
      inputs: { 'agent-name': 'voice-agent', image: 'ghcr.io/acme/voice:2.0.0' },
      deployments: 2,
      tells: 'There is no such image',
    },
  ];

  test.each(refused)('$name', async ({ seed, deployments, tells = '', ...twice }) => {
    for (const emulator of emulators) seed?.(emulator);
    const { commands, run } = await doTwice(twice);
    expect(commands.map(({ exitCode }) => exitCode)).toEqual([1]);
    expect(commands[0]?.stdout).toContain(tells);
    expect(run.exitCode).toBe(1);
    await expectTheSame();
    expect(emulators[0].state.agent('voice-agent')?.deployments.length).toBe(deployments);
  });
});

describe('a cloud build of a folder', () => {
  let workspace: Workspace;

  beforeEach(async () => {
    workspace = await Workspace.create();
    await workspace.write({
      ...{ Dockerfile: 'FROM dailyco/pipecat-base\nCOPY . .\n', 'bot.py': 'print("hello")\n' },
      ...{ 'start.sh': { content: '#!/bin/sh\npython bot.py\n', mode: 0o755 } },
      ...{ 'prompts/greeting.txt': 'Grüß Gott!\n', 'prompts/Zürich.txt': '', 'a b.txt': 'blank' },
      // One file of each kind that is excluded by default. The client also excludes `env`. The action does not, like the
      // platform's own action.
      ...{
        '.env': 'KEY=hidden',
        '.env.local': 'KEY=hidden',
        'tls.pem': 'hidden',
        'a.key': 'hidden',
      },
      ...{ '.git/config': '', '.gitignore': '', '.venv/bin/python': '', 'src/app.pyc': '' },
      ...{ 'node_modules/a/index.js': '', 'src/__pycache__/a.py': '', 'debug.log': '' },
      ...{ 'src/app.py': 'pass\n', 'dist/app.whl': '', '.claude/settings.json': '{}' },
      'pcc-deploy.toml': 'agent_name = "another"\n',
      [`src/${'long-'.repeat(30)}name.py`]: 'a name that takes more than a tar header has room for',
    });
  });
  afterEach(() => {
    workspace.remove();
  });

  const building = {
    inputs: { 'agent-name': 'voice-agent', 'cloud-build': 'true', region },
    command: ['deploy', 'voice-agent', '--region', region, '--yes'],
  };

  test('packs the same files, and is reused the second time', async () => {
    const twice = {
      commands: [[...building.command, '--build-dir', workspace.path]],
      inputs: building.inputs,
    };
    const [clients, actions] = emulators;
    const first = await doTwice(twice, workspace.path);
    expect(failuresOf(first)).toEqual([]);
    await expectTheSame();

    // Both report the hash of their archive, which the platform also computed.
    const [build] = clients.state.builds();
    expect(first.commands[0]?.stdout).toContain(`hash=${build?.contextHash ?? ''}`);
    expect(JSON.parse(first.run.outputs['builds'] ?? '')).toMatchObject([
      { contextHash: actions.state.builds()[0]?.contextHash },
    ]);

    const second = await doTwice(twice, workspace.path);
    expect(failuresOf(second)).toEqual([]);
    await expectTheSame();
    for (const { state } of emulators) {
      expect(state.builds()).toHaveLength(1);
      expect(state.uploads()).toHaveLength(1);
      expect(state.agent('voice-agent')?.deployments).toHaveLength(1);
    }
  });

  test('respects an ignore file and another Dockerfile', async () => {
    await workspace.write({
      // Only patterns that both understand in the same way. The client supports neither depth nor `!`.
      '.dockerignore': '# comment\n\nprompts\n**/*.py[co]\n',
      'agents/Dockerfile': 'FROM dailyco/pipecat-base:latest\n',
    });
    // The client uses only the ignore file. The action also excludes files that may contain secrets.
    for (const path of ['.env', '.env.local', 'tls.pem', 'a.key', '.git/config'])
      await rm(join(workspace.path, path));
    const outcomes = await doTwice(
      {
        commands: [
          [
            ...building.command,
            ...['--build-dir', workspace.path, '--dockerfile', 'agents/Dockerfile'],
          ],
        ],
        inputs: { ...building.inputs, dockerfile: 'agents/Dockerfile' },
      },
      workspace.path,
    );
    expect(failuresOf(outcomes)).toEqual([]);
    await expectTheSame();
    expect(emulators[0].state.builds()).toMatchObject([{ dockerfilePath: 'agents/Dockerfile' }]);
  });

  test('that fails is not deployed by either of them', async () => {
    for (const { script } of emulators)
      script.build({ outcome: 'failed', errorMessage: 'COPY failed: no such file' });
    const { commands, run } = await doTwice(
      {
        commands: [[...building.command, '--build-dir', workspace.path]],
        inputs: building.inputs,
      },
      workspace.path,
    );
    expect(commands.map(({ exitCode }) => exitCode)).toEqual([1]);
    expect(commands[0]?.stdout).toContain('Build failed: COPY failed: no such file');
    expect(run.exitCode).toBe(1);
    await expectTheSame();
    expect(emulators[0].state.agents()).toEqual([]);
  });
});

test('both deploy an existing build by its id', async () => {
  const id = 'd3b07384-d113-4ec6-a7a6-d3b07384d113';
  for (const { seed } of emulators) seed.build({ id, region });
  const outcomes = await doTwice({
    commands: [['deploy', 'voice-agent', '--build-id', id, '--region', region, '--yes']],
    inputs: { 'agent-name': 'voice-agent', 'build-id': id, region },
  });
  expect(failuresOf(outcomes)).toEqual([]);
  await expectTheSame();
  expect(emulators[0].state.serving('voice-agent')).toMatchObject({ buildId: id });
});
