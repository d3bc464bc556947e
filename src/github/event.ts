import * as v from 'valibot';

/** The event that started the workflow. */
export interface WorkflowEvent {
  readonly eventName: string;
  readonly payload: unknown;
}

const repositorySchema = v.object({
  full_name: v.optional(v.string()),
  private: v.optional(v.boolean()),
  visibility: v.optional(v.string()),
  fork: v.optional(v.boolean()),
});

/** A pull request or an issue. */
const identity = v.object({
  number: v.optional(v.number()),
  created_at: v.fallback(v.optional(v.string()), undefined),
});

const eventPayload = v.object({
  repository: v.optional(repositorySchema),
  pull_request: v.optional(
    v.object({
      ...identity.entries,
      head: v.optional(
        v.object({ repo: v.nullish(repositorySchema), sha: v.optional(v.string()) }),
      ),
    }),
  ),
  workflow_run: v.optional(
    v.object({ head_repository: v.nullish(repositorySchema), head_sha: v.optional(v.string()) }),
  ),
  issue: v.optional(
    v.object({
      ...identity.entries,
      /** Set only if the issue is a pull request. */
      pull_request: v.optional(v.unknown()),
    }),
  ),
});

function read(event: WorkflowEvent): v.InferOutput<typeof eventPayload> {
  const result = v.safeParse(eventPayload, event.payload);
  return result.success ? result.output : {};
}

/** Whether the workflow runs with the repository's secrets for code from a fork, or a deleted repository. */
export function isForkWithSecrets(event: WorkflowEvent): boolean {
  if (!mayBringForks(event.eventName)) return false;
  const { repository, pull_request, workflow_run } = read(event);
  const head =
    event.eventName === 'workflow_run' ? workflow_run?.head_repository : pull_request?.head?.repo;
  return head?.full_name === undefined || head.full_name !== repository?.full_name;
}

/**
 * Whether the run gets no secrets, so an empty credential is not a mistake: it is for a pull request from a
 * fork, in a fork itself, or for Dependabot.
 *
 * @param actor `GITHUB_ACTOR`
 */
export function isWithoutSecrets(event: WorkflowEvent, actor: string | undefined): boolean {
  const { repository, pull_request } = read(event);
  const isFromFork =
    pull_request !== undefined &&
    !mayBringForks(event.eventName) &&
    pull_request.head?.repo?.full_name !== repository?.full_name;
  return isFromFork || repository?.fork === true || actor === 'dependabot[bot]';
}

/** Whether a workflow for this event has the repository's secrets, whoever wrote the code. */
export function mayBringForks(eventName: string): boolean {
  return ['pull_request_target', 'workflow_run'].includes(eventName);
}

/** The pull request of the run, even if a comment on it started the workflow. */
export function pullRequestNumber(event: WorkflowEvent): number | undefined {
  return pullRequestOf(event)?.number;
}

/** Events whose `GITHUB_SHA` is a merge commit or that of the default branch, not the released commit. */
const eventsOfOtherCommits: ReadonlySet<string> = new Set([
  'pull_request',
  'pull_request_target',
  'pull_request_review',
  'pull_request_review_comment',
  'workflow_run',
  'issue_comment',
]);

export function isOfAnotherCommit(eventName: string): boolean {
  return eventsOfOtherCommits.has(eventName);
}

/** What determines the released commit, besides the event. */
export interface CommitContext {
  /** `GITHUB_SHA`. */
  readonly workflowCommit: string;
  /** The commit of the checkout; undefined if there is none. */
  readonly checkout: string | undefined;
  /** Whether an existing image or build is deployed, so the checkout does not matter. */
  readonly isImageGiven: boolean;
}

const commitId = /^[0-9a-f]{40,64}$/;

/** The commit that people see for the run, never the merge commit of a pull request. */
export function releasedCommit(
  event: WorkflowEvent,
  { workflowCommit, checkout, isImageGiven }: CommitContext,
): string {
  const { pull_request, workflow_run } = read(event);
  const named = (): string | undefined => {
    switch (event.eventName) {
      case 'workflow_run': {
        const head = workflow_run?.head_sha;
        return isImageGiven || head === checkout ? head : undefined;
      }
      case 'issue_comment':
        return checkout;
      default:
        return pull_request?.head?.sha;
    }
  };
  const commit = named();
  return commit !== undefined && commitId.test(commit) ? commit : workflowCommit;
}

/** Whether only people with access to the repository can read its logs; false if unknown. */
export function isClosedRepository(event: WorkflowEvent): boolean {
  const { repository } = read(event);
  return repository?.visibility === undefined
    ? repository?.private === true
    : ['private', 'internal'].includes(repository.visibility);
}

/** The pull request of an event. */
export interface EventPullRequest {
  readonly number: number;
  /** Milliseconds since the epoch; undefined if the event does not say. */
  readonly openedAt: number | undefined;
}

/** The pull request of the event, or of the comment. */
export function pullRequestOf(event: WorkflowEvent): EventPullRequest | undefined {
  if (event.eventName !== 'issue_comment') return identified(read(event).pull_request);
  const about = commentedOn(event);
  return about === 'issue' ? undefined : about;
}

/** What was commented on: a pull request or an issue. Undefined if the event does not say. */
export function commentedOn(event: WorkflowEvent): EventPullRequest | 'issue' | undefined {
  const { issue } = read(event);
  if (issue?.number === undefined) return undefined;
  const { pull_request: mark } = issue;
  return typeof mark === 'object' && mark !== null ? identified(issue) : 'issue';
}

function identified(
  about: v.InferOutput<typeof identity> | undefined,
): EventPullRequest | undefined {
  if (about?.number === undefined) return undefined;
  const openedAt = Date.parse(about.created_at ?? '');
  return { number: about.number, openedAt: Number.isNaN(openedAt) ? undefined : openedAt };
}
