import type { Agent } from '../pipecat/answers.js';
import type { AgentPlan } from '../plan/plan.js';
import { collect, forEach, isCancellation, ReleaseError } from '../record/errors.js';
import {
  existingSet,
  type AgentRecord,
  type BuildRecord,
  type PlannedSetRecord,
  type SecretSetRecord,
  type TargetRecord,
} from '../record/record.js';
import type { TimeBudget } from '../time/deadline.js';
import type { StepContext } from './context.js';
import { deploy, type Deployed, type DeployOptions } from './deploy.js';
import { awaitSecretSets } from './readiness.js';
import { Remarks } from './remarks.js';
import { awaitRollout } from './rollout.js';
import type { RolloutOutcome } from './rollout-observer.js';
import { smokeTest } from './smoke-test.js';
import { agentSubject, recordFailure, workOn } from './subjects.js';

/** What is deployed in a region. */
interface Deploying {
  readonly agent: AgentRecord;
  readonly secretSets: readonly PlannedSetRecord[];
  readonly build: BuildRecord | undefined;
}

/** A rollout in progress. */
interface Rollout {
  readonly agent: AgentRecord;
  readonly deployed: Deployed;
  /** Never rejects, because it may fail before anything awaits it. */
  readonly result: Promise<PromiseSettledResult<void>>;
  /** Reports how it ended; only the first call counts. */
  readonly end: (outcome: RolloutOutcome) => void;
}

/**
 * Deploys the agents of all targets, and waits for each from its own deploy on, so that a slow one does not
 * use up the time of the others.
 *
 * @throws ReleaseError with what failed in each region
 */
export async function deployAndAwait(
  context: StepContext,
  targets: readonly TargetRecord[],
  budget: TimeBudget,
): Promise<void> {
  const deploying = targets.flatMap(({ agent, secretSets, build }): Deploying[] =>
    agent === undefined ? [] : [{ agent, secretSets, build }],
  );
  if (deploying.length === 0) return;
  const failures: Error[] = [];
  const rollouts: Rollout[] = [];
  await collect(failures, () => deployAll(context, deploying, { budget, rollouts }));
  await collect(failures, () => awaitRollouts(context, rollouts));
  // If a region failed, the release is not tested.
  if (failures.length === 0) await collect(failures, () => testAll(context, rollouts));
  for (const { agent, end } of rollouts) if (agent.ready) end('success');
  if (failures.length > 0) throw new ReleaseError(failures);
  remarkOnIdleInstances(context, deploying);
  const awaited = deploying.filter(({ agent }) => agent.plan.waitForReady);
  if (rollouts.length < awaited.length) context.cancellation.throwIfAborted();
}

/** Deploys all agents at once, and adds the rollouts that begin. */
function deployAll(
  context: StepContext,
  deploying: readonly Deploying[],
  { budget, rollouts }: { readonly budget: TimeBudget; readonly rollouts: Rollout[] },
): Promise<void> {
  const { journal, cancellation } = context;
  const remarks = new Remarks();
  return journal.step('deploy', async () => {
    try {
      await forEach(deploying, async ({ agent, secretSets, build }) => {
        const deployed = await deployOne(context, agent, secretSets, {
          buildId: build?.id ?? undefined,
          budget: budget.fork(),
          remarks,
        });
        // Nothing will wait for this rollout, so it is not reported.
        if (!agent.plan.waitForReady || cancellation.aborted) return;
        rollouts.push(beginRollout(context, agent, deployed));
      });
    } finally {
      remarks.report(journal);
    }
  });
}

async function awaitRollouts(
  { journal }: StepContext,
  rollouts: readonly Rollout[],
): Promise<void> {
  if (rollouts.length === 0) return;
  await journal.step('rollout', () =>
    forEach(rollouts, async (rollout) => {
      const result = await rollout.result;
      if (result.status === 'rejected') throw result.reason;
    }),
  );
}

/** Tests all agents at once; the test decides how the rollout ends. */
async function testAll(context: StepContext, rollouts: readonly Rollout[]): Promise<void> {
  const { journal, cancellation } = context;
  const tested = rollouts.filter(({ agent }) => agent.plan.smokeTest !== undefined);
  if (tested.length === 0) return;
  cancellation.throwIfAborted();
  await journal.step('smoke-test', () =>
    forEach(tested, ({ agent, deployed, end }) =>
      endingOnFailure(end, () =>
        workOn(journal, 'smoke test', agentSubject(agent), () =>
          smokeTest(context, agent, deployed.deploymentId),
        ),
      ),
    ),
  );
}

function remarkOnIdleInstances({ journal }: StepContext, deploying: readonly Deploying[]): void {
  // Where values are replaced, the notice on the old ones says the same.
  const updated = deploying.filter(
    ({ agent }) => agent.outcome === 'updated' && agent.ready && !agent.replacesValues,
  );
  if (updated.some(({ agent }) => agent.deploymentId !== agent.plan.before?.desiredDeploymentId)) {
    journal.remark(
      'Ready means that the new deployment can take sessions. Idle instances of the previous deployment may still take some new sessions first.',
    );
  }
}

/** A result to await later. A rejection that nothing awaits yet would end the process. */
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
    return await workOn(context.journal, 'deploy', agentSubject(plan), () =>
      deploy(context, record, { ...options, awaitBoundSets }),
    );
  } catch (error) {
    recordFailure(record, error);
    throw error;
  }
}

function beginRollout(context: StepContext, agent: AgentRecord, deployed: Deployed): Rollout {
  const { name, region } = agent;
  const { deploymentId } = deployed;
  const reportOutcome = context.rolloutObserver.rolloutStarted({
    agent: name,
    region,
    deploymentId,
  });
  let hasEnded = false;
  const end: Rollout['end'] = (outcome) => {
    if (!hasEnded) reportOutcome(outcome);
    hasEnded = true;
  };
  const work = async (): Promise<void> => {
    await endingOnFailure(end, () =>
      workOn(context.journal, 'roll out', agentSubject(agent), () =>
        awaitRollout(context, agent, deployed),
      ),
    );
    if (agent.plan.smokeTest === undefined) end('success');
  };
  return { agent, deployed, result: settled(work()), end };
}

/** Ends the rollout if the work fails. */
async function endingOnFailure(end: Rollout['end'], work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    end(isCancellation(error) ? 'error' : 'failure');
    throw error;
  }
}

/** The sets that a deploy binds: those of the plan, else those that the agent already binds. */
export function boundSets(
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
