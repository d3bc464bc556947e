import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { WorkflowEvent } from '../../src/github/event.js';
import { checkoutForEachTest } from '../support/checkout.js';
import { GitHubServer, tokens, type Spoiled } from '../support/github-server.js';
import {
  credentials,
  ofDependabot,
  Stage,
  type ReleaseOutcome,
  writes,
} from '../support/release-run.js';

const commit = '0123456789abcdef0123456789abcdef01234567';
const runUrl = 'https://github.example/acme/voice/actions/runs/4711';
const older = 'ghcr.io/acme/voice:1.0.0';
const newer = 'ghcr.io/acme/voice:2.0.0';

let server: GitHubServer;
let stage: Stage;

beforeEach(async () => {
  server = await GitHubServer.start();
  server.refs.add(commit);
  stage = await Stage.open({ deploymentDelay: 100, secretSetDelay: 100 });
});

afterEach(async () => {
  await stage.close();
  await server.close();
});

const pullRequest: WorkflowEvent = {
  eventName: 'pull_request',
  payload: { repository: { full_name: 'acme/voice' }, pull_request: { number: 7 } },
};

/** Runs the action as a job of the repository does. */
function release(
  inputs: Readonly<Record<string, string>>,
  {
    environment = {},
    ...options
  }: { environment?: Record<string, string>; event?: WorkflowEvent } = {},
): Promise<ReleaseOutcome> {
  return stage.release(
    { ...credentials['API key'], 'github-token': tokens.job, ...inputs },
    {
      ...options,
      environment: {
        GITHUB_API_URL: server.apiUrl,
        GITHUB_REPOSITORY: 'acme/voice',
        GITHUB_SHA: commit,
        GITHUB_RUN_ID: '4711',
        GITHUB_SERVER_URL: 'https://github.example',
        GITHUB_WORKFLOW: 'Release',
        GITHUB_JOB: 'release',
        ...environment,
      },
    },
  );
}

const voice = { 'agent-name': 'voice', image: newer, environment: 'production' };

const regional = {
  region: 'us-west, us-east, eu-central',
  'agent-name': 'voice-{region}',
  image: newer,
  environment: 'voice in {region}',
};

const asked = (): string[] => server.requests.map(({ method, path }) => `${method} ${path}`);

const answering = (status: number, message = 'Server Error'): Spoiled => ({
  kind: 'answer',
  status,
  body: JSON.stringify({ message }),
  headers: { 'content-type': 'application/json' },
});

const hanging = (times: number): Spoiled[] =>
  Array.from({ length: times }, () => ({ kind: 'hang' }));

/** What the next requests get once a deployment is made. */
function afterCreation(...spoiled: Spoiled[]): void {
  const { deployments } = server;
  const push = deployments.push.bind(deployments);
  deployments.push = (...items) => {
    server.spoiled.push(...spoiled);
    return push(...items);
  };
}

describe('the GitHub deployment of an agent', () => {
  test('names the commit, the environment and the agent, and is not held up by checks', async () => {
    const { succeeded, actions, agents } = await release(voice);
    expect(actions.warnings).toEqual([]);
    expect(succeeded).toBe(true);
    const path = '/repos/acme/voice/deployments';
    expect(asked()).toEqual([
      `POST ${path}`,
      `POST ${path}/${server.deployments[0]?.id ?? ''}/statuses`,
      `POST ${path}/${server.deployments[0]?.id ?? ''}/statuses`,
      `GET ${path}`,
    ]);
    expect(server.requests[0]?.body).toEqual({
      ref: commit,
      environment: 'production',
      production_environment: true,
      description: 'voice in us-west',
      payload: { agent: 'voice', region: 'us-west', deploymentId: agents[0]?.['deploymentId'] },
      required_contexts: [],
      auto_merge: false,
    });
    expect(server.deployments[0]?.statuses).toEqual([
      {
        state: 'in_progress',
        log_url: runUrl,
        description: 'Rolling out voice in us-west',
        auto_inactive: false,
      },
      {
        state: 'success',
        log_url: runUrl,
        description: 'voice in us-west: success',
        auto_inactive: false,
      },
    ]);
  });

  test('is there for each region, in an environment of its own', async () => {
    const { succeeded, actions } = await release(regional);
    expect(actions.warnings).toEqual([]);
    expect(succeeded).toBe(true);
    expect(server.deployments.map(({ environment }) => environment).sort()).toEqual([
      'voice in eu-central',
      'voice in us-east',
      'voice in us-west',
    ]);
    for (const { statuses } of server.deployments) {
      expect(statuses.map(({ state }) => state)).toEqual(['in_progress', 'success']);
    }
  });

  test('shares one environment where that is what is named, with a warning', async () => {
    const { succeeded, actions } = await release({ ...regional, environment: 'production' });
    expect(succeeded).toBe(true);
    expect(server.deployments).toHaveLength(3);
    expect(actions.warnings).toEqual([expect.stringContaining('`environment` has no `{region}`')]);
  });

  test('is a success or a failure, as its own region is', async () => {
    stage.emulator.script.deployment('voice-us-east', { outcome: 'crash-loop' });
    const { succeeded } = await release(regional);
    expect(succeeded).toBe(false);
    const ends = server.deployments.map(
      ({ payload, statuses }) =>
        [(payload as { region: string }).region, statuses.map(({ state }) => state)] as const,
    );
    expect(Object.fromEntries(ends)).toEqual({
      'us-west': ['in_progress', 'success'],
      'us-east': ['in_progress', 'failure'],
      'eu-central': ['in_progress', 'success'],
    });
  });

  test.each([
    { name: 'does not get ready in time', outcome: 'stuck' as const },
    { name: 'cannot pull its image', outcome: 'image-pull' as const },
  ])('is a failure where the agent $name', async ({ outcome }) => {
    stage.emulator.script.deployment('voice', { outcome });
    const { succeeded } = await release({ ...voice, 'wait-timeout': '30' });
    expect(succeeded).toBe(false);
    expect(server.deployments).toMatchObject([
      { statuses: [{ state: 'in_progress' }, { state: 'failure', log_url: runUrl }] },
    ]);
  });

  test('is a failure where another release takes over', async () => {
    stage.emulator.script.after({ method: 'POST', path: '/v1/agents' }, () => {
      stage.emulator.script.supersede('voice');
    });
    const { agents } = await release(voice);
    expect(agents).toMatchObject([{ outcome: 'superseded' }]);
    expect(server.deployments[0]?.statuses.at(-1)).toMatchObject({ state: 'failure' });
  });

  test('is none for regions that are not begun any more', async () => {
    stage.emulator.script.deployment('voice-us-west', { outcome: 'crash-loop' });
    const { succeeded } = await release({ ...regional, rollout: 'sequential' });
    expect(succeeded).toBe(false);
    expect(server.deployments).toMatchObject([{ environment: 'voice in us-west' }]);
  });

  test.each([
    {
      name: 'a set fails',
      inputs: { 'secret-set': 'keys', secrets: 'A=value-a' },
      spoil: () => {
        stage.emulator.script.provisioning('keys', { outcome: 'failed' });
      },
    },
    {
      name: 'the deploy is refused',
      inputs: {},
      spoil: () => {
        stage.emulator.script.fault({ method: 'POST' }, { kind: 'status', status: 400 });
      },
    },
    { name: 'the release cannot work', inputs: { region: 'mars-north' } },
    { name: 'the inputs are not valid', inputs: { 'max-agents': '0' } },
  ])('is none where no rollout begins, as $name', async ({ inputs, spoil }) => {
    spoil?.();
    const { succeeded } = await release({ ...voice, ...inputs });
    expect(succeeded).toBe(false);
    expect(server.requests).toEqual([]);
  });

  test('is none in a dry run', async () => {
    const { succeeded } = await release({ ...voice, 'dry-run': 'true' });
    expect(succeeded).toBe(true);
    expect(server.requests).toEqual([]);
  });

  test('is none with wait-for-ready: false, with a warning', async () => {
    const { succeeded, actions } = await release({ ...voice, 'wait-for-ready': 'false' });
    expect(succeeded).toBe(true);
    expect(server.requests).toEqual([]);
    expect(actions.warnings).toEqual([expect.stringContaining('creates no GitHub deployment')]);
  });

  test('is none with a token alone', async () => {
    const { succeeded } = await release({ ...voice, environment: '' });
    expect(succeeded).toBe(true);
    expect(server.requests).toEqual([]);
  });

  test.each([
    { name: 'without a token', inputs: { 'github-token': '' }, told: /needs `github-token`/ },
    {
      name: 'with another placeholder',
      inputs: { environment: 'voice-{version}' },
      told: /with `\{region\}` as the only placeholder/,
    },
    {
      name: 'without an agent',
      inputs: { 'agent-name': '', image: '', 'secret-set': 'keys', secrets: 'A=value-a' },
      told: /has no effect without `agent-name`/,
    },
  ])('is refused before anything is sent $name', async ({ inputs, told }) => {
    const { succeeded, actions } = await release({ ...voice, ...inputs });
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain('`environment`');
    expect(actions.errors[0]?.message).toMatch(told);
    expect([...server.requests, ...stage.emulator.requests]).toEqual([]);
  });
});

describe('what GitHub does not take never fails a release', () => {
  test('a token that may not is one warning that names the permission, for all regions', async () => {
    server.permissions.delete('deployments: write');
    const { succeeded, actions } = await release(regional);
    expect(succeeded).toBe(true);
    expect(actions.warnings).toHaveLength(1);
    expect(actions.warnings[0]).toContain('403');
    expect(actions.warnings[0]).toContain('needs the permission `deployments: write`');
    expect(actions.summary).toContain('`deployments: write`');
    // Nothing is asked of a deployment that was never made.
    expect(asked()).toEqual(Array(3).fill('POST /repos/acme/voice/deployments'));
  });

  test('a commit that GitHub does not know is a warning', async () => {
    server.refs.delete(commit);
    const { succeeded, actions } = await release(voice);
    expect(succeeded).toBe(true);
    expect(actions.warnings).toEqual([expect.stringContaining('No ref found for')]);
    expect(actions.warnings[0]).not.toContain('permission');
  });

  test.each([
    { name: 'a server error', spoiled: answering(500) },
    { name: 'a connection that breaks', spoiled: { kind: 'reset' } as const },
    { name: 'an answer that is cut off', spoiled: { kind: 'cut-off' } as const },
    { name: 'credentials that are none any more', spoiled: answering(401, 'Bad credentials') },
  ])('$name is a warning', async ({ spoiled }) => {
    server.spoiled.push(spoiled);
    const { succeeded, actions } = await release(voice);
    expect(succeeded).toBe(true);
    expect(actions.warnings).toEqual([
      expect.stringContaining('GitHub deployments are not complete, because'),
    ]);
    expect(actions.errors).toEqual([]);
  });

  test('nor do they hide that it failed', async () => {
    server.permissions.clear();
    stage.emulator.script.deployment('voice', { outcome: 'crash-loop' });
    const { succeeded, actions } = await release(voice);
    expect(succeeded).toBe(false);
    expect(actions.errors).toHaveLength(1);
    expect(actions.errors[0]?.title).toBe('The deployment failed');
    expect(actions.warnings).toContainEqual(expect.stringContaining('`deployments: write`'));
  });

  test.each([
    { name: 'is refused', spoiled: [answering(422, 'Validation Failed')] },
    { name: 'fails twice', spoiled: [answering(502), answering(502)] },
  ])('a deployment whose beginning $name has its end told all the same', async ({ spoiled }) => {
    afterCreation(...spoiled);
    const { succeeded, actions } = await release(voice);
    expect(succeeded).toBe(true);
    expect(actions.warnings).toHaveLength(1);
    expect(server.deployments[0]?.statuses).toMatchObject([{ state: 'success' }]);
  });

  test('a state that fails once is told after all', async () => {
    afterCreation({ kind: 'answer', status: 503 });
    const { actions } = await release(voice);
    expect(actions.warnings).toEqual([]);
    expect(server.deployments[0]?.statuses.map(({ state }) => state)).toEqual([
      'in_progress',
      'success',
    ]);
  });

  test.each([
    {
      name: 'hangs from the beginning',
      spoil: () => {
        server.spoiled.push(...hanging(9));
      },
    },
    {
      name: 'hangs once the deployment is made',
      spoil: () => {
        afterCreation(...hanging(9));
      },
    },
  ])('a GitHub that $name does not hold a release up for long', async ({ spoil }) => {
    const startedAt = stage.clock.now();
    await release({ ...voice, image: older, environment: '' });
    const took = stage.clock.now() - startedAt;

    spoil();
    const begunAt = stage.clock.now();
    const { succeeded, actions } = await release(voice);
    expect(succeeded).toBe(true);
    expect(stage.clock.now() - begunAt).toBeLessThan(took + 21_000);
    // The same for the beginning and the end is one thing to look at.
    expect(actions.warnings).toEqual([expect.stringContaining('no answer came within 10 s')]);
  });

  test('nobody waits for GitHub before the agent is rolled out', async () => {
    server.spoiled.push(...hanging(2));
    stage.emulator.script.deployment('voice', { outcome: 'crash-loop' });
    const startedAt = stage.clock.trueTime();
    await release(voice);
    const sent = stage.emulator.requests.at(-1)?.receivedAt ?? Infinity;
    expect(sent - startedAt).toBeLessThan(10_000);
  });
});

describe('the token', () => {
  test.each([
    { name: 'a job', token: tokens.job },
    { name: 'a person', token: tokens.person },
  ])('of $name is masked and shown nowhere', async ({ token }) => {
    server.spoiled.push(answering(403, `Resource not accessible by ${token}`));
    const inputs = { ...voice, 'github-token': token };
    const released = await release(inputs);
    expect(released.actions.masks).toContain(token);
    expect(released.actions.everything).not.toContain(token);

    const planned = await release(
      { ...inputs, 'dry-run': 'true', comment: 'true' },
      { event: pullRequest },
    );
    expect(planned.actions.masks).toContain(token);
    expect(planned.actions.everything).not.toContain(token);
    expect(server.comments.map(({ body }) => body).join('\n')).not.toContain(token);
    expect(JSON.stringify(stage.emulator.requests)).not.toContain(token);
    expect(JSON.stringify(server.requests.map(({ path, body }) => [path, body]))).not.toContain(
      token,
    );
  });

  test('never goes to the platform among the secrets', async () => {
    await release({
      ...voice,
      'secret-set': 'keys',
      'secrets-json': JSON.stringify({ A: 'value-a', BOT: tokens.job }),
      'secrets-include': '*',
    });
    expect(stage.emulator.state.secretSet('keys')?.values).toEqual({ A: 'value-a' });
  });

  test.each([
    { name: 'region', inputs: { region: tokens.job } },
    { name: 'environment', inputs: { environment: `{${tokens.person}}` } },
  ])('in the input $name is not shown', async ({ inputs }) => {
    const { succeeded, actions } = await release({ ...voice, ...inputs });
    expect(succeeded).toBe(false);
    expect(actions.everything).not.toMatch(/gh[sp]_hidden/);
  });
});

describe('the comment with the plan of a build', () => {
  const checkout = checkoutForEachTest();
  const inputs = {
    'agent-name': 'voice',
    region: 'us-west',
    'cloud-build': 'true',
    'dry-run': 'true',
    comment: 'true',
  };
  const planned = (others: Readonly<Record<string, string>> = {}): Promise<ReleaseOutcome> =>
    release({ ...inputs, ...others }, { event: pullRequest, environment: checkout.environment });

  test('says that one would be made, of what, and what follows for the agent', async () => {
    stage.emulator.seed.agent({ name: 'voice', image: older });
    const { succeeded, actions } = await planned();
    expect(succeeded).toBe(true);
    const body = server.comments[0]?.body ?? '';
    expect(body).toContain('## 📋 Plan for `voice` in `us-west`: 1 build and 1 agent would change');
    expect(body).toMatch(/^Build context `[0-9a-f]{16}`: 2 files of \d+ B, packed as \d+ B\.$/m);
    expect(body).toMatch(
      /^- Build the image with `Dockerfile` from the context `[0-9a-f]{16}`, which was not built before\.$/m,
    );
    expect(body).toMatch(/^- Update the agent `voice`: .*because its image is rebuilt\.$/m);
    // Nothing was built, so there is no table of builds.
    expect(body).not.toContain('| Build |');
    expect(actions.outputs['builds']).toBe('[]');
    expect(actions.outputs['build-id']).toBe('');
    expect(writes(stage.emulator)).toEqual([]);
  });

  test('stays the same for the same files, and changes with them', async () => {
    await planned();
    const [first] = server.comments;
    await planned();
    expect(server.comments).toEqual([first]);
    checkout.write({ 'bot.py': 'print("bye")\n' });
    await planned();
    expect(server.comments).toHaveLength(1);
    expect(server.comments[0]?.body).not.toBe(first?.body);
  });

  test('names the build that would be used again', async () => {
    await planned({ 'dry-run': 'false', comment: 'false' });
    const id = stage.emulator.state.builds()[0]?.id ?? '';
    await planned();
    const body = server.comments[0]?.body ?? '';
    expect(body).toContain('Plan for `voice` in `us-west`: nothing would change');
    expect(body).toContain(`- Reuse the build \`${id}\` of the same context.`);
  });

  test('says what is wrong with the files', async () => {
    const { succeeded } = await planned({ dockerfile: 'Missing' });
    expect(succeeded).toBe(false);
    expect(server.comments[0]?.body ?? '').toContain('## ❌ The build context cannot be packed');
    expect(stage.emulator.requests).toEqual([]);
  });
});

describe('the comment with a plan', () => {
  const plan = { 'agent-name': 'voice', image: newer, 'dry-run': 'true', comment: 'true' };

  const planned = (
    inputs: Readonly<Record<string, string>> = {},
    environment: Record<string, string> = {},
  ): Promise<ReleaseOutcome> =>
    release({ ...plan, ...inputs }, { event: pullRequest, environment });

  test('says what the summary says, and where it is from', async () => {
    stage.emulator.seed.agent({ name: 'voice', image: older });
    const { succeeded, actions } = await planned();
    expect(succeeded).toBe(true);
    expect(actions.warnings).toEqual([]);
    expect(server.comments).toHaveLength(1);
    expect(server.comments[0]).toMatchObject({ issue: 7, user: { type: 'Bot' } });
    const body = server.comments[0]?.body ?? '';
    expect(body).toContain('## 📋 Plan for `voice` in `us-west`: 1 agent would change');
    expect(body).toContain(`- Update the agent \`voice\`: image \`${older}\` → \`${newer}\`.`);
    expect(body).toContain(`<sub>From [this run](${runUrl}), for \`0123456\`.</sub>`);
    expect(writes(stage.emulator)).toEqual([]);
  });

  test('is updated, not repeated', async () => {
    await planned();
    const [first] = server.comments;
    stage.emulator.seed.agent({ name: 'voice', image: older });
    await planned({}, { GITHUB_RUN_ID: '4712' });
    expect(server.comments).toHaveLength(1);
    expect(server.comments[0]?.id).toBe(first?.id);
    expect(server.comments[0]?.body).toContain('Update the agent `voice`');
    expect(server.comments[0]?.body).toContain('/runs/4712');
  });

  test('is left where nothing in it changes', async () => {
    await planned();
    const requests = server.requests.length;
    const { actions } = await planned();
    expect(asked().slice(requests)).toEqual(['GET /repos/acme/voice/issues/7/comments']);
    expect(actions.log).toContain(
      'info: The comment with the plan on the pull request is unchanged.',
    );
  });

  test('of somebody else is left alone, whatever it quotes', async () => {
    await planned();
    const [own] = server.comments;
    server.comments = [];
    const theirs = server.addComment(7, own?.body ?? '', { login: 'mallory', type: 'User' });
    await planned();
    expect(server.comments).toHaveLength(2);
    expect(server.comments[0]).toEqual(theirs);
  });

  test.each([
    { name: 'agents', first: {}, second: { 'agent-name': 'sales' } },
    { name: 'regions', first: { region: 'us-west' }, second: { region: 'us-east' } },
    {
      name: 'secret sets, where there is no agent',
      first: { 'agent-name': '', image: '', 'secret-set': 'keys', secrets: 'A=value-a' },
      second: { 'agent-name': '', image: '', 'secret-set': 'others', secrets: 'A=value-a' },
    },
    { name: 'environments', first: {}, second: { environment: 'staging' } },
    { name: 'organizations', first: {}, second: { ...credentials.token, 'api-key': '' } },
  ])('is one for each of two plans that differ in their $name', async (differing) => {
    const { first, second } = differing;
    await planned(first);
    await planned(second);
    expect(server.comments).toHaveLength(2);
    await planned(first);
    await planned(second);
    expect(server.comments).toHaveLength(2);
  });

  test.each([
    { name: 'job', environment: { GITHUB_JOB: 'staging' } },
    { name: 'workflow', environment: { GITHUB_WORKFLOW: 'Nightly' } },
    { name: 'step', environment: { GITHUB_ACTION: 'plan' } },
  ])('is the same one for the same agents, whichever $name plans them', async ({ environment }) => {
    await planned();
    await planned({}, environment);
    expect(server.comments).toHaveLength(1);
  });

  describe('of agents that the step no longer plans', () => {
    const bodyOf = (agent: string): string =>
      server.comments.find(({ body }) => body.includes(`\`${agent}\``))?.body ?? '';

    test('is closed, with the last plan folded away', async () => {
      await planned();
      const { actions } = await planned({ 'agent-name': 'sales' }, { GITHUB_RUN_ID: '4712' });
      expect(server.comments).toHaveLength(2);
      expect(bodyOf('voice')).toContain('**This plan is closed.**');
      expect(bodyOf('voice')).toContain('/runs/4712');
      expect(bodyOf('voice')).toMatch(/<details><summary>The last plan<\/summary>\n\n## 📋 Plan/);
      expect(bodyOf('sales')).not.toContain('closed');
      expect(actions.log).toContain(
        'info: Closed the comment of a plan that this step no longer makes.',
      );
    });

    test('stays closed, and is open again with the next plan of them', async () => {
      await planned();
      await planned({ 'agent-name': 'sales' }, { GITHUB_RUN_ID: '4712' });
      const closed = bodyOf('voice');
      await planned({ 'agent-name': 'sales' }, { GITHUB_RUN_ID: '4713' });
      expect(bodyOf('voice')).toBe(closed);
      await planned({}, { GITHUB_RUN_ID: '4714' });
      expect(server.comments).toHaveLength(2);
      expect(bodyOf('voice')).not.toContain('closed');
      expect(bodyOf('sales')).toContain('**This plan is closed.**');
    });

    test('is left alone if another job of the same run made it, as in a matrix', async () => {
      const run = async (id: string, agents: readonly string[]): Promise<void> => {
        for (const agent of agents) await planned({ 'agent-name': agent }, { GITHUB_RUN_ID: id });
      };
      await run('4711', ['voice', 'sales']);
      await run('4712', ['sales', 'voice']);
      expect(server.comments.map(({ body }) => body).join()).not.toContain('closed');
      await run('4713', ['voice']);
      await run('4714', ['voice']);
      expect(bodyOf('sales')).toContain('**This plan is closed.**');
      expect(bodyOf('voice')).not.toContain('closed');
    });

    test('is left alone if the job of another run updates it at that moment', async () => {
      await planned();
      const [voice] = server.comments;
      server.occasions.push(
        () => undefined,
        () => undefined,
        () => {
          server.comments = server.comments.map((one) =>
            one.id === voice?.id ? { ...one, body: `${one.body}\nnewer` } : one,
          );
        },
      );
      await planned({ 'agent-name': 'sales' }, { GITHUB_RUN_ID: '4712' });
      expect(bodyOf('voice')).not.toContain('closed');
    });

    test.each([
      { name: 'an older run', environment: { GITHUB_RUN_ID: '4710' } },
      { name: 'another job', environment: { GITHUB_RUN_ID: '4712', GITHUB_JOB: 'sales' } },
      { name: 'another step', environment: { GITHUB_RUN_ID: '4712', GITHUB_ACTION: 'sales' } },
    ])('is left alone by $name', async ({ environment }) => {
      await planned();
      await planned({ 'agent-name': 'sales' }, environment);
      expect(bodyOf('voice')).not.toContain('closed');
    });
  });

  describe('of a plan whose inputs have mistakes', () => {
    test('is updated, and the run is red', async () => {
      await planned();
      const { succeeded, actions } = await planned({ 'max-agents': '0' });
      expect(succeeded).toBe(false);
      expect(actions.errors).toHaveLength(1);
      expect(server.comments).toHaveLength(1);
      const body = server.comments[0]?.body ?? '';
      expect(body).toContain('## ❌ The inputs are not valid');
      expect(body).toContain('**`max-agents`**');
      await planned();
      expect(server.comments).toHaveLength(1);
      expect(server.comments[0]?.body).toContain('## 📋 Plan');
    });

    test.each([
      { name: 'the agent', inputs: { 'agent-name': 'Voice!' } },
      { name: 'the region', inputs: { region: 'us west' } },
      { name: 'the settings file', inputs: { 'agent-name': '', 'config-file': 'missing.toml' } },
      { name: 'the environment', inputs: { environment: '{stage}' } },
    ])('is updated even if the mistake is in $name', async ({ inputs }) => {
      await planned();
      const { succeeded } = await planned(inputs, { GITHUB_RUN_ID: '4712' });
      expect(succeeded).toBe(false);
      expect(server.comments).toHaveLength(1);
      expect(server.comments[0]?.body).toContain('## ❌');
      await planned({}, { GITHUB_RUN_ID: '4713' });
      expect(server.comments).toHaveLength(1);
      expect(server.comments[0]?.body).toContain('## 📋 Plan');
    });

    test('is created if there is none, without a credential, too', async () => {
      const repository = { full_name: 'acme/voice' };
      const payload = { repository, pull_request: { number: 7, head: { repo: repository } } };
      const event = { eventName: 'pull_request', payload };
      const { succeeded } = await release({ ...plan, 'api-key': '' }, { event });
      expect(succeeded).toBe(false);
      expect(server.comments[0]?.body).toContain('**`api-key`**');
      expect(stage.emulator.requests).toEqual([]);
    });

    test('is none for a release, and none for a fork that runs with secrets', async () => {
      await release({ ...plan, 'dry-run': 'false', 'max-agents': '0' }, { event: pullRequest });
      const fork = { pull_request: { number: 7, head: { repo: { full_name: 'mallory/voice' } } } };
      await release(plan, {
        event: {
          eventName: 'pull_request_target',
          payload: { repository: { full_name: 'acme/voice' }, ...fork },
        },
      });
      expect(server.requests).toEqual([]);
    });

    test('holds no value', async () => {
      await planned({
        'secret-set': 'keys',
        secrets: 'A=hidden-value',
        'max-agents': 'hidden-value',
      });
      expect(server.comments[0]?.body).toContain('max-agents');
      expect(server.comments[0]?.body).not.toContain('hidden-value');
    });
  });

  test('is kept on the pull request that a comment was made on', async () => {
    const payload = { issue: { number: 7, pull_request: { url: 'https://api.github.com/…' } } };
    await release(plan, { event: { eventName: 'issue_comment', payload } });
    expect(server.comments).toMatchObject([{ issue: 7 }]);
    const issue = { issue: { number: 7 } };
    server.comments = [];
    await release(plan, { event: { eventName: 'issue_comment', payload: issue } });
    expect(server.comments).toEqual([]);
  });

  test('is one for an agent that the settings file names, and another for another agent', async () => {
    const files = (name: string) => ({ '/workspace/pcc.toml': `agent_name = "${name}"` });
    const run = (name: string) =>
      stage.release(
        {
          ...credentials['API key'],
          'github-token': tokens.job,
          ...plan,
          'agent-name': '',
          'config-file': 'pcc.toml',
        },
        {
          event: pullRequest,
          files: files(name),
          environment: {
            GITHUB_API_URL: server.apiUrl,
            GITHUB_REPOSITORY: 'acme/voice',
            GITHUB_SHA: commit,
          },
        },
      );
    await run('voice');
    await run('sales');
    await run('voice');
    expect(server.comments).toHaveLength(2);
  });

  test('is one for each pull request', async () => {
    server.issues.add(8);
    await planned();
    await release(plan, {
      event: { eventName: 'pull_request', payload: { pull_request: { number: 8 } } },
    });
    expect(server.comments.map(({ issue }) => issue)).toEqual([7, 8]);
  });

  test('tells why a release cannot work, and the run is red', async () => {
    const { succeeded, actions } = await planned({ region: 'mars-north' });
    expect(succeeded).toBe(false);
    expect(actions.errors).toHaveLength(1);
    expect(server.comments).toHaveLength(1);
    expect(server.comments[0]?.body).toContain('## ❌ The release cannot work with these settings');
    expect(server.comments[0]?.body).toContain('nknown region');
  });

  test('of a plan that failed becomes the one of a plan that works', async () => {
    await planned();
    stage.emulator.script.fault({ method: 'GET' }, { kind: 'status', status: 401 });
    expect((await planned()).succeeded).toBe(false);
    expect(server.comments[0]?.body).toContain('rejected the credential');
    await planned();
    expect(server.comments).toHaveLength(1);
    expect(server.comments[0]?.body).toContain('## 📋 Plan');
  });

  test.each([
    {
      name: 'a refusal',
      seed: () => {
        stage.emulator.script.fault(
          { method: 'GET', path: '/v1/regions' },
          { kind: 'status', status: 400, body: { error: 'Who is hidden-value?', code: '400' } },
        );
      },
    },
    {
      name: 'what it says of a set',
      seed: () => {
        stage.emulator.seed.imagePullSecret({
          name: 'registry',
          status: 'failed',
          errorMessage: 'Who is hidden-value?',
        });
      },
    },
  ])('holds no value, although the platform repeats one in $name', async ({ seed }) => {
    seed();
    const { succeeded } = await planned({
      'secret-set': 'keys',
      secrets: 'A=hidden-value',
      'image-credentials': 'registry',
    });
    expect(succeeded).toBe(false);
    expect(server.comments[0]?.body).toContain('Who is ***?');
    expect(server.comments[0]?.body).not.toContain('hidden-value');
  });

  test('is none without `comment: true`', async () => {
    await planned({ comment: 'false' });
    expect(server.requests).toEqual([]);
  });

  test.each([
    { name: 'a push', event: { eventName: 'push', payload: { ref: 'refs/heads/main' } } },
    { name: 'a schedule', event: { eventName: 'schedule', payload: {} } },
    { name: 'an event that cannot be read', event: { eventName: '', payload: 'none' } },
  ])('is none for $name', async ({ event }) => {
    const { succeeded, actions } = await release(plan, { event });
    expect(succeeded).toBe(true);
    expect(actions.warnings).toEqual([]);
    expect(server.requests).toEqual([]);
  });

  test('is none for a release, even in a pull request', async () => {
    const { succeeded } = await release(
      { 'agent-name': 'voice', image: newer, comment: 'true' },
      { event: pullRequest },
    );
    expect(succeeded).toBe(true);
    expect(server.requests).toEqual([]);
  });

  test('is none without a credential, as in a fork, whose token may not comment', async () => {
    const { succeeded, actions } = await planned({ 'api-key': '' }, ofDependabot.environment);
    expect(succeeded).toBe(true);
    expect(actions.warnings).toEqual([]);
    expect([...server.requests, ...stage.emulator.requests]).toEqual([]);
  });

  test.each([
    {
      name: '403',
      spoil: () => {
        server.permissions.delete('pull-requests: write');
      },
      told: '`pull-requests: write`',
    },
    {
      name: '404',
      spoil: () => {
        server.issues.delete(7);
      },
      told: '`pull-requests: write`',
    },
    {
      name: '500',
      spoil: () => {
        server.spoiled.push(answering(500), answering(500));
      },
      told: 'the response was 500',
    },
    {
      name: 'no answer',
      spoil: () => {
        server.spoiled.push(...hanging(2));
      },
      told: 'no answer came within 10 s',
    },
    {
      name: 'a server that is not there',
      close: true,
      told: 'the connection failed',
    },
    {
      name: 'an answer that is no list',
      spoil: () => {
        server.spoiled.push({
          kind: 'answer',
          status: 200,
          body: '{"message":"surprise"}',
          headers: { 'content-type': 'application/json' },
        });
      },
      told: 'has an unexpected shape',
    },
  ])('that GitHub does not take is a warning, never a failed run: $name', async (refused) => {
    refused.spoil?.();
    if (refused.close === true) await server.close();
    const { succeeded, actions } = await planned();
    expect(succeeded).toBe(true);
    expect(actions.errors).toEqual([]);
    expect(actions.warnings).toHaveLength(1);
    expect(actions.warnings[0]).toContain('The plan is not in a comment, because');
    expect(actions.warnings[0]).toContain(refused.told);
    expect(actions.outputs['plan']).toContain('"voice"');
    expect(actions.summary).toContain('The plan is not in a comment');
  });

  test('that GitHub does not take leaves a failed plan red for its own reason', async () => {
    server.permissions.clear();
    const { succeeded, actions } = await planned({ region: 'mars-north' });
    expect(succeeded).toBe(false);
    expect(actions.errors).toHaveLength(1);
    expect(actions.errors[0]?.title).toBe('The release cannot work with these settings');
    expect(actions.warnings).toHaveLength(1);
  });
});
