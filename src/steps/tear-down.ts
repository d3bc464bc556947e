import { observeTeardown } from '../plan/observe-teardown.js';
import { PreflightError, type PreflightProblem } from '../plan/problems.js';
import { adviceOnNames } from '../plan/preview.js';
import type { TeardownSettings } from '../plan/settings.js';
import { secretSetKinds } from '../plan/subject.js';
import { isEmptyTeardown, planTeardown, type TeardownPlan } from '../plan/teardown-plan.js';
import { collect, ReleaseError } from '../record/errors.js';
import type { StepName } from '../record/record.js';
import {
  isDue,
  newTeardownRecord,
  type TeardownRecord,
  type TeardownTargetRecord,
} from '../record/teardown-record.js';
import { CancelledError } from '../time/cancellation.js';
import { Deadline } from '../time/deadline.js';
import { deleteSets } from './delete-sets.js';
import { remove } from './remove.js';
import { stopAll, stopOnce } from './stop-sessions.js';
import { agentSubject, inRegionOrder, workOn } from './subjects.js';
import type { TeardownContext } from './context.js';

/**
 * Reads what exists, plans, and puts the plan into the record. Deletes nothing.
 *
 * @throws PreflightError with every reason why the teardown cannot work, or a CallError
 */
export function teardownPreflight(
  { cloud, sessions, journal }: TeardownContext,
  settings: TeardownSettings,
): Promise<TeardownRecord> {
  return journal.step('preflight', async () => {
    const observation = await observeTeardown(cloud, sessions, settings);
    const { plan, problems } = planTeardown(settings, observation);
    const record = newTeardownRecord(plan);
    journal.record.teardown = record;
    const all = [...problems, ...strangers(plan)];
    if (all.length > 0) throw new PreflightError(all);
    if (isEmptyTeardown(plan)) journal.log.info('There is nothing to tear down.');
    for (const line of linesOf(record)) journal.log.info(line);
    return record;
  });
}

/** Agents that have the name of the preview, and are not it. */
function strangers({ targets }: TeardownPlan): PreflightProblem[] {
  return targets.flatMap(({ agent: { name, removal } }) =>
    removal.action === 'keep' && removal.kept.because === 'not-preview'
      ? [{ about: `agent ${name}`, message: removal.kept.message, next: adviceOnNames }]
      : [],
  );
}

function linesOf({ targets }: TeardownRecord): string[] {
  return targets.flatMap(({ region, agent, secretSets }) => [
    ...(isDue(agent) ? [`To delete in ${region}: the agent ${agent.name}.`] : []),
    ...(agent.sessions > 0 && agent.outcome !== 'kept'
      ? [`To stop in ${region}: sessions of ${agent.name}: ${agent.sessions}.`]
      : []),
    ...secretSets
      .filter(isDue)
      .map(({ name, kind }) => `To delete in ${region}: the ${secretSetKinds[kind]} ${name}.`),
  ]);
}

/** A session may start until the agent is deleted, so an agent to delete always counts. */
function hasSessions({ agent }: TeardownTargetRecord): boolean {
  return isDue(agent) || (agent.outcome !== 'kept' && agent.sessions > 0);
}

/**
 * Deletes what the record says in phases, each in all regions at once. A failure in one region does not stop
 * the others. The record shows what was done, even if this throws.
 *
 * @throws ReleaseError with what failed in each region
 */
export async function tearDown(context: TeardownContext, record: TeardownRecord): Promise<void> {
  const { journal } = context;
  const { targets } = record;
  const withSessions = targets.filter(hasSessions);
  const withAgent = targets.filter(({ agent }) => isDue(agent));
  const withSets = targets.filter(({ secretSets }) => secretSets.some(isDue));
  if (withSessions.length > 0) journal.expect(['stop-sessions']);
  if (withAgent.length > 0) journal.expect(['delete-agent']);
  if (withSets.length > 0) journal.expect(['delete-sets']);
  const deadline = new Deadline(journal.clock, 'wait-timeout', record.plan.waitTimeout);
  const failures: Error[] = [];
  /** Regions whose agent could not be deleted, so it may still need its sets. */
  const blocked = new Set<TeardownTargetRecord>();
  const phase = async (
    step: StepName,
    targetsOfPhase: readonly TeardownTargetRecord[],
    work: (target: TeardownTargetRecord) => Promise<void>,
  ): Promise<void> => {
    await collect(failures, () => journal.stepForEach(step, targetsOfPhase, work));
    if (failures.some((failure) => failure instanceof CancelledError)) {
      throw new ReleaseError(failures);
    }
  };

  await phase('stop-sessions', withSessions, (target) => stopOnce(context, target, deadline));
  await phase('delete-agent', withAgent, async (target) => {
    blocked.add(target);
    await deleteAgent(context, target, deadline);
    blocked.delete(target);
  });
  const isGone = (target: TeardownTargetRecord): boolean => !blocked.has(target);
  // A session that started before the agent was deleted continues without it.
  await phase('stop-sessions', withSessions.filter(isGone), (target) =>
    stopAll(context, target, deadline),
  );
  await phase('delete-sets', withSets.filter(isGone), (target) =>
    deleteSets(context, target, deadline),
  );
  if (failures.length > 0) throw new ReleaseError(inRegionOrder(failures, targets));
}

async function deleteAgent(
  { cloud, journal }: TeardownContext,
  { agent, region }: TeardownTargetRecord,
  deadline: Deadline,
): Promise<void> {
  await workOn(journal, 'delete', agentSubject(agent), () =>
    remove(agent, async (findLost) =>
      cloud.deleteAgent(agent.name, {
        deadline,
        findLostResult: findLost(async () => (await cloud.agent(agent.name)) === undefined),
      }),
    ),
  );
  if (agent.outcome === 'deleted') journal.log.info(`Deleted agent ${agent.name} in ${region}.`);
}
