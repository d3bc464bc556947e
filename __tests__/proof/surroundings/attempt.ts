import type { LoggedRequest } from '../../../emulator/index.js';
import { Stage, type ReleaseOutcome } from '../../support/release-run.js';
import { due } from '../fault-matrix/allowances.js';
import { beforeRelease, judgeLanding, untruths } from '../fault-matrix/landed.js';
import { scenarios, type Scenario } from '../fault-matrix/scenarios.js';

/** What became of a release. */
export interface Attempt extends ReleaseOutcome {
  /** What the platform's state says against a release that has landed; nothing if it has. */
  readonly objections: readonly string[];
  /** Milliseconds of the clock of the stage. */
  readonly took: number;
  readonly requests: readonly LoggedRequest[];
  /** All that the run says. */
  readonly told: string;
}

/**
 * Updates that are made of an image, and of a build context. A session whose answers lack something
 * makes a smoke test inconclusive, which is no failure: that has tests of its own.
 */
export const updates: readonly Scenario[] = scenarios.filter(
  ({ occasion, source }) => occasion === 'update' && ['image', 'cloud build'].includes(source),
);

/** Makes a release on a stage of its own, after `prepare` has had its way with the stage. */
export async function attempt(
  { prepare: seed, given, inputs }: Scenario,
  environment: Readonly<Record<string, string>>,
  prepare: (stage: Stage) => Readonly<Record<string, string>> | undefined,
): Promise<Attempt> {
  const stage = await Stage.open({ secretSetDelay: 1250, deploymentDelay: 1000, buildDelay: 1500 });
  try {
    const { emulator, clock } = stage;
    seed(emulator.seed);
    const before = beforeRelease(emulator.state, given.agent.name);
    const changes = prepare(stage) ?? {};
    const startedAt = clock.now();
    const outcome = await stage.release({ ...inputs, ...changes }, { environment });
    const took = clock.now() - startedAt;
    const { succeeded, actions, secretSets, agents } = outcome;
    const told = { succeeded, outputs: actions.outputs, secretSets, agents };
    const expected = withInputs(given, changes);
    const landing = judgeLanding(emulator.state, expected, before);
    const exact = due({ given: expected } as Scenario, undefined);
    return {
      ...outcome,
      objections: [
        ...landing.shortfalls,
        ...(landing.deployments === exact.deployments
          ? []
          : [`${landing.deployments} deployments`]),
        ...(landing.builds === exact.builds ? [] : [`${landing.builds} builds`]),
        ...untruths(emulator.state, told, expected, before),
        ...actions.errors.map(({ message }) => `it says: ${message}`),
      ],
      took,
      requests: [...emulator.requests],
      told: [
        ...actions.log,
        actions.summary,
        ...actions.errors.map(({ title, message }) => `${title}: ${message}`),
      ].join('\n'),
    };
  } finally {
    await stage.close();
  }
}

/** Values of `secrets` that a proof gives are what the set has to hold. */
function withInputs(
  given: Scenario['given'],
  { secrets }: Readonly<Record<string, string>>,
): Scenario['given'] {
  if (secrets === undefined) return given;
  const pairs = secrets.split('\n').map((line): [string, string] => {
    const sign = line.indexOf('=');
    return [line.slice(0, sign), line.slice(sign + 1)];
  });
  const values = { ...given.secretSet.values, ...Object.fromEntries(pairs) };
  return { ...given, secretSet: { ...given.secretSet, values } };
}
