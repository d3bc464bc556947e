import { afterEach, describe, expect, test } from '@jest/globals';
import type { Emulator, EmulatorOptions } from '../../emulator/index.js';
import {
  credentials,
  ofDependabot,
  Stage,
  stageForEachTest,
  writes,
} from '../support/release-run.js';

const key = credentials['API key'];
const older = 'ghcr.io/acme/voice:1.0.0';
const newer = 'ghcr.io/acme/voice:2.0.0';
const builds = {
  older: '11111111-1111-4111-8111-111111111111',
  newer: '22222222-2222-4222-8222-222222222222',
} as const;

/** The output `plan`, parsed. */
interface PlanOutput {
  readonly rollout: string;
  readonly regions: readonly {
    readonly region: string;
    readonly secretSets: readonly {
      readonly name: string;
      readonly kind: string;
      readonly action: 'create' | 'update' | 'bind';
      readonly added: readonly string[];
      readonly updated: readonly string[];
      readonly pruned: readonly string[];
      readonly deletedVersions: readonly string[] | null;
      readonly otherAgents: readonly string[] | null;
    }[];
    readonly agent: {
      readonly name: string;
      readonly action: 'create' | 'update';
      readonly changes: readonly {
        readonly setting: string;
        readonly before: string | null;
        readonly after: string;
      }[];
      readonly newDeployment: {
        readonly follows: 'yes' | 'no' | 'unknown';
        readonly because: string;
      };
    } | null;
  }[];
}

const planOf = (text: string | undefined): PlanOutput => JSON.parse(text ?? '') as PlanOutput;

interface Scenario {
  readonly name: string;
  readonly options?: Omit<EmulatorOptions, 'now'>;
  readonly seed?: (emulator: Emulator) => void;
  /** Releases that have been carried out before. */
  readonly earlier?: readonly Readonly<Record<string, string>>[];
  readonly inputs: Readonly<Record<string, string>>;
  /** What the plan says of the first region, as far as this is about it. */
  readonly planned: unknown;
}

const voice = { 'agent-name': 'voice' };
const keys = { 'secret-set': 'keys' };

/** An agent that is there with everything set, as an earlier release left it. */
const everything = {
  ...voice,
  image: older,
  'min-agents': '1',
  'max-agents': '5',
  'agent-profile': 'agent-1x',
  'max-session-duration': '600',
  'krisp-viva-audio-filter': 'tel',
  'websocket-auth': 'token',
  'enable-managed-keys': 'false',
};

const seedVoice = ({ seed }: Emulator): void => {
  seed.secretSet({ name: 'keys', values: { A: 'older-a', B: 'older-b', OLD: 'older-old' } });
  seed.agent({ name: 'voice', image: older, secretSet: 'keys', minAgents: 1, maxAgents: 5 });
};

const seedBuilds = ({ seed }: Emulator): void => {
  for (const id of Object.values(builds)) seed.build({ id, status: 'success' });
};

const changeOf = (
  setting: string,
  input: string,
  before: string | null,
  after = input,
): Scenario => ({
  name: `${setting} changes`,
  earlier: [everything],
  inputs: { ...voice, [setting]: input },
  planned: {
    agent: {
      action: 'update',
      changes: [{ setting, before, after }],
      newDeployment: { follows: 'yes', because: 'settings-differ' },
    },
  },
});

const scenarios: readonly Scenario[] = [
  {
    name: 'a new set and a new agent',
    inputs: { ...voice, ...keys, image: older, secrets: 'A=value-a\nB=value-b', 'min-agents': '1' },
    planned: {
      secretSets: [{ name: 'keys', action: 'create', added: ['A', 'B'], updated: [], pruned: [] }],
      agent: {
        action: 'create',
        changes: [
          { setting: 'image', before: null, after: older },
          { setting: 'secret-set', before: null, after: 'keys' },
          { setting: 'min-agents', before: null, after: '1' },
        ],
        newDeployment: { follows: 'yes', because: 'agent-created' },
      },
    },
  },
  {
    name: 'a new set without an agent',
    inputs: { ...keys, secrets: 'A=value-a' },
    planned: { secretSets: [{ action: 'create', added: ['A'] }], agent: null },
  },
  {
    name: 'a set that other agents bind, without an agent',
    seed: (emulator) => {
      seedVoice(emulator);
      emulator.seed.agent({ name: 'sales', secretSet: 'keys' });
      emulator.seed.agent({ name: 'unrelated' });
    },
    inputs: { ...keys, secrets: 'A=newer-a\nNEW=value-new' },
    planned: {
      secretSets: [
        { action: 'update', added: ['NEW'], updated: ['A'], otherAgents: ['sales', 'voice'] },
      ],
      agent: null,
    },
  },
  {
    name: 'values under an agent',
    seed: (emulator) => {
      seedVoice(emulator);
      emulator.seed.agent({ name: 'sales', secretSet: 'keys' });
    },
    inputs: { ...voice, ...keys, secrets: 'A=newer-a' },
    planned: {
      secretSets: [{ action: 'update', added: [], updated: ['A'], otherAgents: ['sales'] }],
      agent: { changes: [], newDeployment: { follows: 'yes', because: 'values-written' } },
    },
  },
  {
    name: 'values under an agent that is not to be redeployed',
    seed: seedVoice,
    inputs: { ...voice, ...keys, secrets: 'A=newer-a', 'force-redeploy': 'false' },
    planned: {
      agent: { changes: [], newDeployment: { follows: 'no', because: 'nothing-differs' } },
    },
  },
  {
    name: 'nothing',
    seed: seedVoice,
    inputs: { ...voice, ...keys, image: older },
    planned: {
      secretSets: [{ action: 'bind', added: [], updated: [], pruned: [] }],
      agent: { changes: [], newDeployment: { follows: 'no', because: 'nothing-differs' } },
    },
  },
  {
    name: 'nothing, redeployed all the same',
    seed: seedVoice,
    inputs: { ...voice, image: older, 'force-redeploy': 'true' },
    planned: { agent: { changes: [], newDeployment: { follows: 'yes', because: 'forced' } } },
  },
  {
    name: 'scaling alone, one bound of it',
    seed: seedVoice,
    inputs: { ...voice, 'min-agents': '3' },
    planned: {
      agent: {
        changes: [{ setting: 'min-agents', before: '1', after: '3' }],
        newDeployment: { follows: 'no', because: 'scaling-only' },
      },
    },
  },
  {
    name: 'both bounds of the scaling',
    seed: seedVoice,
    inputs: { ...voice, 'min-agents': '0', 'max-agents': '9' },
    planned: {
      agent: {
        changes: [
          { setting: 'min-agents', before: '1', after: '0' },
          { setting: 'max-agents', before: '5', after: '9' },
        ],
        newDeployment: { follows: 'no', because: 'scaling-only' },
      },
    },
  },
  {
    name: 'scaling and values',
    seed: seedVoice,
    inputs: { ...voice, ...keys, secrets: 'A=newer-a', 'min-agents': '3' },
    planned: {
      agent: {
        changes: [{ setting: 'min-agents', before: '1', after: '3' }],
        newDeployment: { follows: 'yes', because: 'values-written' },
      },
    },
  },
  {
    name: 'scaling and force',
    seed: seedVoice,
    inputs: { ...voice, 'min-agents': '3', 'force-redeploy': 'true' },
    planned: { agent: { newDeployment: { follows: 'yes', because: 'forced' } } },
  },
  changeOf('image', newer, older),
  changeOf('agent-profile', 'agent-2x', 'agent-1x'),
  changeOf('max-session-duration', '900', '600'),
  changeOf('krisp-viva-audio-filter', 'pro', 'tel'),
  changeOf('krisp-viva-audio-filter', 'off', 'tel'),
  changeOf('websocket-auth', 'none', 'token'),
  changeOf('enable-managed-keys', 'true', 'false'),
  {
    name: 'every setting, given as it is',
    earlier: [everything],
    inputs: everything,
    planned: {
      agent: { changes: [], newDeployment: { follows: 'no', because: 'nothing-differs' } },
    },
  },
  {
    name: 'a filter that is off already',
    seed: seedVoice,
    inputs: { ...voice, 'krisp-viva-audio-filter': 'off' },
    planned: { agent: { changes: [], newDeployment: { follows: 'no' } } },
  },
  {
    name: 'settings that were never set',
    seed: ({ seed }) => {
      seed.agent({ name: 'voice', region: 'us-east', image: older, architecture: 'arm64' });
    },
    inputs: { ...voice, architecture: 'amd64', 'max-session-duration': '900' },
    planned: {
      region: 'us-east',
      agent: {
        changes: [
          { setting: 'architecture', before: 'arm64', after: 'amd64' },
          { setting: 'max-session-duration', before: null, after: '900' },
        ],
        newDeployment: { follows: 'yes', because: 'settings-differ' },
      },
    },
  },
  {
    name: 'a setting that the platform does not show',
    seed: seedVoice,
    inputs: { ...voice, 'websocket-auth': 'token' },
    planned: {
      agent: { changes: [], newDeployment: { follows: 'unknown', because: 'settings-hidden' } },
    },
  },
  {
    name: 'another build',
    seed: (emulator) => {
      seedBuilds(emulator);
      emulator.seed.agent({ name: 'voice', buildId: builds.older });
    },
    inputs: { ...voice, 'build-id': builds.newer },
    planned: {
      agent: {
        changes: [{ setting: 'build-id', before: builds.older, after: builds.newer }],
        newDeployment: { follows: 'yes', because: 'settings-differ' },
      },
    },
  },
  {
    name: 'a build in place of an image',
    seed: (emulator) => {
      seedBuilds(emulator);
      seedVoice(emulator);
    },
    inputs: { ...voice, 'build-id': builds.newer },
    planned: {
      agent: {
        changes: [{ setting: 'build-id', before: older, after: builds.newer }],
        newDeployment: { follows: 'yes', because: 'settings-differ' },
      },
    },
  },
  {
    name: 'an image in place of a build',
    seed: (emulator) => {
      seedBuilds(emulator);
      emulator.seed.agent({ name: 'voice', buildId: builds.older });
    },
    inputs: { ...voice, image: newer },
    planned: {
      agent: {
        changes: [{ setting: 'image', before: builds.older, after: newer }],
        newDeployment: { follows: 'yes', because: 'settings-differ' },
      },
    },
  },
  {
    name: 'another set to bind',
    seed: (emulator) => {
      seedVoice(emulator);
      emulator.seed.secretSet({ name: 'others', values: { A: 'value-a' } });
    },
    inputs: { ...voice, 'secret-set': 'others' },
    planned: {
      secretSets: [{ name: 'others', action: 'bind' }],
      agent: {
        changes: [{ setting: 'secret-set', before: 'keys', after: 'others' }],
        newDeployment: { follows: 'yes', because: 'settings-differ' },
      },
    },
  },
  {
    name: 'a set that is bound for the first time',
    seed: ({ seed }) => {
      seed.agent({ name: 'voice', image: older });
    },
    inputs: { ...voice, ...keys, secrets: 'A=value-a' },
    planned: {
      secretSets: [{ action: 'create' }],
      agent: { changes: [{ setting: 'secret-set', before: null, after: 'keys' }] },
    },
  },
  {
    name: 'pruning',
    seed: seedVoice,
    inputs: { ...voice, ...keys, secrets: 'A=newer-a\nNEW=value-new', 'prune-secrets': 'true' },
    planned: {
      secretSets: [{ action: 'update', added: ['NEW'], updated: ['A'], pruned: ['B', 'OLD'] }],
    },
  },
  {
    name: 'pruning beside an empty value that is skipped',
    seed: seedVoice,
    inputs: {
      ...voice,
      ...keys,
      secrets: 'A=newer-a\nB=\nNEW=',
      'empty-secrets': 'skip',
      'prune-secrets': 'true',
    },
    planned: { secretSets: [{ added: [], updated: ['A'], pruned: ['OLD'] }] },
  },
  {
    name: 'a set of which every value is empty and skipped',
    seed: seedVoice,
    inputs: { ...voice, ...keys, secrets: 'A=\nB=', 'empty-secrets': 'skip' },
    planned: { secretSets: [{ action: 'bind' }], agent: { newDeployment: { follows: 'no' } } },
  },
  {
    name: 'pruning, where every value is empty and skipped',
    seed: seedVoice,
    inputs: {
      ...voice,
      ...keys,
      secrets: 'A=\nB=',
      'empty-secrets': 'skip',
      'prune-secrets': 'true',
    },
    planned: {
      secretSets: [{ action: 'bind', pruned: ['OLD'] }],
      agent: { newDeployment: { follows: 'no' } },
    },
  },
  {
    name: 'a set that failed',
    seed: ({ seed }) => {
      seed.secretSet({ name: 'keys', values: { A: 'older-a' }, status: 'failed' });
    },
    inputs: { ...keys, secrets: 'A=newer-a' },
    planned: { secretSets: [{ action: 'update', updated: ['A'] }] },
  },
  {
    name: 'a new image pull secret',
    seed: seedVoice,
    inputs: {
      ...voice,
      'image-credentials': 'registry',
      registry: 'ghcr.io',
      'registry-username': 'acme',
      'registry-password': 'token-that-lasts',
    },
    planned: {
      secretSets: [{ name: 'registry', kind: 'imagePullSecret', action: 'create', added: [] }],
      agent: {
        changes: [{ setting: 'image-credentials', before: null, after: 'registry' }],
        newDeployment: { follows: 'yes', because: 'settings-differ' },
      },
    },
  },
  {
    name: 'an image pull secret that changes',
    seed: (emulator) => {
      emulator.seed.imagePullSecret({ name: 'registry' });
      emulator.seed.agent({ name: 'voice', image: older, imagePullSecretSet: 'registry' });
    },
    inputs: {
      ...voice,
      'image-credentials': 'registry',
      registry: 'ghcr.io',
      'registry-username': 'acme',
      'registry-password': 'token-that-lasts',
    },
    planned: {
      secretSets: [{ name: 'registry', action: 'update' }],
      agent: { changes: [], newDeployment: { follows: 'no', because: 'nothing-differs' } },
    },
  },
  {
    name: 'an image pull secret that is bound only',
    seed: (emulator) => {
      seedVoice(emulator);
      emulator.seed.imagePullSecret({ name: 'registry' });
    },
    inputs: { ...voice, 'image-credentials': 'registry' },
    planned: { secretSets: [{ name: 'registry', action: 'bind' }] },
  },
  {
    name: 'the first version',
    seed: seedVoice,
    inputs: { ...voice, 'secret-set': 'keys-{version}', secrets: 'A=value-a\nB=value-b' },
    planned: {
      secretSets: [
        {
          name: expect.stringMatching(/^keys-[0-9a-f]{8}$/),
          action: 'create',
          added: ['A', 'B'],
          deletedVersions: [],
        },
      ],
      agent: {
        changes: [
          {
            setting: 'secret-set',
            before: 'keys',
            after: expect.stringMatching(/^keys-[0-9a-f]{8}$/),
          },
        ],
        newDeployment: { follows: 'yes', because: 'settings-differ' },
      },
    },
  },
  {
    name: 'a version that is there and bound',
    earlier: [{ ...voice, image: older, 'secret-set': 'keys-{version}', secrets: 'A=value-a' }],
    inputs: { ...voice, image: older, 'secret-set': 'keys-{version}', secrets: 'A=value-a' },
    planned: {
      secretSets: [{ action: 'bind', deletedVersions: [] }],
      agent: { changes: [], newDeployment: { follows: 'no', because: 'nothing-differs' } },
    },
  },
  {
    name: 'a version whose older ones go',
    seed: ({ seed }) => {
      for (const digit of ['1', '2', '3']) {
        seed.secretSet({ name: `keys-${digit.repeat(8)}`, values: { A: `value-${digit}` } });
      }
      seed.secretSet({ name: 'keys-12345678x', values: {} });
      seed.agent({ name: 'voice', image: older, secretSet: 'keys-22222222' });
      seed.agent({ name: 'sales', image: older, secretSet: 'keys-11111111' });
    },
    inputs: {
      ...voice,
      'secret-set': 'keys-{version}',
      secrets: 'A=value-a',
      'keep-versions': '0',
    },
    planned: {
      secretSets: [{ action: 'create', deletedVersions: ['keys-33333333', 'keys-22222222'] }],
    },
  },
  {
    name: 'a version of which one older one is kept',
    seed: ({ seed }) => {
      for (const digit of ['1', '2', '3']) {
        seed.secretSet({ name: `keys-${digit.repeat(8)}`, values: { A: `value-${digit}` } });
      }
      seed.agent({ name: 'voice', image: older, secretSet: 'keys-22222222' });
    },
    inputs: {
      ...voice,
      'secret-set': 'keys-{version}',
      secrets: 'A=value-a',
      'keep-versions': '1',
    },
    planned: {
      secretSets: [{ action: 'create', deletedVersions: ['keys-11111111', 'keys-33333333'] }],
    },
  },
  {
    name: 'two regions, one of them with an agent already',
    seed: ({ seed }) => {
      seed.secretSet({ name: 'keys-us-east', region: 'us-east', values: { A: 'older-a' } });
      seed.agent({ name: 'my-agent', region: 'us-east', image: older, secretSet: 'keys-us-east' });
    },
    inputs: {
      region: 'us-east, eu-central',
      'agent-name': 'us-east: my-agent\n*: my-agent-{region}',
      'secret-set': 'keys-{region}',
      secrets: 'A=newer-a',
      image: newer,
      'min-agents': 'eu-central: 2',
    },
    planned: {
      region: 'us-east',
      secretSets: [{ name: 'keys-us-east', action: 'update', updated: ['A'] }],
      agent: {
        name: 'my-agent',
        action: 'update',
        changes: [{ setting: 'image', before: older, after: newer }],
      },
    },
  },
  {
    name: 'versions in three regions, one after the other',
    inputs: {
      region: 'us-west\nus-east\neu-central',
      rollout: 'sequential',
      'agent-name': 'voice-{region}',
      'secret-set': 'keys-{region}-{version}',
      secrets: 'A=value-a',
      image: newer,
    },
    planned: { region: 'us-west', agent: { name: 'voice-us-west', action: 'create' } },
  },
  {
    name: 'an agent without waiting for it',
    seed: seedVoice,
    inputs: { ...voice, image: newer, 'wait-for-ready': 'false' },
    planned: { agent: { changes: [{ setting: 'image', before: older, after: newer }] } },
  },
];

type Held = ReturnType<typeof heldBy>;

/** The current state of the platform. */
function heldBy({ state }: Emulator) {
  const sets = new Map(state.secretSets().map((set) => [set.name, structuredClone(set)]));
  const agents = new Map(state.agents().map((agent) => [agent.name, structuredClone(agent)]));
  return { sets, agents };
}

/** The fields of an agent on the platform, by the settings that a plan names. */
const fieldOf = {
  image: 'image',
  'build-id': 'buildId',
  'secret-set': 'secretSet',
  'image-credentials': 'imagePullSecretSet',
  'min-agents': 'minAgents',
  'max-agents': 'maxAgents',
  'agent-profile': 'agentProfile',
  architecture: 'architecture',
  'max-session-duration': 'maxSessionDuration',
  'krisp-viva-audio-filter': 'krispVivaAudioFilter',
  'websocket-auth': 'websocketAuth',
  'enable-managed-keys': 'enableIntegratedKeysProxy',
} as const;

type AgentHeld = NonNullable<ReturnType<Held['agents']['get']>>;

function settingsOf(agent: AgentHeld): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(fieldOf).map(([setting, field]) => {
      const value = agent[field];
      return [setting, value === undefined || value === null ? null : String(value)];
    }),
  );
}

/** Compares the sets of a plan with what happened to them. */
function expectSetsAsPlanned({ regions }: PlanOutput, before: Held, after: Held): void {
  const planned = regions.flatMap(({ region, secretSets }) =>
    secretSets.map((set) => ({ ...set, region })),
  );
  for (const set of planned) {
    const was = before.sets.get(set.name);
    const is = after.sets.get(set.name);
    const held = Object.keys(was?.values ?? {});
    expect(is).toMatchObject({ region: set.region, kind: set.kind, status: 'ready' });
    expect(was === undefined).toBe(set.action === 'create');
    if (set.action === 'bind') expect([...set.added, ...set.updated]).toEqual([]);
    expect(set.added.filter((key) => held.includes(key))).toEqual([]);
    expect([...set.updated, ...set.pruned].filter((key) => !held.includes(key))).toEqual([]);
    expect(Object.keys(is?.values ?? {}).sort()).toEqual(
      [...held.filter((key) => !set.pruned.includes(key)), ...set.added].sort(),
    );
    const changed = held.filter((key) => is?.values[key] !== was?.values[key]);
    expect(changed.sort()).toEqual([...set.updated, ...set.pruned].sort());
  }
  const deleted = planned.flatMap(({ deletedVersions }) => deletedVersions ?? []);
  const created = planned.filter(({ action }) => action === 'create').map(({ name }) => name);
  const gone = [...before.sets.keys()].filter((name) => !after.sets.has(name));
  expect(gone.sort()).toEqual([...deleted].sort());
  expect([...after.sets.keys()].filter((name) => !before.sets.has(name))).toEqual(created);
  for (const [name, set] of before.sets) {
    if (gone.includes(name) || planned.some((one) => one.name === name)) continue;
    expect(after.sets.get(name)).toEqual(set);
  }
}

/** Compares the agents of a plan with what happened to them. */
function expectAgentsAsPlanned({ regions }: PlanOutput, before: Held, after: Held): void {
  const planned = regions.flatMap(({ region, agent }) =>
    agent === null ? [] : [{ ...agent, region }],
  );
  for (const agent of planned) {
    const was = before.agents.get(agent.name);
    const is = after.agents.get(agent.name);
    if (is === undefined) throw new Error(`There is no agent ${agent.name}`);
    expect(was === undefined).toBe(agent.action === 'create');
    expect(is.region).toBe(agent.region);
    const { follows } = agent.newDeployment;
    const deployments = is.deployments.length - (was?.deployments.length ?? 0);
    if (follows !== 'unknown') expect(deployments).toBe(follows === 'yes' ? 1 : 0);
    const [old, now] = [was && settingsOf(was), settingsOf(is)];
    for (const { setting, before, after } of agent.changes) {
      expect({ setting, value: now[setting] ?? 'off' }).toEqual({ setting, value: after });
      // An image replaces a build, and a build an image.
      const runs =
        setting === 'image' || setting === 'build-id'
          ? (old?.['build-id'] ?? old?.['image'])
          : undefined;
      expect({ setting, value: old?.[setting] ?? runs ?? null }).toEqual({
        setting,
        value: before,
      });
    }
    const named = agent.changes.map(({ setting }) => setting);
    // An image and a build replace each other, so the removed one is not a separate change.
    if (named.includes('image')) named.push('build-id');
    if (named.includes('build-id')) named.push('image');
    if (old === undefined || follows === 'unknown') continue;
    const changed = Object.keys(fieldOf).filter((setting) => old[setting] !== now[setting]);
    expect(changed.filter((setting) => !named.includes(setting))).toEqual([]);
  }
  for (const [name, agent] of before.agents) {
    if (!planned.some((one) => one.name === name)) expect(after.agents.get(name)).toEqual(agent);
  }
}

/** The plan of a release, which reads other agents only if a check needs them. */
function asReleased(plan: PlanOutput, isPruning: boolean): unknown {
  return {
    ...plan,
    regions: plan.regions.map((region) => ({
      ...region,
      secretSets: region.secretSets.map((set) => ({
        ...set,
        deletedVersions: null,
        // No agent binds a set that does not exist, so no agent is read for it.
        otherAgents:
          isPruning || (set.kind === 'secret' && set.action === 'create') ? set.otherAgents : null,
      })),
    })),
  };
}

const followsWords = {
  yes: 'A new deployment follows, because',
  no: 'No new deployment follows, because',
  unknown: 'It is unknown whether a new deployment follows, because',
} as const;

const stages: Stage[] = [];

async function stageFor({ options, seed, earlier = [] }: Scenario): Promise<Stage> {
  const stage = await Stage.open(options);
  stages.push(stage);
  seed?.(stage.emulator);
  for (const inputs of earlier) {
    const { succeeded } = await stage.release({ ...key, ...inputs });
    expect(succeeded).toBe(true);
  }
  return stage;
}

afterEach(async () => {
  await Promise.all(stages.splice(0).map((stage) => stage.close()));
});

describe('a release does what its plan says:', () => {
  test.each(scenarios)('$name', async (scenario) => {
    const { inputs, planned } = scenario;
    const [rehearsal, stage] = await Promise.all([stageFor(scenario), stageFor(scenario)]);

    const held = heldBy(rehearsal.emulator);
    const asked = rehearsal.emulator.requests.length;
    const dry = await rehearsal.release({ ...key, ...inputs, 'dry-run': 'true' });
    const withToken = await rehearsal.release({
      ...credentials.token,
      ...inputs,
      'dry-run': 'true',
    });
    for (const { actions, succeeded } of [dry, withToken]) {
      expect(actions.errors).toEqual([]);
      expect(succeeded).toBe(true);
    }
    const sent = rehearsal.emulator.requests.slice(asked);
    expect(sent.length).toBeGreaterThan(0);
    expect(sent.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(heldBy(rehearsal.emulator)).toEqual(held);

    const plan = planOf(dry.actions.outputs['plan']);
    expect(plan.regions[0]).toMatchObject(planned as Record<string, unknown>);
    // A version is keyed with the credential, so that another one makes other names.
    if (inputs['secret-set']?.includes('{version}') !== true) {
      expect(planOf(withToken.actions.outputs['plan'])).toEqual(plan);
    }
    for (const { region, secretSets, agent } of plan.regions) {
      expect(dry.actions.summary).toContain(`**\`${region}\`**`);
      for (const { name, kind, action, otherAgents } of secretSets) {
        const binding = [...held.agents.values()]
          .filter((one) => one.secretSet === name && one.name !== agent?.name)
          .map((one) => one.name);
        // A set that is only bound has no effect on other agents.
        if (kind === 'secret' && action !== 'bind') expect(otherAgents).toEqual(binding.sort());
      }
    }

    const before = heldBy(stage.emulator);
    const done = await stage.release({ ...key, ...inputs });
    expect(done.actions.errors).toEqual([]);
    expect(done.succeeded).toBe(true);
    // Without the wait, only the deployed settings must match the plan.
    const after = heldBy(stage.emulator);
    expectSetsAsPlanned(plan, before, after);
    expectAgentsAsPlanned(plan, before, after);
    expect(planOf(done.actions.outputs['plan'])).toEqual(
      asReleased(plan, inputs['prune-secrets'] === 'true'),
    );

    for (const { secretSets, agent } of plan.regions) {
      for (const set of secretSets) {
        const words = [set.name, ...set.added, ...set.updated, ...set.pruned];
        for (const name of [...words, ...(set.deletedVersions ?? [])]) {
          expect(dry.actions.summary).toContain(`\`${name}\``);
          expect(done.actions.summary).toContain(`\`${name}\``);
        }
      }
      if (agent === null) continue;
      const isLeft = agent.newDeployment.follows === 'no' && agent.changes.length === 0;
      expect(dry.actions.summary).toContain(
        isLeft
          ? `Keep the agent \`${agent.name}\` unchanged`
          : followsWords[agent.newDeployment.follows],
      );
      for (const { setting, before, after } of agent.changes) {
        const words = `${setting} ${before === null ? '' : `\`${before}\` → `}\`${after}\``;
        expect(dry.actions.summary).toContain(words);
        expect(done.actions.summary).toContain(words);
      }
    }
  });
});

const stage = stageForEachTest();

const plan = (
  inputs: Readonly<Record<string, string>>,
  options?: Parameters<Stage['release']>[1],
): ReturnType<Stage['release']> => stage.release({ ...inputs, 'dry-run': 'true' }, options);

test('the plan and the report list a sent setting whose old value is hidden', async () => {
  const stage = await Stage.open();
  stages.push(stage);
  stage.emulator.seed.agent({ name: 'voice', image: older });
  const inputs = { ...key, 'agent-name': 'voice', 'enable-managed-keys': 'true' };
  const dry = await stage.release({ ...inputs, 'dry-run': 'true' });
  expect(dry.actions.summary).toContain('enable-managed-keys (not shown) → `true`');
  expect(planOf(dry.actions.outputs['plan']).regions[0]?.agent).toMatchObject({
    hidden: [{ setting: 'enable-managed-keys', after: 'true' }],
  });
  const { actions } = await stage.release({ ...inputs, 'force-redeploy': 'true' });
  expect(actions.summary).toContain('enable-managed-keys (not shown) → `true`');
});

describe('what a plan says', () => {
  test('is in the summary, region by region, in the order in which it would be done', async () => {
    const { seed } = stage.emulator;
    seed.secretSet({ name: 'keys-us-west', values: { A: 'older-a', OLD: 'older-old' } });
    seed.agent({ name: 'voice-us-west', image: older, secretSet: 'keys-us-west', minAgents: 1 });
    const { actions, agents, secretSets } = await plan({
      ...key,
      region: 'us-west, us-east',
      'agent-name': 'voice-{region}',
      'secret-set': 'keys-{region}',
      secrets: 'A=newer-a\nB=value-b',
      'prune-secrets': 'true',
      image: newer,
      'min-agents': '2',
    });
    expect(actions.summary).toContain(
      '## 📋 Plan for `us-west`, `us-east`: 1 secret set and 1 agent would be created, 1 secret set and 1 agent would be updated',
    );
    expect(actions.summary).toContain(
      [
        '**`us-west`**',
        '',
        '- Update the secret set `keys-us-west`: add `B`; update `A`.',
        `- Update the agent \`voice-us-west\`: image \`${older}\` → \`${newer}\`, min-agents \`1\` → \`2\`. A new deployment follows, because settings differ.`,
        '- Then delete from `keys-us-west`: `OLD`.',
        '',
        '**`us-east`**',
        '',
        '- Create the secret set `keys-us-east`: add `A`, `B`.',
        `- Create the agent \`voice-us-east\`: image \`${newer}\`, secret-set \`keys-us-east\`, min-agents \`2\`. A new deployment follows, because the agent is new.`,
      ].join('\n'),
    );
    // Nothing was done, so there is nothing to tell of sets and agents.
    expect([secretSets, agents]).toEqual([[], []]);
    expect(actions.outputs['deployment-id']).toBe('');
    expect(actions.outputs['region']).toBe('us-west');
    expect(actions.everything).not.toMatch(/newer-a|value-b/);
  });

  test('names other agents that would be concerned, and what it means for them', async () => {
    seedVoice(stage.emulator);
    stage.emulator.seed.agent({ name: 'sales', secretSet: 'keys' });
    stage.emulator.seed.agent({ name: 'billing', secretSet: 'keys' });
    const { actions } = await plan({ ...key, ...voice, ...keys, secrets: 'A=newer-a' });
    expect(actions.summary).toContain(
      '- Also bound to `keys`: `billing`, `sales`. Running instances keep the old values until they are redeployed; new instances may start with the new ones.',
    );
  });

  test('names no other agents where the set stays as it is', async () => {
    seedVoice(stage.emulator);
    stage.emulator.seed.agent({ name: 'sales', secretSet: 'keys' });
    const { actions } = await plan({ ...key, ...voice, ...keys, image: newer });
    expect(actions.summary).not.toContain('Also bound');
    expect(actions.summary).not.toContain('sales');
  });

  test('is that nothing would change, where that is so', async () => {
    seedVoice(stage.emulator);
    const { actions } = await plan({ ...key, ...voice, ...keys, image: older });
    expect(actions.summary).toContain('## 📋 Plan for `voice` in `us-west`: nothing would change');
    expect(actions.summary).toContain('- Keep the secret set `keys` unchanged.');
  });

  test.each([
    { name: 'values that are written', inputs: { ...keys, secrets: 'A=newer-a' } },
    { name: 'keys that are pruned', inputs: { ...keys, secrets: 'A=x', 'prune-secrets': 'true' } },
    {
      name: 'keys that are pruned although none is written',
      inputs: { ...keys, secrets: 'A=\nB=', 'empty-secrets': 'skip', 'prune-secrets': 'true' },
    },
    { name: 'scaling', inputs: { 'min-agents': '2' } },
    { name: 'a forced deployment', inputs: { 'force-redeploy': 'true' } },
    { name: 'what cannot be told', inputs: { 'websocket-auth': 'none' } },
  ])('is not that nothing would change: $name', async ({ inputs }) => {
    seedVoice(stage.emulator);
    const { actions } = await plan({ ...key, ...voice, ...inputs });
    expect(actions.summary).not.toContain('nothing would change');
  });

  test('is what the summary of the release says, as done', async () => {
    seedVoice(stage.emulator);
    const inputs = { ...key, ...voice, ...keys, image: newer, secrets: 'A=newer-a\nNEW=value-new' };
    const { actions } = await stage.release({ ...inputs, 'prune-secrets': 'true' });
    expect(actions.summary).toContain(
      [
        '<details><summary>Changes</summary>',
        '',
        '**`us-west`**',
        '',
        '- Updated the secret set `keys`: added `NEW`; updated `A`; pruned `B`, `OLD`.',
        `- Updated the agent \`voice\`: image \`${older}\` → \`${newer}\`. Settings differed.`,
      ].join('\n'),
    );
  });

  test('is told as done region by region', async () => {
    const { actions } = await stage.release({
      ...key,
      region: 'us-west, us-east',
      'agent-name': 'voice-{region}',
      'secret-set': 'keys-{region}',
      secrets: 'A=value-a',
      image: newer,
    });
    const told = ['us-west', 'us-east'].map((region) =>
      [
        `**\`${region}\`**`,
        '',
        `- Created the secret set \`keys-${region}\`: added \`A\`.`,
        `- Created the agent \`voice-${region}\`: image \`${newer}\`, secret-set \`keys-${region}\`.`,
      ].join('\n'),
    );
    expect(actions.summary).toContain(told.join('\n\n'));
  });

  test('is never told as done where the release failed before it', async () => {
    seedVoice(stage.emulator);
    stage.emulator.script.provisioning('keys', { outcome: 'failed' });
    const { actions } = await stage.release({
      ...key,
      ...voice,
      ...keys,
      image: newer,
      secrets: 'A=newer-a',
    });
    expect(actions.summary).toContain('Failed: the secret set `keys`: updated `A`.');
    expect(actions.summary).toContain('Not deployed: the agent `voice`.');
    expect(actions.summary).not.toContain(`image \`${older}\``);
  });
});

describe('a plan that shows that the release cannot work', () => {
  test('is red, with every reason, and writes nothing', async () => {
    stage.emulator.seed.agent({ name: 'voice', region: 'ap-south' });
    const { succeeded, actions } = await plan({
      ...key,
      ...voice,
      ...keys,
      region: 'us-west',
      image: newer,
    });
    expect(succeeded).toBe(false);
    expect(writes(stage.emulator)).toEqual([]);
    expect(actions.errors).toHaveLength(1);
    expect(actions.errors[0]?.message).toContain('agent voice: is in region ap-south');
    expect(actions.errors[0]?.message).toContain('secret set keys: does not exist');
    expect(actions.outputs['plan']).toBe('');
    expect(actions.summary).toContain('## ❌ The release cannot work with these settings');
  });

  test.each([
    { name: 'the platform refuses the credential', status: 401, title: /rejected the credential/ },
    { name: 'the platform is down', status: 503, title: /could not be reached|platform/i },
  ])('is red where $name', async ({ status, title }) => {
    stage.emulator.script.fault({}, { kind: 'status', status }, { times: 99 });
    const { succeeded, actions } = await plan({ ...key, ...voice, image: newer });
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.title).toMatch(title);
    expect(writes(stage.emulator)).toEqual([]);
  });

  test('goes on where an agent is gone between the list and the look at it', async () => {
    seedVoice(stage.emulator);
    stage.emulator.seed.agent({ name: 'sales', secretSet: 'keys' });
    stage.emulator.script.fault(
      { method: 'GET', path: '/v1/agents/sales' },
      { kind: 'status', status: 404, body: { error: 'Service not found', code: '404' } },
    );
    const { succeeded, actions } = await plan({ ...key, ...voice, ...keys, secrets: 'A=newer-a' });
    expect(succeeded).toBe(true);
    expect(planOf(actions.outputs['plan']).regions[0]?.secretSets).toMatchObject([
      { otherAgents: [] },
    ]);
  });
});

describe('an empty credential', () => {
  const own = { full_name: 'acme/voice' };
  test.each([
    { name: 'a push', event: { eventName: 'push', payload: { repository: own } } },
    {
      name: 'a pull request of the repository',
      event: {
        eventName: 'pull_request',
        payload: { repository: own, pull_request: { number: 7, head: { repo: own } } },
      },
    },
    { name: 'an event that cannot be read', event: { eventName: '', payload: 'none' } },
  ])('is a mistake in $name, told with the others', async ({ event }) => {
    const inputs = { ...voice, image: newer, 'wait-timeout': 'soon' };
    const { succeeded, actions } = await plan(inputs, { event });
    expect(succeeded).toBe(false);
    expect(stage.emulator.requests).toEqual([]);
    const message = actions.errors[0]?.message ?? '';
    expect(message).toContain('`api-key`: is empty, and so is `pat`');
    expect(message).toContain('the name of the secret is misspelled');
    expect(message).toContain('the job lacks the `environment:` that holds it');
    expect(message).toContain('wait-timeout');
  });
});

describe('without a credential', () => {
  const offline = {
    ...voice,
    ...keys,
    image: newer,
    secrets: 'A=\nB=',
  };

  test('nothing is sent, which is said, and the plan is green', async () => {
    const { succeeded, actions } = await plan(offline, ofDependabot);
    expect(succeeded).toBe(true);
    expect(stage.emulator.requests).toEqual([]);
    expect(actions.errors).toEqual([]);
    expect(actions.notices).toContainEqual(
      expect.stringContaining(
        'This run has no credential, like all runs from forks and Dependabot',
      ),
    );
    expect(actions.summary).toContain(
      '## 📋 Checked without a credential: inputs, files and names are valid',
    );
    expect(actions.summary).toContain('read nothing from the platform.');
    expect(actions.outputs['plan']).toBe('');
  });

  test.each([
    {
      name: 'what a fork has for toJSON(secrets)',
      inputs: {
        secrets: '',
        'secrets-json': '{"github_token":"ghs_of-the-job"}',
        'secrets-include': 'A, B',
      },
    },
    {
      name: 'null for toJSON(secrets)',
      inputs: { secrets: '', 'secrets-json': 'null', 'secrets-include': 'A, B' },
    },
    {
      name: 'an object with nothing in it for toJSON(secrets)',
      inputs: { secrets: '', 'secrets-json': '{}', 'secrets-include': '*' },
    },
    { name: 'versions', inputs: { 'secret-set': 'keys-{version}' } },
    {
      name: 'versions of what a fork has',
      inputs: {
        'secret-set': 'keys-{version}',
        secrets: '',
        'secrets-json': '{"github_token":"ghs_of-the-job"}',
        'secrets-include': '*',
      },
    },
    {
      name: 'an environment in which the variables are empty',
      inputs: { secrets: '', 'secrets-env': 'OPENAI_KEY, TARGET=DEEPGRAM_KEY' },
    },
    {
      name: 'no password for the registry',
      inputs: {
        'image-credentials': 'registry',
        registry: 'ghcr.io',
        'registry-username': 'acme',
        'registry-password': '',
      },
    },
    { name: 'pruning of what a fork has', inputs: { 'prune-secrets': 'true' } },
    {
      name: 'required keys',
      inputs: { 'required-secrets': 'A, C' },
    },
    {
      name: 'several regions',
      inputs: {
        region: 'us-west, us-east',
        'agent-name': 'voice-{region}',
        'secret-set': 'keys-{region}',
      },
    },
    {
      name: 'a token for GitHub that forks do not get, for a comment',
      inputs: { 'github-token': '', comment: 'true' },
    },
    {
      name: 'a token for GitHub that forks do not get, for deployments',
      inputs: { 'github-token': '', environment: 'production' },
    },
  ])('it is green with $name', async ({ inputs }) => {
    const environment = { ...ofDependabot.environment, OPENAI_KEY: '', DEEPGRAM_KEY: '' };
    const { succeeded, actions } = await plan(
      { ...offline, ...inputs },
      { ...ofDependabot, environment },
    );
    expect(actions.errors).toEqual([]);
    expect(succeeded).toBe(true);
    expect(stage.emulator.requests).toEqual([]);
  });

  test.each([
    { name: 'a name that is none', inputs: { 'agent-name': 'Voice!' }, told: 'agent-name' },
    {
      name: 'variables that the environment lacks, as forks only make them empty',
      inputs: { secrets: '', 'secrets-env': 'OPENAI_KEY, TARGET=DEEPGRAM_KEY' },
      told: '`env:` has no variable `OPENAI_KEY`, and none for `TARGET` (item 2)',
    },
    { name: 'an image without a tag', inputs: { image: 'ghcr.io/acme/voice' }, told: 'image' },
    {
      name: 'a file that is not there',
      inputs: { 'secrets-file': 'no-such.env' },
      told: '`no-such.env` cannot be read',
    },
    {
      name: 'a settings file that is not there',
      inputs: { 'config-file': 'no-such.toml' },
      told: '`no-such.toml` cannot be read',
    },
    {
      name: 'a file of required keys that is not there',
      inputs: { 'required-secrets': '.env.example' },
      told: '`.env.example` cannot be read',
    },
    {
      name: 'a name that two regions would share',
      inputs: { region: 'us-west, us-east' },
      told: 'use `voice-{region}`',
    },
    {
      name: 'an input that there is not',
      inputs: { 'agent-nam': 'voice' },
      told: 'did you mean `agent-name`?',
    },
    {
      name: 'secrets without a choice of them',
      inputs: { 'secrets-json': '{"A":""}' },
      told: 'secrets-include',
    },
  ])('it is red for $name', async ({ inputs, told }) => {
    const { succeeded, actions } = await plan({ ...offline, ...inputs }, ofDependabot);
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.title).toBe('The inputs are not valid');
    expect(actions.errors[0]?.message).toContain(told);
    expect(stage.emulator.requests).toEqual([]);
  });

  test('a release is refused as ever', async () => {
    const { succeeded, actions } = await stage.release(offline);
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain('`api-key`');
    expect(stage.emulator.requests).toEqual([]);
  });

  test.each(['', 'true', 'false'])(
    'a fork on pull_request_target is refused, with dry-run "%s"',
    async (dryRun) => {
      const { succeeded, actions } = await stage.release(
        { ...offline, 'dry-run': dryRun },
        {
          event: {
            eventName: 'pull_request_target',
            payload: {
              repository: { full_name: 'acme/voice' },
              pull_request: { number: 7, head: { repo: { full_name: 'mallory/voice' } } },
            },
          },
        },
      );
      expect(succeeded).toBe(false);
      expect(actions.errors[0]?.title).toContain('from a fork');
      expect(stage.emulator.requests).toEqual([]);
    },
  );
});

test('a fork on pull_request_target is refused with a credential, too', async () => {
  const { succeeded, actions } = await plan(
    { ...key, ...voice, image: newer },
    {
      event: {
        eventName: 'pull_request_target',
        payload: {
          repository: { full_name: 'acme/voice' },
          pull_request: { number: 7, head: { repo: { full_name: 'mallory/voice' } } },
        },
      },
    },
  );
  expect(succeeded).toBe(false);
  expect(actions.errors[0]?.title).toContain('from a fork');
  expect(stage.emulator.requests).toEqual([]);
});

test.each([
  { name: 'a fork', head: 'mallory/voice', isRefused: true },
  { name: 'a fork that is gone', head: undefined, isRefused: true },
  { name: 'the repository itself', head: 'acme/voice', isRefused: false },
])('a run that follows one of $name is refused: $isRefused', async ({ head, isRefused }) => {
  const { succeeded, actions } = await plan(
    { ...key, ...voice, image: newer },
    {
      event: {
        eventName: 'workflow_run',
        payload: {
          repository: { full_name: 'acme/voice' },
          workflow_run: {
            head_repository: head === undefined ? null : { full_name: head },
          },
        },
      },
    },
  );
  expect(succeeded).toBe(!isRefused);
  expect(actions.errors.map(({ title }) => title)).toEqual(
    isRefused ? ['Nothing is released for code that may come from a fork'] : [],
  );
  expect(stage.emulator.requests.length === 0).toBe(isRefused);
});

test('a fork on pull_request plans with what it has', async () => {
  const { succeeded } = await plan(
    { ...voice, image: newer },
    {
      event: {
        eventName: 'pull_request',
        payload: {
          repository: { full_name: 'acme/voice' },
          pull_request: { number: 7, head: { repo: { full_name: 'mallory/voice' } } },
        },
      },
    },
  );
  expect(succeeded).toBe(true);
});

describe('with empty values, a plan works on names', () => {
  test('which it says', async () => {
    seedVoice(stage.emulator);
    const { succeeded, actions } = await plan({ ...key, ...voice, ...keys, secrets: 'A=\nNEW=' });
    expect(succeeded).toBe(true);
    expect(planOf(actions.outputs['plan']).regions[0]?.secretSets).toMatchObject([
      { action: 'update', added: ['NEW'], updated: ['A'] },
    ]);
    expect(actions.notices).toContainEqual(
      expect.stringContaining(
        'These keys are empty in this run, so the plan uses only their names: `A`, `NEW`.',
      ),
    );
    expect(actions.summary).toContain('the plan uses only their names');
    expect(writes(stage.emulator)).toEqual([]);
  });

  test('and prunes what is not named', async () => {
    seedVoice(stage.emulator);
    const { actions } = await plan({
      ...key,
      ...voice,
      ...keys,
      secrets: 'A=\nB=',
      'prune-secrets': 'true',
    });
    expect(planOf(actions.outputs['plan']).regions[0]?.secretSets).toMatchObject([
      { pruned: ['OLD'] },
    ]);
  });

  test('that a release would leave out with empty-secrets: skip', async () => {
    seedVoice(stage.emulator);
    const inputs = {
      ...key,
      ...voice,
      ...keys,
      secrets: 'A=newer-a\nNEW=',
      'empty-secrets': 'skip',
    };
    const { actions } = await plan(inputs);
    expect(planOf(actions.outputs['plan']).regions[0]?.secretSets).toMatchObject([
      { added: [], updated: ['A'] },
    ]);
    expect(actions.notices).toContainEqual(
      expect.stringContaining('Skipped these empty keys: `NEW`.'),
    );
  });

  test('and a required key that is named without a value counts', async () => {
    const { succeeded } = await plan({
      ...key,
      ...voice,
      ...keys,
      image: newer,
      secrets: 'A=',
      'required-secrets': 'A',
    });
    expect(succeeded).toBe(true);
  });

  test('with versions, whose name it cannot tell', async () => {
    const inputs = { ...key, ...voice, 'secret-set': 'keys-{version}', secrets: 'A=value-a' };
    await stage.release({ ...inputs, image: older });
    const [bound] = stage.emulator.state.secretSets();
    const { succeeded, actions } = await plan({ ...inputs, secrets: 'A=' });
    expect(actions.errors).toEqual([]);
    expect(succeeded).toBe(true);
    const [region] = planOf(actions.outputs['plan']).regions;
    expect(region?.secretSets).toMatchObject([{ name: 'keys-{version}', added: ['A'] }]);
    // The content may be the one that the agent binds already.
    expect(region?.agent).toMatchObject({
      changes: [{ setting: 'secret-set', before: bound?.name, after: 'keys-{version}' }],
      newDeployment: { follows: 'unknown', because: 'version-unknown' },
    });
    expect(actions.summary).toContain(
      'It is unknown whether a new deployment follows, because the version of its secret set is unknown without all values.',
    );
  });

  test('with versions: what else differs is told as ever', async () => {
    const inputs = { ...key, ...voice, 'secret-set': 'keys-{version}', secrets: 'A=value-a' };
    await stage.release({ ...inputs, image: older });
    const { actions } = await plan({ ...inputs, secrets: 'A=', image: newer });
    const [region] = planOf(actions.outputs['plan']).regions;
    expect(region?.agent?.newDeployment).toEqual({ follows: 'yes', because: 'settings-differ' });
  });

  test('with versions: an agent that binds none of them is to bind one', async () => {
    seedVoice(stage.emulator);
    const { actions } = await plan({
      ...key,
      ...voice,
      'secret-set': 'keys-{version}',
      secrets: 'A=',
    });
    const [region] = planOf(actions.outputs['plan']).regions;
    expect(region?.agent?.newDeployment).toEqual({ follows: 'yes', because: 'settings-differ' });
  });

  test('with versions: which of them would go is not known either', async () => {
    const inputs = {
      ...key,
      ...voice,
      'secret-set': 'keys-{version}',
      secrets: 'A=value-a',
      'keep-versions': '0',
    };
    await stage.release({ ...inputs, image: older });
    const [bound] = stage.emulator.state.secretSets();
    const { actions } = await plan({ ...inputs, secrets: 'A=' });
    expect(planOf(actions.outputs['plan']).regions[0]?.secretSets).toMatchObject([
      { deletedVersions: null },
    ]);
    expect(actions.summary).not.toContain(`delete older versions`);
    expect(bound?.name).toMatch(/^keys-/);
  });

  test('with versions: those that are skipped are left out of the version, as by the release', async () => {
    const inputs = {
      ...key,
      ...voice,
      image: older,
      'secret-set': 'keys-{version}',
      secrets: 'A=value-a\nB=',
      'empty-secrets': 'skip',
    };
    const { actions } = await plan(inputs);
    const [planned] = planOf(actions.outputs['plan']).regions[0]?.secretSets ?? [];
    await stage.release(inputs);
    expect(stage.emulator.state.secretSets()).toMatchObject([{ name: planned?.name }]);
  });

  test('which are not known where a source has none of them: nothing is said to be pruned', async () => {
    seedVoice(stage.emulator);
    const { succeeded, actions } = await plan({
      ...key,
      ...voice,
      ...keys,
      'secrets-json': '{"github_token":"ghs_of-the-job"}',
      'secrets-include': '*',
      'prune-secrets': 'true',
    });
    expect(actions.errors).toEqual([]);
    expect(succeeded).toBe(true);
    expect(planOf(actions.outputs['plan']).regions[0]?.secretSets).toMatchObject([{ pruned: [] }]);
  });

  test('with versions of what a fork has for toJSON(secrets)', async () => {
    const { succeeded, actions } = await plan({
      ...key,
      ...voice,
      image: newer,
      'secret-set': 'keys-{version}',
      'secrets-json': '{"github_token":"ghs_of-the-job"}',
      'secrets-include': 'VOICE_*',
    });
    expect(actions.errors).toEqual([]);
    expect(succeeded).toBe(true);
    expect(actions.notices).toContainEqual(
      expect.stringContaining('Found no secrets in `VOICE_*`. The plan continues without them.'),
    );
    expect(actions.everything).not.toContain('ghs_of-the-job');
  });

  test('which are not known where there is nothing for toJSON(secrets): required keys do not fail', async () => {
    const { succeeded, actions } = await plan({
      ...key,
      ...voice,
      image: newer,
      'secret-set': 'keys-{version}',
      'secrets-json': '{"github_token":"ghs_of-the-job"}',
      'secrets-include': '*',
      'required-secrets': 'VOICE_KEY',
    });
    expect(actions.errors).toEqual([]);
    expect(succeeded).toBe(true);
  });

  test('also where the password of the registry is one', async () => {
    const { succeeded, actions } = await plan({
      ...key,
      ...voice,
      image: newer,
      'image-credentials': 'registry',
      registry: 'ghcr.io',
      'registry-username': 'acme',
      'registry-password': '',
    });
    expect(succeeded).toBe(true);
    expect(planOf(actions.outputs['plan']).regions[0]?.secretSets).toMatchObject([
      { name: 'registry', action: 'create' },
    ]);
    expect(actions.notices).toContainEqual(
      expect.stringContaining('`registry-password` is empty. The plan continues without it'),
    );
  });

  test.each([
    { name: 'a value', inputs: { ...keys, secrets: 'A=' }, told: '`A` (line 1) is empty' },
    {
      name: 'a password',
      inputs: { 'image-credentials': 'registry', registry: 'ghcr.io', 'registry-username': 'acme' },
      told: 'registry-password',
    },
  ])('while a release fails without $name', async ({ inputs, told }) => {
    const { succeeded, actions } = await stage.release({
      ...key,
      ...voice,
      image: newer,
      ...inputs,
    });
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain(told);
    expect(stage.emulator.requests).toEqual([]);
  });
});

test('an agent that is connected to a branch with deploy on push gets a notice', async () => {
  const git = { repoFullName: 'acme/voice', branch: 'main', autoDeploy: true };
  stage.emulator.seed.agent({ name: 'voice', image: older, git });
  const told =
    'The platform deploys `voice` on every push to the branch `main` of `acme/voice`. The next push replaces this release.';
  const dry = await plan({ ...key, ...voice, image: newer });
  expect(dry.actions.notices).toContain(told);
  const done = await stage.release({ ...key, ...voice, image: newer });
  expect(done.actions.notices).toContain(told);
  expect(done.actions.summary).toContain('on every push to the branch `main` of `acme/voice`');
});

test.each([
  { name: 'branch', git: { repoFullName: 'acme/voice' }, told: 'a branch of `acme/voice`' },
  { name: 'repository', git: { branch: 'main' }, told: 'the branch `main`' },
])('also where the platform does not tell the $name', async ({ git, told }) => {
  stage.emulator.seed.agent({ name: 'voice', image: older });
  const agent = {
    name: 'voice',
    region: 'us-west',
    git: { ...git, autoDeploy: true },
  };
  stage.emulator.script.fault(
    { method: 'GET', path: '/v1/agents/voice' },
    { kind: 'status', status: 200, body: agent },
  );
  const { actions } = await plan({ ...key, ...voice, image: newer });
  expect(actions.notices).toContain(
    `The platform deploys \`voice\` on every push to ${told}. The next push replaces this release.`,
  );
});

test('an agent that is connected to a branch without deploy on push gets none', async () => {
  const git = { repoFullName: 'acme/voice', branch: 'main', autoDeploy: false };
  stage.emulator.seed.agent({ name: 'voice', image: older, git });
  const { actions } = await stage.release({ ...key, ...voice, image: newer });
  expect(actions.notices.filter((notice) => notice.includes('branch'))).toEqual([]);
});
