import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Cancellation } from '../../src/time/cancellation.js';
import * as answers from '../../src/pipecat/answers.js';
import { Caller } from '../../src/pipecat/caller.js';
import { Connection } from '../../src/pipecat/connection.js';
import { CallError } from '../../src/pipecat/errors.js';
import { SecretValue } from '../../src/secrecy/secret-value.js';
import { inheritedNames, jsonTexts, texts, tries } from '../support/properties.js';
import { TestClock } from '../support/test-clock.js';

/** Whatever is answered, it is read, or is an error of the action's own that does not quote it. */

const hidden = 'hidden-value-of-an-answer';

/** Any unexpected value, with a text that shows whether it was quoted. */
const anything = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(null, hidden, [hidden], { [hidden]: hidden }, 1e308, -0),
  },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

type Json = unknown;

/** A response of the expected shape. */
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
const revision = { deploymentID: 'd', phase: 'p', readyReplicas: 1, health: { headline: 'h' } };
const agent = {
  name: 'voice',
  region: 'us-west',
  ready: true,
  desiredDeploymentId: 'd',
  autoScaling: { minReplicas: 0, maxReplicas: 1 },
  krispViva: { audioFilter: 'tel' },
  errors: [{ code: 'c', message: 'm' }],
  currentRevision: revision,
  previousRevision: revision,
  git: { repoFullName: 'a/b', branch: 'main', autoDeploy: true },
  deployment: {
    id: 'd',
    manifest: { spec: { image: 'i', envFromSecretNames: ['keys'], maxSessionDurationSeconds: 60 } },
  },
};
const set = { name: 'keys', type: 'secret', region: 'us-west', status: 'ready', errorMessage: 'm' };

const parsers: readonly {
  readonly name: string;
  readonly parse: (answer: unknown) => unknown;
  readonly due: Json;
}[] = [
  {
    name: 'regions',
    parse: answers.parseRegions,
    due: { regions: [{ code: 'us-west', supported_architectures: ['arm64'] }] },
  },
  {
    name: 'the default region',
    parse: answers.parseDefaultRegion,
    due: { properties: { defaultRegion: 'us-west' } },
  },
  {
    name: 'organizations',
    parse: answers.parseOrganizations,
    due: { organizations: [{ name: 'acme' }] },
  },
  { name: 'sets', parse: answers.parseSecretSets, due: { sets: [set, set] } },
  {
    name: 'a set',
    parse: answers.parseSecretSet,
    due: { ...set, secrets: [{ fieldName: 'A' }, { fieldName: 'B' }] },
  },
  { name: 'an agent', parse: answers.parseAgent, due: agent },
  { name: 'an agent in a body', parse: answers.parseAgent, due: { body: agent } },
  { name: 'agents', parse: answers.parseAgentNames, due: { services: [{ name: 'voice' }] } },
  { name: 'logs', parse: answers.parseLogs, due: { logs: [{ log: 'l' }] } },
  {
    name: 'profiles',
    parse: answers.parseAgentProfiles,
    due: { agentProfiles: [{ api_name: 'agent-1x', enabled: true }] },
  },
  { name: 'a build', parse: answers.parseBuild, due: { build } },
  { name: 'builds', parse: answers.parseBuilds, due: { builds: [build] } },
  {
    name: 'a started build',
    parse: answers.parseStartedBuild,
    due: { build, contextHash: 'c', cached: false },
  },
  { name: 'logs of a build', parse: answers.parseBuildLogs, due: { logs: ['l'] } },
  {
    name: 'an upload form',
    parse: answers.parseUploadForm,
    due: { uploadId: 'u', uploadUrl: 'https://storage.example.com', uploadFields: { key: 'k' } },
  },
  {
    name: 'a write that was taken',
    parse: answers.parseAcceptance,
    due: { status: 'OK' },
  },
  { name: 'a deletion', parse: answers.parseDeletion, due: { status: 'OK' } },
];

/** The paths of everything in a value, itself included. */
function pathsIn(value: Json, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [
    path,
    ...Object.entries(value).flatMap(([key, member]) => pathsIn(member, [...path, key])),
  ];
}

/** The same with something else in one place, or with a further key beside it. */
function changed(value: Json, [key, ...rest]: readonly string[], other: Json): Json {
  if (key === undefined) return other;
  if (Array.isArray(value)) {
    return value.map((item: Json, index) =>
      String(index) === key ? changed(item, rest, other) : item,
    );
  }
  return {
    ...(value as object),
    [key]: changed((value as Record<string, Json>)[key], rest, other),
  };
}

function expectReadOrRefused(parse: (answer: unknown) => unknown, answer: Json): void {
  try {
    parse(answer);
  } catch (error) {
    if (!(error instanceof answers.AnswerShapeError)) throw error;
    expect(error.message).not.toContain(hidden);
    expect(error.message.length).toBeLessThan(500);
  }
}

describe('a response is read, or rejected without being quoted', () => {
  test.each(parsers)('$name', ({ parse, due }) => {
    expect(() => parse(due)).not.toThrow();
    const paths = pathsIn(due);
    fc.assert(
      fc.property(fc.constantFrom(...paths), anything, (path, other) => {
        expectReadOrRefused(parse, changed(due, path, other));
      }),
      tries(60),
    );
    fc.assert(
      fc.property(anything, fc.constantFrom(...inheritedNames), (other, name) => {
        expectReadOrRefused(parse, other);
        expectReadOrRefused(parse, JSON.parse(`{"${name}": ${JSON.stringify(due)}}`));
      }),
      tries(30),
    );
  });
});

describe('whatever a server says', () => {
  let server: Server;
  let address: string;
  let reply: { status: number; headers: Record<string, string>; body: string };

  beforeAll(async () => {
    server = createServer((_request, response) => {
      response.writeHead(reply.status, reply.headers).end(reply.body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  /** Values of headers as a server may send them. */
  const headerValues = fc.oneof(
    fc.constantFrom(
      '0',
      '1',
      '-5',
      '1e3',
      '1e400',
      '0x10',
      '',
      ' ',
      'Infinity',
      'NaN',
      '99999999999',
    ),
    fc.constantFrom('Thu, 01 Jan 2026 00:00:05 GMT', 'Thu, 01 Jan 1970 00:00:00 GMT', 'tomorrow'),
    fc.string({ maxLength: 20 }).map((text) => text.replace(/[^\x20-\x7e]/g, '')),
  );

  test('a call ends with a result or a CallError', async () => {
    const replies = fc.record({
      status: fc.constantFrom(200, 202, 301, 400, 404, 409, 429, 500, 503),
      headers: fc.record(
        { 'retry-after': headerValues, location: headerValues },
        { requiredKeys: [] },
      ),
      body: fc.oneof(jsonTexts, texts, fc.constant(`{"error": "${'x'.repeat(100_000)}"}`)),
    });
    await fc.assert(
      fc.asyncProperty(replies, async (given) => {
        reply = given;
        const connection = new Connection(address, new SecretValue('sk_key'), 'test');
        const clock = new TestClock();
        const startedAt = clock.now();
        const caller = new Caller({
          connection,
          clock,
          log: { debug: () => undefined, info: () => undefined },
          requestLimit: 30_000,
          over: new AbortController().signal,
          cancellation: new Cancellation(new AbortController().signal, clock),
          redact: (text) => text,
        });
        try {
          await caller.call({
            request: { method: 'GET', path: '/v1/regions' },
            parse: answers.parseRegions,
          });
        } catch (error) {
          if (!(error instanceof CallError)) throw error;
        } finally {
          connection.close();
        }
        // What `Retry-After` asks for is waited for, but not for hours.
        expect(clock.now() - startedAt).toBeLessThan(15 * 60_000);
      }),
      tries(25),
    );
  });
});
