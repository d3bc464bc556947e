import type { Journal } from '../record/journal.js';
import { isTornDown } from '../record/teardown-record.js';
import { digest } from './plan-comment.js';
import { orWarn, withRepository, type ConnectionOptions } from './connect.js';
import type { GitHubSettings } from './settings.js';

/** What the comment about a preview needs. */
export interface PreviewComment {
  readonly pullRequest: number;
  /** Whether something failed, so a deleted preview may still have sessions. */
  readonly hasFailed: boolean;
  readonly text: () => Promise<string>;
}

/** Keeps one comment on the pull request of a preview: what is serving, or what failed. A teardown closes it. */
export async function commentOnPreview(
  journal: Journal,
  settings: GitHubSettings,
  options: ConnectionOptions,
  { pullRequest, hasFailed, text }: PreviewComment,
): Promise<void> {
  const { kind } = journal.record;
  if (!settings.comments || (kind !== 'release' && kind !== 'teardown')) return;
  const isEnd = kind === 'teardown';
  const marker = `<!-- pipecat-cloud-release: preview ${digest(settings.commentKey)} -->`;
  const work = withRepository(settings, options, async (repository) => {
    const [existing] = await repository.ownComments(pullRequest, marker);
    // A teardown only closes a comment that exists.
    if (isEnd && existing === undefined) return;
    const isClosed = isEnd && !hasFailed && isTornDown(journal.record.teardown);
    const body = `${marker}\n${isClosed ? '**This preview is closed.**\n\n' : ''}${await text()}`;
    const outcome = await repository.putComment(pullRequest, existing, body);
    journal.log.info(
      isClosed
        ? 'Closed the comment about the preview.'
        : `The comment about the preview on the pull request is ${outcome}.`,
    );
  });
  await orWarn(journal, 'The comment about the preview is not up to date', work);
}
