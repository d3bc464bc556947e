import { kindOfCredential } from '../pipecat/credential.js';
import type { SmokeTestSettings } from '../plan/settings.js';
import { SecretValue } from '../secrecy/secret-value.js';
import { bytesOf } from '../text/bytes.js';
import type { InputName } from './declared.js';
import { emptyReasons, found, type InputProblem } from './problems.js';
import type { RawInputs } from './raw-inputs.js';
import type { InputReader } from './reader.js';

/** What only a smoke test uses. */
const detailInputs = [
  'public-api-key',
  'smoke-test-transport',
  'smoke-test-body',
  'smoke-test-path',
  'smoke-test-duration',
  'smoke-test-timeout',
] as const satisfies InputName[];

export const smokeTestInputs = ['smoke-test', ...detailInputs] as const satisfies InputName[];

/** Bytes of a body that the platform accepts when a session starts. */
const longestBody = 1_000_000;

/** Endpoints of the platform in front of every bot. */
const reservedNames: readonly string[] = ['bot', 'ws', 'readyz', 'livez'];

/** A public key that is missing in a run that gets the secrets of its repository. */
export const missingPublicKey: InputProblem = {
  input: 'public-api-key',
  message: `is empty, but \`smoke-test\` needs it. Where the workflow does pass one, ${emptyReasons}`,
};

/** The public key, for masking; whatever becomes of it. */
export function givenPublicKey(raw: RawInputs): SecretValue[] {
  const text = raw.text('public-api-key');
  return text === undefined ? [] : [new SecretValue(text)];
}

/** Whether a smoke test is asked for, and its key is missing. */
export function lacksPublicKey(raw: RawInputs, smokeTest: SmokeTestSettings | undefined): boolean {
  return smokeTest !== undefined && raw.text('public-api-key') === undefined;
}

/** Reads how the release is tested with a session; undefined for not at all. */
export function readSmokeTest(
  reader: InputReader,
  { waits }: { readonly waits: boolean },
): SmokeTestSettings | undefined {
  const { raw, fields, findings, isDryRun } = reader;
  const isWanted = fields.boolean('smoke-test') ?? false;
  const publicKey = readPublicKey(reader);
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
      `has to be shorter than \`smoke-test-timeout\`; found ${duration / 1000} s and ${timeout / 1000} s`,
    );
  }
  if (!waits) {
    findings.problem(
      'smoke-test',
      'needs `wait-for-ready: true`: only a deployment that is ready can be tested',
    );
  }
  // A dry run starts no session, and forks get no secrets.
  if (raw.text('public-api-key') === undefined && !isDryRun) {
    findings.problem('public-api-key', missingPublicKey.message);
  }
  return { publicKey, transport, body, path, duration, timeout };
}

function readPublicKey({ raw, findings }: InputReader): SecretValue | undefined {
  const text = raw.text('public-api-key');
  if (text === undefined) return undefined;
  const value = new SecretValue(text);
  if (!/^[\x21-\x7e]+$/.test(text)) {
    findings.problem(
      'public-api-key',
      'has to be one line of printable characters; it holds blanks, line breaks or others',
    );
    return undefined;
  }
  const kind = kindOfCredential(value);
  if (kind === 'private-api-key' || kind === 'personal-access-token') {
    const what = kind === 'private-api-key' ? 'a private API key' : 'a personal access token';
    findings.problem(
      'public-api-key',
      `holds ${what}, but a session is started with a public API key (\`pk_…\`); create one in the dashboard under Settings → API Keys → Public`,
    );
    return undefined;
  }
  if (kind === undefined) {
    findings.warnings.push(
      'The input `public-api-key` does not begin with `pk_`, as a public API key usually does. The action uses it anyway.',
    );
  }
  return value;
}

function readTransport({ raw, fields, findings }: InputReader): SmokeTestSettings['transport'] {
  if (raw.text('smoke-test-transport')?.toLowerCase() === 'websocket') {
    findings.problem(
      'smoke-test-transport',
      'cannot be `websocket`: such a bot starts only when a client connects, and a smoke test has none. Use `daily` or `webrtc`, or omit it',
    );
    return undefined;
  }
  return fields.choice('smoke-test-transport', ['daily', 'webrtc']);
}

/** Nothing of a body is quoted: it may hold what nobody else may see. */
function readBody({ raw, findings }: InputReader): SmokeTestSettings['body'] {
  const text = raw.text('smoke-test-body');
  if (text === undefined) return undefined;
  const size = Buffer.byteLength(text);
  if (size > longestBody) {
    findings.problem(
      'smoke-test-body',
      `has ${bytesOf(size)}, but the platform accepts at most ${bytesOf(longestBody)}`,
    );
    return undefined;
  }
  const body = parseObject(text);
  if (body === undefined) {
    findings.problem(
      'smoke-test-body',
      'has to be a JSON object such as `{"language": "en"}`; what it holds is not shown',
    );
  }
  return body;
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return { ...value };
}

function readPath({ raw, findings }: InputReader): string | undefined {
  const text = raw.text('smoke-test-path');
  if (text === undefined) return undefined;
  const path = text.replace(/^\//, '');
  const rule = brokenPathRule(path);
  if (rule === undefined) return path;
  findings.problem('smoke-test-path', `${rule}; ${found(text)}`);
  return undefined;
}

function brokenPathRule(path: string): string | undefined {
  const example = 'has to be a path such as `healthz`, on one line and without query or fragment';
  // Percent signs could hide a segment from these checks.
  if (path.length > 200 || !/^[\w.~!$&'()*+,;:@/-]+$/.test(path)) return example;
  const segments = path.replace(/\/$/, '').split('/');
  if (segments.some((segment) => segment === '..' || segment === '.')) {
    return 'has to stay within the session, so `.` and `..` are not allowed in it';
  }
  if (segments.includes('')) return example;
  const [first = ''] = segments;
  if (reservedNames.includes(first.toLowerCase())) {
    return `begins with \`${first}\`, which the platform reserves, and so are ${reservedNames
      .filter((name) => name !== first.toLowerCase())
      .map((name) => `\`${name}\``)
      .join(', ')}; name an endpoint of the bot itself`;
  }
  return undefined;
}
