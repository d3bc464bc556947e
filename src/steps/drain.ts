import { CallError } from '../pipecat/errors.js';
import type { SessionCount } from '../pipecat/sessions.js';
import { withSubject, forEach, StepError } from '../record/errors.js';
import type { AgentRecord, SessionsOnOlder, TargetRecord } from '../record/record.js';
import { CancelledError } from '../time/cancellation.js';
import { Deadline } from '../time/deadline.js';
import { pollingDelay } from '../time/polling-delay.js';
import type { StepContext } from './context.js';
import { poll, WaitTimeoutError, type PollResult } from './polling.js';
import { Progress } from './progress.js';

/** Milliseconds that counting the sessions may take if nobody waits for them. */
const countLimit = 10_000;
/** Milliseconds between two counts in a wait of an hour. */
const longestStep = 30_000;

/**
 * Counts the sessions that still run on older deployments and, if asked, waits until there are none.
 * The release itself is done by then.
 *
 * @throws ReleaseError with a `drain-timeout` for each agent
 */
export async function drainAll(
  context: StepContext,
  targets: readonly TargetRecord[],
): Promise<void> {
  const agents = targets.flatMap(({ agent }) =>
    agent?.ready === true && agent.outcome !== 'created' ? [agent] : [],
  );
  const awaited = agents.filter(({ plan }) => plan.drainTimeout !== undefined);
  const counted = agents.filter((agent) => !awaited.includes(agent) && hasNewDeployment(agent));
  await Promise.all(counted.map((agent) => countOnce(context, agent)));
  if (awaited.length === 0) return;
  await context.journal.step('drain', () =>
    forEach(awaited, (agent) =>
      context.journal.span(agent.region, `drain ${agent.name}`, () =>
        withSubject({ kind: 'agent', name: agent.name, region: agent.region }, () =>
          drain(context, agent, agent.plan.drainTimeout ?? 0),
        ),
      ),
    ),
  );
}

function hasNewDeployment({ outcome, deploymentId, plan }: AgentRecord): boolean {
  return outcome === 'updated' && deploymentId !== plan.before?.desiredDeploymentId;
}

/** The count is a help: if it cannot be had, the release is as good as ever. */
async function countOnce(
  { sessions, journal: { clock, log } }: StepContext,
  agent: AgentRecord,
): Promise<void> {
  try {
    const deadline = new Deadline(clock, 'drain-timeout', countLimit);
    const count = await sessions.reading.count(agent.name, { deadline, attempts: 2 });
    const older = olderThan(agent.deploymentId, count);
    if (older === undefined) return;
    agent.sessionsOnOlder = older;
    log.info(`Sessions of ${agent.name} on older deployments: ${sessionsWords(older)}.`);
  } catch (error) {
    // Everything is released, so a cancellation is reported as one that came late.
    if (error instanceof CancelledError) return;
    if (!(error instanceof CallError)) throw error;
    log.info(`The sessions of ${agent.name} could not be counted, because ${error.reason}.`);
  }
}

async function drain(
  { cloud, sessions, journal: { clock, log } }: StepContext,
  agent: AgentRecord,
  limit: number,
): Promise<void> {
  const { name } = agent;
  const deadline = new Deadline(clock, 'drain-timeout', limit);
  const progress = new Progress(clock, (message) => {
    log.info(`${name}: ${message}`);
  });
  /** Deployments that others have made since. */
  const newer = new Set<string>();

  const look = async (): Promise<PollResult<true>> => {
    const count = await sessions.reading.count(name, { deadline, attempts: 1 });
    const older = olderThan(agent.deploymentId, count, newer);
    agent.sessionsOnOlder = older ?? null;
    if (older?.count === 0 && !older.isCut) return { done: true };
    const desired = (await cloud.agent(name, { deadline, attempts: 1 }))?.desiredDeploymentId;
    if (desired !== undefined && desired !== agent.deploymentId) newer.add(desired);
    progress.update(
      older === undefined
        ? 'the platform does not show which deployments the sessions run on'
        : `sessions on older deployments: ${sessionsWords(older)}`,
    );
    return undefined;
  };

  const step = (elapsed: number): number =>
    pollingDelay(elapsed, () => clock.random(), longestStep);
  try {
    await poll(look, { clock, deadline, progress, step });
  } catch (error) {
    if (!(error instanceof WaitTimeoutError)) throw error;
    const left = agent.sessionsOnOlder ?? undefined;
    throw new StepError('drain-timeout', { left, deadline }, { cause: error.cause });
  }
  log.info(`No session of ${name} runs on an older deployment.`);
}

/** Undefined if a session does not show its deployment. */
function olderThan(
  deploymentId: string | null,
  { byDeployment, isCut }: SessionCount,
  newer: ReadonlySet<string> = new Set(),
): SessionsOnOlder | undefined {
  let count = 0;
  for (const [id, running] of byDeployment) {
    if (id === undefined) return undefined;
    if (id !== deploymentId && !newer.has(id)) count += running;
  }
  return { count, isCut };
}

function sessionsWords({ count, isCut }: SessionsOnOlder): string {
  return `${isCut ? 'at least ' : ''}${count}`;
}
