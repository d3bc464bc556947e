import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { GitHubError } from '../../src/github/errors.js';
import {
  connectRepository,
  type Repository,
  type RepositoryOptions,
} from '../../src/github/repository.js';
import { redactor } from '../../src/secrecy/redactor.js';
import { SecretValue } from '../../src/secrecy/secret-value.js';
import { GitHubServer, tokens, type Spoiled } from '../support/github-server.js';
import { TestClock } from '../support/test-clock.js';

let server: GitHubServer;
let clock: TestClock;
let repository: Repository;

const connected = (options: Partial<RepositoryOptions> = {}): Promise<Repository> =>
  connectRepository({
    token: new SecretValue(tokens.job),
    apiUrl: server.apiUrl,
    owner: 'acme',
    repository: 'voice',
    userAgent: 'pipecat-cloud-release/1.2.3',
    clock,
    redact: redactor([new SecretValue(tokens.job)]),
    ...options,
  });

beforeEach(async () => {
  server = await GitHubServer.start();
  clock = new TestClock();
  repository = await connected();
});

afterEach(async () => {
  repository.close();
  await server.close();
});

const deployment = { ref: 'main', environment: 'production', description: 'voice-agent' };
const marker = '<!-- voice-agent -->';
const logUrl = 'https://github.com/acme/voice/actions/runs/1';

/** Creates or updates one comment with the marker, as a plan does. */
async function keepComment(
  to: Repository,
  body: string,
): Promise<'created' | 'updated' | 'unchanged'> {
  const [existing] = await to.ownComments(7, marker);
  return to.putComment(7, existing, `${marker}\n${body}`);
}

/** Requests of each kind, by what they do. */
const calls = {
  'creating a deployment': (to: Repository) => to.createDeployment(deployment),
  'setting the state of a deployment': (to: Repository) =>
    to.setDeploymentState(1, 'success', { logUrl }),
  'keeping a comment': (to: Repository) => keepComment(to, 'It serves.'),
};

const answering = (status: number, body: unknown): Spoiled => ({
  kind: 'answer',
  status,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json; charset=utf-8' },
});

const asked = (): string[] => server.requests.map(({ method, path }) => `${method} ${path}`);

async function failure(promise: Promise<unknown>): Promise<GitHubError> {
  const error: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(error instanceof GitHubError)) throw new Error('It should have failed', { cause: error });
  return error;
}

describe('a GitHub deployment', () => {
  test('is created with the given fields, whatever the status checks of its commit say', async () => {
    const id = await repository.createDeployment({ ...deployment, payload: { region: 'us-west' } });
    expect(server.deployments).toEqual([
      { ...deployment, id, payload: { region: 'us-west' }, statuses: [] },
    ]);
    expect(server.requests).toMatchObject([
      {
        method: 'POST',
        path: '/repos/acme/voice/deployments',
        headers: {
          authorization: `token ${tokens.job}`,
          'user-agent': expect.stringContaining('pipecat-cloud-release/1.2.3'),
        },
      },
    ]);
    // Fields that GitHub should set are not sent.
    expect(Object.keys(server.requests[0]?.body as object).sort()).toEqual([
      'auto_merge',
      'description',
      'environment',
      'payload',
      'ref',
      'required_contexts',
    ]);
  });

  test('gets several states one after the other', async () => {
    const id = await repository.createDeployment(deployment);
    await repository.setDeploymentState(id, 'in_progress', { logUrl });
    await repository.setDeploymentState(id, 'failure', { logUrl, description: 'It crashed.' });
    expect(server.deployments[0]?.statuses).toEqual([
      { state: 'in_progress', log_url: logUrl, auto_inactive: false },
      { state: 'failure', log_url: logUrl, description: 'It crashed.', auto_inactive: false },
    ]);
  });

  test("has descriptions that are shortened to GitHub's limit", async () => {
    const id = await repository.createDeployment({ ...deployment, description: '🎙'.repeat(141) });
    await repository.setDeploymentState(id, 'error', { logUrl, description: 'x'.repeat(140) });
    const [created] = server.deployments;
    expect(created?.description).toBe(`${'🎙'.repeat(139)}…`);
    expect(created?.statuses[0]?.description).toBe('x'.repeat(140));
  });
});

describe('a comment', () => {
  const bodies = (): string[] => server.comments.map(({ body }) => body);

  test('is created, updated, and not sent again if its text is the same', async () => {
    await expect(keepComment(repository, 'It begins.')).resolves.toBe('created');
    await expect(keepComment(repository, 'It serves.')).resolves.toBe('updated');
    await expect(keepComment(repository, 'It serves.')).resolves.toBe('unchanged');
    expect(bodies()).toEqual([`${marker}\nIt serves.`]);
  });

  test('counts as unchanged if GitHub stored other line endings', async () => {
    server.addComment(7, `${marker}\r\nIt\r\nserves.`);
    await expect(keepComment(repository, 'It\nserves.\n')).resolves.toBe('unchanged');
  });

  test('is found after many others', async () => {
    for (let count = 0; count < 250; count++) server.addComment(7, 'Looks good.');
    const { id } = server.addComment(7, `${marker}\nIt begins.`);
    await expect(keepComment(repository, 'It serves.')).resolves.toBe('updated');
    expect(server.comments.find((comment) => comment.id === id)?.body).toBe(
      `${marker}\nIt serves.`,
    );
    expect(server.requests.map(({ method, query }) => [method, query['page']])).toEqual([
      ['GET', '1'],
      ['GET', '2'],
      ['GET', '3'],
      ['PATCH', undefined],
    ]);
  });

  test.each([
    { name: 'that has another marker', body: '<!-- other-agent -->\nIt serves.' },
    { name: 'that quotes the marker', body: `> ${marker}\n> It serves.\n\nDoes it?` },
    { name: 'that is empty', body: '' },
  ])('$name is not used', async ({ body }) => {
    server.addComment(7, body);
    await expect(keepComment(repository, 'It serves.')).resolves.toBe('created');
    expect(bodies()[0]).toBe(body);
  });

  test.each([
    {
      name: "a job's token does not update the comment of a person",
      token: tokens.job,
      author: { login: 'mallory', type: 'User' },
      outcome: 'created',
    },
    {
      name: "a person's token does not update the comment of another person",
      token: tokens.person,
      author: { login: 'mallory', type: 'User' },
      outcome: 'created',
    },
    {
      name: "a person's token updates the comment of that person",
      token: tokens.person,
      author: { login: 'alice', type: 'User' },
      outcome: 'updated',
    },
  ] as const)('with a marker: $name', async ({ token, author, outcome }) => {
    server.addComment(7, `${marker}\nIt begins.`, author);
    repository.close();
    repository = await connected({ token: new SecretValue(token) });
    await expect(keepComment(repository, 'It serves.')).resolves.toBe(outcome);
  });

  test("is shortened to GitHub's limit", async () => {
    await keepComment(repository, 'x'.repeat(65_536));
    expect(bodies()[0]).toHaveLength(65_536);
    expect(bodies()[0]).toMatch(/^<!-- voice-agent -->\nx+…$/);
  });
});

describe('an error because of a missing permission names the permission', () => {
  test.each([
    {
      call: 'creating a deployment' as const,
      permission: 'deployments: write',
      where: 'POST /repos/acme/voice/deployments',
    },
    {
      call: 'setting the state of a deployment' as const,
      permission: 'deployments: write',
      where: 'POST /repos/acme/voice/deployments/1/statuses',
    },
    {
      call: 'keeping a comment' as const,
      permission: 'pull-requests: write',
      where: 'POST /repos/acme/voice/issues/7/comments',
    },
  ])('for $call', async ({ call, permission, where }) => {
    server.permissions.delete(permission);
    const error = await failure(calls[call](repository));
    expect(error).toMatchObject({ status: 403, lacksPermission: true, call: { permission } });
    expect(error.reason).toBe('the response was 403: `Resource not accessible by integration`');
    expect(error.message).toBe(`${where}: ${error.reason}`);
    expect(asked().at(-1)).toBe(where);
  });

  test('even if GitHub hides what the token cannot see', async () => {
    repository.close();
    repository = await connected({ repository: 'hidden' });
    const error = await failure(repository.createDeployment(deployment));
    expect(error).toMatchObject({ status: 404, lacksPermission: true });
    expect(error.reason).toBe('the response was 404: `Not Found`');
  });
});

describe('an error for another reason does not name a permission', () => {
  test.each([
    { status: 401, message: 'Bad credentials' },
    { status: 403, message: 'API rate limit exceeded for installation ID 1.' },
    { status: 403, message: 'Repository was archived so is read-only.' },
    { status: 409, message: 'Conflict' },
    { status: 429, message: 'You have exceeded a secondary rate limit.' },
  ])('for $status $message', async ({ status, message }) => {
    server.spoiled.push(answering(status, { message }));
    const error = await failure(repository.createDeployment(deployment));
    expect(error).toMatchObject({ status, lacksPermission: false });
    expect(error.reason).toBe(`the response was ${status}: \`${message}\``);
    expect(server.requests).toHaveLength(1);
  });

  test('for a ref that does not exist', async () => {
    const error = await failure(repository.createDeployment({ ...deployment, ref: 'gone' }));
    expect(error).toMatchObject({ status: 422, lacksPermission: false });
    expect(error.reason).toBe('the response was 422: `No ref found for: gone`');
  });

  test('but names the invalid fields', async () => {
    server.spoiled.push(
      answering(422, {
        message: 'Validation Failed',
        errors: [
          { resource: 'DeploymentStatus', field: 'log_url', code: 'invalid' },
          { message: 'description is too long' },
          'and `more`',
        ],
      }),
    );
    const error = await failure(repository.createDeployment(deployment));
    expect(error.reason).toBe(
      "the response was 422: `Validation Failed: log_url invalid, description is too long, and 'more'`",
    );
  });

  test.each([
    { name: 'in plain text', headers: {} },
    { name: 'in HTML', headers: { 'content-type': 'text/html' } },
    { name: 'of an unknown type', headers: { 'content-type': 'application/octet-stream' } },
  ])("for a gateway's page $name", async ({ headers }) => {
    server.spoiled.push({ kind: 'answer', status: 404, body: '<html>hidden-page', headers });
    const error = await failure(repository.createDeployment(deployment));
    expect(error).toMatchObject({ status: 404, lacksPermission: false });
    expect(error.reason).toBe('the response was 404');
  });
});

const passing: { name: string; spoiled: Spoiled; reason: string }[] = [
  ...[500, 502, 503, 504].map((status) => ({
    name: String(status),
    spoiled: { kind: 'answer', status } as const,
    reason: `the response was ${status}`,
  })),
  {
    name: 'a reset connection',
    spoiled: { kind: 'reset' },
    reason: 'the connection failed (ECONNRESET)',
  },
  {
    name: 'a response that is cut off',
    spoiled: { kind: 'cut-off' },
    reason: 'the response was cut off',
  },
];

describe.each(passing)('after $name, a request to GitHub', ({ spoiled, reason }) => {
  test.each([
    { name: 'list comments', call: 'keeping a comment' as const },
    { name: 'set a state', call: 'setting the state of a deployment' as const },
  ])('is retried once to $name, after a moment', async ({ call }) => {
    server.deployments.push({ ...deployment, id: 1, payload: {}, statuses: [] });
    server.spoiled.push(spoiled);
    const startedAt = clock.now();
    await calls[call](repository);
    const [first, second] = asked();
    expect(second).toBe(first);
    expect(clock.now() - startedAt).toBe(1000);
  });

  test('is retried only once', async () => {
    server.spoiled.push(spoiled, spoiled);
    const error = await failure(repository.setDeploymentState(1, 'success', { logUrl }));
    expect(error.reason).toBe(reason);
    expect(server.requests).toHaveLength(2);
  });

  test('is not retried if that would create a second deployment', async () => {
    server.spoiled.push(spoiled);
    const error = await failure(repository.createDeployment(deployment));
    expect(error.reason).toBe(reason);
    expect(server.requests).toHaveLength(1);
  });
});

test('an update of a comment is retried once', async () => {
  server.addComment(7, `${marker}\nIt begins.`);
  const update = keepComment(repository, 'It serves.');
  while (server.requests.length === 0) await new Promise(setImmediate);
  server.spoiled.push({ kind: 'answer', status: 502 });
  await expect(update).resolves.toBe('updated');
  expect(asked().slice(1)).toEqual([
    expect.stringMatching(/^PATCH/),
    expect.stringMatching(/^PATCH/),
  ]);
});

describe('a request that exceeded a rate limit', () => {
  const limited = (status: number, headers: Record<string, string>): Spoiled => ({
    kind: 'answer',
    status,
    body: JSON.stringify({ message: 'You have exceeded a secondary rate limit.' }),
    headers: {
      'content-type': 'application/json',
      date: new Date(clock.wallTime()).toUTCString(),
      ...headers,
    },
  });
  const resetIn = (seconds: number): string => String(clock.wallTime() / 1000 + seconds);

  test.each([
    {
      name: '429 with `retry-after`',
      status: 429,
      headers: () => ({ 'retry-after': '3' }),
      wait: 3000,
    },
    {
      name: '403 with `retry-after`',
      status: 403,
      headers: () => ({ 'retry-after': '3' }),
      wait: 3000,
    },
    {
      name: '403 with `x-ratelimit-reset`',
      status: 403,
      headers: () => ({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': resetIn(4) }),
      wait: 4000,
    },
    {
      name: '429 with `x-ratelimit-reset` alone',
      status: 429,
      headers: () => ({ 'x-ratelimit-reset': resetIn(4) }),
      wait: 4000,
    },
    {
      name: 'a machine clock that is an hour late',
      status: 429,
      headers: () => ({ 'x-ratelimit-reset': resetIn(4) }),
      wait: 4000,
      jump: -3_600_000,
    },
    {
      name: 'a wait of zero seconds',
      status: 429,
      headers: () => ({ 'retry-after': '0' }),
      wait: 1000,
    },
  ])('is retried after the requested wait: $name', async (limit) => {
    server.spoiled.push(limited(limit.status, limit.headers()));
    clock.jump(limit.jump ?? 0);
    const startedAt = clock.now();
    await repository.createDeployment(deployment);
    expect(clock.now() - startedAt).toBe(limit.wait);
    expect(server.requests).toHaveLength(2);
    expect(server.deployments).toHaveLength(1);
  });

  test.each([
    { name: 'is longer than the limit of a request', headers: { 'retry-after': '10' } },
    { name: 'is a minute', headers: { 'retry-after': '60' } },
    {
      name: 'ends with a reset in an hour',
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '99999999999' },
    },
    {
      name: 'is unnecessary because requests remain',
      headers: { 'x-ratelimit-remaining': '17', 'x-ratelimit-reset': '1767225601' },
    },
    { name: 'cannot be parsed', headers: { 'retry-after': 'soon', 'x-ratelimit-reset': 'later' } },
  ])('is not retried if the wait $name', async ({ headers }) => {
    server.spoiled.push(limited(403, headers));
    const startedAt = clock.now();
    expect((await failure(repository.createDeployment(deployment))).status).toBe(403);
    expect(clock.now()).toBe(startedAt);
    expect(server.requests).toHaveLength(1);
  });

  test('fails after 10 s in all', async () => {
    for (let count = 0; count < 20; count++)
      server.spoiled.push(limited(429, { 'retry-after': '4' }));
    const startedAt = clock.now();
    expect((await failure(repository.createDeployment(deployment))).status).toBe(429);
    expect(clock.now() - startedAt).toBe(8000);
    expect(server.requests).toHaveLength(3);
  });

  test('has only the rest of the 10 s for its retry', async () => {
    server.spoiled.push(limited(429, { 'retry-after': '4' }), { kind: 'hang' });
    const startedAt = clock.now();
    await failure(repository.createDeployment(deployment));
    expect(clock.now() - startedAt).toBe(10_000);
  });
});

describe('a request to GitHub does not delay a release for long:', () => {
  test('it fails after its limit, and is not retried', async () => {
    server.spoiled.push({ kind: 'hang' });
    const startedAt = clock.now();
    const error = await failure(repository.setDeploymentState(1, 'success', { logUrl }));
    expect(error.reason).toBe('no answer came within 10 s');
    expect(error.status).toBeUndefined();
    expect(clock.now() - startedAt).toBe(10_000);
    expect(server.requests).toHaveLength(1);
  });

  test('its limit can be set', async () => {
    repository.close();
    repository = await connected({ requestLimit: 2500 });
    server.spoiled.push({ kind: 'hang' });
    const error = await failure(repository.createDeployment(deployment));
    expect(error.reason).toBe('no answer came within 2.5 s');
  });

  test('it ends when the release no longer waits for it', async () => {
    const over = new AbortController();
    repository.close();
    repository = await connected({ signal: over.signal });
    server.spoiled.push({ kind: 'hang' });
    const call = failure(repository.createDeployment(deployment));
    while (server.requests.length === 0) await new Promise(setImmediate);
    over.abort();
    const reason = 'the request was cancelled before a response came';
    expect((await call).reason).toBe(reason);
    // Nothing more is sent from then on.
    expect((await failure(repository.createDeployment(deployment))).reason).toBe(reason);
    expect(server.requests).toHaveLength(1);
  });

  test('it is not retried when the release no longer waits for it', async () => {
    const over = new AbortController();
    repository.close();
    repository = await connected({ signal: over.signal });
    server.spoiled.push({ kind: 'answer', status: 503 });
    clock.sleep = (_milliseconds, signal) => {
      over.abort();
      return Promise.reject(new Error(`aborted: ${signal?.aborted === true ? 'yes' : 'no'}`));
    };
    const error = await failure(repository.setDeploymentState(1, 'success', { logUrl }));
    expect(error.reason).toBe('the request was cancelled before a response came');
    expect(server.requests).toHaveLength(1);
  });
});

describe('a response that cannot be parsed fails the request if it', () => {
  test.each([
    {
      name: 'is not JSON',
      body: '<html>hidden-page</html>',
      reason: 'the response is not JSON',
    },
    {
      name: 'is other JSON',
      body: '{"surprise": "hidden-surprise"}',
      reason: 'the response is JSON, but has an unexpected shape',
    },
    { name: 'is empty', body: '', reason: 'the response is not JSON' },
  ])('$name', async ({ body, reason }) => {
    const headers = { 'content-type': 'application/json' };
    server.spoiled.push({ kind: 'answer', status: 200, body, headers });
    const error = await failure(repository.createDeployment(deployment));
    expect(error).toMatchObject({ reason, status: 200, lacksPermission: false });
  });
});

describe('a redirect of a request to GitHub', () => {
  const redirect = (status: number, location?: string): Spoiled => ({
    kind: 'answer',
    status,
    headers: location === undefined ? {} : { location },
  });

  test.each([
    { name: 'a read with any status', status: 301, call: 'keeping a comment' as const },
    {
      name: 'a write with a status that keeps the method',
      status: 307,
      call: 'creating a deployment' as const,
    },
  ])('within the server is followed by $name', async ({ status, call }) => {
    server.spoiled.push(redirect(status, '/api/v3/repos/acme/elsewhere/moved'));
    expect((await failure(calls[call](repository))).status).toBe(404);
    const [before, after] = server.requests;
    expect(after).toMatchObject({
      method: before?.method,
      path: '/repos/acme/elsewhere/moved',
      headers: { authorization: `token ${tokens.job}` },
    });
    expect(after?.body).toEqual(before?.body);
  });

  test('is not followed if it turns a write into a read', async () => {
    server.spoiled.push(redirect(302, '/api/v3/elsewhere'));
    expect((await failure(repository.createDeployment(deployment))).reason).toMatch(
      /^the response was a redirect \(302\) to http:\/\/127\.0\.0\.1:\d+$/,
    );
    expect(server.requests).toHaveLength(1);
  });

  test('is not followed to another host, which would receive the token', async () => {
    const other = await GitHubServer.start();
    try {
      server.spoiled.push(redirect(307, `${other.apiUrl}/hidden-path?token=hidden`));
      const error = await failure(repository.createDeployment(deployment));
      expect(error.reason).toBe(
        `the response was a redirect (307) to ${new URL(other.apiUrl).origin}`,
      );
      expect(error.status).toBe(307);
      expect(other.requests).toEqual([]);
    } finally {
      await other.close();
    }
  });

  test('is not followed without a location', async () => {
    server.spoiled.push(redirect(301));
    const error = await failure(keepComment(repository, 'It serves.'));
    expect(error.reason).toBe('the response was a redirect (301) to no address');
  });

  test('is not followed to an invalid address', async () => {
    server.spoiled.push(redirect(301, 'http://['));
    const error = await failure(keepComment(repository, 'It serves.'));
    expect(error.reason).toBe('the response was a redirect (301) to no address');
  });

  test('is not followed endlessly', async () => {
    for (let count = 0; count < 10; count++) server.spoiled.push(redirect(307, server.apiUrl));
    const error = await failure(repository.createDeployment(deployment));
    expect(error.reason).toContain('the response was a redirect (307)');
    expect(server.requests).toHaveLength(4);
  });
});

test.each([
  {
    name: 'a rejection',
    spoil: () => {
      server.permissions.clear();
    },
  },
  {
    name: 'a rejection that repeats the token',
    spoil: () => server.spoiled.push(answering(422, { message: `Who is ${tokens.job}?` })),
  },
  { name: 'a connection that is reset', spoil: () => server.spoiled.push({ kind: 'reset' }) },
  { name: 'no answer', spoil: () => server.spoiled.push({ kind: 'hang' }) },
])('no error contains the token: $name', async ({ spoil }) => {
  spoil();
  const error = await failure(repository.createDeployment(deployment));
  const shown = inspect(error, { depth: Infinity, showHidden: true });
  expect(shown).toContain(error.reason);
  expect(shown).not.toContain('hidden');
});

test('an error names the code if the server refuses connections', async () => {
  await server.close();
  const error = await failure(repository.createDeployment(deployment));
  expect(error.reason).toBe('the connection failed (ECONNREFUSED)');
});

test('an unexpected error is reported like any other, so that it does not stop a release', async () => {
  clock.after = () => {
    throw new Error('broken clock');
  };
  const error = await failure(repository.createDeployment(deployment));
  expect(error.reason).toBe('of a bug in the action');
  expect(error.cause).toEqual(new Error('broken clock'));
});

test('the URL of the API may end with a slash', async () => {
  repository.close();
  repository = await connected({ apiUrl: `${server.apiUrl}/` });
  await repository.createDeployment(deployment);
  expect(asked()).toEqual(['POST /repos/acme/voice/deployments']);
});

test('requests to GitHub use the proxy from the environment', async () => {
  const tunnels: (string | undefined)[] = [];
  const proxy = createServer().on('connect', (request, socket: Socket) => {
    tunnels.push(request.url);
    const upstream = connect(Number(new URL(server.apiUrl).port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(upstream).pipe(socket);
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const before = process.env['http_proxy'];
  process.env['http_proxy'] = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  try {
    repository.close();
    // A host name that does not count as a loopback address, which would bypass the proxy.
    repository = await connected({ apiUrl: 'http://github.localhost:8080/api/v3' });
    await repository.createDeployment(deployment);
    expect(server.deployments).toHaveLength(1);
    expect(tunnels).toEqual(['github.localhost:8080']);
  } finally {
    if (before === undefined) delete process.env['http_proxy'];
    else process.env['http_proxy'] = before;
    proxy.close();
  }
});
