import * as v from 'valibot';
import { readRequestId } from '../http/request-id.js';
import { quote } from '../text/quote.js';

/** What a workflow grants the token of a job under `permissions:`. */
export type Permission = 'deployments: write' | 'pull-requests: write' | 'pull-requests: read';

/** A request, and what the token needs for it. */
export interface GitHubCall {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** From the root of the API, without its host. */
  readonly path: string;
  readonly permission: Permission;
}

/** A call to GitHub's API without a usable response. Never contains the token. */
export class GitHubError extends Error {
  readonly call: GitHubCall;
  /** What happened: the end of a sentence with "because". */
  readonly reason: string;
  /** The status of the response; undefined if there was none. */
  readonly status: number | undefined;
  /**
   * Whether the token lacks `call.permission`. A 404 counts, because GitHub answers so for what a token
   * cannot see.
   */
  readonly lacksPermission: boolean;

  constructor(
    call: GitHubCall,
    reason: string,
    details: { status?: number | undefined; lacksPermission?: boolean; cause?: unknown } = {},
  ) {
    super(`${call.method} ${call.path}: ${reason}`, details);
    this.name = 'GitHubError';
    this.call = call;
    this.reason = reason;
    this.status = details.status;
    this.lacksPermission = details.lacksPermission ?? false;
  }
}

/** Why there is no usable response: the end of a sentence with "because". */
export class UnusableResponseError extends Error {
  /** The status, if there was a response. */
  readonly status: number | undefined;
  /** Whether the same request may work a moment later. */
  readonly isTransient: boolean;

  constructor(
    reason: string,
    details: { status?: number; isTransient?: boolean; cause?: unknown } = {},
  ) {
    super(reason, details);
    this.name = 'UnusableResponseError';
    this.status = details.status;
    this.isTransient = details.isTransient ?? false;
  }
}

const refusal = v.object({
  status: v.number(),
  response: v.object({
    data: v.unknown(),
    headers: v.fallback(v.record(v.string(), v.string()), {}),
  }),
});

const refusedField = v.object({
  message: v.nullish(v.string()),
  field: v.nullish(v.string()),
  code: v.nullish(v.string()),
});

const refusalBody = v.object({
  message: v.string(),
  errors: v.fallback(v.array(v.union([v.string(), refusedField])), []),
});

/**
 * Replaces an error from Octokit, which contains the request.
 *
 * @param redact redacts known secrets in GitHub's message
 */
export function toGitHubError(
  call: GitHubCall,
  error: unknown,
  redact: (text: string) => string,
): GitHubError {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof UnusableResponseError) {
    return new GitHubError(call, redact(cause.message), { status: cause.status, cause });
  }
  const refused = v.safeParse(refusal, error);
  if (!refused.success) {
    // Even a bug here must not fail the release.
    return new GitHubError(call, 'of a bug in the action', { cause: cause ?? error });
  }
  const { status, response } = refused.output;
  const requestId = readRequestId(response.headers, redact);
  const answered = `the response was ${status}${requestId === undefined ? '' : ` (request ID ${requestId})`}`;
  const body = v.safeParse(refusalBody, response.data);
  if (!body.success) return new GitHubError(call, answered, { status });
  const { message, errors } = body.output;
  const details = errors.map((one) =>
    typeof one === 'string'
      ? one
      : (one.message ?? [one.field, one.code].filter(Boolean).join(' ')),
  );
  const said = [message, details.filter(Boolean).join(', ')].filter(Boolean).join(': ');
  return new GitHubError(call, `${answered}: ${quote(redact(said))}`, {
    status,
    lacksPermission:
      status === 404 || (status === 403 && message.startsWith('Resource not accessible by ')),
  });
}
