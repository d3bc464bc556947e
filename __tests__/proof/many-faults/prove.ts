import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkoutForEachTest, type Checkout } from '../../support/checkout.js';
import { Stage } from '../../support/release-run.js';
import { hasStalled, Rehearsal, type Rehearsed } from './rehearsal.js';
import { scenarios, type Scenario } from './scenario.js';
import { endingOf, lies } from './truth.js';

/*
 * Hundreds of releases, each with a different sequence of faults. Each one is checked against the final state of the platform.
 * To repeat a run, pass its seed and its number:
 *
 *   SEED=1 RUN=17 npm run proof -- many-faults-with-a-key
 */

const seed = Number(process.env['SEED'] ?? 1);
const runs = Number(process.env['RUNS'] ?? 160);
const only = process.env['RUN'] === undefined ? undefined : Number(process.env['RUN']);

/** Objections to a run. */
interface Finding {
  readonly run: string;
  readonly what: readonly string[];
  readonly scenario: Scenario;
  readonly log: readonly string[];
}

/** Each credential has a separate file, so that both can run at the same time. */
export function proveManyFaults(credential: Scenario['credential']): void {
  const checkout = checkoutForEachTest();
  test(`${runs} releases with many faults and ${credential === 'token' ? 'a token' : 'an API key'} are reported correctly, and land when they run again`, async () => {
    const findings = await rehearseAll(credential, checkout);
    expect(findings.map(({ run, what }) => ({ run, what }))).toEqual([]);
  });
}

async function rehearseAll(
  credential: Scenario['credential'],
  checkout: Checkout,
): Promise<Finding[]> {
  const contextHash = await hashOfTheContext(checkout);
  const all = fc
    .sample(scenarios, { seed, numRuns: runs })
    .map((scenario) => ({ ...scenario, credential }));
  const endings = new Map<string, number>();
  const findings: Finding[] = [];
  const startedAt = performance.now();
  let count = 0;
  for (const [number, scenario] of all.entries()) {
    if (only !== undefined && number !== only) continue;
    const stage = await Stage.open();
    try {
      const rehearsal = new Rehearsal(stage, scenario, checkout, contextHash);
      const run = `seed ${seed}, run ${number}`;
      const first = await rehearsal.withFaults();
      count++;
      if (hasStalled(first)) {
        endings.set(setAside, (endings.get(setAside) ?? 0) + 1);
        continue;
      }
      const ending = endingOf(first.told);
      const kind = `${scenario.isDryRun ? 'dry run: ' : ''}${ending}`;
      endings.set(kind, (endings.get(kind) ?? 0) + 1);
      note(findings, run, scenario, first, lies(first.told, first.evidence));
      if (isSettled(first)) continue;
      const again = await rehearsal.withoutFaults();
      count++;
      if (hasStalled(again)) {
        endings.set(setAside, (endings.get(setAside) ?? 0) + 1);
        continue;
      }
      note(findings, `${run}, run again after "${ending}"`, scenario, again, [
        ...(again.told.succeeded ? [] : [`it did not land: ${endingOf(again.told)}`]),
        ...lies(again.told, again.evidence),
      ]);
    } finally {
      await stage.close();
    }
  }
  report(credential, count, endings, performance.now() - startedAt);
  return findings;
}

/** Runs without a result, because the machine was too slow. */
const setAside = 'set aside';

/** Whether the same release would change nothing more. */
function isSettled({ told, evidence: { isDryRun, meddling } }: Rehearsed): boolean {
  return (
    told.succeeded && !isDryRun && meddling.agents.size === 0 && meddling.secretSets.size === 0
  );
}

function note(
  findings: Finding[],
  run: string,
  scenario: Scenario,
  { log, evidence }: Rehearsed,
  what: readonly string[],
): void {
  if (what.length === 0) return;
  findings.push({ run, what, scenario, log });
  if (only === undefined) return;
  const requests = evidence.requests.map(
    ({ method, path, status, fault }) =>
      `${method} ${path} → ${status ?? 'nothing'}${fault === undefined ? '' : ` (${fault})`}`,
  );
  process.stdout.write(
    [run, ...what, JSON.stringify(scenario, undefined, 1), ...requests, ...log, ''].join('\n'),
  );
}

function report(
  credential: string,
  count: number,
  endings: ReadonlyMap<string, number>,
  took: number,
): void {
  const lines = [...endings]
    .sort(([, one], [, other]) => other - one)
    .map(([ending, times]) => `${String(times).padStart(5)}  ${ending}`);
  process.stdout.write(
    [
      `${count} runs of the action with the ${credential} in ${(took / 1000).toFixed(1)} s`,
      ...lines,
      '',
    ].join('\n'),
  );
}

/** The hash by which the platform identifies the build context. */
async function hashOfTheContext(checkout: Checkout): Promise<string> {
  const stage = await Stage.open();
  try {
    await stage.release(
      { 'api-key': 'sk_emulator', 'agent-name': 'voice', 'cloud-build': 'true' },
      { environment: checkout.environment },
    );
    return stage.emulator.state.builds()[0]?.contextHash ?? '';
  } finally {
    await stage.close();
  }
}
