import { describe, expect, test } from '@jest/globals';
import { checkoutForEachTest } from '../support/checkout.js';
import {
  stageForEachTest,
  writes,
  type ReleaseOptions,
  type ReleaseOutcome,
} from '../support/release-run.js';

const stage = stageForEachTest({ buildDelay: 500, deploymentDelay: 100 });
const checkout = checkoutForEachTest();

const key = { 'api-key': 'sk_emulator' };
const building = { ...key, 'agent-name': 'voice', region: 'us-west', 'cloud-build': 'true' };

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

function builds(outcome: ReleaseOutcome): unknown {
  return JSON.parse(outcome.actions.outputs['builds'] ?? '');
}

describe('a build context that was built before', () => {
  test('is neither uploaded nor built again', async () => {
    const first = await release();
    const before = writes(stage.emulator).length;
    const again = await release();
    expect(again.actions.outputs['build-id']).toBe(first.actions.outputs['build-id']);
    expect(writes(stage.emulator).slice(before)).toEqual(['POST /v1/agents/voice']);
    expect(builds(again)).toMatchObject([{ outcome: 'reused' }]);
    expect(again.actions.summary).toContain('reused: this context was built before');
    const { log, history } = again.actions;
    const id = first.actions.outputs['build-id'] ?? '';
    expect(log).toContain(`info: Reusing the build ${id} of this context in us-west.`);
    // The output is set before the agent is deployed, which may end the run.
    const output = history.find(({ name }) => name === 'build-id');
    expect(output?.value).toBe(id);
    expect(output?.line).toBeLessThan(log.indexOf('group: Deploy the agent'));
  });

  test('is looked up by its hash, its Dockerfile and its region', async () => {
    checkout.write({ 'docker/Dockerfile': 'FROM scratch\n' });
    await release({ ...building, dockerfile: 'docker/Dockerfile', region: 'eu-central' });
    const lookup = stage.emulator.requests.find(
      ({ method, path }) => method === 'GET' && path === '/v1/builds',
    );
    expect(lookup?.query).toEqual({
      contextHash: stage.emulator.state.builds()[0]?.contextHash,
      dockerfilePath: 'docker/Dockerfile',
      region: 'eu-central',
      status: 'success',
      limit: '20',
    });
  });

  test.each([
    { name: 'region', other: { region: 'eu-central' } },
    { name: 'context', other: { contextHash: '0123456789abcdef' } },
    { name: 'Dockerfile', other: { dockerfilePath: 'Other' } },
    { name: 'outcome', other: { status: 'failed' } },
  ])('is not matched with a listed build of another $name', async ({ other }) => {
    await release({ ...building, 'dry-run': 'true' });
    const lookup = stage.emulator.requests.find(({ path }) => path === '/v1/builds');
    const { contextHash, dockerfilePath, region } = lookup?.query ?? {};
    const id = '123e4567-e89b-12d3-a456-426614174000';
    const build = { id, status: 'success', region, contextHash, dockerfilePath };
    const answer = (found: object): void => {
      stage.emulator.script.fault(
        { method: 'GET', path: '/v1/builds' },
        { kind: 'status', status: 200, body: { builds: [found] } },
      );
    };
    answer({ ...build, ...other });
    const outcome = await release({ ...building, 'dry-run': 'true' });
    expect(outcome.actions.summary).toContain('which was not built before');
    // The build is reused if everything matches.
    answer(build);
    const same = await release({ ...building, 'dry-run': 'true' });
    expect(same.actions.summary).toContain(`Reuse the build \`${id}\``);
  });

  test.each([
    { name: 'another file', change: { files: { 'bot.py': 'print("bye")\n' } } },
    {
      name: 'another Dockerfile',
      change: { files: { Other: 'FROM scratch\n' }, inputs: { dockerfile: 'Other' } },
    },
    { name: 'another region', change: { inputs: { region: 'eu-central', 'agent-name': 'euro' } } },
  ])('is built again with $name', async ({ change }) => {
    if (change.files?.Other !== undefined) checkout.write(change.files);
    await release();
    checkout.write(change.files ?? {});
    const { succeeded } = await release({ ...building, ...change.inputs });
    expect(succeeded).toBe(true);
    expect(stage.emulator.state.builds()).toHaveLength(2);
  });

  test('is built again, with a warning, if the builds cannot be listed', async () => {
    await release();
    stage.emulator.script.fault(
      { method: 'GET', path: '/v1/builds' },
      { kind: 'status', status: 400, body: { error: 'no', code: 'NO' } },
    );
    const { succeeded, actions } = await release();
    expect(succeeded).toBe(true);
    expect(actions.warnings).toEqual([
      expect.stringContaining('check whether the context was built before: the response was 400'),
    ]);
    expect(uploads()).toBe(2);
    // The platform then finds the build itself.
    expect(stage.emulator.state.builds()).toHaveLength(1);
    expect(builds({ actions } as ReleaseOutcome)).toMatchObject([{ outcome: 'reused' }]);
  });

  test('is built again if that build failed', async () => {
    stage.emulator.script.build({ outcome: 'failed' });
    expect((await release()).succeeded).toBe(false);
    expect((await release()).succeeded).toBe(true);
    expect(stage.emulator.state.builds()).toHaveLength(2);
  });
});

describe('a build is started only once', () => {
  test.each([
    { name: 'the response is lost', fault: { kind: 'reset', carryOut: true } as const },
    { name: 'the response is cut off', fault: { kind: 'cut-off' } as const },
    {
      name: 'a gateway responds instead',
      fault: { kind: 'not-json', carryOut: true } as const,
    },
    { name: 'the request is lost', fault: { kind: 'reset' } as const },
    { name: 'the platform limits requests', fault: { kind: 'status', status: 429 } as const },
  ])('although $name', async ({ fault }) => {
    stage.emulator.script.fault({ method: 'POST', path: '/v1/builds' }, fault);
    const { succeeded } = await release();
    expect(succeeded).toBe(true);
    expect(stage.emulator.state.builds()).toHaveLength(1);
    expect(uploads()).toBe(1);
  });

  test.each([
    { name: 'is still running', delay: 60_000 },
    { name: 'has succeeded', delay: 0 },
  ])('and found again if the response is lost and the build $name', async ({ delay }) => {
    stage.emulator.script.build({ delay });
    stage.emulator.script.fault(
      { method: 'POST', path: '/v1/builds' },
      { kind: 'reset', carryOut: true },
    );
    const outcome = await release();
    expect(writes(stage.emulator).filter((write) => write === 'POST /v1/builds')).toHaveLength(1);
    expect(builds(outcome)).toMatchObject([
      { outcome: 'built', id: stage.emulator.state.builds()[0]?.id },
    ]);
  });

  test('and an older failed build is not mistaken for it', async () => {
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

describe("the platform's response to the start of a build", () => {
  const answering = (parts: Readonly<Record<string, unknown>>): string => {
    const { id } = stage.emulator.seed.build({ status: 'success' });
    stage.emulator.script.fault(
      { method: 'POST', path: '/v1/builds' },
      { kind: 'status', status: 201, body: { build: { id, status: 'pending' }, ...parts } },
    );
    return id;
  };

  test('causes a warning if it identifies the context by another hash', async () => {
    const id = answering({ contextHash: 'fedcba9876543210' });
    const { succeeded, actions } = await release();
    expect(succeeded).toBe(true);
    expect(actions.warnings).toContainEqual(
      expect.stringMatching(
        /^The platform identifies the context as `fedcba9876543210`, but the uploaded archive has the hash `[0-9a-f]{16}`\./,
      ),
    );
    expect(stage.emulator.state.agent('voice')?.buildId).toBe(id);
  });

  test('is accepted without the hash of the context', async () => {
    const id = answering({});
    const { succeeded, actions } = await release();
    expect(succeeded).toBe(true);
    expect(actions.notices.join()).not.toContain('The platform calls the context');
    expect(stage.emulator.state.agent('voice')?.buildId).toBe(id);
  });

  test('may name a build that someone else started, which the release waits for', async () => {
    const id = answering({ cached: true });
    const { actions } = await release();
    expect(builds({ actions } as ReleaseOutcome)).toMatchObject([{ id, outcome: 'built' }]);
    const statusChecks = stage.emulator.requests.filter(({ path }) => path === `/v1/builds/${id}`);
    expect(statusChecks).not.toEqual([]);
  });
});

test('a release does not check the status of a build that has already succeeded', async () => {
  await release();
  stage.emulator.script.fault(
    { method: 'GET', path: '/v1/builds' },
    { kind: 'status', status: 400, body: { error: 'no', code: 'NO' } },
  );
  const before = stage.emulator.requests.length;
  await release();
  const statusChecks = stage.emulator.requests
    .slice(before)
    .filter(({ path }) => /\/v1\/builds\/[-0-9a-f]{36}$/.test(path));
  expect(statusChecks).toEqual([]);
});
