import { afterEach, beforeEach, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { GitHubError } from '../../src/github/errors.js';
import { connectRepository } from '../../src/github/repository.js';
import { SecretValue } from '../../src/secrecy/secret-value.js';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jsonTexts, texts, tries } from '../support/properties.js';
import { TestClock } from '../support/test-clock.js';

let server: Server;
let reply: { status: number; headers: Record<string, string>; body: string };

beforeEach(async () => {
  server = createServer((_request, response) => {
    response.writeHead(reply.status, reply.headers).end(reply.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const hidden = 'hidden-value-of-an-answer';

const bodies = fc.oneof(
  jsonTexts,
  texts,
  fc.constantFrom(
    ...[
      `{"id": "${hidden}"}`,
      `{"message": {"a": "${hidden}"}}`,
      `[{"id": "${hidden}"}]`,
      '[null]',
    ],
    ...['{"id": null}', '[{"id": 1, "body": 1}]', '[{"id": 1, "user": {"login": 1}}]', '{"id": 1}'],
  ),
);

const replies = fc.record({
  status: fc.constantFrom(200, 201, 301, 401, 403, 404, 422, 429, 500, 503),
  headers: fc.record(
    {
      'content-type': fc.constantFrom(
        'application/json',
        'text/html',
        'application/json; charset=x',
      ),
      'retry-after': fc.constantFrom('1', 'x', '-1'),
      'x-ratelimit-remaining': fc.constantFrom('0', 'x'),
      location: fc.constantFrom('/', 'http://[', 'https://example.com/'),
      link: fc.constantFrom(
        '<x>; rel="next"',
        '<',
        'rel=next',
        '<http://127.0.0.1:1/>; rel="next"',
      ),
    },
    { requiredKeys: [] },
  ),
  body: bodies,
});

test('whatever GitHub answers, a request succeeds or fails with a GitHubError that does not quote the answer', async () => {
  await fc.assert(
    fc.asyncProperty(replies, async (given) => {
      reply = given;
      const repository = await connectRepository({
        token: new SecretValue('ghs_hidden-token'),
        apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        owner: 'acme',
        repository: 'voice',
        userAgent: 'test',
        clock: new TestClock(),
        redact: (text) => text,
      });
      const logUrl = 'https://github.com/acme/voice/actions/runs/1';
      const calls = await Promise.allSettled([
        repository.createDeployment({ ref: 'main', environment: 'production', description: 'd' }),
        repository.setDeploymentState(1, 'success', { logUrl }),
        repository.ownComments(7, '<!-- m -->'),
        repository.putComment(7, { id: 1, body: '' }, 'It serves.'),
        repository.commentBody(1),
        repository.deploymentsIn('production'),
        repository.deploymentState(1),
      ]);
      repository.close();
      for (const call of calls) {
        if (call.status === 'fulfilled') continue;
        const reason: unknown = call.reason;
        if (!(reason instanceof GitHubError)) throw reason;
        expect(reason.message).not.toContain('ghs_hidden-token');
        if (given.status < 300) expect(reason.message).not.toContain(hidden);
      }
    }),
    tries(25),
  );
});
