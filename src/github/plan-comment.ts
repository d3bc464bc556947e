import { createHash } from 'node:crypto';
import type { Journal } from '../record/journal.js';
import { orWarn, withRepository, type ConnectionOptions } from './connect.js';
import { pullRequestNumber, type WorkflowEvent } from './event.js';
import type { OwnComment, Repository } from './repository.js';
import type { GitHubSettings } from './settings.js';

/** The beginning of every comment with a plan. */
const prefix = '<!-- pipecat-cloud-release: plan ';

/** The second line of a comment: which step and run its plan comes from. */
const originLine = /^<!-- pipecat-cloud-release: from ([0-9a-f]{16}) in run (\d+)( closed)? -->$/;

/** What the comment with a plan needs. */
export interface PlanComment {
  readonly event: () => Promise<WorkflowEvent>;
  /** Whether the inputs have mistakes, so they may not identify the plan. */
  readonly isOfInvalidInputs: boolean;
  /** The runner masks secrets in the log, but not in comments, so this text has none. */
  readonly text: () => Promise<string>;
}

/** Shows a plan, even a failed one, on the pull request. */
export async function commentOnPlan(
  journal: Journal,
  settings: GitHubSettings,
  options: ConnectionOptions,
  comment: PlanComment,
): Promise<void> {
  const { kind } = journal.record;
  if (!settings.comments || (kind !== 'plan' && kind !== 'offline-check')) return;
  if (kind === 'offline-check') {
    journal.log.info('The comment on the pull request is unchanged, because there is no plan.');
    return;
  }
  const pullRequest = pullRequestNumber(await comment.event());
  if (pullRequest === undefined) {
    journal.log.info('The run is not for a pull request, so the plan is not in a comment.');
    return;
  }
  const work = withRepository(settings, options, async (repository) => {
    const { outcome, closed } = await keepPlanComment(repository, settings, pullRequest, comment);
    journal.log.info(`The comment with the plan on the pull request is ${outcome}.`);
    if (closed > 0) {
      const what = closed === 1 ? 'the comment of a plan' : `the comments of ${closed} plans`;
      journal.log.info(`Closed ${what} that this step no longer makes.`);
    }
  });
  await orWarn(journal, 'The plan is not in a comment', work);
}

/**
 * Keeps one comment per plan, and closes the comments of plans that the same step no longer makes. Leaves
 * comments of the same run alone, because the steps of a matrix have the same name.
 */
async function keepPlanComment(
  repository: Repository,
  { commentKey, commentOrigin, runId, runUrl }: GitHubSettings,
  pullRequest: number,
  { text, isOfInvalidInputs }: PlanComment,
): Promise<{ readonly outcome: 'created' | 'updated' | 'unchanged'; readonly closed: number }> {
  const shown = await text();
  const origin = digest(commentOrigin);
  const own = (await repository.ownComments(pullRequest, prefix)).map(parsed);
  const ownMarker = `${prefix}${digest(commentKey)} -->`;
  const sameOrigin = own.filter((comment) => comment.origin === origin);
  const only = sameOrigin.length === 1 ? sameOrigin[0] : undefined;
  const existing =
    own.find(({ marker }) => marker === ownMarker) ?? (isOfInvalidInputs ? only : undefined);
  const lines = (marker: string, state: string): string =>
    `${marker}\n<!-- pipecat-cloud-release: from ${origin} in run ${runNumber(runId)}${state} -->\n`;
  const outcome = await repository.putComment(
    pullRequest,
    existing,
    `${lines(existing?.marker ?? ownMarker, '')}${shown}`,
  );
  if (isOfInvalidInputs) return { outcome, closed: 0 };
  // After an earlier run of this plan, plans that were made together with it then may still follow.
  const since = existing === undefined || existing.isClosed ? runNumber(runId) : existing.run;
  const outdated = sameOrigin.filter(
    (comment) => comment !== existing && !comment.isClosed && comment.run < since,
  );
  let closed = 0;
  for (const comment of outdated) {
    // Another job of this run may have updated it since.
    if ((await repository.commentBody(comment.id)) !== comment.body) continue;
    const closing = `${lines(comment.marker, ' closed')}${closingText(comment.text, runUrl)}`;
    await repository.putComment(pullRequest, comment, closing);
    closed++;
  }
  return { outcome, closed };
}

/** Reads what a comment says about its plan; `text` is the visible part. */
function parsed(comment: OwnComment) {
  const [marker = '', second = '', ...others] = comment.body.replace(/\r\n?/g, '\n').split('\n');
  const [, origin, run, closed] = originLine.exec(second) ?? [];
  const text = (origin === undefined ? [second, ...others] : others).join('\n');
  return {
    ...comment,
    marker,
    origin,
    run: Number(run ?? 0),
    isClosed: closed !== undefined,
    text,
  };
}

/** Says that a plan is out of date, with the plan collapsed. */
function closingText(text: string, runUrl: string): string {
  const closed = `**This plan is closed.** [The latest run](${runUrl}) no longer makes it.`;
  return `${closed}\n\n<details><summary>The last plan</summary>\n\n${text}\n</details>\n`;
}

function runNumber(id: string): number {
  return /^\d{1,15}$/.test(id) ? Number(id) : 0;
}

/** Identifies a text in a comment without showing it. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
