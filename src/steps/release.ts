import { CancelledError } from '../time/cancellation.js';
import type { Agent } from '../pipecat/answers.js';
import type { PipecatCloud } from '../pipecat/client.js';
import { InterruptedCallError } from '../pipecat/errors.js';
import { Deadline, TimeBudget } from '../time/deadline.js';
import { cleanUp } from './clean-up.js';
import { deploy, type Deployed } from './deploy.js';
import {
  about,
  collect,
  failuresOf,
  forEach,
  isCancellation,
  ReleaseError,
  StepError,
  SubjectError,
} from '../record/errors.js';
import type { Journal } from '../record/journal.js';
import { isPruned, mayDeleteVersions, stepsOf } from './planned-steps.js';
import type { AgentPlan, Plan } from '../plan/plan.js';
import { provisionAndBuild } from './preparation.js';
import { prune } from './prune.js';
import { awaitSecretSets } from './readiness.js';
import { existingSet, type SecretSetRecord } from '../record/record.js';
import { Remarks } from './remarks.js';
import { awaitRollout } from './rollout.js';
import type { Subject } from '../plan/subject.js';
import {
  agentsOf,
  buildsOf,
  setsOf,
  trackTarget,
  type TrackedAgent,
  type TrackedSet,
  type TrackedTarget,
} from './tracked.js';
import type { RolloutWitness } from './witness.js';

/** What a release depends on besides its plan. */
export interface ReleaseOptions {
  /** Whether tracebacks and log lines may be shown where a rollout fails. */
  readonly wantsFailureLogs: () => Promise<boolean>;
  readonly witness: RolloutWitness;
  /** Aborted with a CancelledError when the run is cancelled. */
  readonly cancellation: AbortSignal;
}

/**
 * Carries a plan out, a phase after the other, each in all regions at once: no agent is deployed
 * until every set in every region is ready, and every image is built. What was done stands in the
 * journal's record, also when this throws.
 *
 * @throws ReleaseError with what failed in each region
 */
export async function release(
  cloud: PipecatCloud,
  journal: Journal,
  plan: Plan,
  options: ReleaseOptions,
): Promise<void> {
  journal.expect(stepsOf(plan));
  const targets = plan.targets.map(trackTarget);
  journal.record.secretSets.push(...setsOf(targets).map(({ record }) => record));
  journal.record.builds.push(...buildsOf(targets).map(({ record }) => record));
  journal.record.agents.push(...agentsOf(targets).map(({ record }) => record));

  try {
    const budget = new TimeBudget(journal.clock, 'secrets-timeout', plan.secretsTimeout);
    await provisionAndBuild(cloud, journal, targets, budget);
    if (plan.rollout === 'parallel') {
      await deployAndAwait(cloud, journal, targets, budget, options);
    } else {
      await oneAfterTheOther(cloud, journal, targets, budget, options);
    }
    await pruneAndAwait(cloud, journal, targets, plan.secretsTimeout);
  } catch (error) {
    throw error instanceof ReleaseError ? inOrder(error, targets) : error;
  }
  await cleanUpAll(cloud, journal, targets, plan.secretsTimeout);
}

/** What failed, in the order of the regions and not in that in which it was noticed. */
function inOrder({ failures }: ReleaseError, targets: readonly TrackedTarget[]): ReleaseError {
  const place = (failure: Error): number =>
    failure instanceof SubjectError
      ? targets.findIndex(({ region }) => region === failure.subject.region)
      : targets.length;
  return new ReleaseError([...failures].sort((one, other) => place(one) - place(other)));
}

/** Deploys in the order in which the regions were named, and stops at the first that fails. */
async function oneAfterTheOther(
  cloud: PipecatCloud,
  journal: Journal,
  targets: readonly TrackedTarget[],
  budget: TimeBudget,
  options: ReleaseOptions,
): Promise<void> {
  for (const [index, target] of targets.entries()) {
    try {
      await deployAndAwait(cloud, journal, [target], budget, options);
    } catch (error) {
      const later = targets.slice(index + 1).map(({ region }) => `\`${region}\``);
      if (later.length > 0 && !isCancellation(error)) {
        journal.notice(
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
  cloud: PipecatCloud,
  journal: Journal,
  targets: readonly TrackedTarget[],
  budget: TimeBudget,
  options: ReleaseOptions,
): Promise<void> {
  const deploying = targets.flatMap(({ agent, sets, build }) =>
    agent === undefined ? [] : [{ agent, sets, build }],
  );
  if (deploying.length === 0) return;
  const failures: Error[] = [];
  const rollouts: Promise<PromiseSettledResult<void>>[] = [];
  const remarks = new Remarks();
  await collect(failures, () =>
    journal.step('deploy', async () => {
      try {
        await forEach(deploying, async ({ agent, sets, build }) => {
          const buildId = build?.record.id ?? undefined;
          const forked = budget.fork();
          const deployed = await deployOne(cloud, journal, agent, sets, buildId, forked, remarks);
          // Nobody is told of a rollout that nobody will wait for.
          if (!agent.plan.waitForReady || options.cancellation.aborted) return;
          rollouts.push(settled(rollOut(cloud, journal, agent, deployed, options)));
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
  const awaited = deploying.filter(({ agent }) => agent.plan.waitForReady);
  if (rollouts.length < awaited.length) options.cancellation.throwIfAborted();
}

/** A result that may be looked at later; a rejection that nobody awaits yet would end the process. */
async function settled(work: Promise<void>): Promise<PromiseSettledResult<void>> {
  const [result] = await Promise.allSettled([work]);
  return result;
}

async function deployOne(
  cloud: PipecatCloud,
  journal: Journal,
  { plan, record }: TrackedAgent,
  sets: readonly TrackedSet[],
  buildId: string | undefined,
  budget: TimeBudget,
  remarks: Remarks,
): Promise<Deployed> {
  try {
    return await journal.span(plan.region, `deploy ${plan.name}`, () =>
      about(agentSubject(plan), () =>
        deploy(cloud, journal, plan, record, budget, remarks, buildId, (before, deadline) =>
          awaitSecretSets(cloud, journal, boundSets(plan, before, sets), deadline),
        ),
      ),
    );
  } catch (error) {
    if (!(error instanceof CancelledError)) record.outcome = 'failed';
    else if (error instanceof InterruptedCallError) record.outcome = 'cancelled';
    throw error;
  }
}

async function rollOut(
  cloud: PipecatCloud,
  journal: Journal,
  { plan, record }: TrackedAgent,
  deployed: Deployed,
  { wantsFailureLogs, witness }: ReleaseOptions,
): Promise<void> {
  const { name, region } = plan;
  const ends = witness.begins({ agent: name, region, deploymentId: deployed.deploymentId });
  try {
    await journal.span(region, `roll out ${name}`, () =>
      about(agentSubject(plan), () =>
        awaitRollout(cloud, journal, plan, record, deployed, wantsFailureLogs),
      ),
    );
    ends('success');
  } catch (error) {
    ends(error instanceof CancelledError ? 'error' : 'failure');
    throw error;
  }
}

function agentSubject({ name, region }: AgentPlan): Subject {
  return { kind: 'agent', name, region };
}

/** Last of all, so that nothing is taken from an agent that may have to go on with it. */
async function pruneAndAwait(
  cloud: PipecatCloud,
  journal: Journal,
  targets: readonly TrackedTarget[],
  limit: number,
): Promise<void> {
  const pruned = setsOf(targets).filter(({ plan }) => isPruned(plan));
  if (pruned.length === 0) return;
  await journal.step('prune', async () => {
    const deadline = new Deadline(journal.clock, 'secrets-timeout', limit);
    try {
      await forEach(pruned, ({ plan, record }) => prune(cloud, journal, plan, record, deadline));
      // The next deploy that binds the set would be refused while it is provisioned.
      const records = pruned.map(({ record }) => record);
      await awaitSecretSets(cloud, journal, records, deadline);
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
  cloud: PipecatCloud,
  journal: Journal,
  targets: readonly TrackedTarget[],
  limit: number,
): Promise<void> {
  const old = targets.flatMap(({ sets, agent }) =>
    sets
      .filter(({ plan }) => mayDeleteVersions(plan))
      .map(({ plan }) => ({ plan, agent: agent?.plan })),
  );
  if (old.length === 0) return;
  await journal.step('clean-up', async () => {
    const deadline = new Deadline(journal.clock, 'secrets-timeout', limit);
    const listed = cloud.secretSets({ deadline });
    const remarks = new Remarks();
    await forEach(old, ({ plan, agent }) =>
      cleanUp(cloud, journal, plan, agent, listed, deadline, remarks),
    );
    remarks.tell(journal);
  });
}

/** The sets that a deploy binds: those of the plan, or those that the agent has already. */
function boundSets(
  { settings, region }: AgentPlan,
  before: Agent | undefined,
  sets: readonly TrackedSet[],
): SecretSetRecord[] {
  const planned = sets.map(({ record }) => record);
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
