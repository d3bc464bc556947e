import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Emulator, startEmulator } from '../../emulator/index.js';
import { filesIn } from '../../scripts/files.js';
import { GitHubServer, tokens } from '../support/github-server.js';
import { example, type Occasion, runWorkflow, type WorkflowRun } from './act.js';

const privateKey =
  '-----BEGIN PRIVATE KEY-----\nhidden-line-1\nhidden-line-2\n-----END PRIVATE KEY-----';

/** Secrets in the settings of the repository. */
const stored = {
  OPENAI_API_KEY: 'hidden-openai-key',
  DEEPGRAM_API_KEY: 'hidden-deepgram-key',
  STAGING_DEEPGRAM_KEY: 'hidden-deepgram-key-of-staging',
  OPENAI_ADMIN_KEY: 'hidden-admin-key',
  GOOGLE_CREDENTIALS: privateKey,
  REGISTRY_READ_TOKEN: 'hidden-registry-token',
  VOICE_OPENAI_API_KEY: 'hidden-voice-key "quoted" $HOME 100%',
  VOICE_INTERNAL_KEY: 'hidden-internal-key',
  SECRET_STORE_EXPORT: 'CARTESIA_API_KEY="hidden-cartesia-key"\n',
};

const dockerfile = 'FROM dailyco/pipecat-base:latest\nCOPY bot.py bot.py\n';

let emulator: Emulator;
let github: GitHubServer;

beforeEach(async () => {
  emulator = await startEmulator({ secretSetDelay: 200, deploymentDelay: 200, buildDelay: 200 });
  github = await GitHubServer.start();
});

afterEach(async () => {
  await emulator.close();
  await github.close();
});

/** Runs an example in a repository with these secrets, and checks that its log does not show them. */
async function run(occasion: Omit<Occasion, 'secrets' | 'environment'>): Promise<WorkflowRun> {
  return runWith({ ...stored, PIPECAT_API_KEY: emulator.credentials.privateKey }, occasion);
}

async function runWith(
  secrets: Readonly<Record<string, string>>,
  occasion: Omit<Occasion, 'secrets' | 'environment'>,
): Promise<WorkflowRun> {
  const result = await runWorkflow({
    ...occasion,
    secrets: { ...secrets, GITHUB_TOKEN: tokens.job },
    environment: { PIPECAT_API_HOST: emulator.url, GITHUB_API_URL: github.apiUrl },
  });
  expect(result.log).not.toContain('hidden-');
  return result;
}

const succeeded = ({ exitCode, log }: WorkflowRun): void => {
  // If it failed, the log says why.
  expect(exitCode === 0 ? '' : log).toBe('');
};

const values = (name: string) => emulator.state.secretSet(name)?.values;
const serving = (name: string) => emulator.state.serving(name);

it('names every example in a test', () => {
  const workflows = filesIn('examples', /\.yml$/).map((path) => path.replace('examples/', ''));
  expect(workflows).toEqual([
    'automatic-rollback.yml',
    'cloud-build.yml',
    'composite-action.yml',
    'deploy-only.yml',
    'image-by-digest.yml',
    'personal-access-token.yml',
    'pipeline.yml',
    'plan.yml',
    'preview.yml',
    'production.yml',
    'quick-start.yml',
    'refresh-pull-secret.yml',
    'reusable-workflow.yml',
    'rolling-back.yml',
    'rotation.yml',
    'secret-stores/1password.yml',
    'secret-stores/aws-secrets-manager.yml',
    'secret-stores/doppler.yml',
    'secret-stores/infisical.yml',
    'secret-stores/vault.yml',
    'secrets-from-environment.yml',
    'secrets-from-file.yml',
    'secrets-from-github.yml',
    'secrets-in-lines.yml',
    'secrets-only.yml',
    'several-regions.yml',
    'smoke-test.yml',
    'versioned-secret-sets.yml',
  ]);
});

describe('the quick start', () => {
  const files = { Dockerfile: dockerfile, 'bot.py': 'print("hello")\n' };

  it('builds and releases a repository with a Dockerfile', async () => {
    const result = await run({ workflow: 'quick-start.yml', files });

    succeeded(result);
    const { OPENAI_API_KEY, DEEPGRAM_API_KEY } = stored;
    expect(values('order-desk-secrets')).toEqual({ OPENAI_API_KEY, DEEPGRAM_API_KEY });
    expect(serving('order-desk')).toMatchObject({
      buildId: emulator.state.builds()[0]?.id,
      secretValues: { OPENAI_API_KEY, DEEPGRAM_API_KEY },
    });
    expect(result.log).toContain(`Deployment ${serving('order-desk')?.id ?? ''} is serving.`);
  });

  it('is the workflow that the README shows', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const [, shown] = /```yaml\n([^]*?)```/.exec(readme) ?? [];
    expect(example('quick-start.yml')).toBe(
      `# Quick start: each push to main builds and releases the agent.\n${shown ?? ''}`,
    );
  });

  it('releases with a personal access token', async () => {
    const result = await runWith(
      { ...stored, PIPECAT_TOKEN: emulator.credentials.token },
      { workflow: 'personal-access-token.yml' },
    );

    succeeded(result);
    expect(serving('order-desk')?.secretValues).toEqual({ OPENAI_API_KEY: stored.OPENAI_API_KEY });
    expect(emulator.state.agent('order-desk')?.organization).toBe('acme');
  });

  it('fails and writes nothing if a secret is missing', async () => {
    const { exitCode, log } = await runWith(
      { PIPECAT_API_KEY: emulator.credentials.privateKey, OPENAI_API_KEY: stored.OPENAI_API_KEY },
      { workflow: 'quick-start.yml', files },
    );

    expect(exitCode).toBe(1);
    expect(log).toContain('DEEPGRAM_API_KEY');
    expect(emulator.state.secretSets()).toEqual([]);
  });
});

describe('secrets', () => {
  it('come from the environment unchanged, together with an image pull secret', async () => {
    succeeded(await run({ workflow: 'secrets-from-environment.yml' }));

    expect(serving('order-desk')).toMatchObject({
      imagePullSecretSet: 'order-desk-registry',
      secretValues: {
        OPENAI_API_KEY: stored.OPENAI_API_KEY,
        DEEPGRAM_API_KEY: stored.STAGING_DEEPGRAM_KEY,
        GOOGLE_CREDENTIALS: privateKey,
      },
    });
    expect(emulator.state.secretSet('order-desk-registry')).toMatchObject({
      kind: 'imagePullSecret',
      host: 'https://ghcr.io/',
      auth: Buffer.from(`acme-bot:${stored.REGISTRY_READ_TOKEN}`).toString('base64'),
    });
  });

  it('come from lines', async () => {
    succeeded(await run({ workflow: 'secrets-in-lines.yml' }));

    expect(serving('order-desk')?.secretValues).toEqual({
      LOG_LEVEL: 'debug',
      OPENAI_API_KEY: stored.OPENAI_API_KEY,
      GOOGLE_CREDENTIALS: privateKey,
    });
  });

  it('come from all GitHub secrets that match a pattern', async () => {
    succeeded(
      await run({
        workflow: 'secrets-from-github.yml',
        files: { '.env.example': 'VOICE_OPENAI_API_KEY=\n' },
      }),
    );

    expect(serving('order-desk')?.secretValues).toEqual({
      VOICE_OPENAI_API_KEY: stored.VOICE_OPENAI_API_KEY,
    });
  });

  it('are not written if a required secret is missing on GitHub', async () => {
    const { exitCode, log } = await run({
      workflow: 'secrets-from-github.yml',
      files: { '.env.example': 'VOICE_OPENAI_API_KEY=\nVOICE_DEEPGRAM_API_KEY=\n' },
    });

    expect(exitCode).toBe(1);
    expect(log).toContain('VOICE_DEEPGRAM_API_KEY');
    expect(emulator.state.secretSets()).toEqual([]);
  });

  it('come from a committed file and from a file that a step wrote', async () => {
    succeeded(
      await run({
        workflow: 'secrets-from-file.yml',
        files: { 'settings.env': 'LOG_LEVEL=debug\n' },
      }),
    );

    expect(serving('order-desk')?.secretValues).toEqual({
      LOG_LEVEL: 'debug',
      CARTESIA_API_KEY: 'hidden-cartesia-key',
      OPENAI_API_KEY: stored.OPENAI_API_KEY,
    });
  });
});

describe('an existing agent', () => {
  const old = { OPENAI_API_KEY: 'hidden-old-key', LEGACY_KEY: 'hidden-legacy-key' };

  beforeEach(() => {
    emulator.seed.secretSet({ name: 'order-desk-secrets', region: 'us-west', values: old });
    emulator.seed.agent({
      name: 'order-desk',
      image: 'ghcr.io/acme/order-desk:1',
      secretSet: 'order-desk-secrets',
    });
  });

  it('keeps its deployment if a run only writes secrets', async () => {
    const before = serving('order-desk')?.id;
    const payload = { inputs: { prune: 'false' } };

    succeeded(await run({ workflow: 'secrets-only.yml', event: 'workflow_dispatch', payload }));

    const { OPENAI_API_KEY, DEEPGRAM_API_KEY } = stored;
    expect(values('order-desk-secrets')).toEqual({ ...old, OPENAI_API_KEY, DEEPGRAM_API_KEY });
    expect(serving('order-desk')).toMatchObject({ id: before, secretValues: old });
  });

  it('prevents another run from pruning its keys', async () => {
    const payload = { inputs: { prune: 'true' } };
    const { exitCode, log } = await run({
      workflow: 'secrets-only.yml',
      event: 'workflow_dispatch',
      payload,
    });

    expect(exitCode).toBe(1);
    expect(log).toContain('order-desk');
    expect(values('order-desk-secrets')).toEqual(old);
  });

  it('runs new code with an unchanged set', async () => {
    const result = await run({ workflow: 'deploy-only.yml' });

    succeeded(result);
    expect(serving('order-desk')).toMatchObject({
      image: `ghcr.io/acme/order-desk:${result.sha}`,
      secretValues: old,
    });
  });

  const rotationScripts = {
    'rotation/create-key.sh': '#!/bin/sh\nset -eu\n: "$OPENAI_ADMIN_KEY"\necho hidden-newest-key\n',
    // The old key must not be revoked while a session uses it.
    'rotation/revoke-old-keys.sh': `#!/bin/sh
set -eu
: "$OPENAI_ADMIN_KEY"
state="$(curl -fsS "$PIPECAT_API_HOST/emulator/state" | tr -d ' \\n')"
case "$state" in *'"isActive":true'*) exit 1 ;; esac
echo 'The old key is revoked.'
`,
  };

  it.each(['schedule', 'workflow_dispatch'])(
    'runs the same code with a rotated key when no session uses the old key (%s)',
    async (event) => {
      emulator.seed.session({ agent: 'order-desk', endsAfter: 20_000 });

      const result = await run({ workflow: 'rotation.yml', event, files: rotationScripts });

      succeeded(result);
      expect(serving('order-desk')).toMatchObject({
        image: 'ghcr.io/acme/order-desk:1',
        secretValues: { ...old, OPENAI_API_KEY: 'hidden-newest-key' },
      });
      expect(result.log).toContain('sessions on older deployments: 1');
      expect(result.log).toContain('The old key is revoked.');
    },
  );
});

it('a release by digest deploys exactly the image that was pushed', async () => {
  emulator.seed.imagePullSecret({ name: 'order-desk-registry', host: 'https://ghcr.io' });

  const result = await run({
    workflow: 'image-by-digest.yml',
    files: { Dockerfile: dockerfile, 'bot.py': 'print("hello")\n' },
  });

  succeeded(result);
  const digest = `sha256:${'7'.padStart(64, '0')}`;
  expect(serving('order-desk')?.image).toBe(`ghcr.io/acme/order-desk:${result.sha}@${digest}`);
});

describe('an image pull secret that expires', () => {
  it.each(['schedule', 'workflow_dispatch'])('is renewed on %s', async (event) => {
    const host = 'https://123456789012.dkr.ecr.us-west-2.amazonaws.com/';
    const auth = (password: string) => Buffer.from(`AWS:${password}`).toString('base64');
    emulator.seed.imagePullSecret({
      name: 'order-desk-registry',
      host,
      auth: auth('hidden-password-of-yesterday'),
    });
    emulator.seed.agent({ name: 'order-desk', imagePullSecretSet: 'order-desk-registry' });
    const before = emulator.state.agent('order-desk')?.deployments;

    succeeded(await run({ workflow: 'refresh-pull-secret.yml', event }));

    expect(emulator.state.secretSet('order-desk-registry')).toMatchObject({
      host,
      auth: auth('hidden-password-of-ecr'),
      status: 'ready',
    });
    expect(emulator.state.agent('order-desk')?.deployments).toEqual(before);
  });
});

it('smoke-test.yml tests each region with a session before the next one', async () => {
  const regions = ['us-west', 'eu-central'];
  for (const region of regions) {
    emulator.seed.agent({
      name: `order-desk-${region}`,
      region,
      image: 'ghcr.io/acme/order-desk:1',
    });
  }
  const secrets = {
    ...stored,
    PIPECAT_API_KEY: emulator.credentials.privateKey,
    PIPECAT_PUBLIC_API_KEY: emulator.credentials.publicKey,
  };

  succeeded(await runWith(secrets, { workflow: 'smoke-test.yml' }));

  expect(emulator.state.sessions()).toMatchObject(
    regions.map((region) => ({
      agent: `order-desk-${region}`,
      deploymentId: serving(`order-desk-${region}`)?.id,
      isStopped: true,
    })),
  );
});

it('cloud-build.yml builds the agents of a monorepo', async () => {
  const files = {
    'bot.py': 'print("hello")\n',
    'docs/index.md': '# Agents\n',
    'agents/order-desk/Dockerfile': dockerfile,
    'agents/support-desk/Dockerfile': dockerfile,
  };
  succeeded(await run({ workflow: 'cloud-build.yml', files }));

  expect(emulator.state.builds()).toMatchObject([{ status: 'success' }, { status: 'success' }]);
  expect(
    emulator.state
      .builds()
      .map(({ dockerfilePath }) => dockerfilePath)
      .sort(),
  ).toEqual(['agents/order-desk/Dockerfile', 'agents/support-desk/Dockerfile']);
  for (const agent of ['order-desk', 'support-desk'])
    expect(serving(agent)?.secretValues).toEqual({ OPENAI_API_KEY: stored.OPENAI_API_KEY });
});

it('several-regions.yml creates a GitHub deployment for each region', async () => {
  const result = await run({
    workflow: 'several-regions.yml',
    onCommitted: (sha) => github.refs.add(sha),
  });

  succeeded(result);
  const agents = ['order-desk', 'order-desk-eu-central', 'order-desk-ap-south'];
  expect(emulator.state.agents()).toMatchObject(
    agents.map((name, index) => ({ name, minAgents: index === 0 ? 2 : 0, ready: true })),
  );
  expect(result.log).not.toContain('GitHub deployments are not complete');
  expect(github.deployments.map(({ environment }) => environment)).toEqual([
    'production-us-west',
    'production-eu-central',
    'production-ap-south',
  ]);
});

it('versioned-secret-sets.yml creates a separate set for each combination of values', async () => {
  succeeded(await run({ workflow: 'versioned-secret-sets.yml' }));
  const first = serving('order-desk')?.secretSet;
  succeeded(
    await runWith(
      {
        ...stored,
        OPENAI_API_KEY: 'hidden-new-key',
        PIPECAT_API_KEY: emulator.credentials.privateKey,
      },
      { workflow: 'versioned-secret-sets.yml' },
    ),
  );
  const second = serving('order-desk')?.secretSet;

  expect(first).toMatch(/^order-desk-[0-9a-f]{8}$/);
  expect(second).not.toBe(first);
  expect(emulator.state.secretSets().map(({ name }) => name)).toEqual([first, second]);
  expect(serving('order-desk')?.secretValues).toMatchObject({ OPENAI_API_KEY: 'hidden-new-key' });
});

const pullRequest = (repository: string) => ({
  number: 7,
  pull_request: {
    number: 7,
    head: { ref: 'feature', sha: 'f'.repeat(40), repo: { full_name: repository } },
    base: { ref: 'main', repo: { full_name: 'acme/voice' } },
  },
});

describe('a pull request', () => {
  const planned = { workflow: 'plan.yml', event: 'pull_request' };

  it('gets a comment with the plan', async () => {
    const secrets = { ...stored, PIPECAT_PLAN_KEY: emulator.credentials.privateKey };
    succeeded(await runWith(secrets, { ...planned, payload: pullRequest('acme/voice') }));

    expect(github.comments).toMatchObject([{ issue: 7 }]);
    expect(github.comments[0]?.body).toContain('order-desk-secrets');
    expect(emulator.state.secretSets()).toEqual([]);
  });

  it('from a fork, without secrets, succeeds', async () => {
    succeeded(await runWith({}, { ...planned, payload: pullRequest('mallory/voice') }));

    expect(emulator.requests).toEqual([]);
  });
});

describe('a preview', () => {
  const files = { Dockerfile: dockerfile, 'bot.py': 'print("hello")\n' };
  const event = (action: string, repository = 'acme/voice') => {
    const { number, pull_request } = pullRequest(repository);
    const created_at = '2026-01-02T03:04:05Z';
    return { action, number, pull_request: { ...pull_request, created_at } };
  };
  const runOn = (action: string, repository?: string) =>
    runWith(
      {
        ...stored,
        PIPECAT_API_KEY: emulator.credentials.privateKey,
        PIPECAT_PUBLIC_API_KEY: emulator.credentials.publicKey,
      },
      {
        workflow: 'preview.yml',
        event: 'pull_request',
        payload: event(action, repository),
        files,
      },
    );
  const sweep = () => run({ workflow: 'preview.yml', event: 'schedule' });

  it('is released with its pull request and deleted with it', async () => {
    github.refs.add('f'.repeat(40));
    succeeded(await runOn('opened'));

    const { OPENAI_API_KEY, DEEPGRAM_API_KEY } = stored;
    expect(serving('order-desk-pr-7')).toMatchObject({
      secretValues: { OPENAI_API_KEY, DEEPGRAM_API_KEY },
    });
    expect(emulator.state.sessions()).toMatchObject([{ isStopped: true }]);
    expect(github.comments).toMatchObject([{ issue: 7 }]);

    succeeded(await runOn('closed'));

    expect(emulator.state.agent('order-desk-pr-7')).toBeUndefined();
    expect(emulator.state.secretSets()).toEqual([]);
    expect(github.comments[0]?.body).toContain('This preview is closed.');
    expect(github.deployments[0]?.statuses.at(-1)).toMatchObject({ state: 'inactive' });
  });

  it('is deleted by the sweep only if its pull request is closed', async () => {
    const created_at = '2026-01-02T03:04:05Z';
    const head = { repo: { full_name: 'acme/voice' } };
    github.pullRequests.set(7, { created_at, head, state: 'closed' });
    github.pullRequests.set(8, { created_at, head, state: 'open' });
    for (const number of [7, 8]) {
      const name = `order-desk-pr-${number}`;
      emulator.seed.secretSet({ name: `${name}-secrets` });
      emulator.seed.agent({ name, secretSet: `${name}-secrets` });
    }

    succeeded(await sweep());

    expect(emulator.state.agents().map(({ name }) => name)).toEqual(['order-desk-pr-8']);
    expect(emulator.state.secretSets().map(({ name }) => name)).toEqual([
      'order-desk-pr-8-secrets',
    ]);
  });

  it('is not swept if no pull request is closed', async () => {
    succeeded(await sweep());

    expect(emulator.requests).toEqual([]);
  });

  it('is not released for a fork', async () => {
    succeeded(await runOn('opened', 'mallory/voice'));
    succeeded(await runOn('closed', 'mallory/voice'));

    expect(emulator.requests).toEqual([]);
  });
});

describe('one agent in two regions', () => {
  const files = { Dockerfile: dockerfile, 'bot.py': 'print("hello")\n' };
  const agents = ['order-desk-us-west', 'order-desk-eu-central'];

  it('gets a plan on a pull request', async () => {
    succeeded(
      await runWith(
        { PIPECAT_PLAN_KEY: emulator.credentials.privateKey },
        {
          workflow: 'production.yml',
          files,
          event: 'pull_request',
          payload: pullRequest('acme/voice'),
        },
      ),
    );

    const comments = github.comments.map(({ body }) => body).join();
    for (const agent of agents) expect(comments).toContain(agent);
    expect(emulator.state.agents()).toEqual([]);
  });

  it('is built and released on a push to main', async () => {
    succeeded(await run({ workflow: 'production.yml', files }));

    const { OPENAI_API_KEY, DEEPGRAM_API_KEY } = stored;
    for (const agent of agents)
      expect(serving(agent)?.secretValues).toEqual({ OPENAI_API_KEY, DEEPGRAM_API_KEY });
    expect(emulator.state.builds()).toHaveLength(2);
  });
});

describe('a rollback', () => {
  beforeEach(() => {
    for (const name of ['order-desk-1a2b3c4d', 'order-desk-5e6f7a8b'])
      emulator.seed.secretSet({ name, region: 'us-west', values: { FROM: name } });
    emulator.seed.agent({
      name: 'order-desk',
      image: 'ghcr.io/acme/order-desk:2',
      secretSet: 'order-desk-5e6f7a8b',
    });
  });

  it.each([
    { set: 'order-desk-1a2b3c4d', bound: 'order-desk-1a2b3c4d' },
    { set: '', bound: 'order-desk-5e6f7a8b' },
  ])('deploys an earlier image and binds $bound if asked for "$set"', async ({ set, bound }) => {
    succeeded(
      await run({
        workflow: 'rolling-back.yml',
        event: 'workflow_dispatch',
        payload: { inputs: { image: 'ghcr.io/acme/order-desk:1', 'secret-set': set } },
      }),
    );

    expect(serving('order-desk')).toMatchObject({
      image: 'ghcr.io/acme/order-desk:1',
      secretValues: { FROM: bound },
    });
  });

  it('fails if neither an image nor a build is entered', async () => {
    const { exitCode, log } = await run({
      workflow: 'rolling-back.yml',
      event: 'workflow_dispatch',
      payload: { inputs: { 'secret-set': 'order-desk-1a2b3c4d' } },
    });

    expect(exitCode).not.toBe(0);
    expect(log).toContain('Enter an image or a build id.');
    expect(emulator.requests).toEqual([]);
  });

  it('deploys an earlier cloud build', async () => {
    const id = '0f2a1f3e-6d1c-4a56-9d6f-3a1f0c5b7e21';
    emulator.seed.build({ id, region: 'us-west' });
    succeeded(
      await run({
        workflow: 'rolling-back.yml',
        event: 'workflow_dispatch',
        payload: { inputs: { 'build-id': id } },
      }),
    );

    expect(serving('order-desk')).toMatchObject({ buildId: id });
  });
});

describe('an automatic rollback', () => {
  const workflow = 'automatic-rollback.yml';
  const secrets = () => ({
    ...stored,
    PIPECAT_API_KEY: emulator.credentials.privateKey,
    PIPECAT_PUBLIC_API_KEY: emulator.credentials.publicKey,
  });

  beforeEach(() => {
    emulator.seed.secretSet({
      name: 'order-desk-1a2b3c4d',
      region: 'us-west',
      values: { FROM: '1' },
    });
    emulator.seed.agent({
      name: 'order-desk',
      image: 'ghcr.io/acme/order-desk:1',
      secretSet: 'order-desk-1a2b3c4d',
    });
  });

  it('prints the command for a rollback on demand after a successful release', async () => {
    const result = await runWith(secrets(), { workflow });

    succeeded(result);
    expect(serving('order-desk')?.image).not.toBe('ghcr.io/acme/order-desk:1');
    expect(result.log).toContain(
      'gh workflow run rolling-back.yml -f image=ghcr.io/acme/order-desk:1 -f build-id=',
    );
  });

  it('restores image and secrets if the bot crashes at its first session', async () => {
    emulator.script.session('order-desk', {
      every: true,
      endsAfter: 100,
      completionStatus: 'HTTP_ERROR',
    });
    const result = await runWith(secrets(), { workflow });

    expect(result.exitCode).not.toBe(0);
    expect(serving('order-desk')).toMatchObject({
      image: 'ghcr.io/acme/order-desk:1',
      secretValues: { FROM: '1' },
    });
    expect(result.log).toContain('## ↩️ Rolled back: `order-desk`');
  });
});

describe('secrets from a secret store', () => {
  it.each(['1password', 'aws-secrets-manager', 'doppler', 'infisical', 'vault'])(
    'reach the agent from %s',
    async (store) => {
      succeeded(
        await runWith(
          {
            PIPECAT_API_KEY: emulator.credentials.privateKey,
            OP_SERVICE_ACCOUNT_TOKEN: 'hidden-token',
            DOPPLER_TOKEN: 'hidden-token',
          },
          { workflow: `secret-stores/${store}.yml` },
        ),
      );

      expect(serving('order-desk')?.secretValues).toEqual({
        OPENAI_API_KEY: 'hidden-from-the-store',
        DEEPGRAM_API_KEY: 'hidden-from-the-store',
      });
    },
  );
});

describe('a pipeline', () => {
  const files = {
    'bot.py': 'print("hello")\n',
    'agents/order-desk/Dockerfile': dockerfile,
    'agents/support-desk/Dockerfile': dockerfile,
  };

  it('builds and plans on a pull request', async () => {
    const { log, ...result } = await runWith(
      { PIPECAT_PLAN_KEY: emulator.credentials.privateKey },
      {
        workflow: 'pipeline.yml',
        files,
        event: 'pull_request',
        payload: pullRequest('acme/voice'),
      },
    );

    succeeded({ log, ...result });
    expect(log).toContain(`Built ghcr.io/acme/support-desk:${result.sha} for linux/arm64`);
    expect(log).not.toContain('Pushed ghcr.io');
    expect(github.comments.map(({ body }) => body).join()).toContain('support-desk-eu-central');
    expect(github.comments.map(({ body }) => body).join()).toContain('order-desk-us-west');
    expect(emulator.state.agents()).toEqual([]);
  });

  it('releases to staging and then to production in several regions', async () => {
    const { log, ...result } = await run({ workflow: 'pipeline.yml', files });

    succeeded({ log, ...result });
    expect(log).toContain(`Pushed ghcr.io/acme/support-desk:${result.sha} for linux/arm64`);
    for (const agent of ['order-desk', 'support-desk'])
      for (const place of ['staging', 'us-west', 'eu-central'])
        expect(serving(`${agent}-${place}`)).toMatchObject({
          image: `ghcr.io/acme/${agent}:${result.sha}`,
          secretValues: { OPENAI_API_KEY: stored.OPENAI_API_KEY },
        });
    expect(emulator.state.agents()).toHaveLength(6);
    expect(emulator.state.agents().map(({ name }) => name.endsWith('-staging'))).toEqual([
      ...[true, true],
      ...[false, false, false, false],
    ]);
  });

  it('does not change production if staging fails', async () => {
    emulator.script.deployment('support-desk-staging', { outcome: 'crash-loop' });

    const { exitCode } = await run({ workflow: 'pipeline.yml', files });

    expect(exitCode).toBe(1);
    expect(emulator.state.agents().map(({ name }) => name)).toEqual(
      expect.arrayContaining(['order-desk-staging', 'support-desk-staging']),
    );
    expect(emulator.state.agents()).toHaveLength(2);
  });
});

it('the composite action of this repository releases an agent', async () => {
  const { log, ...result } = await run({
    workflow: 'composite-action.yml',
  });

  succeeded({ log, ...result });
  for (const region of ['us-west', 'eu-central'])
    expect(serving(`order-desk-${region}`)?.secretValues).toEqual({
      OPENAI_API_KEY: stored.OPENAI_API_KEY,
    });
  expect(log).toContain(
    `[{"name":"order-desk-us-west","region":"us-west","outcome":"created","deploymentId":"${serving('order-desk-us-west')?.id ?? ''}","ready":true,`,
  );
});

it('the reusable workflow of this repository releases an agent', async () => {
  const { log, ...result } = await run({ workflow: 'reusable-workflow.yml' });

  succeeded({ log, ...result });
  const expected = {
    VOICE_OPENAI_API_KEY: stored.VOICE_OPENAI_API_KEY,
    VOICE_INTERNAL_KEY: stored.VOICE_INTERNAL_KEY,
  };
  for (const agent of ['order-desk-staging-us-west', 'order-desk-us-west', 'order-desk-eu-central'])
    expect(serving(agent)?.secretValues).toEqual(expected);
  expect(log).toContain('"name":"order-desk-eu-central","region":"eu-central","outcome":"created"');
});
