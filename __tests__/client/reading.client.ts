import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pLimit from 'p-limit';
import { type Emulator, startEmulator } from '../../emulator/index.js';
import { writes } from '../support/release-run.js';
import { unanswered } from './answered.js';
import { PlatformClient } from './client.js';
import type { CommandResult } from './installation.js';

/*
 * What the platform's own command-line client reads in the emulator's answers: that these are the
 * answers that a client needs which knows the platform and not the emulator.
 */

const buildId = 'd3b07384-d113-4ec6-a7a6-d3b07384d113';
let client: PlatformClient;
let emulator: Emulator;
let deploymentId: string;
/** Of the deployment that has failed. */
let crashedId: string;

/** Commands that only read. Each start of the client takes a second, so they are run beforehand. */
const commands = {
  whoami: ['auth', 'whoami'],
  regions: ['regions', 'list'],
  sets: ['secrets', 'list'],
  setsOfRegion: ['secrets', 'list', '--region', 'eu-central'],
  keys: ['secrets', 'list', 'voice-secrets'],
  noSuchSet: ['secrets', 'list', 'none'],
  pullSecret: ['secrets', 'list', 'registry'],
  agents: ['agent', 'list'],
  status: ['agent', 'status', 'voice-agent'],
  brokenStatus: ['agent', 'status', 'broken-agent'],
  deployments: ['agent', 'deployments', 'broken-agent'],
  logs: ['agent', 'logs', 'broken-agent'],
  profiles: ['agent', 'profiles', 'list'],
  builds: ['build', 'list'],
  build: ['build', 'status', buildId],
  buildLogs: ['build', 'logs', buildId],
} as const;

type CommandName = keyof typeof commands;

const results = new Map<string, CommandResult>();

const printed = (name: CommandName) => results.get(name)?.stdout ?? '';

/** The rows of a list, below the names of its columns. */
function rows(name: CommandName): string[][] {
  const lines = printed(name)
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  return lines.slice(1 + lines.findIndex((cells) => cells.length > 1));
}

/** The lines `Label: value`. */
const labelled = (name: CommandName) =>
  Object.fromEntries(
    [...printed(name).matchAll(/^([A-Z][\w -]+): (.*)$/gm)].map(([, label = '', value = '']) => [
      label,
      value,
    ]),
  );

beforeAll(async () => {
  client = await PlatformClient.install();
  emulator = await startEmulator({ secretSetDelay: 0, deploymentDelay: 0, buildDelay: 0 });
  const { seed, script } = emulator;
  seed.secretSet({ name: 'voice-secrets', region: 'eu-central', values: { ONE: '1', TWO: '2' } });
  seed.secretSet({ name: 'lost-secrets', status: 'failed', errorMessage: 'Out of quota' });
  seed.imagePullSecret({ name: 'registry' });
  seed.build({ id: buildId });
  ({ deploymentId } = seed.agent({
    ...{ name: 'voice-agent', region: 'eu-central', image: 'ghcr.io/acme/voice:1.0.0' },
    ...{ secretSet: 'voice-secrets', minAgents: 2, maxAgents: 7, agentProfile: 'agent-2x' },
    maxSessionDuration: 3600,
    git: { repoFullName: 'acme/voice', branch: 'main', autoDeploy: true },
    latestDeploy: { status: 'failed', commitSha: 'c0ffee0', reason: 'No Dockerfile' },
  }));
  seed.agent({ name: 'broken-agent', buildId });
  script.deployment('broken-agent', {
    delay: 0,
    outcome: 'error',
    errors: [{ code: 'PCC_IMAGE_TOO_LARGE', message: 'The image is too large' }],
    logs: ['started', 'KeyError: GREETING'],
  });
  ({ deploymentId: crashedId } = script.supersede('broken-agent'));
  const atOnce = pLimit(2);
  await Promise.all(
    Object.entries(commands).map(([name, command]) =>
      atOnce(async () => results.set(name, await client.run(emulator, command))),
    ),
  );
});

afterAll(() => emulator.close());

test('it knows how to read all of it, and the emulator to answer', () => {
  const failed = [...results].filter(([, { exitCode }]) => exitCode !== 0).map(([name]) => name);
  // One is not there, and the other is not to be read by its name.
  expect(failed.sort()).toEqual(['noSuchSet', 'pullSecret']);
  expect(results.size).toBe(Object.keys(commands).length);
  expect(unanswered(emulator)).toEqual([]);
  expect(writes(emulator)).toEqual([]);
});

test('who one is, in the first organization of the token', () => {
  const values = ['release@acme.example', 'Acme Voice (acme)', 'PAT', 'daily_emulator'];
  for (const value of values) expect(printed('whoami')).toContain(value);
});

test('regions, with their processors', () => {
  expect(rows('regions').map(([code, , architectures]) => [code, architectures])).toEqual([
    ['us-west', 'arm64'],
    ['us-east', 'arm64, amd64'],
    ['eu-central', 'arm64'],
    ['ap-south', 'arm64'],
  ]);
});

test('secret sets and image pull secrets, all of them or those of a region', () => {
  const voice = ['voice-secrets', 'eu-central', 'ready', 'Secret Set'];
  expect(rows('sets')).toEqual([
    voice,
    ['lost-secrets', 'us-west', 'failed', 'Secret Set'],
    ['registry', 'us-west', 'ready', 'Image Pull Secret'],
  ]);
  expect(rows('setsOfRegion')).toEqual([voice]);
});

test('the keys of a set, and why there are none', () => {
  expect(printed('keys')).toContain('(status: ready)\nKey\nONE\nTWO\n');
  expect(printed('noSuchSet')).toContain("No secrets sets with name 'none' found in 'acme'");
  expect(printed('pullSecret')).toContain('Cannot retrieve image pull secrets by name');
});

test('agents, with the branches that they are connected to', () => {
  expect(rows('agents').map(([name, region, , active, , , git]) => [name, region, active, git]))
    // Its newest deployment is not ready, and is the active one in the list all the same.
    .toEqual([
      ['voice-agent', 'eu-central', deploymentId, 'acme/voice@main'],
      ['broken-agent', 'us-west', crashedId, '—'],
    ]);
});

test('how an agent is that serves, and one whose deployment has failed', () => {
  expect(labelled('status')).toMatchObject({
    ...{ Ready: 'True', 'Deployment Phase': 'Active', 'Active Session Count': '0' },
    ...{ Image: 'ghcr.io/acme/voice:1.0.0', 'Agent Profile': 'agent-2x', Architecture: 'arm64' },
    ...{ Resources: 'cpu=1, memory=2Gi', 'Krisp VIVA': 'Disabled' },
    ...{ 'GitHub Repository': 'acme/voice', 'GitHub Branch': 'main', 'Auto-deploy On Push': 'yes' },
    ...{ 'Latest Deploy': 'failed (c0ffee0): No Dockerfile', 'Max Session Duration': '3600s' },
    ...{ 'Active Deployment ID': deploymentId, 'Min Agents': '2', 'Max Agents': '7' },
  });
  expect(labelled('brokenStatus')).toMatchObject({
    ...{ Ready: 'False', 'Deployment Phase': 'Failed', Build: buildId },
    'Max Session Duration': 'default',
    Error: 'PCC_IMAGE_TOO_LARGE The image is too large',
  });
});

test('the deployments and the logs of an agent', () => {
  const deployments = emulator.state.agent('broken-agent')?.deployments ?? [];
  expect(rows('deployments').map(([id, , image]) => [id, image])).toEqual(
    deployments.map(({ id }) => [id, buildId]),
  );
  // Newest first, as the platform has it where nothing else is asked for.
  expect(printed('logs')).toMatch(/KeyError: GREETING\n[^\n]*started\n/);
});

test('agent profiles', () => {
  for (const cells of [/agent-1x .* 500m .* 1Gi .* platform/, /agent-3x .* 1500m .* 3Gi /])
    expect(printed('profiles')).toMatch(cells);
});

test('cloud builds', () => {
  expect(rows('builds').map((cells) => cells.slice(0, 3))).toEqual([
    [buildId, 'success', 'us-west'],
  ]);
  const hash = emulator.state.build(buildId)?.contextHash ?? 'none';
  for (const words of ['Status: success', `Context Hash: ${hash}`, 'Image Size: 256.0 MB'])
    expect(printed('build')).toContain(words);
  expect(printed('buildLogs')).toContain('Phase complete: BUILD State: SUCCEEDED');
});

test('what is deleted is gone, an agent and the sets that it bound', async () => {
  const deletions = [
    ['agent', 'delete', 'voice-agent', '--force'],
    ['secrets', 'delete', 'voice-secrets', '--skip'],
    ['secrets', 'delete', 'registry', '--skip'],
  ];
  for (const command of deletions)
    expect(await client.run(emulator, command)).toMatchObject({ exitCode: 0 });
  expect(emulator.state.agents().map(({ name }) => name)).toEqual(['broken-agent']);
  expect(emulator.state.secretSets().map(({ name }) => name)).toEqual(['lost-secrets']);
  expect(unanswered(emulator)).toEqual([]);
});

test('it cannot talk to any other machine, whatever it tries', async () => {
  const asked = emulator.requests.length;
  const places = ['192.0.2.1', 'api.example.invalid'];
  const ended = await Promise.all(
    places.map((place) => client.run(emulator, commands.regions, { host: `http://${place}` })),
  );
  expect(ended.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(
    places.map((place) => [70, `The client wanted to talk to ${place}.\n`]),
  );
  expect(emulator.requests).toHaveLength(asked);
});
