import type { Agent } from '../pipecat/answers.js';
import { quote } from '../text/quote.js';
import { StatusError } from '../pipecat/errors.js';
import { backoffDelay, defaultBackoff } from '../time/backoff.js';
import { Deadline, type TimeBudget } from '../time/deadline.js';
import { pollingDelay } from '../time/polling-delay.js';
import { compareSettings } from '../plan/agent-changes.js';
import { StepError } from '../record/errors.js';
import type { AgentPlan } from '../plan/plan.js';
import type { Journal } from '../record/journal.js';
import {
  existingSet,
  hasNewDeployment,
  type AgentRecord,
  type AgentTargetRecord,
  type SecretSetRecord,
} from '../record/record.js';
import type { StepContext } from './context.js';
import { graceLimit } from './polling.js';
import { awaitSecretSets } from './readiness.js';

/** The result of a deploy. */
export interface Deployed {
  readonly deploymentId: string;
  /** The time limit from this deploy on. */
  readonly deadline: Deadline;
}

/**
 * Creates or updates the agent, and returns the deployment to wait for.
 *
 * @param budget the remaining time for the secret sets
 */
export async function deploy(
  context: StepContext,
  { agent: record, secretSets, build }: AgentTargetRecord,
  budget: TimeBudget,
): Promise<Deployed> {
  const { cloud, journal } = context;
  const { clock } = journal;
  const { name, plan: original } = record;
  let existsError: StatusError | undefined;
  for (let refusals = 0; ;) {
    const deadline = new Deadline(clock, 'wait-timeout', original.waitTimeout);
    // Others may have deployed during provisioning, so plan again for the agent as it is now.
    const before = await cloud.agent(name, { deadline });
    if (before === undefined && existsError !== undefined) {
      throw new StepError('agent-name-taken', {}, { cause: existsError });
    }
    const plan = original.replan(before, build?.id ?? undefined);
    record.plan = plan;
    try {
      const { region, settings, forces } = plan;
      const options = { deadline, findLostResult: () => findLostResult(context, plan) };
      const answer =
        before === undefined
          ? await cloud.createAgent(name, region, settings, options)
          : await cloud.updateAgent(name, settings, forces, options);
      record.isChanged = true;
      const deploymentId = await deploymentOf(context, plan, answer, deadline);
      recordDeployment(record, deploymentId);
      journal.log.info(
        hasNewDeployment(record)
          ? `Started deployment ${deploymentId} of agent ${name} in ${region}.`
          : `Agent ${name} in ${region} keeps its deployment ${deploymentId}.`,
      );
      remark(journal, record, answer);
      return { deploymentId, deadline };
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      if (isAlreadyExistsError(error) && before === undefined) {
        existsError = error;
        journal.log.info(`Somebody else created the agent ${name}. Updating it instead.`);
      } else if (error.status === 409) {
        const attempt = ++refusals;
        const message = `The platform refused to deploy \`${name}\` (409), because a set that it binds is not ready. Waiting for the sets again.`;
        if (attempt === 1) journal.notice(message);
        else journal.log.info(message);
        await budget.spend(async (setsDeadline) => {
          // The sets may already look ready, so a pause keeps the deploys from following each other at once.
          const delay = backoffDelay(defaultBackoff, attempt, () => clock.random());
          if (setsDeadline.remaining() <= delay) {
            const facts = { refusal: error, deadline: setsDeadline };
            throw new StepError('secret-set-not-ready', facts, { cause: error });
          }
          await clock.sleep(delay);
          await awaitSecretSets(context, boundSets(plan, before, secretSets), setsDeadline);
        });
      } else {
        throw error;
      }
    }
  }
}

/** The sets that a deploy binds: those of the plan, else those that the agent already binds. */
function boundSets(
  { settings, region }: AgentPlan,
  before: Agent | undefined,
  planned: readonly SecretSetRecord[],
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

/**
 * The deployment that a deploy made. If the response names none, or the previous one although a new one
 * must follow, the agent shows it soon.
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
  // A response with the previous deployment means that there is no new one.
  const isNamed = answer.desiredDeploymentId !== undefined;
  if (shown === undefined || (shown === outdated && !isNamed)) {
    throw new StepError('deployment-unknown', {});
  }
  return shown;
}

/** Many refusals share the code of this one, so only its message identifies it. */
function isAlreadyExistsError(error: StatusError): boolean {
  return [400, 409].includes(error.status) && error.says(/service already exists/i);
}

/** Milliseconds to find out what a request without a response did, even after the time limit. */
const lostResponseLimit = 10_000;

/** The agent, if a deploy without a response did what the plan says. */
async function findLostResult(
  { cloud, journal: { clock } }: StepContext,
  { name, before, settings }: AgentPlan,
): Promise<Agent | undefined> {
  const deadline = new Deadline(clock, 'wait-timeout', lostResponseLimit);
  const agent = await cloud.agent(name, { attempts: 2, deadline });
  if (agent === undefined) return undefined;
  if (compareSettings(agent.settings, settings).changes.length > 0) return undefined;
  const { desiredDeploymentId: id } = agent;
  const isNew = before === undefined || (id !== undefined && id !== before.desiredDeploymentId);
  return isNew ? agent : undefined;
}

/** Records the result of the deploy. */
function recordDeployment(record: AgentRecord, deploymentId: string): void {
  const { plan } = record;
  record.deploymentId = deploymentId;
  const isUpdate = plan.before !== undefined;
  const isNew = hasNewDeployment(record);
  record.outcome = !isUpdate
    ? 'created'
    : isNew || plan.changes.length > 0
      ? 'updated'
      : 'unchanged';
  record.replacesValues =
    isNew &&
    isUpdate &&
    (plan.valuesChange || plan.changes.some(({ setting }) => setting === 'secret-set'));
}

/** Reports what people should know about the response to a deploy. */
function remark(
  { combined }: Journal,
  record: AgentRecord,
  { warning, settings: observed }: Agent,
): void {
  const { plan } = record;
  const { name, action, settings, newDeployment } = plan;
  const { image, buildId } = settings;
  const { websocketAuth } = observed;
  if (action === 'create' && settings.websocketAuth === undefined && websocketAuth) {
    combined.add(
      'remark',
      name,
      (names) => `The platform created ${names} with \`websocket-auth: ${websocketAuth}\`.`,
    );
  }
  const isNew = hasNewDeployment(record);
  const isExpected = plan.bindsVersion || buildId !== undefined;
  if (!isNew && isExpected && newDeployment.because === 'nothing-differs') {
    // Expected with versioned sets and reused builds.
    const caveat =
      image === undefined ? '' : ' The platform does not notice a tag that was pushed again.';
    combined.add(
      'remark',
      name,
      (names) => `Nothing changed for ${names}, so there is no new deployment.${caveat}`,
    );
    return;
  }
  if (warning !== undefined) {
    const said = quote(warning);
    combined.add('warning', name, (names) => `The platform warns about ${names}: ${said}`);
  }
  if (isNew) return;
  if (image?.includes('@') === true) {
    combined.add(
      'remark',
      name,
      (names) => `\`${image}\` is already deployed, so there is no new deployment of ${names}.`,
    );
  } else if (image !== undefined) {
    combined.add(
      'warning',
      name,
      (names) =>
        `The platform made no new deployment of ${names}, because it compares only the tag of \`${image}\`. To deploy what was pushed, set \`pin-image: true\` or \`force-redeploy: true\`, or add a digest (\`@sha256:…\`) to \`image\`.`,
    );
  }
  if (plan.forceRedeploy === 'never' && plan.valuesChange) {
    combined.add(
      'warning',
      name,
      (names) =>
        `${names} keeps the old values until the next deployment, because \`force-redeploy\` is \`false\`.`,
    );
  }
}
