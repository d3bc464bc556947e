import type { Fault } from '../../../emulator/index.js';
import type { MadeRequest } from './made-requests.js';

/** A column of the matrix: one way in which a request fails. */
export interface Column {
  readonly title: string;
  /** What happens, as a sentence. */
  readonly meaning: string;
  readonly fault: Fault;
  /** Whether it is tried only with writes, because it makes no difference for reads. */
  readonly writesOnly?: true;
  /** The earliest time at which the request may be sent again, from the time of the first one. */
  readonly notBefore?: (cameAt: number) => number;
  /** Whether the response is complete and in time, so that nothing may be sent again. */
  readonly isAnswered?: true;
  /** Requests for which such a response is clear, so that it is not a fault. */
  readonly isNotFor?: (request: MadeRequest) => boolean;
}

const retrySeconds = 7;
/** Later than the end of the longest of these releases, but within all time limits. */
const retryDate = Date.UTC(2026, 0, 1, 0, 1, 0);
/** Real milliseconds, fewer than the limit after which the test clock considers a request hanging. */
const lateness = 20;

/** For these requests, the status alone means that the platform accepted them. */
function isWriteOfSet({ method, path }: MadeRequest): boolean {
  return method === 'PUT' && path.includes('/secrets/');
}

const page = '<!doctype html><html><body><h1>Bad gateway</h1></body></html>';
const error = { error: 'Internal server error', code: 'INTERNAL_SERVER_ERROR' };

function comeBack(status: number, kind: 'seconds' | 'date'): Column {
  const isDate = kind === 'date';
  const header = isDate ? new Date(retryDate).toUTCString() : String(retrySeconds);
  return {
    title: `${status} ${kind}`,
    meaning: `the platform rejects the request with ${status} and a \`Retry-After\` of ${isDate ? 'a date' : `${retrySeconds} seconds`} and must not be sent again before then.`,
    fault: { kind: 'status', status, body: error, headers: { 'retry-after': header } },
    notBefore: isDate ? () => retryDate : (cameAt) => cameAt + retrySeconds * 1000,
  };
}

/** The same fault for a request that is carried out. */
function writesOnly(column: Column): Column {
  return { ...column, writesOnly: true };
}

/** All faults. Each release has one of them. */
export const columns: readonly Column[] = [
  {
    title: '500',
    meaning: 'the platform returns an error as JSON; nothing is carried out.',
    fault: { kind: 'status', status: 500, body: error },
  },
  writesOnly({
    title: '500 after',
    meaning: 'the same, but the request was carried out.',
    fault: { kind: 'status', status: 500, body: error, carryOut: true },
  }),
  {
    title: '502',
    meaning: 'a gateway returns HTML; nothing is carried out.',
    fault: { kind: 'status', status: 502, body: page },
  },
  writesOnly({
    title: '502 after',
    meaning: 'the same, but the request was carried out.',
    fault: { kind: 'status', status: 502, body: page, carryOut: true },
  }),
  {
    title: '408',
    meaning: 'a gateway says that the request took too long; nothing is carried out.',
    fault: { kind: 'status', status: 408, body: page },
  },
  writesOnly({
    title: '425 after',
    meaning: 'the request is said to have come too early, but it was carried out.',
    fault: { kind: 'status', status: 425, body: page, carryOut: true },
  }),
  {
    title: '520',
    meaning: 'the HTML of a gateway whose status is its own; nothing is carried out.',
    fault: { kind: 'status', status: 520, body: page },
  },
  writesOnly({
    title: '524 after',
    meaning: 'the gateway gives up waiting, but the request was carried out.',
    fault: { kind: 'status', status: 524, body: page, carryOut: true },
  }),
  comeBack(503, 'seconds'),
  comeBack(503, 'date'),
  comeBack(429, 'seconds'),
  comeBack(429, 'date'),
  {
    title: 'reset',
    meaning: 'the connection is reset before the request arrives.',
    fault: { kind: 'reset' },
  },
  {
    title: 'reset after',
    meaning: 'the connection is reset after the request was carried out.',
    fault: { kind: 'reset', carryOut: true },
  },
  writesOnly({
    title: 'cut off',
    meaning: 'the response is cut off in the middle; nothing was carried out.',
    fault: { kind: 'cut-off', carryOut: false },
  }),
  {
    title: 'cut off after',
    meaning: 'the request is carried out, and the response is cut off in the middle.',
    fault: { kind: 'cut-off' },
  },
  {
    title: 'other JSON',
    meaning:
      '200 with JSON of an unexpected shape; nothing is carried out. Not tried with writes of secret sets: for them, any 2xx is acceptance.',
    fault: { kind: 'wrong-json' },
    isNotFor: isWriteOfSet,
  },
  writesOnly({
    title: 'other JSON after',
    meaning: 'the same, but the request was carried out.',
    fault: { kind: 'wrong-json', carryOut: true },
  }),
  {
    title: 'page',
    meaning: '200 with HTML; nothing is carried out.',
    fault: { kind: 'not-json' },
  },
  writesOnly({
    title: 'page after',
    meaning: 'the same, but the request was carried out.',
    fault: { kind: 'not-json', carryOut: true },
  }),
  {
    title: 'late',
    meaning: 'the response comes late but in time, and nothing is sent again.',
    fault: { kind: 'late', delay: lateness },
    isAnswered: true,
  },
  {
    title: 'never',
    meaning: 'no response comes, and nothing is carried out.',
    fault: { kind: 'hang' },
  },
  writesOnly({
    title: 'never after',
    meaning: 'the same, but the request was carried out.',
    fault: { kind: 'hang', carryOut: true },
  }),
  writesOnly({
    title: 'straggler',
    meaning:
      'no response comes, and the platform carries the request out just before it receives the retry, so no status check can find it.',
    fault: { kind: 'straggle' },
  }),
];
