import type { AgentLogs } from '../pipecat/client.js';
import { CallError } from '../pipecat/errors.js';
import type { AgentRecord } from '../record/record.js';
import { CancelledError } from '../time/cancellation.js';
import { Deadline } from '../time/deadline.js';
import type { StepContext } from './context.js';

/** Number of last lines to show. */
const logTail = 40;

const noLogs: AgentLogs = { lines: [], isExecFormatError: false };

/** Milliseconds; a failed release should not wait longer for log lines. */
const logsLimit = 10_000;

/**
 * The last log lines of a deployment or a session; undefined if they must not be shown. If they cannot be
 * read, the failure is reported without them.
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
    // A cancelled run also reports the failure, but does not wait for the lines.
    if (error instanceof CancelledError) return noLogs;
    if (!(error instanceof CallError)) throw error;
    const mayBeUnkept =
      error.kind === 'request-refused' ? ` The region \`${region}\` may not keep logs.` : '';
    journal.remark(
      `Could not read the logs of \`${name}\`, because ${error.reason}.${mayBeUnkept}`,
    );
    return noLogs;
  }
}
