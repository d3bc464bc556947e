import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { startEmulator } from '../emulator/index.js';
import { writeLargeContext } from './large-context.js';
import { type ActionRun, type ActionRunOptions, runAction } from './runner.js';
import { limitCell, milliseconds } from './tables.js';
import { median, timeProcess } from './timing.js';

const mebibyte = 1024 * 1024;
/** Bytes on the disk for the context, its tar, and an archive of it. */
const requiredSpace = 1200 * mebibyte;
/** Maximum time of the action, as a multiple of the time of gzip. */
const timeLimit = 1;
/** Maximum memory of the action in MiB. */
const memoryLimit = 150;

/** How fast the action packs a large context, and with how much memory, as tables. */
export interface PackingMeasurement {
  readonly times: readonly (readonly string[])[];
  readonly memory: readonly (readonly string[])[];
}

/** Compresses a file with the default settings of zlib in Node.js. */
const zlibScript = `import { createReadStream } from 'node:fs';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
const nowhere = new Writable({ write: (chunk, encoding, next) => next() });
await pipeline(createReadStream(process.argv[2]), createGzip(), nowhere);
`;

const building = { 'agent-name': 'order-desk', region: 'us-west', 'cloud-build': 'true' };

/**
 * Compares the action with compressors of a finished tar. The action also has to start, and to find, read and
 * combine the files. They take turns, so that a slower machine affects all of them. Undefined if the disk has not
 * enough space.
 */
export async function measurePacking(runs: number): Promise<PackingMeasurement | undefined> {
  const { bavail, bsize } = await statfs(tmpdir());
  if (bavail * bsize < requiredSpace) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'packing-'));
  try {
    const large = join(folder, 'large');
    const small = join(folder, 'small');
    const tar = join(folder, 'context.tar');
    const zlib = join(folder, 'zlib.mjs');
    await writeLargeContext(large);
    await mkdir(small);
    await writeFile(join(small, 'Dockerfile'), 'FROM scratch\n');
    await writeFile(zlib, zlibScript);
    const released = await release(large, tar);
    const idle: ActionRun[] = [];
    const packed: ActionRun[] = [];
    const gzip: number[] = [];
    const node: number[] = [];
    while (packed.length < runs) {
      idle.push(await dryRun(small));
      packed.push(await dryRun(large));
      gzip.push(await timeProcess('sh', ['-c', 'gzip -6 -n < "$0"', tar]));
      node.push(await timeProcess(process.execPath, [zlib, tar]));
    }
    const least = median(gzip);
    // Packing does not include the start of the action and reading its inputs.
    const start = median(idle.map(durationOf));
    const packing = packed.map((run) => durationOf(run) - start);
    return {
      times: [
        ['packing 300 MiB', 'runs', 'median', 'ratio', 'lowest', 'highest', 'limit'],
        timeRow('gzip -6 -n on the same tar', gzip, least),
        timeRow('zlib in Node.js on the same tar', node, least),
        timeRow('dry run of the action', packed.map(durationOf), least),
        timeRow('dry run with only a Dockerfile', idle.map(durationOf), least),
        timeRow('packing only (difference of the two)', packing, least, timeLimit),
      ],
      memory: [
        ['memory of the action', 'runs', 'maximum', 'limit in MiB'],
        memoryRow('dry run with 300 MiB', packed, memoryLimit),
        memoryRow('release that uploads 300 MiB', [released], memoryLimit),
        memoryRow('dry run with only a Dockerfile', idle),
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Releases a context, and saves the tar that was uploaded. */
async function release(workspace: string, tar: string): Promise<ActionRun> {
  const emulator = await startEmulator({ buildDelay: 0, deploymentDelay: 0 });
  try {
    const { url, credentials } = emulator;
    const run = await runMeasured({
      workspace,
      inputs: { ...building, 'api-url': url, 'api-key': credentials.privateKey },
    });
    const [archive] = emulator.state
      .uploads()
      .flatMap(({ id }) => emulator.state.archive(id) ?? []);
    if (archive === undefined) throw new Error('The measured release uploaded nothing.');
    await pipeline(Readable.from([archive]), createGunzip(), createWriteStream(tar));
    return run;
  } finally {
    await emulator.close();
  }
}

/** A dry run without a credential, as for Dependabot, packs the context and ends. */
function dryRun(workspace: string): Promise<ActionRun> {
  return runMeasured({
    workspace,
    inputs: { ...building, 'dry-run': 'true' },
    environment: { GITHUB_ACTOR: 'dependabot[bot]' },
  });
}

async function runMeasured(options: ActionRunOptions): Promise<ActionRun> {
  const run = await runAction({ ...options, measuresMemory: true });
  if (run.exitCode !== 0) throw new Error(`The measured run failed:\n${run.log}`);
  return run;
}

function durationOf({ startedAt, endedAt }: ActionRun): number {
  return endedAt - startedAt;
}

function timeRow(
  name: string,
  times: readonly number[],
  least: number,
  limit?: number,
): readonly string[] {
  const ratio = (time: number): string => (time / least).toFixed(3);
  return [
    name,
    String(times.length),
    milliseconds(median(times)),
    ratio(median(times)),
    ratio(Math.min(...times)),
    ratio(Math.max(...times)),
    limit === undefined ? '–' : limitCell(limit, median(times) / least <= limit),
  ];
}

function memoryRow(name: string, runs: readonly ActionRun[], limit?: number): readonly string[] {
  const peaks = runs.flatMap(({ peakMemory }) => peakMemory ?? []);
  const most = Math.max(...peaks) / mebibyte;
  if (peaks.length === 0) return [name, '0', 'not measured', '–'];
  return [
    name,
    String(peaks.length),
    `${Math.round(most)} MiB`,
    limit === undefined ? '–' : limitCell(limit, most <= limit),
  ];
}
