import { afterEach, describe, expect, test } from '@jest/globals';
import { Cancellation } from '../../src/time/cancellation.js';
import { Caller } from '../../src/pipecat/caller.js';
import { listOrganizations, PipecatCloud } from '../../src/pipecat/client.js';
import { Connection } from '../../src/pipecat/connection.js';
import { ConnectionError } from '../../src/pipecat/errors.js';
import { Storage, type UploadContent } from '../../src/pipecat/storage.js';
import { keySurface, organizationSurface } from '../../src/pipecat/surface.js';
import { redactor } from '../../src/secrecy/redactor.js';
import { SecretValue } from '../../src/secrecy/secret-value.js';
import { Deadline } from '../../src/time/deadline.js';
import { stageForEachTest } from '../support/release-run.js';

const stage = stageForEachTest();
const closing: { close(): unknown }[] = [];

afterEach(() => {
  for (const one of closing.splice(0)) one.close();
});

/** The value of a set, and its redacted form in a text of the platform. */
const value = 'hidden-value-of-a-set';
const text = `echo of ${value}`;
const clean = 'echo of ***';

const organization = '/v1/organizations/acme';
const surfaces = [
  {
    name: 'a private API key',
    credential: 'sk_emulator',
    surface: keySurface,
    root: '/v1',
    agents: '/v1/agents',
    profiles: undefined,
    profileRequests: [],
  },
  {
    name: 'a token',
    credential: 'pcc_pat_emulator',
    surface: organizationSurface('acme'),
    root: organization,
    agents: `${organization}/services`,
    profiles: ['agent-1x', 'agent-2x', 'agent-3x', 'agent-gpu'],
    profileRequests: [{ method: 'GET', path: `${organization}/agent-profiles`, query: {} }],
  },
];

const id = '0123abcd-89ab-4cde-8f01-23456789abcd';
const key = { region: 'us-west', contextHash: '0123456789abcdef', dockerfilePath: 'Dockerfile' };

const archive: UploadContent = {
  bytes: 7,
  open: async function* () {
    await Promise.resolve();
    yield Buffer.from('archive');
  },
};

describe.each(surfaces)('with $name', ({ credential, surface, root, agents, ...expected }) => {
  function connect(): { readonly cloud: PipecatCloud; readonly caller: Caller } {
    const common = {
      userAgent: 'pipecat-cloud-release/test',
      clock: stage.clock,
      log: { debug: () => undefined, info: () => undefined },
      over: new AbortController().signal,
      cancellation: new Cancellation(new AbortController().signal, stage.clock),
    };
    const redact = redactor([new SecretValue(value)]);
    const connection = new Connection(
      stage.emulator.url,
      new SecretValue(credential),
      common.userAgent,
    );
    const storage = new Storage({ ...common, redact });
    closing.push(connection, storage);
    const caller = new Caller({ connection, requestLimit: 30_000, ...common, redact });
    return { caller, cloud: new PipecatCloud(caller, surface, storage, redact) };
  }

  /** What the requests were so far: method, path and query. */
  const asked = (): unknown[] =>
    stage.emulator.requests.map(({ method, path, query }) => ({ method, path, query }));

  /** Has the next request answered with this. */
  const say = (body: unknown): void => {
    stage.emulator.script.fault({}, { kind: 'status', status: 200, body });
  };

  const reads: readonly {
    readonly what: string;
    readonly read: (cloud: PipecatCloud, caller: Caller) => Promise<unknown>;
    readonly path: string;
  }[] = [
    {
      what: 'organizations',
      read: (_, caller) => listOrganizations(caller),
      path: '/v1/organizations',
    },
    { what: 'regions', read: (cloud) => cloud.regions(), path: `${root}/regions` },
    {
      what: 'a default region',
      read: (cloud) => cloud.defaultRegion(),
      path: `${root}/properties`,
    },
    { what: 'secret sets', read: (cloud) => cloud.secretSets(), path: `${root}/secrets` },
    { what: 'a secret set', read: (cloud) => cloud.secretSet('a.b'), path: `${root}/secrets/a.b` },
    {
      what: 'names of agents',
      read: (cloud) => cloud.agentNames('eu central'),
      path: `${agents}?region=eu%20central`,
    },
    { what: 'an agent', read: (cloud) => cloud.agent('voice'), path: `${agents}/voice` },
    {
      what: 'logs of an agent',
      read: (cloud) => cloud.agentLogs('voice', { deploymentId: id }, 20),
      path: `${agents}/voice/logs?limit=20&deploymentId=${id}&order=desc`,
    },
    { what: 'a build', read: (cloud) => cloud.build(id), path: `${root}/builds/${id}` },
    {
      what: 'builds',
      read: (cloud) => cloud.builds({ ...key, dockerfilePath: 'a b' }, undefined),
      path: `${root}/builds?contextHash=0123456789abcdef&dockerfilePath=a+b&region=us-west&limit=20`,
    },
    {
      what: 'builds that have succeeded',
      read: (cloud) => cloud.builds(key, 'success'),
      path: `${root}/builds?contextHash=0123456789abcdef&dockerfilePath=Dockerfile&region=us-west&status=success&limit=20`,
    },
    {
      what: 'logs of a build',
      read: (cloud) => cloud.buildLogs(id, 20),
      path: `${root}/builds/${id}/logs?limit=10000`,
    },
  ];

  test.each(reads)('reading $what does nothing that could be in doubt', async ({ read, path }) => {
    stage.emulator.script.fault({}, { kind: 'reset' }, { times: Infinity });
    const { cloud, caller } = connect();
    const error: unknown = await read(cloud, caller).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ call: { method: 'GET', path }, attempts: 5, isInDoubt: false });
    expect(stage.emulator.requests).toHaveLength(5);
  });

  describe('something that does not exist', () => {
    test.each([
      { what: 'set', read: (cloud: PipecatCloud) => cloud.secretSet('keys') },
      { what: 'agent', read: (cloud: PipecatCloud) => cloud.agent('voice') },
      { what: 'build', read: (cloud: PipecatCloud) => cloud.build(id) },
    ])('is not an error, but undefined: $what', async ({ read }) => {
      await expect(read(connect().cloud)).resolves.toBeUndefined();
    });
  });

  describe('a deletion', () => {
    const deletions = [
      {
        what: 'a key',
        carryOut: (cloud: PipecatCloud, deadline?: Deadline) =>
          cloud.deleteSecret('keys', 'A', { deadline }),
        path: `${root}/secrets/keys/A`,
        left: { B: 'value-b' },
      },
      {
        what: 'a set',
        carryOut: (cloud: PipecatCloud, deadline?: Deadline) =>
          cloud.deleteSecretSet('keys', { deadline }),
        path: `${root}/secrets/keys`,
        left: undefined,
      },
    ];

    test('of an agent deletes it alone, and its sessions continue', async () => {
      stage.emulator.seed.agent({ name: 'voice' });
      stage.emulator.seed.agent({ name: 'voice-2' });
      stage.emulator.seed.session({ agent: 'voice' });
      const { cloud } = connect();
      await expect(cloud.deleteAgent('voice', {})).resolves.toBe('deleted');
      expect(stage.emulator.state.agent('voice')).toBeUndefined();
      expect(stage.emulator.state.agent('voice-2')).toBeDefined();
      expect(stage.emulator.state.sessions()).toMatchObject([{ isActive: true }]);
      await expect(cloud.deleteAgent('voice', {})).resolves.toBe('absent');
    });

    const seed = (): void => {
      stage.emulator.seed.secretSet({ name: 'keys', values: { A: 'value-a', B: 'value-b' } });
      stage.emulator.seed.secretSet({ name: 'keys-of-others', values: {} });
    };

    test.each(deletions)('of $what deletes it alone', async ({ carryOut, path, left }) => {
      seed();
      await carryOut(connect().cloud);
      expect(stage.emulator.state.secretSet('keys')?.values).toEqual(left);
      expect(stage.emulator.state.secretSet('keys-of-others')).toBeDefined();
      expect(asked()).toEqual([{ method: 'DELETE', path, query: {} }]);
    });

    test.each(deletions)('of $what that is not there is none', async ({ carryOut }) => {
      await carryOut(connect().cloud);
      expect(stage.emulator.requests.map(({ status }) => status)).toEqual([404]);
    });

    test.each(deletions)('of $what waits for another writer', async ({ carryOut, left }) => {
      seed();
      stage.emulator.script.writing('keys', { outcome: 'conflict' });
      await carryOut(connect().cloud);
      expect(stage.emulator.state.secretSet('keys')?.values).toEqual(left);
      expect(stage.emulator.requests.map(({ status }) => status)).toEqual([409, 200]);
    });

    test.each(deletions)('of $what ends with the time for it', async ({ carryOut }) => {
      const deadline = new Deadline(stage.clock, 'secrets-timeout', 1000);
      stage.clock.pass(1000);
      await expect(carryOut(connect().cloud, deadline)).rejects.toMatchObject({
        outOfTime: deadline,
      });
      expect(stage.emulator.requests).toEqual([]);
    });
  });

  test('names of agents are only those in the region', async () => {
    stage.emulator.seed.agent({ name: 'voice', region: 'us-west' });
    stage.emulator.seed.agent({ name: 'voice-eu', region: 'eu-central' });
    await expect(connect().cloud.agentNames('eu-central')).resolves.toEqual(['voice-eu']);
  });

  describe('log lines', () => {
    const lines = ['first', 'second', 'hidden-value-', 'of-a-set', 'last'];

    test('of a deployment are its last ones, oldest first and without values', async () => {
      stage.emulator.script.deployment('voice', { outcome: 'crash-loop', logs: lines });
      const { cloud } = connect();
      const { desiredDeploymentId = '' } = await cloud.createAgent(
        'voice',
        'us-west',
        { image: 'ghcr.io/acme/voice:1' },
        {},
      );
      stage.clock.pass(60_000);
      const { deploymentId } = stage.emulator.script.supersede('voice');
      stage.clock.pass(60_000);
      await expect(
        cloud.agentLogs('voice', { deploymentId: desiredDeploymentId }, 4),
      ).resolves.toEqual({ lines: ['second', '***', 'last'], isExecFormatError: false });
      const { lines: others } = await cloud.agentLogs('voice', { deploymentId }, 4);
      expect(others).not.toContain('last');
    });

    test('of a build are its last ones, oldest first and without values', async () => {
      const build = stage.emulator.seed.build({ logs: lines });
      await expect(connect().cloud.buildLogs(build.id, 3)).resolves.toEqual([
        'second',
        '***',
        'last',
      ]);
    });

    test.each([
      { cut: 'begin', log: [value.slice(8), 'last'], shown: ['***', 'last'] },
      { cut: 'end', log: ['first', value.slice(0, 12)], shown: ['first', '***'] },
    ])('that $cut in the middle of a value show no part of it', async ({ log, shown }) => {
      const build = stage.emulator.seed.build({ logs: log });
      await expect(connect().cloud.buildLogs(build.id, 10)).resolves.toEqual(shown);
    });

    test('are an empty list if there are none', async () => {
      const build = stage.emulator.seed.build({ logs: [] });
      await expect(connect().cloud.buildLogs(build.id, 10)).resolves.toEqual([]);
    });
  });

  test('agent profiles are listed if the surface lists them', async () => {
    stage.emulator.seed.agentProfile({ apiName: 'agent-gpu' });
    stage.emulator.seed.agentProfile({ apiName: 'agent-old', enabled: false });
    await expect(connect().cloud.agentProfiles()).resolves.toEqual(expected.profiles);
    expect(asked()).toEqual(expected.profileRequests);
  });

  describe('builds of a context', () => {
    const built = { id, status: 'success', ...key };
    const others = [
      { what: 'region', build: { ...built, region: 'us-east' } },
      { what: 'context', build: { ...built, contextHash: 'fedcba9876543210' } },
      { what: 'Dockerfile', build: { ...built, dockerfilePath: 'other/Dockerfile' } },
    ];

    test.each(others)('are not those of another $what, were it listed', async ({ build }) => {
      say({ builds: [{ ...build, id: 'other' }, built] });
      await expect(connect().cloud.builds(key, undefined)).resolves.toMatchObject([{ id }]);
    });

    test.each([
      { what: 'only those that have succeeded', status: 'success' as const, ids: [id] },
      { what: 'all of them', status: undefined, ids: ['failed', id] },
    ])('are $what, if requested', async ({ status, ids }) => {
      say({ builds: [{ ...built, id: 'failed', status: 'failed' }, built] });
      const builds = await connect().cloud.builds(key, status);
      expect(builds.map((build) => build.id)).toEqual(ids);
    });
  });

  test('a build is started from the upload', async () => {
    const { cloud } = connect();
    const uploadId = await cloud.uploadContext('us-west', archive, {
      destination: 'us-west',
      signal: new AbortController().signal,
      progress: () => undefined,
    });
    const started = await cloud.startBuild(uploadId, 'us-west', 'docker/Dockerfile', {});
    const upload = stage.emulator.state.upload(uploadId);
    const [build] = stage.emulator.state.builds();
    expect(build).toMatchObject({ region: 'us-west', dockerfilePath: 'docker/Dockerfile' });
    expect(started).toMatchObject({
      build: { id: build?.id, status: 'pending' },
      contextHash: upload?.contextHash,
      isCached: false,
    });
  });

  test('an upload that is not needed anymore requests no new form', async () => {
    const nobody = new AbortController();
    const path = `${root}/builds/upload-url`;
    stage.emulator.script.fault({ path }, { kind: 'status', status: 503 });
    stage.emulator.script.before({ path }, () => {
      nobody.abort();
    });
    const uploading = connect().cloud.uploadContext('us-west', archive, {
      destination: 'us-west',
      signal: nobody.signal,
      progress: () => undefined,
    });
    await expect(uploading).rejects.toMatchObject({ status: 503, attempts: 1 });
    expect(stage.emulator.requests).toHaveLength(1);
  });

  describe('known values are removed from texts of the platform', () => {
    const revision = {
      phase: text,
      health: {
        headline: text,
        reason: text,
        lastTerminationReason: text,
        // Cut within the value.
        message: `Traceback of ${value.slice(0, 12)}`,
        restartCount: 3,
      },
    };
    const cleanRevision = {
      phase: clean,
      health: {
        headline: clean,
        reason: clean,
        lastTerminationReason: clean,
        message: 'Traceback of ***',
        restartCount: 3,
      },
    };
    const build = { id, status: text, ...key, errorMessage: text };
    const cleanBuild = { id, status: clean, errorMessage: clean };

    test.each([
      {
        what: 'an agent',
        body: {
          name: 'voice',
          warning: text,
          errors: [{ code: text, message: text }, { message: 'x' }],
          currentRevision: revision,
          previousRevision: revision,
        },
        read: (cloud: PipecatCloud) => cloud.agent('voice'),
        told: {
          warning: clean,
          errors: [
            { code: clean, message: clean },
            { code: undefined, message: 'x' },
          ],
          currentRevision: cleanRevision,
          previousRevision: cleanRevision,
        },
      },
      {
        what: 'an agent that it says little of',
        body: {
          name: 'voice',
          currentRevision: { phase: 'Running' },
          previousRevision: { health: { ready: true } },
        },
        read: (cloud: PipecatCloud) => cloud.agent('voice'),
        told: {
          warning: undefined,
          currentRevision: { phase: 'Running', health: undefined },
          previousRevision: { phase: undefined, health: { ready: true, message: undefined } },
        },
      },
      {
        what: 'an agent that it says nothing of',
        body: { name: 'voice' },
        read: (cloud: PipecatCloud) => cloud.agent('voice'),
        told: { errors: [], currentRevision: undefined, previousRevision: undefined },
      },
      {
        what: 'sets',
        body: { sets: [{ name: 'keys', type: 'secret', region: 'us-west', errorMessage: text }] },
        read: (cloud: PipecatCloud) => cloud.secretSets(),
        told: [{ name: 'keys', errorMessage: clean }],
      },
      {
        what: 'a set',
        body: { name: 'keys', region: 'us-west', errorMessage: text },
        read: (cloud: PipecatCloud) => cloud.secretSet('keys'),
        told: { region: 'us-west', errorMessage: clean },
      },
      {
        what: 'a build',
        body: { build },
        read: (cloud: PipecatCloud) => cloud.build(id),
        told: cleanBuild,
      },
      {
        what: 'builds',
        body: { builds: [build] },
        read: (cloud: PipecatCloud) => cloud.builds(key, undefined),
        told: [cleanBuild],
      },
      {
        what: 'a build that is started',
        body: { build, contextHash: key.contextHash, cached: true },
        read: (cloud: PipecatCloud) => cloud.startBuild('upload', 'us-west', 'Dockerfile', {}),
        told: { build: cleanBuild, contextHash: key.contextHash, isCached: true },
      },
    ])('of $what', async ({ body, read, told }) => {
      say(body);
      await expect(read(connect().cloud)).resolves.toMatchObject(told);
    });
  });
});
