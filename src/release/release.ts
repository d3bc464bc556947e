import type { Agent } from '../pipecat/answers.js';
import type { PipecatCloud } from '../pipecat/client.js';
import { Deadline, TimeBudget } from '../time/deadline.js';
import { settingChanges } from './agent-changes.js';
import { agentFacts, deploy, type Deployed } from './deploy.js';
import { about, PruningError, SubjectError } from './errors.js';
import type { Journal } from './journal.js';
import { observe } from './observation.js';
import { makePlan, type AgentPlan, type Plan, type SecretSetPlan } from './plan.js';
import { provision } from './provision.js';
import { prune } from './prune.js';
import { awaitSecretSets } from './readiness.js';
import type { AgentRecord, SecretSetRecord, StepName } from './record.js';
import { awaitRollout } from './rollout.js';
import type { ReleaseSettings } from './settings.js';
import { secretSetKinds, type Subject } from './subject.js';

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
  const deployments: (Tracked<AgentPlan, AgentRecord> & { readonly deployed: Deployed })[] = [];
  if (agents.length > 0) {
    await journal.step('deploy', async () => {
      for (const { plan, record } of agents) {
        const deployed = await deployOne(cloud, journal, plan, record, sets, budget);
        deployments.push({ plan, record, deployed });
      }
    });
  }
  const awaited = deployments.filter(({ plan }) => plan.waitForReady);
  if (awaited.length > 0) {
    await journal.step('rollout', async () => {
      for (const { plan, record, deployed } of awaited) {
        await journal.span(plan.region, `roll out ${plan.name}`, () =>
          about(agentSubject(plan), () =>
            awaitRollout(cloud, journal, plan, record, deployed, wantsFailureLogs),
          ),
        );
      }
    });
  }
  await pruneAndAwait(cloud, journal, sets, settings.secretsTimeout);
}

async function deployOne(
  cloud: PipecatCloud,
  journal: Journal,
  plan: AgentPlan,
  record: AgentRecord,
  sets: readonly Tracked<SecretSetPlan, SecretSetRecord>[],
  budget: TimeBudget,
): Promise<Deployed> {
  try {
    return await journal.span(plan.region, `deploy ${plan.name}`, () =>
      about(agentSubject(plan), () =>
        deploy(cloud, journal, plan, record, budget, (before, deadline) =>
          awaitSecretSets(cloud, journal, boundSets(plan, before, sets), deadline),
        ),
      ),
    );
  } catch (error) {
    record.outcome = 'failed';
    throw error;
  }
}

function agentSubject({ name, region }: AgentPlan): Subject {
  return { kind: 'agent', name, region };
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
    sets.some(isPruned) ? 'prune' : undefined,
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

function isPruned({ prunedKeys }: SecretSetPlan): boolean {
  return prunedKeys.length > 0;
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
  limit: number,
): Promise<void> {
  const pruned = sets.filter(({ plan }) => isPruned(plan));
  if (pruned.length === 0) return;
  await journal.step('prune', async () => {
    const deadline = new Deadline(journal.clock, 'secrets-timeout', limit);
    try {
      for (const { plan, record } of pruned) await prune(cloud, journal, plan, record, deadline);
      // The next deploy that binds the set would be refused while it is provisioned.
      const records = pruned.map(({ record }) => record);
      await awaitSecretSets(cloud, journal, records, deadline);
    } catch (error) {
      throw error instanceof SubjectError
        ? new SubjectError(error.subject, new PruningError(error.cause))
        : error;
    }
  });
}

/** The sets that a deploy binds: those of the plan, or those that the agent has already. */
function boundSets(
  { settings, region }: AgentPlan,
  before: Agent | undefined,
  sets: readonly Tracked<SecretSetPlan, SecretSetRecord>[],
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
    ...bound(settings.secretSet ?? before?.settings.secretSets?.[0], 'secret'),
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
  return {
    plan,
    record: {
      name: plan.name,
      region: plan.region,
      outcome: 'skipped',
      deploymentId: null,
      ready: false,
      previousServes: false,
      replacesValues: false,
      ...agentFacts(plan),
    },
  };
}

/** Says in the log what is going to be done. */
function describe({ targets }: Plan, { log }: Journal): void {
  for (const { region, secretSets, agent } of targets) {
    log.info(`Region ${region}:`);
    for (const { name, kind, action } of secretSets) {
      log.info(`  ${action} the ${secretSetKinds[kind]} ${name}`);
    }
    if (agent !== undefined)
      log.info(`  ${agent.action} the agent ${agent.name}${differences(agent)}`);
    for (const { name, prunedKeys } of secretSets.filter(isPruned)) {
      log.info(`  then delete from ${name}: ${prunedKeys.join(', ')}`);
    }
  }
}

function differences({ before, settings }: AgentPlan): string {
  if (before === undefined) return '';
  const changes = settingChanges(before.settings, settings).map(
    ({ setting, before, after }) => `${setting} ${before ?? 'unset'} → ${after}`,
  );
  return changes.length === 0 ? ' (no setting differs)' : ` (${changes.join(', ')})`;
}
