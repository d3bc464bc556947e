import { Deadline, TimeBudget } from '../time/deadline.js';
import { cleanUp } from './clean-up.js';
import { deployAndAwait } from './deploy-and-await.js';
import {
  collect,
  forEach,
  isCancellation,
  ReleaseError,
  StepError,
  SubjectError,
} from '../record/errors.js';
import { drainAll } from './drain.js';
import type { StepContext } from './context.js';
import { isPruned, mayDeleteVersions, stepsOf } from './planned-steps.js';
import type { Plan } from '../plan/plan.js';
import { provisionAndBuild } from './preparation.js';
import { prune } from './prune.js';
import { awaitSecretSets } from './readiness.js';
import { newTargetRecord, type TargetRecord } from '../record/record.js';
import { orRollBack, warnOfUnrestored } from './roll-back.js';
import { inRegionOrder } from './subjects.js';

/**
 * Carries out a plan in phases, each in all regions at once. No agent is deployed until every set in every
 * region is ready and every image is built. The journal's record shows what was done, even if this throws.
 *
 * @throws ReleaseError with what failed in each region
 */
export async function release(context: StepContext, plan: Plan): Promise<void> {
  const { journal } = context;
  journal.expect(stepsOf(plan));
  const targets = plan.targets.map(newTargetRecord);
  journal.record.targets = targets;

  warnOfUnrestored(journal, targets);
  try {
    const budget = new TimeBudget(journal.clock, 'secrets-timeout', plan.secretsTimeout);
    await provisionAndBuild(context, targets, budget);
    await orRollBack(context, targets, plan.secretsTimeout, (observed) =>
      plan.rollout === 'parallel'
        ? deployAndAwait(observed, targets, budget)
        : deploySequentially(observed, targets, budget),
    );
    await drainAll(context, targets);
    await pruneAndAwait(context, targets, plan.secretsTimeout);
  } catch (error) {
    throw error instanceof ReleaseError
      ? new ReleaseError(inRegionOrder(error.failures, targets))
      : error;
  }
  await cleanUpAll(context, targets, plan.secretsTimeout);
}

/** Deploys in the order of the regions, and stops at the first that fails. */
async function deploySequentially(
  context: StepContext,
  targets: readonly TargetRecord[],
  budget: TimeBudget,
): Promise<void> {
  for (const [index, target] of targets.entries()) {
    try {
      await deployAndAwait(context, [target], budget);
    } catch (error) {
      const later = targets.slice(index + 1).map(({ region }) => `\`${region}\``);
      if (later.length > 0 && !isCancellation(error)) {
        context.journal.notice(
          `\`rollout: sequential\` stopped after the failure in \`${target.region}\`, so nothing was deployed in ${later.join(', ')}.`,
        );
      }
      throw error;
    }
  }
}

/** Comes after everything that may fail, because an agent may still need its keys then. */
async function pruneAndAwait(
  context: StepContext,
  targets: readonly TargetRecord[],
  limit: number,
): Promise<void> {
  const { journal } = context;
  const pruned = targets.flatMap(({ secretSets }) =>
    secretSets.filter(({ plan }) => isPruned(plan)),
  );
  if (pruned.length === 0) return;
  await journal.step('prune', async () => {
    const deadline = new Deadline(journal.clock, 'secrets-timeout', limit);
    const failures: Error[] = [];
    await collect(failures, async () => {
      await forEach(pruned, (set) => prune(context, set, deadline));
      // While a set is provisioned, the platform refuses every deploy that binds it.
      await awaitSecretSets(context, pruned, deadline);
    });
    if (failures.length > 0) throw new ReleaseError(failures.map(asPruningFailure));
  });
}

function asPruningFailure(error: Error): Error {
  if (!(error instanceof SubjectError)) return error;
  const { subject, cause } = error;
  return new SubjectError(subject, new StepError('not-pruned', { failure: cause }, { cause }));
}

async function cleanUpAll(
  context: StepContext,
  targets: readonly TargetRecord[],
  limit: number,
): Promise<void> {
  const { cloud, journal } = context;
  const old = targets.flatMap((target) =>
    target.secretSets
      .filter(({ plan }) => mayDeleteVersions(plan))
      .map(({ plan }) => ({ target, plan })),
  );
  if (old.length === 0) return;
  await journal.step('clean-up', async () => {
    const deadline = new Deadline(journal.clock, 'secrets-timeout', limit);
    const options = { listed: cloud.secretSets({ deadline }), deadline };
    await forEach(old, ({ target, plan }) => cleanUp(context, target, plan, options));
  });
}
