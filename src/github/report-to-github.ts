import { AgentDeployments, type EnvironmentKind } from './agent-deployments.js';
import { GitHubError } from './errors.js';
import { connect, withRepository, type ConnectionOptions } from './connect.js';
import { keepPlanComment } from './plan-comment.js';
import { pullRequestNumber, type WorkflowEvent } from './event.js';
import type { GitHubSettings } from './settings.js';
import { nameInRegion } from '../plan/name-template.js';
import type { Journal } from '../record/journal.js';

/** Turns a failure into a warning: a run does not fail because it cannot report to GitHub. */
export async function orWarn(journal: Journal, what: string, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    journal.warning(failureMessage(what, error));
  }
}

/** What the event says about a run. */
export interface RunOrigin {
  readonly event: () => Promise<WorkflowEvent>;
  /** The commit that people see for the run. */
  readonly commit: () => Promise<string>;
  /** The pull request whose preview the agents are; undefined if they are not a preview. */
  readonly previewOf?: number | undefined;
}

/** The GitHub deployments of a release; undefined if there are none. */
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
      // Warns once if all regions have the same failure.
      const warning = failureMessage('GitHub deployments are not complete', error);
      if (!reported.has(warning)) journal.warning(warning);
      reported.add(warning);
    },
  });
}

/** Infers the kind of an environment from its name and its pull request. */
function environmentKind(name: string, pullRequest: number | undefined): EnvironmentKind {
  if (/^prod(?:uction)?(?![a-z])/i.test(name)) return { isProduction: true };
  if (pullRequest === undefined) return {};
  // A deployment for a pull request is removed when that is closed.
  return { isProduction: false, isTransient: true };
}

/** What the comment with a plan needs. */
export interface PlanComment extends RunOrigin {
  /** Whether the inputs have mistakes, so they may not identify the plan. */
  readonly isOfInvalidInputs: boolean;
  /** Writes the comment's text. */
  readonly write: (commit: string, runUrl: string) => string;
}

/** Shows a plan, even a failed one, on the pull request. */
export async function commentOnPlan(
  journal: Journal,
  settings: GitHubSettings | undefined,
  options: ConnectionOptions,
  { event, commit, isOfInvalidInputs, write }: PlanComment,
): Promise<void> {
  const { kind } = journal.record;
  if (settings?.comments !== true || (kind !== 'plan' && kind !== 'offline-check')) return;
  if (kind === 'offline-check') {
    journal.log.info('The comment on the pull request is unchanged, because there is no plan.');
    return;
  }
  const pullRequest = pullRequestNumber(await event());
  if (pullRequest === undefined) {
    journal.log.info('The run is not for a pull request, so the plan is not in a comment.');
    return;
  }
  const work = withRepository(settings, options, async (repository) => {
    // The runner masks secrets in the log, but not in comments, so this text has none.
    const text = write(await commit(), settings.runUrl);
    const comment = { pullRequest, text, isOfInvalidInputs };
    const { outcome, closed } = await keepPlanComment(repository, settings, comment);
    journal.log.info(`The comment with the plan on the pull request is ${outcome}.`);
    if (closed > 0) {
      const what = closed === 1 ? 'the comment of a plan' : `the comments of ${closed} plans`;
      journal.log.info(`Closed ${what} that this step no longer makes.`);
    }
  });
  await orWarn(journal, 'The plan is not in a comment', work);
}

/** What was not reported to GitHub, why, and the permission that the token lacks. */
function failureMessage(what: string, error: unknown): string {
  if (!(error instanceof GitHubError)) {
    return `${what}, because of a bug in the action. The run continues without it.`;
  }
  const { reason, lacksPermission, call } = error;
  const permission = lacksPermission
    ? ` The token needs the permission \`${call.permission}\` (under \`permissions:\` of the job).`
    : '';
  return `${what}, because ${reason}.${permission} The run continues without it.`;
}
