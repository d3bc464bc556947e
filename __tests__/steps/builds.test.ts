import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { checkoutForEachTest } from '../support/checkout.js';
import {
  credentials,
  Stage,
  stageForEachTest,
  ofDependabot,
  writes,
  type ReleaseOptions,
  type ReleaseOutcome,
} from '../support/release-run.js';

const stage = stageForEachTest();
const checkout = checkoutForEachTest();

const key = { 'api-key': 'sk_emulator' };
const building = { ...key, 'agent-name': 'voice', region: 'us-west', 'cloud-build': 'true' };
const secrets = { 'secret-set': 'voice-keys', secrets: 'A_KEY=first-value' };
const uploadPath = '/v1/builds/upload-url';

function release(
  inputs: Readonly<Record<string, string>> = building,
  options: ReleaseOptions = {},
): Promise<ReleaseOutcome> {
  return stage.release(inputs, {
    ...options,
    environment: { ...checkout.environment, ...options.environment },
  });
}

/** When the first matching request arrived, in milliseconds on the platform's clock. */
function arrivedAt(method: string, path: RegExp): number {
  const request = stage.emulator.requests.find(
    (one) => one.method === method && path.test(one.path),
  );
  return request?.receivedAt ?? NaN;
}

function builds({ actions }: Pick<ReleaseOutcome, 'actions'>): unknown {
  return JSON.parse(actions.outputs['builds'] ?? '');
}

describe('a release with a cloud build', () => {
  test.each(Object.entries(credentials))(
    'deploys the image that it built, with an %s',
    async (_, who) => {
      const { succeeded, actions } = await release({ ...building, 'api-key': '', ...who });
      expect(succeeded).toBe(true);
      const [build] = stage.emulator.state.builds();
      expect(build).toMatchObject({ status: 'success', region: 'us-west' });
      expect(stage.emulator.state.serving('voice')).toMatchObject({ buildId: build?.id });
      expect(actions.outputs).toMatchObject({ 'build-id': build?.id, 'service-name': 'voice' });
      expect(actions.summary).toContain('Created `voice` in `us-west`; it is serving');
      expect(actions.summary).toMatch(/Build context `[0-9a-f]{16}`: 2 files of \d+ B, packed as/);
      expect(actions.summary).toMatch(
        /\| `[-0-9a-f]{36}` \| `us-west` \| `Dockerfile` \| built \| /,
      );
      expect(actions.summary).toMatch(/^ {4}upload the context :[-\d:. ]+, [-\d:. ]+$/m);
      expect(actions.summary).toMatch(/^ {4}build the image :[-\d:. ]+, [-\d:. ]+$/m);
    },
  );

  test('provisions and builds in parallel, and deploys once both are done', async () => {
    await release({ ...building, ...secrets });
    const deployed = arrivedAt('POST', /\/agents$/);
    const written = arrivedAt('PUT', /\/secrets\//);
    // 5 s for the set and 6 s for the build; one after the other would take 11 s.
    expect(deployed - written).toBeGreaterThanOrEqual(6000);
    expect(deployed - written).toBeLessThan(8000);
  });

  test('sets the output build-id as soon as the build is known', async () => {
    const { actions } = await release();
    const id = stage.emulator.state.builds()[0]?.id ?? '';
    const [first] = actions.history.filter(({ name }) => name === 'build-id');
    expect(first?.value).toBe(id);
    expect(actions.log.slice(0, first?.line).join('\n')).not.toContain('building');
  });

  test('packs with `build-context`, `dockerfile` and `build-exclude`, and leaves nothing behind', async () => {
    checkout.write({
      'agents/voice/docker/Dockerfile': 'FROM scratch\n',
      'agents/voice/notes.md': 'a note\n',
    });
    const { succeeded } = await release({
      ...building,
      'build-context': 'agents/voice',
      dockerfile: './docker/Dockerfile',
      'build-exclude': '*.md, nothing-of-this-name',
    });
    expect(succeeded).toBe(true);
    expect(stage.emulator.state.builds()[0]).toMatchObject({
      dockerfilePath: 'docker/Dockerfile',
      status: 'success',
    });
    expect(checkout.leftovers()).toEqual([]);
  });

  test('leaves the agent unchanged if nothing has changed', async () => {
    await release();
    const { succeeded, actions, agents } = await release();
    expect(succeeded).toBe(true);
    expect(agents).toMatchObject([{ outcome: 'unchanged', ready: true }]);
    expect(actions.warnings).toEqual([]);
    expect(actions.notices).toEqual([]);
    expect(actions.summary).toContain(
      'Nothing changed for `voice`, so there is no new deployment.',
    );
  });

  test('lists its steps in order, including those not started', async () => {
    stage.emulator.script.provisioning('voice-keys', { outcome: 'failed', delay: 30_000 });
    const { actions } = await release({ ...building, ...secrets });
    const steps = [...actions.summary.matchAll(/^\| ([A-Z][a-z ]+) \| [✅❌⏳➖] /gm)];
    expect(actions.summary).toContain(
      'Done in under 0.1 s: Read the inputs, Pack the build context, Check the credential, Preflight, Write the secret sets.',
    );
    expect(steps.map(([, step]) => step)).toEqual([
      'Wait for the secret sets',
      'Build the image',
      'Deploy the agent',
      'Wait for the deployment',
    ]);
  });

  test('logs the progress of the upload every five seconds', async () => {
    // Random data hardly compresses.
    checkout.write({ noise: randomBytes(3_000_000).toString('base64') });
    stage.emulator.script.after({ path: uploadPath }, () => {
      const now = stage.clock.now;
      let reads = 0;
      // A network so slow that a second passes whenever the clock is read.
      stage.clock.now = () => now() + 1000 * Math.min(++reads, 30);
    });
    const { succeeded, actions } = await release();
    expect(succeeded).toBe(true);
    const lines = actions.log.filter((line) => line.startsWith('info: Uploaded to us-west: '));
    expect(lines.length).toBeGreaterThanOrEqual(2);
    for (const line of lines) expect(line).toMatch(/: [\d.]+ [KM]B of \d\.\d MB \(\d+ %\)\.$/);
    expect(actions.log).toContainEqual(
      expect.stringMatching(/^info: Uploaded the context to us-west: \d\.\d MB\.$/),
    );
  });

  test('logs the progress of the build and how long it took', async () => {
    stage.emulator.script.build({ delay: 60_000, startDelay: 20_000 });
    const { actions } = await release();
    const id = stage.emulator.state.builds()[0]?.id ?? '';
    expect(actions.log).toContain(`info: The build ${id} in us-west is running.`);
    const lines = actions.log.filter((line) => line.startsWith('info: Build in us-west, '));
    const states = lines.map((line) => line.replace(/^.* s: /, ''));
    expect([...new Set(states)]).toEqual(['pending', 'building', 'success']);
    expect(states.length).toBeGreaterThan(3);
    expect(actions.summary).toMatch(/\| built \| 1 min \d s \|/);
  });

  test('also binds the image pull secret from `image-credentials`', async () => {
    stage.emulator.seed.imagePullSecret({ name: 'registry' });
    const { succeeded } = await release({ ...building, 'image-credentials': 'registry' });
    expect(succeeded).toBe(true);
    expect(stage.emulator.state.agent('voice')).toMatchObject({
      imagePullSecretSet: 'registry',
      buildId: stage.emulator.state.builds()[0]?.id,
    });
  });

  test('replaces the image of an agent', async () => {
    stage.emulator.seed.agent({ name: 'voice', image: 'a/b:1' });
    const { succeeded, actions } = await release();
    expect(succeeded).toBe(true);
    const id = stage.emulator.state.builds()[0]?.id ?? '';
    expect(stage.emulator.state.agent('voice')).toMatchObject({ buildId: id, image: undefined });
    expect(actions.summary).toContain(`| updated, serving | build \`${id}\` |`);
    expect(actions.summary).not.toContain('| `a/b:1` |');
  });

  test('deploys the same build again with `force-redeploy: true`', async () => {
    await release();
    const { agents } = await release({ ...building, 'force-redeploy': 'true' });
    expect(agents).toMatchObject([{ outcome: 'updated' }]);
    expect(stage.emulator.state.agent('voice')?.deployments).toHaveLength(2);
  });
});

test('a release without a cloud build does not mention builds', async () => {
  const { actions } = await release({ ...key, 'agent-name': 'voice', image: 'a/b:1' });
  const log = actions.log.filter((line) => !line.startsWith('debug: '));
  expect([...log, actions.summary].join('\n')).not.toMatch(/Build the image|Build context|Pack/);
  expect(actions.outputs).toMatchObject({ 'build-id': '', builds: '[]' });
});

describe('while a release waits for a build, it', () => {
  test('reports an unknown build status with secrets redacted, and keeps waiting', async () => {
    stage.emulator.script.fault(
      { method: 'GET', path: /^\/v1\/builds\/[^/]+$/ },
      { kind: 'status', status: 200, body: { build: { id: 'x', status: 'queued first-value' } } },
    );
    const { succeeded, actions } = await release({ ...building, ...secrets });
    expect(succeeded).toBe(true);
    expect(actions.log).toContain('info: Build in us-west, 0.0 s: queued ***');
  });

  test('does not retry a failed status check at once', async () => {
    stage.emulator.script.fault(
      { method: 'GET', path: /^\/v1\/builds\/[^/]+$/ },
      { kind: 'status', status: 503 },
      { times: 3 },
    );
    const { actions } = await release();
    expect(actions.log.join('\n')).not.toMatch(/GET \/v1\/builds\/\S+ failed/);
    expect(actions.log.join('\n')).toContain('after 3 failed status checks');
  });

  test.each([
    {
      name: 'answers of a gateway',
      fault: { kind: 'status', status: 502, body: '<html>' } as const,
    },
    { name: 'resets of the connection', fault: { kind: 'reset' } as const },
    { name: 'answers of an unexpected shape', fault: { kind: 'wrong-json' } as const },
  ])('keeps waiting in spite of $name', async ({ fault }) => {
    stage.emulator.script.fault({ method: 'GET', path: /^\/v1\/builds\/[^/]+$/ }, fault, {
      times: 6,
    });
    const { succeeded, actions } = await release();
    expect(succeeded).toBe(true);
    expect(actions.log.join('\n')).toContain('Status check failed');
  });

  test('checks the status at growing intervals', async () => {
    stage.emulator.script.build({ delay: 300_000 });
    await release();
    const statusChecks = stage.emulator.requests.filter(({ path }) =>
      /\/builds\/[^/]+$/.test(path),
    );
    expect(statusChecks.length).toBeGreaterThan(20);
    expect(statusChecks.length).toBeLessThan(110);
  });
});

describe('a failed build', () => {
  test.each([
    {
      name: 'that the platform reports as failed',
      script: { outcome: 'failed', errorMessage: 'COPY failed: no such file', logs: ['#1', '#2'] },
      expected: [
        'The cloud build failed',
        '`COPY failed: no such file`',
        'The last 2 log lines of',
      ],
    },
    {
      name: 'that takes the platform too long',
      script: { outcome: 'timeout', errorMessage: 'Build timed out' },
      expected: ['The cloud build failed', 'The platform stopped it because it took too long'],
    },
  ] as const)('$name deploys nothing', async ({ script, expected }) => {
    stage.emulator.script.build(script);
    const { succeeded, actions, agents } = await release();
    expect(succeeded).toBe(false);
    for (const words of expected) expect(actions.summary).toContain(words);
    expect(agents).toMatchObject([{ outcome: 'skipped', deploymentId: null }]);
    expect(stage.emulator.state.agent('voice')).toBeUndefined();
    expect(builds({ actions })).toMatchObject([
      { outcome: 'failed', id: stage.emulator.state.builds()[0]?.id },
    ]);
    expect(actions.outputs['build-id']).toBe(stage.emulator.state.builds()[0]?.id);
  });

  test('that exceeds `build-timeout` is reported with the limit', async () => {
    stage.emulator.script.build({ delay: Infinity });
    const { succeeded, actions } = await release({ ...building, 'build-timeout': '30' });
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.title).toBe('The cloud build took too long');
    expect(actions.errors[0]?.message).toMatch(/Last status: building; `build-timeout` is 30 s/);
  });

  test('is reported with the end of its log, secrets redacted', async () => {
    const logs = [
      ...Array.from({ length: 60 }, (_, index) => `line ${index}`),
      'it is first-value',
    ];
    stage.emulator.script.build({ outcome: 'failed', logs });
    const { actions } = await release({ ...building, ...secrets });
    expect(actions.summary).not.toContain('line 10\n');
    expect(actions.summary).toContain('line 11\n');
    expect(actions.summary).toContain('it is ***');
    expect(actions.everything).not.toContain('first-value');
  });

  test('is reported with the message of the platform, secrets redacted', async () => {
    stage.emulator.script.build({ outcome: 'failed', errorMessage: 'first-value is no tag' });
    const { actions } = await release({ ...building, ...secrets });
    expect(actions.summary).toContain('`*** is no tag`');
    expect(actions.everything).not.toContain('first-value');
  });

  test('is reported with its log even if the logs of agents are omitted', async () => {
    stage.emulator.script.build({ outcome: 'failed', logs: ['a line of the log'] });
    // In a repository that may be public, `auto` omits what callers may have said.
    const { actions } = await release({ ...building, 'failure-logs': 'auto' });
    expect(actions.summary).toContain('a line of the log');
    expect(actions.log).toContain('group: The last 1 log lines of the build in us-west');
    expect(actions.errors[0]?.message).toContain('Log lines of the build:\na line of the log');
  });

  test('that exceeds `build-timeout` is reported with the reason of the last failed status check', async () => {
    stage.emulator.script.build({ delay: Infinity });
    stage.emulator.script.fault(
      { method: 'GET', path: /^\/v1\/builds\/[^/]+$/ },
      { kind: 'status', status: 502, body: '<html>' },
      { times: 999, skip: 3 },
    );
    const { actions } = await release({ ...building, 'build-timeout': '30' });
    expect(actions.errors[0]?.message).toMatch(
      /Last status: building; `build-timeout` is 30 s\. The last status check failed: the response was 502/,
    );
    expect(actions.errors[0]?.message).toContain('No agent was deployed');
  });

  test('is reported in time even if no status check is answered', async () => {
    stage.emulator.script.build({ delay: Infinity });
    const statusCheck = { method: 'GET', path: /^\/v1\/builds\/[^/]+$/ };
    stage.emulator.script.fault(statusCheck, { kind: 'hang' }, { times: 99 });
    const { actions } = await release({ ...building, 'build-timeout': '12' });
    const waited = stage.clock.trueTime() - arrivedAt(statusCheck.method, statusCheck.path);
    expect(waited).toBeGreaterThan(11_000);
    expect(waited).toBeLessThan(13_000);
    expect(actions.errors[0]?.title).toBe('The cloud build took too long');
    expect(actions.errors[0]?.message).toContain('`build-timeout`');
  });

  test('is reported without its log with `failure-logs: never`', async () => {
    stage.emulator.script.build({ outcome: 'failed', logs: ['a line of the log'] });
    const { actions } = await release({ ...building, 'failure-logs': 'never' });
    expect(actions.everything).not.toContain('a line of the log');
  });

  test('is reported even if its log cannot be read', async () => {
    stage.emulator.script.build({ outcome: 'failed', errorMessage: 'COPY failed' });
    stage.emulator.script.fault({ path: /\/logs$/ }, { kind: 'reset' }, { times: 9 });
    const { actions } = await release();
    expect(actions.summary).toContain('`COPY failed`');
    expect(actions.summary).toContain('Could not read its log');
  });

  test('that no longer exists is reported as such', async () => {
    stage.emulator.script.fault(
      { method: 'GET', path: /^\/v1\/builds\/[^/]+$/ },
      { kind: 'status', status: 404, body: { error: 'Build not found', code: '404' } },
      { skip: 1 },
    );
    const { actions } = await release();
    expect(actions.errors[0]?.title).toBe('The cloud build no longer exists');
  });

  test('does not stop the wait for the secret sets', async () => {
    stage.emulator.script.build({ outcome: 'failed', delay: 100 });
    const { secretSets } = await release({ ...building, ...secrets });
    expect(secretSets).toMatchObject([{ outcome: 'created', status: 'ready' }]);
  });
});

describe('a dry run of a release with a cloud build', () => {
  const plan = { ...building, 'dry-run': 'true' };

  test('announces the build, and does not start it', async () => {
    const { succeeded, actions } = await release(plan);
    expect(succeeded).toBe(true);
    expect(writes(stage.emulator)).toEqual([]);
    expect(actions.summary).toContain('1 agent would be created, 1 image would be built');
    expect(actions.summary).toContain('Build the image with `Dockerfile` from the context');
    expect(JSON.parse(actions.outputs['plan'] ?? '')).toMatchObject({
      regions: [{ build: { action: 'build', id: null, dockerfile: 'Dockerfile' } }],
    });
  });

  test('names the build that would be reused', async () => {
    await release();
    const id = stage.emulator.state.builds()[0]?.id ?? '';
    const { actions } = await release(plan);
    expect(actions.summary).toContain(`Reuse the build \`${id}\``);
    expect(actions.summary).toContain('nothing would change');
    expect(JSON.parse(actions.outputs['plan'] ?? '')).toMatchObject({
      regions: [{ build: { action: 'reuse', id } }],
    });
  });

  test('announces a new deployment for an existing agent', async () => {
    await release();
    const { id = '' } = stage.emulator.state.builds()[0] ?? {};
    checkout.write({ 'bot.py': 'print("bye")\n' });
    const { actions } = await release(plan);
    expect(actions.summary).toContain(
      `Update the agent \`voice\`: build-id \`${id}\` → a new build. A new deployment follows, because its image is rebuilt.`,
    );
    expect(JSON.parse(actions.outputs['plan'] ?? '')).toMatchObject({
      regions: [{ agent: { changes: [{ setting: 'build-id', before: id, after: null }] } }],
    });
  });

  test('names the image that a new build would replace', async () => {
    const image = 'ghcr.io/acme/voice:1.0.0';
    stage.emulator.seed.agent({ name: 'voice', image });
    const { actions } = await release(plan);
    expect(actions.summary).toContain(`build-id \`${image}\` → a new build`);
    expect(JSON.parse(actions.outputs['plan'] ?? '')).toMatchObject({
      regions: [{ agent: { changes: [{ setting: 'build-id', before: image, after: null }] } }],
    });
  });

  test('also checks the build context without a credential', async () => {
    const offline = { ...plan, 'api-key': '' };
    expect((await release(offline, ofDependabot)).succeeded).toBe(true);
    const missing = { ...offline, dockerfile: 'Missing' };
    const { succeeded, actions } = await release(missing, ofDependabot);
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.title).toBe('The build context cannot be packed');
  });
});

describe('a build context that cannot be packed', () => {
  test.each([
    { name: 'the Dockerfile does not exist', inputs: { dockerfile: 'Missing' }, about: 'Missing' },
    { name: 'the folder does not exist', inputs: { 'build-context': 'gone' }, about: 'gone' },
    { name: 'the folder is outside the workspace', inputs: { 'build-context': '..' }, about: '..' },
    {
      name: 'the temporary folder does not exist',
      inputs: {},
      environment: { RUNNER_TEMP: '/nowhere/at/all' },
      about: 'RUNNER_TEMP',
    },
  ])('is reported before anything is sent: $name', async ({ inputs, environment, about }) => {
    const { succeeded, actions } = await release(
      { ...building, ...secrets, ...inputs },
      { environment: environment ?? {} },
    );
    expect(succeeded).toBe(false);
    expect(stage.emulator.requests).toEqual([]);
    expect(actions.errors[0]?.title).toBe('The build context cannot be packed');
    expect(actions.errors[0]?.message).toContain(about);
    expect(actions.errors[0]?.message).toContain('nothing was sent.');
    expect(checkout.leftovers()).toEqual([]);
  });
});

describe('a failed upload of the build context', () => {
  test('is reported with the answer of the storage', async () => {
    stage.emulator.script.fault(
      { path: /^\/storage\// },
      { kind: 'status', status: 400, body: '<Error><Code>EntityTooLarge</Code></Error>' },
    );
    const { succeeded, actions } = await release();
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.title).toBe('The build context could not be uploaded');
    expect(actions.errors[0]?.message).toContain(`POST ${stage.emulator.url} → 400`);
    expect(actions.errors[0]?.message).toContain('EntityTooLarge');
    expect(checkout.leftovers()).toEqual([]);
  });

  test('is reported if the platform refuses to accept an upload', async () => {
    stage.emulator.script.fault(
      { path: uploadPath },
      { kind: 'status', status: 400, body: { error: 'Cloud build is not enabled', code: 'X' } },
    );
    const { actions } = await release();
    expect(actions.errors[0]?.message).toContain('`Cloud build is not enabled`');
    expect(actions.errors[0]?.message).toContain('No agent was deployed');
  });
});

describe('a build that is already running', () => {
  /** Runs a release that times out before its build finishes. */
  async function leaveBuilding(startDelay?: number): Promise<string> {
    stage.emulator.script.build({ delay: 120_000, startDelay });
    const { actions } = await release({ ...building, 'build-timeout': '10' });
    expect(actions.errors[0]?.title).toBe('The cloud build took too long');
    expect(builds({ actions })).toMatchObject([{ outcome: 'running' }]);
    return stage.emulator.state.builds()[0]?.id ?? '';
  }

  test.each([
    { status: 'pending', startDelay: 60_000 },
    { status: 'building', startDelay: 1000 },
  ])('is waited for instead of being built twice ($status)', async ({ status, startDelay }) => {
    const id = await leaveBuilding(startDelay);
    expect(stage.emulator.state.builds()).toMatchObject([{ status }]);
    const uploaded = stage.emulator.state.uploads().length;
    const { succeeded, actions } = await release();
    expect(succeeded).toBe(true);
    expect(stage.emulator.state.builds()).toHaveLength(1);
    expect(stage.emulator.state.uploads()).toHaveLength(uploaded);
    expect(actions.outputs['build-id']).toBe(id);
    expect(builds({ actions })).toMatchObject([{ outcome: 'built', id }]);
    expect(stage.emulator.state.serving('voice')).toMatchObject({ buildId: id });
    expect(actions.summary).toMatch(/^ {4}build the image :[-\d:. ]+, [-\d:. ]+$/m);
    expect(actions.summary).not.toContain('upload the context');
  });

  test('is named in a plan as the build to wait for', async () => {
    const id = await leaveBuilding();
    const { actions } = await release({ ...building, 'dry-run': 'true' });
    expect(actions.summary).toContain(`Wait for the build \`${id}\` of the same context`);
    expect(JSON.parse(actions.outputs['plan'] ?? '')).toMatchObject({
      regions: [{ build: { action: 'await', id } }],
    });
  });

  test('is ignored if it has run for more than an hour', async () => {
    stage.emulator.script.build({ delay: Infinity });
    await release({ ...building, 'build-timeout': '10' });
    stage.clock.pass(60 * 60_000);
    expect((await release()).succeeded).toBe(true);
    expect(stage.emulator.state.builds()).toHaveLength(2);
  });
});

describe('after a secret set has failed, a build that is no longer needed', () => {
  test('is not started, and its upload is aborted', async () => {
    stage.emulator.script.provisioning('voice-keys', { outcome: 'failed', delay: 500 });
    stage.emulator.script.fault({ path: /^\/storage\// }, { kind: 'hang' });
    const { succeeded, actions } = await release({ ...building, ...secrets });
    expect(succeeded).toBe(false);
    expect(actions.errors).toHaveLength(1);
    expect(stage.emulator.state.builds()).toEqual([]);
    expect(builds({ actions })).toMatchObject([{ outcome: 'skipped', id: null }]);
    expect(actions.summary).toContain('| Build the image | ➖ not started | – |');
    expect(actions.summary).not.toContain('continues the build');
    expect(actions.summary).not.toMatch(/upload the context :crit/);
    expect(checkout.leftovers()).toEqual([]);
  });

  test('is not shown as failed in the timeline', async () => {
    stage.emulator.script.provisioning('voice-keys', { outcome: 'failed' });
    stage.emulator.script.build({ delay: 60_000 });
    const { actions } = await release({ ...building, ...secrets });
    expect(actions.summary).toMatch(/build the image :active, /);
    expect(actions.summary).not.toMatch(/build the image :crit/);
  });

  test('is still reported if it failed on its own', async () => {
    stage.emulator.script.provisioning('voice-keys', { outcome: 'failed', delay: 100 });
    stage.emulator.script.build({ outcome: 'failed', delay: 0 });
    const { actions } = await release({ ...building, ...secrets });
    expect(actions.summary).toContain('The release failed for 2 reasons');
    expect(actions.summary).toContain('The cloud build failed');
    expect(actions.summary).toContain('A secret set could not be provisioned');
  });
});

test('warns if the platform identifies the build context by another hash', async () => {
  const id = '123e4567-e89b-12d3-a456-426614174000';
  stage.emulator.seed.build({ id, status: 'success' });
  stage.emulator.script.fault(
    { method: 'POST', path: '/v1/builds' },
    {
      kind: 'status',
      status: 200,
      body: { build: { id, status: 'success' }, contextHash: 'feedfeedfeedfeed', cached: true },
    },
  );
  const { succeeded, actions } = await release();
  expect(succeeded).toBe(true);
  expect(actions.warnings).toEqual([
    expect.stringMatching(
      /^The platform identifies the context as `feedfeedfeedfeed`, but the uploaded archive has the hash `[0-9a-f]{16}`/,
    ),
  ]);
});

test('building in many regions causes no warnings from Node.js', async () => {
  const warnings: string[] = [];
  const collect = ({ name }: Error): number => warnings.push(name);
  process.on('warning', collect);
  const many = Array.from({ length: 14 }, (_, index) => ({ code: `region-${index}` }));
  const busy = await Stage.open({ regions: many });
  try {
    const { succeeded } = await busy.release(
      {
        ...building,
        region: many.map(({ code }) => code).join(','),
        'agent-name': 'voice-{region}',
      },
      { environment: checkout.environment },
    );
    expect(succeeded).toBe(true);
    expect(busy.emulator.state.builds()).toHaveLength(14);
    expect(warnings).not.toContain('MaxListenersExceededWarning');
  } finally {
    process.off('warning', collect);
    await busy.close();
  }
});

describe('an unknown status of a build', () => {
  const statusIs = (status: string): void => {
    stage.emulator.script.fault(
      { method: 'GET', path: /^\/v1\/builds\/[-0-9a-f]+$/ },
      {
        kind: 'altered',
        change: (answer) => ({ build: { ...(answer as { build: object }).build, status } }),
      },
      { times: 3 },
    );
  };

  test.each([
    'cancelled',
    'canceled',
    'error',
    'errored',
    'expired',
    'aborted',
    'rejected',
    'failure',
    'timed_out',
    'terminated',
  ])('ends the wait if the word means an end: %s', async (status) => {
    statusIs(status);
    const startedAt = stage.clock.now();
    const { succeeded, actions } = await release({ ...building, 'build-timeout': '600' });
    expect(succeeded).toBe(false);
    expect(stage.clock.now() - startedAt).toBeLessThan(20_000);
    expect(actions.errors[0]?.title).toBe('The cloud build failed');
    expect(actions.errors[0]?.message).toContain(`\`${status}\``);
    expect(actions.summary).toContain(status);
    expect(stage.emulator.state.agent('voice')).toBeUndefined();
  });

  test.each(['queued', 'uploading', 'pushing', 'finalizing', 'scanning'])(
    'does not end the wait if the word means progress: %s',
    async (status) => {
      statusIs(status);
      expect((await release()).succeeded).toBe(true);
    },
  );
});
