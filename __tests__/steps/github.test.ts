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

/** Runs the action as a job of the repository would. */
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

/** Spoils the responses to the requests that follow the creation of a deployment. */
function afterCreation(...spoiled: Spoiled[]): void {
  const { deployments } = server;
  const push = deployments.push.bind(deployments);
  deployments.push = (...items) => {
    server.spoiled.push(...spoiled);
    return push(...items);
  };
}

describe('the GitHub deployment of an agent', () => {
  test('has the commit, the environment and the agent, and does not wait for status checks', async () => {
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

  test('is created for each region, in its own environment', async () => {
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

  test('shares one environment if `environment` has no placeholder, with a warning', async () => {
    const { succeeded, actions } = await release({ ...regional, environment: 'production' });
    expect(succeeded).toBe(true);
    expect(server.deployments).toHaveLength(3);
    expect(actions.warnings).toEqual([expect.stringContaining('`environment` has no `{region}`')]);
  });

  test('succeeds or fails together with its own region', async () => {
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
  ])('fails if the agent $name', async ({ outcome }) => {
    stage.emulator.script.deployment('voice', { outcome });
    const { succeeded } = await release({ ...voice, 'wait-timeout': '30' });
    expect(succeeded).toBe(false);
    expect(server.deployments).toMatchObject([
      { statuses: [{ state: 'in_progress' }, { state: 'failure', log_url: runUrl }] },
    ]);
  });

  test('fails if another release replaces it', async () => {
    stage.emulator.script.after({ method: 'POST', path: '/v1/agents' }, () => {
      stage.emulator.script.supersede('voice');
    });
    const { agents } = await release(voice);
    expect(agents).toMatchObject([{ outcome: 'superseded' }]);
    expect(server.deployments[0]?.statuses.at(-1)).toMatchObject({ state: 'failure' });
  });

  test('is not created for regions whose rollout does not start', async () => {
    stage.emulator.script.deployment('voice-us-west', { outcome: 'crash-loop' });
    const { succeeded } = await release({ ...regional, rollout: 'sequential' });
    expect(succeeded).toBe(false);
    expect(server.deployments).toMatchObject([{ environment: 'voice in us-west' }]);
  });

  test.each([
    {
      name: 'a secret set fails',
      inputs: { 'secret-set': 'keys', secrets: 'A=value-a' },
      spoil: () => {
        stage.emulator.script.provisioning('keys', { outcome: 'failed' });
      },
    },
    {
      name: 'the platform rejects the deploy',
      inputs: {},
      spoil: () => {
        stage.emulator.script.fault({ method: 'POST' }, { kind: 'status', status: 400 });
      },
    },
    { name: 'the preflight finds a mistake', inputs: { region: 'mars-north' } },
    { name: 'an input is invalid', inputs: { 'max-agents': '0' } },
  ])('is not created if no rollout starts because $name', async ({ inputs, spoil }) => {
    spoil?.();
    const { succeeded } = await release({ ...voice, ...inputs });
    expect(succeeded).toBe(false);
    expect(server.requests).toEqual([]);
  });

  test('is not created in a dry run', async () => {
    const { succeeded } = await release({ ...voice, 'dry-run': 'true' });
    expect(succeeded).toBe(true);
    expect(server.requests).toEqual([]);
  });

  test('is not created with `wait-for-ready: false`, with a warning', async () => {
    const { succeeded, actions } = await release({ ...voice, 'wait-for-ready': 'false' });
    expect(succeeded).toBe(true);
    expect(server.requests).toEqual([]);
    expect(actions.warnings).toEqual([expect.stringContaining('creates no GitHub deployment')]);
  });

  test('is not created if `environment` is omitted', async () => {
    const { succeeded } = await release({ ...voice, environment: '' });
    expect(succeeded).toBe(true);
    expect(server.requests).toEqual([]);
  });

  test.each([
    {
      name: 'without `github-token`',
      inputs: { 'github-token': '' },
      expected: /needs `github-token`/,
    },
    {
      name: 'with an unknown placeholder',
      inputs: { environment: 'voice-{version}' },
      expected: /with `\{region\}` as the only placeholder/,
    },
    {
      name: 'without an agent',
      inputs: { 'agent-name': '', image: '', 'secret-set': 'keys', secrets: 'A=value-a' },
      expected: /has no effect without `agent-name`/,
    },
  ])('is rejected before anything is sent $name', async ({ inputs, expected }) => {
    const { succeeded, actions } = await release({ ...voice, ...inputs });
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain('`environment`');
    expect(actions.errors[0]?.message).toMatch(expected);
    expect([...server.requests, ...stage.emulator.requests]).toEqual([]);
  });
});

describe('a failed request to GitHub never fails a release', () => {
  test('a missing permission is one warning for all regions, which names the permission', async () => {
    server.permissions.delete('deployments: write');
    const { succeeded, actions } = await release(regional);
    expect(succeeded).toBe(true);
    expect(actions.warnings).toHaveLength(1);
    expect(actions.warnings[0]).toContain('403');
    expect(actions.warnings[0]).toContain('needs the permission `deployments: write`');
    expect(actions.summary).toContain('`deployments: write`');
    // No status is sent for a deployment that was never created.
    expect(asked()).toEqual(Array(3).fill('POST /repos/acme/voice/deployments'));
  });

  test('an unknown commit is a warning', async () => {
    server.refs.delete(commit);
    const { succeeded, actions } = await release(voice);
    expect(succeeded).toBe(true);
    expect(actions.warnings).toEqual([expect.stringContaining('No ref found for')]);
    expect(actions.warnings[0]).not.toContain('permission');
  });

  test.each([
    { name: 'a server error', spoiled: answering(500) },
    { name: 'a connection that is reset', spoiled: { kind: 'reset' } as const },
    { name: 'a response that is cut off', spoiled: { kind: 'cut-off' } as const },
    { name: 'an expired token', spoiled: answering(401, 'Bad credentials') },
  ])('$name is a warning', async ({ spoiled }) => {
    server.spoiled.push(spoiled);
    const { succeeded, actions } = await release(voice);
    expect(succeeded).toBe(true);
    expect(actions.warnings).toEqual([
      expect.stringContaining('GitHub deployments are not complete, because'),
    ]);
    expect(actions.errors).toEqual([]);
  });

  test('and does not hide that the release failed', async () => {
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
  ])('a deployment whose first status $name still gets its last status', async ({ spoiled }) => {
    afterCreation(...spoiled);
    const { succeeded, actions } = await release(voice);
    expect(succeeded).toBe(true);
    expect(actions.warnings).toHaveLength(1);
    expect(server.deployments[0]?.statuses).toMatchObject([{ state: 'success' }]);
  });

  test('a status that fails once is sent again', async () => {
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
      name: 'does not answer at all',
      spoil: () => {
        server.spoiled.push(...hanging(9));
      },
    },
    {
      name: 'does not answer after it created the deployment',
      spoil: () => {
        afterCreation(...hanging(9));
      },
    },
  ])('a GitHub server that $name delays a release only for a short time', async ({ spoil }) => {
    const startedAt = stage.clock.now();
    await release({ ...voice, image: older, environment: '' });
    const took = stage.clock.now() - startedAt;

    spoil();
    const secondStartedAt = stage.clock.now();
    const { succeeded, actions } = await release(voice);
    expect(succeeded).toBe(true);
    expect(stage.clock.now() - secondStartedAt).toBeLessThan(took + 21_000);
    // Two requests that fail for the same reason cause one warning.
    expect(actions.warnings).toEqual([expect.stringContaining('no answer came within 10 s')]);
  });

  test('the rollout does not wait for GitHub', async () => {
    server.spoiled.push(...hanging(2));
    stage.emulator.script.deployment('voice', { outcome: 'crash-loop' });
    const startedAt = stage.clock.trueTime();
    await release(voice);
    const sent = stage.emulator.requests.at(-1)?.receivedAt ?? Infinity;
    expect(sent - startedAt).toBeLessThan(10_000);
  });
});

describe('the GitHub token', () => {
  test.each([
    { name: 'a job', token: tokens.job },
    { name: 'a person', token: tokens.person },
  ])('of $name is masked and appears in no output', async ({ token }) => {
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

  test('is never sent to the platform among the secrets', async () => {
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
  ])('is not shown if it is in the input $name', async ({ inputs }) => {
    const { succeeded, actions } = await release({ ...voice, ...inputs });
    expect(succeeded).toBe(false);
    expect(actions.everything).not.toMatch(/gh[sp]_hidden/);
  });
});

describe('the comment with the plan of a cloud build', () => {
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

  test('announces the build, names its context, and says what changes for the agent', async () => {
    stage.emulator.seed.agent({ name: 'voice', image: older });
    const { succeeded, actions } = await planned();
    expect(succeeded).toBe(true);
    const body = server.comments[0]?.body ?? '';
    expect(body).toContain(
      '## 📋 Plan for `voice` in `us-west`: 1 agent would be updated, 1 image would be built',
    );
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

  test('stays the same for the same files, and changes if a file changes', async () => {
    await planned();
    const [first] = server.comments;
    await planned();
    expect(server.comments).toEqual([first]);
    checkout.write({ 'bot.py': 'print("bye")\n' });
    await planned();
    expect(server.comments).toHaveLength(1);
    expect(server.comments[0]?.body).not.toBe(first?.body);
  });

  test('names the build that would be reused', async () => {
    await planned({ 'dry-run': 'false', comment: 'false' });
    const id = stage.emulator.state.builds()[0]?.id ?? '';
    await planned();
    const body = server.comments[0]?.body ?? '';
    expect(body).toContain('Plan for `voice` in `us-west`: nothing would change');
    expect(body).toContain(`- Reuse the build \`${id}\` of the same context.`);
  });

  test('says what is wrong with the build context', async () => {
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

  test('has the same text as the summary, and a link to the run', async () => {
    stage.emulator.seed.agent({ name: 'voice', image: older });
    const { succeeded, actions } = await planned();
    expect(succeeded).toBe(true);
    expect(actions.warnings).toEqual([]);
    expect(server.comments).toHaveLength(1);
    expect(server.comments[0]).toMatchObject({ issue: 7, user: { type: 'Bot' } });
    const body = server.comments[0]?.body ?? '';
    expect(body).toContain('## 📋 Plan for `voice` in `us-west`: 1 agent would be updated');
    expect(body).toContain(`- Update the agent \`voice\`: image \`${older}\` → \`${newer}\`.`);
    expect(body).toContain(`<sub>From [this run](${runUrl}), for \`0123456\`.</sub>`);
    expect(writes(stage.emulator)).toEqual([]);
  });

  test('is updated instead of repeated', async () => {
    await planned();
    const [first] = server.comments;
    stage.emulator.seed.agent({ name: 'voice', image: older });
    await planned({}, { GITHUB_RUN_ID: '4712' });
    expect(server.comments).toHaveLength(1);
    expect(server.comments[0]?.id).toBe(first?.id);
    expect(server.comments[0]?.body).toContain('Update the agent `voice`');
    expect(server.comments[0]?.body).toContain('/runs/4712');
  });

  test('is not updated if the plan is unchanged', async () => {
    await planned();
    const requests = server.requests.length;
    const { actions } = await planned();
    expect(asked().slice(requests)).toEqual(['GET /repos/acme/voice/issues/7/comments']);
    expect(actions.log).toContain(
      'info: The comment with the plan on the pull request is unchanged.',
    );
  });

  test('is never updated if another user wrote it, even if it quotes the plan', async () => {
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
      name: 'secret sets, without an agent',
      first: { 'agent-name': '', image: '', 'secret-set': 'keys', secrets: 'A=value-a' },
      second: { 'agent-name': '', image: '', 'secret-set': 'others', secrets: 'A=value-a' },
    },
    { name: 'environments', first: {}, second: { environment: 'staging' } },
    { name: 'organizations', first: {}, second: { ...credentials.token, 'api-key': '' } },
  ])('is a separate one for each of two plans that differ in their $name', async (differing) => {
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

    test('is closed, with the last plan collapsed', async () => {
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

    test('stays closed, and is reopened by the next plan of these agents', async () => {
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

    test('is left unchanged if another job of the same run created it, as in a matrix', async () => {
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

    test('is left unchanged if another run updates it at the same moment', async () => {
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
    ])('is left unchanged by $name', async ({ environment }) => {
      await planned();
      await planned({ 'agent-name': 'sales' }, environment);
      expect(bodyOf('voice')).not.toContain('closed');
    });
  });

  describe('of a plan with invalid inputs', () => {
    test('is updated, and the run fails', async () => {
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
    ])('is updated even if $name is invalid', async ({ inputs }) => {
      await planned();
      const { succeeded } = await planned(inputs, { GITHUB_RUN_ID: '4712' });
      expect(succeeded).toBe(false);
      expect(server.comments).toHaveLength(1);
      expect(server.comments[0]?.body).toContain('## ❌');
      await planned({}, { GITHUB_RUN_ID: '4713' });
      expect(server.comments).toHaveLength(1);
      expect(server.comments[0]?.body).toContain('## 📋 Plan');
    });

    test('is created if there is none, even without a credential', async () => {
      const repository = { full_name: 'acme/voice' };
      const payload = { repository, pull_request: { number: 7, head: { repo: repository } } };
      const event = { eventName: 'pull_request', payload };
      const { succeeded } = await release({ ...plan, 'api-key': '' }, { event });
      expect(succeeded).toBe(false);
      expect(server.comments[0]?.body).toContain('**`api-key`**');
      expect(stage.emulator.requests).toEqual([]);
    });

    test('is not created for a release or for a fork that runs with secrets', async () => {
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

    test('contains no value of a secret', async () => {
      await planned({
        'secret-set': 'keys',
        secrets: 'A=hidden-value',
        'max-agents': 'hidden-value',
      });
      expect(server.comments[0]?.body).toContain('max-agents');
      expect(server.comments[0]?.body).not.toContain('hidden-value');
    });
  });

  test('is created on the pull request on which a comment started the run', async () => {
    const payload = { issue: { number: 7, pull_request: { url: 'https://api.github.com/…' } } };
    await release(plan, { event: { eventName: 'issue_comment', payload } });
    expect(server.comments).toMatchObject([{ issue: 7 }]);
    const issue = { issue: { number: 7 } };
    server.comments = [];
    await release(plan, { event: { eventName: 'issue_comment', payload: issue } });
    expect(server.comments).toEqual([]);
  });

  test('is a separate one for each agent name in the settings file', async () => {
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

  test('is a separate one for each pull request', async () => {
    server.issues.add(8);
    await planned();
    await release(plan, {
      event: { eventName: 'pull_request', payload: { pull_request: { number: 8 } } },
    });
    expect(server.comments.map(({ issue }) => issue)).toEqual([7, 8]);
  });

  test('says why the release would fail, and the run fails', async () => {
    const { succeeded, actions } = await planned({ region: 'mars-north' });
    expect(succeeded).toBe(false);
    expect(actions.errors).toHaveLength(1);
    expect(server.comments).toHaveLength(1);
    expect(server.comments[0]?.body).toContain('## ❌ The release cannot work with these settings');
    expect(server.comments[0]?.body).toContain('nknown region');
  });

  test('of a failed plan is replaced by the next plan that succeeds', async () => {
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
      name: 'a rejection',
      seed: () => {
        stage.emulator.script.fault(
          { method: 'GET', path: '/v1/regions' },
          { kind: 'status', status: 400, body: { error: 'Who is hidden-value?', code: '400' } },
        );
      },
    },
    {
      name: 'the error of a secret set',
      seed: () => {
        stage.emulator.seed.imagePullSecret({
          name: 'registry',
          status: 'failed',
          errorMessage: 'Who is hidden-value?',
        });
      },
    },
  ])(
    'contains no value of a secret even if the platform repeats one in $name',
    async ({ seed }) => {
      seed();
      const { succeeded } = await planned({
        'secret-set': 'keys',
        secrets: 'A=hidden-value',
        'image-credentials': 'registry',
      });
      expect(succeeded).toBe(false);
      expect(server.comments[0]?.body).toContain('Who is ***?');
      expect(server.comments[0]?.body).not.toContain('hidden-value');
    },
  );

  test('is not created without `comment: true`', async () => {
    await planned({ comment: 'false' });
    expect(server.requests).toEqual([]);
  });

  test.each([
    { name: 'a push', event: { eventName: 'push', payload: { ref: 'refs/heads/main' } } },
    { name: 'a schedule', event: { eventName: 'schedule', payload: {} } },
    { name: 'an event that cannot be parsed', event: { eventName: '', payload: 'none' } },
  ])('is not created for $name', async ({ event }) => {
    const { succeeded, actions } = await release(plan, { event });
    expect(succeeded).toBe(true);
    expect(actions.warnings).toEqual([]);
    expect(server.requests).toEqual([]);
  });

  test('is not created for a release, even in a pull request', async () => {
    const { succeeded } = await release(
      { 'agent-name': 'voice', image: newer, comment: 'true' },
      { event: pullRequest },
    );
    expect(succeeded).toBe(true);
    expect(server.requests).toEqual([]);
  });

  test('is not created without a credential, as in a fork, whose token cannot comment', async () => {
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
      expected: '`pull-requests: write`',
    },
    {
      name: '404',
      spoil: () => {
        server.issues.delete(7);
      },
      expected: '`pull-requests: write`',
    },
    {
      name: '500',
      spoil: () => {
        server.spoiled.push(answering(500), answering(500));
      },
      expected: 'the response was 500',
    },
    {
      name: 'no answer',
      spoil: () => {
        server.spoiled.push(...hanging(2));
      },
      expected: 'no answer came within 10 s',
    },
    {
      name: 'a server that is down',
      close: true,
      expected: 'the connection failed',
    },
    {
      name: 'an answer that is not a list',
      spoil: () => {
        server.spoiled.push({
          kind: 'answer',
          status: 200,
          body: '{"message":"surprise"}',
          headers: { 'content-type': 'application/json' },
        });
      },
      expected: 'has an unexpected shape',
    },
  ])('causes a warning and never fails the run if GitHub rejects it: $name', async (refused) => {
    refused.spoil?.();
    if (refused.close === true) await server.close();
    const { succeeded, actions } = await planned();
    expect(succeeded).toBe(true);
    expect(actions.errors).toEqual([]);
    expect(actions.warnings).toHaveLength(1);
    expect(actions.warnings[0]).toContain('The plan is not in a comment, because');
    expect(actions.warnings[0]).toContain(refused.expected);
    expect(actions.outputs['plan']).toContain('"voice"');
    expect(actions.summary).toContain('The plan is not in a comment');
  });

  test('does not change why a plan fails if GitHub rejects it', async () => {
    server.permissions.clear();
    const { succeeded, actions } = await planned({ region: 'mars-north' });
    expect(succeeded).toBe(false);
    expect(actions.errors).toHaveLength(1);
    expect(actions.errors[0]?.title).toBe('The release cannot work with these settings');
    expect(actions.warnings).toHaveLength(1);
  });
});
