import { describe, expect, test } from '@jest/globals';
import {
  AnswerShapeError,
  parseAcceptance,
  parseAgent,
  parseAgentNames,
  parseAgentProfiles,
  parseBuild,
  parseBuildLogs,
  parseBuilds,
  parseDefaultRegion,
  parseLogs,
  parseOrganizations,
  parseRegions,
  parseSecretSet,
  parseSecretSets,
  parseStartedBuild,
  parseUploadForm,
} from '../../src/pipecat/answers.js';

describe('a revision of an agent', () => {
  test('has the fields in the response, and nothing else', () => {
    const revision = {
      deploymentID: 'd',
      phase: 'Validating',
      readyReplicas: 1,
      hasInfrastructureIssue: false,
      health: { ready: false, reason: 'Error', restartCount: 1, replicasStarted: null },
    };
    const { currentRevision, previousRevision } = parseAgent({
      name: 'voice',
      currentRevision: revision,
      previousRevision: { deploymentID: 'c', health: null },
    });
    expect(currentRevision).toMatchObject({
      ...revision,
      health: { ...revision.health, replicasStarted: undefined },
    });
    expect(previousRevision).toMatchObject({ deploymentID: 'c', health: undefined });
  });
});

describe('an agent', () => {
  const nothing = {
    image: undefined,
    buildId: undefined,
    secretSet: undefined,
    imagePullSecretSet: undefined,
    minAgents: undefined,
    maxAgents: undefined,
    agentProfile: undefined,
    architecture: undefined,
    maxSessionDuration: undefined,
    krispVivaAudioFilter: undefined,
    websocketAuth: undefined,
    managedKeys: undefined,
    cpu: undefined,
    memory: undefined,
  };

  test('has no other values if the response shows only its name', () => {
    expect(parseAgent({ name: 'voice' })).toEqual({
      region: undefined,
      desiredDeploymentId: undefined,
      reconciledDeploymentId: undefined,
      ready: false,
      available: false,
      errors: [],
      conditions: [],
      currentRevision: undefined,
      previousRevision: undefined,
      warning: undefined,
      git: undefined,
      settings: nothing,
      secretSets: undefined,
    });
  });

  test('has the settings of its deployment', () => {
    const spec = {
      image: 'voice:1',
      arch: 'arm64',
      envFromSecretNames: ['keys', 'others'],
      imagePullSecretName: 'registry',
      autoScaling: { minReplicas: 1, maxReplicas: 5 },
      maxSessionDurationSeconds: 3600,
    };
    const { settings, secretSets } = parseAgent({
      deployment: { id: 'd', buildId: 'b', manifest: { spec } },
      agentProfile: 'agent-1x',
      krispViva: { audioFilter: 'tel' },
      websocketAuth: 'token',
      enableIntegratedKeysProxy: false,
    });
    expect(secretSets).toEqual(['keys', 'others']);
    expect(settings).toEqual({
      ...nothing,
      image: 'voice:1',
      buildId: 'b',
      secretSet: 'keys',
      imagePullSecretSet: 'registry',
      minAgents: 1,
      maxAgents: 5,
      agentProfile: 'agent-1x',
      architecture: 'arm64',
      maxSessionDuration: 3600,
      krispVivaAudioFilter: 'tel',
      websocketAuth: 'token',
      managedKeys: false,
    });
  });

  test('has unset settings that its deployment does not name', () => {
    const { settings, secretSets } = parseAgent({
      deployment: { id: 'd', manifest: { spec: {} } },
      krispViva: {},
    });
    expect(secretSets).toEqual([]);
    expect(settings).toEqual({
      ...nothing,
      secretSet: null,
      imagePullSecretSet: null,
      maxSessionDuration: null,
      krispVivaAudioFilter: null,
    });
  });

  test('has all readable settings, whatever the others are', () => {
    const spec = { image: 5, arch: ['arm64'], envFromSecretNames: 'keys', imagePullSecretName: {} };
    const { settings, secretSets } = parseAgent({
      deployment: { id: 'd', buildId: null, manifest: { spec } },
      agentProfile: 2,
      krispViva: 'tel',
      websocketAuth: 'token',
      enableIntegratedKeysProxy: 'no',
      autoScaling: { minReplicas: '1', maxReplicas: 5 },
    });
    expect(secretSets).toBeUndefined();
    expect(settings).toEqual({
      ...nothing,
      maxSessionDuration: null,
      maxAgents: 5,
      websocketAuth: 'token',
    });
  });

  test('has its own scaling, not that of its deployment', () => {
    const { settings } = parseAgent({
      name: 'voice',
      autoScaling: { minReplicas: 2, maxReplicas: 3 },
      deployment: { manifest: { spec: { autoScaling: { minReplicas: 0, maxReplicas: 9 } } } },
    });
    expect(settings).toMatchObject({ minAgents: 2, maxAgents: 3 });
  });

  test.each([
    { name: 'desired', answer: { desiredDeploymentId: 'a', activeDeploymentId: 'b' }, id: 'a' },
    { name: 'active', answer: { activeDeploymentId: 'b', deployment: { id: 'c' } }, id: 'b' },
    { name: 'shown', answer: { deployment: { id: 'c' } }, id: 'c' },
  ])('has the desired deployment that is $name', ({ answer, id }) => {
    expect(parseAgent({ name: 'voice', ...answer }).desiredDeploymentId).toBe(id);
  });

  test('is available, ready and built from a branch if the response says so', () => {
    const git = { repoFullName: 'acme/voice', branch: 'main', autoDeploy: true };
    expect(
      parseAgent({ body: { name: 'voice', ready: true, available: true, git } }),
    ).toMatchObject({
      ready: true,
      available: true,
      git: { repository: 'acme/voice', autoDeploy: true },
    });
    expect(parseAgent({ name: 'voice', git: {} }).git).toEqual({
      repository: undefined,
      branch: undefined,
      autoDeploy: true,
    });
  });

  test.each([
    { name: 'the message', error: { code: 'X', message: 'm', error: 'e' }, message: 'm' },
    { name: 'the error, without one', error: { code: 'X', error: 'e' }, message: 'e' },
    { name: 'that there is none', error: { code: 'X' }, message: 'no message' },
  ])('has an error $name', ({ error, message }) => {
    expect(parseAgent({ name: 'voice', errors: [error] }).errors).toEqual([{ code: 'X', message }]);
  });

  test('is known by its name, or by a deployment', () => {
    expect(parseAgent({ desiredDeploymentId: 'a' }).desiredDeploymentId).toBe('a');
    expect(() => parseAgent({ ready: true, sets: [] })).toThrow(AnswerShapeError);
  });
});

describe('a secret set', () => {
  test.each([
    { status: 'ready', read: 'ready' },
    { status: 'failed', read: 'failed' },
    { status: 'pending', read: 'pending' },
    { status: 'another', read: 'pending' },
    { status: undefined, read: 'ready' },
  ])('with the status $status is $read', ({ status, read }) => {
    expect(parseSecretSet({ region: 'us-west', status }).status).toBe(read);
    const set = { name: 'keys', type: 'secret', region: 'us-west', status };
    expect(parseSecretSets({ sets: [set] })).toMatchObject([{ status: read }]);
  });

  test('has the keys that are shown', () => {
    const secrets = [{ fieldName: 'A' }, { fieldName: 'B' }];
    expect(parseSecretSet({ region: 'us-west', secrets }).keys).toEqual(['A', 'B']);
    expect(parseSecretSet({ region: 'us-west' }).keys).toEqual([]);
  });

  test.each([
    { source: 'referenced', referenced: true },
    { source: 'managed', referenced: false },
    { source: undefined, referenced: false },
  ])('of the source $source refers to one of a cluster: $referenced', ({ source, referenced }) => {
    expect(parseSecretSet({ region: 'us-west', source }).referenced).toBe(referenced);
    const set = { name: 'keys', type: 'secret', region: 'us-west', source };
    expect(parseSecretSets({ sets: [set] })).toMatchObject([{ referenced }]);
  });

  test('of an unknown kind is ignored', () => {
    const sets = ['secret', 'another', 'imagePullSecret'].map((type) => ({
      name: type,
      type,
      region: 'us-west',
    }));
    expect(parseSecretSets({ sets }).map(({ name, kind }) => [name, kind])).toEqual([
      ['secret', 'secret'],
      ['imagePullSecret', 'imagePullSecret'],
    ]);
  });
});

describe('lists are read as', () => {
  test('regions, with their architectures if the response shows them', () => {
    const regions = [{ code: 'us-west', supported_architectures: ['arm64'] }, { code: 'eu' }];
    expect(parseRegions({ regions })).toEqual([
      { code: 'us-west', supportedArchitectures: ['arm64'] },
      { code: 'eu', supportedArchitectures: undefined },
    ]);
    expect(() => parseRegions({ regions: [{}] })).toThrow('(regions.0.code)');
  });

  test('organizations', () => {
    expect(parseOrganizations({ organizations: [{ name: 'acme' }] })).toEqual([{ name: 'acme' }]);
  });

  test('builds', () => {
    const builds = [
      { id: 'a', status: 'success' },
      { id: 'b', status: 'failed' },
    ];
    expect(parseBuilds({ builds })).toMatchObject(builds);
  });

  test('names of agents', () => {
    expect(parseAgentNames({ services: [{ name: 'a' }, { name: 'b' }] })).toEqual(['a', 'b']);
  });

  test('lines of logs', () => {
    expect(parseLogs({ logs: [{ log: 'one' }, { log: 'two' }] })).toEqual(['one', 'two']);
    expect(parseBuildLogs({ logs: ['one', 'two'] })).toEqual(['one', 'two']);
  });

  test('profiles, without disabled ones', () => {
    const agentProfiles = [
      { api_name: 'agent-1x', enabled: true },
      { api_name: 'agent-2x', enabled: false },
      { api_name: 'agent-3x' },
    ];
    expect(parseAgentProfiles({ agentProfiles })).toEqual(['agent-1x', 'agent-3x']);
  });
});

describe('a build', () => {
  test('has its start time, or none if the response shows none', () => {
    const build = { id: 'b', status: 'building' };
    expect(parseBuild({ build }).createdAt).toBeUndefined();
    expect(parseBuild({ build: { ...build, createdAt: '1970-01-01T00:00:01Z' } }).createdAt).toBe(
      1000,
    );
  });

  test.each([
    { cached: true, isCached: true },
    { cached: undefined, isCached: false },
  ])('is cached only if the response says so: $cached', ({ cached, isCached }) => {
    const build = { id: 'b', status: 'success' };
    expect(parseStartedBuild({ build, contextHash: 'c', cached })).toMatchObject({
      build,
      contextHash: 'c',
      isCached,
    });
  });
});

test('the default region is in the properties', () => {
  expect(parseDefaultRegion({ properties: { defaultRegion: 'us-west' } })).toBe('us-west');
});

describe('a form for an upload', () => {
  const form = { uploadId: 'u', uploadFields: { key: 'k' } };

  test.each(['https://storage.example.com/bucket', 'http://127.0.0.1:8787/bucket'])(
    'may go to %s',
    (uploadUrl) => {
      expect(parseUploadForm({ ...form, uploadUrl })).toEqual({
        uploadId: 'u',
        url: uploadUrl,
        fields: { key: 'k' },
      });
    },
  );

  test.each(['http://storage.example.com/bucket', 'storage.example.com', ''])(
    'may not go to %j, where its content could be read or would get nowhere',
    (uploadUrl) => {
      expect(() => parseUploadForm({ ...form, uploadUrl })).toThrow('(uploadUrl)');
    },
  );
});

test.each([
  { name: 'an empty body', answer: undefined, isTaken: true },
  { name: 'an empty object', answer: {}, isTaken: true },
  { name: 'a word', answer: { status: 'OK' }, isTaken: true },
  { name: 'another word', answer: { status: 'accepted' }, isTaken: true },
  { name: 'a word nobody knows yet', answer: { status: 'in_progress' }, isTaken: true },
  { name: 'several words', answer: { status: 'ok so far' }, isTaken: true },
  { name: 'a status of another type', answer: { status: 200 }, isTaken: true },
  { name: 'other fields', answer: { ok: true, region: 'us-west' }, isTaken: true },
  { name: 'a list', answer: [], isTaken: true },
  { name: 'null', answer: null, isTaken: true },
  { name: 'a word that says no', answer: { status: 'rejected' }, isTaken: false },
  { name: 'words that say no', answer: { status: 'not ok' }, isTaken: false },
])('a 2xx response to a write with $name means accepted: $isTaken', ({ answer, isTaken }) => {
  const accept = (): undefined => {
    parseAcceptance(answer);
  };
  if (isTaken) expect(accept).not.toThrow();
  else expect(accept).toThrow(AnswerShapeError);
});

describe('an error about an unexpected shape names the wrong fields', () => {
  test.each([
    { name: 'none', answer: undefined, told: 'the response is empty' },
    { name: 'a list', answer: [], told: '(sets)' },
    { name: 'a text', answer: 'hidden', told: '(the whole)' },
    { name: 'two of the same', answer: { sets: ['hidden', 'hidden'] }, told: '(sets.0, sets.1)' },
    {
      name: 'more than five',
      answer: { sets: Array.from({ length: 9 }, () => 'hidden') },
      told: '(sets.0, sets.1, sets.2, sets.3, sets.4)',
    },
  ])('$name', ({ answer, told }) => {
    const parse = (): unknown => parseSecretSets(answer);
    expect(parse).toThrow(told);
    expect(parse).not.toThrow('hidden');
  });
});

describe('a field', () => {
  const others: readonly unknown[] = [null, 5, 'text', true, { a: 1 }, ['a'], undefined];
  const health = {
    headline: 'h',
    ready: false,
    reason: 'r',
    restartCount: 1,
    replicasStarted: 1,
    lastExitCode: 1,
    lastTerminationReason: 't',
    message: 'm',
  };
  const revision = { deploymentID: 'd', phase: 'Active', readyReplicas: 1, health };
  const agent = {
    name: 'voice',
    region: 'us-west',
    ready: true,
    available: true,
    desiredDeploymentId: 'd',
    reconciledDeploymentId: 'd',
    autoScaling: { minReplicas: 0, maxReplicas: 1 },
    agentProfile: 'agent-1x',
    krispViva: { audioFilter: 'tel' },
    websocketAuth: 'none',
    enableIntegratedKeysProxy: false,
    errors: [{ code: 'c', message: 'm' }],
    conditions: [{ type: 'Degraded', status: 'True', reason: 'r', message: 'm' }],
    currentRevision: revision,
    previousRevision: revision,
    warning: 'w',
    git: { repoFullName: 'a/b', branch: 'main', autoDeploy: true },
    deployment: {
      buildId: 'b',
      manifest: {
        spec: { image: 'i', envFromSecretNames: ['keys'], maxSessionDurationSeconds: 60 },
      },
    },
  };
  const build = {
    id: 'b',
    status: 'success',
    region: 'us-west',
    contextHash: 'c',
    dockerfilePath: 'Dockerfile',
    errorMessage: 'm',
    buildDurationSeconds: 1,
    createdAt: '2026-01-01T00:00:00Z',
  };
  const set = { region: 'us-west', status: 'ready', errorMessage: 'm', source: 'managed' };

  /** The dotted places of everything within a value, but not within lists. */
  function placesIn(value: unknown, place: readonly string[] = []): string[][] {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
    return Object.entries(value).flatMap(([key, member]) => [
      [...place, key],
      ...placesIn(member, [...place, key]),
    ]);
  }

  function changed(value: unknown, [key, ...rest]: readonly string[], other: unknown): unknown {
    if (key === undefined) return other;
    const object = value as Record<string, unknown>;
    return { ...object, [key]: changed(object[key], rest, other) };
  }

  const answers = [
    {
      name: 'an agent',
      due: agent,
      parse: parseAgent,
      deciding: ['name', 'ready', 'desiredDeploymentId', 'reconciledDeploymentId'],
    },
    {
      name: 'a build',
      due: { build },
      parse: parseBuild,
      deciding: ['build', 'build.id', 'build.status'],
    },
    { name: 'a set', due: set, parse: parseSecretSet, deciding: ['region', 'status'] },
  ];
  const cases = answers.flatMap(({ due, ...answer }) =>
    placesIn(due).map((place) => ({ ...answer, due, place, field: place.join('.') })),
  );

  test.each(cases)(
    '$field of $name is read, or named where it decides',
    ({ due, parse, deciding, place, field }) => {
      for (const other of others) {
        const answer = JSON.parse(JSON.stringify(changed(due, place, other))) as unknown;
        if (deciding.includes(field)) {
          try {
            parse(answer);
          } catch (error) {
            expect(String(error)).toContain(field);
          }
        } else {
          expect(() => parse(answer)).not.toThrow();
        }
      }
    },
  );

  test.each([
    { field: 'ready', other: 'yes', answer: { ...agent, ready: 'yes' } },
    { field: 'reconciledDeploymentId', answer: { ...agent, reconciledDeploymentId: 5 } },
  ])('$field is an error if it decides and has another type', ({ field, answer }) => {
    expect(() => parseAgent(answer)).toThrow(`(${field})`);
    expect(() => parseAgent({ body: answer })).toThrow(`(${field})`);
  });
});

describe('a list is read entry by entry', () => {
  const unreadable = [null, 5, 'text', [], {}];

  test.each(unreadable)('beside %j', (entry) => {
    expect(parseRegions({ regions: [entry, { code: 'us-west' }] })).toMatchObject([
      { code: 'us-west' },
    ]);
    expect(parseOrganizations({ organizations: [entry, { name: 'acme' }] })).toMatchObject([
      { name: 'acme' },
    ]);
    const keys = { name: 'keys', type: 'secret', region: 'us-west' };
    expect(parseSecretSets({ sets: [entry, keys] })).toMatchObject([{ name: 'keys' }]);
    expect(parseBuilds({ builds: [entry, { id: 'b', status: 'success' }] })).toHaveLength(1);
    expect(parseLogs({ logs: [entry, { log: 'line' }] })).toEqual(['line']);
    expect(parseAgentNames({ services: [entry, { name: 'voice' }] })).toEqual([undefined, 'voice']);
  });

  test('a set without a region has its name and the fields that cannot be read', () => {
    const sets = [{ name: 'keys', type: 'secret', status: 5 }];
    expect(parseSecretSets({ sets })).toMatchObject([
      { name: 'keys', unreadable: ['region', 'status'] },
    ]);
  });
});
