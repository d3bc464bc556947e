import { describe, expect, test } from '@jest/globals';
import { platformRegions, startEmulator, type SeededRegion } from '../../emulator/index.js';
import { inputNames } from '../../src/inputs/declared.js';
import { readInputs } from '../../src/inputs/read-inputs.js';
import { readFiles } from '../../src/inputs/secrets/files.js';
import { run } from '../../src/run/run.js';
import { masksFor } from '../../src/secrecy/masks.js';
import { redactor } from '../../src/secrecy/redactor.js';
import { SecretValue } from '../../src/secrecy/secret-value.js';
import { systemClock } from '../../src/time/clock.js';
import { runAction } from '../../scripts/runner.js';
import { printTable } from '../../scripts/tables.js';
import { median } from '../../scripts/timing.js';
import { RecordedActions } from '../support/recorded-actions.js';
import {
  anyImage,
  credentials,
  inputVariables,
  Stage,
  type ReleaseOutcome,
} from '../support/release-run.js';

/**
 * A release at its limits: 500 keys, values of 48 KB, 16 regions. The number of requests and the processor time grow at most
 * linearly, and the output stays within GitHub's limits.
 */

const maxKeys = 500;
const largestValue = 48 * 1024;
const mebibyte = 1024 * 1024;

/** A key of the maximum length. */
const keysOf = (count: number): string[] =>
  Array.from(
    { length: count },
    (_, index) => `${'K'.repeat(59)}_${String(index).padStart(4, '0')}`,
  );

const regionsOf = (count: number): SeededRegion[] =>
  Array.from({ length: count }, (_, index) => ({ code: `region-${index + 1}` }));

type Shape = 'one line' | 'many lines';

/** Different digits for each value, so that no two values have a line in common. */
function valueOf(index: number, size: number, shape: Shape): string {
  const width = { 'one line': size, 'many lines': 64 }[shape];
  const lines = Math.ceil(size / (width + 1));
  return Array.from({ length: lines }, (_, line) =>
    `${index}x${line}y`.padEnd(width, 'abcdefghij'),
  ).join('\n');
}

function dotenv(keys: readonly string[], size: number, shape: Shape): string {
  return keys.map((key, index) => `${key}='${valueOf(index, size, shape)}'`).join('\n');
}

const filePath = '/workspace/secrets.env';

function inputsFor(regions: readonly SeededRegion[]): Record<string, string> {
  return {
    region: regions.map(({ code }) => code).join('\n'),
    'secret-set': 'keys-{region}',
    'secrets-file': 'secrets.env',
    'agent-name': 'voice-{region}',
    image: 'ghcr.io/acme/voice:1.0.0',
  };
}

describe('the requests of a release', () => {
  interface Count {
    readonly writes: number;
    readonly others: number;
  }

  async function count(
    credential: keyof typeof credentials,
    keys: number,
    regions: number,
  ): Promise<Count> {
    const seeded = regionsOf(regions);
    // Uses the real clock. With the test clock, a request could time out on a busy machine and be sent again.
    const emulator = await startEmulator({
      regions: seeded,
      secretSetDelay: 50,
      deploymentDelay: 50,
    });
    try {
      const actions = new RecordedActions();
      const succeeded = await run({
        lookUpImage: anyImage,
        cancellation: new AbortController().signal,
        environment: {
          GITHUB_WORKSPACE: '/workspace',
          ...inputVariables({
            'api-url': emulator.url,
            ...credentials[credential],
            ...inputsFor(seeded),
          }),
        },
        actions,
        clock: systemClock,
        readFile: (path) =>
          path === filePath
            ? Promise.resolve(dotenv(keysOf(keys), 20, 'one line'))
            : Promise.reject(Object.assign(new Error('no such file'), { code: 'ENOENT' })),
        workflowEvent: () => Promise.resolve({ eventName: 'push', payload: {} }),
      });
      expect(actions.errors).toEqual([]);
      expect(succeeded).toBe(true);
      const writes = emulator.requests.filter(
        ({ method, path }) => method === 'PUT' && path.includes('/secrets/'),
      );
      return { writes: writes.length, others: emulator.requests.length - writes.length };
    } finally {
      await emulator.close();
    }
  }

  test.each(['API key', 'token'] as const)(
    'with the %s are as few as possible',
    async (credential) => {
      const rows: string[][] = [['keys', 'regions', 'writes of sets', 'others']];
      const counts = new Map<string, Count>();
      for (const [keys, regions] of [
        [125, 1],
        [250, 1],
        [500, 1],
        [125, 4],
        [125, 16],
        [500, 16],
      ] as const) {
        const counted = await count(credential, keys, regions);
        counts.set(`${keys} ${regions}`, counted);
        rows.push([keys, regions, counted.writes, counted.others].map(String));
        // One surface accepts all pairs in one request, the other one pair per request.
        expect(counted.writes).toBe(credential === 'API key' ? regions : regions * keys);
      }
      printTable(rows);
      // The number of status checks varies, so a difference of one per region means nothing. It does not depend on the
      // number of keys.
      const others = (keys: number, regions: number): number =>
        counts.get(`${keys} ${regions}`)?.others ?? NaN;
      for (const keys of [250, 500]) {
        expect(others(keys, 1)).toBeLessThanOrEqual(others(125, 1) + 1);
      }
      const perRegion = (others(125, 4) - others(125, 1)) / 3;
      expect((others(125, 16) - others(125, 4)) / 12).toBeLessThanOrEqual(perRegion + 1);
      expect(others(500, 16)).toBeLessThanOrEqual(others(125, 16) + 16);
    },
  );
});

/** Processor time in milliseconds, the median of three. It does not depend on how busy the machine is. */
async function processorTime(work: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < 3; run++) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
  }
  return median(times);
}

/**
 * Four times the input may take four times as long. A fixed part makes it less, and garbage collection more. Quadratic code
 * would take sixteen times as long.
 */
const maxGrowth = 9;

describe('the processor time grows at most linearly with the size', () => {
  const shapes: readonly Shape[] = ['one line', 'many lines'];

  async function measure(
    name: string,
    sizes: readonly number[],
    work: (size: number) => () => unknown,
  ) {
    const times: number[] = [];
    for (const size of sizes) times.push(await processorTime(work(size)));
    const [first = NaN, last = NaN] = times;
    printTable([
      [name, ...sizes.map(String), 'growth'],
      ['', ...times.map((time) => `${time.toFixed(0)} ms`), (last / first).toFixed(1)],
    ]);
    // Very short times cannot be compared.
    if (last > 50) expect(last / Math.max(first, 5)).toBeLessThan(maxGrowth);
  }

  test.each(shapes)('of a file with values of 48 KB in %s, and of hiding them', async (shape) => {
    await measure(`read, ${shape}`, [125, 500], (keys) => {
      const text = dotenv(keysOf(keys), largestValue, shape);
      return async () => {
        const { entries, problems } = await readFiles(['a'], () => Promise.resolve(text));
        expect(problems).toEqual([]);
        expect(entries).toHaveLength(keys);
      };
    });
    const secretsOf = (keys: number): SecretValue[] =>
      Array.from(
        { length: keys },
        (_, index) => new SecretValue(valueOf(index, largestValue, shape)),
      );
    await measure(`redactor, ${shape}`, [125, 500], (keys) => {
      const secrets = secretsOf(keys);
      return () => {
        redactor(secrets);
      };
    });
    await measure(`a thousand texts, ${shape}`, [125, 500], (keys) => {
      const secrets = secretsOf(keys);
      const redact = redactor(secrets);
      const [line = ''] = masksFor(secrets[0] ?? new SecretValue(''));
      return () => {
        for (let text = 0; text < 1000; text++) redact(`A message of the platform ${text}`);
        const clean = redact(`${'A line of a traceback.\n'.repeat(500)}${line}`);
        expect(clean.endsWith('\n***')).toBe(true);
      };
    });
  });

  test('of values in double quotes with a quote in each line', async () => {
    await measure('read, quotes', [1024, 4096], (lines) => {
      const text = `A="${'  \\"key\\"\n'.repeat(lines)}"`;
      return async () => {
        const { entries } = await readFiles(['a'], () => Promise.resolve(text));
        expect(entries).toHaveLength(1);
      };
    });
  });

  const shapesOfText: readonly {
    readonly name: string;
    readonly text: (size: number) => string;
  }[] = [
    ...[
      ',',
      'A,',
      'A\n',
      '{',
      '}',
      '{,',
      ' ',
      '\t',
      '\n',
      '/',
      ':',
      '=',
      '<',
      '-',
      '.',
      '`',
      '\\',
      '[',
    ].map((part) => ({
      name: JSON.stringify(part),
      text: (size: number) => `a${part.repeat(size / part.length)}a`,
    })),
    { name: 'letters', text: (size) => 'a'.repeat(size) },
    { name: 'blocks', text: (size) => 'A<<B\n\nB\n'.repeat(size / 8) },
    {
      name: 'keys',
      text: (size) => Array.from({ length: size / 16 }, (_, i) => `KEY_${i}=v`).join('\n'),
    },
    { name: 'lines for regions', text: (size) => `us-west: a${' '.repeat(size)}a` },
    { name: 'JSON that is deep', text: (size) => '{"a":'.repeat(size / 5) },
    {
      name: 'JSON that is wide',
      text: (size) => `{${Array.from({ length: size / 16 }, (_, i) => `"K${i}":"v"`).join()}}`,
    },
    { name: 'a quote in every line', text: (size) => `A="${'\\"\n'.repeat(size / 3)}` },
  ];

  test.each(shapesOfText)('of each input that is full of $name', async ({ text }) => {
    // An environment variable cannot be longer.
    const large = text(120_000);
    const slow: string[] = [];
    // Tries each input, and the files that inputs name.
    for (const name of [...inputNames, 'files'] as const) {
      const isFiles = name === 'files';
      const before = process.cpuUsage();
      const others = name === 'secrets-json' ? { 'secrets-include': '*' } : {};
      await readInputs(
        {
          GITHUB_WORKSPACE: '/workspace',
          ...inputVariables({
            ...inputsFor([...platformRegions]),
            'api-key': 'sk_0123456789',
            'cloud-build': 'true',
            ...others,
            ...(isFiles ? {} : { [name]: large }),
          }),
        },
        (path) =>
          path === filePath
            ? Promise.resolve(isFiles ? large : 'A=value')
            : Promise.reject(Object.assign(new Error('no such file'), { code: 'ENOENT' })),
      );
      const { user, system } = process.cpuUsage(before);
      // Up to forty thousand files are looked up. Quadratic code would take minutes.
      if (user + system > 6_000_000) slow.push(`${name}: ${Math.round((user + system) / 1000)} ms`);
    }
    expect(slow).toEqual([]);
  });
});

describe('the output at the limits', () => {
  const seeded = regionsOf(16);
  const file = dotenv(keysOf(maxKeys), 20, 'one line');
  const sizes: string[][] = [['what', 'summary', ...['secret-sets', 'plan', 'agents']]];

  const pruning = 'all keys added and all pruned';

  function expectWithinLimits(name: string, { actions }: ReleaseOutcome): void {
    const bytes = (text: string | undefined): number => Buffer.byteLength(text ?? '');
    const { outputs, summary } = actions;
    sizes.push([
      name,
      ...[summary, outputs['secret-sets'], outputs['plan'], outputs['agents']].map((text) =>
        String(bytes(text)),
      ),
    ]);
    printTable(sizes);
    expect(bytes(summary)).toBeLessThan(mebibyte);
    // GitHub passes at most 1 MiB to other jobs. The names of a thousand keys of the maximum length, in each of 16 regions, are
    // a little more. Within the job, there is no such limit.
    const maxOutput = name === pruning ? 1.1 * mebibyte : mebibyte;
    for (const output of Object.values(outputs)) expect(bytes(output)).toBeLessThan(maxOutput);
    for (const { message } of actions.errors) expect(message.length).toBeLessThanOrEqual(4096);
    // Every region is present, even if other parts were cut.
    for (const { code } of seeded) expect(summary).toContain(code);
  }

  async function onStage(work: (stage: Stage) => Promise<void>): Promise<void> {
    const stage = await Stage.open({ regions: seeded });
    try {
      await work(stage);
    } finally {
      await stage.close();
    }
  }

  const inputs = { ...credentials['API key'], ...inputsFor(seeded) };

  test('of a first release, and of one that prunes all of it', async () => {
    await onStage(async (stage) => {
      const first = await stage.release(inputs, { files: { [filePath]: file } });
      expect(first.succeeded).toBe(true);
      expectWithinLimits('a first release', first);
      const others = dotenv(
        keysOf(maxKeys).map((key) => key.replace(/^K/, 'L')),
        20,
        'one line',
      );
      const second = await stage.release(
        { ...inputs, 'prune-secrets': 'true' },
        { files: { [filePath]: others } },
      );
      expect(second.succeeded).toBe(true);
      expectWithinLimits(pruning, second);
      expect(second.actions.summary).toContain('Long lists are cut');
    });
  });

  test('of a plan', async () => {
    await onStage(async (stage) => {
      const plan = await stage.release(
        { ...inputs, 'dry-run': 'true' },
        { files: { [filePath]: file } },
      );
      expect(plan.succeeded).toBe(true);
      expectWithinLimits('a plan', plan);
    });
  });

  test('of a failure in every region, with tracebacks of 60 KB', async () => {
    await onStage(async (stage) => {
      for (const { code } of seeded) {
        stage.emulator.script.deployment(`voice-${code}`, {
          outcome: 'crash-loop',
          health: { message: `Traceback of ${code}\n${'  File "bot.py" 語\n'.repeat(3500)}` },
          logs: Array.from({ length: 100 }, (_, index) => `${index} ${'語'.repeat(600)}`),
        });
      }
      const failed = await stage.release(
        { ...inputs, 'failure-logs': 'always' },
        { files: { [filePath]: file } },
      );
      expect(failed.succeeded).toBe(false);
      expectWithinLimits('crashes everywhere', failed);
      expect(failed.actions.summary.match(/### ❌ The deployment failed/g)).toHaveLength(16);
    });
  });

  test('of keys that are missing in every region', async () => {
    await onStage(async (stage) => {
      const missing = await stage.release(
        {
          ...inputs,
          'required-secrets': keysOf(maxKeys * 2)
            .slice(maxKeys)
            .join('\n'),
        },
        { files: { [filePath]: file } },
      );
      expect(missing.succeeded).toBe(false);
      expectWithinLimits('500 keys missing', missing);
    });
  });

  test('of 500 values that are empty', async () => {
    await onStage(async (stage) => {
      const empty = await stage.release(inputs, {
        files: {
          [filePath]: keysOf(maxKeys)
            .map((key) => `${key}=`)
            .join('\n'),
        },
      });
      expect(empty.succeeded).toBe(false);
      expect(Buffer.byteLength(empty.actions.summary)).toBeLessThan(mebibyte);
      // One message has all of them, and says how many it omits.
      expect(empty.actions.summary).toContain(keysOf(maxKeys)[0]);
      expect(empty.actions.summary).toContain('the rest is not shown');
    });
  });
});

describe('the built action accepts 500 values of 48 KB', () => {
  const rows = [['values', 'regions', 'masks', 'time', 'memory']];

  test.each<{ shape: Shape; regions: number }>([
    { shape: 'one line', regions: 1 },
    { shape: 'many lines', regions: 1 },
  ])('of $shape to $regions regions', async ({ shape, regions }) => {
    const seeded = regionsOf(regions);
    const emulator = await startEmulator({
      regions: seeded,
      secretSetDelay: 100,
      deploymentDelay: 100,
    });
    try {
      const run = await runAction({
        files: { 'secrets.env': dotenv(keysOf(maxKeys), largestValue, shape) },
        inputs: {
          'api-url': emulator.url,
          'api-key': emulator.credentials.privateKey,
          ...inputsFor(seeded),
        },
        measuresMemory: true,
      });
      const time = run.endedAt - run.startedAt;
      rows.push([
        shape,
        String(regions),
        String(run.masks.length),
        `${Math.round(time)} ms`,
        run.peakMemory === undefined ? '–' : `${Math.round(run.peakMemory / mebibyte)} MiB`,
      ]);
      printTable(rows);
      expect(run.exitCode).toBe(0);
      expect(new Set(run.masks).size).toBe(run.masks.length);
      expect(Buffer.byteLength(run.summary)).toBeLessThan(mebibyte);
      for (const { code } of seeded) {
        const set = emulator.state.secretSet(`keys-${code}`);
        expect(Object.keys(set?.values ?? {})).toHaveLength(maxKeys);
      }
    } finally {
      await emulator.close();
    }
  });
});
