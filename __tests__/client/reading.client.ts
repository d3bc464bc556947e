import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pLimit from 'p-limit';
import { type Emulator, startEmulator } from '../../emulator/index.js';
import { writes } from '../support/release-run.js';
import { unanswered } from './answered.js';
import { PlatformClient } from './client.js';
import type { CommandResult } from './installation.js';

/*
 * The platform's own command-line client reads the responses of the emulator. So they are the responses that a client of the
 * platform needs.
 */

const buildId = 'd3b07384-d113-4ec6-a7a6-d3b07384d113';
let client: PlatformClient;
let emulator: Emulator;
let deploymentId: string;
/** The id of the failed deployment. */
let crashedId: string;

/** Commands that only read. Each start of the client takes a second, so they run once before the tests. */
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

/** The rows of a list, without its header. */
function rows(name: CommandName): string[][] {
  const lines = printed(name)
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  return lines.slice(1 + lines.findIndex((cells) => cells.length > 1));
}

/** The values of lines `Label: value`. */
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

test('the client understands every response, and the emulator every request', () => {
  const failed = [...results].filter(([, { exitCode }]) => exitCode !== 0).map(([name]) => name);
  // The first does not exist, and the second cannot be read by name.
  expect(failed.sort()).toEqual(['noSuchSet', 'pullSecret']);
  expect(results.size).toBe(Object.keys(commands).length);
  expect(unanswered(emulator)).toEqual([]);
  expect(writes(emulator)).toEqual([]);
});

test('the client shows the user and the first organization of the token', () => {
  const values = ['release@acme.example', 'Acme Voice (acme)', 'PAT', 'daily_emulator'];
  for (const value of values) expect(printed('whoami')).toContain(value);
});

test('the client shows regions with their architectures', () => {
  expect(rows('regions').map(([code, , architectures]) => [code, architectures])).toEqual([
    ['us-west', 'arm64'],
    ['us-east', 'arm64, amd64'],
    ['eu-central', 'arm64'],
    ['ap-south', 'arm64'],
  ]);
});

test('the client lists secret sets and image pull secrets, for all regions or one', () => {
  const voice = ['voice-secrets', 'eu-central', 'ready', 'Secret Set'];
  expect(rows('sets')).toEqual([
    voice,
    ['lost-secrets', 'us-west', 'failed', 'Secret Set'],
    ['registry', 'us-west', 'ready', 'Image Pull Secret'],
  ]);
  expect(rows('setsOfRegion')).toEqual([voice]);
});

test('the client shows the keys of a set, or why there are none', () => {
  expect(printed('keys')).toContain('(status: ready)\nKey\nONE\nTWO\n');
  expect(printed('noSuchSet')).toContain("No secrets sets with name 'none' found in 'acme'");
  expect(printed('pullSecret')).toContain('Cannot retrieve image pull secrets by name');
});

test('the client lists agents with their connected branches', () => {
  expect(rows('agents').map(([name, region, , active, , , git]) => [name, region, active, git]))
    // Its newest deployment is not ready, but the list shows it as active.
    .toEqual([
      ['voice-agent', 'eu-central', deploymentId, 'acme/voice@main'],
      ['broken-agent', 'us-west', crashedId, '—'],
    ]);
});

test('the client shows the status of an agent that is serving, and of one that failed', () => {
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

test('the client shows the deployments and the logs of an agent', () => {
  const deployments = emulator.state.agent('broken-agent')?.deployments ?? [];
  expect(rows('deployments').map(([id, , image]) => [id, image])).toEqual(
    deployments.map(({ id }) => [id, buildId]),
  );
  // Newest first, which is the default of the platform.
  expect(printed('logs')).toMatch(/KeyError: GREETING\n[^\n]*started\n/);
});

test('the client lists agent profiles', () => {
  for (const cells of [/agent-1x .* 500m .* 1Gi .* platform/, /agent-3x .* 1500m .* 3Gi /])
    expect(printed('profiles')).toMatch(cells);
});

test('the client lists cloud builds', () => {
  expect(rows('builds').map((cells) => cells.slice(0, 3))).toEqual([
    [buildId, 'success', 'us-west'],
  ]);
  const hash = emulator.state.build(buildId)?.contextHash ?? 'none';
  for (const words of ['Status: success', `Context Hash: ${hash}`, 'Image Size: 256.0 MB'])
    expect(printed('build')).toContain(words);
  expect(printed('buildLogs')).toContain('Phase complete: BUILD State: SUCCEEDED');
});

test('the client deletes an agent and its sets', async () => {
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

test('the client cannot connect to any other machine', async () => {
  const asked = emulator.requests.length;
  const places = ['192.0.2.1', 'api.example.invalid'];
  const ended = await Promise.all(
    places.map((place) => client.run(emulator, commands.regions, { host: `http://${place}` })),
  );
  expect(ended.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(
    places.map((place) => [70, `The client tried to connect to ${place}.\n`]),
  );
  expect(emulator.requests).toHaveLength(asked);
});
