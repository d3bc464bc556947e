import { describe, expect, test } from '@jest/globals';
import { checkoutForEachTest } from '../support/checkout.js';
import {
  credentials,
  stageForEachTest,
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

function uploads(): number {
  return stage.emulator.state.uploads().filter(({ bytes }) => bytes !== undefined).length;
}

/** Milliseconds of the platform's clock at which the first request of a kind came. */
function cameAt(method: string, path: RegExp): number {
  const request = stage.emulator.requests.find(
    (one) => one.method === method && path.test(one.path),
  );
  return request?.receivedAt ?? NaN;
}

function builds(outcome: ReleaseOutcome): unknown {
  return JSON.parse(outcome.actions.outputs['builds'] ?? '');
}

describe('a release that builds', () => {
  test.each(Object.entries(credentials))('runs what it has built, with an %s', async (_, who) => {
    const { succeeded, actions } = await release({ ...building, 'api-key': '', ...who });
    expect(succeeded).toBe(true);
    const [build] = stage.emulator.state.builds();
    expect(build).toMatchObject({ status: 'success', region: 'us-west' });
    expect(stage.emulator.state.serving('voice')).toMatchObject({ buildId: build?.id });
    expect(actions.outputs).toMatchObject({ 'build-id': build?.id, 'service-name': 'voice' });
    expect(actions.summary).toContain('`voice` in `us-west` is created and serves');
    expect(actions.summary).toMatch(/Build context `[0-9a-f]{16}`: 2 files of \d+ B, packed as/);
    expect(actions.summary).toMatch(/\| `[-0-9a-f]{36}` \| `us-west` \| `Dockerfile` \| built \| /);
    expect(actions.summary).toMatch(/^ {4}build the image :\d+, \d+$/m);
  });

  test('provisions and builds side by side, and deploys once both are done', async () => {
    await release({ ...building, ...secrets });
    const deployed = cameAt('POST', /\/agents$/);
    const written = cameAt('PUT', /\/secrets\//);
    // 5 s for the set and 6 s for the build; one after the other they would take 11 s.
    expect(deployed - written).toBeGreaterThanOrEqual(6000);
    expect(deployed - written).toBeLessThan(8000);
  });

  test('tells the build as soon as it is known', async () => {
    const { actions } = await release();
    const id = stage.emulator.state.builds()[0]?.id ?? '';
    const [first] = actions.history.filter(({ name }) => name === 'build-id');
    expect(first?.value).toBe(id);
    expect(actions.log.slice(0, first?.line).join('\n')).not.toContain('building');
  });

  test('packs with the names that are given, and leaves nothing behind', async () => {
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

  test('keeps the agent as it is where nothing has changed', async () => {
    await release();
    const { succeeded, agents } = await release();
    expect(succeeded).toBe(true);
    expect(agents).toMatchObject([{ outcome: 'unchanged', ready: true }]);
  });
});

describe('a context that was built before', () => {
  test('is neither uploaded nor built again', async () => {
    const first = await release();
    const before = writes(stage.emulator).length;
    const again = await release();
    expect(again.actions.outputs['build-id']).toBe(first.actions.outputs['build-id']);
    expect(writes(stage.emulator).slice(before)).toEqual(['POST /v1/agents/voice']);
    expect(builds(again)).toMatchObject([{ outcome: 'reused' }]);
    expect(again.actions.summary).toContain('used again: this context was built before');
  });

  test.each([
    { name: 'another file', change: { files: { 'bot.py': 'print("bye")\n' } } },
    {
      name: 'another Dockerfile',
      change: { files: { Other: 'FROM scratch\n' }, inputs: { dockerfile: 'Other' } },
    },
    { name: 'another region', change: { inputs: { region: 'eu-central', 'agent-name': 'euro' } } },
  ])('is built anew with $name', async ({ change }) => {
    if (change.files?.Other !== undefined) checkout.write(change.files);
    await release();
    checkout.write(change.files ?? {});
    const { succeeded } = await release({ ...building, ...change.inputs });
    expect(succeeded).toBe(true);
    expect(stage.emulator.state.builds()).toHaveLength(2);
  });

  test('is built anew, with a warning, where it cannot be looked up', async () => {
    await release();
    stage.emulator.script.fault(
      { method: 'GET', path: '/v1/builds' },
      { kind: 'status', status: 400, body: { error: 'no', code: 'NO' } },
    );
    const { succeeded, actions } = await release();
    expect(succeeded).toBe(true);
    expect(actions.warnings).toEqual([
      expect.stringContaining('could not be looked up, because the answer was 400'),
    ]);
    expect(uploads()).toBe(2);
    // The platform finds it by itself then.
    expect(stage.emulator.state.builds()).toHaveLength(1);
    expect(builds({ actions } as ReleaseOutcome)).toMatchObject([{ outcome: 'reused' }]);
  });

  test('and failed then is built anew', async () => {
    stage.emulator.script.build({ outcome: 'failed' });
    expect((await release()).succeeded).toBe(false);
    expect((await release()).succeeded).toBe(true);
    expect(stage.emulator.state.builds()).toHaveLength(2);
  });
});

describe('a build is started once', () => {
  test.each([
    { name: 'its answer is lost', fault: { kind: 'reset', carryOut: true } as const },
    { name: 'its answer is cut off', fault: { kind: 'cut-off' } as const },
    {
      name: 'a gateway answers in its place',
      fault: { kind: 'not-json', carryOut: true } as const,
    },
    { name: 'the request is lost', fault: { kind: 'reset' } as const },
    { name: 'there are too many requests', fault: { kind: 'status', status: 429 } as const },
  ])('although $name', async ({ fault }) => {
    stage.emulator.script.fault({ method: 'POST', path: '/v1/builds' }, fault);
    const { succeeded } = await release();
    expect(succeeded).toBe(true);
    expect(stage.emulator.state.builds()).toHaveLength(1);
    expect(uploads()).toBe(1);
  });

  test('and not taken for an older one that failed', async () => {
    stage.emulator.script.build({ outcome: 'failed' });
    await release();
    stage.emulator.script.fault({ method: 'POST', path: '/v1/builds' }, { kind: 'reset' });
    const { succeeded } = await release();
    expect(succeeded).toBe(true);
    expect(stage.emulator.state.builds().map(({ status }) => status)).toEqual([
      'failed',
      'success',
    ]);
  });
});

describe('while a build is awaited', () => {
  test.each([
    { name: 'gateway errors', fault: { kind: 'status', status: 502, body: '<html>' } as const },
    { name: 'resets', fault: { kind: 'reset' } as const },
    { name: 'answers that are none', fault: { kind: 'wrong-json' } as const },
  ])('$name are survived', async ({ fault }) => {
    stage.emulator.script.fault({ method: 'GET', path: /^\/v1\/builds\/[^/]+$/ }, fault, {
      times: 6,
    });
    const { succeeded, actions } = await release();
    expect(succeeded).toBe(true);
    expect(actions.log.join('\n')).toContain('A look failed');
  });

  test('it is looked at in growing steps', async () => {
    stage.emulator.script.build({ delay: 300_000 });
    await release();
    const looks = stage.emulator.requests.filter(({ path }) => /\/builds\/[^/]+$/.test(path));
    expect(looks.length).toBeGreaterThan(20);
    expect(looks.length).toBeLessThan(110);
  });
});

describe('a build that does not succeed', () => {
  test.each([
    {
      name: 'as the platform fails to build',
      script: { outcome: 'failed', errorMessage: 'COPY failed: no such file', logs: ['#1', '#2'] },
      told: ['The cloud build failed', '`COPY failed: no such file`', 'The last 2 log lines of'],
    },
    {
      name: 'as it takes the platform too long',
      script: { outcome: 'timeout', errorMessage: 'Build timed out' },
      told: ['The cloud build failed', 'The platform ended it, as it took too long'],
    },
  ] as const)('$name deploys nothing', async ({ script, told }) => {
    stage.emulator.script.build(script);
    const { succeeded, actions, agents } = await release();
    expect(succeeded).toBe(false);
    for (const words of told) expect(actions.summary).toContain(words);
    expect(agents).toMatchObject([{ outcome: 'skipped', deploymentId: null }]);
    expect(stage.emulator.state.agent('voice')).toBeUndefined();
    expect(builds({ actions } as ReleaseOutcome)).toMatchObject([
      { outcome: 'failed', id: stage.emulator.state.builds()[0]?.id },
    ]);
    expect(actions.outputs['build-id']).toBe(stage.emulator.state.builds()[0]?.id);
  });

  test('in time is told with the limit', async () => {
    stage.emulator.script.build({ delay: Infinity });
    const { succeeded, actions } = await release({ ...building, 'build-timeout': '30' });
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.title).toBe('The cloud build took too long');
    expect(actions.errors[0]?.message).toMatch(/last seen building; `build-timeout` is 30 s/);
  });

  test('shows the end of its log, known secrets taken out', async () => {
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

  test('keeps its log to itself with `failure-logs: never`', async () => {
    stage.emulator.script.build({ outcome: 'failed', logs: ['a line of the log'] });
    const { actions } = await release({ ...building, 'failure-logs': 'never' });
    expect(actions.everything).not.toContain('a line of the log');
  });

  test('is told also where its log cannot be read', async () => {
    stage.emulator.script.build({ outcome: 'failed', errorMessage: 'COPY failed' });
    stage.emulator.script.fault({ path: /\/logs$/ }, { kind: 'reset' }, { times: 9 });
    const { actions } = await release();
    expect(actions.summary).toContain('`COPY failed`');
    expect(actions.summary).toContain('Its log could not be read');
  });

  test('as it is gone is told', async () => {
    stage.emulator.script.fault(
      { method: 'GET', path: /^\/v1\/builds\/[^/]+$/ },
      { kind: 'status', status: 404, body: { error: 'Build not found', code: '404' } },
    );
    const { actions } = await release();
    expect(actions.errors[0]?.title).toBe('The cloud build is not there any more');
  });

  test('leaves the sets come to their end', async () => {
    stage.emulator.script.build({ outcome: 'failed', delay: 100 });
    const { secretSets } = await release({ ...building, ...secrets });
    expect(secretSets).toMatchObject([{ outcome: 'created', status: 'ready' }]);
  });
});

describe('secrets that fail', () => {
  test('end the wait for the build, which the next release uses', async () => {
    stage.emulator.script.provisioning('voice-keys', { outcome: 'failed' });
    stage.emulator.script.build({ delay: 60_000 });
    const before = stage.clock.now();
    const { succeeded, actions } = await release({ ...building, ...secrets });
    expect(succeeded).toBe(false);
    expect(stage.clock.now() - before).toBeLessThan(20_000);
    expect(actions.errors).toHaveLength(1);
    expect(actions.errors[0]?.title).toBe('A secret set could not be provisioned');
    const id = stage.emulator.state.builds()[0]?.id ?? '';
    expect(builds({ actions } as ReleaseOutcome)).toMatchObject([{ outcome: 'running', id }]);
    expect(actions.summary).toContain(`The platform goes on with the build \`${id}\``);
    expect(actions.summary).toContain('| Build the image | ⏳ under way |');
    stage.clock.pass(60_000);
    const next = await release({ ...building, ...secrets });
    expect(next.succeeded).toBe(true);
    expect(next.actions.outputs['build-id']).toBe(id);
  });
});

describe('several regions', () => {
  const regional = {
    ...building,
    'agent-name': 'voice-{region}',
    region: 'us-west, eu-central',
  };

  test('build what was packed once, each for itself', async () => {
    const { succeeded, actions } = await release(regional);
    expect(succeeded).toBe(true);
    expect(actions.log.filter((line) => line.includes('Packed as'))).toHaveLength(1);
    const made = stage.emulator.state.builds();
    expect(made.map(({ region }) => region).sort()).toEqual(['eu-central', 'us-west']);
    expect(new Set(made.map(({ contextHash }) => contextHash)).size).toBe(1);
    for (const { id, region } of made) {
      expect(stage.emulator.state.serving(`voice-${region}`)).toMatchObject({ buildId: id });
    }
    const west = made.find(({ region }) => region === 'us-west');
    expect(actions.outputs['build-id']).toBe(west?.id);
  });

  test('deploy nothing where one of them does not build', async () => {
    stage.emulator.script.build({ outcome: 'failed', region: 'eu-central' });
    const { succeeded, actions, agents } = await release(regional);
    expect(succeeded).toBe(false);
    expect(agents).toMatchObject([{ outcome: 'skipped' }, { outcome: 'skipped' }]);
    expect(builds({ actions } as ReleaseOutcome)).toMatchObject([
      { region: 'us-west', outcome: 'built' },
      { region: 'eu-central', outcome: 'failed' },
    ]);
  });
});

describe('a dry run', () => {
  const plan = { ...building, 'dry-run': 'true' };

  test('says that a build would be made, and makes none', async () => {
    const { succeeded, actions } = await release(plan);
    expect(succeeded).toBe(true);
    expect(writes(stage.emulator)).toEqual([]);
    expect(actions.summary).toContain('1 build and 1 agent would change');
    expect(actions.summary).toContain('Build the image with `Dockerfile` from the context');
    expect(JSON.parse(actions.outputs['plan'] ?? '')).toMatchObject({
      regions: [{ build: { action: 'build', id: null, dockerfile: 'Dockerfile' } }],
    });
  });

  test('says which build would be used again', async () => {
    await release();
    const id = stage.emulator.state.builds()[0]?.id ?? '';
    const { actions } = await release(plan);
    expect(actions.summary).toContain(`Use the build \`${id}\``);
    expect(actions.summary).toContain('nothing would change');
    expect(JSON.parse(actions.outputs['plan'] ?? '')).toMatchObject({
      regions: [{ build: { action: 'reuse', id } }],
    });
  });

  test('says that a new deployment would follow for an agent that there is', async () => {
    await release();
    checkout.write({ 'bot.py': 'print("bye")\n' });
    const { actions } = await release(plan);
    expect(actions.summary).toContain(
      'Update the agent `voice` with the new build. A new deployment follows, because its image is built anew.',
    );
  });

  test('checks the context without a credential, too', async () => {
    const offline = { ...plan, 'api-key': '' };
    expect((await release(offline)).succeeded).toBe(true);
    const { succeeded, actions } = await release({ ...offline, dockerfile: 'Missing' });
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.title).toBe('The build context cannot be packed');
  });
});

describe('a context that cannot be packed', () => {
  test.each([
    { name: 'a Dockerfile that is not there', inputs: { dockerfile: 'Missing' }, about: 'Missing' },
    { name: 'a folder that is not there', inputs: { 'build-context': 'gone' }, about: 'gone' },
    { name: 'a folder outside', inputs: { 'build-context': '..' }, about: '..' },
  ])('is told before anything is sent: $name', async ({ inputs, about }) => {
    const { succeeded, actions } = await release({ ...building, ...secrets, ...inputs });
    expect(succeeded).toBe(false);
    expect(stage.emulator.requests).toEqual([]);
    expect(actions.errors[0]?.title).toBe('The build context cannot be packed');
    expect(actions.errors[0]?.message).toContain(about);
    expect(actions.errors[0]?.message).toContain('Nothing was sent.');
    expect(checkout.leftovers()).toEqual([]);
  });
});

describe('an upload that fails', () => {
  test('is told with the storage and its answer', async () => {
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

  test('is told where the platform has no place for it', async () => {
    stage.emulator.script.fault(
      { path: uploadPath },
      { kind: 'status', status: 400, body: { error: 'Cloud build is not enabled', code: 'X' } },
    );
    const { actions } = await release();
    expect(actions.errors[0]?.message).toContain('`Cloud build is not enabled`');
    expect(actions.errors[0]?.message).toContain('No agent was deployed');
  });
});
