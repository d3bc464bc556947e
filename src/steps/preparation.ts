import { setMaxListeners } from 'node:events';
import type { PipecatCloud } from '../pipecat/client.js';
import type { TimeBudget } from '../time/deadline.js';
import { build } from './build.js';
import { AbandonedError, collect, forEach, ReleaseError } from '../record/errors.js';
import type { Journal } from '../record/journal.js';
import { isWritten } from '../plan/plan-secret-sets.js';
import { isAwaited } from './planned-steps.js';
import { provision } from './provision.js';
import { awaitSecretSets } from './readiness.js';
import { buildsOf, setsOf, type TrackedBuild, type TrackedTarget } from './tracked.js';

/**
 * Provisions and builds side by side. Where the sets fail, nobody waits for the builds, which may take
 * long and are found again by the next release; where a build fails, the sets come to their end, so
 * that it is known how they are.
 */
export async function provisionAndBuild(
  cloud: PipecatCloud,
  journal: Journal,
  targets: readonly TrackedTarget[],
  budget: TimeBudget,
): Promise<void> {
  const failures: Error[] = [];
  const abandoned = new AbortController();
  // Builds of many regions may listen at once, which Node would take for a leak and warn of.
  setMaxListeners(Infinity, abandoned.signal);
  const provisioning = async (): Promise<void> => {
    try {
      await provisionAndAwait(cloud, journal, targets, budget);
    } catch (error) {
      abandoned.abort();
      throw error;
    }
  };
  // Both come to their end, also where one of them throws what is not expected.
  const results = await Promise.allSettled([
    collect(failures, provisioning),
    collect(failures, () => buildAll(cloud, journal, buildsOf(targets), abandoned.signal)),
  ]);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  if (failures.length > 0) throw new ReleaseError(failures);
}

async function buildAll(
  cloud: PipecatCloud,
  journal: Journal,
  builds: readonly TrackedBuild[],
  abandoned: AbortSignal,
): Promise<void> {
  if (builds.length === 0) return;
  try {
    await journal.step('build', async () => {
      try {
        await forEach(builds, ({ plan, record }) => build(cloud, journal, plan, record, abandoned));
      } catch (error) {
        if (!(error instanceof ReleaseError)) throw error;
        const failures = error.failures.filter((failure) => !(failure instanceof AbandonedError));
        if (failures.length > 0) throw new ReleaseError(failures);
        throw new AbandonedError({ goesOn: underWay(builds).length > 0 });
      }
    });
  } catch (error) {
    if (!(error instanceof AbandonedError)) throw error;
  } finally {
    noticeUnderWay(journal, underWay(builds));
  }
}

function noticeUnderWay(journal: Journal, going: readonly string[]): void {
  if (going.length === 0) return;
  journal.notice(
    `The platform goes on with the build ${going.map((id) => `\`${id}\``).join(', ')}: once it has succeeded, a release of the same context uses it.`,
  );
}

function underWay(builds: readonly TrackedBuild[]): string[] {
  return builds.flatMap(({ record: { outcome, id } }) =>
    outcome === 'running' && id !== null ? [id] : [],
  );
}

/** Every region writes its sets at once; within one, they are written one after the other. */
async function provisionAndAwait(
  cloud: PipecatCloud,
  journal: Journal,
  targets: readonly TrackedTarget[],
  budget: TimeBudget,
): Promise<void> {
  const failures: Error[] = [];
  const failed = new Set<TrackedTarget>();
  const writing = targets.filter(({ sets }) => sets.some(({ plan }) => isWritten(plan)));
  if (writing.length > 0) {
    await collect(failures, () =>
      journal.step('provision', () =>
        budget.spend((deadline) =>
          forEach(writing, async (target) => {
            try {
              for (const { plan, record } of target.sets.filter(({ plan }) => isWritten(plan))) {
                await provision(cloud, journal, plan, record, deadline);
              }
            } catch (error) {
              failed.add(target);
              throw error;
            }
          }),
        ),
      ),
    );
  }
  // Also where a region has failed: what became of the others has to be told.
  const awaited = setsOf(targets.filter((target) => !failed.has(target)))
    .filter(({ plan }) => isAwaited(plan))
    .map(({ record }) => record);
  if (awaited.length > 0) {
    await collect(failures, () =>
      journal.step('readiness', () =>
        budget.spend((deadline) => awaitSecretSets(cloud, journal, awaited, deadline)),
      ),
    );
  }
  if (failures.length > 0) throw new ReleaseError(failures);
}
