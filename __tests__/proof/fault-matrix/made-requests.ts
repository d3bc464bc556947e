import type { LoggedRequest, RequestMatch } from '../../../emulator/index.js';

/** The phases of a release. No agent changes before its sets and its image are ready. */
export const phases = [
  'before the first write',
  'before the deploy',
  'deploy',
  'after the deploy',
] as const;
export type Phase = (typeof phases)[number];

/** The position of a request among equal ones in a phase. Of repeated reads, only these are tried. */
export type Place = 'only' | 'first' | 'middle' | 'last' | `${number} of ${number}`;

/** A request of a release, for which a fault can be scheduled. */
export interface MadeRequest {
  readonly phase: Phase;
  readonly method: string;
  /** Ids are `{id}`. */
  readonly path: string;
  readonly place: Place;
  readonly isWrite: boolean;
  readonly match: RequestMatch;
  /** Number of matching requests before it. */
  readonly skip: number;
}

const id = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** The requests of a release without faults that are tried. */
export function madeRequests(log: readonly LoggedRequest[]): MadeRequest[] {
  const firstWrite = log.findIndex(isWrite);
  const deploy = log.findLastIndex((request) => isWrite(request) && !isOfSession(request));
  const phaseAt = (index: number): Phase => {
    if (index < firstWrite) return 'before the first write';
    if (index < deploy) return 'before the deploy';
    return index === deploy ? 'deploy' : 'after the deploy';
  };
  const seen = new Map<string, number>();
  const made = log.map((request, index) => {
    const phase = phaseAt(index);
    const path = request.path.replaceAll(id, '{id}');
    const kind = `${request.method} ${path}`;
    const skip = seen.get(kind) ?? 0;
    seen.set(kind, skip + 1);
    return { group: `${phase}: ${kind}`, phase, path, skip, request };
  });
  return made.flatMap(({ group, phase, path, skip, request }) => {
    const { method } = request;
    const alike = made.filter((other) => other.group === group);
    const index = alike.findIndex((other) => other.request === request);
    const place = placeOf(index, alike.length, isWrite(request));
    if (place === undefined) return [];
    const match = { method, path: patternOf(path) };
    return [{ phase, method, path, place, isWrite: isWrite(request), match, skip }];
  });
}

/** The requests in a log that are equal to a request. */
export function ofTheKind(
  log: readonly LoggedRequest[],
  { method, match: { path } }: MadeRequest,
): LoggedRequest[] {
  return log.filter(
    (request) =>
      request.method === method && path instanceof RegExp && request.path.search(path) >= 0,
  );
}

/** A smoke test runs after the deploy, and writes nothing permanent. */
function isOfSession({ path }: LoggedRequest): boolean {
  return path.startsWith('/v1/public/') || path.includes('/sessions/');
}

function isWrite({ method }: LoggedRequest): boolean {
  return method !== 'GET';
}

function placeOf(index: number, count: number, isWrite: boolean): Place | undefined {
  if (count === 1) return 'only';
  if (isWrite || count <= 3) return `${index + 1} of ${count}`;
  if (index === 0) return 'first';
  if (index === Math.floor(count / 2)) return 'middle';
  return index === count - 1 ? 'last' : undefined;
}

function patternOf(path: string): RegExp {
  const escaped = path.replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll('{id}', id.source)}$`);
}
