import type { PullRequestLookup } from '../github/pull-request.js';
import { adviceOnNames } from '../plan/preview.js';
import type { Preview } from '../plan/settings.js';
import { InputsError, UntrustedEventError } from './problems.js';

/** What a run knows about its pull request. */
export interface PullRequestContext {
  /** The pull request if a comment on it started a release; anybody may comment. */
  readonly commentedOn: number | undefined;
  readonly lookUp: (pullRequest: number) => Promise<PullRequestLookup>;
  /** Logs what could not be read but is not needed. */
  readonly remark: (text: string) => void;
}

/**
 * Finds out what the event does not say about the pull request: whose code it is, and when it was opened.
 *
 * @throws UntrustedEventError if the code may be a stranger's
 * @throws InputsError if nothing tells the preview from another agent with its name
 */
export async function resolvePreview<Known extends Preview | undefined>(
  preview: Known,
  { commentedOn, lookUp, remark }: PullRequestContext,
): Promise<Known> {
  const unknown = preview?.openedAt === undefined ? preview?.pullRequest : undefined;
  const number = commentedOn ?? unknown;
  if (number === undefined) return preview;
  const lookup = await lookUp(number);
  if (commentedOn !== undefined) refuseStrangers(lookup);
  if (preview === undefined || unknown === undefined) return preview;
  if (lookup.outcome === 'found') {
    return { ...preview, openedAt: lookup.pullRequest.openedAt };
  }
  const why =
    lookup.outcome === 'no-token' ? '`github-token` is not given' : `GitHub: ${lookup.why}`;
  if (!preview.hasUniqueName) {
    throw new InputsError([
      {
        input: 'agent-name',
        message: `does not contain \`pr-{pr}\`, and it is unknown when pull request ${number} was opened (${why}). Nothing else tells the preview from another agent with that name. ${adviceOnNames}`,
      },
    ]);
  }
  if (lookup.outcome === 'failed') {
    remark(
      `Could not read when pull request ${number} was opened, because ${lookup.why}. Only the name shows that the agent is a preview.`,
    );
  }
  return preview;
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
