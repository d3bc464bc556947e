import { describe, expect, test } from '@jest/globals';
import type { BuildPlan } from '../../src/plan/plan.js';
import type { BuildRecord } from '../../src/record/record.js';
import { buildSection } from '../../src/report/builds.js';
import { countOfChanges, doneChanges, plannedChanges } from '../../src/report/changes.js';
import { outputsOf } from '../../src/report/outputs.js';
import { planOutput } from '../../src/report/plan-output.js';
import {
  agentRecord,
  buildPlan,
  packedContext,
  planOf,
  releaseRecord,
} from '../support/accounts.js';

const id = '123e4567-e89b-12d3-a456-426614174000';

function build(parts: Partial<BuildRecord> = {}): BuildRecord {
  return {
    region: 'us-west',
    id,
    outcome: 'built',
    duration: 61_000,
    ...parts,
    plan: planned(parts.region ?? 'us-west'),
  };
}

function planned(region: string, found?: string): BuildPlan {
  const build = found === undefined ? undefined : { ...foundBuild, id: found, region };
  return buildPlan({ region, found: build });
}

const foundBuild = {
  status: 'success',
  contextHash: '0123456789abcdef',
  dockerfilePath: 'Dockerfile',
  errorMessage: undefined,
  duration: 60,
  createdAt: undefined,
} as const;

function targetOf(plan: BuildPlan) {
  return { region: plan.region, secretSets: [], build: plan, agent: undefined };
}

describe('the section of builds', () => {
  test('is none where nothing was packed', () => {
    expect(buildSection(releaseRecord())).toBeUndefined();
  });

  test.each([
    { name: 'one file', parts: { files: 1 }, told: '1 file of 2.9 MB, packed as 977 KB.' },
    { name: 'several files', parts: {}, told: '12 files of 2.9 MB, packed as 977 KB.' },
  ])('is the context alone before anything is built: $name', ({ parts, told }) => {
    const record = releaseRecord({ context: packedContext(parts) });
    expect(buildSection(record)).toBe(`Build context \`0123456789abcdef\`: ${told}`);
  });

  test.each([
    { outcome: 'built', duration: 61_000, cells: ['built', '1 min 1 s'] },
    {
      outcome: 'reused',
      duration: undefined,
      cells: ['reused: this context was built before', '–'],
    },
    { outcome: 'failed', duration: 0, cells: ['failed', '< 0.1 s'] },
    { outcome: 'running', duration: 5000, cells: ['still running', '5.0 s'] },
    { outcome: 'skipped', duration: undefined, cells: ['not started', '–'] },
  ] as const)('has a row of one that is $outcome', ({ outcome, duration, cells }) => {
    const record = releaseRecord({
      context: packedContext(),
      builds: [build({ outcome, duration })],
    });
    expect(buildSection(record)?.split('\n').at(-1)).toBe(
      `| \`${id}\` | \`us-west\` | \`Dockerfile\` | ${cells.join(' | ')} |`,
    );
  });

  test('has a dash for a build that was never started', () => {
    const record = releaseRecord({ context: packedContext(), builds: [build({ id: null })] });
    expect(buildSection(record)?.split('\n').at(-1)).toMatch(/^\| – \| `us-west` \|/);
  });
});

describe('the changes of a release', () => {
  test.each([
    { outcome: 'built', verb: 'Built' },
    { outcome: 'reused', verb: 'Reused, because it was built before:' },
    { outcome: 'failed', verb: 'Failed to build:' },
    { outcome: 'running', verb: 'Still running:' },
    { outcome: 'skipped', verb: 'Not built:' },
  ] as const)('tell a build that is $outcome in its region', ({ outcome, verb }) => {
    const plan = planOf(targetOf(planned('us-west')), targetOf(planned('eu-central')));
    const builds = [
      build({ outcome }),
      build({ region: 'eu-central', outcome: 'skipped', id: null }),
    ];
    const what = 'the image with `Dockerfile` from the context `0123456789abcdef`';
    expect(doneChanges(releaseRecord({ plan, builds }))).toEqual([
      { region: 'us-west', changes: [`${verb} ${what}, build \`${id}\`.`] },
      { region: 'eu-central', changes: [`Not built: ${what}.`] },
    ]);
  });
});

describe('a plan', () => {
  const plan = planOf(targetOf(planned('us-west', id)), targetOf(planned('eu-central')));

  test('tells a build that is under way, and one that could not be looked for', () => {
    const underWay = planned('us-west', id);
    const plan = planOf(
      targetOf({ ...underWay, found: underWay.found && { ...underWay.found, status: 'building' } }),
      targetOf({ ...planned('eu-central'), isKnown: false }),
    );
    expect(plannedChanges(plan).flatMap(({ changes }) => changes)).toEqual([
      `Wait for the build \`${id}\` of the same context, which is running.`,
      'Build the image with `Dockerfile` from the context `0123456789abcdef`, unless it was built before.',
    ]);
    expect(JSON.parse(planOutput(plan))).toMatchObject({
      regions: [{ build: { action: 'await', id } }, { build: { action: 'build', id: null } }],
    });
  });

  test('tells builds region by region', () => {
    expect(plannedChanges(plan)).toEqual([
      { region: 'us-west', changes: [`Reuse the build \`${id}\` of the same context.`] },
      {
        region: 'eu-central',
        changes: [
          'Build the image with `Dockerfile` from the context `0123456789abcdef`, which was not built before.',
        ],
      },
    ]);
  });

  test.each([
    { name: 'none that is used again', regions: [], told: 'nothing would change' },
    { name: 'one', regions: ['eu-central'], told: '1 image would be built' },
    { name: 'two', regions: ['eu-central', 'ap-south'], told: '2 images would be built' },
  ])('counts the builds that it makes: $name', ({ regions, told }) => {
    const targets = regions.map((region) => targetOf(planned(region)));
    expect(countOfChanges(planOf(targetOf(planned('us-west', id)), ...targets))).toBe(told);
  });

  test('is told as data, without where the archive lies', () => {
    expect(JSON.parse(planOutput(plan))).toMatchObject({
      regions: [
        {
          build: { action: 'reuse', id, dockerfile: 'Dockerfile', contextHash: '0123456789abcdef' },
        },
        {
          build: {
            action: 'build',
            id: null,
            dockerfile: 'Dockerfile',
            contextHash: '0123456789abcdef',
          },
        },
      ],
    });
    expect(planOutput(plan)).not.toContain('/temporary');
  });
});

describe('the output build-id', () => {
  test.each([
    {
      name: 'that of the first region',
      parts: { builds: [build({ id: 'first' }), build({ region: 'eu-central', id: 'second' })] },
      told: 'first',
    },
    {
      name: 'empty as long as it has none, also where the agent runs another one',
      parts: {
        builds: [build({ id: null })],
        agents: [agentRecord({ plan: { settings: { buildId: 'older' } } })],
      },
      told: '',
    },
    {
      name: 'that which the agent runs, where none is made',
      parts: { agents: [agentRecord({ plan: { settings: { buildId: 'given' } } })] },
      told: 'given',
    },
    { name: 'empty with an image', parts: { agents: [agentRecord()] }, told: '' },
  ])('is $name', ({ parts, told }) => {
    expect(outputsOf(releaseRecord(parts))['build-id']).toBe(told);
  });
});
