import { isObject } from '../pipecat/agent-settings.js';
import type { AgentReleaseSettings, SmokeTestSettings } from '../plan/settings.js';
import { bytesOf } from '../text/bytes.js';
import { listOf } from '../text/list.js';
import { checkCredential, given } from './access.js';
import type { InputName } from './declared.js';
import { emptyReasons, shown, type InputProblem } from './problems.js';
import type { InputReader } from './reader.js';

/** Inputs that only a smoke test uses. */
const detailInputs = [
  'public-api-key',
  'smoke-test-transport',
  'smoke-test-body',
  'smoke-test-path',
  'smoke-test-duration',
  'smoke-test-timeout',
] as const satisfies InputName[];

export const smokeTestInputs = ['smoke-test', ...detailInputs] as const satisfies InputName[];

/** Bytes that the platform accepts as the body of a session. */
const longestBody = 1_000_000;

/** Paths that the platform itself serves for every bot. */
const reservedNames: readonly string[] = ['bot', 'ws', 'readyz', 'livez'];

const missingKey: InputProblem = {
  input: 'public-api-key',
  message: `is empty, but \`smoke-test\` needs it. Likely reasons if the workflow sets it: ${emptyReasons}`,
};

/** The mistake in a dry run that plans a smoke test without its key. Only some events explain that. */
export function missingPublicKey(
  { raw, isDryRun }: InputReader,
  agent: AgentReleaseSettings | undefined,
): InputProblem | undefined {
  const isPlanned = isDryRun && agent?.smokeTest !== undefined;
  return isPlanned && raw.text('public-api-key') === undefined ? missingKey : undefined;
}

/** Reads the settings of the smoke test; undefined if there is none. */
export function readSmokeTest(
  reader: InputReader,
  { waits }: { readonly waits: boolean },
): SmokeTestSettings | undefined {
  const { raw, fields, findings, isDryRun } = reader;
  const isWanted = fields.boolean('smoke-test') ?? false;
  const key = given(reader, 'public-api-key');
  const publicKey = key && checkCredential(findings, key, 'public-api-key');
  const transport = readTransport(reader);
  const body = readBody(reader);
  const path = readPath(reader);
  const duration = fields.timeout('smoke-test-duration');
  const timeout = fields.timeout('smoke-test-timeout');
  if (!raw.isInput('smoke-test')) fields.noEffectWithout('smoke-test', detailInputs);
  if (!isWanted) return undefined;
  if (duration > 0 && timeout > 0 && duration >= timeout) {
    findings.problem(
      'smoke-test-duration',
      `is ${duration / 1000} s, but must be shorter than \`smoke-test-timeout\` (${timeout / 1000} s)`,
    );
  }
  if (!waits) {
    findings.problem(
      'smoke-test',
      'needs `wait-for-ready: true`, because only a deployment that is ready can be tested',
    );
  }
  // A dry run starts no session, and forks get no secrets.
  if (key === undefined && !isDryRun) {
    findings.problem('public-api-key', missingKey.message);
  }
  return { publicKey, transport, body, path, duration, timeout };
}

function readTransport({ raw, fields, findings }: InputReader): SmokeTestSettings['transport'] {
  if (raw.text('smoke-test-transport')?.toLowerCase() === 'websocket') {
    return findings.problem(
      'smoke-test-transport',
      'cannot be `websocket`, because such a bot starts only when a client connects. Use `daily` or `webrtc`, or omit it',
    );
  }
  return fields.choice('smoke-test-transport', ['daily', 'webrtc']);
}

/** Messages never quote the body, as it may hold secrets. */
function readBody({ raw, findings }: InputReader): SmokeTestSettings['body'] {
  const text = raw.text('smoke-test-body');
  if (text === undefined) return undefined;
  const size = Buffer.byteLength(text);
  if (size > longestBody) {
    return findings.problem(
      'smoke-test-body',
      `has ${bytesOf(size)}, but the platform accepts at most ${bytesOf(longestBody)}`,
    );
  }
  return (
    parseObject(text) ??
    findings.problem(
      'smoke-test-body',
      'is not a JSON object such as `{"language": "en"}` (its value is not shown)',
    )
  );
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function readPath({ raw, findings }: InputReader): string | undefined {
  const text = raw.text('smoke-test-path');
  if (text === undefined) return undefined;
  const path = text.replace(/^\//, '');
  const breach = breachOf(path);
  return breach === undefined
    ? path
    : findings.problem('smoke-test-path', `${shown(text)} ${breach}`);
}

function breachOf(path: string): string | undefined {
  const notAPath = 'is not a path such as `healthz`, on one line and without query or fragment';
  // Percent signs could hide a segment from these checks.
  if (path.length > 200 || !/^[\w.~!$&'()*+,;:@/-]+$/.test(path)) return notAPath;
  const segments = path.replace(/\/$/, '').split('/');
  if (segments.some((segment) => segment === '..' || segment === '.')) {
    return 'leaves the session; remove `.` and `..`';
  }
  if (segments.includes('')) return notAPath;
  const [first = ''] = segments;
  if (reservedNames.includes(first.toLowerCase())) {
    return `begins with \`${first}\`, but the platform reserves ${listOf(reservedNames)}; name an endpoint of the bot itself`;
  }
  return undefined;
}
