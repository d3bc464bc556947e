import type { Agent } from '../pipecat/answers.js';
import { InterruptedCallError } from '../pipecat/errors.js';
import type { AgentPlan } from '../plan/plan.js';
import type { Subject } from '../plan/subject.js';
import {
  withSubject,
  collect,
  forEach,
  isCancellation,
  isInDoubt,
  ReleaseError,
} from '../record/errors.js';
import {
  existingSet,
  type AgentRecord,
  type BuildRecord,
  type PlannedSetRecord,
  type SecretSetRecord,
  type TargetRecord,
} from '../record/record.js';
import { CancelledError } from '../time/cancellation.js';
import type { TimeBudget } from '../time/deadline.js';
import type { StepContext } from './context.js';
import { deploy, type Deployed, type DeployOptions } from './deploy.js';
import { awaitSecretSets } from './readiness.js';
import { Remarks } from './remarks.js';
import { awaitRollout } from './rollout.js';
import { smokeTest } from './smoke-test.js';

/** What of a region is deployed. */
interface Deploying {
  readonly agent: AgentRecord;
  readonly secretSets: readonly PlannedSetRecord[];
  readonly build: BuildRecord | undefined;
}

/** A rollout that has begun. */
interface Rollout {
  readonly agent: AgentRecord;
  readonly deployed: Deployed;
  /** Never rejects: it may fail before anybody waits for it. */
  readonly result: Promise<PromiseSettledResult<void>>;
  /** Tells the observer how it ended; the first call counts. */
  readonly end: (outcome: 'success' | 'failure' | 'error') => void;
}

/**
 * Deploys the agents of all targets, and waits for each from the moment when it is deployed: one
 * that is held up must not use up the time of the others.
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
  // What is not going to be released everywhere needs no test.
  if (failures.length === 0) await collect(failures, () => testAll(context, rollouts));
  for (const { agent, end } of rollouts) if (agent.ready) end('success');
  if (failures.length > 0) throw new ReleaseError(failures);
  remarkOnIdleInstances(context, deploying);
  const awaited = deploying.filter(({ agent }) => agent.plan.waitForReady);
  if (rollouts.length < awaited.length) context.cancellation.throwIfAborted();
}

/** Deploys all agents at once, and adds the rollouts that this begins. */
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
        // Nobody is told of a rollout that nobody will wait for.
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

/** A test per agent, all at once; what it shows decides how the rollout ends. */
async function testAll(context: StepContext, rollouts: readonly Rollout[]): Promise<void> {
  const { journal, cancellation } = context;
  const tested = rollouts.filter(({ agent }) => agent.plan.smokeTest !== undefined);
  if (tested.length === 0) return;
  cancellation.throwIfAborted();
  await journal.step('smoke-test', () =>
    forEach(tested, ({ agent, deployed, end }) =>
      endingOnFailure(end, () =>
        journal.span(agent.region, `smoke test ${agent.name}`, () =>
          withSubject(agentSubject(agent), () => smokeTest(context, agent, deployed.deploymentId)),
        ),
      ),
    ),
  );
}

function remarkOnIdleInstances({ journal }: StepContext, deploying: readonly Deploying[]): void {
  const updated = deploying.filter(({ agent }) => agent.outcome === 'updated' && agent.ready);
  if (updated.some(({ agent }) => agent.deploymentId !== agent.plan.before?.desiredDeploymentId)) {
    journal.remark(
      'Ready means that the new deployment can take sessions. Idle instances of the previous deployment may still take some new sessions first.',
    );
  }
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
      withSubject(agentSubject(plan), () =>
        deploy(context, record, { ...options, awaitBoundSets }),
      ),
    );
  } catch (error) {
    if (isInDoubt(error)) record.isChanged = true;
    if (!(error instanceof CancelledError)) record.outcome = 'failed';
    else if (error instanceof InterruptedCallError) record.outcome = 'cancelled';
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
    await endingOnFailure(end, () => waitForRollout(context, agent, deployed));
    if (agent.plan.smokeTest === undefined) end('success');
  };
  return { agent, deployed, result: settled(work()), end };
}

/** Does work on a rollout; if it fails, the rollout has ended. */
async function endingOnFailure(end: Rollout['end'], work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    end(isCancellation(error) ? 'error' : 'failure');
    throw error;
  }
}

function waitForRollout(
  context: StepContext,
  record: AgentRecord,
  deployed: Deployed,
): Promise<void> {
  const { name, region } = record;
  return context.journal.span(region, `roll out ${name}`, () =>
    withSubject(agentSubject(record), () => awaitRollout(context, record, deployed)),
  );
}

export function agentSubject({ name, region }: Pick<AgentRecord, 'name' | 'region'>): Subject {
  return { kind: 'agent', name, region };
}

/** The sets that a deploy binds: those of the plan, or those that the agent has already. */
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
