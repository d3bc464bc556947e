import { CancelledError } from '../time/cancellation.js';
import type { Agent } from '../pipecat/answers.js';
import { InterruptedCallError } from '../pipecat/errors.js';
import { Deadline, TimeBudget } from '../time/deadline.js';
import { cleanUp } from './clean-up.js';
import { deploy, type Deployed, type DeployOptions } from './deploy.js';
import {
  about,
  collect,
  failuresOf,
  forEach,
  isCancellation,
  isInDoubt,
  ReleaseError,
  StepError,
  SubjectError,
} from '../record/errors.js';
import type { StepContext } from './context.js';
import { isPruned, mayDeleteVersions, stepsOf } from './planned-steps.js';
import type { AgentPlan, Plan } from '../plan/plan.js';
import { provisionAndBuild } from './preparation.js';
import { prune } from './prune.js';
import { awaitSecretSets } from './readiness.js';
import {
  existingSet,
  untouchedTarget,
  type AgentRecord,
  type PlannedSetRecord,
  type SecretSetRecord,
  type TargetRecord,
} from '../record/record.js';
import { Remarks } from './remarks.js';
import { awaitRollout } from './rollout.js';
import type { Subject } from '../plan/subject.js';
/**
 * Carries a plan out, a phase after the other, each in all regions at once: no agent is deployed
 * until every set in every region is ready, and every image is built. What was done stands in the
 * journal's record, also when this throws.
 *
 * @throws ReleaseError with what failed in each region
 */
export async function release(context: StepContext, plan: Plan): Promise<void> {
  const { journal } = context;
  journal.expect(stepsOf(plan));
  const targets = plan.targets.map(untouchedTarget);
  journal.record.targets = targets;

  try {
    const budget = new TimeBudget(journal.clock, 'secrets-timeout', plan.secretsTimeout);
    await provisionAndBuild(context, targets, budget);
    if (plan.rollout === 'parallel') {
      await deployAndAwait(context, targets, budget);
    } else {
      await oneAfterTheOther(context, targets, budget);
    }
    await pruneAndAwait(context, targets, plan.secretsTimeout);
  } catch (error) {
    throw error instanceof ReleaseError ? inOrder(error, targets) : error;
  }
  await cleanUpAll(context, targets, plan.secretsTimeout);
}

/** What failed, in the order of the regions and not in that in which it was noticed. */
function inOrder({ failures }: ReleaseError, targets: readonly TargetRecord[]): ReleaseError {
  const place = (failure: Error): number =>
    failure instanceof SubjectError
      ? targets.findIndex(({ region }) => region === failure.subject.region)
      : targets.length;
  return new ReleaseError([...failures].sort((one, other) => place(one) - place(other)));
}

/** Deploys in the order in which the regions were named, and stops at the first that fails. */
async function oneAfterTheOther(
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
          `\`rollout: sequential\` stops at the first region that fails, so nothing was deployed in ${later.join(', ')} after \`${target.region}\`.`,
        );
      }
      throw error;
    }
  }
}

/**
 * Deploys the agents of all targets, and awaits each from the moment in which it is deployed: one
 * that is held up must not use up the time of the others.
 */
async function deployAndAwait(
  context: StepContext,
  targets: readonly TargetRecord[],
  budget: TimeBudget,
): Promise<void> {
  const { journal, cancellation } = context;
  const deploying = targets.flatMap(({ agent, secretSets, build }) =>
    agent === undefined ? [] : [{ agent, secretSets, build }],
  );
  if (deploying.length === 0) return;
  const failures: Error[] = [];
  const rollouts: Promise<PromiseSettledResult<void>>[] = [];
  const remarks = new Remarks();
  await collect(failures, () =>
    journal.step('deploy', async () => {
      try {
        await forEach(deploying, async ({ agent, secretSets, build }) => {
          const buildId = build?.id ?? undefined;
          const forked = budget.fork();
          const deployed = await deployOne(context, agent, secretSets, {
            buildId,
            budget: forked,
            remarks,
          });
          // Nobody is told of a rollout that nobody will wait for.
          if (!agent.plan.waitForReady || cancellation.aborted) return;
          rollouts.push(settled(rollOut(context, agent, deployed)));
        });
      } finally {
        remarks.tell(journal);
      }
    }),
  );
  if (rollouts.length > 0) {
    await collect(failures, () =>
      journal.step('rollout', () =>
        forEach(rollouts, async (rollout) => {
          const result = await rollout;
          if (result.status === 'rejected') throw result.reason;
        }),
      ),
    );
  }
  if (failures.length > 0) throw new ReleaseError(failures);
  const updated = deploying.filter(({ agent }) => agent.outcome === 'updated' && agent.ready);
  if (updated.some(({ agent }) => agent.deploymentId !== agent.plan.before?.desiredDeploymentId)) {
    journal.remark(
      'Ready means that the new deployment can take sessions. Idle instances of the previous deployment may still take some new sessions first.',
    );
  }
  const awaited = deploying.filter(({ agent }) => agent.plan.waitForReady);
  if (rollouts.length < awaited.length) cancellation.throwIfAborted();
}

/** A result that may be looked at later; a rejection that nobody awaits yet would end the process. */
async function settled(work: Promise<void>): Promise<PromiseSettledResult<void>> {
  const [result] = await Promise.allSettled([work]);
  return result;
}

async function deployOne(
  context: StepContext,
  record: AgentRecord,
  secretSets: readonly PlannedSetRecord[],
  options: Omit<DeployOptions, 'awaitBoundSets'>,
): Promise<Deployed> {
  const { plan } = record;
  const awaitBoundSets: DeployOptions['awaitBoundSets'] = (before, deadline) =>
    awaitSecretSets(context, boundSets(plan, before, secretSets), deadline);
  try {
    return await context.journal.span(plan.region, `deploy ${plan.name}`, () =>
      about(agentSubject(plan), () => deploy(context, record, { ...options, awaitBoundSets })),
    );
  } catch (error) {
    if (isInDoubt(error)) record.isChanged = true;
    if (!(error instanceof CancelledError)) record.outcome = 'failed';
    else if (error instanceof InterruptedCallError) record.outcome = 'cancelled';
    throw error;
  }
}

async function rollOut(
  context: StepContext,
  record: AgentRecord,
  deployed: Deployed,
): Promise<void> {
  const { name, region } = record;
  const { deploymentId } = deployed;
  const ends = context.rolloutObserver.begins({ agent: name, region, deploymentId });
  try {
    await context.journal.span(region, `roll out ${name}`, () =>
      about(agentSubject(record), () => awaitRollout(context, record, deployed)),
    );
    ends('success');
  } catch (error) {
    ends(error instanceof CancelledError ? 'error' : 'failure');
    throw error;
  }
}

function agentSubject({ name, region }: Pick<AgentRecord, 'name' | 'region'>): Subject {
  return { kind: 'agent', name, region };
}

/** Last of all, so that nothing is taken from an agent that may have to go on with it. */
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
    try {
      await forEach(pruned, (set) => prune(context, set, deadline));
      // The next deploy that binds the set would be refused while it is provisioned.
      await awaitSecretSets(context, pruned, deadline);
    } catch (error) {
      throw new ReleaseError(failuresOf(error).map(asPruningFailure));
    }
  });
}

function asPruningFailure(error: unknown): Error {
  if (error instanceof SubjectError) {
    const { cause } = error;
    return new SubjectError(
      error.subject,
      new StepError('not-pruned', { failure: cause }, { cause }),
    );
  }
  if (error instanceof Error) return error;
  throw error;
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
    const remarks = new Remarks();
    const options = { listed: cloud.secretSets({ deadline }), deadline, remarks };
    await forEach(old, ({ target, plan }) => cleanUp(context, target, plan, options));
    remarks.tell(journal);
  });
}

/** The sets that a deploy binds: those of the plan, or those that the agent has already. */
function boundSets(
  { settings, region }: AgentPlan,
  before: Agent | undefined,
  planned: readonly PlannedSetRecord[],
): SecretSetRecord[] {
  const bound = (
    name: string | null | undefined,
    kind: SecretSetRecord['kind'],
  ): SecretSetRecord[] => {
    if (name === undefined || name === null) return [];
    const known = planned.find((set) => set.name === name);
    return [known ?? existingSet(name, kind, region)];
  };
  return [
    ...bound(settings.secretSet ?? before?.secretSets?.[0], 'secret'),
    ...bound(settings.imagePullSecretSet ?? before?.settings.imagePullSecretSet, 'imagePullSecret'),
  ];
}
