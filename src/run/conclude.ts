import { commentOnPlan } from '../github/plan-comment.js';
import { commentOnPreview } from '../github/preview-comment.js';
import type { Environment } from '../inputs/raw-inputs.js';
import { explain, type Explanation } from '../report/explain.js';
import { report } from '../report/report.js';
import { commentOf, type Commit } from '../report/summary.js';
import { CancelledError } from '../time/cancellation.js';
import type { Session } from './session.js';

/**
 * Ends a run: explains what failed, comments on the pull request, and writes the report.
 *
 * @returns whether the run succeeded
 */
export async function conclude(session: Session, failures: readonly unknown[]): Promise<boolean> {
  const { host, journal, cancellation } = session;
  const explanations = await explainAll(session, failures);
  await comment(session, explanations);
  if (failures.length === 0) noticeLateCancellation(session);
  const commit = linkedCommit(host.environment, await session.commit());
  await report(host.actions, journal.record, explanations, { now: journal.clock.now(), commit });
  return failures.length === 0 && !cancellation.isCancelled;
}

/** A commit and its page; undefined if the runner does not name a commit. */
function linkedCommit(environment: Environment, id: string): Commit | undefined {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = environment;
  const base = `${server ?? 'https://github.com'}/${repository ?? ''}`;
  const url = `${base}/commit/${id}`;
  const isCommit = /^https?:\/\/[\w.:-]+\/[\w.-]+\/[\w.-]+\/commit\/[0-9a-f]{40,64}$/.test(url);
  const { GITHUB_RUN_ID: runId = '' } = environment;
  const runUrl = /^\d+$/.test(runId) ? `${base}/actions/runs/${runId}` : undefined;
  return isCommit ? { id, url, runUrl } : undefined;
}

async function explainAll(
  { host, journal, inputs, redact, wantsFailureLogs }: Session,
  failures: readonly unknown[],
): Promise<Explanation[]> {
  if (failures.length === 0) return [];
  journal.close();
  const context = {
    record: journal.record,
    showsAgentOutput: await wantsFailureLogs(),
    showsBuildOutput: (inputs?.failureLogs ?? 'never') !== 'never',
    redact,
  };
  const all = withCancellation(failures, host.cancellation);
  for (const failure of all) host.actions.debug(redact(stackOf(failure)));
  return all.map((failure) => explain(failure, context));
}

/** A cancellation ends everything at the same time, so it is reported once, and first. */
function withCancellation(
  failures: readonly unknown[],
  { aborted, reason }: AbortSignal,
): unknown[] {
  const others = failures.filter((failure) => !(failure instanceof CancelledError));
  return aborted ? [reason, ...others] : others;
}

/**
 * A cancelled plan does not wait for its comment; the next plan creates one. A preview may have changed by
 * then, so its comment is updated if there is time.
 */
async function comment(session: Session, explanations: readonly Explanation[]): Promise<void> {
  const { host, journal, inputs, outline, cancellation, redact, event, commit } = session;
  const { github } = outline ?? {};
  if (github === undefined) return;
  const text = async (): Promise<string> => {
    const written = commentOf(journal.record, explanations, github.runUrl, await commit());
    return redact(written, { most: Infinity });
  };
  if (!cancellation.isCancelled) {
    await commentOnPlan(journal, github, session.gitHubOptions(host.cancellation), {
      event,
      isOfInvalidInputs: inputs === undefined,
      text,
    });
  }
  const { previewOf: pullRequest } = session;
  if (pullRequest === undefined) return;
  const preview = { pullRequest, hasFailed: explanations.length > 0, text };
  await commentOnPreview(journal, github, session.lateGitHubOptions(), preview);
}

function noticeLateCancellation({ journal, cancellation }: Session): void {
  if (!cancellation.isCancelled) return;
  journal.notice(
    journal.record.kind === 'teardown'
      ? 'The run was cancelled after everything had been deleted.'
      : journal.record.kind === 'release'
        ? 'The run was cancelled after everything had been released.'
        : 'The run was cancelled after the plan was made. The comment on the pull request may be missing.',
  );
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return 'Something was thrown that is not an error.';
  const cause = error.cause === undefined ? '' : `\nCaused by: ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
