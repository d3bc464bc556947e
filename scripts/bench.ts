import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Emulator, type EmulatorOptions, startEmulator } from '../emulator/index.js';
import { preciseTime, runAction } from './runner.js';

const agent = 'order-desk';

/** A run of the action against an emulator, with times in milliseconds since the epoch. */
interface TimedRun {
  readonly spawnedAt: number;
  readonly exitedAt: number;
  readonly firstRequestAt: number;
  readonly requests: number;
}

/** What a release is given, and how long the platform takes for it. */
interface Release {
  readonly delays: Pick<EmulatorOptions, 'secretSetDelay' | 'deploymentDelay'>;
  readonly prepare?: (emulator: Emulator) => void;
  readonly inputs: Readonly<Record<string, string>>;
}

/** Runs the action once, on a platform of its own. */
async function timeRelease({ delays, prepare, inputs }: Release): Promise<TimedRun> {
  const emulator = await startEmulator({ ...delays, now: preciseTime });
  try {
    prepare?.(emulator);
    const { exitCode, log, startedAt, endedAt } = await runAction({
      inputs: { 'api-url': emulator.url, 'api-key': emulator.credentials.privateKey, ...inputs },
    });
    const [first] = emulator.requests;
    if (exitCode !== 0 || first === undefined) {
      throw new Error(`The release was not what is measured:\n${log}`);
    }
    return {
      spawnedAt: startedAt,
      exitedAt: endedAt,
      firstRequestAt: first.receivedAt,
      requests: emulator.requests.length,
    };
  } finally {
    await emulator.close();
  }
}

/** Milliseconds that Node.js takes to start an empty script and to exit. */
async function timeEmptyScript(script: string): Promise<number> {
  const startedAt = preciseTime();
  // The environment is as bare as the one that the action gets: NODE_EXTRA_CA_CERTS alone would
  // add to a start as much as the action does.
  const child = spawn(process.execPath, [script], {
    env: { PATH: process.env['PATH'] ?? '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await once(child, 'exit');
  return preciseTime() - startedAt;
}

const firstRelease: Release = {
  delays: { secretSetDelay: 3000, deploymentDelay: 4000 },
  inputs: {
    region: 'us-west',
    'secret-set': 'order-desk-secrets',
    secrets: 'OPENAI_API_KEY=fake-openai-key\nDEEPGRAM_API_KEY=fake-deepgram-key',
    'agent-name': agent,
    image: 'ghcr.io/acme/order-desk:1.0.0',
    'min-agents': '1',
  },
};

const update: Release = {
  delays: { deploymentDelay: 2000 },
  prepare: ({ seed }) => {
    seed.agent({ name: agent, image: 'ghcr.io/acme/order-desk:1.0.0' });
  },
  inputs: { 'agent-name': agent, image: 'ghcr.io/acme/order-desk:1.1.0' },
};

/** A row of the table: what was measured, as multiples of what it takes at least. */
interface Measurement {
  readonly name: string;
  /** Milliseconds that were measured, a run each. */
  readonly times: readonly number[];
  /** Milliseconds that it takes at least. */
  readonly least: number;
  /** What the median may be at most, as a multiple of `least`. */
  readonly limit: number | undefined;
  readonly requests: readonly number[];
}

async function measureRelease(
  name: string,
  release: Release,
  runs: number,
  limit: number,
): Promise<Measurement> {
  const measured: TimedRun[] = [];
  while (measured.length < runs) measured.push(await timeRelease(release));
  const { secretSetDelay = 0, deploymentDelay = 0 } = release.delays;
  return {
    name,
    times: measured.map(({ spawnedAt, exitedAt }) => exitedAt - spawnedAt),
    least: secretSetDelay + deploymentDelay,
    limit,
    requests: measured.map(({ requests }) => requests),
  };
}

/** The two take turns, so that a machine that gets slower or faster does so for both. */
async function measureStart(runs: number): Promise<Measurement> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    const script = join(folder, 'empty.mjs');
    await writeFile(script, '');
    const release: Release = { ...update, delays: { deploymentDelay: 0 } };
    const empty: number[] = [];
    const first: number[] = [];
    await timeEmptyScript(script);
    await timeRelease(release);
    while (first.length < runs) {
      empty.push(await timeEmptyScript(script));
      const { spawnedAt, firstRequestAt } = await timeRelease(release);
      first.push(firstRequestAt - spawnedAt);
    }
    return {
      name: 'first request, over an empty script',
      times: first,
      least: median(empty),
      limit: undefined,
      requests: [],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}

function row({ name, times, least, limit, requests }: Measurement): readonly string[] {
  const ratio = (time: number): string => (time / least).toFixed(3);
  const milliseconds = (time: number): string => `${Math.round(time)} ms`;
  const verdict = (limit: number): string =>
    median(times) / least <= limit ? 'within the limit' : 'over the limit';
  return [
    name,
    String(times.length),
    milliseconds(least),
    milliseconds(median(times)),
    ratio(median(times)),
    ratio(Math.min(...times)),
    ratio(Math.max(...times)),
    limit === undefined ? '–' : `${limit} ${verdict(limit)}`,
    [...new Set(requests)].sort((one, other) => one - other).join(', ') || '–',
  ];
}

const head = [
  'measured',
  'runs',
  'at least',
  'median',
  'ratio',
  'lowest',
  'highest',
  'limit',
  'requests',
];

function print(rows: readonly (readonly string[])[]): void {
  const widths = head.map((_, column) =>
    Math.max(...rows.map((cells) => (cells[column] ?? '').length)),
  );
  for (const cells of rows) {
    console.log(
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}

console.log('Measuring; this takes about a minute.\n');
print([
  head,
  row(await measureRelease('first release, 3 s + 4 s', firstRelease, 3, 1.15)),
  row(await measureRelease('update of an agent, 2 s', update, 5, 1.25)),
  row(await measureStart(15)),
]);
console.log(
  '\nRatios are of the time measured to the time that it takes at least: what the platform needs, or an empty script.',
);
