import { createHash } from 'node:crypto';
import type { OwnComment, Repository } from './repository.js';
import type { GitHubSettings } from './settings.js';

/** Every comment with a plan begins with this. */
const prefix = '<!-- pipecat-cloud-release: plan ';

/** The second line of a comment: where its plan comes from, and from which run. */
const originLine = /^<!-- pipecat-cloud-release: from ([0-9a-f]{16}) in run (\d+)( closed)? -->$/;

/** The text of a plan's comment, which has a place in a pull request. */
export interface PlanText {
  readonly pullRequest: number;
  readonly text: string;
  /** Whether the inputs had mistakes, so that they may not say what the plan is of. */
  readonly isOfInvalidInputs: boolean;
}

/**
 * Keeps one comment for what a plan is of, and closes the comments of plans that the same step made
 * before and makes no longer. All steps of one run are left alone: those of a matrix have one name.
 */
export async function keepPlanComment(
  repository: Repository,
  { commentKey, commentOrigin, runId, runUrl }: GitHubSettings,
  { pullRequest, text, isOfInvalidInputs }: PlanText,
): Promise<{ readonly outcome: 'created' | 'updated' | 'unchanged'; readonly closed: number }> {
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
    `${lines(existing?.marker ?? ownMarker, '')}${text}`,
  );
  if (isOfInvalidInputs) return { outcome, closed: 0 };
  // If the same plan was made before, another one that was made with it then may still come.
  const since = existing === undefined || existing.isClosed ? runNumber(runId) : existing.run;
  const outdated = sameOrigin.filter(
    (comment) => comment !== existing && !comment.isClosed && comment.run < since,
  );
  let closed = 0;
  for (const comment of outdated) {
    // Another job of this run may have updated it in the meantime.
    if ((await repository.commentBody(comment.id)) !== comment.body) continue;
    const closing = `${lines(comment.marker, ' closed')}${closingText(comment, runUrl)}`;
    await repository.putComment(pullRequest, comment, closing);
    closed++;
  }
  return { outcome, closed };
}

interface PlanCommentState extends OwnComment {
  readonly marker: string;
  readonly origin: string | undefined;
  readonly run: number;
  readonly isClosed: boolean;
  /** What people read. */
  readonly text: string;
}

function parsed(comment: OwnComment): PlanCommentState {
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

/** Says that a plan is out of date, with the plan folded away. */
function closingText({ text }: PlanCommentState, runUrl: string): string {
  const closed = `**This plan is closed.** [The latest run](${runUrl}) no longer makes it.`;
  return `${closed}\n\n<details><summary>The last plan</summary>\n\n${text}\n</details>\n`;
}

function runNumber(id: string): number {
  return /^\d{1,15}$/.test(id) ? Number(id) : 0;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
