import type { Agent } from '../pipecat/answers.js';
import { quote } from '../text/quote.js';
import { StatusError } from '../pipecat/errors.js';
import { backoffDelay, defaultBackoff } from '../time/backoff.js';
import { Deadline, type TimeBudget } from '../time/deadline.js';
import { pollingDelay } from '../time/polling-delay.js';
import { settingChanges } from '../plan/agent-changes.js';
import { StepError } from '../record/errors.js';
import type { AgentPlan } from '../plan/plan.js';
import type { AgentRecord } from '../record/record.js';
import type { StepContext } from './context.js';
import { graceLimit } from './grace.js';
import type { Remarks } from './remarks.js';

/** What a deploy was answered. */
export interface Deployed {
  readonly deploymentId: string;
  /** The deployment that the agent was asked to be before. */
  readonly previousId: string | undefined;
  /** The agent just before the deploy. */
  readonly before: Agent | undefined;
  /** The time limit that began with this deploy. */
  readonly deadline: Deadline;
}

export interface DeployOptions {
  /** The build that was made for the agent. */
  readonly buildId: string | undefined;
  /** What is left of the time for the secret sets. */
  readonly budget: TimeBudget;
  readonly remarks: Remarks;
  /**
   * Waits until the sets that the agent binds are ready again: the platform refuses the deploy if
   * another pipeline has written one in the meantime.
   */
  readonly awaitBoundSets: (agent: Agent | undefined, deadline: Deadline) => Promise<void>;
}

/** Creates or updates the agent, and returns the deployment that has to get ready. */
export async function deploy(
  context: StepContext,
  record: AgentRecord,
  { buildId, budget, remarks, awaitBoundSets }: DeployOptions,
): Promise<Deployed> {
  const { cloud, journal } = context;
  const { clock } = journal;
  const { name, plan: original } = record;
  let existsError: StatusError | undefined;
  for (let refusals = 0; ;) {
    const deadline = new Deadline(clock, 'wait-timeout', original.waitTimeout);
    // Provisioning takes its time, in which others may have deployed: what is compared with, and
    // what a lost answer is told by, has to be the agent as it is now.
    const before = await cloud.agent(name, { deadline });
    if (before === undefined && existsError !== undefined) {
      throw new StepError('agent-name-taken', {}, { cause: existsError });
    }
    const plan = original.replan(before, buildId);
    record.plan = plan;
    try {
      const answer =
        before === undefined
          ? await create(context, plan, deadline)
          : await update(context, plan, before, deadline);
      record.isChanged = true;
      const previousId = before?.desiredDeploymentId;
      const deploymentId = await deploymentOf(context, plan, answer, deadline);
      recordDeployment(record, deploymentId, previousId);
      journal.log.info(wordsFor(record, previousId));
      remark(remarks, record, answer, previousId);
      return { deploymentId, previousId, before, deadline };
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      if (isAlreadyExistsError(error) && before === undefined) {
        existsError = error;
        journal.log.info('Somebody created the agent in the meantime; updating it.');
      } else if (error.status === 409) {
        refusals++;
        const told = `The deploy of \`${name}\` was refused (409), because a set that it binds is not ready; waiting for the sets again.`;
        if (refusals === 1) journal.notice(told);
        else journal.log.info(told);
        await waitAgain(error, before, refusals);
      } else {
        throw error;
      }
    }
  }

  async function waitAgain(
    refusal: StatusError,
    before: Agent | undefined,
    refusals: number,
  ): Promise<void> {
    await budget.spend(async (deadline) => {
      // The sets may read as ready although the deploy is refused; that must not become a storm.
      const delay = backoffDelay(defaultBackoff, refusals, () => clock.random());
      if (deadline.remaining() <= delay) {
        const facts = { refusal, deadline };
        throw new StepError('secret-set-not-ready', facts, { cause: refusal });
      }
      await clock.sleep(delay);
      await awaitBoundSets(before, deadline);
    });
  }
}

/**
 * The deployment that a deploy has made. The response may name none, or still the one from before
 * although a new one has to follow; then the agent itself shows it, soon.
 */
async function deploymentOf(
  { cloud, journal: { clock } }: StepContext,
  { name, before, newDeployment }: AgentPlan,
  answer: Agent,
  deadline: Deadline,
): Promise<string> {
  const outdated = newDeployment.follows === 'yes' ? before?.desiredDeploymentId : undefined;
  let shown = answer.desiredDeploymentId;
  const startedAt = clock.now();
  for (let reads = 0; shown === undefined || shown === outdated; reads++) {
    const elapsed = clock.now() - startedAt;
    if (elapsed >= graceLimit || deadline.hasPassed()) break;
    if (reads > 0) await clock.sleep(pollingDelay(elapsed, () => clock.random()));
    shown = (await cloud.agent(name, { deadline }))?.desiredDeploymentId ?? shown;
  }
  // A response that names the deployment from before says that there is no other one.
  const isNamed = answer.desiredDeploymentId !== undefined;
  if (shown === undefined || (shown === outdated && !isNamed)) {
    throw new StepError('deployment-unknown', {});
  }
  return shown;
}

/** The code of this refusal is one that many have, so its words have to tell. */
function isAlreadyExistsError(error: StatusError): boolean {
  return [400, 409].includes(error.status) && error.says(/service already exists/i);
}

/** Milliseconds; a look for what a lost request did is worth that much when the time is up, too. */
const lostResponseLimit = 10_000;

function findLostDeployment(
  { cloud, journal: { clock } }: StepContext,
  name: string,
): Promise<Agent | undefined> {
  const deadline = new Deadline(clock, 'wait-timeout', lostResponseLimit);
  return cloud.agent(name, { attempts: 2, deadline });
}

function create(context: StepContext, plan: AgentPlan, deadline: Deadline): Promise<Agent> {
  const { name, region, settings } = plan;
  return context.cloud.createAgent(name, region, settings, {
    deadline,
    findLostResult: async () => {
      const agent = await findLostDeployment(context, name);
      return agent && matchesPlan(agent, plan) ? agent : undefined;
    },
  });
}

function update(
  context: StepContext,
  plan: AgentPlan,
  before: Agent,
  deadline: Deadline,
): Promise<Agent> {
  const { name, settings, forces } = plan;
  return context.cloud.updateAgent(name, settings, forces, {
    deadline,
    findLostResult: async () => {
      const agent = await findLostDeployment(context, name);
      const isNew =
        agent?.desiredDeploymentId !== undefined &&
        agent.desiredDeploymentId !== before.desiredDeploymentId;
      return isNew && matchesPlan(agent, plan) ? agent : undefined;
    },
  });
}

function matchesPlan(agent: Agent, { settings }: AgentPlan): boolean {
  return settingChanges(agent.settings, settings).length === 0;
}

function bindsAnotherSet({ changes }: AgentPlan): boolean {
  return changes.some(({ setting }) => setting === 'secret-set');
}

/** Takes down what the deploy brought. */
function recordDeployment(
  record: AgentRecord,
  deploymentId: string,
  previousId: string | undefined,
): void {
  const { plan } = record;
  const isUpdate = plan.before !== undefined;
  const isNew = deploymentId !== previousId;
  record.deploymentId = deploymentId;
  record.outcome = !isUpdate
    ? 'created'
    : isNew || plan.changes.length > 0
      ? 'updated'
      : 'unchanged';
  record.replacesValues = isNew && isUpdate && (plan.valuesChange || bindsAnotherSet(plan));
}

function wordsFor(
  { name, region, outcome, deploymentId }: AgentRecord,
  previousId: string | undefined,
): string {
  const id = deploymentId ?? 'unknown';
  return deploymentId !== previousId
    ? `${outcome === 'created' ? 'Created' : 'Updated'} agent ${name} in ${region}; deployment ${id}.`
    : `Agent ${name} in ${region} keeps its deployment ${id}.`;
}

/** Says what a person should know of the answer to a deploy. */
function remark(
  remarks: Remarks,
  { plan, deploymentId }: AgentRecord,
  { warning, settings: observed }: Agent,
  previousId: string | undefined,
): void {
  const { name, action, settings, newDeployment } = plan;
  const { image, buildId } = settings;
  const { websocketAuth } = observed;
  if (action === 'create' && settings.websocketAuth === undefined && websocketAuth) {
    remarks.add(
      'remark',
      name,
      (names) => `The platform created ${names} with \`websocket-auth: ${websocketAuth}\`.`,
    );
  }
  const isNew = deploymentId !== previousId;
  const isExpected = plan.bindsVersion || buildId !== undefined;
  if (!isNew && isExpected && newDeployment.because === 'nothing-differs') {
    // That is what versions and builds by their context are for, and nothing to warn of.
    const caveat =
      image === undefined ? '' : ' The platform does not notice a tag that was pushed again.';
    remarks.add(
      'remark',
      name,
      (names) => `Nothing changed for ${names}, so there is no new deployment.${caveat}`,
    );
    return;
  }
  if (warning !== undefined) {
    const said = quote(warning);
    remarks.add('warning', name, (names) => `The platform warns about ${names}: ${said}`);
  }
  if (!isNew && image !== undefined) {
    if (image.includes('@')) {
      remarks.add(
        'remark',
        name,
        (names) => `\`${image}\` is already deployed, so there is no new deployment of ${names}.`,
      );
    } else {
      remarks.add(
        'warning',
        name,
        (names) =>
          `The platform saw no change in \`${image}\` and made no new deployment of ${names}: it compares the tag, not what the tag points to. Set \`image\` with a digest (\`…@sha256:…\`), or set \`force-redeploy: true\`.`,
      );
    }
  }
  if (plan.forceRedeploy === 'never' && plan.valuesChange && !isNew) {
    remarks.add(
      'warning',
      name,
      (names) =>
        `${names} keeps the old values until the next deployment, because \`force-redeploy\` is \`false\`.`,
    );
  }
}
