import type { SecretValue } from '../secrecy/secret-value.js';

/** The repository of the run, and the token to access it. */
export interface GitHubAccess {
  /** Of a job or a person; not empty. */
  readonly token: SecretValue;
  /**
   * The root of the API of the server that the job runs on: https://api.github.com, or
   * https://ghe.example/api/v3, without a slash at the end.
   */
  readonly apiUrl: string;
  readonly owner: string;
  readonly repository: string;
}

/** What a run reports to GitHub: deployments, and comments on the pull request. */
export interface GitHubSettings extends GitHubAccess {
  /** The page of this run. */
  readonly runUrl: string;
  /** The template of the environment for deployments; undefined if there are none. */
  readonly environment: string | undefined;
  /** Whether to keep a plan or a preview in a comment on its pull request. */
  readonly comments: boolean;
  /**
   * What a plan is for: organization, API address, environment and agents, or secret sets if there is no
   * agent. Each has one comment.
   */
  readonly commentKey: string;
  /** The workflow, job and step of a plan, which closes the comments of plans that it no longer makes. */
  readonly commentOrigin: string;
  /** Increases with every run of the workflow. */
  readonly runId: string;
}
