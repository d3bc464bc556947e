import { describe, expect, test } from '@jest/globals';
import { fetchThrough } from '../../src/github/fetch.js';
import { classifyStatus } from '../../src/http/status.js';
import { Transport, type Answer } from '../../src/http/transport.js';
import { StatusError, UploadError } from '../../src/pipecat/errors.js';
import { TestClock } from '../support/test-clock.js';

const inconclusive = [408, 425, 500, 501, 502, 503, 504, 507, 511, 520, 521, 522, 523, 524];
inconclusive.push(525, 526, 527, 530, 598, 599);
const refused = [400, 401, 402, 403, 404, 405, 409, 410, 411, 413, 415, 418, 422, 423, 424, 426];
refused.push(428, 431, 451, 499);

describe.each([
  ...inconclusive.map((status) => ({ status, meaning: 'inconclusive' })),
  ...refused.map((status) => ({ status, meaning: 'refused' })),
  { status: 429, meaning: 'rate-limited' },
])('$status is $meaning', ({ status, meaning }) => {
  test('in general', () => {
    expect(classifyStatus(status)).toBe(meaning);
  });

  test.each(['GET', 'PUT', 'POST', 'DELETE'] as const)(
    'for a %s request to the platform',
    (method) => {
      const error = new StatusError({ method, path: '/v1/agents' }, status);
      expect(error.isTransient).toBe(meaning !== 'refused');
      expect(error.mayBeCarriedOut).toBe(meaning === 'inconclusive');
    },
  );

  test('for an upload to the storage', () => {
    const error = new UploadError('https://storage.example', { status, code: 'SomeCode' });
    expect(error.isTransient).toBe(meaning !== 'refused');
  });

  test.each([
    { method: 'GET', path: '/repos/acme/voice/issues/7/comments', isRepeatable: true },
    { method: 'PATCH', path: '/repos/acme/voice/issues/comments/7', isRepeatable: true },
    { method: 'POST', path: '/repos/acme/voice/deployments/7/statuses', isRepeatable: true },
    // A retry would create a second deployment.
    { method: 'POST', path: '/repos/acme/voice/deployments', isRepeatable: false },
  ])('for a $method request to $path on GitHub', async ({ method, path, isRepeatable }) => {
    const answer: Answer = { status, headers: {}, text: '{}' };
    let sent = 0;
    const transport = new Transport('test');
    transport.send = () => {
      sent++;
      return Promise.resolve(answer);
    };
    const fetch = fetchThrough({
      transport,
      clock: new TestClock(),
      requestLimit: 1000,
      over: new AbortController().signal,
    });
    await fetch(`https://api.github.com${path}`, { method, headers: {} });
    expect(sent).toBe(meaning === 'inconclusive' && isRepeatable ? 2 : 1);
  });
});

test.each([
  { statuses: [200, 201, 202, 204, 299], meaning: 'success' },
  { statuses: [300, 302, 304, 307, 399], meaning: 'redirect' },
])('$statuses are a $meaning', ({ statuses, meaning }) => {
  for (const status of statuses) expect(classifyStatus(status)).toBe(meaning);
});
