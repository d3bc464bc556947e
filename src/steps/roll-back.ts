import type { Agent } from '../pipecat/answers.js';
import { InterruptedCallError } from '../pipecat/errors.js';
import { compareSettings } from '../plan/agent-changes.js';
import type { AgentPlan, SecretSetPlan } from '../plan/plan.js';
import { planRollBack, type RollBackPlan } from '../plan/roll-back.js';
import {
  collect,
  failuresOf,
  isCancellation,
  isStepFailure,
  ReleaseError,
  StepError,
  SubjectError,
} from '../record/errors.js';
import type { Journal } from '../record/journal.js';
import {
  hasAgent,
  newAgentRecord,
  type AgentRecord,
  type AgentTargetRecord,
  type PlannedSetRecord,
  type RollBackRecord,
  type TargetRecord,
} from '../record/record.js';
import { CancelledError } from '../time/cancellation.js';
import { TimeBudget } from '../time/deadline.js';
import type { StepContext } from './context.js';
import { deploy } from './deploy.js';
import { awaitRollout } from './rollout.js';
import { SuccessHolder } from '../record/rollout-observer.js';
import { agentSubject, workOn } from './subjects.js';

/** Warns before the first write of what a rollback could not restore. */
export function warnOfUnrestored(journal: Journal, targets: readonly TargetRecord[]): void {
  const sentences = new Set(
    targets.flatMap(({ agent, secretSets }) =>
      agent?.plan.onFailure === 'rollback'
        ? planRollBack(agent.plan, plansOf(secretSets)).unrestored
        : [],
    ),
  );
  if (sentences.size === 0) return;
  journal.warning(`A rollback would not restore everything. ${[...sentences].join(' ')}`);
}

/**
 * Deploys. With `on-failure: rollback`, a failure in any region rolls back every agent that this run
 * deployed.
 *
 * @param limit milliseconds to wait for secret sets that the platform is still provisioning
 * @throws ReleaseError with the failures of the deploy, then those of the rollback
 */
export async function orRollBack(
  context: StepContext,
  targets: readonly TargetRecord[],
  limit: number,
  work: (context: StepContext) => Promise<void>,
): Promise<void> {
  if (targets.every(({ agent }) => agent?.plan.onFailure !== 'rollback')) return work(context);
  const successes = new SuccessHolder(context.rolloutObserver);
  try {
    await work({ ...context, rolloutObserver: successes });
    successes.release();
  } catch (error) {
    const failures = failuresOf(error).filter((failure) => failure instanceof Error);
    if (!context.cancellation.aborted && failures.some(isReasonToRollBack)) {
      await collect(failures, () => rollBackAll(context, targets, limit));
    }
    successes.release(({ region }) => {
      const rollBack = targets.find((target) => target.region === region)?.agent?.rollBack;
      if (rollBack === undefined) return 'success';
      return rollBack.outcome === 'skipped' ? 'error' : 'failure';
    });
    throw failures.length === 0 ? error : new ReleaseError(failures);
  }
}

/** A superseded release did not fail, and one that could not be tested may work. */
function isReasonToRollBack(failure: Error): boolean {
  const cause = failure instanceof SubjectError ? failure.cause : failure;
  return !isCancellation(cause) && !isStepFailure(cause, 'superseded', 'smoke-test-key-refused');
}

async function rollBackAll(
  context: StepContext,
  targets: readonly TargetRecord[],
  limit: number,
): Promise<void> {
  const { journal } = context;
  const toRollBack = targets.filter(hasAgent).filter(needsRollBack);
  const budget = new TimeBudget(journal.clock, 'secrets-timeout', limit);
  await journal.stepForEach('roll-back', toRollBack, (target) =>
    workOn(journal, 'roll back', agentSubject(target.agent), () =>
      rollBackOne(context, target, budget.fork()),
    ),
  );
}

/** Whether this run has deployed an agent, or may have, unless it is new or superseded. */
function needsRollBack({ agent: { isChanged, outcome, plan } }: AgentTargetRecord): boolean {
  if (!isChanged || plan.before === undefined) return false;
  return outcome !== 'superseded' && outcome !== 'unchanged';
}

function plansOf(secretSets: readonly PlannedSetRecord[]): SecretSetPlan[] {
  return secretSets.map(({ plan }) => plan);
}

async function rollBackOne(
  context: StepContext,
  target: AgentTargetRecord,
  budget: TimeBudget,
): Promise<void> {
  const { journal } = context;
  const { agent } = target;
  const { name, region } = agent;
  const plan = planRollBack(agent.plan, plansOf(target.secretSets));
  const rollBack: RollBackRecord = { plan, outcome: 'skipped' };
  agent.rollBack = rollBack;
  const back = newAgentRecord(planFor(agent, plan));
  try {
    const deployed = await deploy(context, { ...target, agent: back, build: undefined }, budget);
    agent.deploymentId = deployed.deploymentId;
    agent.ready = false;
    agent.readyAt = undefined;
    agent.previousServes = false;
    await awaitRollout(context, back, deployed);
  } catch (thrown) {
    // Waiting for secret sets may fail for several of them. One is enough to say why there was no rollback.
    const [error] = failuresOf(thrown);
    if (error instanceof CancelledError) {
      if (back.isChanged || error instanceof InterruptedCallError) {
        rollBack.outcome = 'running';
        agent.outcome = 'cancelled';
      }
      throw error;
    }
    if (error instanceof NotDeployedError) {
      agent.isChanged = false;
      agent.rollBack = undefined;
      journal.log.info(
        `${name} in ${region} is unchanged, because its deploy was not carried out.`,
      );
      return;
    }
    if (isStepFailure(error, 'superseded')) {
      agent.outcome = 'superseded';
      agent.rollBack = undefined;
      journal.notice(
        `\`${name}\` in \`${region}\` was not rolled back, because another release has deployed it since.`,
      );
      return;
    }
    rollBack.outcome = 'failed';
    agent.outcome = 'failed';
    agent.previousServes = back.previousServes;
    if (!(error instanceof Error)) throw error;
    throw new StepError('not-rolled-back', { failure: error }, { cause: error });
  }
  rollBack.outcome = 'done';
  agent.outcome = 'rolled-back';
  agent.ready = true;
  agent.readyAt = back.readyAt;
  agent.replacesValues = false;
  journal.log.info(`Rolled back ${name} in ${region}.`);
}

/** The response to the deploy was lost, but the agent shows that nothing was deployed. */
class NotDeployedError extends Error {
  constructor() {
    super('the deploy was not carried out');
    this.name = 'NotDeployedError';
  }
}

/** The plan that restores the agent, unless another release has changed it since. */
function planFor(
  { plan, deploymentId }: AgentRecord,
  { settings = {}, changes }: RollBackPlan,
): AgentPlan {
  const replan = (now: Agent | undefined): AgentPlan => {
    if (now === undefined) throw new StepError('agent-gone', {});
    const current = now.desiredDeploymentId;
    if (deploymentId === null && current === plan.before?.desiredDeploymentId)
      throw new NotDeployedError();
    // If the response to the deploy was lost, the settings show whose deployment it is.
    const isOurs =
      deploymentId === null
        ? compareSettings(now.settings, plan.settings).changes.length === 0
        : current === deploymentId;
    if (current !== undefined && !isOurs) {
      const ours = deploymentId ?? 'unknown';
      throw new StepError('superseded', { deploymentId: ours, supersededBy: current });
    }
    return {
      ...plan,
      action: 'update',
      before: now,
      settings,
      changes,
      hidden: [],
      bindsVersion: false,
      forces: true,
      newDeployment: { follows: 'yes', because: 'forced' },
      runsNewBuild: false,
      valuesChange: false,
      forceRedeploy: 'always',
      smokeTest: undefined,
      drainTimeout: undefined,
      replan,
    };
  };
  return { ...plan, replan };
}
