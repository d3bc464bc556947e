import { describe, expect, test } from '@jest/globals';
import {
  mapAgentSettings,
  type AgentSettings,
  type ObservedAgentSettings,
} from '../../src/pipecat/agent-settings.js';
import { compareSettings } from '../../src/plan/agent-changes.js';

const hidden = mapAgentSettings<ObservedAgentSettings>(() => undefined);
const nothing = { changes: [], hidden: [] };

interface Case {
  /** The name of the input. */
  readonly setting: string;
  readonly observed: Partial<ObservedAgentSettings>;
  readonly wanted: AgentSettings;
  readonly before: string | undefined;
  readonly after: string;
}

const cases: readonly Case[] = [
  {
    setting: 'image',
    observed: { image: 'a/b:1' },
    wanted: { image: 'a/b:2' },
    before: 'a/b:1',
    after: 'a/b:2',
  },
  {
    setting: 'image',
    observed: { buildId: 'build-1' },
    wanted: { image: 'a/b:2' },
    before: 'build-1',
    after: 'a/b:2',
  },
  {
    setting: 'build-id',
    observed: { buildId: 'build-1' },
    wanted: { buildId: 'build-2' },
    before: 'build-1',
    after: 'build-2',
  },
  {
    setting: 'build-id',
    observed: { image: 'a/b:1' },
    wanted: { buildId: 'build-2' },
    before: 'a/b:1',
    after: 'build-2',
  },
  {
    // The platform hides the image that it built.
    setting: 'image',
    observed: { buildId: 'build-1', image: '(hidden)' },
    wanted: { image: 'a/b:2' },
    before: 'build-1',
    after: 'a/b:2',
  },
  {
    setting: 'secret-set',
    observed: { secretSet: 'keys' },
    wanted: { secretSet: 'others' },
    before: 'keys',
    after: 'others',
  },
  {
    setting: 'secret-set',
    observed: { secretSet: null },
    wanted: { secretSet: 'keys' },
    before: undefined,
    after: 'keys',
  },
  {
    setting: 'image-credentials',
    observed: { imagePullSecretSet: null },
    wanted: { imagePullSecretSet: 'registry' },
    before: undefined,
    after: 'registry',
  },
  {
    setting: 'min-agents',
    observed: { minAgents: 2 },
    wanted: { minAgents: 0 },
    before: '2',
    after: '0',
  },
  {
    setting: 'max-agents',
    observed: { maxAgents: 2 },
    wanted: { maxAgents: 5 },
    before: '2',
    after: '5',
  },
  {
    setting: 'agent-profile',
    observed: { agentProfile: 'agent-1x' },
    wanted: { agentProfile: 'agent-2x' },
    before: 'agent-1x',
    after: 'agent-2x',
  },
  {
    setting: 'architecture',
    observed: { architecture: 'arm64' },
    wanted: { architecture: 'amd64' },
    before: 'arm64',
    after: 'amd64',
  },
  {
    setting: 'max-session-duration',
    observed: { maxSessionDuration: null },
    wanted: { maxSessionDuration: 900 },
    before: undefined,
    after: '900',
  },
  {
    setting: 'krisp-viva-audio-filter',
    observed: { krispVivaAudioFilter: 'tel' },
    wanted: { krispVivaAudioFilter: 'off' },
    before: 'tel',
    after: 'off',
  },
  {
    setting: 'krisp-viva-audio-filter',
    observed: { krispVivaAudioFilter: null },
    wanted: { krispVivaAudioFilter: 'pro' },
    before: undefined,
    after: 'pro',
  },
  {
    setting: 'websocket-auth',
    observed: { websocketAuth: 'none' },
    wanted: { websocketAuth: 'token' },
    before: 'none',
    after: 'token',
  },
  {
    setting: 'enable-managed-keys',
    observed: { managedKeys: true },
    wanted: { managedKeys: false },
    before: 'true',
    after: 'false',
  },
];

describe('a wanted setting', () => {
  test.each(cases)(
    'differs: $setting from $before to $after',
    ({ setting, observed, wanted, before, after }) => {
      const agent = { ...hidden, ...observed };
      const changes = [{ setting, before, after }];
      expect(compareSettings(agent, wanted)).toEqual({ changes, hidden: [] });
    },
  );

  test.each(cases)(
    'is not shown, or there is no agent yet: $setting, $after',
    ({ setting, wanted, after }) => {
      expect(compareSettings(hidden, wanted)).toEqual({
        changes: [],
        hidden: [{ setting, after }],
      });
      expect(compareSettings(undefined, wanted)).toEqual({
        changes: [{ setting, before: undefined, after }],
        hidden: [],
      });
    },
  );

  const same: Record<string, { observed: Partial<ObservedAgentSettings>; wanted: AgentSettings }> =
    {
      'an image': { observed: { image: 'a/b:1' }, wanted: { image: 'a/b:1' } },
      'a build': { observed: { buildId: 'build-1' }, wanted: { buildId: 'build-1' } },
      'a set': { observed: { secretSet: 'keys' }, wanted: { secretSet: 'keys' } },
      'a filter that is off': {
        observed: { krispVivaAudioFilter: null },
        wanted: { krispVivaAudioFilter: 'off' },
      },
      'no instance kept warm': { observed: { minAgents: 0 }, wanted: { minAgents: 0 } },
    };

  test.each(Object.entries(same))('is the same: %s', (_name, { observed, wanted }) => {
    expect(compareSettings({ ...hidden, ...observed }, wanted)).toEqual(nothing);
  });
});

test('resources are never shown, so the plan lists them as hidden', () => {
  const wanted = { cpu: '500m' };
  expect(compareSettings(hidden, wanted)).toEqual({
    changes: [],
    hidden: [{ setting: 'resources.cpu', after: '500m' }],
  });
  expect(compareSettings(undefined, { memory: '1Gi' }).changes).toEqual([
    { setting: 'resources.memory', before: undefined, after: '1Gi' },
  ]);
});

test('an omitted setting is neither a change nor hidden, whatever the agent shows', () => {
  const shown = Object.assign(
    {},
    hidden,
    ...cases.map(({ observed }) => observed),
  ) as typeof hidden;
  expect(compareSettings(shown, {})).toEqual(nothing);
  expect(compareSettings(hidden, {})).toEqual(nothing);
  expect(compareSettings(undefined, {})).toEqual(nothing);
});
