import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CancelledError } from '../../src/time/cancellation.js';
import { GitHubServer, tokens } from '../support/github-server.js';
import { credentials, stageForEachTest } from '../support/release-run.js';

const stage = stageForEachTest({ secretSetDelay: 300, deploymentDelay: 300 });

let github: GitHubServer;
beforeEach(async () => {
  github = await GitHubServer.start();
});
afterEach(() => github.close());

function run(
  inputs: Record<string, string>,
  action = 'synchronize',
  commit = 'a',
  cancellation = new AbortController().signal,
) {
  const repo = { full_name: 'acme/voice' };
  const sha = commit.repeat(40);
  github.refs.add(sha);
  return stage.release(
    {
      ...credentials['API key'],
      region: 'us-west',
      'agent-name': 'voice-pr-{pr}',
      image: 'ghcr.io/acme/voice:2',
      'github-token': tokens.job,
      environment: 'preview',
      comment: 'true',
      ...inputs,
    },
    {
      cancellation,
      event: {
        eventName: 'pull_request',
        payload: {
          action,
          repository: repo,
          pull_request: { number: 7, created_at: '2020-01-01T00:00:00Z', head: { repo, sha } },
        },
      },
      environment: {
        GITHUB_REPOSITORY: 'acme/voice',
        GITHUB_API_URL: github.apiUrl,
        GITHUB_SHA: sha,
        GITHUB_RUN_ID: '4711',
      },
    },
  );
}

const teardown = { teardown: 'true' };

describe('on GitHub, a preview', () => {
  test('has one comment that says what is serving from which commit, and that the teardown closes', async () => {
    expect((await run({}, 'opened', 'a')).succeeded).toBe(true);
    expect(github.comments).toHaveLength(1);
    expect(github.comments[0]?.issue).toBe(7);
    expect(github.comments[0]?.body).toContain('voice-pr-7');
    expect(github.comments[0]?.body).toContain('for `aaaaaaa`');
    expect(github.comments[0]?.body).toContain('serving');

    await run({ image: 'ghcr.io/acme/voice:3' }, 'synchronize', 'b');
    expect(github.comments).toHaveLength(1);
    expect(github.comments[0]?.body).toContain('for `bbbbbbb`');
    expect(github.comments[0]?.body).toContain('voice:3');

    expect((await run(teardown, 'closed', 'b')).succeeded).toBe(true);
    expect(github.comments).toHaveLength(1);
    expect(github.comments[0]?.body).toContain('**This preview is closed.**');
    expect(github.comments[0]?.body).toContain('Deleted the preview of pull request 7');
  });

  test('has a comment that says what failed', async () => {
    stage.emulator.script.deployment('voice-pr-7', { outcome: 'crash-loop' });
    expect((await run({})).succeeded).toBe(false);
    expect(github.comments[0]?.body).toContain('What failed');
  });

  test('has a comment that says what is wrong with the inputs', async () => {
    expect((await run({})).succeeded).toBe(true);
    expect((await run({ 'max-agents': 'many' }, 'synchronize', 'b')).succeeded).toBe(false);
    expect(github.comments).toHaveLength(1);
    expect(github.comments[0]?.body).toContain('max-agents');
    expect(github.comments[0]?.body).toContain('for `bbbbbbb`');
  });

  test.each([
    { name: 'a release', inputs: { image: 'ghcr.io/acme/voice:3' }, method: 'POST' },
    { name: 'a teardown', inputs: teardown, method: 'DELETE' },
  ])('has a comment that says that $name was cancelled', async ({ inputs, method }) => {
    expect((await run({})).succeeded).toBe(true);
    const cancellation = new AbortController();
    stage.emulator.script.after({ method, path: '/v1/agents/voice-pr-7' }, () => {
      cancellation.abort(new CancelledError('SIGINT'));
    });
    const { succeeded } = await run(inputs, 'synchronize', 'a', cancellation.signal);
    expect(succeeded).toBe(false);
    expect(github.comments).toHaveLength(1);
    expect(github.comments[0]?.body).toContain('The run was cancelled');
    expect(github.comments[0]?.body).not.toContain('is closed');
  });

  test('has a transient deployment, which is inactive after the teardown', async () => {
    await run({});
    expect(github.deployments).toMatchObject([
      { environment: 'preview', transient_environment: true, production_environment: false },
    ]);
    const { succeeded, actions } = await run(teardown, 'closed');
    expect(succeeded).toBe(true);
    expect(actions.warnings).toEqual([]);
    expect(github.deployments[0]?.statuses.at(-1)).toMatchObject({ state: 'inactive' });
  });

  test('without a comment gets none at its teardown', async () => {
    await run(teardown, 'closed');
    expect(github.comments).toEqual([]);
  });

  test('is torn down even if requests to GitHub fail', async () => {
    await run({});
    github.permissions.clear();
    const { succeeded, actions } = await run(teardown, 'closed');
    expect(succeeded).toBe(true);
    expect(stage.emulator.state.agent('voice-pr-7')).toBeUndefined();
    expect(actions.warnings.join('\n')).toContain('`deployments: write`');
  });

  test('keeps its deployment active if its agent could not be deleted', async () => {
    await run({});
    stage.emulator.script.fault(
      { method: 'DELETE', path: '/v1/agents/voice-pr-7' },
      { kind: 'status', status: 403, body: { error: 'Forbidden' } },
    );
    expect((await run(teardown, 'closed')).succeeded).toBe(false);
    expect(github.deployments[0]?.statuses.at(-1)).toMatchObject({ state: 'success' });
    expect(github.comments[0]?.body).toContain('was not torn down');
    expect(github.comments[0]?.body).not.toContain('is closed');
  });
});
