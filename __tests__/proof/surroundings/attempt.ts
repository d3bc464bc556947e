import type { LoggedRequest } from '../../../emulator/index.js';
import { Stage, type ReleaseOutcome } from '../../support/release-run.js';
import { due } from '../fault-matrix/allowances.js';
import { beforeRelease, judgeLanding, untruths } from '../fault-matrix/landed.js';
import { scenarios, type Scenario } from '../fault-matrix/scenarios.js';

/** The result of a release. */
export interface Attempt extends ReleaseOutcome {
  /** Why the release has not landed, from the state of the platform; empty if it has. */
  readonly objections: readonly string[];
  /** Duration in milliseconds of the test clock. */
  readonly took: number;
  readonly requests: readonly LoggedRequest[];
  /** The complete output of the run. */
  readonly told: string;
}

/**
 * Updates with an image and with a build context. There is no smoke test, because incomplete responses about sessions only make it
 * inconclusive; other tests cover that.
 */
export const updates: readonly Scenario[] = scenarios.filter(
  ({ occasion, source }) => occasion === 'update' && ['image', 'cloud build'].includes(source),
);

/** Makes a release on a new stage, after `prepare` has changed the stage. */
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

/** The values of `secrets` in a proof are the expected contents of the set. */
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
