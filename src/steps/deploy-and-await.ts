import { collect, isCancellation, ReleaseError } from '../record/errors.js';
import {
  hasAgent,
  hasNewDeployment,
  type AgentRecord,
  type AgentTargetRecord,
  type TargetRecord,
} from '../record/record.js';
import type { TimeBudget } from '../time/deadline.js';
import type { StepContext } from './context.js';
import { deploy, type Deployed } from './deploy.js';
import { awaitRollout } from './rollout.js';
import type { RolloutOutcome } from '../record/rollout-observer.js';
import { smokeTest } from './smoke-test.js';
import { agentSubject, recordFailure, workOn } from './subjects.js';

/** A rollout in progress. */
interface Rollout {
  readonly agent: AgentRecord;
  readonly deployed: Deployed;
  /** Resolves when the deployment is serving; rejects if it fails. */
  readonly finished: Promise<void>;
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
  const { journal, cancellation } = context;
  const deploying = targets.filter(hasAgent);
  const failures: Error[] = [];
  const rollouts: Rollout[] = [];
  await collect(failures, () =>
    journal.stepForEach('deploy', deploying, async (target) => {
      const deployed = await deployOne(context, target, budget.fork());
      // Nothing will wait for this rollout, so it is not reported.
      if (!target.agent.plan.waitForReady || cancellation.aborted) return;
      rollouts.push(beginRollout(context, target.agent, deployed));
    }),
  );
  await collect(failures, () =>
    journal.stepForEach('rollout', rollouts, ({ finished }) => finished),
  );
  // If a region failed, the release is not tested.
  if (failures.length === 0) await collect(failures, () => testAll(context, rollouts));
  for (const { agent, end } of rollouts) if (agent.ready) end('success');
  if (failures.length > 0) throw new ReleaseError(failures);
  remarkOnIdleInstances(context, deploying);
  const awaited = deploying.filter(({ agent }) => agent.plan.waitForReady);
  if (rollouts.length < awaited.length) cancellation.throwIfAborted();
}

/** Tests all agents at once; the test decides how the rollout ends. */
async function testAll(context: StepContext, rollouts: readonly Rollout[]): Promise<void> {
  const { journal, cancellation } = context;
  const tested = rollouts.filter(({ agent }) => agent.plan.smokeTest !== undefined);
  if (tested.length > 0) cancellation.throwIfAborted();
  await journal.stepForEach('smoke-test', tested, ({ agent, deployed, end }) =>
    endingOnFailure(end, () =>
      workOn(journal, 'smoke test', agentSubject(agent), () =>
        smokeTest(context, agent, deployed.deploymentId),
      ),
    ),
  );
}

function remarkOnIdleInstances(
  { journal }: StepContext,
  deploying: readonly AgentTargetRecord[],
): void {
  // Where values are replaced, the notice on the old ones says the same.
  const isReplaced = ({ outcome, ready, replacesValues }: AgentRecord): boolean =>
    outcome === 'updated' && ready && !replacesValues;
  if (deploying.some(({ agent }) => isReplaced(agent) && hasNewDeployment(agent))) {
    journal.remark(
      'Ready means that the new deployment can take sessions. Idle instances of the previous deployment may still take some new sessions first.',
    );
  }
}

async function deployOne(
  context: StepContext,
  target: AgentTargetRecord,
  budget: TimeBudget,
): Promise<Deployed> {
  const { agent } = target;
  try {
    return await workOn(context.journal, 'deploy', agentSubject(agent), () =>
      deploy(context, target, budget),
    );
  } catch (error) {
    recordFailure(agent, error);
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
  const finished = work();
  // It may fail before anything awaits it, and such a rejection would end the process.
  finished.catch(() => undefined);
  return { agent, deployed, finished, end };
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
