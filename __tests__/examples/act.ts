import { execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A repository, and the event that starts its workflow. */
export interface Occasion {
  /** The path of the workflow in `examples/`. */
  readonly workflow: string;
  /** Other committed files: contents by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** The event that starts the workflow; `push` by default. */
  readonly event?: string;
  /** The payload of the event. */
  readonly payload?: unknown;
  readonly secrets: Readonly<Record<string, string>>;
  /** Environment variables for every step. */
  readonly environment: Readonly<Record<string, string>>;
  /** Called with the commit before the workflow starts. */
  readonly onCommitted?: (sha: string) => void;
  /** Local folders that replace repositories on GitHub, by `owner/name@ref`. */
  readonly repositories?: Readonly<Record<string, string>>;
}

export interface WorkflowRun {
  readonly exitCode: number | null;
  /** The log of all jobs. Each line starts with the name of its job. */
  readonly log: string;
  /** The commit that was checked out. */
  readonly sha: string;
}

/** Stand-ins for actions that need Docker, a registry or an account. */
const standIns = Object.fromEntries(
  [
    'docker/login-action@v4',
    'docker/setup-buildx-action@v4',
    'docker/build-push-action@v7',
    '1password/load-secrets-action@v4',
    'hashicorp/vault-action@v4',
    'aws-actions/amazon-ecr-login@v2',
    'aws-actions/configure-aws-credentials@v6',
    'aws-actions/aws-secretsmanager-get-secrets@v3',
    'dopplerhq/secrets-fetch-action@v2',
    'Infisical/secrets-action@v1.0.15',
  ].map((action) => {
    const [name = ''] = action.toLowerCase().split('@');
    return [action, join(root, '__tests__/examples/stand-ins', name)];
  }),
);

/** Stand-ins for programs on GitHub's runners, which use the GitHub server of the test. */
const programs = join(root, '__tests__/examples/stand-ins/bin');

const itself = 'pipecat-cloud-release/pipecat-cloud-release@v1';

/** Files that use the action of their own repository. */
const shared = ['release-agent/action.yml', '.github/workflows/release-agent.yml'];

/** Reads a file of `examples/`. */
export function example(path: string): string {
  return readFileSync(join(root, 'examples', path), 'utf8');
}

/**
 * Runs an example unchanged with act, on this machine and without containers. Local folders replace repositories on
 * GitHub, so act downloads nothing.
 *
 * @throws if act is not installed
 */
export async function runWorkflow(occasion: Occasion): Promise<WorkflowRun> {
  const folder = mkdtempSync(join(tmpdir(), 'act-'));
  try {
    const checkout = join(folder, 'voice');
    const sha = createRepository(checkout, {
      ...occasion.files,
      '.github/workflows/example.yml': example(occasion.workflow),
    });
    occasion.onCommitted?.(sha);
    const write = (name: string, contents: string): string => {
      writeFileSync(join(folder, name), contents);
      return join(folder, name);
    };
    const each = (flag: string, values: Readonly<Record<string, string>>): string[] =>
      Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);
    const child = spawn(
      findAct(),
      [
        occasion.event ?? 'push',
        ...['--eventpath', write('event.json', JSON.stringify(occasion.payload ?? {}))],
        ...['ubuntu-latest', 'ubuntu-24.04-arm'].flatMap((label) => [
          '-P',
          `${label}=-self-hosted`,
        ]),
        '--pull=false',
        ...['--action-cache-path', join(folder, 'cache')],
        // The settings of the user must not affect the test.
        ...['--env-file', write('none', ''), '--var-file', write('none', '')],
        ...['--secret-file', write('none', '')],
        ...each('--secret', occasion.secrets),
        // Tests must not reach registries. A proxy that does not exist fails at once.
        ...each('--env', { HTTPS_PROXY: 'http://127.0.0.1:9', ...occasion.environment }),
        ...each('--local-repository', {
          [itself]: publish(join(folder, 'action')),
          ...standIns,
          ...occasion.repositories,
        }),
      ],
      {
        cwd: checkout,
        // Otherwise, each start would look for a newer version of act.
        env: {
          ...process.env,
          PATH: `${programs}:${process.env['PATH'] ?? ''}`,
          ACT_DISABLE_VERSION_CHECK: '1',
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let log = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        log += text;
      });
    }
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject).on('close', resolve);
    });
    return { exitCode, log, sha };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Copies the parts of this repository that a runner needs. Act copies everything it finds, so no dependencies. */
function publish(folder: string): string {
  for (const path of ['action.yml', 'dist', 'release-agent', '.github/workflows'])
    cpSync(join(root, path), join(folder, path), { recursive: true });
  for (const path of shared) {
    const text = readFileSync(join(folder, path), 'utf8');
    // act does not support `uses: $/` yet, which is the action of the same repository and commit.
    const replaced = text.replace('uses: $/\n', `uses: ${itself}\n`);
    if (replaced === text)
      throw new Error(`${path} does not use the action of its own repository.`);
    writeFileSync(join(folder, path), replaced);
  }
  return folder;
}

/** Commits files to a new repository, a clone of `acme/voice` on GitHub, and returns the commit. */
function createRepository(folder: string, files: Readonly<Record<string, string>>): string {
  for (const [path, contents] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), contents);
  }
  const git = (...arguments_: string[]): string =>
    execFileSync('git', arguments_, { cwd: folder, encoding: 'utf8' }).trim();
  git('init', '--quiet', '--initial-branch', 'main');
  git('remote', 'add', 'origin', 'https://github.com/acme/voice.git');
  git('add', '--all');
  git(
    ...['-c', 'user.name=Alice', '-c', 'user.email=alice@example.com'],
    ...['commit', '--quiet', '--message', 'Take orders'],
  );
  return git('rev-parse', 'HEAD');
}

/** The path of act: on the PATH, or where Go installs it. */
function findAct(): string {
  const folders = (process.env['PATH'] ?? '').split(':');
  const found = [...folders, goBinaries()]
    .map((folder) => join(folder, 'act'))
    .find((path) => existsSync(path));
  if (found === undefined)
    throw new Error('act is not installed. Run go install github.com/nektos/act@v0.2.89.');
  return found;
}

function goBinaries(): string {
  try {
    return join(execFileSync('go', ['env', 'GOPATH'], { encoding: 'utf8' }).trim(), 'bin');
  } catch {
    return '';
  }
}
