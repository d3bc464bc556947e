import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startEmulator, type Emulator } from '../emulator/index.js';
import type { Actions } from '../src/report/actions.js';
import { run } from '../src/run/run.js';
import { systemClock } from '../src/time/clock.js';

/** A release that the action rejects before the first write, and its error. */
export interface WorkedExample {
  /** The inputs, as lines under `with:`, or the contents of the checkout. */
  readonly given: readonly string[];
  /** The problems, exactly as in the error annotation. */
  readonly said: readonly string[];
}

interface Refusal {
  /** Inputs that differ from a valid release; undefined for an omitted input. */
  readonly inputs: Readonly<Record<string, string | undefined>>;
  /** What the checkout or the platform contains, if the inputs do not show it. */
  readonly where?: string;
  /** Files of the checkout. */
  readonly files?: Readonly<Record<string, string>>;
  /** Whether it is a dry run. Only a dry run looks up which other agents bind a set. */
  readonly isDryRun?: boolean;
  readonly prepare?: (workspace: string) => Promise<void>;
}

/** All rows of the tables on the troubleshooting page, by table. */
const refusals = {
  mistakes: [
    { inputs: { region: 'us_west' } },
    { inputs: { region: ',' } },
    { inputs: { 'api-key': undefined } },
    { inputs: { pat: 'pcc_pat_emulator' } },
    { inputs: { 'api-key': 'pk_emulator' } },
    { inputs: { 'api-url': 'api.example.com' } },
    { inputs: { 'agent-name': undefined, image: undefined } },
    { inputs: { 'agent-name': 'Front Desk' } },
    { inputs: { image: 'ghcr.io/acme/voice' } },
    { inputs: { 'build-id': '123e4567-e89b-12d3-a456-426614174000' } },
    { inputs: { 'min-agents': '3', 'max-agents': '2' } },
    { inputs: { 'min-agents': 'two' } },
    { inputs: { 'wait-timeout': '0' } },
    { inputs: { architecture: 'x86' } },
    { inputs: { 'wait-for-ready': 'yes' } },
    { inputs: { image: undefined, 'cloud-build': 'true', 'build-exclude': '!docs' } },
    { inputs: { environment: 'production' } },
    { inputs: { comment: 'true' } },
    { inputs: { region: 'us-west, us-east', 'agent-name': 'voice' } },
    { inputs: { region: 'us-west, us-east', 'agent-name': 'us-west: voice' } },
    { inputs: { 'agent-name': 'eu-central: voice\n*: voice-{region}' } },
    { inputs: { 'agent-name': 'voice-{stage}' } },
    { inputs: { 'secret-set': 'voice-keys-{version}' } },
    { inputs: { 'secret-set': 'voice-keys', secrets: 'OPENAI_API_KEY' } },
    { inputs: { 'secret-set': 'voice-keys', 'secrets-env': 'OPENAI_API_KEY' } },
    { inputs: { 'secret-set': 'voice-keys', secrets: 'A=1', 'secrets-json': '{"B": "2"}' } },
    { inputs: { 'secret-set': 'voice-keys', 'secrets-json': '{"B"', 'secrets-include': '*' } },
    { inputs: { 'secret-set': 'voice-keys', 'prune-secrets': 'true' } },
    {
      inputs: { 'required-secrets': '.env.example' },
      files: { '.env.example': '# nothing yet\n' },
    },
    { inputs: { 'image-credentials': 'pull', registry: 'ghcr.io' } },
    { inputs: { registry: 'ghcr.io', 'registry-username': 'acme', 'registry-password': 'a' } },
    { inputs: { 'config-file': 'deploy.toml' }, where: 'without such a file' },
    {
      inputs: { 'config-file': 'deploy.toml' },
      where: '`deploy.toml`: `min_agents = "one"`',
      files: { 'deploy.toml': 'agent_name = "voice"\n[scaling]\nmin_agents = "one"\n' },
    },
    { inputs: { agent_name: 'voice' } },
  ],
  contexts: [
    { inputs: { 'build-context': 'services/voice' }, where: 'without such a folder' },
    { inputs: {}, where: 'without a `Dockerfile`' },
    {
      inputs: {},
      where: '`.dockerignore`: `[a-`',
      files: { Dockerfile: 'FROM scratch\n', '.dockerignore': '[a-\n' },
    },
    {
      inputs: {},
      where: '`models` is a link to `/srv/models`',
      files: { Dockerfile: 'FROM scratch\n' },
      prepare: (workspace) => symlink('/srv/models', join(workspace, 'models')),
    },
  ],
  reasons: [
    { inputs: { region: 'us-weast' } },
    { inputs: { region: 'eu-central' }, where: '`voice` runs in `us-west`' },
    { inputs: { 'agent-name': 'new', image: undefined }, where: '`new` does not exist' },
    { inputs: { architecture: 'amd64' } },
    { inputs: { 'min-agents': '11' }, where: '`voice` has `max-agents: 10`' },
    { inputs: { 'secret-set': 'new-keys' }, where: '`new-keys` does not exist' },
    { inputs: { 'secret-set': 'pull' }, where: '`pull` is an image pull secret' },
    { inputs: { 'secret-set': 'eu-keys' }, where: '`eu-keys` is in `eu-central`' },
    {
      inputs: { 'secret-set': 'cluster-keys', secrets: 'A=1' },
      where: '`cluster-keys` refers to a Kubernetes Secret',
    },
    {
      inputs: { 'secret-set': 'shared-keys', secrets: 'A=1', 'prune-secrets': 'true' },
      where: '`support` binds `shared-keys` too',
    },
    {
      inputs: { 'secret-set': 'shared-keys', 'required-secrets': 'DEEPGRAM_API_KEY' },
      where: '`shared-keys` has no such key',
    },
    { inputs: { image: undefined, 'build-id': '123e4567-e89b-12d3-a456-426614174000' } },
  ],
} as const satisfies Readonly<Record<string, readonly Refusal[]>>;

export type WorkedExamples = Readonly<Record<keyof typeof refusals, readonly WorkedExample[]>>;

/** Runs the action for all examples, against the emulator. */
export async function workedExamples(): Promise<WorkedExamples> {
  const emulator = await startEmulator();
  seedPlatform(emulator);
  const all = (examples: readonly Refusal[]): Promise<WorkedExample[]> =>
    inOrder(examples, (refusal) => refuse(emulator, refusal));
  try {
    return {
      mistakes: await all(refusals.mistakes),
      contexts: await all(
        refusals.contexts.map((refusal) => ({
          ...refusal,
          inputs: { image: undefined, 'cloud-build': 'true', ...refusal.inputs },
        })),
      ),
      reasons: await all(refusals.reasons.map((refusal) => ({ ...refusal, isDryRun: true }))),
    };
  } finally {
    await emulator.close();
  }
}

function seedPlatform({ seed }: Emulator): void {
  seed.secretSet({ name: 'shared-keys', values: { OPENAI_API_KEY: 'fake' } });
  seed.secretSet({ name: 'eu-keys', region: 'eu-central' });
  seed.secretSet({ name: 'cluster-keys', referenced: true });
  seed.imagePullSecret({ name: 'pull' });
  for (const name of ['voice', 'support']) {
    seed.agent({
      name,
      image: 'ghcr.io/acme/voice:1.4.1',
      secretSet: 'shared-keys',
      maxAgents: 10,
    });
  }
}

async function inOrder<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

async function refuse(
  emulator: Emulator,
  { inputs, where, files = {}, isDryRun = false, prepare }: Refusal,
): Promise<WorkedExample> {
  const workspace = await mkdtemp(join(tmpdir(), 'worked-example-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(workspace, path)), { recursive: true });
      await writeFile(join(workspace, path), text);
    }
    await prepare?.(workspace);
    const given: Readonly<Record<string, string | undefined>> = {
      'api-url': emulator.url,
      'api-key': emulator.credentials.privateKey,
      'dry-run': String(isDryRun),
      region: 'us-west',
      'agent-name': 'voice',
      image: 'ghcr.io/acme/voice:1.4.2',
      ...inputs,
    };
    const annotations: string[] = [];
    await run({
      lookUpImage: () =>
        Promise.resolve({ outcome: 'unknown', because: 'unreachable', detail: undefined }),
      environment: {
        GITHUB_WORKSPACE: workspace,
        ...Object.fromEntries(
          Object.entries(given).map(([name, value = '']) => [`INPUT_${name.toUpperCase()}`, value]),
        ),
      },
      actions: errorsOnly((message) => annotations.push(message)),
      clock: systemClock,
      cancellation: new AbortController().signal,
      readFile: (path) => readFile(path, 'utf8'),
      workflowEvent: () => Promise.resolve({ eventName: 'push', payload: {} }),
    });
    return {
      given: [...Object.entries(inputs).map(lineOf), ...(where === undefined ? [] : [where])],
      said: annotations
        .flatMap((annotation) => annotation.split('\n'))
        .filter((line) => line.startsWith('- '))
        .map((line) => line.slice(2).replaceAll(workspace, '')),
    };
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
}

function lineOf([name, value]: readonly [string, string | undefined]): string {
  if (value === undefined) return `without \`${name}\``;
  return value.includes('\n')
    ? `\`${name}\` with the lines ${value
        .split('\n')
        .map((line) => `\`${line}\``)
        .join(' and ')}`
    : `\`${name}: ${value}\``;
}

function errorsOnly(onError: (message: string) => void): Actions {
  const ignore = (): void => undefined;
  return {
    mask: ignore,
    debug: ignore,
    info: ignore,
    notice: ignore,
    warning: ignore,
    error: onError,
    startGroup: ignore,
    endGroup: ignore,
    setOutput: ignore,
    writeSummary: () => Promise.resolve(true),
  };
}
