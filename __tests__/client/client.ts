import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Emulator } from '../../emulator/index.js';
import { type CommandResult, installClient, runCommand } from './installation.js';

const program = fileURLToPath(new URL('run.py', import.meta.url));

/** How a command of the platform's client is run, where not as usual. */
export interface ClientOptions {
  /** The folder that it is run in; by default one of its own, with nothing in it. */
  readonly folder?: string;
  /** Where it believes the platform to be; by default the emulator. */
  readonly host?: string;
}

/** The platform's command-line client, as a person would use it who has a token and an emulator. */
export class PlatformClient {
  readonly #python: string;

  private constructor(python: string) {
    this.#python = python;
  }

  /** Installs it where it is not; may take a minute then. */
  static async install(): Promise<PlatformClient> {
    return new PlatformClient(await installClient());
  }

  /**
   * Runs one command. Its output has lines of text with tabs, as it has for scripts; what it would
   * have to ask somebody, it ends with exit code 2.
   */
  async run(
    { url, credentials }: Pick<Emulator, 'url' | 'credentials'>,
    command: readonly string[],
    { folder, host = url }: ClientOptions = {},
  ): Promise<CommandResult> {
    const home = await mkdtemp(join(tmpdir(), 'client-'));
    try {
      // Isolated: neither other modules nor settings of this machine's user are in its way.
      return await runCommand(this.#python, ['-I', program, ...command], {
        cwd: folder ?? home,
        env: {
          PATH: process.env['PATH'],
          HOME: home,
          // Wide enough that no table cuts what stands in it.
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
