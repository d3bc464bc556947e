import { CallError } from '../pipecat/errors.js';
import type { SessionCount } from '../pipecat/sessions.js';
import { StepError } from '../record/errors.js';
import {
  hasNewDeployment,
  type AgentRecord,
  type SessionsOnOlder,
  type TargetRecord,
} from '../record/record.js';
import { CancelledError } from '../time/cancellation.js';
import { Deadline } from '../time/deadline.js';
import { pollingDelay } from '../time/polling-delay.js';
import type { StepContext } from './context.js';
import { poll, type PollResult } from './polling.js';
import { Progress } from './progress.js';
import { agentSubject, workOn } from './subjects.js';

/** Milliseconds to count the sessions if the run does not wait for them. */
const countLimit = 10_000;
/** Milliseconds between two counts at most. */
const longestStep = 30_000;

/**
 * Counts the sessions on older deployments and, with `wait-for-drain`, waits until there are none. The
 * release itself is complete by then.
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
  const counted = agents.filter(
    (agent) => !awaited.includes(agent) && agent.outcome === 'updated' && hasNewDeployment(agent),
  );
  await Promise.all(counted.map((agent) => countOnce(context, agent)));
  const { journal } = context;
  await journal.stepForEach('drain', awaited, (agent) =>
    workOn(journal, 'drain', agentSubject(agent), () =>
      drain(context, agent, agent.plan.drainTimeout ?? 0),
    ),
  );
}

/** The count is only information, so a failure does not fail the release. */
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
    // Everything was released, so the report says that the cancellation came too late.
    if (error instanceof CancelledError) return;
    if (!(error instanceof CallError)) throw error;
    log.info(`Could not count the sessions of ${agent.name}, because ${error.reason}.`);
  }
}

async function drain(
  { cloud, sessions, journal }: StepContext,
  agent: AgentRecord,
  limit: number,
): Promise<void> {
  const { name } = agent;
  const { clock, log } = journal;
  const deadline = new Deadline(clock, 'drain-timeout', limit);
  const progress = new Progress(journal, `${name}: `);
  /** Deployments that other releases have made since. */
  const newer = new Set<string>();

  const checkStatus = async (): Promise<PollResult<true>> => {
    const count = await sessions.reading.count(name, { deadline, attempts: 1 });
    const older = olderThan(agent.deploymentId, count, newer);
    agent.sessionsOnOlder = older ?? null;
    if (older?.count === 0 && !older.isCut) return { done: true };
    const desired = (await cloud.agent(name, { deadline, attempts: 1 }))?.desiredDeploymentId;
    if (desired !== undefined && desired !== agent.deploymentId) newer.add(desired);
    return older === undefined
      ? 'the platform does not show which deployments the sessions run on'
      : `sessions on older deployments: ${sessionsWords(older)}`;
  };
  const onTimeout = (cause: unknown): never => {
    const left = agent.sessionsOnOlder ?? undefined;
    throw new StepError('drain-timeout', { left, deadline }, { cause });
  };

  const step = (elapsed: number): number =>
    pollingDelay(elapsed, () => clock.random(), longestStep);
  await poll(checkStatus, { clock, deadline, progress, onTimeout, step });
  log.info(`No session of ${name} is running on an older deployment.`);
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
