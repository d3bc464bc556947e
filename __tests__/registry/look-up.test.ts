import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { RegistryLogin } from '../../src/registry/docker-login.js';
import { lookUpImage, type LookUpOptions } from '../../src/registry/look-up.js';
import { parseImageReference } from '../../src/registry/reference.js';
import { SecretValue } from '../../src/secrecy/secret-value.js';
import { systemClock } from '../../src/time/clock.js';

const index = JSON.stringify({
  mediaType: 'application/vnd.oci.image.index.v1+json',
  manifests: [
    { platform: { os: 'linux', architecture: 'arm64' } },
    { platform: { os: 'linux', architecture: 'amd64' } },
  ],
});
const config = JSON.stringify({ os: 'linux', architecture: 'amd64' });
const digestOf = (text: string): string =>
  `sha256:${createHash('sha256').update(text).digest('hex')}`;
const single = JSON.stringify({
  config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(config) },
});
const manifestPath = '/v2/acme/voice/manifests/1';
const blobPath = `/v2/acme/voice/blobs/${digestOf(config)}`;

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

const answers =
  (status: number, body = '', headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, headers);
    response.end(body);
  };

const errorBody = (code: string): string => JSON.stringify({ errors: [{ code }] });

let server: Server;
let host: string;
let routes: Record<string, Answer>;
let requests: { line: string; authorization: string | undefined; body: string }[];

beforeEach(async () => {
  routes = {};
  requests = [];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      requests.push({ line: `${method} ${url}`, authorization: headers.authorization, body });
      const [path = ''] = url.split('?');
      (routes[`${method} ${path}`] ?? routes[path] ?? answers(404))(response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const login = (more: Partial<RegistryLogin> = {}): RegistryLogin => ({
  origin: 'inputs',
  username: 'me',
  secret: new SecretValue('s3cret'),
  isIdentityToken: false,
  ...more,
});
const basic = `Basic ${Buffer.from('me:s3cret').toString('base64')}`;

const lookUp = (more: Partial<LookUpOptions> = {}, image = `${host}/acme/voice:1`) =>
  lookUpImage(parseImageReference(image), {
    login: undefined,
    wantsPlatforms: true,
    clock: systemClock,
    userAgent: 'test',
    signal: new AbortController().signal,
    ...more,
  });

const withToken = (then: Answer): Answer => {
  return (response, request) => {
    if (request.headers.authorization === 'Bearer t0ken') then(response, request);
    else {
      answers(401, '', {
        'www-authenticate': `Bearer realm="http://${host}/token",service="here",scope="repository:acme/voice:pull"`,
      })(response, request);
    }
  };
};

describe('an image is found', () => {
  const platforms = ['linux/arm64', 'linux/amd64'];

  test('with the platforms in its index and the digest of its bytes', async () => {
    routes[manifestPath] = answers(200, index);
    expect(await lookUp()).toEqual({
      outcome: 'found',
      digest: digestOf(index),
      platforms,
      platformsUnknown: undefined,
    });
    expect(requests).toHaveLength(1);
  });

  test('with the digest that the registry names', async () => {
    const named = `sha256:${'c'.repeat(64)}`;
    routes[manifestPath] = answers(200, index, { 'docker-content-digest': named });
    expect(await lookUp()).toMatchObject({ digest: named });
  });

  test('with the platform of the config of a single image', async () => {
    routes[manifestPath] = answers(200, single);
    routes[blobPath] = answers(200, config);
    expect(await lookUp()).toMatchObject({ outcome: 'found', platforms: ['linux/amd64'] });
  });

  test('by its digest, which takes precedence over a tag', async () => {
    const digest = digestOf(index);
    routes[`/v2/acme/voice/manifests/${digest}`] = answers(200, index);
    expect(await lookUp({}, `${host}/acme/voice:1@${digest}`)).toMatchObject({ digest, platforms });
  });

  test('with only a HEAD request if only the digest is needed', async () => {
    const named = digestOf(index);
    routes[`HEAD ${manifestPath}`] = answers(200, '', { 'docker-content-digest': named });
    expect(await lookUp({ wantsPlatforms: false })).toMatchObject({
      outcome: 'found',
      digest: named,
    });
    expect(requests.map(({ line }) => line)).toEqual([`HEAD ${manifestPath}`]);
  });

  test('with a GET request if the response to HEAD has no digest', async () => {
    routes[manifestPath] = answers(200, index);
    expect(await lookUp({ wantsPlatforms: false })).toMatchObject({ digest: digestOf(index) });
  });

  test('without platforms if its config names none', async () => {
    routes[manifestPath] = answers(200, single);
    routes[blobPath] = answers(200, '{}');
    expect(await lookUp()).toMatchObject({
      outcome: 'found',
      platforms: undefined,
      platformsUnknown: 'no-architecture',
    });
  });
});

describe('a registry that asks for a token gets it', () => {
  test('anonymously', async () => {
    routes[manifestPath] = withToken(answers(200, index));
    routes['/token'] = answers(200, JSON.stringify({ token: 't0ken' }));
    expect(await lookUp()).toMatchObject({ outcome: 'found' });
    expect(requests).toMatchObject([
      { line: `GET ${manifestPath}`, authorization: undefined },
      {
        line: 'GET /token?service=here&scope=repository%3Aacme%2Fvoice%3Apull',
        authorization: undefined,
      },
      { line: `GET ${manifestPath}`, authorization: 'Bearer t0ken' },
    ]);
  });

  test('for the login, also under the name `access_token`', async () => {
    routes[manifestPath] = withToken(answers(200, index));
    routes['/token'] = answers(200, JSON.stringify({ access_token: 't0ken' }));
    expect(await lookUp({ login: login() })).toMatchObject({ outcome: 'found' });
    expect(requests[1]).toMatchObject({ authorization: basic });
  });

  test('for an identity token, which is exchanged', async () => {
    routes[manifestPath] = withToken(answers(200, index));
    routes['POST /token'] = answers(200, JSON.stringify({ access_token: 't0ken' }));
    expect(await lookUp({ login: login({ isIdentityToken: true }) })).toMatchObject({
      outcome: 'found',
    });
    const [, exchange] = requests;
    expect(exchange?.authorization).toBeUndefined();
    expect(Object.fromEntries(new URLSearchParams(exchange?.body))).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 's3cret',
      client_id: 'test',
      scope: 'repository:acme/voice:pull',
      service: 'here',
    });
  });

  test('once, and uses it for the config, too', async () => {
    routes[manifestPath] = withToken(answers(200, single));
    routes[blobPath] = withToken(answers(200, config));
    routes['/token'] = answers(200, JSON.stringify({ token: 't0ken' }));
    expect(await lookUp()).toMatchObject({ platforms: ['linux/amd64'] });
    expect(requests).toHaveLength(4);
  });
});

test('a registry that asks for a password gets it', async () => {
  routes[manifestPath] = (response, request) => {
    const isAccepted = request.headers.authorization === basic;
    answers(isAccepted ? 200 : 401, isAccepted ? index : '', {
      'www-authenticate': 'Basic realm="Registry"',
    })(response, request);
  };
  expect(await lookUp({ login: login() })).toMatchObject({ outcome: 'found' });
  expect(requests).toHaveLength(2);
});

describe('the look-up is certain', () => {
  test.each([undefined, 'inputs', 'docker'] as const)(
    'that the tag does not exist, with a login from %s',
    async (origin) => {
      routes[manifestPath] = answers(404, errorBody('MANIFEST_UNKNOWN'));
      expect(await lookUp({ login: origin && login({ origin }) })).toEqual({
        outcome: 'missing',
        login: origin,
      });
    },
  );

  test('that the registry rejects the login of this step', async () => {
    routes[manifestPath] = answers(401, '', { 'www-authenticate': 'Basic realm="Registry"' });
    expect(await lookUp({ login: login() })).toEqual({ outcome: 'login-refused', status: 401 });
  });

  test.each([400, 401])('that the token service rejects it with %i', async (status) => {
    routes[manifestPath] = withToken(answers(200, index));
    routes['/token'] = answers(status);
    expect(await lookUp({ login: login() })).toEqual({ outcome: 'login-refused', status: 401 });
  });
});

describe('the look-up is inconclusive', () => {
  test.each([
    ['a 401 without a login', 401, '', 'login-needed'],
    ['a 403', 403, errorBody('DENIED'), 'forbidden'],
    ['a 429', 429, errorBody('TOOMANYREQUESTS'), 'rate-limited'],
    ['NAME_UNKNOWN', 404, errorBody('NAME_UNKNOWN'), 'repository-unknown'],
    ['a 404 of something else', 404, '<html>', 'not-found'],
    ['a 404 with another error', 404, '{"errors":[{"code":1}]}', 'not-found'],
    ['a 500', 500, '', 'unexpected-answer'],
    ['a redirect', 302, '', 'unexpected-answer'],
    ['a 204', 204, '', 'unexpected-answer'],
  ])('after %s', async (_name, status, body, because) => {
    routes[manifestPath] = answers(status, body);
    expect(await lookUp()).toMatchObject({
      outcome: 'unknown',
      because,
      detail: String(status),
    });
    expect(requests).toHaveLength(1);
  });

  test('if the registry rejects the login of `docker login`', async () => {
    routes[manifestPath] = answers(401, '', { 'www-authenticate': 'Basic realm="Registry"' });
    expect(await lookUp({ login: login({ origin: 'docker' }) })).toMatchObject({
      outcome: 'unknown',
      because: 'docker-login-refused',
    });
  });

  test.each(['{}', '{"token":""}', '{"token":"two words"}', '{"token":1}', '<html>'])(
    'if the token service answers %s',
    async (text) => {
      routes[manifestPath] = withToken(answers(200, index));
      routes['/token'] = answers(200, text);
      expect(await lookUp()).toMatchObject({ outcome: 'unknown', because: 'unexpected-answer' });
    },
  );

  test('if nobody listens, after one request', async () => {
    await new Promise((resolve) => server.close(resolve));
    expect(await lookUp()).toEqual({
      outcome: 'unknown',
      because: 'unreachable',
      detail: 'ECONNREFUSED',
    });
  });

  test('if the connection is reset', async () => {
    routes[manifestPath] = (response) => {
      response.socket?.resetAndDestroy();
    };
    expect(await lookUp()).toMatchObject({ because: 'unreachable', detail: 'ECONNRESET' });
    expect(requests).toHaveLength(1);
  });

  test.each([
    ['no answer comes', 3000],
    ['all answers together take too long', 10_000],
  ])('after %s', async (_name, limit) => {
    const waiting = new Map<number, () => void>();
    routes[manifestPath] = () => {
      waiting.get(limit)?.();
    };
    const clock = {
      ...systemClock,
      after: (milliseconds: number, callback: () => void) => {
        waiting.set(milliseconds, callback);
        return () => undefined;
      },
    };
    expect(await lookUp({ clock })).toEqual({
      outcome: 'unknown',
      because: 'unreachable',
      detail: undefined,
    });
  });

  test('if the run is cancelled', async () => {
    const cancelled = new AbortController();
    routes[manifestPath] = () => {
      cancelled.abort();
    };
    expect(await lookUp({ signal: cancelled.signal })).toMatchObject({ because: 'unreachable' });
  });
});

describe('only the registry and its token service get the login', () => {
  test('a redirect of a manifest is not followed', async () => {
    routes[manifestPath] = answers(307, '', { location: `http://${host}/elsewhere` });
    expect(await lookUp({ login: login() })).toMatchObject({ outcome: 'unknown' });
    expect(requests).toHaveLength(1);
  });

  test('a redirect of a config is followed once, without the login', async () => {
    routes[manifestPath] = withToken(answers(200, single));
    routes['/token'] = answers(200, JSON.stringify({ token: 't0ken' }));
    routes[blobPath] = withToken(answers(307, '', { location: `http://${host}/stored` }));
    routes['/stored'] = answers(200, config);
    expect(await lookUp({ login: login() })).toMatchObject({ platforms: ['linux/amd64'] });
    expect(requests.at(-1)).toMatchObject({ line: 'GET /stored', authorization: undefined });
  });

  test('a second redirect of a config is not followed', async () => {
    routes[manifestPath] = answers(200, single);
    routes[blobPath] = answers(307, '', { location: '/stored' });
    routes['/stored'] = answers(307, '', { location: '/again' });
    expect(await lookUp()).toMatchObject({ platformsUnknown: 'no-architecture' });
    expect(requests.map(({ line }) => line)).not.toContain('GET /again');
  });

  test.each(['http://token.example/t', 'http://me@127.0.0.1/t', 'ftp://127.0.0.1/t', 'http://['])(
    'a token service at %s gets no request',
    async (realm) => {
      routes[manifestPath] = answers(401, '', { 'www-authenticate': `Bearer realm="${realm}"` });
      expect(await lookUp({ login: login() })).toMatchObject({
        outcome: 'unknown',
        because: 'unexpected-answer',
      });
      expect(requests).toHaveLength(1);
    },
  );
});
