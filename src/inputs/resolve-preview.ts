import type { PullRequestLookup } from '../github/pull-request.js';
import { adviceOnNames } from '../plan/preview.js';
import type { Preview } from '../plan/settings.js';
import { InputsError, UntrustedEventError } from './problems.js';

/** What decides whether a pull request may be released. */
export interface PullRequestContext {
  /** The pull request whose comment started a release: anybody may comment. */
  readonly commentedOn: number | undefined;
  readonly lookUp: (pullRequest: number) => Promise<PullRequestLookup>;
}

/**
 * Learns what the event does not say about the pull request: whose code it is, and when it was opened.
 *
 * @returns the preview, and a remark if something could not be read that is not needed
 * @throws UntrustedEventError if the code may be a stranger's
 * @throws InputsError if nothing would tell a preview from another agent of its name
 */
export async function resolvePreview<Known extends Preview | undefined>(
  preview: Known,
  { commentedOn, lookUp }: PullRequestContext,
): Promise<{ readonly preview: Known; readonly remark?: string }> {
  const unknown = preview?.openedAt === undefined ? preview?.pullRequest : undefined;
  const number = commentedOn ?? unknown;
  if (number === undefined) return { preview };
  const lookup = await lookUp(number);
  if (commentedOn !== undefined) refuseStrangers(lookup);
  if (preview === undefined || unknown === undefined) return { preview };
  if (lookup.outcome === 'found') {
    return { preview: { ...preview, openedAt: lookup.pullRequest.openedAt } };
  }
  const why =
    lookup.outcome === 'no-token' ? '`github-token` is not given' : `GitHub: ${lookup.why}`;
  if (!preview.hasTellingName) {
    throw new InputsError([
      {
        input: 'agent-name',
        message: `has to contain \`pr-{pr}\`, because it is not known when pull request ${number} was opened (${why}), so nothing else tells a preview from another agent of that name. ${adviceOnNames}`,
      },
    ]);
  }
  return {
    preview,
    ...(lookup.outcome === 'failed'
      ? {
          remark: `When pull request ${number} was opened could not be read, because ${lookup.why}. Its name alone tells that the agent is a preview.`,
        }
      : {}),
  };
}

function refuseStrangers(lookup: PullRequestLookup): void {
  switch (lookup.outcome) {
    case 'no-token':
      throw new UntrustedEventError({ reason: 'no-token' });
    case 'failed':
      throw new UntrustedEventError({ reason: 'unreadable', failure: lookup.why });
    case 'found':
      if (lookup.pullRequest.isOfFork) throw new UntrustedEventError({ reason: 'fork' });
  }
}
