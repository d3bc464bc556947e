import { describe, expect, test } from '@jest/globals';
import { planRollBack } from '../../src/plan/roll-back.js';
import type { AgentSettings, ObservedAgentSettings } from '../../src/pipecat/agent-settings.js';
import { secretSetPlan } from '../support/accounts.js';
import { observedAgent } from '../support/planning.js';

const rollBack = (
  before: Partial<ObservedAgentSettings>,
  settings: AgentSettings,
  runsNewBuild = false,
) =>
  planRollBack(
    {
      name: 'voice',
      region: 'us-west',
      before: observedAgent({ settings: before }),
      settings,
      runsNewBuild,
    },
    [],
  );

interface Case {
  readonly name: string;
  readonly before: Partial<ObservedAgentSettings>;
  readonly sent: AgentSettings;
  readonly runsNewBuild?: boolean;
  readonly back: AgentSettings;
  readonly told?: readonly string[];
}

const noBuildId =
  '`voice` keeps its new image, because the platform does not show the id of the previous cloud build.';

const cases: readonly Case[] = [
  {
    name: 'the image',
    before: { image: 'a/b:1' },
    sent: { image: 'a/b:2' },
    back: { image: 'a/b:1' },
  },
  {
    name: 'an image by digest',
    before: { image: `ghcr.io/a/b@sha256:${'0'.repeat(64)}` },
    sent: { image: 'a/b:2' },
    back: { image: `ghcr.io/a/b@sha256:${'0'.repeat(64)}` },
  },
  {
    name: 'an image of a registry with a port',
    before: { image: 'localhost:5000/a/b:1' },
    sent: { image: 'a/b:2' },
    back: { image: 'localhost:5000/a/b:1' },
  },
  {
    name: 'no image that is the same',
    before: { image: 'a/b:1' },
    sent: { image: 'a/b:1' },
    back: {},
  },
  {
    name: 'the build before an image',
    before: { image: '[redacted]', buildId: 'build-1' },
    sent: { image: 'a/b:2' },
    back: { buildId: 'build-1' },
  },
  {
    name: 'the image before a build',
    before: { image: 'a/b:1' },
    sent: { buildId: 'build-2' },
    back: { image: 'a/b:1' },
  },
  {
    name: 'the build before a new one that has no id yet',
    before: { buildId: 'build-1' },
    sent: {},
    runsNewBuild: true,
    back: { buildId: 'build-1' },
  },
  {
    name: 'no build whose id is not shown',
    before: { image: '[redacted]' },
    sent: { buildId: 'build-2' },
    back: {},
    told: [noBuildId],
  },
  {
    name: 'no image that is not shown',
    before: { image: undefined },
    sent: { image: 'a/b:2' },
    back: {},
    told: [noBuildId],
  },
  {
    name: 'the secret set and the pull secret',
    before: { secretSet: 'old', imagePullSecretSet: 'old-pull' },
    sent: { secretSet: 'new', imagePullSecretSet: 'new-pull' },
    back: { secretSet: 'old', imagePullSecretSet: 'old-pull' },
  },
  {
    name: 'no first secret set and no first pull secret',
    before: { secretSet: null, imagePullSecretSet: null },
    sent: { secretSet: 'new', imagePullSecretSet: 'new-pull' },
    back: {},
    told: [
      '`secret-set` of `voice` stays `new`, because it was not set before and cannot be unset.',
      '`image-credentials` of `voice` stays `new-pull`, because it was not set before and cannot be unset.',
    ],
  },
  {
    name: 'both bounds if one changed',
    before: { minAgents: 1, maxAgents: 5 },
    sent: { minAgents: 1, maxAgents: 9 },
    back: { minAgents: 1, maxAgents: 5 },
  },
  {
    name: 'no bounds if none changed',
    before: { minAgents: 1, maxAgents: 5 },
    sent: { minAgents: 1, maxAgents: 5 },
    back: {},
  },
  {
    name: 'the profile, the limit and the rest',
    before: {
      agentProfile: 'agent-1x',
      architecture: 'arm64',
      maxSessionDuration: 3600,
      websocketAuth: 'none',
      managedKeys: false,
    },
    sent: {
      agentProfile: 'agent-2x',
      architecture: 'amd64',
      maxSessionDuration: 60,
      websocketAuth: 'token',
      managedKeys: true,
    },
    back: {
      agentProfile: 'agent-1x',
      architecture: 'arm64',
      maxSessionDuration: 3600,
      websocketAuth: 'none',
      managedKeys: false,
    },
  },
  {
    name: 'a filter that was off',
    before: { krispVivaAudioFilter: null },
    sent: { krispVivaAudioFilter: 'tel' },
    back: { krispVivaAudioFilter: 'off' },
  },
  {
    name: 'a filter that was switched off',
    before: { krispVivaAudioFilter: 'pro' },
    sent: { krispVivaAudioFilter: 'off' },
    back: { krispVivaAudioFilter: 'pro' },
  },
  {
    name: 'no filter that stays off',
    before: { krispVivaAudioFilter: null },
    sent: { krispVivaAudioFilter: 'off' },
    back: {},
  },
  {
    name: 'no setting that the platform does not show',
    before: { agentProfile: undefined },
    sent: { agentProfile: 'agent-2x', cpu: '1' },
    back: {},
    told: [
      '`agent-profile` of `voice` stays as released, because the platform does not show its previous value.',
      '`resources.cpu` of `voice` stays as released, because the platform does not show its previous value.',
    ],
  },
];

describe('a rollback restores', () => {
  test.each(cases)('$name', ({ before, sent, runsNewBuild, back, told = [] }) => {
    const plan = rollBack(before, sent, runsNewBuild);
    const given = Object.entries(plan.settings ?? {}).filter(([, value]) => value !== undefined);
    expect(Object.fromEntries(given)).toEqual(back);
    expect(plan.unrestored).toEqual(told);
  });
});

describe('a rollback does not restore', () => {
  const question = {
    name: 'voice',
    region: 'us-west',
    before: observedAgent(),
    settings: {},
    runsNewBuild: false,
  };
  const written = { action: 'update', pairs: [{ key: 'A', value: undefined }] } as never;

  test.each([
    {
      name: 'values',
      parts: { updatedKeys: ['A'] },
      told: ['`keys` keeps its new values; they are not restored.'],
    },
    {
      name: 'keys that were added',
      parts: { addedKeys: ['A'] },
      told: ['`keys` keeps its new values; they are not restored. Added keys stay.'],
    },
    {
      name: 'nothing of a version',
      parts: { updatedKeys: ['A'], template: 'keys-{version}' },
      told: [],
    },
    {
      name: 'nothing of a new set',
      parts: { addedKeys: ['A'], action: 'create' as const },
      told: [],
    },
    {
      name: 'nothing of a set that is only bound',
      parts: { action: 'bind' as const, pairs: [] },
      told: [],
    },
  ])('$name', ({ parts, told }) => {
    const set = secretSetPlan({ name: 'keys', ...(written as object), ...parts });
    expect(planRollBack(question, [set]).unrestored).toEqual(told);
  });

  test('an agent that is new', () => {
    const plan = planRollBack({ ...question, before: undefined }, []);
    expect(plan.settings).toBeUndefined();
    expect(plan.unrestored).toEqual(['`voice` stays, because it is new.']);
  });
});
