import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { access, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A run of the built action, as the Actions runner makes one. */
export interface ActionRunOptions {
  /** What a workflow gives under `with:`. */
  readonly inputs: Readonly<Record<string, string>>;
  /** What a workflow gives under `env:`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What is checked out: contents by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** The folder to check out into, which stays; by default one of the run's own. */
  readonly workspace?: string;
  /** The event that started the workflow. */
  readonly event?: { readonly name: string; readonly payload: unknown };
  /** Whether debug logging is on. */
  readonly debug?: boolean;
  /** The Node.js to run it with; by default the one that runs this. */
  readonly node?: string;
  /** Whether the runner knows job summaries; old servers do not. */
  readonly hasSummary?: boolean;
  /** What becomes of what it logs: by default it is read; else nobody reads it, or the disk is full. */
  readonly standardOutput?: 'closed' | 'full';
  /** Whether the memory that it takes is measured. */
  readonly measuresMemory?: boolean;
  /** Told how to send it a signal, as a runner does when a run is cancelled. */
  readonly onStarted?: (send: (signal: 'SIGINT' | 'SIGTERM') => void) => void;
  /** Told each line of the log as the runner shows it. */
  readonly onLine?: (line: string) => void;
}

export interface ActionRun {
  readonly exitCode: number | null;
  /** When the process was started and when it had ended: milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** Everything that was written, workflow commands and all. */
  readonly raw: string;
  /** The log as the runner shows it: commands carried out, secrets masked. */
  readonly log: string;
  /** The strings that the action asked to mask. */
  readonly masks: readonly string[];
  readonly summary: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** What it left in the runner's folder for what is temporary: names, sorted. */
  readonly leftovers: readonly string[];
  /** Bytes of memory that the process had at most; undefined where that was not measured. */
  readonly peakMemory: number | undefined;
}

const metadata = v.object({
  inputs: v.record(v.string(), v.object({ default: v.optional(v.string()) })),
});

/** The variables of inputs: what is given, and the defaults that action.yml declares. */
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

/** Runs `dist/index.js` in a workspace and reads what it leaves behind. */
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
      // Nothing here is in a registry, and nothing reaches out of this machine.
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
 * GNU time. The kernel counts for a process what its parent had when it was split off, so that this
 * process, which may hold much, cannot start what is measured by itself.
 */
const memoryMeter = '/usr/bin/time';

async function canMeasureMemory(): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  return access(memoryMeter).then(
    () => true,
    () => false,
  );
}

/** Milliseconds since the epoch, with their fractions. */
export function preciseTime(): number {
  return performance.timeOrigin + performance.now();
}

/** Reads workflow commands as the runner does, and shows what is left. */
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
    // On Windows, lines end as they do there.
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
