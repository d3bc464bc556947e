import { inspect } from 'node:util';
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Emulator } from '../../../emulator/index.js';
import { run } from '../../../src/run/run.js';
import { GitHubServer, tokens } from '../../support/github-server.js';
import { anyImage, credentials, inputVariables, Stage } from '../../support/release-run.js';
import { batches, type AwkwardValue } from './awkward-values.js';
import { disclosures, secretLines, type Known } from './disclosure.js';
import type { Given } from './giving.js';
import { commandsIn, WrittenActions } from './runner-commands.js';

export const all = batches(1, 16);
/** Texts before and after a value in responses, which show that the response was reported. */
export const marker = 'the echo begins';
export const commit = '0123456789abcdef0123456789abcdef01234567';
export const token = { value: tokens.job, hasPieces: false };
export const privateKey = { value: credentials['API key']['api-key'], hasPieces: false };
export const accessToken = { value: credentials.token.pat, hasPieces: false };
export const unusedToken = 'pcc_pat_"unused"%0A::Qz7Wx9Lk3';

/** GitHub's API, for the tests of a file. */
export let github: GitHubServer;
let releases = 0;
let values = 0;

/** Serves GitHub's API to the tests of a file, and prints at the end how much they tried. */
export function withGitHub(): void {
  beforeAll(async () => {
    github = await GitHubServer.start();
    github.refs.add(commit);
  });
  afterAll(async () => {
    await github.close();
    process.stdout.write(`Secrecy: ${releases} releases with ${values} values.\n`);
  });
}

export interface Seen {
  readonly actions: WrittenActions;
  readonly succeeded: boolean;
  readonly errors: readonly unknown[];
}

export interface Run {
  readonly inputs: Readonly<Record<string, string>>;
  readonly given: Given;
  readonly environment?: Readonly<Record<string, string>>;
  readonly event?: { readonly eventName: string; readonly payload: unknown };
  readonly readFile?: (path: string) => Promise<string>;
}

/** Runs the action in this process. The errors are those in its debug log. */
export async function release(stage: Stage, options: Run): Promise<Seen> {
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
      lookUpImage: anyImage,
      workflowEvent: () => Promise.resolve(options.event ?? { eventName: 'push', payload: {} }),
    });
    return { actions, succeeded, errors: [...errors] };
  } finally {
    if (before === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
    else Object.defineProperty(Error, 'prepareStackTrace', before);
  }
}

export const password = 'Pw "x"%25\\ $& Vb5Nm2Kj8 `|<i>';
export const username = 'acme-bot';

/** A complete release: both kinds of sets, and an agent. */
export const everything = {
  'secret-set': 'keys',
  'image-credentials': 'registry',
  registry: 'ghcr.io',
  'registry-username': username,
  'registry-password': password,
  'agent-name': 'voice',
  image: 'ghcr.io/acme/voice:1.0.0',
  'failure-logs': 'always',
};

export function known(given: readonly AwkwardValue[]): (Known | string)[] {
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

/** Checks that no value is shown, and that all masks came before any output. */
export function expectSecrecy(
  { actions, errors }: Pick<Seen, 'actions' | 'errors'>,
  secrets: readonly (Known | string)[],
): void {
  values += secrets.length;
  expect(actions.beforeMasks).toEqual([]);
  const masks = new Set(actions.masks);
  expect([privateKey, accessToken].some(({ value }) => masks.has(value))).toBe(true);
  for (const one of secrets.filter((secret) => typeof secret === 'string')) {
    // A user name with a password is masked in the form in which it is sent.
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

/** Checks that values were sent only in the bodies of the right requests. */
export function expectSecrecyOfRequests(
  emulator: Emulator,
  secrets: readonly (Known | string)[],
): void {
  const sent = emulator.requests.map(({ method, path, query, headers, body }) => {
    const others = { ...headers, authorization: undefined };
    const isWrite = method === 'PUT' && path.includes('/secrets/');
    return { path, query, headers: others, body: isWrite ? undefined : body };
  });
  expect(disclosures(secrets, JSON.stringify(sent))).toEqual([]);
}

export async function onStage(
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

export const nothing: Given = { inputs: {}, environment: {}, files: {}, expected: {} };
