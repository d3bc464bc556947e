import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { platformRegions } from '../../emulator/index.js';
import { loadContract } from './openapi.js';
import { pairs, rehearse, type Rehearsal, send } from './rehearsal.js';
import { archiveOf, askForUpload, upload } from './uploading.js';

const contract = loadContract();

if (!contract) {
  process.stderr.write(
    "Skipped: the platform's OpenAPI description is not next to this project, so the emulator is not compared with it.\n",
  );
  test('skipped, because the OpenAPI description is not next to the project', () => {
    expect(contract).toBeUndefined();
  });
} else {
  /** Operations in the description that the emulator does not have. */
  const leftOut = [
    'GET /agents/{agentName}/sessions/{sessionId}',
    'DELETE /agents/{agentName}/sessions/{sessionId}',
    'GET /agents/{agentName}/sessions',
    'PATCH /properties',
    'GET /properties/schema',
  ];

  interface Case {
    readonly name: string;
    readonly request: readonly [method: string, path: string, body?: unknown];
    readonly status: number;
    /** If it returns something, that is the body of the request. */
    readonly prepare?: (rehearsal: Rehearsal) => unknown;
    /** Whether the request itself violates the description. */
    readonly wrong?: true;
  }

  const buildId = '123e4567-e89b-42d3-a456-426614174000';
  const bot = { serviceName: 'bot', image: 'acme/bot:1' };
  const seedSets = ({ emulator }: Rehearsal) => {
    emulator.seed.secretSet({ name: 'voice', values: { A: '1' } });
    emulator.seed.secretSet({ name: 'broken', status: 'failed' });
    emulator.seed.secretSet({ name: 'far', region: 'us-east' });
    emulator.seed.secretSet({ name: 'cluster', referenced: true });
    emulator.seed.imagePullSecret({ name: 'hub', status: 'pending' });
  };
  const seedBot = (rehearsal: Rehearsal) => {
    seedSets(rehearsal);
    rehearsal.emulator.seed.agent({
      name: 'bot',
      secretSet: 'voice',
      maxSessionDuration: 600,
      git: { repoFullName: 'acme/bot', branch: 'main', autoDeploy: true },
      latestDeploy: { status: 'succeeded', commitSha: 'c0ffee' },
    });
  };
  const deployed =
    (outcome: 'crash-loop' | 'image-pull' | 'failed' | 'error' | 'stuck' | 'single-restart') =>
    (rehearsal: Rehearsal) => {
      seedBot(rehearsal);
      rehearsal.emulator.script.deployment('bot', { outcome, infrastructureIssue: true });
      rehearsal.emulator.script.supersede('bot');
      rehearsal.pass(3000);
    };
  const settled = (outcome: Parameters<typeof deployed>[0]) => (rehearsal: Rehearsal) => {
    deployed(outcome)(rehearsal);
    rehearsal.pass(3000);
  };
  const seedBuilds = ({ emulator }: Rehearsal) => {
    emulator.seed.build({ id: buildId });
    for (const status of ['pending', 'building', 'failed', 'timeout'] as const)
      emulator.seed.build({ status });
  };

  const uploaded = async ({ key }: Rehearsal) => {
    const target = await askForUpload(key);
    await upload(target, await archiveOf({ Dockerfile: 'FROM dailyco/pipecat-base' }));
    return { uploadId: target.uploadId, region: 'us-west' };
  };
  const seedBuilt = async (rehearsal: Rehearsal) => {
    const { emulator } = rehearsal;
    const asked = await uploaded(rehearsal);
    emulator.seed.build({ contextHash: emulator.state.upload(asked.uploadId)?.contextHash });
    return asked;
  };

  const write = { secrets: pairs({ A: '1', B: '2' }), region: 'us-west' };
  const pull = {
    isImagePullSecret: true,
    host: 'https://index.docker.io/v1/',
    secretValue: 'eDp5',
  };
  const whole = {
    ...bot,
    region: 'us-west',
    nodeType: 'arm',
    secretSet: 'voice',
    autoScaling: { minAgents: 1, maxAgents: 20 },
    krispViva: { audioFilter: null },
    agentProfile: 'agent-2x',
    architecture: 'arm64',
    maxSessionDuration: 3600,
    websocketAuth: 'token',
    enableIntegratedKeysProxy: true,
  };

  const cases: readonly Case[] = [
    { name: 'regions', request: ['GET', '/regions'], status: 200 },
    {
      name: 'one request too many',
      request: ['GET', '/regions'],
      status: 429,
      prepare: ({ emulator }) => {
        emulator.script.rateLimit({ requests: 0, per: 1000 });
      },
    },
    { name: 'properties', request: ['GET', '/properties'], status: 200 },
    { name: 'no sets', request: ['GET', '/secrets'], status: 200 },
    { name: 'sets of all kinds', request: ['GET', '/secrets'], status: 200, prepare: seedSets },
    { name: 'a set', request: ['GET', '/secrets/voice'], status: 200, prepare: seedSets },
    { name: 'a failed set', request: ['GET', '/secrets/broken'], status: 200, prepare: seedSets },
    {
      name: 'a referenced set',
      request: ['GET', '/secrets/cluster'],
      status: 200,
      prepare: seedSets,
    },
    { name: 'no such set', request: ['GET', '/secrets/voice'], status: 404 },
    {
      name: 'an image pull secret by name',
      request: ['GET', '/secrets/hub'],
      status: 400,
      prepare: seedSets,
    },
    { name: 'a write', request: ['PUT', '/secrets/voice', write], status: 202 },
    { name: 'a write of a pull secret', request: ['PUT', '/secrets/hub', pull], status: 202 },
    {
      name: 'a write of nothing',
      request: ['PUT', '/secrets/voice', { secrets: [] }],
      status: 400,
      wrong: true,
    },
    {
      name: 'a write of a misspelled field',
      request: ['PUT', '/secrets/voice', { ...write, regoin: 'us-west' }],
      status: 400,
      wrong: true,
    },
    {
      name: 'a write that conflicts with another one',
      request: ['PUT', '/secrets/voice', write],
      status: 409,
      prepare: ({ emulator }) => {
        emulator.script.writing('voice', { outcome: 'conflict' });
      },
    },
    {
      name: 'the deletion of a key',
      request: ['DELETE', '/secrets/voice/A'],
      status: 200,
      prepare: seedSets,
    },
    {
      name: 'the deletion of no key',
      request: ['DELETE', '/secrets/voice/B'],
      status: 404,
      prepare: seedSets,
    },
    {
      name: 'the deletion of a set',
      request: ['DELETE', '/secrets/voice'],
      status: 200,
      prepare: seedSets,
    },
    { name: 'the deletion of no set', request: ['DELETE', '/secrets/voice'], status: 404 },
    { name: 'a create', request: ['POST', '/agents', bot], status: 200 },
    {
      name: 'a create with everything',
      request: ['POST', '/agents', whole],
      status: 200,
      prepare: seedSets,
    },
    {
      name: 'a create of a build',
      request: ['POST', '/agents', { serviceName: 'bot', buildId }],
      status: 200,
      prepare: seedBuilds,
    },
    {
      name: 'a create with resources',
      request: [
        'POST',
        '/agents',
        { ...bot, region: 'lab', resources: { cpu: '2', memory: '4Gi' } },
      ],
      status: 200,
    },
    {
      name: 'a create of what exists',
      request: ['POST', '/agents', bot],
      status: 400,
      prepare: seedBot,
    },
    {
      name: 'a create with a set that does not exist',
      request: ['POST', '/agents', { ...bot, secretSet: 'voice' }],
      status: 404,
    },
    {
      name: 'a create with a set that is not ready',
      request: ['POST', '/agents', { ...bot, secretSet: 'broken' }],
      status: 409,
      prepare: seedSets,
    },
    {
      name: 'a create with a misspelled field',
      request: ['POST', '/agents', { ...bot, secretset: 'voice' }],
      status: 400,
      wrong: true,
    },
    {
      name: 'an update',
      request: ['POST', '/agents/bot', { image: 'acme/bot:2', forceRedeploy: true }],
      status: 200,
      prepare: seedBot,
    },
    {
      name: 'an update that changes nothing',
      request: ['POST', '/agents/bot', {}],
      status: 200,
      prepare: seedBot,
    },
    { name: 'an update of nothing', request: ['POST', '/agents/bot', {}], status: 404 },
    {
      name: 'an update of image and build',
      request: ['POST', '/agents/bot', { image: 'acme/bot:2', buildId }],
      status: 400,
      prepare: seedBot,
    },
    { name: 'no agents', request: ['GET', '/agents'], status: 200 },
    {
      name: 'agents with their deployments',
      request: ['GET', '/agents?includeActiveDeployment=true&region=us-west'],
      status: 200,
      prepare: seedBot,
    },
    { name: 'an agent', request: ['GET', '/agents/bot'], status: 200, prepare: seedBot },
    ...(
      ['crash-loop', 'image-pull', 'failed', 'error', 'stuck', 'single-restart'] as const
    ).flatMap((outcome): Case[] => [
      {
        name: `an agent on its way to: ${outcome}`,
        request: ['GET', '/agents/bot'],
        status: 200,
        prepare: deployed(outcome),
      },
      {
        name: `an agent that ended as: ${outcome}`,
        request: ['GET', '/agents/bot'],
        status: 200,
        prepare: settled(outcome),
      },
    ]),
    { name: 'no such agent', request: ['GET', '/agents/bot'], status: 404 },
    {
      name: 'logs',
      request: ['GET', '/agents/bot/logs?limit=5&order=asc'],
      status: 200,
      prepare: seedBot,
    },
    {
      name: 'logs with an invalid order',
      request: ['GET', '/agents/bot/logs?order=up'],
      status: 400,
      prepare: seedBot,
    },
    { name: 'logs of no agent', request: ['GET', '/agents/bot/logs'], status: 404 },
    {
      name: 'the deletion of an agent',
      request: ['DELETE', '/agents/bot'],
      status: 200,
      prepare: seedBot,
    },
    { name: 'the deletion of no agent', request: ['DELETE', '/agents/bot'], status: 404 },
    {
      name: 'builds of all kinds',
      request: ['GET', '/builds?limit=10'],
      status: 200,
      prepare: seedBuilds,
    },
    {
      name: 'builds of a context',
      request: ['GET', '/builds?contextHash=a1&dockerfilePath=Dockerfile&region=us-west'],
      status: 200,
    },
    { name: 'a build', request: ['GET', `/builds/${buildId}`], status: 200, prepare: seedBuilds },
    { name: 'no such build', request: ['GET', `/builds/${buildId}`], status: 404 },
    { name: 'a build with an invalid id', request: ['GET', '/builds/latest'], status: 400 },
    {
      name: 'an upload',
      request: ['POST', '/builds/upload-url', { region: 'us-west' }],
      status: 200,
    },
    {
      name: 'an upload without a region',
      request: ['POST', '/builds/upload-url', {}],
      status: 400,
      wrong: true,
    },
    {
      name: 'an upload in a region that does not exist',
      request: ['POST', '/builds/upload-url', { region: 'moon' }],
      status: 400,
    },
    { name: 'a build of an upload', request: ['POST', '/builds'], status: 201, prepare: uploaded },
    {
      name: 'a build with everything',
      request: ['POST', '/builds'],
      status: 201,
      prepare: async (rehearsal) => ({
        ...(await uploaded(rehearsal)),
        dockerfilePath: 'bot/Dockerfile',
      }),
    },
    {
      name: 'a build of files that were built before',
      request: ['POST', '/builds'],
      status: 200,
      prepare: seedBuilt,
    },
    {
      name: 'a build of no upload',
      request: ['POST', '/builds', { uploadId: buildId, region: 'us-west' }],
      status: 400,
    },
    {
      name: 'a build with a misspelled field',
      request: ['POST', '/builds'],
      status: 400,
      prepare: async (rehearsal) => ({ ...(await uploaded(rehearsal)), dockerfile: 'Dockerfile' }),
      wrong: true,
    },
    ...([0, 3000, 6000] as const).flatMap((passed): Case[] =>
      (['success', 'failed', 'timeout'] as const).map((outcome) => ({
        name: `a build that ends as ${outcome}, after ${passed} ms`,
        request: ['GET', '/builds'],
        status: 200,
        prepare: async (rehearsal) => {
          rehearsal.emulator.script.build({ outcome });
          await rehearsal.key.post('/builds', await uploaded(rehearsal));
          rehearsal.pass(passed);
        },
      })),
    ),
    {
      name: 'builds with an unknown status',
      request: ['GET', '/builds?status=done'],
      status: 400,
    },
    {
      name: "a part of a build's logs",
      request: ['GET', `/builds/${buildId}/logs?limit=1`],
      status: 200,
      prepare: seedBuilds,
    },
    { name: 'the logs of no build', request: ['GET', `/builds/${buildId}/logs`], status: 404 },
    {
      name: 'the logs of a build with an invalid id',
      request: ['GET', '/builds/latest/logs'],
      status: 400,
    },
    {
      name: "a build's logs",
      request: ['GET', `/builds/${buildId}/logs`],
      status: 200,
      prepare: seedBuilds,
    },
  ];

  describe("the emulator and the platform's OpenAPI description agree on", () => {
    let rehearsal: Rehearsal;
    beforeEach(async () => {
      rehearsal = await rehearse({
        regions: [...platformRegions, { code: 'lab', selfHosted: true }],
      });
    });
    afterEach(() => rehearsal.emulator.close());

    /** Sends the request of a case on a surface, and returns the response. */
    async function carryOut(given: Case, root: string, credential: string) {
      const [method, path, body] = given.request;
      const prepared = await given.prepare?.(rehearsal);
      const { emulator } = rehearsal;
      const answer = await send(`${emulator.url}${root}${path}`, {
        method,
        body: prepared ?? body,
        credential,
      });
      expect(answer).toMatchObject({ status: given.status });
      const logged = emulator.requests.at(-1);
      if (!logged) throw new Error('The request was not logged.');
      return { method, answer, logged };
    }

    test.each(cases)('$name ($request.0 $request.1: $status)', async (given) => {
      const { privateKey } = rehearsal.emulator.credentials;
      const { method, answer, logged } = await carryOut(given, '/v1', privateKey);
      expect(contract.checkAnswer(method, logged.path, answer.status, answer.body)).toEqual([]);
      const problems = contract.checkRequest(logged);
      if (given.wrong) expect(problems).not.toEqual([]);
      else expect(problems).toEqual([]);
    });

    // The description covers only the key surface. The responses about builds are the same on the other surface.
    test.each(cases.filter(({ request: [, path] }) => path.startsWith('/builds')))(
      '$name, on the organization surface',
      async (given) => {
        const root = '/v1/organizations/acme';
        const { token } = rehearsal.emulator.credentials;
        const { method, answer, logged } = await carryOut(given, root, token);
        const path = logged.path.replace(root, '/v1');
        expect(contract.checkAnswer(method, path, answer.status, answer.body)).toEqual([]);
      },
    );

    test.each(contract.operations.filter((operation) => !leftOut.includes(operation)))(
      '%s without a credential',
      async (operation) => {
        const [method = '', template = ''] = operation.split(' ');
        const path = `/v1${template.replaceAll(/\{[^}]+\}/g, 'bot')}`;
        const answer = await send(`${rehearsal.emulator.url}${path}`, { method });
        expect(answer).toEqual({
          status: 401,
          body: { error: 'Unauthorized', code: 'UNAUTHORIZED' },
        });
        expect(contract.checkAnswer(method, path, answer.status, answer.body)).toEqual([]);
      },
    );
  });

  test('every operation of the emulator has a successful case', () => {
    const tried = cases
      .filter(({ status }) => status < 300)
      .map(({ request: [method, path] }) => {
        const target = path.replace(/\?.*/, '');
        return contract.operations.filter((operation) => {
          const [verb, template = ''] = operation.split(' ');
          const pattern = new RegExp(`^${template.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`);
          return verb === method && pattern.test(target);
        });
      })
      .flat();
    expect([...new Set([...tried, ...leftOut])].sort()).toEqual([...contract.operations].sort());
  });

  describe('the contract finds', () => {
    test.each([
      {
        name: 'an unknown field in a request',
        problems: contract.checkRequest({
          method: 'POST',
          path: '/v1/agents',
          query: {},
          body: { ...bot, secretset: 'voice' },
        }),
        found: /secretset/,
      },
      {
        name: 'a value out of range',
        problems: contract.checkRequest({
          method: 'POST',
          path: '/v1/agents/bot',
          query: {},
          body: { maxSessionDuration: 5 },
        }),
        found: /maxSessionDuration.*60/,
      },
      {
        name: 'an unknown query parameter',
        problems: contract.checkRequest({
          method: 'GET',
          path: '/v1/agents',
          query: { regoin: 'us-west' },
          body: undefined,
        }),
        found: /regoin/,
      },
      {
        name: 'an unknown path',
        problems: contract.checkRequest({
          method: 'GET',
          path: '/v1/agent',
          query: {},
          body: undefined,
        }),
        found: /no operation/,
      },
      {
        name: 'a response with a wrong value',
        problems: contract.checkAnswer('GET', '/v1/secrets/voice', 200, { status: 'done' }),
        found: /status/,
      },
      {
        name: 'an undocumented status',
        problems: contract.checkAnswer('GET', '/v1/regions', 206, {}),
        found: /no such answer/,
      },
    ])('$name', ({ problems, found }) => {
      expect(problems).toContainEqual(expect.stringMatching(found));
    });

    test('no problem in a request to the organization surface', () => {
      expect(
        contract.checkRequest({
          method: 'PUT',
          path: '/v1/organizations/acme/services',
          query: {},
          body: { serviceName: 'bot' },
        }),
      ).toEqual([]);
    });
  });
}
