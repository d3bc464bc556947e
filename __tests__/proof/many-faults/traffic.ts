import type { LoggedRequest } from '../../../emulator/index.js';

/** The purpose of a request, in the words of the report. */
export type Purpose =
  | { readonly kind: 'write'; readonly set: string; readonly keys: readonly string[] }
  | { readonly kind: 'delete-key'; readonly set: string; readonly key: string }
  | { readonly kind: 'delete-set'; readonly set: string }
  | { readonly kind: 'deploy'; readonly agent: string }
  | { readonly kind: 'build'; readonly region: string }
  | { readonly kind: 'session' }
  | { readonly kind: 'upload' }
  | { readonly kind: 'read' };

/** The purpose of a request, from its method, path and body. */
export function purposeOf({ method, path, body }: LoggedRequest): Purpose {
  if (method === 'GET') return { kind: 'read' };
  if (path.startsWith('/v1/public/') || path.includes('/sessions/')) return { kind: 'session' };
  const [, set, key] = /\/secrets\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? [];
  if (set !== undefined) {
    if (method === 'PUT') return { kind: 'write', set, keys: keysOf(body) };
    return key === undefined ? { kind: 'delete-set', set } : { kind: 'delete-key', set, key };
  }
  const [, agent] = /\/(?:agents|services)(?:\/([^/]+))?$/.exec(path) ?? [];
  if (/\/(agents|services)(\/|$)/.test(path)) {
    return { kind: 'deploy', agent: agent ?? String(field(body, 'serviceName')) };
  }
  if (path.endsWith('/builds')) return { kind: 'build', region: String(field(body, 'region')) };
  return { kind: 'upload' };
}

function field(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null
    ? (Object.entries(body) as [string, unknown][]).find(([key]) => key === name)?.[1]
    : undefined;
}

/** The keys in a write; empty if it writes the credentials of a registry. */
function keysOf(body: unknown): string[] {
  const pairs = field(body, 'secrets');
  const all = Array.isArray(pairs) ? pairs : [body];
  return all
    .map((pair: unknown) => field(pair, 'secretKey'))
    .filter((key) => typeof key === 'string');
}

/**
 * Whether the release received the complete response of the platform. For a write of a set, the status is enough, so the body
 * does not matter.
 */
export function isAnswered({ method, path, status, fault }: LoggedRequest): boolean {
  if (status === undefined) return false;
  const isSetWrite = method === 'PUT' && path.includes('/secrets/');
  return fault === undefined || fault === 'late' || (fault === 'wrong-json' && isSetWrite);
}

export function isDone(request: LoggedRequest): boolean {
  const { status = 0 } = request;
  return isAnswered(request) && status >= 200 && status < 300;
}

/** Whether a request may have been carried out although its response was lost. */
export function isLost(request: LoggedRequest): boolean {
  const { status, fault } = request;
  if (isAnswered(request)) return false;
  // A rejection is a response, whoever sent it.
  return !(fault === 'status' && status !== undefined && status < 500);
}

/** Whether a request was certainly not carried out. */
export function isRefused(request: LoggedRequest): boolean {
  return !isDone(request) && !isLost(request);
}
