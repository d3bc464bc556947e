import type { SecretValue } from '../secrecy/secret-value.js';

/** The repository of the run, as its token reaches it. */
export interface GitHubAccess {
  readonly token: SecretValue;
  /** Of the server that the job runs for; without a slash at the end. */
  readonly apiUrl: string;
  readonly owner: string;
  readonly repository: string;
}

/** What a run tells GitHub besides its job: deployments, and a comment with the plan. */
export interface GitHubSettings extends GitHubAccess {
  /** The page of this run. */
  readonly runUrl: string;
  /** The environment of the agents' deployments, a template; undefined where none are made. */
  readonly environment: string | undefined;
  /** Whether a plan is kept in a comment of its pull request. */
  readonly comments: boolean;
  /**
   * What a plan is of: organization, API address, environment and agents, or secret sets if there is
   * no agent. Each has one comment.
   */
  readonly commentKey: string;
  /** Where a plan comes from: workflow, job and step. Its comments are closed when it no longer makes them. */
  readonly commentOrigin: string;
  /** Grows with every run of the workflow. */
  readonly runId: string;
}
