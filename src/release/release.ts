import type { Agent } from '../pipecat/answers.js';
import type { PipecatCloud } from '../pipecat/client.js';
import { Deadline, TimeBudget } from '../time/deadline.js';
import { deploy } from './deploy.js';
import { about, type Subject } from './errors.js';
import type { Journal } from './journal.js';
import { observe } from './observation.js';
import { makePlan, type AgentPlan, type Plan, type SecretSetPlan } from './plan.js';
import { provision } from './provision.js';
import { prune } from './prune.js';
import { awaitSecretSets } from './readiness.js';
import type { AgentRecord, SecretSetRecord, StepName } from './record.js';
import { awaitRollout } from './rollout.js';
import type { ReleaseSettings } from './settings.js';

/** Seconds; the platform's default. */
const defaultSessionLimit = 7200;

/** A plan's entry, and the account that is kept of it. */
interface Tracked<Planned, Recorded> {
  readonly plan: Planned;
  readonly record: Recorded;
}

/**
 * Releases: looks at what there is, plans, and carries the plan out. What was done stands in the
 * journal's record, also when this throws.
 *
 * @param wantsFailureLogs whether tracebacks and log lines may be shown where a rollout fails
 */
export async function release(
  cloud: PipecatCloud,
  journal: Journal,
  settings: ReleaseSettings,
  wantsFailureLogs: () => Promise<boolean>,
): Promise<void> {
  const plan = await journal.step('preflight', async () => {
    const plan = makePlan(settings, await observe(cloud, settings));
    describe(plan, journal);
    return plan;
  });
  journal.expect(stepsOf(plan));
  const sets = plan.targets.flatMap((target) => target.secretSets).map(trackSet);
  const agents = plan.targets
    .map((target) => target.agent)
    .filter((agent) => agent !== undefined)
    .map(trackAgent);
  journal.record.secretSets.push(...sets.map(({ record }) => record));
  journal.record.agents.push(...agents.map(({ record }) => record));

  const budget = new TimeBudget(journal.clock, 'secrets-timeout', settings.secretsTimeout);
  await provisionAndAwait(cloud, journal, sets, budget);
  for (const { plan, record } of agents) {
    const subject: Subject = { kind: 'agent', name: plan.name, region: plan.region };
    const deployed = await journal.step('deploy', () =>
      journal.span(plan.region, `deploy ${plan.name}`, () =>
        failing(record, () =>
          about(subject, () =>
            deploy(cloud, journal, plan, record, budget, (before, deadline) =>
              awaitSecretSets(cloud, journal, boundSets(plan, before, sets), deadline),
            ),
          ),
        ),
      ),
    );
    if (!plan.waitForReady) continue;
    await journal.step('rollout', () =>
      journal.span(plan.region, `roll out ${plan.name}`, () =>
        about(subject, () =>
          awaitRollout(cloud, journal, plan, record, deployed, wantsFailureLogs),
        ),
      ),
    );
  }
  await pruneAndAwait(cloud, journal, sets, agents, settings.secretsTimeout);
}

/** The steps that a plan takes after the preflight. */
function stepsOf({ targets }: Plan): StepName[] {
  const sets = targets.flatMap(({ secretSets }) => secretSets);
  const agents = targets.map(({ agent }) => agent).filter((agent) => agent !== undefined);
  const steps: (StepName | undefined)[] = [
    sets.some(isWritten) ? 'provision' : undefined,
    sets.some(isAwaited) ? 'readiness' : undefined,
    agents.length > 0 ? 'deploy' : undefined,
    agents.some(({ waitForReady }) => waitForReady) ? 'rollout' : undefined,
    prunes(sets, agents) ? 'prune' : undefined,
  ];
  return steps.filter((step) => step !== undefined);
}

function isWritten({ action }: SecretSetPlan): boolean {
  return action !== 'bind';
}

/** A set that is only bound may still be provisioned for somebody else's write. */
function isAwaited({ action, status }: SecretSetPlan): boolean {
  return action !== 'bind' || status === 'pending';
}

function prunes(sets: readonly SecretSetPlan[], agents: readonly AgentPlan[]): boolean {
  return (
    sets.some(({ prunedKeys }) => prunedKeys.length > 0) &&
    agents.every(({ waitForReady }) => waitForReady)
  );
}

async function provisionAndAwait(
  cloud: PipecatCloud,
  journal: Journal,
  sets: readonly Tracked<SecretSetPlan, SecretSetRecord>[],
  budget: TimeBudget,
): Promise<void> {
  const written = sets.filter(({ plan }) => isWritten(plan));
  if (written.length > 0) {
    await journal.step('provision', () =>
      budget.spend(async (deadline) => {
        for (const { plan, record } of written) {
          await provision(cloud, journal, plan, record, deadline);
        }
      }),
    );
  }
  const awaited = sets.filter(({ plan }) => isAwaited(plan)).map(({ record }) => record);
  if (awaited.length > 0) {
    await journal.step('readiness', () =>
      budget.spend((deadline) => awaitSecretSets(cloud, journal, awaited, deadline)),
    );
  }
}

/** Last of all, so that nothing is taken from an agent that may have to go on with it. */
async function pruneAndAwait(
  cloud: PipecatCloud,
  journal: Journal,
  sets: readonly Tracked<SecretSetPlan, SecretSetRecord>[],
  agents: readonly Tracked<AgentPlan, AgentRecord>[],
  limit: number,
): Promise<void> {
  const plans = sets.map(({ plan }) => plan);
  if (
    !prunes(
      plans,
      agents.map(({ plan }) => plan),
    )
  ) {
    return;
  }
  const pruned = sets.filter(({ plan }) => plan.prunedKeys.length > 0);
  await journal.step('prune', async () => {
    const deadline = new Deadline(journal.clock, 'secrets-timeout', limit);
    for (const { plan, record } of pruned) await prune(cloud, journal, plan, record, deadline);
    // The next deploy that binds the set would be refused while it is provisioned.
    await awaitSecretSets(
      cloud,
      journal,
      pruned.map(({ record }) => record),
      deadline,
    );
  });
}

/** The sets that a deploy binds: those of the plan, or those that the agent has already. */
function boundSets(
  { settings, region }: AgentPlan,
  before: Agent | undefined,
  sets: readonly Tracked<SecretSetPlan, SecretSetRecord>[],
): SecretSetRecord[] {
  const planned = sets.map(({ record }) => record);
  const bound = (name: string | undefined, kind: SecretSetRecord['kind']): SecretSetRecord[] => {
    if (name === undefined) return [];
    const known = planned.find((set) => set.name === name);
    return [known ?? existingSet(name, kind, region)];
  };
  return [
    ...bound(settings.secretSet ?? before?.settings.secretSets[0], 'secret'),
    ...bound(settings.imagePullSecretSet ?? before?.settings.imagePullSecretSet, 'imagePullSecret'),
  ];
}

function existingSet(name: string, kind: SecretSetRecord['kind'], region: string): SecretSetRecord {
  return {
    name,
    kind,
    region,
    outcome: 'existing',
    status: null,
    added: [],
    updated: [],
    pruned: [],
    skippedKeys: [],
  };
}

function trackSet(plan: SecretSetPlan): Tracked<SecretSetPlan, SecretSetRecord> {
  return {
    plan,
    record: {
      ...existingSet(plan.name, plan.kind, plan.region),
      outcome: plan.action === 'bind' ? 'existing' : 'skipped',
      status: plan.status ?? null,
      skippedKeys: plan.skippedKeys,
    },
  };
}

function trackAgent(plan: AgentPlan): Tracked<AgentPlan, AgentRecord> {
  const { settings, before } = plan;
  const isImageGiven = settings.image !== undefined || settings.buildId !== undefined;
  return {
    plan,
    record: {
      name: plan.name,
      region: plan.region,
      outcome: 'skipped',
      deploymentId: null,
      ready: false,
      previousServes: false,
      image: isImageGiven ? settings.image : before?.settings.image,
      buildId: isImageGiven ? settings.buildId : before?.settings.buildId,
      replacesValues: false,
      sessionLimit:
        settings.maxSessionDuration ?? before?.settings.maxSessionDuration ?? defaultSessionLimit,
      minAgents: settings.minAgents ?? before?.settings.minAgents ?? 0,
    },
  };
}

async function failing<Result>(record: AgentRecord, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    record.outcome = 'failed';
    throw error;
  }
}

/** Says in the log what is going to be done. */
function describe({ targets }: Plan, { log }: Journal): void {
  for (const { region, secretSets, agent } of targets) {
    log.info(`Region ${region}:`);
    for (const { name, kind, action } of secretSets) {
      const what = kind === 'secret' ? 'secret set' : 'image pull secret';
      log.info(`  ${action} the ${what} ${name}`);
    }
    if (agent !== undefined) log.info(`  ${agent.action} the agent ${agent.name}`);
  }
}
