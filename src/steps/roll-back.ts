import type { Agent } from '../pipecat/answers.js';
import { InterruptedCallError } from '../pipecat/errors.js';
import { settingChanges } from '../plan/agent-changes.js';
import type { AgentPlan, SecretSetPlan } from '../plan/plan.js';
import { planRollBack, unrestoredSentences, type RollBackPlan } from '../plan/roll-back.js';
import {
  collect,
  failuresOf,
  forEach,
  isCancellation,
  isStepFailure,
  ReleaseError,
  StepError,
  SubjectError,
} from '../record/errors.js';
import type { Journal } from '../record/journal.js';
import type {
  AgentRecord,
  PlannedSetRecord,
  RollBackRecord,
  TargetRecord,
} from '../record/record.js';
import { CancelledError } from '../time/cancellation.js';
import { TimeBudget } from '../time/deadline.js';
import type { StepContext } from './context.js';
import { boundSets } from './deploy-and-await.js';
import { deploy } from './deploy.js';
import { awaitSecretSets } from './readiness.js';
import { Remarks } from './remarks.js';
import { awaitRollout } from './rollout.js';
import { noRolloutObserver, SuccessHolder } from './rollout-observer.js';
import { agentSubject, workOn } from './subjects.js';

/** An agent to roll back, and the sets of its region. */
interface AgentToRollBack {
  readonly agent: AgentRecord;
  readonly before: Agent;
  readonly secretSets: readonly PlannedSetRecord[];
  readonly rollBack: RollBackRecord;
}

/** Warns before the first write of what a rollback could not restore. */
export function warnOfUnrestored(journal: Journal, targets: readonly TargetRecord[]): void {
  const sentences = new Set(
    targets.flatMap(({ agent, secretSets }) =>
      agent?.plan.onFailure === 'rollback'
        ? unrestoredSentences(planRollBack(agent.plan, plansOf(secretSets)))
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
  const isIn = (region: string) => (target: TargetRecord) => target.region === region;
  try {
    await work({ ...context, rolloutObserver: successes });
    successes.release();
  } catch (error) {
    const failures = failuresOf(error).filter((failure) => failure instanceof Error);
    if (!context.cancellation.aborted && failures.some(isReasonToRollBack)) {
      await collect(failures, () => rollBackAll(context, targets, limit));
    }
    successes.release(({ region }) => {
      const rollBack = targets.find(isIn(region))?.agent?.rollBack;
      if (rollBack === undefined) return 'success';
      return rollBack.outcome === 'skipped' ? 'error' : 'failure';
    });
    throw failures.length === 0 ? error : new ReleaseError(failures);
  }
}

/** A superseded release did not fail, and one that could not be tested may work. */
function isReasonToRollBack(failure: Error): boolean {
  const cause = failure instanceof SubjectError ? failure.cause : failure;
  return !isCancellation(cause) && !isStepFailure(cause, ...noReasons);
}

const noReasons = ['superseded', 'smoke-test-key-refused'] as const;

async function rollBackAll(
  context: StepContext,
  targets: readonly TargetRecord[],
  limit: number,
): Promise<void> {
  const { journal } = context;
  const toRollBack = targets.flatMap(agentsToRollBack);
  if (toRollBack.length === 0) return;
  for (const { agent, rollBack } of toRollBack) agent.rollBack = rollBack;
  const budget = new TimeBudget(journal.clock, 'secrets-timeout', limit);
  const remarks = new Remarks();
  await journal.step('roll-back', async () => {
    try {
      await forEach(toRollBack, (one) =>
        workOn(journal, 'roll back', agentSubject(one.agent), () =>
          rollBackOne(context, one, budget.fork(), remarks),
        ),
      );
    } finally {
      remarks.report(journal);
    }
  });
}

/** Agents that this run has deployed, or may have, unless they are new or superseded. */
function agentsToRollBack({ agent, secretSets }: TargetRecord): AgentToRollBack[] {
  if (agent?.isChanged !== true || agent.plan.before === undefined) return [];
  if (agent.outcome === 'superseded' || agent.outcome === 'unchanged') return [];
  const plan = planRollBack(agent.plan, plansOf(secretSets));
  const { before } = agent.plan;
  return [{ agent, before, secretSets, rollBack: { plan, outcome: 'skipped' } }];
}

function plansOf(secretSets: readonly PlannedSetRecord[]): SecretSetPlan[] {
  return secretSets.map(({ plan }) => plan);
}

async function rollBackOne(
  context: StepContext,
  { agent, before, secretSets, rollBack }: AgentToRollBack,
  budget: TimeBudget,
  remarks: Remarks,
): Promise<void> {
  const { journal } = context;
  const { name, region } = agent;
  const back: AgentRecord = {
    ...agent,
    plan: planFor(agent, before, rollBack.plan),
    outcome: 'skipped',
    deploymentId: null,
    isChanged: false,
    ready: false,
    readyAt: undefined,
    previousServes: false,
    replacesValues: false,
    rollBack: undefined,
  };
  const hasStarted = (error: unknown): boolean =>
    back.isChanged || error instanceof InterruptedCallError;
  try {
    const deployed = await deploy(context, back, {
      buildId: undefined,
      budget,
      remarks,
      awaitBoundSets: (now, deadline) =>
        awaitSecretSets(context, boundSets(back.plan, now, secretSets), deadline),
    });
    agent.deploymentId = deployed.deploymentId;
    agent.ready = false;
    agent.readyAt = undefined;
    agent.previousServes = false;
    await awaitRollout({ ...context, rolloutObserver: noRolloutObserver }, back, deployed);
  } catch (error) {
    if (error instanceof CancelledError) {
      rollBack.outcome = hasStarted(error) ? 'running' : 'skipped';
      if (rollBack.outcome === 'running') agent.outcome = 'cancelled';
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
  before: Agent,
  { settings = {}, changes }: RollBackPlan,
): AgentPlan {
  const replan = (now: Agent | undefined): AgentPlan => {
    if (now === undefined) throw new StepError('agent-gone', {});
    const current = now.desiredDeploymentId;
    if (deploymentId === null && current === before.desiredDeploymentId)
      throw new NotDeployedError();
    // If the response to the deploy was lost, the settings show whose deployment it is.
    const isOurs =
      deploymentId === null
        ? settingChanges(now.settings, plan.settings).length === 0
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
