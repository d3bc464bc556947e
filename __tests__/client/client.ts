import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Emulator } from '../../emulator/index.js';
import { type CommandResult, installClient, runCommand } from './installation.js';

const program = fileURLToPath(new URL('run.py', import.meta.url));

/** Options for a command of the platform's client. */
export interface ClientOptions {
  /** The working folder; by default, an empty temporary folder. */
  readonly folder?: string;
  /** The address of the platform; by default, the emulator. */
  readonly host?: string;
}

/** The platform's command-line client, with a token, against an emulator. */
export class PlatformClient {
  readonly #python: string;

  private constructor(python: string) {
    this.#python = python;
  }

  /** Installs the client if it is missing, which may take a minute. */
  static async install(): Promise<PlatformClient> {
    return new PlatformClient(await installClient());
  }

  /**
   * Runs one command. Its output has lines with tabs, as for scripts. If it needs to ask a question, it ends with
   * exit code 2.
   */
  async run(
    { url, credentials }: Pick<Emulator, 'url' | 'credentials'>,
    command: readonly string[],
    { folder, host = url }: ClientOptions = {},
  ): Promise<CommandResult> {
    const home = await mkdtemp(join(tmpdir(), 'client-'));
    try {
      // Isolated from other modules and from the settings of the user.
      return await runCommand(this.#python, ['-I', program, ...command], {
        cwd: folder ?? home,
        env: {
          PATH: process.env['PATH'],
          HOME: home,
          // Wide enough that tables do not cut their contents.
          COLUMNS: '200',
          PIPECAT_API_HOST: host,
          PIPECAT_CONFIG_PATH: join(home, 'pipecatcloud.toml'),
          PIPECAT_TOKEN: credentials.token,
        },
      });
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  }
}
