import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { access, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Options for a run of the built action, as the Actions runner starts it. */
export interface ActionRunOptions {
  /** The inputs under `with:`. */
  readonly inputs: Readonly<Record<string, string>>;
  /** The variables under `env:`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Files of the checkout: contents by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** The folder of the checkout, which is kept; by default, a temporary folder. */
  readonly workspace?: string;
  /** The event that started the workflow. */
  readonly event?: { readonly name: string; readonly payload: unknown };
  /** Whether debug logging is on. */
  readonly debug?: boolean;
  /** The Node.js for the action; by default, the one that runs this script. */
  readonly node?: string;
  /** Whether the runner supports job summaries. Old servers do not. */
  readonly hasSummary?: boolean;
  /** What happens to the log. By default, it is read. `closed`: nobody reads it. `full`: the disk is full. */
  readonly standardOutput?: 'closed' | 'full';
  /** Whether to measure the memory of the process. */
  readonly measuresMemory?: boolean;
  /** Called with a function that sends a signal, as a runner does to cancel a run. */
  readonly onStarted?: (send: (signal: 'SIGINT' | 'SIGTERM') => void) => void;
  /** Called with each line of the log, as the runner shows it. */
  readonly onLine?: (line: string) => void;
}

export interface ActionRun {
  readonly exitCode: number | null;
  /** Start and end of the process, in milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** The complete output, including workflow commands. */
  readonly raw: string;
  /** The log as the runner shows it: without commands, and with masked secrets. */
  readonly log: string;
  /** The strings that the action asked to mask. */
  readonly masks: readonly string[];
  readonly summary: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** Sorted names of the files that it left in the runner's temporary folder. */
  readonly leftovers: readonly string[];
  /** Peak memory of the process in bytes; undefined if it was not measured. */
  readonly peakMemory: number | undefined;
}

const metadata = v.object({
  inputs: v.record(v.string(), v.object({ default: v.optional(v.string()) })),
});

/** The environment variables of the inputs: the given ones, and the defaults in action.yml. */
async function inputVariables(given: ActionRunOptions['inputs']): Promise<Record<string, string>> {
  const { inputs } = v.parse(metadata, parse(await readFile(join(root, 'action.yml'), 'utf8')));
  const defaults = Object.entries(inputs).map(([name, input]) => [name, input.default ?? '']);
  return Object.fromEntries(
    [...defaults, ...Object.entries(given)].map(([name, value]) => [
      `INPUT_${(name ?? '').replace(/ /g, '_').toUpperCase()}`,
      value,
    ]),
  ) as Record<string, string>;
}

/** Runs `dist/index.js` in a workspace, and reads its outputs and files. */
export async function runAction(options: ActionRunOptions): Promise<ActionRun> {
  const folder = await mkdtemp(join(tmpdir(), 'runner-'));
  const file = (name: string): string => join(folder, name);
  const { workspace = file('workspace') } = options;
  try {
    const event = options.event ?? { name: 'push', payload: {} };
    await mkdir(file('temporary'));
    await writeFile(file('output'), '');
    await writeFile(file('summary'), '');
    await writeFile(file('event.json'), JSON.stringify(event.payload));
    await checkOut(options.files ?? {}, workspace);
    const environment = {
      PATH: process.env['PATH'] ?? '',
      GITHUB_WORKSPACE: workspace,
      RUNNER_TEMP: file('temporary'),
      GITHUB_EVENT_NAME: event.name,
      GITHUB_EVENT_PATH: file('event.json'),
      GITHUB_OUTPUT: file('output'),
      ...(options.hasSummary === false ? {} : { GITHUB_STEP_SUMMARY: file('summary') }),
      ...(options.debug === true ? { RUNNER_DEBUG: '1' } : {}),
      // No image here is in a registry, and no request may leave this machine.
      ...(await inputVariables({
        ...('agent-name' in options.inputs ? { 'check-image': 'false' } : {}),
        ...options.inputs,
      })),
      ...options.environment,
    };
    const action = [options.node ?? process.execPath, join(root, 'dist', 'index.js')];
    const measured =
      options.measuresMemory === true && (await canMeasureMemory())
        ? [memoryMeter, '--quiet', '--format=%M', `--output=${file('peak-memory')}`, ...action]
        : action;
    const [command = '', ...commandArguments] = measured;
    const log = new RunnerLog(options.debug === true, options.onLine);
    let endedAt = 0;
    const startedAt = preciseTime();
    const full = options.standardOutput === 'full' ? openSync('/dev/full', 'w') : undefined;
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      const child = spawn(command, commandArguments, {
        cwd: workspace,
        env: environment,
        stdio: ['ignore', full ?? 'pipe', 'pipe'],
      });
      if (options.standardOutput === 'closed') child.stdout?.destroy();
      options.onStarted?.((signal) => child.kill(signal));
      for (const stream of [child.stdout, child.stderr]) {
        stream?.setEncoding('utf8').on('data', (text: string) => {
          log.take(text);
        });
      }
      child.on('exit', () => {
        endedAt = preciseTime();
      });
      child.on('error', reject).on('close', resolve);
    });
    log.end();
    if (full !== undefined) closeSync(full);
    return {
      exitCode,
      startedAt,
      endedAt,
      raw: log.raw,
      log: log.shown.join('\n'),
      masks: log.masks,
      summary: await readFile(file('summary'), 'utf8'),
      outputs: parseOutputs(await readFile(file('output'), 'utf8')),
      leftovers: (await readdir(file('temporary'))).sort(),
      peakMemory:
        measured === action
          ? undefined
          : 1024 * Number(await readFile(file('peak-memory'), 'utf8')),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function checkOut(files: Readonly<Record<string, string>>, workspace: string): Promise<void> {
  await mkdir(workspace, { recursive: true });
  for (const [name, contents] of Object.entries(files)) {
    const path = join(workspace, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, contents);
  }
}

/**
 * GNU time. The kernel counts the memory of the parent at the start of a process. This process may use a lot of
 * memory, so it cannot start the measured process itself.
 */
const memoryMeter = '/usr/bin/time';

async function canMeasureMemory(): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  return access(memoryMeter).then(
    () => true,
    () => false,
  );
}

/** Milliseconds since the epoch, with fractions. */
export function preciseTime(): number {
  return performance.timeOrigin + performance.now();
}

/** Handles workflow commands as the runner does, and shows the other lines. */
class RunnerLog {
  raw = '';
  readonly shown: string[] = [];
  readonly masks: string[] = [];
  readonly #debug: boolean;
  readonly #onLine: ((line: string) => void) | undefined;
  #rest = '';
  #indent = '';

  constructor(debug: boolean, onLine: ((line: string) => void) | undefined) {
    this.#debug = debug;
    this.#onLine = onLine;
  }

  take(text: string): void {
    this.raw += text;
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    // Lines may have Windows line ends.
    for (const line of lines) this.#line(line.replace(/\r$/, ''));
  }

  end(): void {
    if (this.#rest !== '') this.#line(this.#rest);
  }

  #line(line: string): void {
    const command = /^::([a-z-]+)(?: ([^:]*))?::(.*)$/.exec(line);
    const message = unescape(command?.[3] ?? '');
    switch (command?.[1]) {
      case 'add-mask':
        this.masks.push(message);
        return;
      case 'debug':
        if (this.#debug) this.#show(`##[debug]${message}`);
        return;
      case 'group':
        this.#show(`▼ ${message}`);
        this.#indent = '  ';
        return;
      case 'endgroup':
        this.#indent = '';
        return;
      case 'notice':
      case 'warning':
      case 'error':
        this.#show(`${command[1].charAt(0).toUpperCase()}${command[1].slice(1)}: ${message}`);
        return;
      case undefined:
      default:
        this.#show(line);
    }
  }

  #show(text: string): void {
    for (const line of text.split('\n')) {
      const masked = this.masks.reduce((shown, mask) => shown.replaceAll(mask, '***'), line);
      this.shown.push(this.#indent + masked);
      this.#onLine?.(this.#indent + masked);
    }
  }
}

function unescape(text: string): string {
  return text.replace(/%0A/g, '\n').replace(/%0D/g, '\r').replace(/%25/g, '%');
}

/** The file that `GITHUB_OUTPUT` names: `name<<delimiter`, lines, `delimiter`. */
function parseOutputs(text: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  for (const [, name = '', , value = ''] of text.matchAll(
    /^([^\n<]+)<<(\S+)\r?\n([^]*?)\r?\n\2$/gm,
  )) {
    outputs[name] = value;
  }
  return outputs;
}
