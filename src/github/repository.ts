import type * as github from '@actions/github';
import * as v from 'valibot';
import type { Clock } from '../time/clock.js';
import { Transport } from '../http/transport.js';
import { GitHubError, toGitHubError, type GitHubCall } from './errors.js';
import { fetchThrough } from './fetch.js';
import type { GitHubAccess } from './settings.js';

/** Characters that GitHub accepts; longer texts are cut, and end with an ellipsis. */
const maxDescriptionLength = 140;
const maxCommentLength = 65_536;

export interface DeploymentRequest {
  /** Branch, tag or commit. */
  readonly ref: string;
  readonly environment: string;
  /** Plain text. */
  readonly description: string;
  /** Anything else worth keeping; everybody with access to the repository sees it. */
  readonly payload?: Readonly<Record<string, unknown>>;
  /** Whether users of the product work with the environment; GitHub's default if omitted. */
  readonly isProduction?: boolean | undefined;
  /** Whether the environment will cease to exist; GitHub's default if omitted. */
  readonly isTransient?: boolean | undefined;
}

export type DeploymentState = 'in_progress' | 'success' | 'failure' | 'error' | 'inactive';

/** A comment from the token's own account. */
export interface OwnComment {
  readonly id: number;
  readonly body: string;
}

export interface DeploymentStateDetails {
  /** The run with the log. */
  readonly logUrl: string;
  /** Plain text. */
  readonly description?: string;
}

export interface PullRequest {
  /** Milliseconds since the epoch. */
  readonly openedAt: number;
  /** Whether its code comes from another repository, or from a deleted one. */
  readonly isOfFork: boolean;
}

export interface RepositoryOptions extends GitHubAccess {
  readonly userAgent: string;
  readonly clock: Clock;
  /** Redacts known secrets in GitHub's messages. */
  readonly redact: (text: string) => string;
  /** Aborted when nobody needs a response anymore. */
  readonly signal?: AbortSignal;
  /** Milliseconds for one request; 10 s by default. */
  readonly requestLimit?: number;
}

const defaultRequestLimit = 10_000;

/** Connects to a repository; sends nothing yet. */
export async function connectRepository(options: RepositoryOptions): Promise<Repository> {
  const { token, clock, signal, requestLimit = defaultRequestLimit } = options;
  // Loaded only when used, because it takes a quarter of the action's start.
  const { getOctokit } = await import('@actions/github');
  const transport = new Transport(options.userAgent);
  const over = signal ?? new AbortController().signal;
  const octokit = getOctokit(token.reveal(), {
    baseUrl: options.apiUrl.replace(/\/+$/, ''),
    log: silent,
    request: { log: silent, fetch: fetchThrough({ transport, clock, requestLimit, over }) },
  });
  return new Repository(octokit, transport, options);
}

const ignore = (): undefined => undefined;
/** Octokit warns of endpoints that will change, which does not belong in the log of a release. */
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };

const created = v.object({ id: v.number() });

/** The payload of a deployment as it was sent; GitHub returns it as an object, or as JSON in a string. */
const payloadSchema = v.fallback(
  v.union([
    v.record(v.string(), v.unknown()),
    v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.unknown())),
  ]),
  {},
);

const pullRequestSchema = v.object({
  created_at: v.pipe(
    v.string(),
    v.transform((text) => Date.parse(text)),
    v.number(),
  ),
  head: v.object({ repo: v.nullish(v.object({ full_name: v.optional(v.string()) })) }),
});

const deploymentsSchema = v.array(v.object({ id: v.number(), payload: payloadSchema }));

const statesSchema = v.array(v.object({ state: v.string() }));

const userSchema = v.object({ login: v.string(), type: v.optional(v.string()) });

const commentSchema = v.object({
  id: v.number(),
  body: v.nullish(v.string()),
  user: v.nullish(userSchema),
});

type Comment = v.InferOutput<typeof commentSchema>;

/** No pull request has more comments that matter, and reading them must end. */
const mostPages = 100;

/** A response from Octokit, with unknown data. */
interface Response {
  readonly status: number;
  readonly headers: { readonly link?: string };
  readonly data: unknown;
}

/** A repository on any GitHub server, as a token can access it. All calls reject with {@link GitHubError}. */
export class Repository {
  readonly #octokit: ReturnType<typeof github.getOctokit>;
  readonly #transport: Transport;
  readonly #name: string;
  readonly #isApp: boolean;
  readonly #redact: (text: string) => string;

  constructor(
    octokit: ReturnType<typeof github.getOctokit>,
    transport: Transport,
    { token, owner, repository, redact }: RepositoryOptions,
  ) {
    this.#octokit = octokit;
    this.#transport = transport;
    this.#name = `${owner}/${repository}`;
    // The token of a job belongs to an app of GitHub; on old servers, it begins with `v1.`.
    this.#isApp = /^(?:ghs_|v1\.)/.test(token.reveal());
    this.#redact = redact;
  }

  /** Creates a deployment, whatever the checks of its commit say, and returns its ID. */
  async createDeployment(deployment: DeploymentRequest): Promise<number> {
    const { ref, environment, description, payload, isProduction, isTransient } = deployment;
    const { data } = await this.#call(this.#deploying('POST', '/deployments'), created, {
      ref,
      environment,
      description: shortened(description, maxDescriptionLength),
      payload,
      production_environment: isProduction,
      transient_environment: isTransient,
      // The release is already decided, so GitHub neither waits for checks nor merges.
      required_contexts: [],
      auto_merge: false,
    });
    return data.id;
  }

  async setDeploymentState(
    id: number,
    state: DeploymentState,
    { logUrl, description }: DeploymentStateDetails,
  ): Promise<void> {
    await this.#call(this.#deploying('POST', `/deployments/${id}/statuses`), v.unknown(), {
      state,
      log_url: logUrl,
      // Otherwise GitHub deactivates the deployments of all other agents in the environment.
      auto_inactive: false,
      description: description && shortened(description, maxDescriptionLength),
    });
  }

  /** The newest deployments of an environment, up to 100, newest first. */
  async deploymentsIn(environment: string): Promise<v.InferOutput<typeof deploymentsSchema>> {
    const { data } = await this.#call(this.#deploying('GET', '/deployments'), deploymentsSchema, {
      environment,
      per_page: 100,
    });
    return data.toSorted((one, other) => other.id - one.id);
  }

  /** The latest state of a deployment, whoever set it; undefined if it has none. */
  async deploymentState(id: number): Promise<string | undefined> {
    const call = this.#deploying('GET', `/deployments/${id}/statuses`);
    const { data } = await this.#call(call, statesSchema, { per_page: 1 });
    return data[0]?.state;
  }

  /** Reads a pull request; rejects if the token cannot see it. */
  async pullRequest(number: number): Promise<PullRequest> {
    const path = this.#pathTo(`/pulls/${number}`);
    const call = { method: 'GET', path, permission: 'pull-requests: read' } as const;
    const { data } = await this.#call(call, pullRequestSchema);
    const head = data.head.repo?.full_name?.toLowerCase();
    return { openedAt: data.created_at, isOfFork: head !== this.#name.toLowerCase() };
  }

  /**
   * The comments on a pull request that begin with `prefix`, oldest first. Only those from the token's own
   * account, as far as that can be known: other people may quote a comment.
   */
  async ownComments(pullRequest: number, prefix: string): Promise<readonly OwnComment[]> {
    const isOwn = await this.#ownership();
    const found: OwnComment[] = [];
    // Pages by number, because links in responses could lead the token to another host.
    for (let page = 1; page <= mostPages; page++) {
      const { data, link } = await this.#call(
        this.#commenting('GET', `/issues/${pullRequest}/comments`),
        v.array(commentSchema),
        { per_page: 100, page },
      );
      for (const one of data) {
        const body = one.body ?? '';
        if (body.startsWith(prefix) && isOwn(one)) found.push({ id: one.id, body });
      }
      // The length of a page does not tell, because GitHub removes spam from it.
      if (!/rel="?next\b/.test(link)) break;
    }
    return found;
  }

  /** The current text of a comment. */
  async commentBody(id: number): Promise<string> {
    const call = this.#commenting('GET', `/issues/comments/${id}`);
    return (await this.#call(call, commentSchema)).data.body ?? '';
  }

  /**
   * Creates a comment, or updates `existing` if its text differs.
   *
   * @param text Markdown
   */
  async putComment(
    pullRequest: number,
    existing: OwnComment | undefined,
    text: string,
  ): Promise<'created' | 'updated' | 'unchanged'> {
    const body = shortened(text, maxCommentLength);
    if (existing && normalized(existing.body) === normalized(body)) return 'unchanged';
    const call = existing
      ? this.#commenting('PATCH', `/issues/comments/${existing.id}`)
      : this.#commenting('POST', `/issues/${pullRequest}/comments`);
    await this.#call(call, v.unknown(), { body });
    return existing ? 'updated' : 'created';
  }

  /** Closes the connections that are kept open for the next request. */
  close(): void {
    this.#transport.close();
  }

  /** An app's token cannot ask for its account, so all comments of bots count as its own. */
  async #ownership(): Promise<(comment: Comment) => boolean> {
    if (this.#isApp) return ({ user }) => user?.type === 'Bot';
    const call = { method: 'GET', path: '/user', permission: 'pull-requests: write' } as const;
    const { login } = (await this.#call(call, userSchema)).data;
    return ({ user }) => user?.login === login;
  }

  #deploying(method: GitHubCall['method'], path: string): GitHubCall {
    return { method, path: this.#pathTo(path), permission: 'deployments: write' };
  }

  #commenting(method: GitHubCall['method'], path: string): GitHubCall {
    return { method, path: this.#pathTo(path), permission: 'pull-requests: write' };
  }

  #pathTo(path: string): string {
    return `/repos/${this.#name}${path}`;
  }

  async #call<Schema extends v.GenericSchema>(
    call: GitHubCall,
    schema: Schema,
    parameters: Readonly<Record<string, unknown>> = {},
  ): Promise<{ readonly data: v.InferOutput<Schema>; readonly link: string }> {
    let response: Response;
    try {
      response = await this.#octokit.request(`${call.method} ${call.path}`, parameters);
    } catch (error) {
      throw toGitHubError(call, error, this.#redact);
    }
    const { status, headers, data } = response;
    const result = v.safeParse(schema, data);
    if (result.success) return { data: result.output, link: headers.link ?? '' };
    throw new GitHubError(call, 'the response is JSON, but has an unexpected shape', { status });
  }
}

/** GitHub may change line breaks, and removes blanks at the end. */
function normalized(text: string): string {
  return text.replace(/\r\n?/g, '\n').trimEnd();
}

function shortened(text: string, longest: number): string {
  const characters = Array.from(text);
  return characters.length <= longest ? text : `${characters.slice(0, longest - 1).join('')}…`;
}
