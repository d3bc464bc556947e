import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { WorkflowEvent } from '../../src/github/event.js';
import { GitHubServer, tokens } from '../support/github-server.js';
import { credentials, Stage, type ReleaseOutcome } from '../support/release-run.js';

const workflowCommit = '0123456789abcdef0123456789abcdef01234567';
const head = 'fedcba9876543210fedcba9876543210fedcba98';
const image = 'ghcr.io/acme/voice:2.0.0';

let server: GitHubServer;
let stage: Stage;

beforeEach(async () => {
  server = await GitHubServer.start();
  server.refs.add(workflowCommit);
  server.refs.add(head);
  // A release for a comment checks that the pull request does not come from a fork.
  server.pullRequests.set(7, {
    created_at: '2026-01-01T00:00:00Z',
    head: { repo: { full_name: 'acme/voice' } },
  });
  stage = await Stage.open({ deploymentDelay: 100, secretSetDelay: 100 });
});

afterEach(async () => {
  await stage.close();
  await server.close();
});

const repository = { full_name: 'acme/voice' };

const events = {
  push: { eventName: 'push', payload: { repository } },
  pullRequest: {
    eventName: 'pull_request',
    payload: { repository, pull_request: { number: 7, head: { repo: repository, sha: head } } },
  },
  workflowRun: {
    eventName: 'workflow_run',
    payload: { repository, workflow_run: { head_repository: repository, head_sha: head } },
  },
  comment: {
    eventName: 'issue_comment',
    payload: { repository, issue: { number: 7, pull_request: {} } },
  },
} satisfies Record<string, WorkflowEvent>;

function run(
  event: WorkflowEvent,
  inputs: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>> = {},
): Promise<ReleaseOutcome> {
  return stage.release(
    { ...credentials['API key'], 'github-token': tokens.job, 'agent-name': 'voice', ...inputs },
    {
      event,
      files,
      environment: {
        GITHUB_API_URL: server.apiUrl,
        GITHUB_REPOSITORY: 'acme/voice',
        GITHUB_SHA: workflowCommit,
        GITHUB_RUN_ID: '4711',
        GITHUB_SERVER_URL: 'https://github.example',
      },
    },
  );
}

const checkouts = {
  none: {},
  'of a commit': { '/workspace/.git/HEAD': `${head}\n` },
  'of a branch': {
    '/workspace/.git/HEAD': 'ref: refs/heads/topic\n',
    '/workspace/.git/refs/heads/topic': `${head}\n`,
  },
  'of a packed branch': {
    '/workspace/.git/HEAD': 'ref: refs/heads/topic\n',
    '/workspace/.git/packed-refs': `# pack-refs with: peeled\n${workflowCommit} refs/heads/main\n${head} refs/heads/topic\n`,
  },
  'of another commit': { '/workspace/.git/HEAD': `${workflowCommit}\n` },
  'that cannot be read': { '/workspace/.git/HEAD': 'ref: refs/../../secret\n' },
};

describe('the GitHub deployment and the comment name the commit that people know', () => {
  test.each([
    { event: 'push', checkout: 'of a commit', inputs: { image }, expected: workflowCommit },
    { event: 'pullRequest', checkout: 'none', inputs: { image }, expected: head },
    { event: 'pullRequest', checkout: 'of another commit', inputs: { image }, expected: head },
    { event: 'workflowRun', checkout: 'none', inputs: { image }, expected: head },
    { event: 'workflowRun', checkout: 'of another commit', inputs: { image }, expected: head },
    { event: 'workflowRun', checkout: 'none', inputs: {}, expected: workflowCommit },
    { event: 'workflowRun', checkout: 'of a commit', inputs: {}, expected: head },
    { event: 'workflowRun', checkout: 'of a branch', inputs: {}, expected: head },
    { event: 'workflowRun', checkout: 'of a packed branch', inputs: {}, expected: head },
    {
      event: 'workflowRun',
      checkout: 'of another commit',
      inputs: {},
      expected: workflowCommit,
    },
    {
      event: 'workflowRun',
      checkout: 'that cannot be read',
      inputs: {},
      expected: workflowCommit,
    },
    { event: 'comment', checkout: 'of a commit', inputs: { image }, expected: head },
    { event: 'comment', checkout: 'none', inputs: { image }, expected: workflowCommit },
  ] as const)(
    'on $event with this checkout: $checkout ',
    async ({ event, checkout, inputs, expected }) => {
      stage.emulator.seed.agent({ name: 'voice', image: 'ghcr.io/acme/voice:1.0.0' });
      const files = checkouts[checkout];
      const released = await run(
        events[event],
        { ...inputs, 'min-agents': '1', environment: 'staging', 'force-redeploy': 'true' },
        files,
      );
      expect(released.actions.warnings).toEqual([]);
      expect(released.succeeded).toBe(true);
      expect(server.deployments).toMatchObject([{ ref: expected }]);
      expect(released.actions.summary).toContain(`/acme/voice/commit/${expected}`);
      if (event === 'push' || event === 'workflowRun') return;
      await run(events[event], { ...inputs, 'dry-run': 'true', comment: 'true' }, files);
      expect(server.comments).toMatchObject([
        { body: expect.stringContaining(`for \`${expected.slice(0, 7)}\`.`) },
      ]);
    },
  );

  test('and omit a head commit that is not a commit hash', async () => {
    const payload = {
      repository,
      pull_request: { number: 7, head: { repo: repository, sha: 'x' } },
    };
    await run({ eventName: 'pull_request', payload }, { image, environment: 'staging' });
    expect(server.deployments).toMatchObject([{ ref: workflowCommit }]);
  });
});

describe('the environment of a GitHub deployment', () => {
  test.each([
    { event: 'push', environment: 'production', production: true, transient: undefined },
    { event: 'push', environment: 'Production-eu', production: true, transient: undefined },
    { event: 'push', environment: 'prod', production: true, transient: undefined },
    { event: 'push', environment: 'staging', production: undefined, transient: undefined },
    { event: 'push', environment: 'products', production: undefined, transient: undefined },
    { event: 'pullRequest', environment: 'pr-7', production: false, transient: true },
    { event: 'comment', environment: 'pr-7', production: false, transient: true },
    { event: 'pullRequest', environment: 'production', production: true, transient: undefined },
  ] as const)(
    '`$environment` on $event is marked as production or transient if it is',
    async ({ event, environment, production, transient }) => {
      await run(events[event], { image, environment });
      const [deployment] = server.deployments;
      expect(deployment?.production_environment).toBe(production);
      expect(deployment?.transient_environment).toBe(transient);
      expect(JSON.stringify(server.requests)).not.toContain('environment_url');
    },
  );
});

describe('older GitHub deployments', () => {
  const states = (): Record<string, string[]> =>
    Object.fromEntries(
      server.deployments.map(({ id, description, statuses }) => [
        `${id} ${description}`,
        statuses.map(({ state }) => state),
      ]),
    );

  test('of the same agent become inactive, and those of other agents stay active', async () => {
    const environment = { environment: 'production' };
    await run(events.push, { image: 'ghcr.io/acme/voice:1.0.0', ...environment });
    await run(events.push, { image, 'agent-name': 'sales', ...environment });
    await run(events.push, { image, ...environment });
    expect(Object.values(states())).toEqual([
      ['in_progress', 'success', 'inactive'],
      ['in_progress', 'success'],
      ['in_progress', 'success'],
    ]);
    expect(server.deployments[0]?.statuses.at(-1)?.description).toBe(
      'A newer deployment of voice in us-west is serving',
    );
  });

  test('stay active if the new deployment failed, and become inactive after a later one succeeds', async () => {
    const environment = { environment: 'production' };
    await run(events.push, { image: 'ghcr.io/acme/voice:1.0.0', ...environment });
    stage.emulator.script.deployment('voice', { outcome: 'crash-loop' });
    await run(events.push, { image: 'ghcr.io/acme/voice:1.1.0', ...environment });
    expect(Object.values(states())).toEqual([
      ['in_progress', 'success'],
      ['in_progress', 'failure'],
    ]);
    await run(events.push, { image, ...environment });
    expect(Object.values(states())).toEqual([
      ['in_progress', 'success', 'inactive'],
      ['in_progress', 'failure'],
      ['in_progress', 'success'],
    ]);
  });

  test('before the last inactive one are not read', async () => {
    const environment = { environment: 'production' };
    for (const tag of ['1', '2', '3', '4'])
      await run(events.push, { image: `ghcr.io/acme/voice:${tag}`, ...environment });
    const statusReads = server.requests.filter(
      ({ method, path }) => method === 'GET' && path.endsWith('/statuses'),
    );
    // No reads, then one, two, and two for the deployments before.
    expect(statusReads).toHaveLength(5);
  });

  test('become inactive even if their payload is a string', async () => {
    const environment = { environment: 'production' };
    await run(events.push, { image: 'ghcr.io/acme/voice:1.0.0', ...environment });
    const [first] = server.deployments;
    if (first === undefined) throw new Error('There should be a deployment');
    server.deployments.splice(0, 1, { ...first, payload: JSON.stringify(first.payload) });
    await run(events.push, { image, ...environment });
    expect(server.deployments[0]?.statuses.at(-1)?.state).toBe('inactive');
  });
});
