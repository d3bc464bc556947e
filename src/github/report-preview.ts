import { nameInRegion } from '../plan/name-template.js';
import type { Journal } from '../record/journal.js';
import { isTornDown } from '../record/teardown-record.js';
import { deactivateDeployments } from './agent-deployments.js';
import { digest } from './plan-comment.js';
import { withRepository, type ConnectionOptions } from './connect.js';
import { orWarn } from './report-to-github.js';
import type { GitHubSettings } from './settings.js';

/** What the comment about a preview needs. */
export interface PreviewComment {
  readonly pullRequest: number;
  readonly commit: () => Promise<string>;
  /** Whether something failed, so a deleted preview may still have sessions. */
  readonly hasFailed: boolean;
  /** Writes the comment's text. */
  readonly write: (commit: string, runUrl: string) => string;
}

/** Keeps one comment on the pull request of a preview: what is serving, or what failed. A teardown closes it. */
export async function commentOnPreview(
  journal: Journal,
  settings: GitHubSettings | undefined,
  options: ConnectionOptions,
  { pullRequest, commit, hasFailed, write }: PreviewComment,
): Promise<void> {
  const { kind } = journal.record;
  if (settings?.comments !== true || (kind !== 'release' && kind !== 'teardown')) return;
  const isEnd = kind === 'teardown';
  const marker = `<!-- pipecat-cloud-release: preview ${digest(settings.commentKey)} -->`;
  const work = withRepository(settings, options, async (repository) => {
    const [existing] = await repository.ownComments(pullRequest, marker);
    // A teardown only closes a comment that exists.
    if (isEnd && existing === undefined) return;
    const text = write(await commit(), settings.runUrl);
    const isClosed = isEnd && !hasFailed && isTornDown(journal.record.teardown);
    const body = `${marker}\n${isClosed ? '**This preview is closed.**\n\n' : ''}${text}`;
    const outcome = await repository.putComment(pullRequest, existing, body);
    journal.log.info(
      isClosed
        ? 'Closed the comment about the preview.'
        : `The comment about the preview on the pull request is ${outcome}.`,
    );
  });
  await orWarn(journal, 'The comment about the preview is not up to date', work);
}

/** Sets the GitHub deployments of deleted agents to inactive. */
export async function deactivatePreviews(
  journal: Journal,
  settings: GitHubSettings | undefined,
  options: ConnectionOptions,
  agents: readonly { readonly name: string; readonly region: string }[],
): Promise<void> {
  const { environment } = settings ?? {};
  if (settings === undefined || environment === undefined || agents.length === 0) return;
  const work = withRepository(settings, options, async (repository) => {
    for (const { name, region } of agents) {
      await deactivateDeployments(repository, {
        environment: nameInRegion(environment, region),
        agent: name,
        region,
        logUrl: settings.runUrl,
        description: `The preview ${name} in ${region} was torn down`,
      });
    }
  });
  await orWarn(journal, 'GitHub deployments are not set to inactive', work);
}
