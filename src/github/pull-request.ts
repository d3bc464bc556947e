import { GitHubError } from './errors.js';
import type { PullRequest } from './repository.js';
import type { GitHubAccess } from './settings.js';
import { withRepository, type ConnectionOptions } from './connect.js';

/** A pull request, or why it is unknown. */
export type PullRequestLookup =
  | { readonly outcome: 'found'; readonly pullRequest: PullRequest }
  | { readonly outcome: 'no-token' }
  /** `why` is the end of a sentence that begins with "because". */
  | { readonly outcome: 'failed'; readonly why: string };

/** Reads a pull request of the repository. A failure is an outcome, not an error. */
export async function lookUpPullRequest(
  access: GitHubAccess | undefined,
  number: number,
  options: ConnectionOptions,
): Promise<PullRequestLookup> {
  if (access === undefined) return { outcome: 'no-token' };
  try {
    const pullRequest = await withRepository(access, options, (repository) =>
      repository.pullRequest(number),
    );
    return { outcome: 'found', pullRequest };
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    const { reason, lacksPermission, call } = error;
    const permission = lacksPermission
      ? ` (the token needs the permission \`${call.permission}\`)`
      : '';
    return { outcome: 'failed', why: `${reason}${permission}` };
  }
}
