import { describe, expect, test } from '@jest/globals';
import { checkoutForEachTest } from '../support/checkout.js';
import { stageForEachTest, type ReleaseOutcome } from '../support/release-run.js';

const stage = stageForEachTest();
const checkout = checkoutForEachTest();

const building = {
  'api-key': 'sk_emulator',
  'agent-name': 'voice',
  region: 'us-west',
  'cloud-build': 'true',
  'secret-set': 'voice-keys',
  secrets: 'A_KEY=first-value',
};
const storing = { method: 'POST', path: /^\/storage\// } as const;

function release(inputs: Readonly<Record<string, string>> = {}): Promise<ReleaseOutcome> {
  return stage.release({ ...building, ...inputs }, { environment: checkout.environment });
}

function builds({ actions }: ReleaseOutcome): unknown {
  return JSON.parse(actions.outputs['builds'] ?? '');
}

function count(path: string | RegExp): number {
  return stage.emulator.requests.filter(
    (one) => one.method === 'POST' && one.path.search(path) >= 0,
  ).length;
}

function secretsFail(delay = 1000): void {
  stage.emulator.script.provisioning('voice-keys', { outcome: 'failed', delay });
}

/** The writes that were sent after the last status check of a secret set, as `METHOD path`. */
function sentAfterTheFailure(): string[] {
  const { requests } = stage.emulator;
  const seen = requests.findLastIndex(({ path }) => path.startsWith('/v1/secrets'));
  return requests
    .slice(seen + 1)
    .filter(({ method }) => method !== 'GET')
    .map(({ method, path }) => `${method} ${path}`);
}

/** The summary reports only the failed sets: a build that the release no longer waits for has not failed. */
function expectOnlyFailedSets(
  { succeeded, actions }: ReleaseOutcome,
  { stillRunning }: { readonly stillRunning: boolean },
): void {
  expect(succeeded).toBe(false);
  expect(actions.errors.map(({ title }) => title)).toEqual([
    'A secret set could not be provisioned',
  ]);
  expect(actions.summary).toContain(
    stillRunning
      ? '| Build the image | ⏳ in progress |'
      : '| Build the image | ➖ not started | – |',
  );
  expect(actions.log).toContainEqual(
    expect.stringMatching(
      stillRunning
        ? /^info: (?:Build the image: s|S)till running after /
        : /^info: (?:Build the image: n|N)ot started after /,
    ),
  );
  expect(checkout.leftovers()).toEqual([]);
}

describe('a secret set that fails while the release builds', () => {
  test('aborts the upload of the context', async () => {
    secretsFail();
    stage.emulator.script.fault(storing, { kind: 'hang' });
    const before = stage.clock.now();
    const outcome = await release();
    expectOnlyFailedSets(outcome, { stillRunning: false });
    expect(stage.clock.now() - before).toBeLessThan(10_000);
    expect(builds(outcome)).toMatchObject([{ id: null, outcome: 'skipped' }]);
    expect(outcome.actions.outputs['build-id']).toBe('');
    expect(count(/\/v1\/builds$/)).toBe(0);
    // No build was started, so none can still be running.
    expect(outcome.actions.notices).toEqual([]);
    expect(outcome.actions.summary).toMatch(
      /^\| – \| `us-west` \| `Dockerfile` \| not started \| – \|/m,
    );
  });

  test('aborts the upload between two attempts', async () => {
    secretsFail(2000);
    stage.emulator.script.fault(storing, { kind: 'status', status: 503 }, { times: 9 });
    const outcome = await release();
    expectOnlyFailedSets(outcome, { stillRunning: false });
    expect(count(storing.path)).toBeLessThan(5);
    expect(count(/upload-url$/)).toBe(count(storing.path));
    expect(sentAfterTheFailure()).toEqual([]);
    expect(count(/\/v1\/builds$/)).toBe(0);
  });

  test('ends the wait for the build, which the next release picks up', async () => {
    secretsFail();
    stage.emulator.script.build({ delay: 60_000 });
    const before = stage.clock.now();
    const outcome = await release();
    expectOnlyFailedSets(outcome, { stillRunning: true });
    expect(stage.clock.now() - before).toBeLessThan(20_000);
    expect(builds(outcome)).toMatchObject([{ outcome: 'running' }]);
    const id = stage.emulator.state.builds()[0]?.id ?? '';
    expect(outcome.actions.notices).toEqual([
      `The platform continues the build \`${id}\`. Once it has succeeded, a release of the same context reuses it.`,
    ]);
    expect(outcome.actions.summary).toContain('Still running: the image with `Dockerfile`');
    expect(outcome.actions.outputs['build-id']).toBe(id);
    stage.clock.pass(60_000);
    const next = await release();
    expect(next.succeeded).toBe(true);
    expect(next.actions.outputs['build-id']).toBe(id);
  });

  test('ends the wait for the builds of all regions if it fails in one region', async () => {
    stage.emulator.script.provisioning('keys-eu-central', { outcome: 'failed', delay: 8000 });
    stage.emulator.script.build({ region: 'us-west', delay: 100 });
    stage.emulator.script.build({ region: 'eu-central', delay: 90_000 });
    stage.emulator.script.build({ region: 'ap-south', delay: 90_000 });
    const outcome = await release({
      region: 'us-west, eu-central, ap-south',
      'agent-name': 'voice-{region}',
      'secret-set': 'keys-{region}',
    });
    expectOnlyFailedSets(outcome, { stillRunning: true });
    expect(builds(outcome)).toMatchObject([
      { region: 'us-west', outcome: 'built' },
      { region: 'eu-central', outcome: 'running' },
      { region: 'ap-south', outcome: 'running' },
    ]);
    const idIn = (region: string): string =>
      stage.emulator.state.builds().find((build) => build.region === region)?.id ?? '';
    expect(outcome.actions.notices).toEqual([
      `The platform continues the build \`${idIn('eu-central')}\`, \`${idIn('ap-south')}\`. Once it has succeeded, a release of the same context reuses it.`,
    ]);
  });

  test('leaves a build that has finished marked as done', async () => {
    secretsFail(30_000);
    const outcome = await release();
    expect(outcome.succeeded).toBe(false);
    expect(builds(outcome)).toMatchObject([{ outcome: 'built' }]);
    expect(outcome.actions.summary).toMatch(
      /^Done in under 0\.1 s: .*Build the image|^\| Build the image \| ✅ done/m,
    );
    expect(outcome.actions.notices).toEqual([]);
  });

  test('is reported together with a build that has also failed', async () => {
    secretsFail(30_000);
    stage.emulator.script.build({ outcome: 'failed' });
    const outcome = await release();
    expect(outcome.succeeded).toBe(false);
    expect(builds(outcome)).toMatchObject([{ outcome: 'failed' }]);
    expect(outcome.actions.errors).toHaveLength(1);
    expect(outcome.actions.summary.match(/^### .*$/gm)).toEqual([
      '### ❌ The cloud build failed: `Dockerfile` in `us-west`',
      '### ❌ A secret set could not be provisioned: `voice-keys` in `us-west`',
    ]);
  });

  test('does not hide a failed build whose log is still being read', async () => {
    secretsFail();
    stage.emulator.script.build({ outcome: 'failed', delay: 100 });
    stage.emulator.script.fault({ path: /\/logs$/ }, { kind: 'hang' });
    const outcome = await release();
    expect(builds(outcome)).toMatchObject([{ outcome: 'failed' }]);
    expect(outcome.actions.summary.match(/^### .*$/gm)).toHaveLength(2);
    expect(outcome.actions.summary).toContain('| Build the image | ❌ failed |');
  });

  test('is the only failure reported if the release reuses a build', async () => {
    await release({ 'secret-set': '', secrets: '' });
    secretsFail();
    const outcome = await release();
    expect(outcome.succeeded).toBe(false);
    expect(builds(outcome)).toMatchObject([{ outcome: 'reused' }]);
    expect(outcome.actions.summary).toMatch(
      /^Done in under 0\.1 s: .*Build the image|^\| Build the image \| ✅ done/m,
    );
  });
});

describe('after a secret set has failed, the release sends nothing more', () => {
  const starting = { method: 'POST', path: '/v1/builds' } as const;

  test.each([
    { name: 'requests an upload form', match: { method: 'POST', path: '/v1/builds/upload-url' } },
    { name: 'starts a build', match: starting },
  ])('while it $name and the platform does not answer', async ({ match }) => {
    secretsFail(2000);
    stage.emulator.script.fault(match, { kind: 'status', status: 503 }, { times: 9 });
    const outcome = await release();
    expectOnlyFailedSets(outcome, { stillRunning: false });
    expect(builds(outcome)).toMatchObject([{ id: null, outcome: 'skipped' }]);
    expect(sentAfterTheFailure()).toEqual([]);
  });

  test('and skips even the last attempt to start a build', async () => {
    secretsFail();
    stage.emulator.script.fault(starting, { kind: 'status', status: 503 }, { times: 3 });
    expectOnlyFailedSets(await release(), { stillRunning: false });
    expect(stage.emulator.state.builds()).toEqual([]);
  });
});

test('names the build that is still running although the build of another region failed', async () => {
  secretsFail(3000);
  stage.emulator.script.build({ outcome: 'failed', delay: 500, region: 'us-west' });
  stage.emulator.script.build({ delay: 60_000, region: 'eu-central' });
  const { actions } = await release({
    region: 'us-west, eu-central',
    'agent-name': 'voice-{region}',
    'secret-set': 'us-west: voice-keys\n*: voice-keys-{region}',
  });
  const running = stage.emulator.state.builds().find(({ region }) => region === 'eu-central');
  expect(actions.summary).toContain(`The platform continues the build \`${running?.id ?? ''}\``);
  expect(actions.summary).toContain('The cloud build failed');
});
