import { createHash } from 'node:crypto';
import { nameInRegion } from '../plan/name-template.js';
import type { Journal } from '../record/journal.js';
import { isTornDown } from '../record/teardown-record.js';
import { deactivateDeployments } from './agent-deployments.js';
import { connect, failureMessage, type ConnectionOptions } from './report-to-github.js';
import type { Repository } from './repository.js';
import type { GitHubSettings } from './settings.js';

/** What the comment about a preview is made from. */
export interface PreviewComment {
  readonly pullRequest: number;
  readonly commit: () => Promise<string>;
  /** Whether something failed, so that a preview that is deleted may still have sessions. */
  readonly hasFailed: boolean;
  /** Writes the comment's text. */
  readonly write: (commit: string, runUrl: string) => string;
}

/** Keeps one comment on the pull request of a preview: what is serving, or what failed; closed at its end. */
export async function commentOnPreview(
  journal: Journal,
  settings: GitHubSettings | undefined,
  options: ConnectionOptions,
  { pullRequest, commit, hasFailed, write }: PreviewComment,
): Promise<void> {
  const { kind } = journal.record;
  if (settings?.comments !== true || (kind !== 'release' && kind !== 'teardown')) return;
  const isEnd = kind === 'teardown';
  const key = createHash('sha256').update(settings.commentKey).digest('hex').slice(0, 16);
  const marker = `<!-- pipecat-cloud-release: preview ${key} -->`;
  await withRepository(settings, options, {
    onFailure: (error) => {
      journal.warning(failureMessage('The comment about the preview is not up to date', error));
    },
    work: async (repository) => {
      const [existing] = await repository.ownComments(pullRequest, marker);
      // What nobody was told of needs no end.
      if (isEnd && existing === undefined) return;
      const text = write(await commit(), settings.runUrl);
      const isClosed = isEnd && !hasFailed && isTornDown(journal.record.teardown);
      const closing = isClosed ? '**This preview is closed.**\n\n' : '';
      const outcome = await repository.putComment(
        pullRequest,
        existing,
        `${marker}\n${closing}${text}`,
      );
      journal.log.info(
        isClosed
          ? 'Closed the comment about the preview.'
          : `The comment about the preview on the pull request is ${outcome}.`,
      );
    },
  });
}

/** Marks the GitHub deployments of agents that do not exist anymore as inactive. */
export async function deactivatePreviews(
  journal: Journal,
  settings: GitHubSettings | undefined,
  options: ConnectionOptions,
  agents: readonly { readonly name: string; readonly region: string }[],
): Promise<void> {
  const { environment } = settings ?? {};
  if (settings === undefined || environment === undefined || agents.length === 0) return;
  await withRepository(settings, options, {
    onFailure: (error) => {
      journal.warning(failureMessage('GitHub deployments are not set to inactive', error));
    },
    work: async (repository) => {
      for (const { name, region } of agents) {
        await deactivateDeployments(repository, {
          environment: nameInRegion(environment, region),
          agent: name,
          region,
          logUrl: settings.runUrl,
          description: `The preview ${name} in ${region} was torn down`,
        });
      }
    },
  });
}

/** Nothing fails because GitHub cannot be told. */
async function withRepository(
  settings: GitHubSettings,
  options: ConnectionOptions,
  {
    work,
    onFailure,
  }: {
    readonly work: (repository: Repository) => Promise<void>;
    readonly onFailure: (error: unknown) => void;
  },
): Promise<void> {
  let repository: Repository | undefined;
  try {
    repository = await connect(settings, options);
    await work(repository);
  } catch (error) {
    onFailure(error);
  } finally {
    repository?.close();
  }
}
