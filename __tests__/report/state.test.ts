import { describe, expect, test } from '@jest/globals';
import type { AgentRecord, ReleaseRecord } from '../../src/record/record.js';
import { stateSentences } from '../../src/report/state.js';
import { summaryOf } from '../../src/report/summary.js';
import {
  agentRecord,
  crash,
  planFor,
  releaseRecord,
  secretSetRecord,
  startedAt,
  type Parts,
} from '../support/accounts.js';

const image = 'ghcr.io/acme/voice:1.0';

/** Agents by region, with what became of them. What failed is the first deployment of its agent. */
function recordOf(
  outcomes: Readonly<Record<string, AgentRecord['outcome']>>,
  parts: Parts = {},
): ReleaseRecord {
  const regions = Object.keys(outcomes);
  return releaseRecord({
    plan: planFor(regions),
    agents: regions.map((region) => {
      const outcome = outcomes[region] ?? 'skipped';
      const ready = !['failed', 'skipped', 'superseded'].includes(outcome);
      const deploymentId = outcome === 'skipped' ? null : `deployment-${region}`;
      return agentRecord({ name: `voice-${region}`, region, outcome, ready, deploymentId });
    }),
    ...parts,
  });
}

describe('the state after a failure', () => {
  test.each([
    {
      name: 'says what serves in each region, in the order of the plan',
      record: recordOf({ a: 'updated', b: 'failed', c: 'skipped', d: 'created' }),
      told: [`Serving now: \`${image}\` in \`a\`, \`d\`; nothing in \`b\`, \`c\`.`],
    },
    {
      name: 'names no region where they are all alike',
      record: recordOf({ a: 'failed', b: 'failed' }),
      told: ['Serving now: nothing.'],
    },
    {
      name: 'says that another release has deployed its own',
      record: recordOf({ a: 'updated', b: 'superseded' }),
      told: [`Serving now: \`${image}\` in \`a\`; the deployment of another release in \`b\`.`],
    },
    {
      name: 'says that no agent was deployed',
      record: recordOf({ a: 'skipped' }, { secretSets: [secretSetRecord({ region: 'a' })] }),
      told: ['Serving now: nothing.', 'No agent was deployed.'],
    },
    {
      name: 'says that nothing was changed before there is a plan',
      record: releaseRecord(),
      told: ['Nothing was changed.'],
    },
  ])('$name', ({ record, told }) => {
    expect(stateSentences(record)).toEqual(told);
  });
});

describe('the headline of a failure in one region', () => {
  const headline = (outcomes: Readonly<Record<string, AgentRecord['outcome']>>) =>
    summaryOf(recordOf(outcomes), [crash('a')], startedAt).split('\n')[0];

  test.each([
    { name: 'is about that one alone', outcomes: { a: 'failed' }, told: '' },
    {
      name: 'names the other one',
      outcomes: { a: 'failed', b: 'updated' },
      told: '; `b` was released',
    },
    {
      name: 'counts the others',
      outcomes: { a: 'failed', b: 'created', c: 'unchanged' },
      told: '; the other 2 regions were released',
    },
    {
      name: 'counts those that were released',
      outcomes: { a: 'failed', b: 'created', c: 'skipped', d: 'updated' },
      told: '; 2 of 3 other regions were released',
    },
    { name: 'says nothing where no other was', outcomes: { a: 'failed', b: 'skipped' }, told: '' },
  ] as const)('$name', ({ outcomes, told }) => {
    expect(headline(outcomes)).toBe(`## ❌ \`voice-a\` was not updated in \`a\`${told}`);
  });
});
