import { setMaxListeners } from 'node:events';
import type { TimeBudget } from '../time/deadline.js';
import { buildImage } from './build.js';
import { AbandonedError, collect, ReleaseError } from '../record/errors.js';
import { buildsOf, type BuildRecord, type TargetRecord } from '../record/record.js';
import { isWritten } from '../plan/plan-secret-sets.js';
import type { StepContext } from './context.js';
import { isAwaited } from './planned-steps.js';
import { provision } from './provision.js';
import { awaitSecretSets } from './readiness.js';

/**
 * Provisions and builds at the same time. If the sets fail, the run does not wait for the builds, which may
 * take long; the next release reuses them. If a build fails, the run still waits for the sets to know their
 * status.
 */
export async function provisionAndBuild(
  context: StepContext,
  targets: readonly TargetRecord[],
  budget: TimeBudget,
): Promise<void> {
  const failures: Error[] = [];
  const abandoned = new AbortController();
  // Node would warn of a leak if the builds of many regions listen at once.
  setMaxListeners(Infinity, abandoned.signal);
  const provisioning = async (): Promise<void> => {
    try {
      await provisionAndAwait(context, targets, budget);
    } catch (error) {
      abandoned.abort();
      throw error;
    }
  };
  // Waits for both, even if one of them throws an unexpected error.
  const results = await Promise.allSettled([
    collect(failures, provisioning),
    collect(failures, () => buildAll(context, buildsOf({ targets }), abandoned.signal)),
  ]);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  if (failures.length > 0) throw new ReleaseError(failures);
}

async function buildAll(
  context: StepContext,
  builds: readonly BuildRecord[],
  abandoned: AbortSignal,
): Promise<void> {
  const { journal } = context;
  try {
    await journal.stepForEach('build', builds, (build) => buildImage(context, build, abandoned));
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    const failures = error.failures.filter((failure) => !(failure instanceof AbandonedError));
    if (failures.length > 0) throw new ReleaseError(failures);
  } finally {
    const running = builds.flatMap(({ outcome, id }) =>
      outcome === 'running' && id !== null ? [`\`${id}\``] : [],
    );
    if (running.length > 0) {
      journal.notice(
        `The platform continues the build ${running.join(', ')}. Once it has succeeded, a release of the same context reuses it.`,
      );
    }
  }
}

/** Writes in all regions at once, and the sets of a region one by one. */
async function provisionAndAwait(
  context: StepContext,
  targets: readonly TargetRecord[],
  budget: TimeBudget,
): Promise<void> {
  const { journal } = context;
  const failures: Error[] = [];
  const failed = new Set<TargetRecord>();
  const setsToWrite = ({ secretSets }: TargetRecord) =>
    secretSets.filter(({ plan }) => isWritten(plan));
  const writing = targets.filter((target) => setsToWrite(target).length > 0);
  await collect(failures, () =>
    budget.spend((deadline) =>
      journal.stepForEach('provision', writing, async (target) => {
        try {
          for (const set of setsToWrite(target)) await provision(context, set, deadline);
        } catch (error) {
          failed.add(target);
          throw error;
        }
      }),
    ),
  );
  // Waits even if a region failed, because the report includes the other regions.
  const awaited = targets
    .filter((target) => !failed.has(target))
    .flatMap(({ secretSets }) => secretSets.filter(({ plan }) => isAwaited(plan)));
  if (awaited.length > 0) {
    await collect(failures, () =>
      journal.step('readiness', () =>
        budget.spend((deadline) => awaitSecretSets(context, awaited, deadline)),
      ),
    );
  }
  if (failures.length > 0) throw new ReleaseError(failures);
}
