import { CancelledError } from '../time/cancellation.js';
import type { Agent } from '../pipecat/answers.js';
import type { Deployed } from './deploy.js';
import { isStepFailure, StepError } from '../record/errors.js';
import { graceLimit, poll, WaitTimeoutError } from './polling.js';
import { failureLogs } from './failure-logs.js';
import { Progress } from './progress.js';
import type { AgentRecord } from '../record/record.js';
import {
  continueHistory,
  historyBefore,
  judge,
  previousServes,
  type Judgment,
} from '../pipecat/rollout-judgment.js';
import type { StepContext } from './context.js';

/**
 * Waits until this deployment is serving.
 *
 * @throws StepError (`rollout-failed`, `wait-timeout`, `superseded`, `agent-gone`,
 *   `agent-missing`) or a CallError
 */
export async function awaitRollout(
  context: StepContext,
  record: AgentRecord,
  { deploymentId, previousId, before, deadline }: Deployed,
): Promise<void> {
  const { cloud, journal } = context;
  const { clock, log } = journal;
  const { name } = record;
  const progress = new Progress(journal, `${name}: `);
  let lastAgent: Agent | undefined;
  let lastSeen = 'no status check of the agent succeeded';
  let infrastructureIssue = false;
  let history = historyBefore(before);

  const checkStatus = async (): Promise<
    { done: Exclude<Judgment, { state: 'waiting' }> } | undefined
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
    const judgment = judge(agent, deploymentId, previousId, { history, now });
    if (judgment.state !== 'waiting') return { done: judgment };
    if (judgment.infrastructureIssue && !infrastructureIssue) {
      journal.warning(
        `The platform reports an infrastructure problem with ${name}. If it persists, contact the platform's support.`,
      );
    }
    infrastructureIssue = judgment.infrastructureIssue;
    lastSeen = judgment.words;
    progress.update(judgment.words);
    return undefined;
  };

  try {
    const judgment = await poll(checkStatus, { clock, deadline, progress });
    if (judgment.state === 'superseded') {
      throw new StepError('superseded', { deploymentId, supersededBy: judgment.by });
    }
    if (judgment.state === 'failed') {
      record.previousServes = judgment.failure.previousServes;
      const logs = await failureLogs(context, record, { deploymentId });
      const isExecFormatError =
        judgment.failure.isExecFormatError || logs?.isExecFormatError === true;
      throw new StepError('rollout-failed', {
        deploymentId,
        logs: logs?.lines,
        failure: { ...judgment.failure, isExecFormatError },
      });
    }
  } catch (error) {
    // The platform continues the rollout even if the run is cancelled.
    if (error instanceof CancelledError) throw error;
    record.outcome = isStepFailure(error, 'superseded') ? 'superseded' : 'failed';
    if (!(error instanceof WaitTimeoutError)) throw error;
    const seen = {
      lastSeen,
      lastSeenFor: progress.unchangedFor,
      infrastructureIssue,
      previousServes:
        lastAgent !== undefined && previousServes(lastAgent, deploymentId, previousId),
    };
    record.previousServes = seen.previousServes;
    const logs = await failureLogs(context, record, { deploymentId });
    const facts = { deploymentId, logs: logs?.lines, deadline, ...seen };
    throw new StepError('wait-timeout', facts, { cause: error.cause });
  }
  record.ready = true;
  record.readyAt = clock.wallTime();
  log.info(
    `Deployment ${deploymentId} of ${name} is serving after ${(progress.elapsed / 1000).toFixed(1)} s.`,
  );
}
