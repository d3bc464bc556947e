import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Emulator,
  type EmulatorOptions,
  platformRegions,
  type SeededRegion,
  startEmulator,
} from '../emulator/index.js';
import { lookUpTable, measureLookUps } from './image-look-up.js';
import { measurePacking } from './packing.js';
import { type ActionRun, type ActionRunOptions, preciseTime, runAction } from './runner.js';
import { limitCell, milliseconds, printTable } from './tables.js';
import { median, timeProcess } from './timing.js';

const agent = 'order-desk';

/** A run of the action against an emulator. Times are in milliseconds since the epoch. */
interface TimedRun {
  readonly spawnedAt: number;
  readonly exitedAt: number;
  readonly firstRequestAt: number;
  readonly requests: number;
  /** Requests that change something. */
  readonly writes: number;
}

/** The inputs of a release, and the settings of its platform. */
interface Release {
  readonly platform: Pick<
    EmulatorOptions,
    'secretSetDelay' | 'buildDelay' | 'deploymentDelay' | 'regions'
  >;
  readonly prepare?: (emulator: Emulator) => void;
  /** Whether the same release runs once before, without being measured. */
  readonly isRepeated?: boolean;
  readonly inputs: ActionRunOptions['inputs'];
  readonly files?: ActionRunOptions['files'];
}

async function runRelease(
  emulator: Emulator,
  { inputs, files = {} }: Pick<Release, 'inputs' | 'files'>,
): Promise<ActionRun> {
  const run = await runAction({
    files,
    inputs: { 'api-url': emulator.url, 'api-key': emulator.credentials.privateKey, ...inputs },
  });
  if (run.exitCode !== 0) throw new Error(`The measured release failed:\n${run.log}`);
  return run;
}

/** Runs the action once, on a new platform. */
async function timeRelease(given: Release): Promise<TimedRun> {
  const { platform, prepare, isRepeated } = given;
  const emulator = await startEmulator({ ...platform, now: preciseTime });
  try {
    prepare?.(emulator);
    if (isRepeated === true) await runRelease(emulator, given);
    const earlier = emulator.requests.length;
    const { startedAt, endedAt } = await runRelease(emulator, given);
    const requests = emulator.requests.slice(earlier);
    const [first] = requests;
    if (first === undefined) throw new Error('The measured release sent nothing.');
    return {
      spawnedAt: startedAt,
      exitedAt: endedAt,
      firstRequestAt: first.receivedAt,
      requests: requests.length,
      writes: requests.filter(({ method }) => method !== 'GET').length,
    };
  } finally {
    await emulator.close();
  }
}

const firstRelease: Release = {
  platform: { secretSetDelay: 3000, deploymentDelay: 4000 },
  inputs: {
    region: 'us-west',
    'secret-set': 'order-desk-secrets',
    secrets: 'OPENAI_API_KEY=fake-openai-key\nDEEPGRAM_API_KEY=fake-deepgram-key',
    'agent-name': agent,
    image: 'ghcr.io/acme/order-desk:1.0.0',
    'min-agents': '1',
  },
};

/** The same release to all of these regions at once, so it takes at least as long as to one region. */
const firstReleaseTo = (regions: readonly SeededRegion[]): Release => ({
  platform: { ...firstRelease.platform, regions },
  inputs: {
    ...firstRelease.inputs,
    region: regions.map(({ code }) => code).join('\n'),
    'secret-set': `${agent}-{region}-keys`,
    'agent-name': `${agent}-{region}`,
  },
});

const sixteenRegions = Array.from({ length: 16 }, (_, index) => ({ code: `region-${index + 1}` }));

/** The agent already binds the set with these values, so there is nothing to write. */
const unchangedVersion: Release = {
  platform: { secretSetDelay: 0, deploymentDelay: 0 },
  isRepeated: true,
  inputs: { ...firstRelease.inputs, 'secret-set': `${agent}-{version}` },
};

/** A checkout with a cloud build. */
const building: Pick<Release, 'inputs' | 'files'> = {
  inputs: { 'agent-name': agent, region: 'us-west', 'cloud-build': 'true' },
  files: {
    Dockerfile: 'FROM dailyco/pipecat-base:latest\nCOPY bot.py ./\n',
    'bot.py': 'async def bot(arguments):\n    pass\n',
  },
};

const firstBuild: Release = {
  ...building,
  platform: { ...firstRelease.platform, buildDelay: 6000 },
  inputs: {
    ...building.inputs,
    'secret-set': 'order-desk-secrets',
    secrets: 'OPENAI_API_KEY=fake-openai-key',
  },
};

/** The files were built before, so there is nothing to upload or build. */
const unchangedFiles: Release = {
  ...building,
  platform: { buildDelay: 0, deploymentDelay: 0 },
  isRepeated: true,
};

const update: Release = {
  platform: { deploymentDelay: 2000 },
  prepare: ({ seed }) => {
    seed.agent({ name: agent, image: 'ghcr.io/acme/order-desk:1.0.0' });
  },
  inputs: { 'agent-name': agent, image: 'ghcr.io/acme/order-desk:1.1.0' },
};

/** Milliseconds from the request for a session until its bot has started. */
const sessionStart = 3000;
/** Seconds that the session must run after that. */
const sessionDuration = 3;

/** An update with a smoke test. */
const tested: Release = {
  platform: { deploymentDelay: 1000 },
  prepare: ({ seed, script }) => {
    seed.agent({ name: agent, image: 'ghcr.io/acme/order-desk:1.0.0' });
    script.session(agent, { startDelay: sessionStart });
  },
  inputs: {
    ...update.inputs,
    'smoke-test': 'true',
    'public-api-key': 'pk_emulator',
    'smoke-test-duration': String(sessionDuration),
  },
};

/** A row of the table: measured times, compared with the least possible time. */
interface Measurement {
  readonly name: string;
  /** Measured milliseconds of each run. */
  readonly times: readonly number[];
  /** The least possible milliseconds. If it is 0, there is no ratio. */
  readonly least: number;
  /** The maximum of the median, as a multiple of `least`. */
  readonly limit: number | undefined;
  /** Number of requests in each run. */
  readonly requests: readonly number[];
  readonly writes: readonly number[];
}

async function measureRelease(
  name: string,
  release: Release,
  runs: number,
  limit: number | undefined,
): Promise<Measurement> {
  const measured: TimedRun[] = [];
  while (measured.length < runs) measured.push(await timeRelease(release));
  const { secretSetDelay = 0, buildDelay = 0, deploymentDelay = 0 } = release.platform;
  return {
    name,
    times: measured.map(({ spawnedAt, exitedAt }) => exitedAt - spawnedAt),
    // Secrets are provisioned while the image is built.
    least: Math.max(secretSetDelay, buildDelay) + deploymentDelay,
    limit,
    requests: measured.map(({ requests }) => requests),
    writes: measured.map(({ writes }) => writes),
  };
}

/** The time that a smoke test adds. Releases with and without it take turns. */
async function measureSmokeTest(runs: number): Promise<Measurement> {
  const times: number[] = [];
  const measured: TimedRun[] = [];
  const untested: Release = { ...tested, inputs: update.inputs };
  while (times.length < runs) {
    const without = await timeRelease(untested);
    const run = await timeRelease(tested);
    measured.push(run);
    times.push(run.exitedAt - run.spawnedAt - (without.exitedAt - without.spawnedAt));
  }
  return {
    name: `smoke test of a session, ${sessionStart / 1000} s + ${sessionDuration} s`,
    times,
    least: sessionStart + sessionDuration * 1000,
    limit: 1.15,
    requests: measured.map(({ requests }) => requests),
    writes: measured.map(({ writes }) => writes),
  };
}

/** The release and an empty script take turns, so that a slower machine affects both. */
async function measureStart(runs: number): Promise<Measurement> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    const script = join(folder, 'empty.mjs');
    await writeFile(script, '');
    const release: Release = { ...update, platform: { deploymentDelay: 0 } };
    const empty: number[] = [];
    const first: number[] = [];
    await timeProcess(process.execPath, [script]);
    await timeRelease(release);
    while (first.length < runs) {
      empty.push(await timeProcess(process.execPath, [script]));
      const { spawnedAt, firstRequestAt } = await timeRelease(release);
      first.push(firstRequestAt - spawnedAt);
    }
    return {
      name: 'first request, compared with an empty script',
      times: first,
      least: median(empty),
      limit: undefined,
      requests: [],
      writes: [],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function row(measurement: Measurement): readonly string[] {
  const { name, times, least, limit } = measurement;
  const ratio = (time: number): string => (least > 0 ? (time / least).toFixed(3) : '–');
  return [
    name,
    String(times.length),
    milliseconds(least),
    milliseconds(median(times)),
    ratio(median(times)),
    ratio(Math.min(...times)),
    ratio(Math.max(...times)),
    limit === undefined ? '–' : limitCell(limit, median(times) / least <= limit),
    counts(measurement.requests),
    counts(measurement.writes),
  ];
}

function counts(values: readonly number[]): string {
  return [...new Set(values)].sort((one, other) => one - other).join(', ') || '–';
}

/** Says how many requests each additional region costs, and whether the growth is linear. */
function growth(one: Measurement, four: Measurement, sixteen: Measurement): string {
  const ofOne = median(one.requests);
  const ofFour = median(four.requests);
  const ofSixteen = median(sixteen.requests);
  const few = (ofFour - ofOne) / (4 - 1);
  const many = (ofSixteen - ofFour) / (16 - 4);
  // The number of status checks varies, so a difference of one means nothing.
  const verdict = many <= 1.25 * few + 1 ? 'linear' : 'more than linear';
  return (
    `Requests: ${ofOne} for one region, ${ofFour} for four, ${ofSixteen} for sixteen; ` +
    `per additional region ${few.toFixed(1)} up to four, ${many.toFixed(1)} after that: ${verdict}.`
  );
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
  'writes',
];

console.log('Measuring; this takes about five minutes.\n');
const toOne = await measureRelease('first release, 3 s + 4 s', firstRelease, 3, 1.15);
const toFour = await measureRelease(
  'first release to 4 regions, 3 s + 4 s',
  firstReleaseTo(platformRegions),
  3,
  1.15,
);
const toSixteen = await measureRelease(
  'first release to 16 regions, 3 s + 4 s',
  firstReleaseTo(sixteenRegions),
  3,
  1.15,
);
printTable([
  head,
  row(toOne),
  row(toFour),
  row(toSixteen),
  row(await measureRelease('first cloud build, 6 s (secrets 3 s) + 4 s', firstBuild, 3, 1.15)),
  row(await measureRelease('update of an agent, 2 s', update, 5, 1.25)),
  row(await measureSmokeTest(3)),
  row(await measureRelease('unchanged versioned set', unchangedVersion, 5, undefined)),
  row(await measureRelease('files that were built before', unchangedFiles, 5, undefined)),
  row(await measureStart(15)),
]);
console.log(`\n${growth(toOne, toFour, toSixteen)}`);
console.log(
  'Each ratio compares the measured time with the least possible time: that of the platform, or of an empty script.',
);

console.log('');
printTable(lookUpTable(await measureLookUps(3)));

const packing = await measurePacking(3);
if (packing === undefined) {
  console.log('\nPacking was not measured: the folder for temporary files has too little space.');
} else {
  console.log('');
  printTable(packing.times);
  console.log('');
  printTable(packing.memory);
}
