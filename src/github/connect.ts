import type { Repository, RepositoryOptions } from './repository.js';
import type { GitHubAccess } from './settings.js';
import { version } from '../version.js';

/** How to connect to GitHub, besides the settings. */
export type ConnectionOptions = Pick<RepositoryOptions, 'clock' | 'signal' | 'redact'>;

/** Loads the client, and connects. */
export async function connect(
  { token, apiUrl, owner, repository }: GitHubAccess,
  options: ConnectionOptions,
): Promise<Repository> {
  const { connectRepository } = await import('./repository.js');
  const userAgent = `pipecat-cloud-release/${version}`;
  return connectRepository({ token, apiUrl, owner, repository, userAgent, ...options });
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
