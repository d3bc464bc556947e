import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { checkoutForEachTest } from '../support/checkout.js';
import { GitHubServer, tokens } from '../support/github-server.js';
import { credentials, stageForEachTest } from '../support/release-run.js';

/** Support asks for the ID of the failed request, whoever assigned it. */

const stage = stageForEachTest();
const checkout = checkoutForEachTest();

const agent = { ...credentials['API key'], region: 'us-west', 'agent-name': 'voice' };

describe('the error and the summary contain the request ID of the storage', () => {
  const error = (inner: string): string =>
    `<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>No</Message>${inner}</Error>`;

  test.each([
    { from: 'its header', headers: { 'x-amz-request-id': 'AMZ-1' }, inner: '', id: 'AMZ-1' },
    { from: 'its XML', headers: {}, inner: '<RequestId>XML-2</RequestId>', id: 'XML-2' },
    {
      from: 'its header, if the XML has another one',
      headers: { 'x-amz-request-id': 'AMZ-1' },
      inner: '<RequestId>XML-2</RequestId>',
      id: 'AMZ-1',
    },
  ])('from $from', async ({ headers, inner, id }) => {
    stage.emulator.script.fault(
      { method: 'POST', path: /^\/storage\// },
      // The emulator gives every answer an ID; the storage sends none under that name.
      {
        kind: 'status',
        status: 403,
        body: error(inner),
        headers: { 'x-request-id': '', ...headers },
      },
      { times: 9 },
    );
    const { succeeded, actions } = await stage.release(
      { ...agent, 'cloud-build': 'true' },
      { environment: checkout.environment },
    );
    expect(succeeded).toBe(false);
    expect(actions.errors.map(({ message }) => message).join('\n')).toContain(id);
    expect(actions.summary).toContain(id);
  });
});

describe('for a failed request to GitHub, the request ID', () => {
  let server: GitHubServer;

  beforeEach(async () => {
    server = await GitHubServer.start();
  });

  afterEach(() => server.close());

  test('is in the warning and in the summary', async () => {
    server.spoiled.push({
      kind: 'answer',
      status: 403,
      body: JSON.stringify({ message: 'Forbidden' }),
      headers: { 'content-type': 'application/json', 'x-github-request-id': 'GH:1234:5678' },
    });
    const { succeeded, actions } = await stage.release(
      {
        ...agent,
        image: 'ghcr.io/acme/voice:1',
        environment: 'production',
        'github-token': tokens.job,
      },
      {
        environment: {
          GITHUB_API_URL: server.apiUrl,
          GITHUB_REPOSITORY: 'acme/voice',
          GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567',
        },
      },
    );
    expect(succeeded).toBe(true);
    expect(actions.warnings.join('\n')).toContain('GH:1234:5678');
    expect(actions.summary).toContain('GH:1234:5678');
  });
});

test('the error and the summary contain the request ID of a rejected deploy', async () => {
  stage.emulator.script.fault(
    { method: 'POST', path: '/v1/agents' },
    {
      kind: 'status',
      status: 422,
      body: { error: 'No', code: 'NO' },
      headers: { 'x-request-id': 'req-deploy' },
    },
  );
  const { actions } = await stage.release({ ...agent, image: 'ghcr.io/acme/voice:1' });
  expect(actions.errors.map(({ message }) => message).join('\n')).toContain('req-deploy');
  expect(actions.summary).toContain('req-deploy');
});
