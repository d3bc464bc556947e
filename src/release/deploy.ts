import type { Agent } from '../pipecat/answers.js';
import { quote } from '../quote.js';
import type { PipecatCloud } from '../pipecat/client.js';
import { StatusError } from '../pipecat/errors.js';
import { backoffDelay, defaultBackoff } from '../time/backoff.js';
import { Deadline, type TimeBudget } from '../time/deadline.js';
import { settingChanges } from './agent-changes.js';
import { AgentNameTakenError, NoDeploymentError } from './errors.js';
import type { Journal } from './journal.js';
import type { AgentPlan } from './plan.js';
import type { AgentRecord } from './record.js';

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
 * @param awaitBoundSets waits until the sets that the agent binds are ready again: the platform
 *   refuses the deploy where another pipeline has written one in the meantime
 */
export async function deploy(
  cloud: PipecatCloud,
  journal: Journal,
  plan: AgentPlan,
  record: AgentRecord,
  budget: TimeBudget,
  awaitBoundSets: (before: Agent | undefined, deadline: Deadline) => Promise<void>,
): Promise<Deployed> {
  const { clock } = journal;
  let before = plan.before;
  for (let refusals = 0; ;) {
    const deadline = new Deadline(clock, 'wait-timeout', plan.waitTimeout);
    try {
      const answer =
        before === undefined
          ? await create(cloud, plan, deadline)
          : await update(cloud, journal, plan, before, deadline);
      return await account(cloud, journal, plan, record, before, answer, deadline);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      if (isAlreadyThere(error) && before === undefined) {
        before = await cloud.agent(plan.name, { deadline });
        if (before === undefined) throw new AgentNameTakenError({ cause: error });
        journal.log.info('The agent has come into being since it was looked for; updating it.');
      } else if (error.status === 409) {
        refusals++;
        journal.notice(
          `The deploy of ${plan.name} was refused (409), as a set that it binds is not ready (any more); waiting for the sets again.`,
        );
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
        refusal.outOfTime = deadline;
        throw refusal;
      }
      await clock.sleep(delay);
      await awaitBoundSets(before, deadline);
    });
  }
}

/** The code of this refusal is one that many have, so its words have to tell. */
function isAlreadyThere({ status, platformMessage }: StatusError): boolean {
  return (
    (status === 400 || status === 409) && /service already exists/i.test(platformMessage ?? '')
  );
}

function create(cloud: PipecatCloud, plan: AgentPlan, deadline: Deadline): Promise<Agent> {
  const { name, region, settings } = plan;
  return cloud.createAgent(name, region, settings, {
    deadline,
    findLost: async () => {
      const agent = await cloud.agent(name, { deadline });
      return agent && isAsWanted(agent, plan) ? agent : undefined;
    },
  });
}

function update(
  cloud: PipecatCloud,
  journal: Journal,
  plan: AgentPlan,
  before: Agent,
  deadline: Deadline,
): Promise<Agent> {
  const { name, settings, forceRedeploy, valuesChange } = plan;
  if (forceRedeploy === 'never' && valuesChange) {
    journal.warning(
      `\`force-redeploy: false\`: ${name} keeps the old values in running instances until a new deployment replaces them, while new instances start with the new ones.`,
    );
  }
  const force = forceRedeploy === 'always' || (forceRedeploy === 'auto' && valuesChange);
  return cloud.updateAgent(name, settings, force, {
    deadline,
    findLost: async () => {
      const agent = await cloud.agent(name, { deadline });
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

/** Takes the answer into the account, and says what a person should know of it. */
async function account(
  cloud: PipecatCloud,
  journal: Journal,
  plan: AgentPlan,
  record: AgentRecord,
  before: Agent | undefined,
  answer: Agent,
  deadline: Deadline,
): Promise<Deployed> {
  const previousId = before?.desiredDeploymentId;
  const deploymentId =
    answer.desiredDeploymentId ?? (await cloud.agent(plan.name, { deadline }))?.desiredDeploymentId;
  if (deploymentId === undefined) throw new NoDeploymentError();
  const isNew = deploymentId !== previousId;
  const changes = before === undefined ? [] : settingChanges(before.settings, plan.settings);
  record.deploymentId = deploymentId;
  record.outcome =
    before === undefined ? 'created' : isNew || changes.length > 0 ? 'updated' : 'unchanged';
  record.replacesValues = isNew && before !== undefined && plan.valuesChange;
  journal.log.info(
    isNew
      ? `The agent ${plan.name} in ${plan.region} is ${record.outcome}; its deployment is ${deploymentId}.`
      : `The agent ${plan.name} in ${plan.region} keeps its deployment ${deploymentId}.`,
  );
  if (answer.warning !== undefined) {
    journal.warning(`The platform says of \`${plan.name}\`: ${quote(answer.warning)}`);
  }
  const { image } = plan.settings;
  if (!isNew && image !== undefined && !image.includes('@')) {
    journal.warning(
      `The platform saw no change in \`${image}\` and kept the deployment of ${plan.name}: it stores the tag, not what the tag points at. Give the image by digest (\`…@sha256:…\`), or set \`force-redeploy: true\`.`,
    );
  }
  return { deploymentId, previousId, deadline };
}
