import type { Agent } from '../pipecat/answers.js';
import { quote } from '../text/quote.js';
import type { PipecatCloud } from '../pipecat/client.js';
import { StatusError } from '../pipecat/errors.js';
import { backoffDelay, defaultBackoff } from '../time/backoff.js';
import type { Clock } from '../time/clock.js';
import { Deadline, type TimeBudget } from '../time/deadline.js';
import { settingChanges } from '../plan/agent-changes.js';
import { StepError } from '../record/errors.js';
import type { Journal } from '../record/journal.js';
import type { AgentPlan } from '../plan/plan.js';
import type { AgentRecord } from '../record/record.js';
import type { Remarks } from './remarks.js';

/** What a deploy was answered. */
export interface Deployed {
  readonly deploymentId: string;
  /** The deployment that the agent was asked to be before. */
  readonly previousId: string | undefined;
  /** The time limit that began with this deploy. */
  readonly deadline: Deadline;
}

/**
 * Creates or updates the agent, and returns the deployment that has to come to serve.
 *
 * @param buildId the build that was made for the agent, where one was
 * @param awaitBoundSets waits until the sets that the agent binds are ready again: the platform
 *   refuses the deploy where another pipeline has written one in the meantime
 */
export async function deploy(
  cloud: PipecatCloud,
  journal: Journal,
  original: AgentPlan,
  record: AgentRecord,
  budget: TimeBudget,
  remarks: Remarks,
  buildId: string | undefined,
  awaitBoundSets: (agent: Agent | undefined, deadline: Deadline) => Promise<void>,
): Promise<Deployed> {
  const { clock } = journal;
  const { name } = original;
  let alreadyThere: StatusError | undefined;
  for (let refusals = 0; ;) {
    const deadline = new Deadline(clock, 'wait-timeout', original.waitTimeout);
    // Provisioning takes its time, in which others may have deployed: what is compared with, and
    // what a lost answer is told by, has to be the agent as it is now.
    const before = await cloud.agent(name, { deadline });
    if (before === undefined && alreadyThere !== undefined) {
      throw new StepError('agent-name-taken', {}, { cause: alreadyThere });
    }
    const plan = original.against(before, buildId);
    Object.assign(record, agentFacts(plan));
    try {
      const answer =
        before === undefined
          ? await create(cloud, clock, plan, deadline)
          : await update(cloud, clock, plan, before, deadline);
      return await account(cloud, journal, remarks, plan, record, before, answer, deadline);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      if (isAlreadyThere(error) && before === undefined) {
        alreadyThere = error;
        journal.log.info('The agent has come into being since it was looked for; updating it.');
      } else if (error.status === 409) {
        refusals++;
        const told = `The deploy of \`${name}\` was refused (409), as a set that it binds is not ready (any more); waiting for the sets again.`;
        if (refusals === 1) journal.notice(told);
        else journal.log.info(told);
        await awaitAgain(error, before, refusals);
      } else {
        throw error;
      }
    }
  }

  async function awaitAgain(
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

/** Seconds; the platform's default. */
const defaultSessionLimit = 7200;

/** What an agent will be by a plan, as far as its account tells it. */
export function agentFacts({
  settings,
  before,
  changes,
  hidden,
  newDeployment,
  runsNewBuild,
}: AgentPlan): Pick<
  AgentRecord,
  'image' | 'buildId' | 'sessionLimit' | 'minAgents' | 'changes' | 'hidden' | 'newDeployment'
> {
  const isImageGiven =
    settings.image !== undefined || settings.buildId !== undefined || runsNewBuild;
  return {
    image: isImageGiven ? settings.image : before?.settings.image,
    buildId: isImageGiven ? settings.buildId : before?.settings.buildId,
    sessionLimit:
      settings.maxSessionDuration ?? before?.settings.maxSessionDuration ?? defaultSessionLimit,
    minAgents: settings.minAgents ?? before?.settings.minAgents ?? 0,
    changes,
    hidden,
    newDeployment,
  };
}

/** The code of this refusal is one that many have, so its words have to tell. */
function isAlreadyThere({ status, platformMessage }: StatusError): boolean {
  return (
    (status === 400 || status === 409) && /service already exists/i.test(platformMessage ?? '')
  );
}

/** Milliseconds; a look for what a lost request did is worth that much when the time is up, too. */
const lostLookLimit = 10_000;

function lookForLost(cloud: PipecatCloud, clock: Clock, name: string): Promise<Agent | undefined> {
  const deadline = new Deadline(clock, 'wait-timeout', lostLookLimit);
  return cloud.agent(name, { attempts: 2, deadline });
}

function create(
  cloud: PipecatCloud,
  clock: Clock,
  plan: AgentPlan,
  deadline: Deadline,
): Promise<Agent> {
  const { name, region, settings } = plan;
  return cloud.createAgent(name, region, settings, {
    deadline,
    findLost: async () => {
      const agent = await lookForLost(cloud, clock, name);
      return agent && isAsWanted(agent, plan) ? agent : undefined;
    },
  });
}

function update(
  cloud: PipecatCloud,
  clock: Clock,
  plan: AgentPlan,
  before: Agent,
  deadline: Deadline,
): Promise<Agent> {
  const { name, settings, forces } = plan;
  return cloud.updateAgent(name, settings, forces, {
    deadline,
    findLost: async () => {
      const agent = await lookForLost(cloud, clock, name);
      const isNew =
        agent?.desiredDeploymentId !== undefined &&
        agent.desiredDeploymentId !== before.desiredDeploymentId;
      return isNew && isAsWanted(agent, plan) ? agent : undefined;
    },
  });
}

function isAsWanted(agent: Agent, { settings }: AgentPlan): boolean {
  return settingChanges(agent.settings, settings).length === 0;
}

function bindsAnotherSet({ changes }: AgentPlan): boolean {
  return changes.some(({ setting }) => setting === 'secret-set');
}

/** Takes the answer into the account, and says what a person should know of it. */
async function account(
  cloud: PipecatCloud,
  journal: Journal,
  remarks: Remarks,
  plan: AgentPlan,
  record: AgentRecord,
  before: Agent | undefined,
  answer: Agent,
  deadline: Deadline,
): Promise<Deployed> {
  const previousId = before?.desiredDeploymentId;
  const deploymentId =
    answer.desiredDeploymentId ?? (await cloud.agent(plan.name, { deadline }))?.desiredDeploymentId;
  if (deploymentId === undefined) throw new StepError('deployment-unknown', {});
  const isNew = deploymentId !== previousId;
  record.deploymentId = deploymentId;
  record.outcome =
    before === undefined ? 'created' : isNew || plan.changes.length > 0 ? 'updated' : 'unchanged';
  record.replacesValues =
    isNew && before !== undefined && (plan.valuesChange || bindsAnotherSet(plan));
  journal.log.info(
    isNew
      ? `The agent ${plan.name} in ${plan.region} is ${record.outcome}; its deployment is ${deploymentId}.`
      : `The agent ${plan.name} in ${plan.region} keeps its deployment ${deploymentId}.`,
  );
  const { image, buildId } = plan.settings;
  const isMeant = plan.bindsVersion || buildId !== undefined;
  if (!isNew && isMeant && plan.newDeployment.because === 'nothing-differs') {
    // That is what versions and builds by their context are for, and nothing to warn of.
    const caveat =
      image === undefined ? '' : ' A tag that was pushed again is no difference to the platform.';
    remarks.add(
      'notice',
      plan.name,
      (names) => `Nothing differs for ${names}, so there is no new deployment.${caveat}`,
    );
    return { deploymentId, previousId, deadline };
  }
  if (answer.warning !== undefined) {
    const said = quote(answer.warning);
    remarks.add('warning', plan.name, (names) => `The platform says of ${names}: ${said}`);
  }
  if (!isNew && image !== undefined) {
    if (image.includes('@')) {
      remarks.add(
        'notice',
        plan.name,
        (names) => `\`${image}\` is deployed already, so there is no new deployment of ${names}.`,
      );
    } else {
      remarks.add(
        'warning',
        plan.name,
        (names) =>
          `The platform saw no change in \`${image}\` and made no new deployment of ${names}: it stores the tag, not what the tag points at. Give the image by digest (\`…@sha256:…\`), or set \`force-redeploy: true\`.`,
      );
    }
  }
  if (plan.forceRedeploy === 'never' && plan.valuesChange && !isNew) {
    remarks.add(
      'warning',
      plan.name,
      (names) =>
        `\`force-redeploy: false\`: old values stay with ${names} until a new deployment replaces what runs.`,
    );
  }
  return { deploymentId, previousId, deadline };
}
