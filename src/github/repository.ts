import type * as github from '@actions/github';
import * as v from 'valibot';
import type { SecretValue } from '../secrecy/secret-value.js';
import type { Clock } from '../time/clock.js';
import { Transport } from '../http/transport.js';
import { GitHubError, toGitHubError, type GitHubCall } from './errors.js';
import { fetchThrough } from './fetch.js';

/** Characters that GitHub takes; what is longer is cut, and ends with an ellipsis. */
export const maxDescriptionLength = 140;
export const maxCommentLength = 65_536;

export interface DeploymentRequest {
  /** Branch, tag or commit. */
  readonly ref: string;
  readonly environment: string;
  /** Plain text, up to {@link maxDescriptionLength} characters. */
  readonly description: string;
  /** Whatever else is worth knowing; everybody who may read the repository sees it. */
  readonly payload?: Readonly<Record<string, unknown>>;
  /** Whether the environment is one that users of the product work with; GitHub's default if omitted. */
  readonly isProduction?: boolean | undefined;
  /** Whether the environment will no longer exist at some point; GitHub's default if omitted. */
  readonly isTransient?: boolean | undefined;
}

export type DeploymentState = 'in_progress' | 'success' | 'failure' | 'error' | 'inactive';

/** A deployment that GitHub has. */
export interface ExistingDeployment {
  readonly id: number;
  /** What was sent when it was created. */
  readonly payload: Readonly<Record<string, unknown>>;
}

/** A comment that the token's own account wrote. */
export interface OwnComment {
  readonly id: number;
  readonly body: string;
}

export interface DeploymentStateDetails {
  /** The run whose log tells what happened. */
  readonly logUrl: string;
  /** Plain text, up to {@link maxDescriptionLength} characters. */
  readonly description?: string;
}

/** A repository on GitHub (any server), as a token reaches it. All calls reject with {@link GitHubError}. */
export interface Repository {
  /** Creates a deployment, whatever the checks of its commit say, and resolves to its id. */
  createDeployment(deployment: DeploymentRequest): Promise<number>;

  setDeploymentState(
    id: number,
    state: DeploymentState,
    details: DeploymentStateDetails,
  ): Promise<void>;

  /** The newest deployments of an environment, up to 100, newest first. */
  deploymentsIn(environment: string): Promise<readonly ExistingDeployment[]>;

  /** The latest state of a deployment, whoever set it; undefined if it has none. */
  deploymentState(id: number): Promise<string | undefined>;

  /**
   * The comments of a pull request that begin with `prefix`, oldest first. Only comments of the token's
   * own account count, as far as that can be known: a comment that quotes one is somebody else's.
   */
  ownComments(pullRequest: number, prefix: string): Promise<readonly OwnComment[]>;

  /** The text of a comment as it is now. */
  commentBody(id: number): Promise<string>;

  /**
   * Creates a comment, or updates `existing` if that has another text.
   *
   * @param text Markdown, up to {@link maxCommentLength} characters
   */
  putComment(
    pullRequest: number,
    existing: OwnComment | undefined,
    text: string,
  ): Promise<'created' | 'updated' | 'unchanged'>;

  /** Reads a pull request, or rejects if there is none that the token can see. */
  pullRequest(number: number): Promise<PullRequest>;

  /** Closes the connections that are kept open for the next request. */
  close(): void;
}

export interface PullRequest {
  /** Milliseconds since the epoch. */
  readonly openedAt: number;
  /** Whether its code comes from another repository, or from one that does not exist anymore. */
  readonly isOfFork: boolean;
}

export interface RepositoryOptions {
  /** A job's own, or a person's; not empty. */
  readonly token: SecretValue;
  /** The root of the API: https://api.github.com, or https://ghe.example/api/v3. */
  readonly apiUrl: string;
  readonly owner: string;
  readonly repository: string;
  readonly userAgent: string;
  readonly clock: Clock;
  /** Takes known secrets out of what GitHub says. */
  readonly redact: (text: string) => string;
  /** Aborted when nobody waits for an answer any more. */
  readonly signal?: AbortSignal;
  /** Milliseconds that one request may take; 10 s by default. */
  readonly requestLimit?: number;
}

const defaultRequestLimit = 10_000;

/** Makes a repository to work with; nothing is sent before something is asked of it. */
export async function connectRepository(options: RepositoryOptions): Promise<Repository> {
  const { token, clock, signal, requestLimit = defaultRequestLimit } = options;
  // Loaded on use only: it costs a quarter of the action's start.
  const { getOctokit } = await import('@actions/github');
  const transport = new Transport(options.userAgent);
  const octokit = getOctokit(token.reveal(), {
    baseUrl: options.apiUrl.replace(/\/+$/, ''),
    log: silent,
    request: {
      log: silent,
      fetch: fetchThrough({
        transport,
        clock,
        requestLimit,
        over: signal ?? new AbortController().signal,
      }),
    },
  });
  return new OctokitRepository(octokit, transport, options);
}

const ignore = (): undefined => undefined;
/** Octokit's own remarks, on endpoints that will change, are nothing for the log of a release. */
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };

type Octokit = ReturnType<typeof github.getOctokit>;

const deployed = v.object({ id: v.number() });

/** GitHub returns the payload as it was sent: as an object, or as JSON in a text. */
const payloadSchema = v.fallback(
  v.union([
    v.record(v.string(), v.unknown()),
    v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.unknown())),
  ]),
  {},
);

const pullRequestAnswer = v.object({
  created_at: v.pipe(
    v.string(),
    v.transform((text) => Date.parse(text)),
    v.number(),
  ),
  head: v.object({ repo: v.nullish(v.object({ full_name: v.optional(v.string()) })) }),
});

const existingDeployments = v.array(v.object({ id: v.number(), payload: payloadSchema }));

const deploymentStates = v.array(v.object({ state: v.string() }));

const userSchema = v.object({ login: v.string(), type: v.optional(v.string()) });

const comment = v.object({
  id: v.number(),
  body: v.nullish(v.string()),
  user: v.nullish(userSchema),
});

const comments = v.array(comment);

type Comment = v.InferOutput<typeof comment>;

/** No pull request has more comments that matter; whatever the answers say, reading them ends. */
const mostPages = 100;

/** An answer as Octokit gives it, whatever it says that the data is. */
interface OctokitAnswer {
  readonly status: number;
  readonly headers: { readonly link?: string };
  readonly data: unknown;
}

class OctokitRepository implements Repository {
  readonly #octokit: Octokit;
  readonly #transport: Transport;
  readonly #repository: { readonly owner: string; readonly repo: string };
  readonly #path: string;
  readonly #actsAsApp: boolean;
  readonly #redact: (text: string) => string;

  constructor(
    octokit: Octokit,
    transport: Transport,
    { token, owner, repository, redact }: RepositoryOptions,
  ) {
    this.#octokit = octokit;
    this.#transport = transport;
    this.#repository = { owner, repo: repository };
    this.#path = `/repos/${owner}/${repository}`;
    // A job's token is one of GitHub's own app; servers of old begin theirs in another way.
    this.#actsAsApp = /^(?:ghs_|v1\.)/.test(token.reveal());
    this.#redact = redact;
  }

  async createDeployment(deployment: DeploymentRequest): Promise<number> {
    const { ref, environment, description, payload, isProduction, isTransient } = deployment;
    const { data } = await this.#call(this.#deploymentCall('POST', '/deployments'), deployed, () =>
      this.#octokit.rest.repos.createDeployment({
        ...this.#repository,
        ref,
        environment,
        description: shortened(description, maxDescriptionLength),
        ...(payload === undefined ? {} : { payload: { ...payload } }),
        ...(isProduction === undefined ? {} : { production_environment: isProduction }),
        ...(isTransient === undefined ? {} : { transient_environment: isTransient }),
        // What is released has been decided: GitHub is to note it, not to judge or to merge.
        required_contexts: [],
        auto_merge: false,
      }),
    );
    return data.id;
  }

  async setDeploymentState(
    id: number,
    state: DeploymentState,
    { logUrl, description }: DeploymentStateDetails,
  ): Promise<void> {
    const call = this.#deploymentCall('POST', `/deployments/${id}/statuses`);
    await this.#call(call, v.unknown(), () =>
      this.#octokit.rest.repos.createDeploymentStatus({
        ...this.#repository,
        deployment_id: id,
        state,
        log_url: logUrl,
        // Otherwise GitHub deactivates the deployments of all other agents in the environment.
        auto_inactive: false,
        ...(description === undefined
          ? {}
          : { description: shortened(description, maxDescriptionLength) }),
      }),
    );
  }

  async deploymentsIn(environment: string): Promise<readonly ExistingDeployment[]> {
    const { data } = await this.#call(
      this.#deploymentCall('GET', '/deployments'),
      existingDeployments,
      () =>
        this.#octokit.rest.repos.listDeployments({
          ...this.#repository,
          environment,
          per_page: 100,
        }),
    );
    return data.toSorted((one, other) => other.id - one.id);
  }

  async deploymentState(id: number): Promise<string | undefined> {
    const { data } = await this.#call(
      this.#deploymentCall('GET', `/deployments/${id}/statuses`),
      deploymentStates,
      () =>
        this.#octokit.rest.repos.listDeploymentStatuses({
          ...this.#repository,
          deployment_id: id,
          per_page: 1,
        }),
    );
    return data[0]?.state;
  }

  async pullRequest(number: number): Promise<PullRequest> {
    const { data } = await this.#call(
      { method: 'GET', path: `${this.#path}/pulls/${number}`, permission: 'pull-requests: read' },
      pullRequestAnswer,
      () => this.#octokit.rest.pulls.get({ ...this.#repository, pull_number: number }),
    );
    const { owner, repo } = this.#repository;
    const head = data.head.repo?.full_name?.toLowerCase();
    return {
      openedAt: data.created_at,
      isOfFork: head !== `${owner}/${repo}`.toLowerCase(),
    };
  }

  /** Pages by number, not by the addresses that the answers give: the token goes along. */
  async ownComments(pullRequest: number, prefix: string): Promise<readonly OwnComment[]> {
    const isOwn = await this.#ownership();
    const found: OwnComment[] = [];
    for (let page = 1; page <= mostPages; page++) {
      const { data, link } = await this.#call(
        this.#commentCall('GET', `/issues/${pullRequest}/comments`),
        comments,
        () =>
          this.#octokit.rest.issues.listComments({
            ...this.#repository,
            issue_number: pullRequest,
            per_page: 100,
            page,
          }),
      );
      for (const one of data) {
        const body = one.body ?? '';
        if (body.startsWith(prefix) && isOwn(one)) found.push({ id: one.id, body });
      }
      // Not by the page's length: it may be short, as GitHub takes out what is spam.
      if (!/rel="?next\b/.test(link)) break;
    }
    return found;
  }

  async commentBody(id: number): Promise<string> {
    const { data } = await this.#call(
      this.#commentCall('GET', `/issues/comments/${id}`),
      comment,
      () => this.#octokit.rest.issues.getComment({ ...this.#repository, comment_id: id }),
    );
    return data.body ?? '';
  }

  async putComment(
    pullRequest: number,
    existing: OwnComment | undefined,
    text: string,
  ): Promise<'created' | 'updated' | 'unchanged'> {
    const body = shortened(text, maxCommentLength);
    if (existing === undefined) {
      await this.#call(
        this.#commentCall('POST', `/issues/${pullRequest}/comments`),
        v.unknown(),
        () =>
          this.#octokit.rest.issues.createComment({
            ...this.#repository,
            issue_number: pullRequest,
            body,
          }),
      );
      return 'created';
    }
    if (normalized(existing.body) === normalized(body)) return 'unchanged';
    await this.#call(
      this.#commentCall('PATCH', `/issues/comments/${existing.id}`),
      v.unknown(),
      () =>
        this.#octokit.rest.issues.updateComment({
          ...this.#repository,
          comment_id: existing.id,
          body,
        }),
    );
    return 'updated';
  }

  close(): void {
    this.#transport.close();
  }

  /** An app's token cannot ask whose it is: its comments are among those of bots. */
  async #ownership(): Promise<(comment: Comment) => boolean> {
    if (this.#actsAsApp) return ({ user }) => user?.type === 'Bot';
    const {
      data: { login },
    } = await this.#call(
      { method: 'GET', path: '/user', permission: 'pull-requests: write' },
      userSchema,
      () => this.#octokit.rest.users.getAuthenticated(),
    );
    return ({ user }) => user?.login === login;
  }

  #deploymentCall(method: GitHubCall['method'], path: string): GitHubCall {
    return { method, path: `${this.#path}${path}`, permission: 'deployments: write' };
  }

  #commentCall(method: GitHubCall['method'], path: string): GitHubCall {
    return { method, path: `${this.#path}${path}`, permission: 'pull-requests: write' };
  }

  async #call<Schema extends v.GenericSchema>(
    call: GitHubCall,
    schema: Schema,
    work: () => Promise<OctokitAnswer>,
  ): Promise<{ readonly data: v.InferOutput<Schema>; readonly link: string }> {
    let answer;
    try {
      answer = await work();
    } catch (error) {
      throw toGitHubError(call, error, this.#redact);
    }
    const { status, headers, data } = answer;
    const result = v.safeParse(schema, data);
    if (result.success) return { data: result.output, link: headers.link ?? '' };
    throw new GitHubError(call, 'the response is JSON, but has an unexpected shape', { status });
  }
}

/** GitHub may store other line ends, and no blanks at the end. */
function normalized(text: string): string {
  return text.replace(/\r\n?/g, '\n').trimEnd();
}

function shortened(text: string, longest: number): string {
  const characters = Array.from(text);
  return characters.length <= longest ? text : `${characters.slice(0, longest - 1).join('')}…`;
}
