import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startEmulator, type Emulator, type Fault } from '../../emulator/index.js';
import { runAction } from '../../scripts/runner.js';
import { run } from '../../src/run.js';
import { agentFiles, checkoutForEachTest } from '../support/checkout.js';
import { GitHubServer, tokens } from '../support/github-server.js';
import { credentials, inputVariables, Stage } from '../support/release-run.js';
import { batches, type AwkwardValue } from './secrecy/awkward-values.js';
import { disclosures, secretLines, type Known } from './secrecy/disclosure.js';
import { give, ways, type Given } from './secrecy/giving.js';
import { foreignElements, structureOf } from './secrecy/markdown-structure.js';
import { commandsIn, withoutMasks, WrittenActions } from './secrecy/runner-commands.js';

/**
 * Awkward values go through every path of a release, failing ones and debug logging included: what
 * is seen of it holds none of them, and each arrives as it was given.
 */
const all = batches(1, 16);
/** What the platform, storage and GitHub say before and after a value, to show that it was told. */
const marker = 'the echo begins';
const commit = '0123456789abcdef0123456789abcdef01234567';
const token = { value: tokens.job, hasPieces: false };
const privateKey = { value: credentials['API key']['api-key'], hasPieces: false };
const accessToken = { value: credentials.token.pat, hasPieces: false };
const unusedToken = 'pcc_pat_"unused"%0A::Qz7Wx9Lk3';

let github: GitHubServer;
let releases = 0;
let values = 0;

beforeAll(async () => {
  github = await GitHubServer.start();
  github.refs.add(commit);
});

afterAll(async () => {
  await github.close();
  process.stdout.write(`Secrecy: ${releases} releases with ${values} values.\n`);
});

interface Seen {
  readonly actions: WrittenActions;
  readonly succeeded: boolean;
  readonly errors: readonly unknown[];
}

interface Run {
  readonly inputs: Readonly<Record<string, string>>;
  readonly given: Given;
  readonly environment?: Readonly<Record<string, string>>;
  readonly event?: { readonly eventName: string; readonly payload: unknown };
  readonly readFile?: (path: string) => Promise<string>;
}

/** Runs the action in this process; the errors are those that it looks at for its debug log. */
async function release(stage: Stage, options: Run): Promise<Seen> {
  const actions = new WrittenActions();
  const errors = new Set<unknown>();
  const before = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  Error.prepareStackTrace = (error, frames) => {
    errors.add(error);
    return [String(error), ...frames.map((frame) => `    at ${frame.getFileName() ?? ''}`)].join(
      '\n',
    );
  };
  releases++;
  try {
    const succeeded = await run({
      cancellation: new AbortController().signal,
      environment: {
        GITHUB_WORKSPACE: '/workspace',
        GITHUB_API_URL: github.apiUrl,
        GITHUB_REPOSITORY: 'acme/voice',
        GITHUB_SHA: commit,
        GITHUB_RUN_ID: '4711',
        GITHUB_SERVER_URL: 'https://github.com',
        GITHUB_EVENT_NAME: options.event?.eventName ?? 'push',
        PIPECAT_TOKEN: unusedToken,
        ...inputVariables({
          'api-url': stage.emulator.url,
          'github-token': tokens.job,
          ...options.given.inputs,
          ...options.inputs,
        }),
        ...options.given.environment,
        ...options.environment,
      },
      actions,
      clock: stage.clock,
      readFile:
        options.readFile ??
        ((path) => {
          const text = Object.entries(options.given.files).find(([name]) => path.endsWith(name));
          return text === undefined
            ? Promise.reject(Object.assign(new Error('no such file'), { code: 'ENOENT' }))
            : Promise.resolve(text[1]);
        }),
      workflowEvent: () => Promise.resolve(options.event ?? { eventName: 'push', payload: {} }),
    });
    return { actions, succeeded, errors: [...errors] };
  } finally {
    if (before === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
    else Object.defineProperty(Error, 'prepareStackTrace', before);
  }
}

const password = 'Pw "x"%25\\ $& Vb5Nm2Kj8 `|<i>';
const username = 'acme-bot';

/** A release that has everything: both kinds of sets, and an agent. */
const everything = {
  'secret-set': 'keys',
  'image-credentials': 'registry',
  registry: 'ghcr.io',
  'registry-username': username,
  'registry-password': password,
  'agent-name': 'voice',
  image: 'ghcr.io/acme/voice:1.0.0',
  'failure-logs': 'always',
};

function known(given: readonly AwkwardValue[]): (Known | string)[] {
  return [
    ...given.map(({ value }) => value),
    password,
    `${username}:${password}`,
    unusedToken,
    token,
    privateKey,
    accessToken,
  ];
}

/** Nothing of the values is to be seen, and what was masked was masked before anything was said. */
function expectSecrecy(
  { actions, errors }: Pick<Seen, 'actions' | 'errors'>,
  secrets: readonly (Known | string)[],
): void {
  values += secrets.length;
  expect(actions.beforeMasks).toEqual([]);
  const masks = new Set(actions.masks);
  expect([privateKey, accessToken].some(({ value }) => masks.has(value))).toBe(true);
  for (const one of secrets.filter((secret) => typeof secret === 'string')) {
    // What is made of a user and a password is masked in the form in which it is sent.
    const masked = one === `${username}:${password}` ? Buffer.from(one).toString('base64') : one;
    expect(secretLines(masked).filter((line) => !masks.has(line))).toEqual([]);
  }
  const places = {
    'log and annotations': actions.raw,
    summary: actions.summary,
    outputs: actions.history.map(({ name, value }) => `${name}=${value}`).join('\n'),
    'error objects': errors
      .map((error) =>
        inspect(error, { depth: 12, maxStringLength: Infinity, breakLength: Infinity }),
      )
      .join('\n'),
  };
  const found = Object.entries(places).flatMap(([place, text]) =>
    disclosures(secrets, text).map((disclosure) => ({ place, ...disclosure })),
  );
  expect(found).toEqual([]);
  const foreign = commandsIn(actions.raw).filter(
    ({ name }) => !['debug', 'group', 'endgroup', 'notice', 'warning', 'error'].includes(name),
  );
  expect(foreign).toEqual([]);
}

/** What was sent nowhere but in the bodies that are for it. */
function expectSecrecyOfRequests(emulator: Emulator, secrets: readonly (Known | string)[]): void {
  const sent = emulator.requests.map(({ method, path, query, headers, body }) => {
    const others = { ...headers, authorization: undefined };
    const isWrite = method === 'PUT' && path.includes('/secrets/');
    return { path, query, headers: others, body: isWrite ? undefined : body };
  });
  expect(disclosures(secrets, JSON.stringify(sent))).toEqual([]);
}

async function onStage(
  prepare: (stage: Stage) => void,
  work: (stage: Stage) => Promise<void>,
): Promise<void> {
  const stage = await Stage.open();
  try {
    prepare(stage);
    await work(stage);
  } finally {
    await stage.close();
  }
}

const nothing: Given = { inputs: {}, environment: {}, files: {}, expected: {} };

describe.each(Object.entries(credentials))(
  'values that are released with the %s',
  (_, credential) => {
    test.each(ways)('by `%s` arrive as they are, and are not seen', async (way) => {
      for (const batch of all) {
        const given = give(way, batch);
        await onStage(
          () => undefined,
          async (stage) => {
            const seen = await release(stage, { inputs: { ...credential, ...everything }, given });
            expect(seen.succeeded).toBe(true);
            const { emulator } = stage;
            expect(emulator.state.secretSet('keys')?.values).toEqual(given.expected);
            expect(emulator.state.serving('voice')?.secretValues).toEqual(given.expected);
            const auth = Buffer.from(`${username}:${password}`).toString('base64');
            expect(
              emulator.requests
                .filter(({ path }) => path.endsWith('/secrets/registry'))
                .filter(({ method }) => method === 'PUT')
                .map(({ body }) => body),
            ).toMatchObject([{ secretValue: auth, isImagePullSecret: true }]);
            expectSecrecy(seen, known(batch));
            expectSecrecyOfRequests(emulator, known(batch));
          },
        );
      }
    });

    test('are not seen in a plan, its output and its comment', async () => {
      for (const batch of all) {
        await onStage(
          ({ emulator }) => {
            emulator.seed.secretSet({
              name: 'keys',
              values: { KEY_0: 'old-value', GONE: 'other' },
            });
          },
          async (stage) => {
            github.comments = [];
            const seen = await release(stage, {
              inputs: { ...credential, ...everything, 'dry-run': 'true', comment: 'true' },
              given: give('secrets-env', batch),
              event: { eventName: 'pull_request', payload: { pull_request: { number: 7 } } },
            });
            expect(seen.succeeded).toBe(true);
            expectSecrecy(seen, known(batch));
            expect(github.comments).toHaveLength(1);
            expect(disclosures(known(batch), JSON.stringify(github.comments))).toEqual([]);
          },
        );
      }
    });

    test('are not seen in versions of a set, several regions and deployments on GitHub', async () => {
      for (const batch of all) {
        await onStage(
          () => undefined,
          async (stage) => {
            github.deployments.length = 0;
            const seen = await release(stage, {
              inputs: {
                ...credential,
                region: 'us-west, eu-central',
                'secret-set': 'keys-{region}-{version}',
                'agent-name': 'voice-{region}',
                image: 'ghcr.io/acme/voice:1.0.0',
                environment: 'production-{region}',
              },
              given: give('secrets-json', batch),
            });
            expect(seen.succeeded).toBe(true);
            for (const { values: arrived } of stage.emulator.state.secretSets()) {
              expect(arrived).toEqual(give('secrets-json', batch).expected);
            }
            expectSecrecy(seen, [...batch.map(({ value }) => value), unusedToken, token]);
            expect(github.deployments).toHaveLength(2);
            expect(
              disclosures(
                known(batch),
                JSON.stringify([github.deployments, github.requests.map(({ body }) => body)]),
              ),
            ).toEqual([]);
          },
        );
      }
    });
  },
);

/** Ways in which somebody else puts a value into what he says. */
const echoes: readonly {
  readonly name: string;
  readonly of: (value: string, index: number) => string;
}[] = [
  { name: 'as it is', of: (value) => value },
  { name: 'as JSON', of: (value) => JSON.stringify(value) },
  {
    name: 'as JSON in ASCII',
    of: (value) =>
      JSON.stringify(value).replace(
        /[^ -~]/g,
        (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
      ),
  },
  { name: 'with colours in it', of: (value) => parted(value, '\u001b[1;31m') },
  { name: 'with what nobody sees in it', of: (value) => parted(value, '\u200b\ufe0f\u{e0020}') },
  { name: 'over several lines', of: (value) => wrapped(value) },
  { name: 'with blanks around it', of: (value) => value.trim().replace(/\s+/g, ' ') },
];

/** Puts something in the midst of each line, between whole characters. */
function parted(value: string, what: string): string {
  return value.replace(/[^\r\n]+/g, (line) => {
    const characters = Array.from(line);
    // Within a sequence of a terminal, it would be part of it.
    if (line.includes('\u001b')) return line;
    const middle = Math.floor(characters.length / 2);
    return [...characters.slice(0, middle), what, ...characters.slice(middle)].join('');
  });
}

function wrapped(value: string): string {
  return value.replace(/[^\r\n]{20,}/g, (line) =>
    line.includes('\u001b') ? line : line.replace(/(.{17})(?=.)/gu, '$1\n'),
  );
}

/** A text that is said of the values, in which each of them begins at another place. */
function echoOf(batch: readonly AwkwardValue[], round: number): string {
  return [
    marker,
    ...batch.map(({ value }, index) => {
      const { of } = echoes[(index + round) % echoes.length] ?? { of: String };
      return `${'filler '.repeat((index * 13 + round * 29) % 80)}<${of(value, index)}> and`;
    }),
  ].join(' ');
}

/** What a failure is prepared on. */
interface Scene {
  readonly emulator: Emulator;
  readonly clock: Pick<Stage['clock'], 'random'>;
}

interface Failure {
  readonly name: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly prepare: (stage: Scene, echo: string, batch?: readonly AwkwardValue[]) => void;
  /** Not every answer is repeated; where it is, what comes before the value is. */
  readonly isTold?: boolean;
  readonly succeeds?: boolean;
  readonly builds?: boolean;
}

const fault =
  (match: { method?: string; path?: string | RegExp }, make: (echo: string) => Fault, times = 20) =>
  ({ emulator }: Scene, echo: string): void => {
    emulator.script.fault(match, make(echo), { times });
  };
const put = { method: 'PUT', path: /\/secrets\/keys$/ };
const regionsPath = { method: 'GET', path: /\/regions$/ };
const deploy = { method: 'POST', path: /\/(agents|services)$/ };
const refused = (status: number) => (echo: string) =>
  ({ kind: 'status', status, body: { error: echo, code: 'PCC-1' } }) satisfies Fault;
const storage = { method: 'POST', path: /^\/storage\// };
const answered = (body: unknown): Fault => ({ kind: 'status', status: 200, body });

function xml(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
}

const failures: readonly Failure[] = [
  ...[400, 401, 403, 404, 409, 422, 429, 500, 503].map((status) => ({
    name: `a write that is answered ${status}`,
    prepare: fault(put, refused(status), 40),
  })),
  { name: 'a look that is answered 403', prepare: fault(regionsPath, refused(403)) },
  {
    name: 'a message in the other field',
    prepare: fault(put, (echo) => ({ kind: 'status', status: 400, body: { message: echo } })),
  },
  {
    name: 'a code',
    prepare: fault(put, (echo) => ({
      kind: 'status',
      status: 400,
      body: { error: 'x', code: echo },
    })),
  },
  {
    name: 'a message that holds the request as JSON',
    prepare: ({ emulator }, _echo, batch = []) => {
      const request = JSON.stringify(batch.map(({ value }) => ({ secretValue: value })));
      const error = `${marker} ${request} ${JSON.stringify(request)}`;
      emulator.script.fault(put, { kind: 'status', status: 400, body: { error } });
    },
  },
  {
    name: 'a page of a gateway',
    isTold: false,
    prepare: fault(put, (body) => ({ kind: 'status', status: 502, body })),
  },
  {
    name: 'a refused deploy',
    prepare: fault(deploy, refused(400)),
  },
  {
    name: 'a redirect to a path',
    isTold: false,
    prepare: fault(put, (echo) => ({
      kind: 'status',
      status: 302,
      body: '',
      headers: { location: `https://elsewhere.test/?${encodeURIComponent(echo.slice(0, 4000))}` },
    })),
  },
  {
    name: 'JSON that is not what is due',
    isTold: false,
    prepare: fault(regionsPath, (echo) => answered({ regions: [{ code: { [echo]: echo } }] })),
  },
  {
    name: 'a text that is not JSON',
    isTold: false,
    prepare: fault(regionsPath, (echo) => answered(echo)),
  },
  {
    name: 'fields of a form whose names are not known',
    isTold: false,
    builds: true,
    prepare: fault({ method: 'POST', path: /upload-url$/ }, (echo) =>
      answered({ uploadId: 'x', uploadUrl: 'https://x.example', uploadFields: { [echo]: 1 } }),
    ),
  },
  {
    name: 'provisioning that fails',
    prepare: ({ emulator }, errorMessage) => {
      emulator.script.provisioning('keys', { outcome: 'failed', errorMessage, every: true });
    },
  },
  {
    name: 'an error of the agent',
    prepare: ({ emulator }, message) => {
      emulator.script.deployment('voice', { outcome: 'error', errors: [{ code: 'X', message }] });
    },
  },
  {
    name: 'a code of the agent',
    prepare: ({ emulator }, code) => {
      emulator.script.deployment('voice', { outcome: 'error', errors: [{ code, message: 'x' }] });
    },
  },
  {
    name: 'a headline and a reason',
    prepare: ({ emulator }, echo) => {
      emulator.script.deployment('voice', {
        outcome: 'failed',
        health: { headline: echo, reason: echo, lastTerminationReason: echo },
      });
    },
  },
  {
    name: 'a traceback and the logs',
    prepare: ({ emulator }, echo) => {
      emulator.script.deployment('voice', {
        outcome: 'crash-loop',
        health: { message: `Traceback\n${echo}` },
        logs: [...echo.split('\n'), `last ${echo}`],
      });
    },
  },
  {
    name: 'logs that were wrapped',
    isTold: false,
    prepare: ({ emulator }, echo) => {
      emulator.script.deployment('voice', {
        outcome: 'crash-loop',
        logs: echo.split('\n').flatMap((line) => line.match(/.{1,1500}/gu) ?? []),
      });
    },
  },
  {
    name: 'a rollout that takes too long',
    isTold: false,
    inputs: { 'wait-timeout': '20' },
    prepare: ({ emulator }, headline) => {
      emulator.script.deployment('voice', { delay: 1e6, health: { headline }, logs: [headline] });
    },
  },
  {
    name: 'a warning on a deploy',
    succeeds: true,
    inputs: { 'wait-for-ready': 'false' },
    prepare: fault(
      deploy,
      (warning) => answered({ name: 'voice', desiredDeploymentId: 'x', warning }),
      1,
    ),
  },
  {
    name: 'a build that fails',
    builds: true,
    prepare: ({ emulator }, errorMessage) => {
      emulator.script.build({ outcome: 'failed', errorMessage, logs: [errorMessage, 'end'] });
    },
  },
  {
    name: 'the log of a build',
    builds: true,
    prepare: ({ emulator }, echo) => {
      emulator.script.build({ outcome: 'failed', logs: echo.split('\n') });
    },
  },
  {
    name: 'an upload that is refused',
    builds: true,
    isTold: false,
    prepare: fault(storage, (echo) => ({
      kind: 'status',
      status: 400,
      body: `<Error><Code>Odd</Code><Message>${xml(echo)}</Message></Error>`,
    })),
  },
  { name: 'answers that never come', isTold: false, prepare: fault(put, () => ({ kind: 'hang' })) },
  { name: 'connections that break', isTold: false, prepare: fault(put, () => ({ kind: 'reset' })) },
  {
    name: 'answers that are cut off',
    isTold: false,
    prepare: fault(put, () => ({ kind: 'cut-off' })),
  },
  {
    name: 'an exception that nobody expects',
    prepare: (stage, echo) => {
      stage.emulator.script.fault(put, { kind: 'reset' });
      stage.clock.random = () => {
        throw new TypeError(echo, { cause: new RangeError(echo, { cause: new Error(echo) }) });
      };
    },
  },
];

const checkout = checkoutForEachTest();

describe.each(failures)('where the values come back in $name', (failure) => {
  test.each(Object.entries(credentials))(
    'they are not seen, with the %s',
    async (name, credential) => {
      const { inputs, prepare, isTold = true, succeeds = false, builds = false } = failure;
      for (const [round, batch] of all.entries()) {
        // Each value meets each failure, with one credential or the other.
        if (round % 2 === (name === 'token' ? 0 : 1)) continue;
        await onStage(
          (stage) => {
            prepare(stage, echoOf(batch, round), batch);
          },
          async (stage) => {
            const seen = await release(stage, {
              inputs: {
                ...credential,
                ...everything,
                ...inputs,
                ...(builds ? { image: '', 'cloud-build': 'true' } : {}),
              },
              given: give(ways[round % ways.length] ?? 'secrets', batch),
              environment: builds ? checkout.environment : {},
            });
            expect(seen.succeeded).toBe(succeeds);
            if (isTold) expect(seen.actions.everything).toContain(marker);
            // That error is one of the proof's own.
            const errors = failure.name.startsWith('an exception') ? [] : seen.errors;
            expectSecrecy({ ...seen, errors }, known(batch));
            expectSecrecyOfRequests(stage.emulator, known(batch));
          },
        );
      }
    },
  );
});

test('a host that a redirect names is not seen where it is a value', async () => {
  const value = 'hidden-w8x7v6u5t4s3';
  for (const path of [put, regionsPath]) {
    await onStage(
      ({ emulator }) => {
        emulator.script.fault(path, {
          kind: 'status',
          status: 307,
          body: '',
          headers: { location: `https://${value}.example/path` },
        });
      },
      async (stage) => {
        const batch = [{ kind: 'a host', value }];
        const inputs = { ...credentials['API key'], ...everything };
        const seen = await release(stage, { inputs, given: give('secrets', batch) });
        expect(seen.actions.summary).toContain('redirect');
        expectSecrecy(seen, known(batch));
      },
    );
  }
});

test.each([
  {
    name: 'a refusal',
    spoiled: (echo: string) => ({
      status: 422,
      body: JSON.stringify({ message: echo, errors: [echo, { message: echo }] }),
    }),
  },
  {
    name: 'a redirect',
    spoiled: () => ({ status: 307, headers: { location: 'https://hidden-w8x7v6u5t4s3.example/' } }),
  },
])('$name of GitHub shows no value', async ({ spoiled }) => {
  for (const [round, batch] of all.entries()) {
    const given = [...batch, { kind: 'a host', value: 'hidden-w8x7v6u5t4s3' }];
    await onStage(
      () => undefined,
      async (stage) => {
        github.spoiled.push({ kind: 'answer', ...spoiled(echoOf(batch, round)) });
        const seen = await release(stage, {
          inputs: { ...credentials['API key'], ...everything, environment: 'production' },
          given: give('secrets-env', given),
        });
        expect(seen.actions.warnings.join()).toContain('GitHub deployments are not complete');
        expectSecrecy(seen, known(given));
      },
    );
  }
});

/** Inputs that are for something else than secrets, each with a value in it. */
const otherInputs = [
  'organization', 'api-url', 'config-file', 'region', 'rollout', 'secret-set', 'secrets-include',
  'secrets-env', 'secrets-file', 'empty-secrets', 'prune-secrets', 'required-secrets', 'keep-versions',
  'image-credentials', 'registry', 'registry-username', 'secrets-timeout', 'agent-name', 'image',
  'cloud-build', 'build-context', 'dockerfile', 'build-exclude', 'build-timeout', 'build-id',
  'min-agents', 'max-agents', 'agent-profile', 'architecture', 'max-session-duration',
  'krisp-viva-audio-filter', 'websocket-auth', 'enable-managed-keys', 'force-redeploy',
  'wait-for-ready', 'failure-logs', 'wait-timeout', 'dry-run', 'environment', 'comment',
] as const; // prettier-ignore

test.each(otherInputs)('a value that is pasted into `%s` is not seen', async (input) => {
  await onStage(
    () => undefined,
    async (stage) => {
      for (const [index, { value, kind }] of all.flat().entries()) {
        const forms = [value, `  us-west: ${value}`, `voice ${value} more`];
        for (const pasted of forms.filter((_form, at) => at === 0 || at === index % 3)) {
          const seen = await release(stage, {
            inputs: {
              ...credentials.token,
              ...everything,
              // What goes through goes all the way in some cases, which takes much longer.
              'dry-run': String(index % 7 !== 0),
              'cloud-build': input === 'build-context' || input === 'dockerfile' ? 'true' : '',
              [input]: pasted,
            },
            // By another way than the input that it is pasted into.
            given: give(input === 'secrets-env' ? 'secrets-json' : 'secrets-env', [
              { kind, value },
            ]),
            environment: checkout.environment,
          });
          // What is equal to a name may be shown as that name.
          const areNames = secretLines(value).every((line) => /^[\w.-]+$/.test(line));
          if (areNames && !pasted.startsWith('voice')) continue;
          expectSecrecy(
            seen,
            known([{ kind, value }]).filter(
              (one) => input !== 'registry-username' || one !== `${username}:${password}`,
            ),
          );
        }
      }
    },
  );
});

describe('inputs that are malformed show no value', () => {
  const forms: readonly {
    name: string;
    inputs: (value: string) => Record<string, string>;
    files?: (value: string) => Record<string, string>;
  }[] = [
    {
      name: 'lines that are none',
      inputs: (value) => ({ secrets: `GOOD=abcdefgh\n${value}\n!\nLAST=${value}` }),
    },
    {
      name: 'a value of several lines without a delimiter',
      inputs: (value) => ({ secrets: `KEY=${value}\n!` }),
    },
    {
      name: 'a delimiter that does not come',
      inputs: (value) => ({ secrets: `KEY<<END\n${value}\nEN` }),
    },
    { name: 'a key that is none', inputs: (value) => ({ secrets: `WRONG KEY=${value}` }) },
    {
      name: 'a key that comes twice',
      inputs: (value) => ({ secrets: `A<<E-O-F\nx${value}\nE-O-F\nA<<E-O-F\n${value}\nE-O-F` }),
    },
    {
      name: 'JSON that is none',
      inputs: (value) => ({ 'secrets-json': `{"A": "x",\n${value}`, 'secrets-include': '*' }),
    },
    {
      name: 'JSON that is a text',
      inputs: (value) => ({ 'secrets-json': JSON.stringify(value), 'secrets-include': '*' }),
    },
    {
      name: 'JSON with tables',
      inputs: (value) => ({
        'secrets-json': JSON.stringify({ A: { B: value } }),
        'secrets-include': '*',
      }),
    },
    {
      name: 'JSON with a key that is none',
      inputs: (value) => ({
        'secrets-json': JSON.stringify({ 'A B': value, C: value, [value]: value }),
        'secrets-include': '*',
      }),
    },
    {
      name: 'JSON with a key that is left out',
      inputs: (value) => ({ 'secrets-json': JSON.stringify({ A: value }), 'secrets-include': 'B' }),
    },
    {
      name: 'a file that is none',
      inputs: () => ({ 'secrets-file': '.env.x' }),
      files: (value) => ({ '.env.x': `A=x\n${value}\n!` }),
    },
    {
      name: 'a file with a quote that does not end',
      inputs: () => ({ 'secrets-file': '.env.x' }),
      files: (value) => ({ '.env.x': `A="${value.replaceAll('"', '')}\n` }),
    },
    { name: 'items that are no names', inputs: (value) => ({ 'secrets-env': value }) },
    {
      name: 'items that are keys with values',
      inputs: (value) => ({ 'secrets-env': `KEY=${value}` }),
    },
    { name: 'a credential of the wrong kind', inputs: (value) => ({ pat: value }) },
    { name: 'an API key that is none', inputs: (value) => ({ pat: '', 'api-key': value }) },
    { name: 'an API key and a token', inputs: (value) => ({ 'api-key': `sk_${value}` }) },
    {
      name: 'a user name with a password',
      inputs: (value) => ({ 'registry-username': `me:${value}` }),
    },
  ];
  test.each(forms)('$name', async ({ inputs, files = () => ({}) }) => {
    await onStage(
      () => undefined,
      async (stage) => {
        for (const { value } of all.flat()) {
          const seen = await release(stage, {
            inputs: { ...credentials.token, ...everything, ...inputs(value) },
            given: { ...nothing, files: files(value) },
          });
          const places = [
            seen.actions.raw, seen.actions.summary, JSON.stringify(seen.actions.outputs),
            inspect(seen.errors, { depth: 12, maxStringLength: Infinity }),
          ].join('\n'); // prettier-ignore
          // A value that is given as lines `KEY=value` is one: its keys are names.
          const isRelease = stage.emulator.requests.some(({ method }) => method === 'PUT');
          if (!isRelease) expect(disclosures([value], places)).toEqual([]);
          expect(seen.actions.beforeMasks).toEqual([]);
        }
      },
    );
  });

  test('where reading itself fails', async () => {
    await onStage(
      () => undefined,
      async (stage) => {
        for (const { value, kind } of all.flat()) {
          const seen = await release(stage, {
            inputs: { ...credentials.token, ...everything, 'secrets-file': 'x.env' },
            given: give('secrets-env', [{ kind, value }]),
            readFile: () => Promise.reject(new Error(value, { cause: value })),
          });
          expect(seen.succeeded).toBe(false);
          expectSecrecy(seen, [value]);
        }
      },
    );
  });
});

const payloads = [
  '::set-output name=x::y',
  '::add-mask::the',
  '::stop-commands::x',
  '##[error]x',
  '##vso[task.setvariable]x',
  '\r::error::x',
  '\u001b[31m::error::x',
  '\u2028::error::x',
  '\u0085::error::x',
  '\u200b::error::x',
  '\ufe0f::error::x',
  '#\u034f#[error]x',
  '  \u00a0\u3000::warning::x',
  '</details><img src=x onerror=alert(1)>',
  '![x](https://evil.example/x.png) [link](https://evil.example) https://evil.example <https://evil.example>',
  '```\n# heading\n```mermaid\ngraph TD',
  '` `` ``` ` | a | b |\n| --- | --- |\n',
  '@somebody #123 <!-- x --> &lt;b&gt; **bold** _it_ ~~x~~ \\',
  '- [ ] task\n1. one\n> quote\n---\n===',
  '%0A::error::x%0D%25',
];

/** A text like the others without anything in it. */
const plain = Array.from({ length: 4 }, () => 'told plain words\nplain words\ntold').join('\n');

/** Several in one text, as few as are not cut where a message is quoted. */
const texts = Array.from({ length: 5 }, (_, index) =>
  payloads
    .filter((_payload, at) => at % 5 === index)
    .map((payload) => `told ${payload}\n${payload}\ntold`)
    .join('\n'),
);

describe('text from outside gives no commands and stays text', () => {
  const outside: readonly Failure[] = [
    ...failures.filter(({ name }) => !/redirect|hang|never|break|cut off/.test(name)),
    {
      name: 'names of organizations',
      inputs: { organization: 'initech' },
      isTold: false,
      prepare: fault({ path: '/v1/organizations' }, (name) =>
        answered({ organizations: [{ name }] }),
      ),
    },
    {
      name: 'names of regions',
      inputs: { region: 'eu-west' },
      isTold: false,
      prepare: fault(regionsPath, (code) => answered({ regions: [{ code }] })),
    },
    {
      name: 'the name of the default region',
      isTold: false,
      prepare: fault({ path: /properties$/ }, (name) =>
        answered({ properties: { defaultRegion: name } }),
      ),
    },
    {
      name: 'names and settings of agents',
      isTold: false,
      prepare: ({ emulator }, text) => {
        emulator.seed.secretSet({ name: 'keys', values: { [text]: 'x' } });
        emulator.script.fault(
          { method: 'GET', path: /\/(agents|services)$/ },
          answered({ services: [{ name: text }, { name: 'voice' }] }),
          { times: 9 },
        );
        emulator.script.fault(
          { method: 'GET', path: /\/(agents|services)\/voice$/ },
          answered({
            name: 'voice',
            region: 'us-west',
            desiredDeploymentId: text,
            agentProfile: text,
            websocketAuth: text,
            git: { repoFullName: text, branch: text, autoDeploy: true },
            deployment: {
              id: text,
              manifest: { spec: { image: text, arch: text, envFromSecretNames: [text] } },
            },
          }),
          { times: 1 },
        );
      },
      inputs: { 'prune-secrets': 'true' },
    },
  ];

  test.each(outside)('$name', async (failure) => {
    const structures = new Set<string>();
    for (const text of [plain, ...texts]) {
      await onStage(
        (stage) => {
          failure.prepare(stage, text);
        },
        async (stage) => {
          const seen = await release(stage, {
            inputs: {
              ...credentials.token,
              ...everything,
              ...failure.inputs,
              ...(failure.builds === true ? { image: '', 'cloud-build': 'true' } : {}),
            },
            given: give('secrets', [{ kind: 'plain', value: 'hidden-value-1' }]),
            environment: failure.builds === true ? checkout.environment : {},
          });
          const names = new Set(commandsIn(seen.actions.raw).map(({ name }) => name));
          for (const name of ['debug', 'group', 'endgroup', 'notice', 'warning', 'error'])
            names.delete(name);
          expect([...names]).toEqual([]);
          // Each command is one that the action gave.
          expect(commandsIn(seen.actions.raw)).toHaveLength(
            seen.actions.log.filter((line) => !line.startsWith('info: ')).length,
          );
          expect(foreignElements(seen.actions.summary)).toEqual([]);
          structures.add(
            structureOf(seen.actions.summary)
              .filter((one) => !['codespan', 'html <br>', 'br'].includes(one))
              .join(' '),
          );
        },
      );
    }
    expect([...structures]).toHaveLength(1);
  });

  test('names of files in a build context', async () => {
    for (const name of [
      '.env.::error::x',
      '.env.##[error]x',
      '.env.\n::error::x',
      '.env.`|<b>',
      '.env.\r::error::x',
      '.env.hidden-value-1',
    ]) {
      checkout.write({ ...agentFiles, [name]: 'x', [`folder ${name}/x.pem`]: 'x' });
    }
    await onStage(
      () => undefined,
      async (stage) => {
        const batch = [{ kind: 'plain', value: 'hidden-value-1' }];
        const seen = await release(stage, {
          inputs: { ...credentials.token, ...everything, image: '', 'cloud-build': 'true' },
          given: give('secrets', batch),
          environment: checkout.environment,
        });
        expect(seen.actions.everything).toContain('Left out, as they may hold secrets');
        expectSecrecy(seen, known(batch));
        expect(foreignElements(seen.actions.summary)).toEqual([]);
      },
    );
  });
});

describe('the built action', () => {
  const batch = all.flat().filter(({ kind }) => !kind.startsWith('48 KB'));
  const long = all.flat().filter(({ kind }) => kind.startsWith('48 KB'));
  const cases: readonly (Failure & { values: readonly AwkwardValue[]; way: (typeof ways)[number] })[] = [
    { name: 'a release', succeeds: true, isTold: false, prepare: () => undefined, values: batch, way: 'secrets' },
    { name: 'a release of long values', succeeds: true, isTold: false, prepare: () => undefined, values: long, way: 'secrets-env' },
    { name: 'a release by JSON', succeeds: true, isTold: false, prepare: () => undefined, values: batch, way: 'secrets-json' },
    { name: 'a release by a file', succeeds: true, isTold: false, prepare: () => undefined, values: batch, way: 'secrets-file' },
    ...['a write that is answered 400', 'a write that is answered 401', 'provisioning that fails', 'a traceback and the logs', 'a refused deploy', 'a build that fails', 'an upload that is refused', 'JSON that is not what is due', 'a warning on a deploy'].flatMap((name) => {
      const failure = failures.find((one) => one.name === name);
      return failure === undefined ? [] : [{ ...failure, values: batch, way: 'secrets-env' as const }];
    }),
    { name: 'a traceback with long values', prepare: failures.find(({ name }) => name === 'a traceback and the logs')?.prepare ?? (() => undefined), values: long, way: 'secrets-env' },
    { name: 'inputs that are not valid', isTold: false, inputs: { region: batch[2]?.value ?? '', 'agent-name': batch[8]?.value ?? '', image: batch[9]?.value ?? '' }, prepare: () => undefined, values: batch, way: 'secrets-env' },
  ]; // prettier-ignore

  test.each(cases)('shows nothing of values in $name', async ({ inputs, prepare, isTold = true, succeeds = false, builds = false, values: given, way }) => {
    const clockless = await startEmulator({ secretSetDelay: 50, deploymentDelay: 50, buildDelay: 50 });
    const folder = await mkdtemp(join(tmpdir(), 'secrecy-'));
    const files = ['GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_ENV', 'GITHUB_STEP_SUMMARY'];
    try {
      for (const name of files) await writeFile(join(folder, name), '');
      prepare({ emulator: clockless, clock: { random: () => 0.5 } }, echoOf(given, 3));
      const { inputs: ways, environment, files: checkedOut, expected } = give(way, given);
      const { exitCode, raw, masks, leftovers } = await runAction({
        inputs: { 'api-url': clockless.url, ...credentials['API key'], ...everything, ...ways, ...inputs, ...(builds ? { image: '', 'cloud-build': 'true' } : {}) },
        environment: { ...environment, ...Object.fromEntries(files.map((name) => [name, join(folder, name)])) },
        files: { ...agentFiles, ...checkedOut },
        debug: true,
      }); // prettier-ignore
      releases++;
      expect(exitCode).toBe(succeeds ? 0 : 1);
      const shown = withoutMasks(raw);
      const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
      if (isTold) expect(shown + texts.join('')).toContain(marker);
      const secrets = [...given.map(({ value }) => value), password, `${username}:${password}`, privateKey];
      for (const text of [shown, ...texts]) expect(disclosures(secrets, text)).toEqual([]);
      expect(leftovers).toEqual([]);
      const foreign = commandsIn(shown).filter(({ name }) => !['debug', 'group', 'endgroup', 'notice', 'warning', 'error'].includes(name));
      expect(foreign).toEqual([]);
      expect(commandsIn(shown).filter(({ name }) => name === 'error')).toHaveLength(succeeds ? 0 : 1);
      // Every mask comes before anything else, and is one of a secret.
      const isMask = raw.split('\n').map((line) => line.startsWith('::add-mask::'));
      expect(isMask.indexOf(false)).toBeGreaterThan(isMask.lastIndexOf(true));
      const lines = new Set([...secrets, 'ghs_not-to-be-sent', Buffer.from(`${username}:${password}`).toString('base64')].flatMap((one) => secretLines(typeof one === 'string' ? one : one.value)));
      expect(masks.filter((mask) => !lines.has(mask))).toEqual([]);
      if (succeeds && !isTold) expect(clockless.state.secretSet('keys')?.values).toEqual(expected);
      expect(foreignElements(texts[3] ?? '')).toEqual([]);
    } finally {
      await clockless.close();
      await rm(folder, { recursive: true, force: true });
    }
  }); // prettier-ignore
});
