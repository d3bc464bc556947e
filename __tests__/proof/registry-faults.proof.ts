import { createHash } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { credentials, Stage } from '../support/release-run.js';

/**
 * Whatever a registry does at any step of a look-up, the release lands, because nothing is certainly wrong. Each request is
 * sent once, and the first write is delayed by at most three seconds.
 */

const config = JSON.stringify({ os: 'linux', architecture: 'arm64' });
const digestOf = (text: string): string =>
  `sha256:${createHash('sha256').update(text).digest('hex')}`;
const manifest = JSON.stringify({
  config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(config) },
});

/** The requests of a look-up, in order. */
const steps = ['challenge', 'token', 'manifest', 'config'] as const;
type Step = (typeof steps)[number];

const page = '<!doctype html><html><body>Gateway</body></html>';

const answering =
  (status: number, body = '', headers: Readonly<Record<string, string>> = {}) =>
  (response: ServerResponse): void => {
    response.writeHead(status, headers).end(body);
  };

interface RegistryFault {
  readonly name: string;
  readonly spoil: (response: ServerResponse) => void;
  /** Steps at which it is not a fault, or gives a certain result. */
  readonly except?: readonly Step[];
}

const faults: readonly RegistryFault[] = [
  { name: 'is reset', spoil: (response) => response.socket?.resetAndDestroy() },
  { name: 'is never answered', spoil: () => undefined },
  {
    name: 'gets half of a response',
    spoil: (response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('{');
    },
  },
  {
    name: 'is cut off',
    spoil: (response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{', () => response.socket?.destroy());
    },
  },
  { name: 'is answered 500', spoil: answering(500, '{"errors":[]}') },
  { name: 'is answered 502 with a page', spoil: answering(502, page) },
  {
    name: 'is answered 503 with a Retry-After',
    spoil: answering(503, '', { 'retry-after': '60' }),
  },
  { name: 'is answered 429', spoil: answering(429, '{"errors":[{"code":"TOOMANYREQUESTS"}]}') },
  // From a token service, this is a rejection of the login.
  { name: 'is answered 403', spoil: answering(403) },
  { name: 'is answered 404 without words', spoil: answering(404) },
  { name: 'is answered with a page', spoil: answering(200, page) },
  { name: 'is answered with other JSON', spoil: answering(200, '{"surprise":true}') },
  { name: 'is answered with null', spoil: answering(200, 'null') },
  { name: 'is answered with five megabytes', spoil: answering(200, 'x'.repeat(5_000_000)) },
  {
    name: 'is redirected to an address that does not exist',
    spoil: answering(307, '', { location: 'http://127.0.0.1:9/elsewhere' }),
  },
  { name: 'is redirected without an address', spoil: answering(302) },
  { name: 'is answered 204', spoil: answering(204) },
];

let stage: Stage;
let server: Server;
let host: string;
let asked: Step[];
let authorizations: (string | undefined)[];
let spoilt: { step: Step; spoil: (response: ServerResponse) => void } | undefined;

function stepOf(path: string, authorization: string | undefined): Step {
  if (path.startsWith('/token')) return 'token';
  if (path.includes('/blobs/')) return 'config';
  return authorization === 'Bearer t0ken' ? 'manifest' : 'challenge';
}

beforeEach(async () => {
  stage = await Stage.open({ secretSetDelay: 100, deploymentDelay: 100 });
  asked = [];
  authorizations = [];
  spoilt = undefined;
  server = createServer(({ url = '', headers: { authorization } }, response) => {
    const step = stepOf(url, authorization);
    asked.push(step);
    authorizations.push(authorization);
    if (spoilt?.step === step) {
      spoilt.spoil(response);
      return;
    }
    const realm = `Bearer realm="http://${host}/token",service="here",scope="repository:acme/voice:pull"`;
    const undisturbed = {
      challenge: answering(401, '', { 'www-authenticate': realm }),
      token: answering(200, '{"token":"t0ken"}'),
      manifest: answering(200, manifest),
      config: answering(200, config),
    } as const;
    undisturbed[step](response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await stage.close();
});

const password = 'hidden-registry-password';

async function release(more: Readonly<Record<string, string>> = {}) {
  const startedAt = stage.clock.trueTime();
  const outcome = await stage.release(
    {
      ...credentials['API key'],
      region: 'us-west',
      'agent-name': 'voice',
      image: `${host}/acme/voice:1`,
      'image-credentials': 'registry',
      registry: `http://${host}`,
      'registry-username': 'me',
      'registry-password': password,
      ...more,
    },
    { lookUpImage: undefined },
  );
  const firstWrite = stage.emulator.requests.find(({ method }) => method !== 'GET');
  return { ...outcome, writtenAfter: (firstWrite?.receivedAt ?? NaN) - startedAt };
}

test('a look-up without faults asks for challenge, token, manifest and config, each once', async () => {
  const { succeeded, actions } = await release();
  expect(actions.errors).toEqual([]);
  expect(succeeded).toBe(true);
  expect(asked).toEqual(steps);
});

describe.each(steps)('a release lands if the request for the %s', (step) => {
  test.each(faults.filter(({ except = [] }) => !except.includes(step)))(
    '$name',
    async ({ spoil }) => {
      spoilt = { step, spoil };
      const { succeeded, actions, writtenAfter } = await release();
      expect(actions.errors).toEqual([]);
      expect(succeeded).toBe(true);
      expect(stage.emulator.state.agent('voice')?.ready).toBe(true);
      expect(stage.emulator.state.agent('voice')?.image).toBe(`${host}/acme/voice:1`);
      expect(new Set(asked).size).toBe(asked.length);
      // Three seconds without a response, plus the reads of the platform.
      expect(writtenAfter).toBeLessThan(3500);
      expect(`${actions.log.join('\n')}\n${actions.summary}`).not.toContain(password);
    },
  );

  test('gets no response, and the summary says so', async () => {
    spoilt = { step, spoil: () => undefined };
    const { actions } = await release();
    expect(actions.summary).toContain('could not be reached');
  });
});

describe.each(steps)('a release that pins writes nothing if the request for the %s', (step) => {
  test.each(faults.slice(0, 4))('$name', async ({ spoil }) => {
    spoilt = { step, spoil };
    const { succeeded, actions } = await release({ 'pin-image': 'true' });
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain('cannot be pinned');
    expect(stage.emulator.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });
});

test('if the token service rejects the login, the release fails before any write', async () => {
  spoilt = { step: 'token', spoil: answering(401) };
  const { succeeded, actions } = await release();
  expect(succeeded).toBe(false);
  expect(actions.errors[0]?.message).toContain('rejected');
  expect(stage.emulator.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
});

test('only the token service gets the password', async () => {
  await release();
  const basic = `Basic ${Buffer.from(`me:${password}`).toString('base64')}`;
  expect(asked.filter((_, index) => authorizations[index] === basic)).toEqual(['token']);
});
