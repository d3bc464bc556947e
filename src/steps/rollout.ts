import { CancelledError } from '../time/cancellation.js';
import type { Agent } from '../pipecat/answers.js';
import type { Deployed } from './deploy.js';
import { isStepFailure, StepError } from '../record/errors.js';
import { graceLimit, poll, type PollResult } from './polling.js';
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
  { deploymentId, deadline }: Deployed,
): Promise<void> {
  const { cloud, journal } = context;
  const { clock, log } = journal;
  const { name, plan } = record;
  const { before } = plan;
  const previousId = before?.desiredDeploymentId;
  const progress = new Progress(journal, `${name}: `);
  let lastAgent: Agent | undefined;
  let infrastructureIssue = false;
  let history = historyBefore(before);

  const checkStatus = async (): Promise<PollResult<Exclude<Judgment, { state: 'waiting' }>>> => {
    const agent = await cloud.agent(name, { deadline, attempts: 1 });
    if (agent === undefined) {
      const isNew = record.outcome === 'created' && lastAgent === undefined;
      if (!isNew) throw new StepError('agent-gone', {});
      if (progress.elapsed >= graceLimit) throw new StepError('agent-missing', {});
      return 'the platform does not show the new agent yet';
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
    return judgment.words;
  };
  const onTimeout = async (cause: unknown): Promise<never> => {
    const seen = {
      lastSeen: progress.state ?? 'no status check of the agent succeeded',
      lastSeenFor: progress.unchangedFor,
      infrastructureIssue,
      previousServes:
        lastAgent !== undefined && previousServes(lastAgent, deploymentId, previousId),
    };
    record.previousServes = seen.previousServes;
    const logs = await failureLogs(context, record, { deploymentId });
    const facts = { deploymentId, logs: logs?.lines, deadline, ...seen };
    throw new StepError('wait-timeout', facts, { cause });
  };

  try {
    const judgment = await poll(checkStatus, { clock, deadline, progress, onTimeout });
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
    throw error;
  }
  record.ready = true;
  record.readyAt = clock.wallTime();
  log.info(
    `Deployment ${deploymentId} of ${name} is serving after ${(progress.elapsed / 1000).toFixed(1)} s.`,
  );
}
