import { describe, expect, test } from '@jest/globals';
import { checkoutForEachTest } from '../support/checkout.js';
import { GitHubServer, tokens } from '../support/github-server.js';
import { stageForEachTest } from '../support/release-run.js';

/** If the value of a secret is a word that the platform sends, decisions still use the original response. */

const stage = stageForEachTest();
const checkout = checkoutForEachTest();

const image = 'ghcr.io/acme/voice:1.0.0';
const releaseWith = (word: string, inputs: Readonly<Record<string, string>>) =>
  stage.release(
    {
      'api-key': 'sk_emulator',
      region: 'us-west',
      'agent-name': 'voice',
      'secret-set': 'voice-keys',
      secrets: `A_KEY=${word}`,
      ...inputs,
    },
    { environment: checkout.environment },
  );

describe('the build of a release', () => {
  test.each(['success', 'building', 'pending'])('succeeds with the secret %s', async (word) => {
    const { succeeded, actions } = await releaseWith(word, { 'cloud-build': 'true' });
    expect(succeeded).toBe(true);
    expect(JSON.parse(actions.outputs['builds'] ?? '')).toMatchObject([{ outcome: 'built' }]);
  });

  test.each(['failed', 'fail'])('fails at once with the secret %s', async (word) => {
    stage.emulator.script.build({ outcome: 'failed' });
    const { succeeded, actions } = await releaseWith(word, { 'cloud-build': 'true' });
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.title).toBe('The cloud build failed');
  });
});

describe('the secret set of a release', () => {
  test.each(['ready', 'pending'])('becomes ready with the secret %s', async (word) => {
    expect(await releaseWith(word, { image })).toMatchObject({ succeeded: true });
  });

  test('fails with the secret `failed`', async () => {
    stage.emulator.script.provisioning('voice-keys', { outcome: 'failed' });
    const { actions } = await releaseWith('failed', { image });
    expect(actions.errors[0]?.title).toBe('A secret set could not be provisioned');
  });
});

describe('the agent of a release', () => {
  test.each(['Service', 'exists', 'already', 'Service already exists'])(
    'is updated with the secret %s if it was created meanwhile',
    async (word) => {
      let isFirst = true;
      stage.emulator.script.before({ method: 'POST', path: '/v1/agents' }, () => {
        if (isFirst)
          stage.emulator.seed.agent({ name: 'voice', image: 'ghcr.io/acme/voice:0.9.0' });
        isFirst = false;
      });
      const { succeeded, agents } = await releaseWith(word, { image });
      expect(succeeded).toBe(true);
      expect(agents).toMatchObject([{ ready: true }]);
    },
  );

  test.each(['IMAGE', 'NOT_FOUND', 'PCC_IMAGE_NOT_FOUND'])(
    'fails with the advice for its error code with the secret %s',
    async (word) => {
      stage.emulator.script.deployment('voice', {
        outcome: 'error',
        errors: [{ code: 'PCC_IMAGE_NOT_FOUND', message: 'gone' }],
      });
      const { actions } = await releaseWith(word, { image });
      expect(actions.errors[0]?.message).toContain('The image or its tag does not exist');
      expect(actions.summary).not.toContain('PCC_IMAGE_NOT_FOUND');
    },
  );

  test.each(['Failed', 'CrashLoopBackOff', 'OOMKilled', 'InvalidImageName'])(
    'fails at once because of its phase or reason with the secret %s',
    async (word) => {
      stage.emulator.script.deployment('voice', {
        outcome: 'crash-loop',
        health: word === 'CrashLoopBackOff' || word === 'Failed' ? {} : { reason: word },
      });
      const startedAt = stage.clock.now();
      const { succeeded, actions } = await releaseWith(word, { image });
      expect(succeeded).toBe(false);
      expect(actions.errors[0]?.title).toBe('The deployment failed');
      expect(stage.clock.now() - startedAt).toBeLessThan(60_000);
    },
  );
});

describe('an image for another architecture is recognized', () => {
  const words = ['exec', 'format', 'exec format error', 'format error'];
  const sent = 'exec /app/start: exec format error';

  test.each(
    words.flatMap(
      (word) =>
        [
          { word, where: 'headline', script: { health: { headline: sent } } },
          { word, where: 'traceback', script: { health: { message: sent } } },
          { word, where: 'logs', script: { logs: ['starting', sent] } },
          {
            word,
            where: 'errors',
            script: { outcome: 'error', errors: [{ code: 'PCC_NEW', message: sent }] },
          },
        ] as const,
    ),
  )('in the $where with the secret $word', async ({ word, script }) => {
    stage.emulator.script.deployment('voice', { outcome: 'crash-loop', ...script });
    const { actions } = await releaseWith(word, { image, 'failure-logs': 'always' });
    const shown = `${actions.errors[0]?.message ?? ''}\n${actions.summary}`;
    expect(shown).toContain('The image is built for another processor');
    expect(shown).not.toContain(`/app/start: ${word}`);
  });
});

describe('the storage for build contexts', () => {
  const answer = (code: string, message: string): string =>
    `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;

  test.each([
    { word: 'ExpiredToken', code: 'ExpiredToken', message: 'No' },
    { word: 'Expired', code: 'ExpiredToken', message: 'No' },
    {
      word: 'expired',
      code: 'AccessDenied',
      message: 'Invalid according to Policy: Policy expired',
    },
    { word: 'RequestTimeout', code: 'RequestTimeout', message: 'No' },
    { word: 'Code', code: 'IncompleteBody', message: 'No' },
  ])('gets a second request after $code with the secret $word', async ({ word, code, message }) => {
    stage.emulator.script.fault(
      { method: 'POST', path: /^\/storage\// },
      { kind: 'status', status: code === 'AccessDenied' ? 403 : 400, body: answer(code, message) },
    );
    const { succeeded } = await releaseWith(word, { 'cloud-build': 'true' });
    expect(succeeded).toBe(true);
    const uploads = stage.emulator.requests.filter(({ path }) => path.startsWith('/storage/'));
    expect(uploads).toHaveLength(2);
  });

  test.each(['PostResponse', 'Location', 'xml'])(
    'accepts an upload with the secret %s',
    async (word) => {
      stage.emulator.script.fault(
        { method: 'POST', path: /^\/storage\// },
        {
          kind: 'status',
          status: 201,
          body: '<?xml version="1.0"?><PostResponse><Location>x</Location></PostResponse>',
          carryOut: true,
        },
      );
      expect(await releaseWith(word, { 'cloud-build': 'true' })).toMatchObject({ succeeded: true });
    },
  );
});

describe('a deploy', () => {
  test.each(['CONFLICT', 'conflict', 'ready'])(
    'is retried after a 409 with the secret %s',
    async (word) => {
      stage.emulator.script.fault(
        { method: 'POST', path: '/v1/agents' },
        {
          kind: 'status',
          status: 409,
          body: { error: 'conflict: a secret set is not ready', code: 'CONFLICT' },
        },
      );
      expect(await releaseWith(word, { image })).toMatchObject({ succeeded: true });
    },
  );

  test.each(['already', 'taken', 'already taken'])(
    'is reported as a taken name with the secret %s',
    async (word) => {
      stage.emulator.script.fault(
        { method: 'POST', path: '/v1/agents' },
        { kind: 'status', status: 400, body: { error: 'Name is already taken', code: '400' } },
      );
      const { actions } = await releaseWith(word, { image });
      expect(actions.errors[0]?.message).toContain('may belong to another organization');
    },
  );

  test.each(['billing', 'limit', 'spend limit'])(
    'is reported as stopped by billing with the secret %s',
    async (word) => {
      stage.emulator.script.fault(
        { method: 'POST', path: '/v1/agents' },
        { kind: 'status', status: 400, body: { error: 'The spend limit is reached' } },
      );
      const { actions } = await releaseWith(word, { image });
      expect(actions.errors[0]?.message).toContain('Settings → Billing');
    },
  );

  test.each(['warning', 'unchanged'])(
    "is reported with the platform's warning, where the secret %s is redacted",
    async (word) => {
      stage.emulator.script.fault(
        { method: 'POST', path: '/v1/agents' },
        {
          kind: 'altered',
          change: (answer) => ({ ...(answer as object), warning: `this ${word} is shown` }),
        },
      );
      const { succeeded, actions } = await releaseWith(word, { image });
      expect(succeeded).toBe(true);
      expect(actions.warnings.join('\n')).toContain('this *** is shown');
    },
  );
});

test.each(['Resource', 'accessible', 'Resource not accessible by integration'])(
  'a missing permission of the GitHub token is reported with the secret %s',
  async (word) => {
    const server = await GitHubServer.start();
    try {
      server.permissions.clear();
      const { succeeded, actions } = await stage.release(
        {
          'api-key': 'sk_emulator',
          region: 'us-west',
          'agent-name': 'voice',
          image,
          'secret-set': 'voice-keys',
          secrets: `A_KEY=${word}`,
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
      expect(actions.warnings.join('\n')).toContain('needs the permission `deployments: write`');
    } finally {
      await server.close();
    }
  },
);
