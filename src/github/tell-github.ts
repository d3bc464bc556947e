import { createHash } from 'node:crypto';
import { AgentDeployments } from './agent-deployments.js';
import { GitHubError } from './errors.js';
import type { Repository, RepositoryOptions } from './repository.js';
import { pullRequestNumber, type WorkflowEvent } from './event.js';
import type { GitHubSettings } from './settings.js';
import { nameInRegion } from '../plan/name-template.js';
import type { Journal } from '../record/journal.js';
import { version } from '../version.js';

/** How GitHub is talked to, besides what the settings say. */
type Manner = Pick<RepositoryOptions, 'clock' | 'signal' | 'redact'>;

/** Loads what talks to GitHub, and connects: on use only. */
async function connect(
  { token, apiUrl, owner, repository }: GitHubSettings,
  manner: Manner,
): Promise<Repository> {
  const { connectRepository } = await import('./repository.js');
  const userAgent = `pipecat-cloud-release/${version}`;
  return connectRepository({ token, apiUrl, owner, repository, userAgent, ...manner });
}

/** The GitHub deployments of a release; undefined where none are asked for. */
export function agentDeployments(
  settings: GitHubSettings | undefined,
  journal: Journal,
  manner: Manner,
): AgentDeployments | undefined {
  const { environment } = settings ?? {};
  if (settings === undefined || environment === undefined) return undefined;
  const told = new Set<string>();
  return new AgentDeployments({
    connect: () => connect(settings, manner),
    commit: settings.commit,
    environmentIn: (region) => nameInRegion(environment, region),
    logUrl: settings.runUrl,
    onFailure: (error) => {
      // The same for every region is one thing to look at.
      const warning = untold('GitHub deployments are not complete', error);
      if (!told.has(warning)) journal.warning(warning);
      told.add(warning);
    },
  });
}

/** What a plan's comment is made from. */
export interface PlanComment {
  readonly event: () => Promise<WorkflowEvent>;
  /** Writes the comment's text. */
  readonly write: (commit: string, runUrl: string) => string;
}

/** Shows a plan, also one that failed, where people look at a pull request. */
export async function commentOnPlan(
  journal: Journal,
  settings: GitHubSettings | undefined,
  manner: Manner,
  { event, write }: PlanComment,
): Promise<void> {
  const { kind } = journal.record;
  if (settings?.comments !== true || kind === 'release') return;
  if (kind === 'offline-check') {
    journal.log.info('There is no plan to comment with; a comment that there is stays as it is.');
    return;
  }
  const pullRequest = pullRequestNumber(await event());
  if (pullRequest === undefined) {
    journal.log.info('The run is not for a pull request, so there is none to comment on.');
    return;
  }
  // The runner masks what it logs, but no comment: its text is made without what is secret.
  const body = write(settings.commit, settings.runUrl);
  await keepComment(settings, journal, manner, { pullRequest, body });
}

/** Keeps a plan in the comment of its pull request, which the marker tells from others. */
async function keepComment(
  settings: GitHubSettings,
  journal: Journal,
  manner: Manner,
  { pullRequest, body }: { readonly pullRequest: number; readonly body: string },
): Promise<void> {
  const key = createHash('sha256').update(settings.commentKey).digest('hex').slice(0, 16);
  const marker = `<!-- pipecat-cloud-release: plan ${key} -->`;
  let repository: Repository | undefined;
  try {
    repository = await connect(settings, manner);
    const outcome = await repository.keepComment(pullRequest, marker, body);
    journal.log.info(`The plan's comment on the pull request is ${outcome}.`);
  } catch (error) {
    journal.warning(untold('The plan is not in a comment', error));
  } finally {
    repository?.close();
  }
}

/** What was not told to GitHub, and why, and what the token lacks. */
function untold(what: string, error: unknown): string {
  if (!(error instanceof GitHubError)) {
    return `${what}, because of a bug in the action. The run goes on without.`;
  }
  const { reason, lacksPermission, call } = error;
  const permission = lacksPermission
    ? ` The token needs the permission \`${call.permission}\` (under \`permissions:\` of the job).`
    : '';
  return `${what}, because ${reason}.${permission} The run goes on without.`;
}
