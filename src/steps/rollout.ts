import { CancelledError } from '../time/cancellation.js';
import type { Agent } from '../pipecat/answers.js';
import type { AgentLogs } from '../pipecat/client.js';
import { CallError } from '../pipecat/errors.js';
import { Deadline } from '../time/deadline.js';
import type { Deployed } from './deploy.js';
import { isStepFailure, StepError } from '../record/errors.js';
import { poll, WaitOverError } from './polling.js';
import { Progress } from './progress.js';
import type { AgentRecord } from '../record/record.js';
import {
  continueHistory,
  historyBefore,
  judge,
  previousServes,
  type Judgement,
} from '../pipecat/rollout-judgement.js';
import type { StepContext } from './context.js';
import { graceLimit } from './grace.js';

/** How many of the agent's last lines are shown. */
const logTail = 40;

const noLogs: AgentLogs = { lines: [], isExecFormatError: false };

/** Milliseconds; the lines are not worth more of a failed release's time. */
const logsLimit = 10_000;

/**
 * Waits until this deployment serves.
 *
 * @throws StepError (`rollout-failed`, `wait-timeout`, `superseded`, `agent-gone`,
 *   `agent-missing`) or a CallError
 */
export async function awaitRollout(
  { cloud, journal, wantsFailureLogs }: StepContext,
  record: AgentRecord,
  { deploymentId, previousId, before, deadline }: Deployed,
): Promise<void> {
  const { clock, log } = journal;
  const { name } = record;
  const progress = new Progress(clock, (message) => {
    log.info(`${name}: ${message}`);
  });
  let lastAgent: Agent | undefined;
  let lastSeen = 'no look at the agent was answered';
  let infrastructureIssue = false;
  let history = historyBefore(before);

  const look = async (): Promise<
    { done: Exclude<Judgement, { state: 'waiting' }> } | undefined
  > => {
    const agent = await cloud.agent(name, { deadline, attempts: 1 });
    if (agent === undefined) {
      const isNew = record.outcome === 'created' && lastAgent === undefined;
      if (!isNew) throw new StepError('agent-gone', {});
      if (progress.elapsed >= graceLimit) throw new StepError('agent-missing', {});
      lastSeen = 'the platform does not show the new agent yet';
      progress.update(lastSeen);
      return undefined;
    }
    lastAgent = agent;
    const now = clock.now();
    history = continueHistory(history, agent, deploymentId, now);
    const judgement = judge(agent, deploymentId, previousId, { history, now });
    if (judgement.state !== 'waiting') return { done: judgement };
    if (judgement.infrastructureIssue && !infrastructureIssue) {
      journal.warning(
        `The platform reports a problem of its own infrastructure with ${name}; contact its support if it lasts.`,
      );
    }
    infrastructureIssue = judgement.infrastructureIssue;
    lastSeen = judgement.words;
    progress.update(judgement.words);
    return undefined;
  };

  try {
    const judgement = await poll(look, { clock, deadline, progress });
    if (judgement.state === 'superseded') {
      throw new StepError('superseded', { deploymentId, supersededBy: judgement.by });
    }
    if (judgement.state === 'failed') {
      record.previousServes = judgement.failure.previousServes;
      const logs = await fetchLogs();
      const isExecFormatError =
        judgement.failure.isExecFormatError || logs?.isExecFormatError === true;
      throw new StepError('rollout-failed', {
        deploymentId,
        logs: logs?.lines,
        failure: { ...judgement.failure, isExecFormatError },
      });
    }
  } catch (error) {
    // The platform goes on with the rollout, whoever waits for it.
    if (error instanceof CancelledError) throw error;
    record.outcome = isStepFailure(error, 'superseded') ? 'superseded' : 'failed';
    if (!(error instanceof WaitOverError)) throw error;
    const seen = {
      lastSeen,
      lastSeenFor: progress.unchangedFor,
      infrastructureIssue,
      previousServes:
        lastAgent !== undefined && previousServes(lastAgent, deploymentId, previousId),
    };
    record.previousServes = seen.previousServes;
    const logs = await fetchLogs();
    const facts = { deploymentId, logs: logs?.lines, deadline, ...seen };
    throw new StepError('wait-timeout', facts, { cause: error.cause });
  }
  record.ready = true;
  log.info(
    `The deployment ${deploymentId} of ${name} serves, after ${(progress.elapsed / 1000).toFixed(1)} s.`,
  );

  /** The lines are a help; where they cannot be had, the failure itself still has to be told. */
  async function fetchLogs(): Promise<AgentLogs | undefined> {
    if (!(await wantsFailureLogs())) return undefined;
    try {
      const logs = await cloud.agentLogs(name, deploymentId, logTail, {
        attempts: 2,
        deadline: new Deadline(clock, 'failure-logs', logsLimit),
      });
      if (logs.lines.length === 0) {
        journal.remark(
          `The platform has no log lines of this deployment of \`${name}\`: it wrote none, or the region \`${record.region}\` does not keep logs.`,
        );
      }
      return logs;
    } catch (error) {
      // What has failed is told in a run that is cancelled, too; its lines are not waited for.
      if (error instanceof CancelledError) return noLogs;
      if (!(error instanceof CallError)) throw error;
      const mayBeUnkept =
        error.kind === 'request-refused'
          ? ` The region \`${record.region}\` may not keep logs.`
          : '';
      journal.remark(
        `The logs of \`${name}\` could not be read, because ${error.reason}.${mayBeUnkept}`,
      );
      return noLogs;
    }
  }
}
