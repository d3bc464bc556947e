import { getMaxListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { Emulator, LoggedRequest } from '../../emulator/index.js';
import { Caller } from '../../src/pipecat/caller.js';
import { PipecatCloud } from '../../src/pipecat/client.js';
import { Connection } from '../../src/pipecat/connection.js';
import { NotSentError, StatusError } from '../../src/pipecat/errors.js';
import { Storage } from '../../src/pipecat/storage.js';
import { keySurface } from '../../src/pipecat/surface.js';
import { Traffic } from '../../src/pipecat/traffic.js';
import { SecretValue } from '../../src/secrecy/secret-value.js';
import { Deadline } from '../../src/time/deadline.js';
import { credentials, stageForEachTest } from '../support/release-run.js';
import { TestClock } from '../support/test-clock.js';
import { Cancellation } from '../../src/time/cancellation.js';

const codes = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `region-${index + 1}`);

function releaseTo(regions: readonly string[]) {
  return {
    ...credentials['API key'],
    region: regions.join(),
    'secret-set': 'keys-{region}',
    secrets: 'A=value-a',
    'agent-name': 'voice-{region}',
    image: 'ghcr.io/acme/voice:1.0.0',
  };
}

const sixteen = codes(16);
const manyRegions = { regions: sixteen.map((code) => ({ code })) };

/** How often a request was made. */
function times({ requests }: Emulator, method: string, path: string): number {
  return requests.filter((request) => request.method === method && request.path === path).length;
}

describe('what regions share is read once', () => {
  const stage = stageForEachTest(manyRegions);

  test('regions and sets, however many regions there are', async () => {
    await stage.release(releaseTo(sixteen));
    const { emulator } = stage;
    expect(times(emulator, 'GET', '/v1/regions')).toBe(1);
    expect(times(emulator, 'GET', '/v1/properties')).toBe(0);
    const firstWrite = emulator.requests.findIndex(({ method }) => method === 'PUT');
    const before = emulator.requests.slice(0, firstWrite);
    expect(before.filter(({ path }) => path === '/v1/secrets')).toHaveLength(1);
    expect(before).toHaveLength(2 + 16);
  });

  test('one status check of all sets replaces one for each', async () => {
    await stage.release({ ...releaseTo(sixteen), 'agent-name': '', image: '' });
    const { emulator } = stage;
    const looks = emulator.requests.filter(
      ({ method, path }) => method === 'GET' && path !== '/v1/regions',
    );
    expect(new Set(looks.map(({ path }) => path))).toEqual(new Set(['/v1/secrets']));
    expect(looks.length).toBeLessThan(30);
  });

  test('the organization is looked up once', async () => {
    await stage.release({ ...releaseTo(sixteen), 'api-key': '', ...credentials.token });
    expect(times(stage.emulator, 'GET', '/v1/organizations')).toBe(1);
    expect(times(stage.emulator, 'GET', '/v1/organizations/acme/regions')).toBe(1);
  });

  test('the build is looked up once', async () => {
    const { id } = stage.emulator.seed.build({ region: 'region-1', status: 'success' });
    await stage.release({ ...releaseTo(sixteen), image: '', 'build-id': id });
    expect(times(stage.emulator, 'GET', `/v1/builds/${id}`)).toBe(1);
  });

  test('older versions are found in one list', async () => {
    const { emulator } = stage;
    const regions = sixteen.slice(0, 4);
    for (const region of regions) {
      emulator.seed.secretSet({ name: `keys-${region}-00000000`, region, values: {} });
    }
    await stage.release({
      ...releaseTo(regions),
      'secret-set': 'keys-{region}-{version}',
      'keep-versions': '0',
    });
    const deploys = emulator.requests.findLastIndex(({ method }) => method === 'POST');
    const after = emulator.requests.slice(deploys);
    expect(after.filter(({ method }) => method === 'DELETE')).toHaveLength(4);
    expect(after.filter(({ path }) => path === '/v1/secrets')).toHaveLength(1);
  });
});

describe('requests grow with the regions, and not faster', () => {
  const stage = stageForEachTest(manyRegions);

  test.each(Object.entries(credentials))('with %s', async (_kind, credential) => {
    const counts: number[] = [];
    for (const count of [2, 4, 8]) {
      const before = stage.emulator.requests.length;
      await stage.release({
        ...releaseTo(sixteen.slice(0, count)),
        'api-key': '',
        ...credential,
        'agent-name': `voice-${count}-{region}`,
        'secret-set': `keys-${count}-{region}`,
      });
      counts.push(stage.emulator.requests.length - before);
    }
    const [two = 0, four = 0, eight = 0] = counts;
    expect(eight - four).toBe(2 * (four - two));
    // Status checks of the sets and other common reads are shared.
    expect(eight).toBeLessThan(4 * two);
  });
});

describe('requests at once', () => {
  const stage = stageForEachTest(manyRegions);

  /** On a busy machine an answer may be there before the last of eight requests arrives. */
  function expectFull({ maxConcurrentRequests }: Emulator): void {
    expect(maxConcurrentRequests).toBeLessThanOrEqual(8);
    expect(maxConcurrentRequests).toBeGreaterThanOrEqual(5);
  }

  test('are eight if there are enough, and never more', async () => {
    stage.emulator.script.fault({}, { kind: 'late', delay: 15 }, { times: Infinity });
    const { succeeded } = await stage.release(releaseTo(sixteen));
    expect(succeeded).toBe(true);
    expectFull(stage.emulator);
  });

  test('are at most eight while reading which versions agents bind', async () => {
    const { emulator } = stage;
    for (let agent = 0; agent < 30; agent++) {
      emulator.seed.agent({ name: `other-${agent}`, region: 'region-1' });
    }
    emulator.seed.secretSet({ name: 'keys-00000000', region: 'region-1', values: {} });
    emulator.script.fault(
      { path: /\/agents\/other/ },
      { kind: 'late', delay: 20 },
      { times: Infinity },
    );
    const { secretSets } = await stage.release({
      ...releaseTo(['region-1']),
      'secret-set': 'keys-{version}',
      'keep-versions': '0',
    });
    expect(secretSets).toContainEqual(
      expect.objectContaining({ name: 'keys-00000000', outcome: 'deleted' }),
    );
    expectFull(emulator);
  });
});

describe('a rate limit of the platform', () => {
  const stage = stageForEachTest(manyRegions);

  /** Requests that were sent although a 429 had asked for quiet. */
  function sentInQuiet(requests: readonly LoggedRequest[], quiet: number): LoggedRequest[] {
    const refusals = requests.filter(({ status }) => status === 429);
    return requests.filter(({ receivedAt }) =>
      refusals.some(
        (refusal) => receivedAt > refusal.receivedAt && receivedAt < refusal.receivedAt + quiet,
      ),
    );
  }

  test.each([
    {
      name: 'that says for how long',
      limit: { requests: 20, per: 1000, retryAfter: 1 },
      quiet: 1000,
    },
    { name: 'that says nothing', limit: { requests: 20, per: 1000 }, quiet: 1000 },
    { name: 'that is narrow', limit: { requests: 8, per: 1000, retryAfter: 1 }, quiet: 1000 },
    {
      name: 'that asks for less than it wants',
      limit: { requests: 60, per: 60_000, retryAfter: 5 },
      quiet: 5000,
    },
    { name: 'that asks for long', limit: { requests: 60, per: 5000, retryAfter: 5 }, quiet: 5000 },
  ])('$name is respected, and all sixteen regions are released', async ({ limit, quiet }) => {
    const { emulator } = stage;
    emulator.script.rateLimit(limit);
    const { succeeded, agents, actions } = await stage.release({
      ...releaseTo(sixteen),
      'secrets-timeout': '600',
      'wait-timeout': '600',
    });
    expect(actions.errors).toEqual([]);
    expect(succeeded).toBe(true);
    expect(agents.filter(({ ready }) => ready)).toHaveLength(16);
    expect(emulator.requests.some(({ status }) => status === 429)).toBe(true);
    expect(sentInQuiet(emulator.requests, quiet)).toEqual([]);
    // Each set and agent was made once, whatever was refused in between.
    for (const { deployments } of emulator.state.agents()) expect(deployments).toHaveLength(1);
  });

  test('a 429 response costs no more requests than were being sent', async () => {
    const { emulator } = stage;
    emulator.script.rateLimit({ requests: 20, per: 1000, retryAfter: 1 });
    await stage.release(releaseTo(sixteen));
    const refusals = new Map<number, number>();
    for (const { status, receivedAt } of emulator.requests) {
      if (status === 429) refusals.set(receivedAt, (refusals.get(receivedAt) ?? 0) + 1);
    }
    expect(Math.max(...refusals.values())).toBeLessThanOrEqual(8);
  });

  test('a 429 response in one region pauses all regions', async () => {
    const { emulator } = stage;
    emulator.script.fault(
      { method: 'PUT', path: '/v1/secrets/keys-region-3' },
      { kind: 'status', status: 429, headers: { 'retry-after': '7' } },
    );
    const { succeeded } = await stage.release(releaseTo(sixteen));
    expect(succeeded).toBe(true);
    expect(sentInQuiet(emulator.requests, 7000)).toEqual([]);
    expect(times(emulator, 'PUT', '/v1/secrets/keys-region-3')).toBe(2);
    expect(times(emulator, 'PUT', '/v1/secrets/keys-region-4')).toBe(1);
  });

  test('one that outlasts `secrets-timeout` is reported as a rate limit', async () => {
    stage.emulator.script.fault(
      { method: 'PUT', path: '/v1/secrets/keys-region-1' },
      { kind: 'status', status: 429, headers: { 'retry-after': '100' } },
    );
    const startedAt = stage.clock.now();
    const { succeeded, actions } = await stage.release({
      ...releaseTo(['region-1', 'region-2']),
      'secrets-timeout': '30',
    });
    expect(succeeded).toBe(false);
    expect(stage.clock.now() - startedAt).toBeLessThanOrEqual(31_000);
    expect(actions.errors).toHaveLength(1);
    expect(actions.errors[0]?.message).toContain('`secrets-timeout` (30 s)');
    expect(stage.emulator.state.agents()).toEqual([]);
  });

  test('a pause of many regions at once causes no leak warning of Node.js', async () => {
    const sleep = jest.spyOn(stage.clock, 'sleep');
    stage.emulator.script.rateLimit({ requests: 20, per: 1000, retryAfter: 1 });
    await stage.release(releaseTo(sixteen));
    const signals = sleep.mock.calls.map(([, signal]) => signal).filter((one) => one !== undefined);
    const shared = new Set(
      signals.filter((one) => signals.indexOf(one) !== signals.lastIndexOf(one)),
    );
    expect(shared.size).toBe(1);
    for (const signal of shared) expect(getMaxListeners(signal)).toBe(Infinity);
  });
});

describe('Traffic', () => {
  test('lets eight requests through, and the next one when one ends', async () => {
    const traffic = new Traffic(new TestClock());
    const ends: (() => void)[] = [];
    const all = Array.from({ length: 10 }, () =>
      traffic.pass(
        () =>
          new Promise<void>((resolve) => {
            ends.push(resolve);
          }),
      ),
    );
    await setImmediate();
    expect(ends).toHaveLength(8);
    ends[0]?.();
    await setImmediate();
    expect(ends).toHaveLength(9);
    ends[1]?.();
    await setImmediate();
    for (const end of ends) end();
    await Promise.all(all);
    expect(ends).toHaveLength(10);
  });

  test('a failed request also makes room', async () => {
    const traffic = new Traffic(new TestClock());
    const failing = Array.from({ length: 9 }, () =>
      traffic.pass(() => Promise.reject(new Error('no'))),
    );
    expect(await Promise.allSettled(failing)).toHaveLength(9);
    await expect(traffic.pass(() => Promise.resolve('through'))).resolves.toBe('through');
  });

  test('lets one request through at a time after a 429, until one succeeds', async () => {
    const clock = new TestClock();
    const traffic = new Traffic(clock);
    const ends: (() => void)[] = [];
    const pass = (): Promise<void> =>
      traffic.pass(
        () =>
          new Promise<void>((resolve) => {
            ends.push(resolve);
          }),
      );
    traffic.hold(1000);
    clock.pass(1000);
    const two = [pass(), pass()];
    await setImmediate();
    expect(ends).toHaveLength(1);
    traffic.recordAnswer();
    const third = pass();
    await setImmediate();
    expect(ends).toHaveLength(2);
    ends[0]?.();
    await setImmediate();
    for (const end of ends) end();
    await Promise.all([...two, third]);
  });

  test('is held longer after each 429 without Retry-After', () => {
    const clock = new TestClock();
    const traffic = new Traffic(clock);
    const holds = Array.from({ length: 6 }, () => {
      traffic.hold(undefined);
      const held = traffic.heldFor();
      clock.pass(held);
      return held;
    });
    expect(holds).toEqual([1000, 2000, 4000, 8000, 15_000, 15_000]);
    traffic.recordAnswer();
    traffic.hold(undefined);
    expect(traffic.heldFor()).toBe(1000);
  });

  test('counts responses during a hold as part of the same refusal', () => {
    const clock = new TestClock();
    const traffic = new Traffic(clock);
    traffic.hold(undefined);
    traffic.hold(undefined);
    traffic.recordAnswer();
    expect(traffic.heldFor()).toBe(1000);
    clock.pass(1000);
    traffic.hold(undefined);
    expect(traffic.heldFor()).toBe(2000);
  });

  test('is held until the latest requested time', () => {
    const clock = new TestClock();
    const traffic = new Traffic(clock);
    expect(traffic.heldFor()).toBe(0);
    traffic.hold(5000);
    traffic.hold(1000);
    expect(traffic.heldFor()).toBe(5000);
    clock.pass(2000);
    traffic.hold(4000);
    expect(traffic.heldFor()).toBe(4000);
    clock.pass(9000);
    expect(traffic.heldFor()).toBe(0);
  });
});

describe('a call while everything is held back', () => {
  const stage = stageForEachTest();
  const opened: Connection[] = [];
  afterEach(() => {
    for (const connection of opened.splice(0)) connection.close();
  });

  function connect(over = new AbortController()) {
    const connection = new Connection(
      stage.emulator.url,
      new SecretValue('sk_emulator'),
      'pipecat-cloud-release/test',
    );
    opened.push(connection);
    const log: string[] = [];
    const common = {
      userAgent: 'pipecat-cloud-release/test',
      clock: stage.clock,
      log: {
        debug: (message: string) => log.push(message),
        info: (message: string) => log.push(message),
      },
      over: over.signal,
      cancellation: new Cancellation(new AbortController().signal, stage.clock),
      redact: (text: string) => text,
    };
    const caller = new Caller({ connection, requestLimit: 30_000, ...common });
    const cloud = new PipecatCloud(caller, keySurface, new Storage(common), (text) => text);
    return { caller, cloud, log };
  }

  /** Lets a call fail with a 429 and without a retry, so that only later calls are measured. */
  async function refuse(caller: Caller, headers?: Record<string, string>): Promise<void> {
    stage.emulator.script.fault(
      { path: '/v1/regions' },
      { kind: 'status', status: 429, ...(headers && { headers }) },
    );
    const call = caller.call(
      { request: { method: 'GET', path: '/v1/regions' }, parse: (answer) => answer },
      { attempts: 1 },
    );
    await expect(call).rejects.toBeInstanceOf(StatusError);
  }

  test('whose response was lost before is reported as lost, not as never sent', async () => {
    const { caller, cloud } = connect();
    const deadline = new Deadline(stage.clock, 'wait-timeout', 20_000);
    stage.emulator.script.fault({ method: 'PUT' }, { kind: 'reset', carryOut: true });
    const pairs = [{ key: 'A', value: new SecretValue('value-a') }];
    const writing = cloud.writeSecrets(
      { name: 'keys', region: 'us-west' },
      pairs,
      { deadline },
      () => undefined,
    );
    // Meanwhile another call is refused for longer than this one has time.
    const refusing = refuse(caller, { 'retry-after': '30' });
    await expect(writing).rejects.toMatchObject({ name: 'ConnectionError', attempts: 1 });
    await refusing;
  });

  test.each([
    { name: 'seconds', headers: { 'retry-after': '3' }, held: 3000 },
    { name: 'a fraction of a second', headers: { 'retry-after': '0.5' }, held: 500 },
    {
      name: 'a date',
      headers: { 'retry-after': new Date(Date.UTC(2026, 0, 1) + 4000).toUTCString() },
      held: 4000,
    },
    { name: 'nothing', headers: undefined, held: 1000 },
    { name: 'something else', headers: { 'retry-after': 'soon' }, held: 1000 },
  ])('waits as long as $name says', async ({ headers, held }) => {
    const { caller, cloud, log } = connect();
    await refuse(caller, headers);
    const startedAt = stage.clock.trueTime();
    await Promise.all([cloud.secretSets(), cloud.defaultRegion()]);
    const [, ...later] = stage.emulator.requests;
    expect(later.map(({ receivedAt }) => receivedAt - startedAt)).toEqual([held, held]);
    expect(log).toContainEqual(`GET /v1/secrets held back for ${held} ms`);
  });

  test.each(['7200', '121', '0'])('does not wait for %s s', async (seconds) => {
    const { caller, cloud } = connect();
    await refuse(caller, { 'retry-after': seconds });
    const startedAt = stage.clock.now();
    await cloud.secretSets();
    expect(stage.clock.now()).toBe(startedAt);
  });

  test('waits again if it is refused again', async () => {
    const { caller, cloud } = connect();
    await refuse(caller, { 'retry-after': '2' });
    stage.emulator.script.fault(
      { path: '/v1/secrets' },
      { kind: 'status', status: 429, headers: { 'retry-after': '3' } },
    );
    const startedAt = stage.clock.trueTime();
    await Promise.all([cloud.secretSets(), cloud.secretSets()]);
    const [, ...later] = stage.emulator.requests;
    // The second one had waited for its turn, and waits on.
    expect(later.map(({ receivedAt }) => receivedAt - startedAt)).toEqual([2000, 5000, 5000]);
  });

  test('does not wait if its time limit ends first', async () => {
    const { caller, cloud } = connect();
    await refuse(caller, { 'retry-after': '60' });
    const startedAt = stage.clock.now();
    const deadline = new Deadline(stage.clock, 'wait-timeout', 20_000);
    const error: unknown = await cloud.secretSets({ deadline }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(NotSentError);
    expect(error).toMatchObject({ outOfTime: deadline, attempts: 0 });
    expect(stage.clock.now()).toBe(startedAt);
    expect(stage.emulator.requests).toHaveLength(1);
  });

  test('ends when nothing needs it anymore', async () => {
    const over = new AbortController();
    const { caller, cloud } = connect(over);
    await refuse(caller, { 'retry-after': '100' });
    const startedAt = stage.clock.now();
    const held = cloud.secretSets();
    over.abort();
    await expect(held).rejects.toBe(over.signal.reason);
    expect(stage.clock.now()).toBe(startedAt);
    expect(stage.emulator.requests).toHaveLength(1);
  });
});
