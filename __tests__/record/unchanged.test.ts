import { describe, expect, test } from '@jest/globals';
import { isAnyAgentChanged, isAnythingChanged, unchangedIn } from '../../src/record/unchanged.js';
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

describe('what a failed run leaves as it was is', () => {
  test.each<{ name: string; parts: Parts; region?: string; unchanged: string | undefined }>([
    { name: 'everything before there is a plan', parts: {}, unchanged: 'everything' },
    {
      name: 'everything before the first write',
      parts: {
        secretSets: [bound, secretSetRecord({ outcome: 'skipped', updated: [] })],
        builds: [{ ...build, outcome: 'reused' }],
        agents: [untouched],
      },
      unchanged: 'everything',
    },
    {
      name: 'the agents once a set is written',
      parts: { secretSets: [secretSetRecord()], agents: [untouched] },
      unchanged: 'agents',
    },
    {
      name: 'the agents if it is not known whether a set was written',
      parts: {
        secretSets: [secretSetRecord({ outcome: 'failed', updated: [], status: null })],
        agents: [untouched],
      },
      unchanged: 'agents',
    },
    {
      name: 'the agents once a build has started',
      parts: { builds: [{ ...build, outcome: 'running' }], agents: [untouched] },
      unchanged: 'agents',
    },
    {
      name: 'the agent of a region that was not deployed, although others were',
      parts: { agents: [untouched, agentRecord({ region: 'us-east' })] },
      region: 'us-west',
      unchanged: 'agent',
    },
    {
      name: 'what serves if the deployment of the region failed beside it',
      parts: { agents: [failed, agentRecord({ region: 'us-east' })] },
      region: 'us-west',
      unchanged: 'serving',
    },
    {
      name: 'nothing if the first deployment of an agent failed',
      parts: { agents: [{ ...failed, previousServes: false }] },
      region: 'us-west',
      unchanged: undefined,
    },
    {
      name: 'nothing that could be said of a failure without a region after a deploy',
      parts: { agents: [failed] },
      unchanged: undefined,
    },
  ])('$name', ({ parts, region, unchanged }) => {
    const record = releaseRecord(parts);
    expect(unchangedIn(record, region === undefined ? undefined : { region })).toBe(unchanged);
    expect(isAnythingChanged(record)).toBe(unchanged !== 'everything');
    expect(isAnyAgentChanged(record)).toBe(unchanged !== 'everything' && unchanged !== 'agents');
  });
});
