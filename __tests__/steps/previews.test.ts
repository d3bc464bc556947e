import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { WorkflowEvent } from '../../src/github/event.js';
import { GitHubServer, tokens } from '../support/github-server.js';
import { credentials, stageForEachTest, writes } from '../support/release-run.js';

const stage = stageForEachTest({ secretSetDelay: 300, deploymentDelay: 300 });
const minute = 60_000;

let github: GitHubServer;
beforeEach(async () => {
  github = await GitHubServer.start();
});
afterEach(() => github.close());

/** When the pull request was opened, and a minute before and after it. */
const times = () => {
  const opened = stage.clock.wallTime() - 60 * minute;
  return { opened, before: opened - minute, after: opened + minute };
};
const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();

function pullRequestEvent(number = 2, created_at: string | undefined = iso(times().opened)) {
  const repo = { full_name: 'acme/voice' };
  return {
    eventName: 'pull_request',
    payload: { repository: repo, pull_request: { number, created_at, head: { repo } } },
  };
}

const comment = (): WorkflowEvent => ({
  eventName: 'issue_comment',
  payload: {
    repository: { full_name: 'acme/voice' },
    issue: { number: 2, created_at: iso(times().opened), pull_request: {} },
  },
});

function release(inputs: Record<string, string>, event: WorkflowEvent) {
  return stage.release(
    {
      ...credentials['API key'],
      region: 'us-west',
      'agent-name': 'voice-{pr}',
      image: 'ghcr.io/acme/voice:2',
      ...inputs,
    },
    {
      event,
      environment: { GITHUB_REPOSITORY: 'acme/voice', GITHUB_API_URL: github.apiUrl },
    },
  );
}

describe('a release of a preview', () => {
  test('creates its own agent', async () => {
    const { succeeded, agents } = await release({}, pullRequestEvent());
    expect(succeeded).toBe(true);
    expect(agents).toMatchObject([{ name: 'voice-2', outcome: 'created', ready: true }]);
  });

  test('updates its agent if that is newer than the pull request', async () => {
    stage.emulator.seed.agent({ name: 'voice-2', createdAt: times().after });
    const { agents } = await release({}, pullRequestEvent());
    expect(agents).toMatchObject([{ outcome: 'updated' }]);
  });

  test('is rejected if the agent is older than the pull request', async () => {
    stage.emulator.seed.agent({ name: 'voice-2', createdAt: times().before });
    const { succeeded, actions } = await release({}, pullRequestEvent());
    expect(succeeded).toBe(false);
    expect(writes(stage.emulator)).toEqual([]);
    expect(actions.errors[0]?.message).toMatch(
      /agent voice-2: was created at \S+Z, before pull request 2 was opened \(\S+Z\), so it is not its preview\. Give previews a name/,
    );
  });

  test('is rejected if the agent is older, even if its name identifies it as a preview', async () => {
    stage.emulator.seed.agent({ name: 'voice-pr-2', createdAt: times().before });
    const { succeeded } = await release({ 'agent-name': 'voice-pr-{pr}' }, pullRequestEvent());
    expect(succeeded).toBe(false);
  });

  test.each([
    {
      name: 'rejected if the name does not contain `pr-{pr}`',
      agent: 'voice-{pr}',
      succeeds: false,
    },
    { name: 'accepted if the name contains `pr-{pr}`', agent: 'voice-pr-{pr}', succeeds: true },
  ])(
    'is $name and the platform does not show the age of the agent',
    async ({ agent, succeeds }) => {
      stage.emulator.seed.agent({ name: agent.replace('{pr}', '2') });
      stage.emulator.script.fault(
        { method: 'GET', path: /\/agents\/voice/ },
        {
          kind: 'altered',
          change: (answer) => ({ ...(answer as object), createdAt: undefined }),
        },
        { times: 100 },
      );
      const { succeeded, actions } = await release({ 'agent-name': agent }, pullRequestEvent());
      expect(succeeded).toBe(succeeds);
      if (!succeeds) expect(actions.errors[0]?.message).toContain('its age is unknown');
    },
  );
});

describe('if the event does not say when the pull request was opened, a release of a preview', () => {
  const dispatch: WorkflowEvent = { eventName: 'workflow_dispatch', payload: {} };
  const byHand = { 'pr-number': '2' };

  test('reads it with `github-token`', async () => {
    stage.emulator.seed.agent({ name: 'voice-2', createdAt: times().before });
    github.pullRequests.set(2, {
      created_at: iso(times().opened),
      head: { repo: { full_name: 'acme/voice' } },
    });
    const inputs = { ...byHand, 'github-token': tokens.job };
    const { succeeded, actions } = await release(inputs, dispatch);
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain('before pull request 2 was opened');
    expect(github.requests.map(({ path }) => path)).toEqual(['/repos/acme/voice/pulls/2']);
  });

  test('accepts the pull request of a fork, because somebody started it by hand', async () => {
    github.pullRequests.set(2, {
      created_at: iso(times().opened),
      head: { repo: { full_name: 'stranger/voice' } },
    });
    const inputs = { ...byHand, 'github-token': tokens.job };
    expect((await release(inputs, dispatch)).succeeded).toBe(true);
  });

  test('requires `pr-{pr}` in the name if there is no token', async () => {
    const { succeeded, actions } = await release(byHand, dispatch);
    expect(succeeded).toBe(false);
    expect(stage.emulator.requests).toEqual([]);
    expect(actions.errors[0]?.message).toMatch(
      /`agent-name`: does not contain `pr-\{pr\}`.*`github-token` is not given/s,
    );
    const named = await release({ ...byHand, 'agent-name': 'voice-pr-{pr}' }, dispatch);
    expect(named.succeeded).toBe(true);
  });

  test('requires `pr-{pr}` in the name if GitHub does not say it either', async () => {
    const inputs = { ...byHand, 'github-token': tokens.job };
    const { succeeded, actions } = await release(inputs, dispatch);
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain('`pull-requests: read`');
    const named = await release({ ...inputs, 'agent-name': 'voice-pr-{pr}' }, dispatch);
    expect(named.succeeded).toBe(true);
    expect(named.actions.everything).toContain('Could not read when pull request 2 was opened');
  });
});

describe('a run that was started by a comment on a pull request', () => {
  const token = { 'github-token': tokens.job };
  const pullRequest = (full_name: string | undefined) => ({
    created_at: iso(times().opened),
    head: { repo: full_name === undefined ? null : { full_name } },
  });

  test('releases the code of its own repository', async () => {
    github.pullRequests.set(2, pullRequest('Acme/Voice'));
    expect((await release(token, comment())).succeeded).toBe(true);
  });

  test.each([
    { name: 'from a fork', head: 'stranger/voice', inputs: token, reason: 'comes from a fork' },
    { name: 'from a deleted fork', head: undefined, inputs: token, reason: 'from a fork' },
    {
      name: 'without `github-token`',
      head: 'acme/voice',
      inputs: {},
      reason: 'Without `github-token`',
    },
    {
      name: 'that cannot be read',
      head: null,
      inputs: token,
      reason: 'could not be read: the response was 404',
    },
  ])('releases nothing for a pull request $name', async ({ head, inputs, reason }) => {
    if (head !== null) github.pullRequests.set(2, pullRequest(head));
    // Also without `{pr}`: the code is the danger, not the name.
    for (const agent of ['voice-{pr}', 'production']) {
      const { succeeded, actions } = await release({ ...inputs, 'agent-name': agent }, comment());
      expect(succeeded).toBe(false);
      expect(actions.errors[0]?.message).toContain(reason);
    }
    expect(stage.emulator.requests).toEqual([]);
  });

  test('releases nothing if the event cannot be parsed', async () => {
    const unread = { eventName: 'issue_comment', payload: undefined };
    const inputs = { ...token, 'agent-name': 'production' };
    const { succeeded, actions } = await release(inputs, unread);
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain('does not say what was commented on');
  });

  test('releases if the comment is on an issue, which brings no code', async () => {
    const onIssue = { eventName: 'issue_comment', payload: { issue: { number: 2 } } };
    expect((await release({ 'agent-name': 'production' }, onIssue)).succeeded).toBe(true);
  });

  test('plans without a token, because a plan writes nothing', async () => {
    const { succeeded } = await release({ 'dry-run': 'true' }, comment());
    expect(succeeded).toBe(true);
    expect(writes(stage.emulator)).toEqual([]);
  });
});

describe('an existing secret set whose name does not contain `pr-{pr}`', () => {
  const name = 'voice-2-keys';
  const inputs = {
    'agent-name': 'voice-pr-{pr}',
    'secret-set': 'voice-{pr}-keys',
    secrets: 'A=new-value',
  };
  const about = 'secret set voice-2-keys: may not belong to the preview';

  test('is not written if another agent binds it', async () => {
    stage.emulator.seed.secretSet({ name, values: { A: 'old-value' } });
    stage.emulator.seed.agent({ name: 'production', secretSet: name });
    const { succeeded, actions } = await release(inputs, pullRequestEvent());
    expect(succeeded).toBe(false);
    expect(writes(stage.emulator)).toEqual([]);
    expect(actions.errors[0]?.message).toContain(
      `${about}: other agents bind it or may bind it (\`production\`), and its name does not contain \`pr-2\``,
    );
  });

  test('is not written if another agent may bind it, which the platform does not show', async () => {
    stage.emulator.seed.secretSet({ name, values: { A: 'old-value' } });
    stage.emulator.seed.agent({ name: 'production' });
    stage.emulator.script.deployment('production', { outcome: 'stuck' });
    stage.emulator.script.supersede('production');
    const { succeeded, actions } = await release(inputs, pullRequestEvent());
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain(about);
  });

  test('is written if no other agent binds it, as after a failed release', async () => {
    stage.emulator.seed.secretSet({ name, values: { A: 'old-value' } });
    stage.emulator.seed.agent({ name: 'production' });
    const { succeeded } = await release(inputs, pullRequestEvent());
    expect(succeeded).toBe(true);
    expect(stage.emulator.state.secretSet(name)?.values).toEqual({ A: 'new-value' });
  });

  test('is written if the preview binds it, without reading other agents', async () => {
    stage.emulator.seed.secretSet({ name, values: { A: 'old-value' } });
    stage.emulator.seed.agent({
      name: 'voice-pr-2',
      secretSet: name,
      createdAt: times().after,
    });
    stage.emulator.seed.agent({ name: 'production', secretSet: name });
    const { succeeded } = await release(inputs, pullRequestEvent());
    expect(succeeded).toBe(true);
    const paths = stage.emulator.requests.map(({ path }) => path);
    expect(paths).not.toContain('/v1/agents/production');
  });

  test('is not written if another agent pulls its image with it', async () => {
    stage.emulator.seed.imagePullSecret({ name: 'voice-2-pull', host: 'https://ghcr.io/' });
    stage.emulator.seed.agent({ name: 'production', imagePullSecretSet: 'voice-2-pull' });
    const { succeeded, actions } = await release(
      {
        'agent-name': 'voice-pr-{pr}',
        'image-credentials': 'voice-{pr}-pull',
        registry: 'ghcr.io',
        'registry-username': 'acme-bot',
        'registry-password': 'hidden-password',
      },
      pullRequestEvent(),
    );
    expect(succeeded).toBe(false);
    expect(writes(stage.emulator)).toEqual([]);
    expect(actions.errors[0]?.message).toContain('image pull secret voice-2-pull: may not be');
  });
});
