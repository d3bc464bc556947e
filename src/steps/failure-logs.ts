import type { AgentLogs } from '../pipecat/client.js';
import { CallError } from '../pipecat/errors.js';
import type { AgentRecord } from '../record/record.js';
import { CancelledError } from '../time/cancellation.js';
import { Deadline } from '../time/deadline.js';
import type { StepContext } from './context.js';

/** How many of the last lines are shown. */
const logTail = 40;

const noLogs: AgentLogs = { lines: [], isExecFormatError: false };

/** Milliseconds; the lines are not worth more of a failed release's time. */
const logsLimit = 10_000;

/**
 * The last lines of a deployment, or of one session; undefined if they may not be shown. They are a
 * help: if they cannot be read, the failure itself still has to be reported.
 */
export async function failureLogs(
  { cloud, journal, wantsFailureLogs }: StepContext,
  { name, region }: AgentRecord,
  of: { readonly deploymentId: string } | { readonly sessionId: string },
): Promise<AgentLogs | undefined> {
  const { clock } = journal;
  if (!(await wantsFailureLogs())) return undefined;
  try {
    const logs = await cloud.agentLogs(name, of, logTail, {
      attempts: 2,
      deadline: new Deadline(clock, 'failure-logs', logsLimit),
    });
    if (logs.lines.length === 0) {
      const whose = 'sessionId' in of ? 'session' : 'deployment';
      journal.remark(
        `The platform has no log lines of this ${whose} of \`${name}\`: it wrote none, or the region \`${region}\` does not keep logs.`,
      );
    }
    return logs;
  } catch (error) {
    // What has failed is told in a run that is cancelled, too; its lines are not waited for.
    if (error instanceof CancelledError) return noLogs;
    if (!(error instanceof CallError)) throw error;
    const mayBeUnkept =
      error.kind === 'request-refused' ? ` The region \`${region}\` may not keep logs.` : '';
    journal.remark(
      `The logs of \`${name}\` could not be read, because ${error.reason}.${mayBeUnkept}`,
    );
    return noLogs;
  }
}
