import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { RequestMatch } from '../../emulator/index.js';
import { checkoutForEachTest, type Checkout } from '../support/checkout.js';
import { credentials, Stage, type ReleaseOutcome } from '../support/release-run.js';
import { isLost, purposeOf } from './many-faults/traffic.js';

/*
 * Two runners make the same release without knowing about each other. The tests check the final state of the platform.
 */

const image = 'ghcr.io/acme/voice:2.0.0';
const values = { KEY_A: 'value-of-key-a', KEY_B: 'value-of-key-b' };

/** A release that two runners make. */
interface Race {
  readonly credential: keyof typeof credentials;
  readonly isUpdate: boolean;
  readonly isVersioned: boolean;
  readonly builds: boolean;
}

/** How the requests of the two interfere. */
interface Interleaving {
  /** Real milliseconds of delay for the responses to some of the requests. */
  readonly late: readonly { readonly skip: number; readonly delay: number }[];
  /** Lost responses to requests that were carried out. */
  readonly lost: readonly { readonly method: 'PUT' | 'POST'; readonly skip: number }[];
  /** Real milliseconds that each write of a set takes. */
  readonly writing: number;
}

const races: Race[] = (['API key', 'token'] as const).flatMap((credential) =>
  [false, true].flatMap((isUpdate) =>
    [false, true].flatMap((isVersioned) =>
      [false, true].map((builds) => ({ credential, isUpdate, isVersioned, builds })),
    ),
  ),
);

const interleavings: fc.Arbitrary<Interleaving> = fc.record({
  late: fc.array(
    fc.record({
      skip: fc.integer({ min: 0, max: 20 }),
      delay: fc.integer({ min: 1, max: 15 }),
    }),
    { maxLength: 5 },
  ),
  lost: fc.array(
    fc.record({
      method: fc.constantFrom('PUT' as const, 'POST' as const),
      skip: fc.integer({ min: 0, max: 4 }),
    }),
    { maxLength: 2 },
  ),
  writing: fc.integer({ min: 0, max: 5 }),
});

/** Seeds of the interleavings to try for each race. */
const tried = { seed: 1, numRuns: 6 };

const named = (race: Race): string =>
  [
    race.isUpdate ? 'an update' : 'a first release',
    `with the ${race.credential}`,
    race.isVersioned ? 'of a version' : 'of a set',
    race.builds ? 'with a build' : 'of an image',
  ].join(' ');

function inputsOf({ credential, isVersioned, builds }: Race): Readonly<Record<string, string>> {
  return {
    ...credentials[credential],
    region: 'us-west',
    'secret-set': isVersioned ? 'keys-{version}' : 'keys',
    secrets: Object.entries(values)
      .map(([key, value]) => `${key}=${value}`)
      .join('\n'),
    'agent-name': 'voice',
    ...(builds ? { 'cloud-build': 'true' } : { image }),
  };
}

async function stageFor({ isUpdate, isVersioned }: Race): Promise<Stage> {
  const stage = await Stage.open();
  if (isUpdate) {
    const name = isVersioned ? 'keys-00000000' : 'keys';
    stage.emulator.seed.secretSet({ name, values: { KEY_A: 'older-value' } });
    stage.emulator.seed.agent({ name: 'voice', image: 'a/b:1', secretSet: name });
  }
  return stage;
}

function script({ emulator }: Stage, { late, lost, writing }: Interleaving): void {
  for (const { skip, delay } of late) emulator.script.fault({}, { kind: 'late', delay }, { skip });
  for (const { method, skip } of lost) {
    const match: RequestMatch = { method, path: /^\/v1\// };
    emulator.script.fault(match, { kind: 'reset', carryOut: true }, { skip });
  }
  if (writing > 0) emulator.script.writing('*', { takes: writing, every: true });
}

/** Acceptable failures of a run while another one does the same. */
const reasons = [
  'Another release has taken over',
  'Another process is writing the secret set',
  'The platform rejected the deployment because a secret set is not ready',
];

/** The expected state of the platform after both have ended, in any order. */
function expectLanded({ emulator: { state } }: Stage, race: Race): void {
  const agent = state.agent('voice');
  const set = state.secretSet(agent?.secretSet ?? '');
  expect(set).toMatchObject({ status: 'ready', values });
  expect(agent).toMatchObject({ ready: true, reconciledDeploymentId: agent?.desiredDeploymentId });
  const serving = state.serving('voice');
  expect(serving).toMatchObject({ id: agent?.desiredDeploymentId, secretValues: values });
  if (race.builds) {
    expect(state.build(serving?.buildId ?? '')).toMatchObject({ status: 'success' });
  } else {
    expect(serving?.image).toBe(image);
  }
}

/**
 * Everything on the platform belongs to one of the two runs. There are two exceptions, which must not be serving. If the
 * response to a deploy is lost and the other runner deploys before the action reads the agent, nobody can find that deployment
 * any more, because an agent shows only its newest one. And a list of builds of the same context does not say who started them.
 */
function expectNoOrphans(
  { emulator: { state } }: Stage,
  outcomes: readonly ReleaseOutcome[],
  lost: { readonly deploys: number; readonly builds: number },
): void {
  const told = outcomes.map(({ actions }) => JSON.stringify(actions.outputs)).join('\n');
  const all = state.agent('voice')?.deployments ?? [];
  const untold = all.filter(({ id, image }) => image !== 'a/b:1' && !told.includes(id));
  expect(untold.length).toBeLessThanOrEqual(lost.deploys);
  expect(untold.map(({ id }) => id)).not.toContain(state.serving('voice')?.id);
  expect(untold).not.toContain(all.at(-1));
  const buildsUntold = state.builds().filter(({ id }) => !told.includes(id));
  expect(buildsUntold.length).toBeLessThanOrEqual(lost.builds);
  expect(buildsUntold.map(({ id }) => id)).not.toContain(state.serving('voice')?.buildId);
  for (const { name } of state.secretSets()) {
    if (name !== 'keys-00000000') expect(told).toContain(name);
  }
}

/** Requests without a response. */
function countLost({ emulator }: Stage): { deploys: number; builds: number } {
  const lost = emulator.requests.filter(isLost).map((request) => purposeOf(request).kind);
  return {
    deploys: lost.filter((kind) => kind === 'deploy').length,
    builds: lost.filter((kind) => kind === 'build').length,
  };
}

function expectEndings(outcomes: readonly ReleaseOutcome[]): void {
  expect(outcomes.some(({ succeeded }) => succeeded)).toBe(true);
  for (const { succeeded, actions } of outcomes) {
    if (succeeded) continue;
    expect(reasons).toContain(actions.errors[0]?.title);
  }
}

async function raceOf(
  race: Race,
  checkout: Checkout,
  judge: (stage: Stage, release: () => Promise<ReleaseOutcome>) => Promise<void>,
): Promise<void> {
  const stage = await stageFor(race);
  const { environment } = checkout;
  try {
    await judge(stage, () => stage.release(inputsOf(race), { environment }));
  } finally {
    await stage.close();
  }
}

describe('the same release from two runners at once', () => {
  const checkout = checkoutForEachTest();

  test.each(races.map((race) => [named(race), race] as const))(
    'as %s: each succeeds or says why not, and nothing is lost',
    async (_name, race) => {
      await fc.assert(
        fc.asyncProperty(interleavings, (interleaving) =>
          raceOf(race, checkout, async (stage, release) => {
            script(stage, interleaving);
            const outcomes = await Promise.all([release(), release()]);
            expectEndings(outcomes);
            expectLanded(stage, race);
            expectNoOrphans(stage, outcomes, countLost(stage));
          }),
        ),
        { ...tried, endOnFailure: true },
      );
    },
    300_000,
  );
});

describe('the same release from two runners, one after the other', () => {
  const checkout = checkoutForEachTest();

  test.each(races.map((race) => [named(race), race] as const))(
    'as %s: lands twice',
    async (_name, race) => {
      await raceOf(race, checkout, async (stage, release) => {
        const outcomes = [await release(), await release()];
        expect(outcomes.map(({ succeeded }) => succeeded)).toEqual([true, true]);
        expectLanded(stage, race);
        expectNoOrphans(stage, outcomes, { deploys: 0, builds: 0 });
        // The platform never shows values, so a set that was written again needs a new deployment.
        const [first, second] = outcomes.map(({ agents }) => agents[0]?.['deploymentId']);
        expect(first === second).toBe(race.isVersioned);
        const { state } = stage.emulator;
        const before = race.isUpdate ? 1 : 0;
        expect(state.agent('voice')?.deployments).toHaveLength(before + (race.isVersioned ? 1 : 2));
        expect(state.builds()).toHaveLength(race.builds ? 1 : 0);
      });
    },
    300_000,
  );
});
