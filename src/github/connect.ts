import type { Journal } from '../record/journal.js';
import { GitHubError } from './errors.js';
import type { Repository, RepositoryOptions } from './repository.js';
import type { GitHubAccess } from './settings.js';
import { version } from '../version.js';

/** How to connect to GitHub, besides the settings. */
export type ConnectionOptions = Pick<RepositoryOptions, 'clock' | 'signal' | 'redact'>;

/** Loads the client, and connects. */
export async function connect(
  access: GitHubAccess,
  options: ConnectionOptions,
): Promise<Repository> {
  const { connectRepository } = await import('./repository.js');
  const userAgent = `pipecat-cloud-release/${version}`;
  return connectRepository({ ...access, ...options, userAgent });
}

/** Connects to the repository, and closes the connection after the work. */
export async function withRepository<Result>(
  access: GitHubAccess,
  options: ConnectionOptions,
  work: (repository: Repository) => Promise<Result>,
): Promise<Result> {
  const repository = await connect(access, options);
  try {
    return await work(repository);
  } finally {
    repository.close();
  }
}

/** Turns a failure into a warning: a run does not fail because it cannot report to GitHub. */
export async function orWarn(journal: Journal, what: string, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    journal.warning(failureMessage(what, error));
  }
}

/** What was not reported to GitHub, why, and the permission that the token lacks. */
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
