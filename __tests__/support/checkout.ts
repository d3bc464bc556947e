import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach } from '@jest/globals';

/** A workspace with files, and the runner's temporary folder. */
export interface Checkout {
  readonly workspace: string;
  readonly temporary: string;
  /** The environment variables with their paths. */
  readonly environment: Readonly<Record<string, string>>;
  /** Writes files into the workspace: contents by path. */
  write(files: Readonly<Record<string, string>>): void;
  /** The files in the temporary folder. */
  leftovers(): string[];
}

/** The minimum contents of an agent's repository. */
export const agentFiles = {
  Dockerfile: 'FROM dailyco/pipecat-base:latest\nCOPY bot.py bot.py\n',
  'bot.py': 'print("hello")\n',
} as const;

/** Creates a new checkout for each test of a file, or of the `describe` that calls this. */
export function checkoutForEachTest(
  files: Readonly<Record<string, string>> = agentFiles,
): Checkout {
  let folder = '';
  beforeEach(() => {
    // On macOS, the temporary folder is behind a link.
    folder = mkdtempSync(join(realpathSync(tmpdir()), 'checkout-'));
    for (const name of ['workspace', 'temporary']) mkdirSync(join(folder, name));
    write(files);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const write: Checkout['write'] = (contents) => {
    for (const [path, text] of Object.entries(contents)) {
      const file = join(folder, 'workspace', path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  };
  return {
    get workspace() {
      return join(folder, 'workspace');
    },
    get temporary() {
      return join(folder, 'temporary');
    },
    get environment() {
      return { GITHUB_WORKSPACE: this.workspace, RUNNER_TEMP: this.temporary };
    },
    write,
    leftovers: () => readdirSync(join(folder, 'temporary')),
  };
}
