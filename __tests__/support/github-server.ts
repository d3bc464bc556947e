import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Hono, type Context, type MiddlewareHandler } from 'hono';
import * as v from 'valibot';

/** A request that the server received. */
export interface ReceivedRequest {
  readonly method: string;
  /** Without the root of the API and without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Lowercase names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

interface Account {
  readonly login: string;
  readonly type: 'User' | 'Bot';
}

export interface DeploymentState {
  readonly state: string;
  readonly log_url?: string | undefined;
  readonly description?: string | undefined;
  /** Undefined for GitHub's default, which deactivates the other deployments of the environment. */
  readonly auto_inactive?: boolean | undefined;
}

export interface Deployment {
  readonly id: number;
  readonly ref: string;
  readonly environment: string;
  readonly description: string;
  readonly payload: unknown;
  readonly production_environment?: boolean | undefined;
  readonly transient_environment?: boolean | undefined;
  readonly statuses: readonly DeploymentState[];
}

export interface Comment {
  readonly id: number;
  readonly issue: number;
  readonly user: Account;
  readonly body: string;
}

/** A pull request. Without a head repository, its fork was deleted. */
export interface PullRequest {
  readonly created_at: string;
  readonly head: { readonly repo: { readonly full_name: string } | null };
  readonly state?: 'open' | 'closed';
}

/** A response that replaces the one of GitHub. */
export type Spoiled =
  | { readonly kind: 'reset' | 'hang' | 'cut-off' }
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
    };

/** The token of a job, which acts as GitHub's app for Actions, and the token of a person. */
export const tokens = { job: 'ghs_hidden-job-token', person: 'ghp_hidden-personal-token' } as const;

const jobAccount: Account = { login: 'github-actions[bot]', type: 'Bot' };

const accounts: Readonly<Record<string, Account>> = {
  [tokens.job]: jobAccount,
  [tokens.person]: { login: 'alice', type: 'User' },
};

const deploymentBody = v.object({
  ref: v.string(),
  environment: v.optional(v.string(), 'production'),
  description: v.optional(v.string(), ''),
  payload: v.optional(v.unknown(), {}),
  required_contexts: v.optional(v.array(v.string())),
  auto_merge: v.optional(v.boolean(), true),
  production_environment: v.optional(v.boolean()),
  transient_environment: v.optional(v.boolean()),
});

const statusBody = v.object({
  state: v.picklist([
    'error',
    'failure',
    'inactive',
    'in_progress',
    'queued',
    'pending',
    'success',
  ]),
  log_url: v.optional(v.string()),
  description: v.optional(v.pipe(v.string(), v.maxLength(140))),
  auto_inactive: v.optional(v.boolean()),
});

const commentBody = v.object({ body: v.pipe(v.string(), v.maxLength(65_536)) });

interface ServerEnvironment {
  Bindings: HttpBindings;
  Variables: { account: Account };
}

type ServerContext = Context<ServerEnvironment>;

/**
 * GitHub's REST API for deployments and comments, on the loopback address. It has one repository, `acme/voice`, with its
 * branches and commits in `refs` and its issues in `issues`.
 */
export class GitHubServer {
  /** The root of the API, for `GITHUB_API_URL`. */
  readonly apiUrl: string;
  readonly requests: ReceivedRequest[] = [];
  readonly deployments: (Deployment & { statuses: DeploymentState[] })[] = [];
  comments: Comment[] = [];
  readonly refs = new Set(['main']);
  readonly issues = new Set([7]);
  /** Pull requests by number. */
  readonly pullRequests = new Map<number, PullRequest>();
  /** The permissions of the tokens, as in `permissions` of a workflow. */
  readonly permissions = new Set(['deployments: write', 'pull-requests: write']);
  /** Responses to the next requests, one after the other. */
  readonly spoiled: Spoiled[] = [];
  /** Actions to run when the next requests arrive, one after the other, before the response. */
  readonly occasions: (() => void)[] = [];
  readonly #close: () => Promise<void>;
  #lastId = 1000;

  private constructor(apiUrl: string, close: () => Promise<void>) {
    this.apiUrl = apiUrl;
    this.#close = close;
  }

  static async start(): Promise<GitHubServer> {
    const app = new Hono<ServerEnvironment>();
    const http = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const { port } = http.address() as AddressInfo;
    const server = new GitHubServer(
      `http://127.0.0.1:${port}/api/v3`,
      () =>
        new Promise((resolve) => {
          http.close(() => {
            resolve();
          });
          if ('closeAllConnections' in http) http.closeAllConnections();
        }),
    );
    app.route('/api/v3', server.#routes());
    return server;
  }

  close(): Promise<void> {
    return this.#close();
  }

  /** Adds an existing comment. */
  addComment(issue: number, body: string, user: Account = jobAccount): Comment {
    const comment = { id: ++this.#lastId, issue, user, body };
    this.comments.push(comment);
    return comment;
  }

  #routes() {
    const app = new Hono<ServerEnvironment>();
    app.use(async (context, next) => {
      this.requests.push(await received(context));
      this.occasions.shift()?.();
      const spoiled = this.spoiled.shift();
      if (spoiled !== undefined) return spoil(spoiled, context);
      const [, token = ''] =
        /^(?:token|bearer) (.*)$/i.exec(context.req.header('authorization') ?? '') ?? [];
      const account = accounts[token];
      if (account === undefined) return context.json({ message: 'Bad credentials' }, 401);
      context.set('account', account);
      return next();
    });

    app.get('/user', (context) => {
      const account = context.get('account');
      return account.type === 'Bot' ? notAccessible(context) : context.json(account);
    });

    const needs =
      (permission: string): MiddlewareHandler<ServerEnvironment> =>
      async (context, next) =>
        this.permissions.has(permission) ? next() : notAccessible(context);

    const deployments = '/repos/acme/voice/deployments';
    app.post(deployments, needs('deployments: write'), async (context) => {
      const body = v.safeParse(deploymentBody, await context.req.json());
      if (!body.success) return invalid(context, body.issues);
      const { required_contexts, auto_merge, ...deployment } = body.output;
      if (!this.refs.has(deployment.ref))
        return context.json({ message: `No ref found for: ${deployment.ref}` }, 422);
      if (required_contexts?.length !== 0)
        return context.json({ message: 'Conflict: Commit status checks failed for main.' }, 409);
      if (auto_merge)
        return context.json({ message: 'Auto-merged main into voice on deployment.' }, 202);
      const created = { ...deployment, id: ++this.#lastId, statuses: [] };
      this.deployments.push(created);
      return context.json(created, 201);
    });
    app.get(deployments, (context) => {
      const environment = context.req.query('environment');
      const size = Math.min(100, Number(context.req.query('per_page') ?? 30));
      const all = this.deployments
        .filter((one) => environment === undefined || one.environment === environment)
        .map((one) => ({ ...one, statuses: undefined }));
      return context.json(all.toReversed().slice(0, size));
    });
    app.get(`${deployments}/:id/statuses`, (context) => {
      const deployment = this.deployments.find(({ id }) => id === Number(context.req.param('id')));
      if (deployment === undefined) return notFound(context);
      const size = Math.min(100, Number(context.req.query('per_page') ?? 30));
      return context.json(deployment.statuses.toReversed().slice(0, size));
    });
    app.post(`${deployments}/:id/statuses`, needs('deployments: write'), async (context) => {
      const deployment = this.deployments.find(({ id }) => id === Number(context.req.param('id')));
      if (deployment === undefined) return notFound(context);
      const body = v.safeParse(statusBody, await context.req.json());
      if (!body.success) return invalid(context, body.issues);
      deployment.statuses.push(body.output);
      if (body.output.state === 'success' && body.output.auto_inactive !== false) {
        for (const other of this.deployments) {
          const isActive = other.statuses.at(-1)?.state === 'success';
          if (other === deployment || other.environment !== deployment.environment) continue;
          if (isActive && other.transient_environment !== true)
            other.statuses.push({ state: 'inactive' });
        }
      }
      return context.json({ id: ++this.#lastId, ...body.output }, 201);
    });

    app.get('/repos/acme/voice/pulls', (context) => {
      const state = context.req.query('state') ?? 'open';
      const listed = [...this.pullRequests]
        .map(([number, pullRequest]) => ({ number, state: 'open', ...pullRequest }))
        .filter((one) => state === 'all' || one.state === state);
      return context.json(listed);
    });
    app.get('/repos/acme/voice/pulls/:number', (context) => {
      const number = Number(context.req.param('number'));
      const found = this.pullRequests.get(number);
      return found === undefined ? notFound(context) : context.json({ number, ...found });
    });

    const issues = '/repos/acme/voice/issues';
    app.get(`${issues}/:issue/comments`, (context) => {
      const issue = Number(context.req.param('issue'));
      if (!this.issues.has(issue)) return notFound(context);
      const size = Math.min(100, Number(context.req.query('per_page') ?? 30));
      const page = Number(context.req.query('page') ?? 1);
      const all = this.comments.filter((comment) => comment.issue === issue);
      const pages = Math.ceil(all.length / size);
      const link = (to: number, relation: string) =>
        `<${this.apiUrl}/repositories/1/issues/${issue}/comments?per_page=${size}&page=${to}>; rel="${relation}"`;
      const links = [
        ...(page > 1 ? [link(page - 1, 'prev')] : []),
        ...(page < pages ? [link(page + 1, 'next'), link(pages, 'last')] : []),
        ...(page > 1 ? [link(1, 'first')] : []),
      ];
      if (links.length > 0) context.header('link', links.join(', '));
      return context.json(all.slice((page - 1) * size, page * size));
    });
    app.post(`${issues}/:issue/comments`, needs('pull-requests: write'), (context) =>
      this.#createComment(context),
    );
    app.get(`${issues}/comments/:id`, (context) => {
      const comment = this.comments.find(({ id }) => id === Number(context.req.param('id')));
      return comment === undefined ? notFound(context) : context.json(comment);
    });
    app.patch(`${issues}/comments/:id`, needs('pull-requests: write'), (context) =>
      this.#updateComment(context),
    );
    app.all('*', notFound);
    return app;
  }

  async #createComment(context: ServerContext): Promise<Response> {
    const issue = Number(context.req.param('issue'));
    if (!this.issues.has(issue)) return notFound(context);
    const body = v.safeParse(commentBody, await context.req.json());
    if (!body.success) return invalid(context, body.issues);
    return context.json(this.addComment(issue, body.output.body, context.get('account')), 201);
  }

  async #updateComment(context: ServerContext): Promise<Response> {
    const comment = this.comments.find(({ id }) => id === Number(context.req.param('id')));
    if (comment === undefined) return notFound(context);
    const body = v.safeParse(commentBody, await context.req.json());
    if (!body.success) return invalid(context, body.issues);
    const updated = { ...comment, body: body.output.body };
    this.comments = this.comments.map((one) => (one === comment ? updated : one));
    return context.json(updated);
  }
}

async function received({ req, env }: ServerContext): Promise<ReceivedRequest> {
  const text = await req.text();
  return {
    method: req.method,
    path: req.path.replace(/^\/api\/v3/, ''),
    query: req.query(),
    headers: Object.fromEntries(
      Object.entries(env.incoming.headers).map(([name, value]) => [name, String(value)]),
    ),
    body: text === '' ? undefined : (JSON.parse(text) as unknown),
  };
}

async function spoil(spoiled: Spoiled, { env: { outgoing } }: ServerContext): Promise<Response> {
  if (spoiled.kind === 'answer') {
    const { status, body = '', headers = {} } = spoiled;
    return new Response(body === '' ? null : body, { status, headers });
  }
  if (spoiled.kind === 'reset') outgoing.socket?.destroy();
  if (spoiled.kind === 'cut-off') {
    outgoing.writeHead(200, { 'content-length': '100' });
    await new Promise<void>((resolve) => {
      outgoing.write('{"id"', () => {
        outgoing.socket?.destroy();
        resolve();
      });
    });
  }
  return RESPONSE_ALREADY_SENT;
}

const documentation_url = 'https://docs.github.com/rest';

const notFound = (context: ServerContext): Response =>
  context.json({ message: 'Not Found', documentation_url, status: '404' }, 404);

const notAccessible = (context: ServerContext): Response =>
  context.json(
    { message: 'Resource not accessible by integration', documentation_url, status: '403' },
    403,
  );

function invalid(context: ServerContext, issues: readonly v.BaseIssue<unknown>[]): Response {
  const errors = issues.map((issue) => ({
    resource: 'Resource',
    field: v.getDotPath(issue),
    code: issue.type === 'max_length' ? 'too_long' : 'invalid',
  }));
  return context.json({ message: 'Validation Failed', errors, documentation_url }, 422);
}
