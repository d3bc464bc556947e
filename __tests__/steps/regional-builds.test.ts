import { describe, expect, test } from '@jest/globals';
import { checkoutForEachTest } from '../support/checkout.js';
import { stageForEachTest, type ReleaseOutcome } from '../support/release-run.js';

const stage = stageForEachTest({ deploymentDelay: 100 });
const checkout = checkoutForEachTest();

const regional = {
  'api-key': 'sk_emulator',
  'agent-name': 'voice-{region}',
  region: 'us-west, eu-central, ap-south',
  'cloud-build': 'true',
};
const regions = ['us-west', 'eu-central', 'ap-south'] as const;

function release(inputs: Readonly<Record<string, string>> = {}): Promise<ReleaseOutcome> {
  return stage.release({ ...regional, ...inputs }, { environment: checkout.environment });
}

function builds({ actions }: ReleaseOutcome): Record<string, unknown>[] {
  return JSON.parse(actions.outputs['builds'] ?? '') as Record<string, unknown>[];
}

function builtIn(region: string): string | undefined {
  return stage.emulator.state.builds().find((build) => build.region === region)?.id;
}

/** The requests sent to the platform, in order, as `METHOD path`. */
function asked(method: string, path: RegExp): readonly string[] {
  return stage.emulator.requests
    .filter((one) => one.method === method && path.test(one.path))
    .map((one) => `${method} ${one.path}`);
}

function everyAgentRunsItsBuild(): void {
  for (const region of regions) {
    const id = builtIn(region);
    expect(id).toBeDefined();
    expect(stage.emulator.state.serving(`voice-${region}`)).toMatchObject({ buildId: id });
  }
}

describe('builds in several regions', () => {
  test('are each reported with their own result', async () => {
    await release({ region: 'eu-central' });
    stage.emulator.script.build({
      region: 'ap-south',
      outcome: 'failed',
      errorMessage: 'COPY failed',
    });
    const outcome = await release();
    expect(outcome.succeeded).toBe(false);
    expect(outcome.agents.map(({ outcome: one }) => one)).toEqual(Array(3).fill('skipped'));
    const contextHash: unknown = expect.stringMatching(/^[0-9a-f]{16}$/);
    expect(builds(outcome)).toEqual([
      { region: 'us-west', id: builtIn('us-west'), outcome: 'built', contextHash },
      { region: 'eu-central', id: builtIn('eu-central'), outcome: 'reused', contextHash },
      { region: 'ap-south', id: builtIn('ap-south'), outcome: 'failed', contextHash },
    ]);
    const { actions } = outcome;
    expect(actions.outputs['build-id']).toBe(builtIn('us-west'));
    const row = (region: string): string | undefined =>
      actions.summary.split('\n').find((line) => line.includes(`${builtIn(region) ?? ''}\` | `));
    expect(row('us-west')).toMatch(/\| `us-west` \| `Dockerfile` \| built \| [\d.]+ s \|$/);
    expect(row('eu-central')).toMatch(
      /\| `eu-central` \| `Dockerfile` \| reused: this context was built before \| – \|$/,
    );
    expect(row('ap-south')).toMatch(/\| `ap-south` \| `Dockerfile` \| failed \| [\d.]+ s \|$/);
    expect(actions.summary).toContain('| Build the image | ❌ failed |');
    expect(actions.summary).toContain('| Deploy the agent | ➖ not started | – |');
    const done = actions.summary.slice(actions.summary.indexOf('<summary>Changes</summary>'));
    for (const [region, verb] of [
      ['us-west', 'Built'],
      ['eu-central', 'Reused, because it was built before:'],
      ['ap-south', 'Failed to build:'],
    ] as const) {
      const part = done.split('**`').find((one) => one.startsWith(region));
      expect(part?.match(/the image with `Dockerfile`/g)).toHaveLength(1);
      expect(part).toContain(`- ${verb} the image with `);
      expect(part).toContain(`build \`${builtIn(region) ?? ''}\`.`);
    }
  });

  test('that fail are all reported, in the order of the regions', async () => {
    stage.emulator.script.build({ region: 'us-west', outcome: 'failed', delay: 20_000 });
    stage.emulator.script.build({ region: 'ap-south', outcome: 'timeout', delay: 1000 });
    const { succeeded, actions } = await release();
    expect(succeeded).toBe(false);
    const headings = actions.summary.match(/^### .*$/gm);
    expect(headings).toEqual([
      '### ❌ The cloud build failed: `Dockerfile` in `us-west`',
      '### ❌ The cloud build failed: `Dockerfile` in `ap-south`',
    ]);
    expect(actions.summary).toMatch(/The last \d+ log lines of the build in us-west/);
    expect(stage.emulator.state.agents()).toEqual([]);
  });

  test('use one archive, and each region deploys its own build', async () => {
    const { succeeded, actions } = await release();
    expect(succeeded).toBe(true);
    expect(actions.log.filter((line) => line.includes('Packed as'))).toHaveLength(1);
    const made = stage.emulator.state.builds();
    expect(made).toHaveLength(3);
    expect(new Set(made.map(({ contextHash }) => contextHash)).size).toBe(1);
    everyAgentRunsItsBuild();
    expect(actions.outputs['build-id']).toBe(builtIn('us-west'));
    // Once the first build is known, the output lists the others as not started.
    const [early] = actions.history.filter(({ name }) => name === 'builds');
    const firstBuilds = JSON.parse(early?.value ?? '') as Record<string, unknown>[];
    expect(firstBuilds.map(({ region }) => region)).toEqual(regions);
    expect(firstBuilds.filter(({ id }) => id !== null)).toHaveLength(1);
  });

  test('are deployed in their own region even if they are reused', async () => {
    await release();
    checkout.write({ 'bot.py': 'print("bye")\n' });
    await release();
    checkout.write({ 'bot.py': 'print("hello")\n' });
    const { succeeded, agents } = await release();
    expect(succeeded).toBe(true);
    expect(agents.map(({ outcome }) => outcome)).toEqual(['updated', 'updated', 'updated']);
    expect(stage.emulator.state.builds()).toHaveLength(6);
    everyAgentRunsItsBuild();
  });

  test('are looked up in their own region', async () => {
    await release({ region: 'us-west' });
    const outcome = await release();
    expect(builds(outcome).map(({ outcome: one }) => one)).toEqual(['reused', 'built', 'built']);
    everyAgentRunsItsBuild();
  });

  test('all finish before the first agent is deployed in a sequential rollout', async () => {
    stage.emulator.script.build({ region: 'ap-south', delay: 30_000 });
    const { succeeded } = await release({ rollout: 'sequential' });
    expect(succeeded).toBe(true);
    everyAgentRunsItsBuild();
    const { requests } = stage.emulator;
    const deployed = requests.filter(
      ({ method, path }) => method === 'POST' && path === '/v1/agents',
    );
    expect(deployed.map(({ body }) => body)).toMatchObject(
      regions.map((region) => ({ region, buildId: builtIn(region) })),
    );
    const started = requests.find(({ method, path }) => method === 'POST' && path === '/v1/builds');
    const first = deployed[0]?.receivedAt ?? 0;
    expect(first - (started?.receivedAt ?? Infinity)).toBeGreaterThanOrEqual(29_000);
  });

  test('are kept if a region fails in a sequential rollout', async () => {
    stage.emulator.script.deployment('voice-eu-central', { outcome: 'failed' });
    const outcome = await release({ rollout: 'sequential' });
    expect(outcome.succeeded).toBe(false);
    expect(builds(outcome).map(({ outcome: one }) => one)).toEqual(['built', 'built', 'built']);
    expect(outcome.agents.map(({ outcome: one }) => one)).toEqual(['created', 'failed', 'skipped']);
    expect(outcome.actions.summary).toContain('nothing was deployed in `ap-south`');
    expect(stage.emulator.state.agent('voice-ap-south')).toBeUndefined();
  });

  test('cause one warning if the builds of no region can be listed', async () => {
    stage.emulator.script.fault(
      { method: 'GET', path: '/v1/builds' },
      { kind: 'status', status: 400, body: { error: 'no', code: 'NO' } },
      { times: 3 },
    );
    const { succeeded, actions } = await release();
    expect(succeeded).toBe(true);
    expect(actions.warnings).toHaveLength(1);
  });
});

describe('a failed upload of the build context in one region', () => {
  test('is retried there while the other regions continue', async () => {
    stage.emulator.script.fault(
      { path: /^\/storage\// },
      { kind: 'status', status: 503, body: '<Error/>' },
      { skip: 1 },
    );
    const { succeeded, actions } = await release();
    expect(succeeded).toBe(true);
    expect(asked('POST', /upload-url$/)).toHaveLength(4);
    expect(asked('POST', /^\/storage\//)).toHaveLength(4);
    expect(asked('POST', /\/builds$/)).toHaveLength(3);
    expect(actions.log).toContainEqual(
      expect.stringMatching(
        /^info: The upload to [-a-z]+ failed: the storage answered 503\. Retrying in 0\.5 s \(attempt 2 of 5\)\.$/,
      ),
    );
    for (const region of regions) {
      expect(actions.log).toContainEqual(
        expect.stringMatching(new RegExp(`^info: Uploaded the context to ${region}: \\d+ B\\.$`)),
      );
    }
    everyAgentRunsItsBuild();
  });

  test('that keeps failing does not stop the builds of other regions', async () => {
    stage.emulator.script.fault(
      { path: /^\/storage\// },
      { kind: 'status', status: 400, body: '<Error><Code>EntityTooLarge</Code></Error>' },
      { skip: 1 },
    );
    const outcome = await release();
    expect(outcome.succeeded).toBe(false);
    const outcomes = builds(outcome);
    expect(outcomes.filter(({ outcome: one }) => one === 'built')).toHaveLength(2);
    expect(outcomes.filter(({ outcome: one, id }) => one === 'failed' && id === null)).toHaveLength(
      1,
    );
    expect(outcome.actions.errors).toHaveLength(1);
    expect(outcome.actions.summary).toMatch(/^\| – \| `[-a-z]+` \| `Dockerfile` \| failed \| /m);
    expect(stage.emulator.state.agents()).toEqual([]);
  });
});
