import { describe, expect, test } from '@jest/globals';
import type { Build } from '../../src/pipecat/answers.js';
import { StatusError } from '../../src/pipecat/errors.js';
import { PreflightError, type PreflightProblem } from '../../src/plan/problems.js';
import type { AgentPlan, NewDeployment, SecretSetPlan } from '../../src/plan/plan.js';
import { Regional } from '../../src/plan/regional.js';
import { listedSet, observedAgent, planOfSituation, type Situation } from '../support/planning.js';

const image = 'a/b:1';
const settings = { image };
const build: Build = {
  id: 'build-1',
  status: 'success',
  region: 'us-west',
  contextHash: undefined,
  dockerfilePath: undefined,
  errorMessage: undefined,
  duration: undefined,
  createdAt: undefined,
};
const regions = [
  { code: 'us-west', supportedArchitectures: ['arm64', 's390x'], defaultArchitecture: undefined },
  { code: 'us-east', supportedArchitectures: undefined, defaultArchitecture: undefined },
];
const selfHosted = {
  code: 'pce-berlin',
  supportedArchitectures: undefined,
  defaultArchitecture: undefined,
  isSelfHosted: true,
} as const;

function problemsOf(situation: Situation): readonly PreflightProblem[] {
  try {
    planOfSituation(situation);
  } catch (error) {
    if (error instanceof PreflightError) return error.problems;
    throw error;
  }
  return [];
}

function setOf(situation: Situation): SecretSetPlan | undefined {
  return planOfSituation({ agent: { settings }, ...situation }).targets[0]?.secretSets[0];
}

function agentOf(situation: Situation): AgentPlan | undefined {
  return planOfSituation({ agent: { settings }, ...situation }).targets[0]?.agent;
}

interface Impossible {
  readonly name: string;
  readonly situation: Situation;
  readonly problem: PreflightProblem;
}

const required = (key: string, origin = '`required-secrets`') => ({ key, origin });

const impossible: Impossible[] = [
  {
    name: 'a region that there is not',
    situation: { agent: { settings }, region: 'mars-north', regions },
    problem: {
      about: 'region mars-north',
      message: 'unknown region `mars-north`. Available: us-west, us-east',
      next: 'Set `region` to an available one.',
    },
  },
  {
    name: 'a region whose name is nearly that of another one, and nothing else then',
    situation: { agent: { settings: {} }, region: 'us-east-1', regions },
    problem: {
      about: 'region us-east-1',
      message: 'unknown region `us-east-1`; did you mean `us-east`? Available: us-west, us-east',
      next: 'Set `region` to an available one.',
    },
  },
  {
    name: 'an architecture that the region does not run',
    situation: { agent: { settings: { image, architecture: 'amd64' } }, regions },
    problem: {
      about: 'region us-west',
      message: 'does not run amd64; it runs arm64, s390x',
      next: 'Fix `architecture`, or choose another region.',
    },
  },
  {
    name: 'a build that there is not',
    situation: { agent: { settings: { buildId: 'build-1' } } },
    problem: {
      about: 'build build-1',
      message: 'does not exist',
      next: 'Fix `build-id`.',
    },
  },
  {
    name: 'a build that is under way',
    situation: {
      agent: { settings: { buildId: 'build-1' } },
      build: { ...build, status: 'building' },
    },
    problem: {
      about: 'build build-1',
      message: 'has the status building; only a successful build can be deployed',
      next: 'Wait for the build, or build again.',
    },
  },
  {
    name: 'a build that failed, for a reason',
    situation: {
      agent: { settings: { buildId: 'build-1' } },
      build: { ...build, status: 'failed', errorMessage: 'COPY failed' },
    },
    problem: {
      about: 'build build-1',
      message: 'has the status failed (`COPY failed`); only a successful build can be deployed',
      next: 'Wait for the build, or build again.',
    },
  },
  {
    name: 'a build of another region',
    situation: {
      agent: { settings: { buildId: 'build-1' } },
      build: { ...build, region: 'us-east' },
    },
    problem: {
      about: 'build build-1',
      message:
        'is in region us-east, but the release is for us-west; a build can only be deployed in its own region',
      next: 'Build in us-west, or release to us-east.',
    },
  },
  {
    name: 'an agent whose name is too long in the region',
    situation: { agent: { name: `${'v'.repeat(50)}-{region}`, settings } },
    problem: {
      about: `agent ${'v'.repeat(50)}-us-west`,
      message:
        'is not a valid name in us-west (58 characters); use 2 to 54 lower-case letters, digits and hyphens, beginning and ending with a letter or digit',
      next: 'Fix `agent-name`.',
    },
  },
  {
    name: 'an agent of another region',
    situation: { agent: { settings }, before: observedAgent({ region: 'ap-south' }) },
    problem: {
      about: 'agent voice',
      message:
        'is in region ap-south, but the release is for us-west; the region of an agent cannot change',
      next: 'Release to ap-south, or give the agent for us-west another name (such as voice-us-west).',
    },
  },
  {
    name: 'a new agent that the settings file has built from a branch',
    situation: { agent: { isBuiltFromBranch: true } },
    problem: {
      about: 'agent voice',
      message:
        'does not exist, and the settings file says that the platform builds it from a branch (`[git]`); a release cannot connect the agent to GitHub',
      next: 'Create the agent once with the command-line client or in the dashboard, or set `image`, `cloud-build` or `build-id`.',
    },
  },
  {
    name: 'a new agent with nothing to run',
    situation: { agent: {} },
    problem: {
      about: 'agent voice',
      message: 'does not exist, and the release has no image or build to create it from',
      next: 'Set `image`, `cloud-build` or `build-id`, or fix `agent-name`.',
    },
  },
  {
    name: 'a profile that there is not',
    situation: {
      agent: { settings: { image, agentProfile: 'gpu-small' } },
      agentProfiles: ['gpu-large', 'agent-1x'],
    },
    problem: {
      about: 'agent voice',
      message: 'unknown profile `gpu-small`. Available: agent-1x, agent-2x, agent-3x, gpu-large',
      next: 'Set `agent-profile` to an available one.',
    },
  },
  {
    name: 'a lower bound above the upper one that the agent has',
    situation: { agent: { minAgents: new Regional(10) }, before: observedAgent() },
    problem: {
      about: 'agent voice',
      message:
        'would have at least 10 and at most 5 instances, because the omitted bound stays unchanged',
      next: 'Set both `min-agents` and `max-agents`.',
    },
  },
  {
    name: 'a referenced set that is to be written',
    situation: {
      agent: { settings },
      secretSet: { name: 'keys', given: ['A'] },
      listed: [listedSet('keys', { referenced: true })],
    },
    problem: {
      about: 'secret set keys',
      message:
        'is a referenced set, a Kubernetes Secret of a self-hosted region: agents can bind it, but only its cluster can write it',
      next: 'Write the values in your cluster and omit the secrets inputs, or use another set.',
    },
  },
  {
    name: 'a set that only the response about the one set shows as referenced',
    situation: {
      agent: { settings },
      secretSet: { name: 'keys', given: ['A'] },
      listed: [listedSet('keys')],
      referenced: true,
    },
    problem: {
      about: 'secret set keys',
      message:
        'is a referenced set, a Kubernetes Secret of a self-hosted region: agents can bind it, but only its cluster can write it',
      next: 'Write the values in your cluster and omit the secrets inputs, or use another set.',
    },
  },
  {
    name: 'a set that is to be written in a self-hosted region',
    situation: {
      agent: { settings },
      secretSet: { name: 'keys', given: ['A'] },
      region: 'pce-berlin',
      regions: [selfHosted],
    },
    problem: {
      about: 'secret set keys',
      message:
        'cannot be written in pce-berlin: a self-hosted region has only referenced sets, which are Kubernetes Secrets of its cluster',
      next: 'Create the Kubernetes Secret in the cluster, then set its name without its content.',
    },
  },
  {
    name: 'an image pull secret that is to be written in a self-hosted region',
    situation: {
      agent: { settings },
      imagePullSecret: { name: 'registry', isGiven: true },
      region: 'pce-berlin',
      regions: [selfHosted],
    },
    problem: {
      about: 'image pull secret registry',
      message:
        'cannot be written in pce-berlin: a self-hosted region has only referenced sets, which are Kubernetes Secrets of its cluster',
      next: 'Create the Kubernetes Secret in the cluster, then set its name without its content.',
    },
  },
  {
    name: 'a set whose name is too long in the region',
    situation: { agent: { settings }, secretSet: { name: `${'k'.repeat(60)}-{region}` } },
    problem: {
      about: `secret set ${'k'.repeat(60)}-us-west`,
      message:
        'is not a valid name in us-west (68 characters); use 3 to 63 lower-case letters, digits, hyphens and dots, beginning and ending with a letter or digit',
      next: 'Fix `secret-set`.',
    },
  },
  {
    name: 'an image pull secret whose name is too long in the region',
    situation: { agent: { settings }, imagePullSecret: { name: `${'k'.repeat(60)}-{region}` } },
    problem: {
      about: `image pull secret ${'k'.repeat(60)}-us-west`,
      message:
        'is not a valid name in us-west (68 characters); use 3 to 63 lower-case letters, digits, hyphens and dots, beginning and ending with a letter or digit',
      next: 'Fix `image-credentials`.',
    },
  },
  {
    name: 'a set that is bound and does not exist',
    situation: { agent: { settings }, secretSet: { name: 'keys' } },
    problem: {
      about: 'secret set keys',
      message: 'does not exist, and the release has no values to create it with',
      next: 'Fix `secret-set`, or pass secrets to create the set.',
    },
  },
  {
    name: 'an image pull secret that is bound and does not exist',
    situation: { agent: { settings }, imagePullSecret: { name: 'registry' } },
    problem: {
      about: 'image pull secret registry',
      message: 'does not exist, and the release has no values to create it with',
      next: 'Fix `image-credentials`, or set `registry`, `registry-username` and `registry-password`.',
    },
  },
  {
    name: 'a set of the other kind',
    situation: {
      agent: { settings },
      imagePullSecret: { name: 'keys' },
      listed: [listedSet('keys')],
    },
    problem: {
      about: 'image pull secret keys',
      message: 'already exists as another kind of set (secret set)',
      next: 'Choose another name; the kind of a set cannot change.',
    },
  },
  {
    name: 'a set of another region',
    situation: {
      agent: { settings },
      secretSet: { name: 'keys' },
      listed: [listedSet('keys', { region: 'us-east' })],
    },
    problem: {
      about: 'secret set keys',
      message:
        'is in region us-east, but the release is for us-west; the region of a set cannot change, and agents can bind only sets in their own region',
      next: 'Use another set for us-west (such as keys-us-west), or release to us-east.',
    },
  },
  {
    name: 'a version of another region',
    situation: {
      agent: { settings },
      secretSet: { name: 'keys-{version}' },
      listed: [listedSet('keys-0123abcd', { region: 'us-east' })],
    },
    problem: {
      about: 'secret set keys-0123abcd',
      message:
        'is in region us-east, but the release is for us-west; the region of a set cannot change, and agents can bind only sets in their own region',
      next: 'Use another set for us-west (such as keys-us-west-{version}), or release to us-east.',
    },
  },
  {
    name: 'a set that is bound and failed, for a reason',
    situation: {
      agent: { settings },
      secretSet: { name: 'keys' },
      listed: [listedSet('keys', { status: 'failed', errorMessage: 'Quota exceeded' })],
    },
    problem: {
      about: 'secret set keys',
      message: 'cannot be bound, because its provisioning failed: `Quota exceeded`',
      next: 'Pass the secrets of the set to write it again. If the error persists, contact support.',
    },
  },
  {
    name: 'a set that is bound and failed without a reason',
    situation: {
      agent: { settings },
      secretSet: { name: 'keys' },
      listed: [listedSet('keys', { status: 'failed' })],
    },
    problem: {
      about: 'secret set keys',
      message: 'cannot be bound, because its provisioning failed',
      next: 'Pass the secrets of the set to write it again. If the error persists, contact support.',
    },
  },
  {
    name: 'pruning a set that other agents bind',
    situation: {
      agent: { settings },
      secretSet: { name: 'keys', given: ['A'], prune: true },
      listed: [listedSet('keys')],
      bindings: new Map([
        ['voice', ['keys']],
        ['sales', ['keys']],
        ['billing', ['keys']],
        ['other', ['other-keys']],
        ['unknown', undefined],
      ]),
    },
    problem: {
      about: 'secret set keys',
      message: 'cannot be pruned, because other agents also bind it: billing, sales',
      next: 'Give each agent its own set, or omit `prune-secrets`.',
    },
  },
  {
    name: 'pruning a set that other agents may bind',
    situation: {
      agent: { settings },
      secretSet: { name: 'keys', given: ['A'], prune: true },
      listed: [listedSet('keys')],
      bindings: new Map([
        ['voice', undefined],
        ['sales', undefined],
        ['billing', undefined],
        ['other', ['other-keys']],
      ]),
    },
    problem: {
      about: 'secret set keys',
      message:
        'cannot be pruned, because an earlier deployment of these agents may be serving and may bind it: billing, sales',
      next: 'Release again when their rollouts have ended, or omit `prune-secrets`.',
    },
  },
  {
    name: 'a required key that is neither given nor there',
    situation: {
      agent: { settings },
      secretSet: {
        name: 'keys',
        given: ['A'],
        requiredKeys: [required('A'), required('B'), required('C')],
      },
      listed: [listedSet('keys')],
      keys: ['B'],
    },
    problem: {
      about: 'secret set keys',
      message: 'would lack C after the release, required by `required-secrets`',
      next: 'Pass it with the release, or fix `required-secrets`.',
    },
  },
  {
    name: 'required keys that are there and do not stay',
    situation: {
      agent: { settings },
      secretSet: {
        name: 'keys',
        given: ['A'],
        prune: true,
        requiredKeys: [required('A'), required('B'), required('C', '`.env.example`')],
      },
      listed: [listedSet('keys')],
      keys: ['B', 'C'],
      bindings: new Map(),
    },
    problem: {
      about: 'secret set keys',
      message: 'would lack B, C after the release, required by `required-secrets`, `.env.example`',
      next: 'Pass them with the release, or fix `required-secrets`.',
    },
  },
  {
    name: 'a required key of a version that has it without being given it',
    situation: {
      agent: { settings },
      secretSet: { name: 'keys-{version}', given: ['A'], requiredKeys: [required('B')] },
      listed: [listedSet('keys-0123abcd')],
      keys: ['A', 'B'],
    },
    problem: {
      about: 'secret set keys-0123abcd',
      message: 'would lack B after the release, required by `required-secrets`',
      next: 'Pass it with the release, or fix `required-secrets`.',
    },
  },
];

describe('a problem says what was found and what to do:', () => {
  test.each(impossible)('$name', ({ situation, problem }) => {
    expect(problemsOf(situation)).toEqual([problem]);
  });

  test('also if it came up after the preflight', () => {
    const plan = agentOf({ before: observedAgent() });
    const moved = observedAgent({ region: 'ap-south' });
    const replan = (): unknown => plan?.replan(moved, undefined);
    expect(replan).toThrow(PreflightError);
  });
});

describe('nothing is wrong with', () => {
  test.each<{ name: string; situation: Situation }>([
    {
      name: 'an architecture in a region that does not say what it runs',
      situation: {
        agent: { settings: { image, architecture: 'amd64' } },
        region: 'us-east',
        regions,
      },
    },
    {
      name: 'a build that does not say its region',
      situation: {
        agent: { settings: { buildId: 'build-1' } },
        build: { ...build, region: undefined },
      },
    },
    {
      name: 'a profile where those that there are cannot be listed',
      situation: { agent: { settings: { image, agentProfile: 'gpu-large' } } },
    },
    {
      name: 'an agent without a profile, whichever there are',
      situation: { agent: { settings }, agentProfiles: ['gpu-large'] },
    },
    {
      name: 'a lower bound that is the upper one, too',
      situation: { agent: { minAgents: new Regional(5) }, before: observedAgent() },
    },
    {
      name: 'a lower bound where the upper one is not shown',
      situation: {
        agent: { minAgents: new Regional(10) },
        before: observedAgent({ settings: { maxAgents: undefined } }),
      },
    },
    {
      name: 'an upper bound where the lower one is not shown',
      situation: {
        agent: { maxAgents: new Regional(1) },
        before: observedAgent({ settings: { minAgents: undefined } }),
      },
    },
    {
      name: 'required keys of a reference, which cannot be read',
      situation: {
        agent: { settings },
        secretSet: { name: 'keys', requiredKeys: [required('A')] },
        listed: [listedSet('keys', { referenced: true })],
      },
    },
    {
      name: 'a version whose values a plan has not',
      situation: { agent: { settings }, secretSet: { name: 'keys-{version}', version: undefined } },
    },
    {
      name: 'a set that is released without an agent',
      situation: {
        agent: undefined,
        secretSet: { name: 'keys', given: ['A'] },
      },
    },
  ])('$name', ({ situation }) => {
    expect(problemsOf(situation)).toEqual([]);
  });
});

describe('a bound of the scaling', () => {
  test.each([
    { name: 'the lower one', given: { minAgents: new Regional(2) }, sent: [2, 5] },
    { name: 'the upper one', given: { maxAgents: new Regional(9) }, sent: [0, 9] },
    { name: 'none', given: {}, sent: [undefined, undefined] },
  ])('is sent with the other bound: $name', ({ given, sent }) => {
    const plan = agentOf({ agent: { settings, ...given }, before: observedAgent() });
    expect([plan?.settings.minAgents, plan?.settings.maxAgents]).toEqual(sent);
  });
});

describe('the plan of a set', () => {
  const versions = ['keys-00000001', 'keys-0123abcd', 'other-00000001', 'keys-2'].map((name) =>
    listedSet(name),
  );

  test('that is new has no agents that bind it, and no other versions', () => {
    expect(setOf({ secretSet: { name: 'keys', given: ['A'] } })).toMatchObject({
      action: 'create',
      addedKeys: ['A'],
      otherAgents: [],
      olderVersions: [],
      deletedVersions: undefined,
    });
  });

  test('that exists names the other agents that bind it, if they were read', () => {
    const secretSet = { name: 'keys', given: ['A'] };
    const there = { secretSet, listed: [listedSet('keys')] };
    const bindings = new Map([
      ['voice', ['keys']],
      ['sales', ['keys']],
      ['other', []],
    ]);
    expect(setOf({ ...there, bindings })).toMatchObject({ otherAgents: ['sales'] });
    expect(setOf(there)).toMatchObject({ otherAgents: undefined });
  });

  test('of a version has the other versions, and those to delete', () => {
    const secretSet = { name: 'keys-{version}', given: ['A'], keepVersions: 0 };
    const bindings = new Map([['voice', ['keys-00000001']]]);
    expect(setOf({ secretSet, listed: versions, bindings, keys: ['A'] })).toMatchObject({
      action: 'bind',
      olderVersions: ['keys-00000001'],
      deletedVersions: ['keys-00000001'],
    });
    expect(setOf({ secretSet, listed: versions, keys: ['A'] })).toMatchObject({
      olderVersions: ['keys-00000001'],
      deletedVersions: undefined,
    });
  });

  test('for images has no keys and no versions', () => {
    expect(setOf({ imagePullSecret: { name: 'registry', isGiven: true } })).toMatchObject({
      action: 'create',
      registry: { host: 'https://ghcr.io' },
      pairs: [],
      addedKeys: [],
      updatedKeys: [],
      skippedKeys: [],
      prunedKeys: [],
      olderVersions: [],
    });
  });
});

describe('a new deployment', () => {
  const bound = (...secretSets: string[]) => observedAgent({ secretSets });
  const keys = { name: 'keys', given: ['A'] };
  const withKeys = { secretSet: keys, listed: [listedSet('keys')] };
  const failed = observedAgent({
    ready: false,
    errors: [{ code: 'PCC-1', message: 'It crashed.' }],
  });
  const refusal = new StatusError({ method: 'GET', path: '/v1/builds' }, 503);

  interface Case {
    readonly name: string;
    readonly situation: Situation;
    readonly newDeployment: NewDeployment;
    readonly forces?: boolean;
    readonly valuesChange?: boolean;
  }

  const cases: Case[] = [
    {
      name: 'follows where the agent is new',
      situation: {},
      newDeployment: { follows: 'yes', because: 'agent-created' },
    },
    {
      name: 'does not follow where nothing differs',
      situation: { before: observedAgent() },
      newDeployment: { follows: 'no', because: 'nothing-differs' },
    },
    {
      name: 'follows where the image differs',
      situation: { before: observedAgent({ settings: { image: 'a/b:2' } }) },
      newDeployment: { follows: 'yes', because: 'settings-differ' },
    },
    {
      name: 'does not follow where the scaling alone differs',
      situation: {
        agent: { settings, minAgents: new Regional(1) },
        before: observedAgent(),
      },
      newDeployment: { follows: 'no', because: 'scaling-only' },
    },
    {
      name: 'is not known to follow where what is given is not shown',
      situation: {
        agent: { settings: { image, managedKeys: true } },
        before: observedAgent(),
      },
      newDeployment: { follows: 'unknown', because: 'settings-hidden' },
    },
    {
      name: 'is asked for where values of a bound set are written',
      situation: { ...withKeys, before: bound('keys') },
      newDeployment: { follows: 'yes', because: 'values-written' },
      forces: true,
      valuesChange: true,
    },
    {
      name: 'is asked for where values of a set are written that is bound in place of another one',
      situation: { ...withKeys, before: bound('other-keys') },
      newDeployment: { follows: 'yes', because: 'settings-differ' },
      forces: true,
      valuesChange: true,
    },
    {
      name: 'is not asked for where only the pull secret is written',
      situation: {
        imagePullSecret: { name: 'registry', isGiven: true },
        before: observedAgent({ settings: { imagePullSecretSet: 'registry' } }),
      },
      newDeployment: { follows: 'no', because: 'nothing-differs' },
    },
    {
      name: 'is not asked for where the set is bound as it is',
      situation: {
        secretSet: { name: 'keys' },
        listed: [listedSet('keys')],
        before: bound('keys'),
      },
      newDeployment: { follows: 'no', because: 'nothing-differs' },
    },
    {
      name: 'is not asked for where nothing may force one',
      situation: {
        ...withKeys,
        agent: { settings, forceRedeploy: 'never' },
        before: bound('keys'),
      },
      newDeployment: { follows: 'no', because: 'nothing-differs' },
      valuesChange: true,
    },
    {
      name: 'is not asked for where nothing may force one, also after a failure',
      situation: { agent: { settings, forceRedeploy: 'never' }, before: failed },
      newDeployment: { follows: 'no', because: 'nothing-differs' },
    },
    {
      name: 'is asked for where one is forced',
      situation: { agent: { settings, forceRedeploy: 'always' }, before: observedAgent() },
      newDeployment: { follows: 'yes', because: 'forced' },
      forces: true,
    },
    {
      name: 'is asked for where the last one failed',
      situation: { before: failed },
      newDeployment: { follows: 'yes', because: 'deployment-failed' },
      forces: true,
    },
    {
      name: 'follows by itself from a version that is not bound yet',
      situation: {
        secretSet: { name: 'keys-{version}', given: ['A'] },
        before: bound('keys-00000001'),
      },
      newDeployment: { follows: 'yes', because: 'settings-differ' },
    },
    {
      name: 'is asked for where a bound version is written anew',
      situation: {
        secretSet: { name: 'keys-{version}', given: ['A'] },
        listed: [listedSet('keys-0123abcd', { status: 'failed' })],
        before: bound('keys-0123abcd'),
      },
      newDeployment: { follows: 'yes', because: 'values-written' },
      forces: true,
      valuesChange: true,
    },
    {
      name: 'is asked for where it is not shown which version is bound',
      situation: {
        secretSet: { name: 'keys-{version}', given: ['A'] },
        before: observedAgent({ secretSets: undefined, settings: { secretSet: undefined } }),
      },
      newDeployment: { follows: 'yes', because: 'values-written' },
      forces: true,
      valuesChange: true,
    },
    {
      name: 'is not known to follow from a version that cannot be told',
      situation: {
        secretSet: { name: 'keys-{version}', version: undefined },
        before: bound('keys-00000001'),
      },
      newDeployment: { follows: 'unknown', because: 'version-unknown' },
    },
    {
      name: 'follows from a version that cannot be told where another set is bound',
      situation: {
        secretSet: { name: 'keys-{version}', version: undefined },
        before: bound('keys'),
      },
      newDeployment: { follows: 'yes', because: 'settings-differ' },
    },
    {
      name: 'follows from a version that cannot be told where no set is bound',
      situation: { secretSet: { name: 'keys-{version}', version: undefined }, before: bound() },
      newDeployment: { follows: 'yes', because: 'settings-differ' },
    },
    {
      name: 'follows from an image that differs, beside a version that cannot be told',
      situation: {
        agent: { settings: { image: 'a/b:2' } },
        secretSet: { name: 'keys-{version}', version: undefined },
        before: bound('keys-00000001'),
      },
      newDeployment: { follows: 'yes', because: 'settings-differ' },
    },
    {
      name: 'follows from a set that differs and is no version',
      situation: {
        secretSet: { name: 'other-keys' },
        listed: [listedSet('other-keys')],
        before: bound('keys'),
      },
      newDeployment: { follows: 'yes', because: 'settings-differ' },
    },
    {
      name: 'follows from a context that was never built',
      situation: {
        agent: {},
        cloudBuild: { found: undefined, failure: undefined },
        before: observedAgent({ settings: { image: undefined, buildId: 'build-1' } }),
      },
      newDeployment: { follows: 'yes', because: 'built-anew' },
    },
    {
      name: 'is not known to follow from a context whose builds cannot be looked up',
      situation: {
        agent: {},
        cloudBuild: { found: undefined, failure: refusal },
        before: observedAgent({ settings: { image: undefined, buildId: 'build-1' } }),
      },
      newDeployment: { follows: 'unknown', because: 'build-unknown' },
    },
    {
      name: 'does not follow from a context whose build runs already',
      situation: {
        agent: {},
        cloudBuild: { found: build, failure: undefined },
        before: observedAgent({ settings: { image: undefined, buildId: 'build-1' } }),
      },
      newDeployment: { follows: 'no', because: 'nothing-differs' },
    },
  ];

  test.each(cases)(
    '$name',
    ({ situation, newDeployment, forces = false, valuesChange = false }) => {
      expect(agentOf(situation)).toMatchObject({
        action: situation.before === undefined ? 'create' : 'update',
        newDeployment,
        forces,
        valuesChange,
      });
    },
  );

  test.each([
    { name: 'a version', secretSet: { name: 'keys-{version}', given: ['A'] }, bindsVersion: true },
    { name: 'a set of one name', secretSet: keys, bindsVersion: false },
  ])('that binds $name knows whether it is a version', ({ secretSet, bindsVersion }) => {
    expect(agentOf({ secretSet })).toMatchObject({ bindsVersion });
  });

  test('has the build of the context, after it is made', () => {
    const plan = agentOf({ agent: {}, cloudBuild: { found: undefined, failure: undefined } });
    expect(plan).toMatchObject({ runsNewBuild: true, settings: { buildId: undefined } });
    expect(plan?.replan(undefined, 'build-2')).toMatchObject({
      runsNewBuild: false,
      settings: { buildId: 'build-2' },
    });
    const found = agentOf({ agent: {}, cloudBuild: { found: build, failure: undefined } });
    expect(found).toMatchObject({ runsNewBuild: false, settings: { buildId: 'build-1' } });
  });
});

describe('a plan that binds another set warns of the keys that the agent would lose', () => {
  const secretSet = { name: 'keys', given: ['A'] };
  const replacedSets = [{ name: 'old-keys', keys: ['A', 'B', 'C'] }];
  const there = { listed: [listedSet('keys')], keys: ['B'] };

  test.each<{ name: string; situation: Situation; warnings: string[] }>([
    {
      name: 'if the release creates the set',
      situation: { secretSet, replacedSets },
      warnings: ['`voice` would lose `B`, `C`: they are in `old-keys`, but not in `keys`.'],
    },
    {
      name: 'except for keys that the other set already has',
      situation: { secretSet, replacedSets, ...there },
      warnings: ['`voice` would lose `C`: it is in `old-keys`, but not in `keys`.'],
    },
    {
      name: 'even if the release only binds the set',
      situation: { secretSet: { name: 'keys' }, replacedSets, ...there },
      warnings: ['`voice` would lose `A`, `C`: they are in `old-keys`, but not in `keys`.'],
    },
    {
      name: 'even if a version replaces another version',
      situation: {
        secretSet: { name: 'keys-{version}', given: ['A', 'B'] },
        replacedSets: [{ name: 'keys-0123abcd', keys: ['A', 'C'] }],
      },
      warnings: ['`voice` would lose `C`: it is in `keys-0123abcd`, but not in `keys-{version}`.'],
    },
    {
      name: 'but not if the keys of the other set cannot be read, because it is a reference',
      situation: {
        secretSet: { name: 'keys' },
        replacedSets,
        listed: [listedSet('keys')],
        referenced: true,
      },
      warnings: [],
    },
    {
      name: 'unless there are none',
      situation: { secretSet: { name: 'keys', given: ['A', 'B', 'C'] }, replacedSets },
      warnings: [],
    },
  ])('$name', ({ situation, warnings }) => {
    expect(planOfSituation({ agent: { settings }, ...situation }).warnings).toEqual(warnings);
  });
});
