import { AgentDeployments, type EnvironmentKind } from './agent-deployments.js';
import { GitHubError } from './errors.js';
import type { Repository, RepositoryOptions } from './repository.js';
import { keepPlanComment } from './plan-comment.js';
import { pullRequestNumber, type WorkflowEvent } from './event.js';
import type { GitHubAccess, GitHubSettings } from './settings.js';
import { nameInRegion } from '../plan/name-template.js';
import type { Journal } from '../record/journal.js';
import { version } from '../version.js';

/** How GitHub is talked to, besides what the settings say. */
export type ConnectionOptions = Pick<RepositoryOptions, 'clock' | 'signal' | 'redact'>;

/** Loads what talks to GitHub, and connects: on use only. */
export async function connect(
  { token, apiUrl, owner, repository }: GitHubAccess,
  options: ConnectionOptions,
): Promise<Repository> {
  const { connectRepository } = await import('./repository.js');
  const userAgent = `pipecat-cloud-release/${version}`;
  return connectRepository({ token, apiUrl, owner, repository, userAgent, ...options });
}

/** What the event says about a run. */
export interface RunOrigin {
  readonly event: () => Promise<WorkflowEvent>;
  /** The commit that people know the run by. */
  readonly commit: () => Promise<string>;
  /** The pull request that the agents are a preview of; undefined if they are not. */
  readonly previewOf?: number | undefined;
}

/** The GitHub deployments of a release; undefined where none are asked for. */
export function agentDeployments(
  settings: GitHubSettings | undefined,
  journal: Journal,
  options: ConnectionOptions,
  { event, commit, previewOf }: RunOrigin,
): AgentDeployments | undefined {
  const { environment } = settings ?? {};
  if (settings === undefined || environment === undefined) return undefined;
  const reported = new Set<string>();
  return new AgentDeployments({
    connect: () => connect(settings, options),
    commit,
    environmentIn: (region) => nameInRegion(environment, region),
    environmentKind: async (name) =>
      environmentKind(name, previewOf ?? pullRequestNumber(await event())),
    logUrl: settings.runUrl,
    onFailure: (error) => {
      // The same for every region is one thing to look at.
      const warning = failureMessage('GitHub deployments are not complete', error);
      if (!reported.has(warning)) journal.warning(warning);
      reported.add(warning);
    },
  });
}

/** What follows for an environment from its name and the pull request that it is for. */
function environmentKind(name: string, pullRequest: number | undefined): EnvironmentKind {
  if (/^prod(?:uction)?(?![a-z])/i.test(name)) return { isProduction: true };
  if (pullRequest === undefined) return {};
  // What is deployed for a pull request goes when that is closed.
  return { isProduction: false, isTransient: true };
}

/** What a plan's comment is made from. */
export interface PlanComment extends RunOrigin {
  /** Whether the inputs had mistakes, so that they may not say what the plan is of. */
  readonly isOfInvalidInputs: boolean;
  /** Writes the comment's text. */
  readonly write: (commit: string, runUrl: string) => string;
}

/** Shows a plan, also one that failed, where people look at a pull request. */
export async function commentOnPlan(
  journal: Journal,
  settings: GitHubSettings | undefined,
  options: ConnectionOptions,
  { event, commit, isOfInvalidInputs, write }: PlanComment,
): Promise<void> {
  const { kind } = journal.record;
  if (settings?.comments !== true || kind === 'release') return;
  if (kind === 'teardown' || kind === 'teardown-plan') return;
  if (kind === 'offline-check') {
    journal.log.info('There is no plan, so the comment on the pull request is not changed.');
    return;
  }
  const pullRequest = pullRequestNumber(await event());
  if (pullRequest === undefined) {
    journal.log.info('The run is not for a pull request, so there is none to comment on.');
    return;
  }
  let repository: Repository | undefined;
  try {
    // The runner masks what it logs, but no comment: its text is made without what is secret.
    const text = write(await commit(), settings.runUrl);
    repository = await connect(settings, options);
    const comment = { pullRequest, text, isOfInvalidInputs };
    const { outcome, closed } = await keepPlanComment(repository, settings, comment);
    journal.log.info(`The plan's comment on the pull request is ${outcome}.`);
    if (closed > 0) {
      const what = closed === 1 ? 'the comment of a plan' : `the comments of ${closed} plans`;
      journal.log.info(`Closed ${what} that this step no longer makes.`);
    }
  } catch (error) {
    journal.warning(failureMessage('The plan is not in a comment', error));
  } finally {
    repository?.close();
  }
}

/** What was not told to GitHub, and why, and what the token lacks. */
export function failureMessage(what: string, error: unknown): string {
  if (!(error instanceof GitHubError)) {
    return `${what}, because of a bug in the action. The run continues without it.`;
  }
  const { reason, lacksPermission, call } = error;
  const permission = lacksPermission
    ? ` The token needs the permission \`${call.permission}\` (under \`permissions:\` of the job).`
    : '';
  return `${what}, because ${reason}.${permission} The run continues without it.`;
}
