import { describe, expect, test } from '@jest/globals';
import { toFields, type AgentSettings } from '../../src/pipecat/agent-settings.js';

describe('settings are sent as the fields of the API', () => {
  const cases: { name: string; settings: AgentSettings; fields: Record<string, unknown> }[] = [
    { name: 'none, where none is given', settings: {}, fields: {} },
    {
      name: 'those of the same name',
      settings: { image: 'voice:1', buildId: 'b', secretSet: 's', imagePullSecretSet: 'i' },
      fields: { image: 'voice:1', buildId: 'b', secretSet: 's', imagePullSecretSet: 'i' },
    },
    { name: 'the least', settings: { minAgents: 0 }, fields: { autoScaling: { minAgents: 0 } } },
    { name: 'the most', settings: { maxAgents: 5 }, fields: { autoScaling: { maxAgents: 5 } } },
    {
      name: 'both',
      settings: { minAgents: 1, maxAgents: 5 },
      fields: { autoScaling: { minAgents: 1, maxAgents: 5 } },
    },
    {
      name: 'a filter',
      settings: { krispVivaAudioFilter: 'tel' },
      fields: { krispViva: { audioFilter: 'tel' } },
    },
    {
      name: 'no filter',
      settings: { krispVivaAudioFilter: 'off' },
      fields: { krispViva: { audioFilter: null } },
    },
    {
      name: 'managed keys that are switched off',
      settings: { managedKeys: false },
      fields: { enableIntegratedKeysProxy: false },
    },
    {
      name: 'resources',
      settings: { cpu: '500m', memory: undefined },
      fields: { resources: { cpu: '500m' } },
    },
  ];

  test.each(cases)('$name', ({ settings, fields }) => {
    expect(toFields(settings)).toStrictEqual(fields);
  });
});
