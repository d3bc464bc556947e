import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { PackedContext } from '../../src/context/pack.js';
import { packBuildContext } from '../../src/steps/build-context.js';
import { Journal, type ReleaseLog } from '../../src/record/journal.js';
import type { Clock } from '../../src/time/clock.js';
import { releaseLog } from '../../src/report/log.js';
import { checkoutForEachTest } from '../support/checkout.js';
import { RecordedActions } from '../support/recorded-actions.js';
import { stageForEachTest, type ReleaseOutcome } from '../support/release-run.js';
import { TestClock } from '../support/test-clock.js';

const checkout = checkoutForEachTest();
const settings = { directory: '.', dockerfile: 'Dockerfile', exclude: [] };

interface Packing {
  readonly actions: RecordedActions;
  readonly journal: Journal;
  readonly work: (context: PackedContext) => Promise<unknown>;
}

function packing({
  clock = new TestClock(),
  log = (usual) => usual,
  work = () => Promise.resolve(),
}: {
  readonly clock?: Clock;
  readonly log?: (usual: ReleaseLog) => ReleaseLog;
  readonly work?: Packing['work'];
} = {}): Packing {
  const actions = new RecordedActions();
  return { actions, journal: new Journal(clock, log(releaseLog(actions))), work };
}

async function pack({ journal, work }: Packing): Promise<unknown> {
  const cancellation = new AbortController().signal;
  await using context = await packBuildContext({
    journal,
    settings,
    folders: checkout,
    cancellation,
  });
  return await work(context.packed);
}

describe('the archive of a build context', () => {
  test('is readable by its owner only and is deleted after use', async () => {
    let archive = '';
    const run = packing({
      work: (context) => {
        archive = context.archive;
        expect(dirname(dirname(archive))).toBe(checkout.temporary);
        expect(statSync(archive).size).toBe(context.archiveBytes);
        expect(statSync(dirname(archive)).mode & 0o077).toBe(0);
        return Promise.resolve();
      },
    });
    await pack(run);
    expect(archive).not.toBe('');
    expect(checkout.leftovers()).toEqual([]);
    expect(run.journal.record.context).toMatchObject({ archive, files: 2 });
    expect(run.journal.record.spans).toMatchObject([
      { region: 'checkout', label: 'pack the context', outcome: 'done' },
    ]);
  });

  test('is deleted if the release fails, and the error of the release is kept', async () => {
    const failure = new Error('the release failed');
    await expect(pack(packing({ work: () => Promise.reject(failure) }))).rejects.toBe(failure);
    expect(checkout.leftovers()).toEqual([]);
  });

  test('is deleted if packing fails with an unexpected error', async () => {
    const failure = new Error('the log is closed');
    const run = packing({
      log: (usual) => ({
        ...usual,
        info: (message) => {
          if (message.startsWith('Packed as')) throw failure;
        },
      }),
      work: () => Promise.reject(new Error('there is nothing to work with')),
    });
    await expect(pack(run)).rejects.toBe(failure);
    expect(checkout.leftovers()).toEqual([]);
    expect(run.journal.record.context).toBeUndefined();
    expect(run.journal.record.steps).toMatchObject([{ name: 'context', outcome: 'failed' }]);
  });

  test('may already have been deleted by the release', async () => {
    const run = packing({
      work: ({ archive }) => {
        rmSync(dirname(archive), { recursive: true });
        return Promise.resolve();
      },
    });
    await pack(run);
    expect(checkout.leftovers()).toEqual([]);
    expect(run.actions.warnings).toEqual([]);
  });
});

describe('the log of packing a build context', () => {
  test('reports progress every five seconds', async () => {
    checkout.write({ data: 'x'.repeat(20 * 1024 * 1024) });
    let time = 0;
    // A disk so slow that time passes whenever the clock is read.
    const clock: Clock = Object.assign(new TestClock(), { now: () => (time += 2500) });
    const { actions, ...run } = packing({ clock });
    await pack({ actions, ...run });
    expect(actions.log.slice(2, -2)).toEqual([
      'info: Packed: 8.0 MB of 20 MB (40 %).',
      'info: Packed: 16 MB of 20 MB (80 %).',
      expect.stringMatching(/^info: Packed as \d+ KB; its hash is [0-9a-f]{16}\.$/),
    ]);
  });

  test('uses the singular for a single file', async () => {
    rmSync(join(checkout.workspace, 'bot.py'));
    const { actions, ...run } = packing();
    await pack({ actions, ...run });
    expect(actions.log.join('\n')).toMatch(/The build context `\.` has 1 file, \d+ B \(/);
  });

  test('reports no progress if packing takes less than five seconds', async () => {
    const { actions, ...run } = packing();
    await pack({ actions, ...run });
    expect(actions.log.join('\n')).not.toContain('Packed: ');
  });

  test.each([
    {
      name: 'none',
      files: {},
      expected: 'no ignore file; version control, caches and logs are excluded',
      advice: '',
    },
    {
      name: '.dockerignore',
      files: { '.dockerignore': '*.md\n' },
      expected: 'after .dockerignore',
      advice: ' To include one, add a line with ! and its name to .dockerignore.',
    },
    {
      name: 'Dockerfile.dockerignore, which wins over .dockerignore',
      files: { '.dockerignore': '*.md\n', 'Dockerfile.dockerignore': '*.txt\n' },
      expected: 'after Dockerfile.dockerignore',
      advice: ' To include one, add a line with ! and its name to Dockerfile.dockerignore.',
    },
  ])('names the ignore file that excluded files: $name', async ({ files, expected, advice }) => {
    checkout.write({ ...files, 'tls.key': 'value\n' });
    const { actions, ...run } = packing();
    await pack({ actions, ...run });
    expect(actions.log.join('\n')).toMatch(/The build context `\.` has \d files, \d+ B \(/);
    expect(actions.log.join('\n')).toContain(`(${expected}).`);
    expect(actions.log).toContain(
      `info: Excluded, because they may contain secrets: \`tls.key\`.${advice}`,
    );
  });

  test.each([
    { count: 50, more: '' },
    { count: 51, more: ' and 1 more' },
    { count: 53, more: ' and 3 more' },
  ])(
    'names at most 50 of $count excluded files that may contain secrets',
    async ({ count, more }) => {
      const names = Array.from({ length: count }, (_, index) => `key-${100 + index}.pem`);
      checkout.write(Object.fromEntries(names.map((name) => [name, 'value\n'])));
      const { actions, ...run } = packing();
      await pack({ actions, ...run });
      const shown = names
        .slice(0, 50)
        .map((name) => `\`${name}\``)
        .join(', ');
      expect(actions.log).toContain(
        `info: Excluded, because they may contain secrets: ${shown}${more}.`,
      );
    },
  );

  test('does not mention secrets if no file was excluded because of them', async () => {
    const { actions, ...run } = packing();
    await pack({ actions, ...run });
    expect(actions.log.join('\n')).not.toContain('secrets');
    expect(actions.warnings).toEqual([]);
  });

  test('notes that the context includes `.git`, and excludes its config with the token', async () => {
    checkout.write({
      '.git/config': '[core]',
      '.git/HEAD': 'ref: refs/heads/main',
      '.dockerignore': '*.md',
      Dockerfile: 'FROM scratch',
    });
    const { actions, journal, ...run } = packing();
    await pack({ actions, journal, ...run });
    expect(journal.record.remarks).toEqual([
      'The build context includes `.git`, which differs from run to run, so no build is ever reused. Exclude it with `build-exclude: .git`, or with a line in the ignore file.',
    ]);
    expect(actions.warnings).toEqual([]);
    expect(actions.log.join('\n')).toContain(
      'Excluded, because they may contain secrets: `.git/config`.',
    );
  });

  test('warns about files that the Dockerfile copies but the context lacks', async () => {
    checkout.write({ Dockerfile: 'FROM scratch\nCOPY app.py lib/ bot.py ./' });
    const { actions, journal, ...run } = packing();
    await pack({ actions, journal, ...run });
    expect(actions.warnings).toEqual([
      '`Dockerfile` copies `app.py` (line 2), `lib/` (line 2), which the build context `.` does not have, so the build will probably fail. Check `build-context`, what is excluded by default and `build-exclude`.',
    ]);
  });

  test('notes credential files, Git LFS pointers and empty submodules', async () => {
    checkout.write({
      Dockerfile: 'FROM scratch',
      '.netrc': 'machine a',
      'model.onnx': 'version https://git-lfs.github.com/spec/v1\noid sha256:0\n',
    });
    const { actions, journal, ...run } = packing();
    await pack({ actions, journal, ...run });
    expect(journal.record.remarks).toEqual([
      'The build context includes files that usually hold a credential: `.netrc`. Exclude them with `build-exclude`.',
      'The build context has Git LFS pointers in place of the files: `model.onnx`. Set `lfs: true` for `actions/checkout`.',
    ]);
    expect([...actions.warnings, ...actions.notices]).toEqual([]);
  });
});

describe('a release with a cloud build', () => {
  const stage = stageForEachTest({ buildDelay: 100, deploymentDelay: 100 });
  const building = {
    'api-key': 'sk_emulator',
    'agent-name': 'voice',
    'cloud-build': 'true',
  };

  function release(
    environment: Readonly<Record<string, string>> = {},
    inputs: Readonly<Record<string, string>> = {},
  ): Promise<ReleaseOutcome> {
    return stage.release(
      { ...building, ...inputs },
      { environment: { ...checkout.environment, ...environment } },
    );
  }

  test.each([
    { name: 'is not set', environment: {} },
    { name: 'is empty', environment: { RUNNER_TEMP: '' } },
  ])(
    'packs into the temporary folder of the system if RUNNER_TEMP $name',
    async ({ environment }) => {
      const packed = (): string[] =>
        readdirSync(tmpdir()).filter((name) => name.startsWith('build-context-'));
      const before = packed();
      let during: string[] = [];
      stage.emulator.script.before({ method: 'POST', path: '/v1/builds' }, () => {
        during = packed().filter((name) => !before.includes(name));
      });
      const { succeeded } = await stage.release(building, {
        environment: { ...environment, GITHUB_WORKSPACE: checkout.workspace },
      });
      expect(succeeded).toBe(true);
      // Another process may pack into the same folder meanwhile.
      const gone = during.filter((name) => !packed().includes(name));
      expect(gone).not.toEqual([]);
    },
  );

  test.each([
    {
      name: 'the build',
      arrange: () => {
        stage.emulator.script.build({ outcome: 'failed' });
      },
    },
    {
      name: 'the rollout',
      arrange: () => {
        stage.emulator.script.deployment('voice', { outcome: 'failed' });
      },
    },
    {
      name: 'a check of the preflight',
      arrange: () => {
        stage.emulator.seed.agent({ name: 'voice', image: 'a/b:1', region: 'eu-central' });
      },
    },
    {
      name: 'the credential',
      arrange: () => {
        stage.emulator.script.fault({ path: '/v1/regions' }, { kind: 'status', status: 401 });
      },
    },
  ])('leaves no archive behind if $name fails', async ({ arrange }) => {
    arrange();
    const { succeeded } = await release({}, { region: 'us-west' });
    expect(succeeded).toBe(false);
    expect(checkout.leftovers()).toEqual([]);
  });

  test('starts no build if the archive was deleted meanwhile', async () => {
    stage.emulator.script.after({ path: '/v1/builds/upload-url' }, () => {
      for (const name of readdirSync(checkout.temporary)) {
        rmSync(join(checkout.temporary, name), { recursive: true });
      }
    });
    const { succeeded, actions } = await release();
    expect(succeeded).toBe(false);
    expect(actions.errors).toHaveLength(1);
    expect(stage.emulator.state.builds()).toEqual([]);
  });

  test('sends nothing if the temporary folder does not exist', async () => {
    const missing = join(checkout.temporary, 'gone');
    const { succeeded, actions } = await release({ RUNNER_TEMP: missing });
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain(`folder for temporary files \`${missing}\``);
    expect(actions.errors[0]?.message).toContain('cannot hold the archive (ENOENT');
    expect(actions.log.join('\n')).toContain('\nCaused by: ');
    expect(existsSync(missing)).toBe(false);
    expect(stage.emulator.requests).toEqual([]);
  });

  test('uses the current folder as the workspace if GITHUB_WORKSPACE is empty', async () => {
    const { succeeded, actions } = await stage.release(
      { ...building, dockerfile: 'no-such-file' },
      { environment: { RUNNER_TEMP: checkout.temporary, GITHUB_WORKSPACE: '' } },
    );
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain(join(process.cwd(), 'no-such-file'));
  });
});
