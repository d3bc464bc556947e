import { beforeAll, describe, expect, test } from '@jest/globals';
import { checkoutForEachTest } from '../../support/checkout.js';
import { Stage } from '../../support/release-run.js';
import { Rehearsal, type Rehearsed } from './rehearsal.js';
import type { Scenario, ScriptedFault } from './scenario.js';
import type { Told, ToldAgent, ToldBuild, ToldSet } from './told.js';
import { lies } from './truth.js';

/*
 * Tests of the checks themselves: they detect reports that were falsified by hand, and accept the reports of the action.
 */

const checkout = checkoutForEachTest();

const quiet: Scenario = {
  credential: 'API key',
  regions: 1,
  isUpdate: true,
  secretSet: 'plain',
  olderVersions: 0,
  imagePullSecret: 'written',
  agent: 'image',
  keys: 2,
  prunes: true,
  scales: false,
  rollout: 'parallel',
  waitsForReady: true,
  isDryRun: false,
  isTested: false,
  isCancelledAt: undefined,
  faults: [],
  outcomes: {
    provisioning: [],
    deployments: [],
    builds: [],
    conflicts: 0,
    rateLimit: undefined,
  },
  meddling: [],
};

async function rehearse(parts: Partial<Scenario> = {}): Promise<Rehearsed> {
  const stage = await Stage.open();
  try {
    return await new Rehearsal(stage, { ...quiet, ...parts }, checkout, 'c0ffee').withFaults();
  } finally {
    await stage.close();
  }
}

const withSet = (told: Told, parts: Partial<ToldSet>): Told => ({
  ...told,
  secretSets: told.secretSets.map((set) => (set.kind === 'secret' ? { ...set, ...parts } : set)),
});

const withAgent = (told: Told, parts: Partial<ToldAgent>): Told => ({
  ...told,
  agents: told.agents.map((agent) => ({ ...agent, ...parts })),
});

const withBuild = (told: Told, parts: Partial<ToldBuild>): Told => ({
  ...told,
  builds: told.builds.map((build) => ({ ...build, ...parts })),
});

const withRow = (rows: Told['setTable'], column: string, cell: string): Told['setTable'] =>
  rows.map((row) => ({ ...row, [column]: cell }));

/** A falsified report, and the expected objection. */
type Falsified = readonly [name: string, falsify: (told: Told) => Told, caught: RegExp];

function expectCaught({ told, evidence }: Rehearsed, [, falsify, caught]: Falsified): void {
  const found = lies(falsify(told), evidence);
  expect(found).toContainEqual(expect.stringMatching(caught));
}

describe('of a release that landed', () => {
  const landed: { run?: Rehearsed } = {};
  const run = (): Rehearsed => {
    if (landed.run === undefined) throw new Error('There was no run');
    return landed.run;
  };
  beforeAll(async () => {
    landed.run = await rehearse();
  });

  test('the correct report is accepted', () => {
    expect(run().told.succeeded).toBe(true);
    expect(lies(run().told, run().evidence)).toEqual([]);
  });

  test.each<Falsified>([
    [
      'a key as written that was not',
      (told) => withSet(told, { added: ['KEY_A', 'KEY_B', 'KEY_C'] }),
      /told as written/,
    ],
    ['a key as not written that was', (told) => withSet(told, { added: [] }), /told as written/],
    [
      'an updated key as added',
      (told) => withSet(told, { added: ['KEY_A', 'KEY_B'], updated: [] }),
      /the other way round/,
    ],
    [
      'a key as pruned that is there',
      (told) => withSet(told, { pruned: ['OLD_KEY', 'OLDER_KEY', 'KEY_A'] }),
      /is there/,
    ],
    ['a key as not pruned that is gone', (told) => withSet(told, { pruned: [] }), /was deleted/],
    ['a set as failed', (told) => withSet(told, { status: 'failed' }), /told failed, but is ready/],
    [
      'an updated set as created',
      (told) => withSet(told, { outcome: 'created' }),
      /was there before/,
    ],
    [
      'a written set as left as it is',
      (told) => withSet(told, { outcome: 'existing' }),
      /but was written/,
    ],
    [
      'a set as deleted that is there',
      (told) => withSet(told, { outcome: 'deleted' }),
      /told as deleted/,
    ],
    [
      'nothing of a set',
      (told) => ({ ...told, secretSets: told.secretSets.slice(0, 1) }),
      /was written, which is not told/,
    ],
    [
      'another deployment',
      (told) => withAgent(told, { deploymentId: 'no-such-id' }),
      /its deployment is not there/,
    ],
    [
      'no deployment',
      (told) => withAgent(told, { deploymentId: null, ready: false }),
      /neither told nor left open/,
    ],
    [
      'an agent as unchanged',
      (told) => withAgent(told, { outcome: 'unchanged' }),
      /unchanged, but changed/,
    ],
    ['an agent as created', (told) => withAgent(told, { outcome: 'created' }), /was there before/],
    [
      'an agent as skipped',
      (told) => withAgent(told, { outcome: 'skipped' }),
      /skipped, but was deployed/,
    ],
    [
      'an agent as superseded',
      (told) => withAgent(told, { outcome: 'superseded' }),
      /nobody else deployed/,
    ],
    [
      'another image',
      (told) => ({ ...told, agentTable: withRow(told.agentTable, 'Image or build', '`a/b:9`') }),
      /is told to run/,
    ],
    [
      'another status in the table',
      (told) => ({ ...told, setTable: withRow(told.setTable, 'Status', 'pending') }),
      /told in two ways/,
    ],
    [
      'another deployment as the output',
      (told) => ({ ...told, outputs: { ...told.outputs, 'deployment-id': 'no-such-id' } }),
      /deployment-id/,
    ],
    ['a failure', (told) => ({ ...told, succeeded: false }), /error annotations/],
    [
      'a headline of a failure',
      (told) => ({ ...told, headline: '## ❌ The deployment failed' }),
      /the headline/,
    ],
    [
      'a step as not started',
      (told) => ({ ...told, stepTable: withRow(told.stepTable, 'Outcome', '➖ not started') }),
      /told to be written, but one was/,
    ],
  ])('telling %s is caught', (...falsified) => {
    expectCaught(run(), falsified);
  });
});

test('a missing value is detected', async () => {
  const { told, evidence } = await rehearse();
  const asked = evidence.asked.map((region) => ({
    ...region,
    secretSet: region.secretSet && { ...region.secretSet, values: { KEY_A: 'another-value' } },
  }));
  expect(lies(told, { ...evidence, asked })).toContainEqual(
    expect.stringContaining('no set in us-west holds exactly what was given'),
  );
});

describe('of a build', () => {
  test('the correct report is accepted, and a wrong outcome is detected', async () => {
    const { told, evidence } = await rehearse({ agent: 'build' });
    const asked = evidence.asked.map((region) => ({
      ...region,
      agent: region.agent && {
        ...region.agent,
        contextHash: told.builds[0]?.contextHash,
      },
    }));
    const run = { told, evidence: { ...evidence, asked }, log: [] };
    expect(lies(told, run.evidence)).toEqual([]);
    expectCaught(run, ['', (one) => withBuild(one, { outcome: 'failed' }), /told failed, but is/]);
    expectCaught(run, ['', (one) => withBuild(one, { id: null }), /was started, which is neither/]);
    expectCaught(run, ['', (one) => withBuild(one, { id: 'no-such-id' }), /is not there/]);
  });
});

describe('of a request without a response', () => {
  const lost = (target: ScriptedFault['target']): Promise<Rehearsed> =>
    rehearse({
      faults: [{ target, fault: { kind: 'reset', carryOut: true }, timing: { times: 20 } }],
    });

  test.each(['write of a set', 'deletion'] as const)(
    'a report that calls a %s unconfirmed is accepted, and any other is detected',
    async (target) => {
      const run = await lost(target);
      expect(run.told.succeeded).toBe(false);
      expect(lies(run.told, run.evidence)).toEqual([]);
      const deny = (told: Told): Told => ({
        ...told,
        summary: told.summary.replaceAll('carried out is not known', 'not carried out'),
      });
      expectCaught(run, ['', deny, /neither told nor left open/]);
    },
  );

  test('a failure that names no call or a wrong call is detected', async () => {
    const run = await lost('write of a set');
    const say = (from: RegExp, to: string) => (told: Told) => ({
      ...told,
      errors: told.errors.map(({ title, message }) => ({
        title,
        message: message.replace(from, to),
      })),
    });
    expectCaught(run, ['', say(/Call: \S+ \S+/, ''), /names no call/]);
    expectCaught(run, ['', say(/Call: \S+ \S+/, 'Call: GET /v1/regions'), /did not fail/]);
    expectCaught(run, ['', (told) => ({ ...told, errors: [] }), /0 error annotations/]);
  });
});

describe('of a dry run', () => {
  test('the correct report is accepted, and one with a write is detected', async () => {
    const { told, evidence } = await rehearse({ isDryRun: true });
    expect(lies(told, evidence)).toEqual([]);
    const wrote = await rehearse();
    const requests = [...evidence.requests, ...wrote.evidence.requests];
    expect(lies(told, { ...evidence, requests })).toContainEqual(
      expect.stringContaining('requests write'),
    );
  });
});
