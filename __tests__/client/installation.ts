import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** The result of a command. */
export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command without standard input. Rejects if the command does not exist. */
export async function runCommand(
  command: string,
  given: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<CommandResult> {
  const child = spawn(command, given, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { exitCode, stdout, stderr };
}

const requirements = fileURLToPath(new URL('requirements.txt', import.meta.url));
const folder = fileURLToPath(new URL('../../coverage/client/', import.meta.url));
const environment = join(folder, 'environment');
const installed = join(folder, 'installed');
const python = join(environment, 'bin', 'python');

/** Newer versions may be available only under a name with their version. */
const names = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11'];

/** The version of a Python, if it is new enough and can create environments. */
const check = `
import sys
assert sys.version_info >= (3, 11)
import ensurepip, venv
print(sys.version)
`;

interface Python {
  readonly command: string;
  readonly version: string;
}

async function findPython(): Promise<Python> {
  for (const command of names) {
    const { exitCode, stdout } = await runCommand(command, ['-c', check]).catch(() => ({
      exitCode: null,
      stdout: '',
    }));
    if (exitCode === 0) return { command, version: stdout };
  }
  throw new Error(
    `The platform's command-line client needs Python 3.11 or newer with its modules venv and ensurepip (Debian: python3-venv), and none of ${names.join(', ')} is one: install it, and put it on the PATH.`,
  );
}

async function succeed(command: string, given: readonly string[], purpose: string): Promise<void> {
  const { exitCode, stdout, stderr } = await runCommand(command, given);
  if (exitCode !== 0)
    throw new Error(`${purpose} failed (exit code ${exitCode ?? 'none'}):\n${stdout}${stderr}`);
}

/**
 * The Python of an environment with the platform's client, in the versions that `requirements.txt` pins. The environment is
 * created once, and again if that file or the Python of this machine changes. Test files that call this must run one after
 * the other.
 *
 * @throws if the environment cannot be created
 */
export async function installClient(): Promise<string> {
  const { command, version } = await findPython();
  const wanted = createHash('sha256')
    .update(await readFile(requirements))
    .update(version)
    .digest('hex');
  const present = await readFile(installed, 'utf8').catch(() => undefined);
  if (present === wanted) return python;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await succeed(command, ['-m', 'venv', environment], "Making the client's Python environment");
  await succeed(
    python,
    [
      ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input'],
      // Installs only pinned packages, and runs none of their code to do so.
      ...['--require-hashes', '--only-binary=:all:', '--requirement', requirements],
    ],
    "Installing the platform's client",
  );
  // This comes last, so that an incomplete environment is created again.
  await writeFile(installed, wanted);
  return python;
}
