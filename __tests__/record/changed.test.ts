import { describe, expect, test } from '@jest/globals';
import { isAnyAgentChanged, isAnythingChanged } from '../../src/record/record.js';
import {
  agentRecord,
  buildPlan,
  releaseRecord,
  secretSetRecord,
  type Parts,
} from '../support/accounts.js';

const bound = secretSetRecord({ outcome: 'existing', updated: [] });
const untouched = agentRecord({ outcome: 'skipped', deploymentId: null, ready: false });
const failed = agentRecord({ outcome: 'failed', ready: false, previousServes: true });
const build = { region: 'us-west', plan: buildPlan(), id: 'build-1', duration: undefined } as const;

describe('a run has changed', () => {
  test.each<{ name: string; parts: Parts; changed: 'nothing' | 'something' | 'an agent' }>([
    { name: 'nothing before there is a plan', parts: {}, changed: 'nothing' },
    {
      name: 'nothing before the first write',
      parts: {
        secretSets: [bound, secretSetRecord({ outcome: 'skipped', updated: [] })],
        builds: [{ ...build, outcome: 'reused' }],
        agents: [untouched],
      },
      changed: 'nothing',
    },
    {
      name: 'something after it wrote a set',
      parts: { secretSets: [secretSetRecord()], agents: [untouched] },
      changed: 'something',
    },
    {
      name: 'something if it may have written a set',
      parts: {
        secretSets: [secretSetRecord({ outcome: 'failed', updated: [], status: null })],
        agents: [untouched],
      },
      changed: 'something',
    },
    {
      name: 'something after it started a build',
      parts: { builds: [{ ...build, outcome: 'running' }], agents: [untouched] },
      changed: 'something',
    },
    {
      name: 'an agent after it deployed one of several',
      parts: { agents: [untouched, agentRecord({ region: 'us-east' })] },
      changed: 'an agent',
    },
    {
      name: 'an agent if its deployment failed',
      parts: { agents: [failed] },
      changed: 'an agent',
    },
  ])('$name', ({ parts, changed }) => {
    const record = releaseRecord(parts);
    expect(isAnythingChanged(record)).toBe(changed !== 'nothing');
    expect(isAnyAgentChanged(record)).toBe(changed === 'an agent');
  });
});
