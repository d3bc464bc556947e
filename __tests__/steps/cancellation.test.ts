import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CancelledError } from '../../src/time/cancellation.js';
import type { RequestMatch } from '../../emulator/index.js';
import { checkoutForEachTest } from '../support/checkout.js';
import { GitHubServer, tokens } from '../support/github-server.js';
import {
  credentials,
  stageForEachTest,
  writes,
  type ReleaseOptions,
  type ReleaseOutcome,
} from '../support/release-run.js';

const stage = stageForEachTest();
const checkout = checkoutForEachTest();

const voice = {
  'agent-name': 'voice',
  region: 'us-west',
  'secret-set': 'voice-keys',
  secrets: 'A_KEY=first-value\nB_KEY=second-value',
  image: 'ghcr.io/acme/voice:2.0.0',
};

let cancellation: AbortController;
let cancelledAt: number;

beforeEach(() => {
  cancellation = new AbortController();
  cancelledAt = 0;
});

function cancel(): void {
  cancelledAt = stage.clock.now();
  cancellation.abort(new CancelledError('SIGINT'));
}

interface CancelledRelease extends ReleaseOutcome {
  /** Milliseconds from the cancellation to the end of the run. */
  readonly took: number;
  /** What the summary lists under “Done”, “Still running” and “Not started”. */
  readonly listed: Readonly<Record<string, string | undefined>>;
}

async function release(
  inputs: Readonly<Record<string, string>>,
  options: ReleaseOptions = {},
): Promise<CancelledRelease> {
  const outcome = await stage.release(inputs, {
    ...options,
    environment: { ...checkout.environment, ...options.environment },
    cancellation: cancellation.signal,
  });
  const { summary } = outcome.actions;
  return {
    ...outcome,
    took: stage.clock.now() - cancelledAt,
    listed: Object.fromEntries(
      ['Done', 'Still running', 'Not started'].map((part) => [
        part,
        new RegExp(`^- \\*\\*${part}\\*\\*: (.*)$`, 'm').exec(summary)?.[1],
      ]),
    ),
  };
}

/** Releases, and cancels the run when a matching request arrives or, with `carriedOut`, after it was carried out. */
function releaseUntil(
  match: RequestMatch,
  inputs: Readonly<Record<string, string>>,
  { carriedOut = false } = {},
): Promise<CancelledRelease> {
  stage.emulator.script[carriedOut ? 'after' : 'before'](match, cancel);
  return release({ ...credentials['API key'], ...inputs });
}

const building = { ...voice, image: '', 'cloud-build': 'true' };

const writing = { method: 'PUT', path: '/v1/secrets/voice-keys' } as const;
const creating = { method: 'POST', path: '/v1/agents' } as const;
const checking = { method: 'GET', path: '/v1/agents/voice' } as const;

describe('a run that is cancelled', () => {
  test('during its preflight reports that it wrote nothing', async () => {
    const { listed, actions, took } = await releaseUntil({ path: '/v1/regions' }, voice);
    expect(actions.summary).toContain('**Nothing was changed.**');
    expect(listed).toEqual({
      Done: 'nothing.',
      'Still running': '“Preflight”.',
      'Not started': 'nothing.',
    });
    expect(writes(stage.emulator)).toEqual([]);
    expect(took).toBe(0);
  });

  test('while it writes a secret set waits a moment for the answer and reports it', async () => {
    const { listed, secretSets, agents, actions } = await releaseUntil(writing, voice);
    expect(secretSets).toMatchObject([
      { outcome: 'created', status: 'pending', added: ['A_KEY', 'B_KEY'] },
    ]);
    expect(agents).toMatchObject([{ outcome: 'skipped', deploymentId: null, ready: false }]);
    expect(listed).toEqual({
      Done: 'nothing.',
      'Still running':
        'the secret set `voice-keys` in `us-west` was created; the platform is provisioning it.',
      'Not started': 'the agent `voice` in `us-west` was not deployed.',
    });
    expect(actions.summary).toContain('No agent was deployed.');
  });

  test('while a write is unanswered reports that its result is unknown', async () => {
    stage.emulator.script.fault(writing, { kind: 'hang', carryOut: true });
    const { listed, secretSets, took } = await releaseUntil(writing, voice);
    expect(secretSets).toMatchObject([{ outcome: 'cancelled', status: null, added: [] }]);
    expect(listed['Still running']).toBe(
      'the secret set `voice-keys` in `us-west` was being written; it is unknown whether that succeeded.',
    );
    expect(took).toBe(1000);
  });

  test.each([
    { name: 'fails with a transient error', fault: { kind: 'status', status: 500 } as const },
    { name: 'is cut off', fault: { kind: 'cut-off' } as const },
  ])('does not retry a write that $name', async ({ fault }) => {
    stage.emulator.script.fault(writing, fault);
    const { secretSets, actions } = await releaseUntil(writing, voice);
    expect(secretSets).toMatchObject([{ outcome: 'cancelled' }]);
    expect(actions.errors.map(({ title }) => title)).toEqual(['The run was cancelled']);
    expect(writes(stage.emulator)).toEqual(['PUT /v1/secrets/voice-keys']);
  });

  test('before it retries a rejected write reports that nothing was written', async () => {
    stage.emulator.script.fault(writing, {
      kind: 'status',
      status: 429,
      headers: { 'retry-after': '20' },
    });
    const { secretSets, agents } = await releaseUntil(writing, voice, { carriedOut: true });
    expect(secretSets).toMatchObject([{ outcome: 'skipped' }]);
    expect(agents).toMatchObject([{ outcome: 'skipped' }]);
  });

  test('between the pairs of a secret set reports which of them were written', async () => {
    const { emulator } = stage;
    const path = '/v1/organizations/acme/secrets/voice-keys';
    emulator.script.after({ method: 'PUT', path }, cancel);
    const { secretSets, listed } = await release({ ...credentials.token, ...voice });
    expect(listed['Still running']).toBe(
      'the secret set `voice-keys` in `us-west` was being written; `A_KEY` was written; the rest was not.',
    );
    expect(secretSets).toMatchObject([{ outcome: 'cancelled', added: ['A_KEY'], updated: [] }]);
    expect(emulator.state.secretSet('voice-keys')?.values).toEqual({ A_KEY: 'first-value' });
  });

  test('while a write is rejected reports the rejection, too', async () => {
    stage.emulator.script.fault(creating, { kind: 'status', status: 422, body: { error: 'no' } });
    const { actions, agents } = await releaseUntil(creating, voice);
    expect(agents).toMatchObject([{ outcome: 'failed' }]);
    expect(actions.errors.map(({ title }) => title)).toEqual([
      'The run was cancelled after it had failed',
    ]);
    expect(actions.summary).toContain('### ❌ The platform rejected a request');
  });

  test('while it deploys the agent reports which deployment is still rolling out', async () => {
    const { agents, listed, actions } = await releaseUntil(creating, voice);
    const id = stage.emulator.state.agent('voice')?.desiredDeploymentId ?? '';
    expect(agents).toMatchObject([{ outcome: 'created', deploymentId: id, ready: false }]);
    expect(actions.outputs['deployment-id']).toBe(id);
    expect(listed).toEqual({
      Done: 'the secret set `voice-keys` in `us-west` was created and is ready.',
      'Still running': `the deployment \`${id}\` of \`voice\` in \`us-west\` is still rolling out.`,
      'Not started': 'nothing.',
    });
    expect(actions.summary).toContain('| Wait for the deployment | ➖ not started | – |');
  });

  test('while a deploy request is unanswered reports that its result is unknown', async () => {
    stage.emulator.script.fault(creating, { kind: 'hang' });
    const { agents, listed } = await releaseUntil(creating, voice);
    expect(agents).toMatchObject([{ outcome: 'cancelled', deploymentId: null }]);
    expect(listed['Still running']).toBe(
      'the agent `voice` in `us-west` was being deployed; it is unknown whether that succeeded.',
    );
  });

  test('while it looks up the deployment of an accepted deploy does not call the agent not deployed', async () => {
    stage.emulator.script.fault(creating, { kind: 'altered', change: () => ({ name: 'voice' }) });
    stage.emulator.script.after(creating, () => {
      stage.emulator.script.before(checking, cancel);
    });
    const { agents, listed, actions } = await release({ ...credentials['API key'], ...voice });
    expect(agents).toMatchObject([{ outcome: 'cancelled', deploymentId: null }]);
    expect(listed['Still running']).toBe(
      'the agent `voice` in `us-west` was being deployed; it is unknown whether that succeeded.',
    );
    expect(listed['Not started']).toBe('nothing.');
    expect(actions.summary).not.toContain('No agent was deployed.');
  });

  test('after a deployment that it does not wait for is done and reports the cancellation', async () => {
    const { succeeded, actions, agents } = await releaseUntil(creating, {
      ...voice,
      'wait-for-ready': 'false',
    });
    expect(succeeded).toBe(false);
    expect(agents).toMatchObject([{ outcome: 'created' }]);
    expect(actions.errors).toEqual([]);
    expect(actions.notices).toContain('The run was cancelled after everything had been released.');
  });

  test('during its rollout leaves the rollout running', async () => {
    stage.emulator.script.after(creating, () => {
      stage.emulator.script.before(checking, cancel);
    });
    const { agents, actions, took } = await release({ ...credentials['API key'], ...voice });
    expect(agents).toMatchObject([{ outcome: 'created', ready: false }]);
    expect(actions.summary).toContain('| Wait for the deployment | ⏳ in progress |');
    expect(took).toBe(0);
  });

  test.each([
    {
      name: 'a build that failed',
      inputs: building,
      logs: /\/builds\/[^/]+\/logs$/,
      title: 'The cloud build failed',
    },
    {
      name: 'a deployment that failed',
      inputs: { ...voice, 'failure-logs': 'always' },
      logs: /\/agents\/voice\/logs$/,
      title: 'The deployment failed',
    },
  ])(
    'while it reads the log of $name still reports that failure',
    async ({ inputs, logs, title }) => {
      stage.emulator.script.build({ outcome: 'failed' });
      stage.emulator.script.deployment('voice', { outcome: 'crash-loop' });
      const { actions, listed } = await releaseUntil({ path: logs }, inputs);
      expect(actions.summary).toContain(`### ❌ ${title}`);
      expect(listed['Still running']).not.toContain('goes on');
    },
  );

  test('while it prunes keys reports which keys are left', async () => {
    const { emulator } = stage;
    await stage.release({
      ...credentials['API key'],
      ...voice,
      secrets: 'A_KEY=a\nOLD_KEY=old\nOLDER_KEY=older',
    });
    emulator.script.after({ method: 'DELETE' }, cancel);
    const { secretSets, listed } = await release({
      ...credentials['API key'],
      ...voice,
      'prune-secrets': 'true',
    });
    const [{ pruned = [] } = {}] = secretSets as { pruned?: string[] }[];
    expect(pruned).toHaveLength(1);
    const [left] = ['OLD_KEY', 'OLDER_KEY'].filter((key) => !pruned.includes(key));
    expect(listed['Not started']).toBe(
      `\`${left ?? ''}\` of \`voice-keys\` in \`us-west\` was not pruned.`,
    );
  });

  test('while it deletes older versions still warns of those that it could not delete', async () => {
    const { emulator } = stage;
    const old = { 'us-west': ['0', '1'], 'us-east': ['0'] };
    for (const [region, ends] of Object.entries(old)) {
      for (const end of ends) {
        emulator.seed.secretSet({ name: `keys-${region}-0000000${end}`, region, values: {} });
      }
    }
    const refused = { method: 'DELETE', path: '/v1/secrets/keys-us-east-00000000' } as const;
    emulator.script.fault(refused, { kind: 'status', status: 403, body: { error: 'Not you' } });
    const { actions } = await releaseUntil(
      { method: 'DELETE', path: '/v1/secrets/keys-us-west-00000000' },
      {
        region: 'us-west, us-east',
        'secret-set': 'keys-{region}-{version}',
        secrets: 'A_KEY=a',
        'keep-versions': '0',
        'agent-name': 'voice-{region}',
        image: voice.image,
      },
    );
    expect(actions.errors.map(({ title }) => title)).toEqual(['The run was cancelled']);
    expect(actions.warnings).toEqual([
      expect.stringContaining('Could not delete older versions of `keys-us-east-{version}`'),
    ]);
  });

  test('while it builds leaves the build for the next run', async () => {
    const { listed, actions } = await releaseUntil(
      { method: 'GET', path: /^\/v1\/builds\/./ },
      building,
    );
    const [build] = stage.emulator.state.builds();
    expect(listed['Still running']).toContain(
      `the build \`${build?.id ?? ''}\` in \`us-west\` is still running on the platform`,
    );
    expect(actions.outputs['build-id']).toBe(build?.id);
    expect(checkout.leftovers()).toEqual([]);

    const again = await stage.release(
      { ...credentials['API key'], ...building },
      { environment: checkout.environment },
    );
    expect(again.succeeded).toBe(true);
    expect(stage.emulator.state.builds()).toHaveLength(1);
  });

  test('while it uploads aborts the upload at once', async () => {
    const storing = { method: 'POST', path: /^\/storage\// } as const;
    stage.emulator.script.fault(storing, { kind: 'hang' });
    const { took, listed } = await releaseUntil(storing, building);
    expect(took).toBeLessThanOrEqual(1000);
    expect(listed['Not started']).toContain('the build in `us-west` was not started');
  });

  test('while the start of a build is unanswered reports that its result is unknown', async () => {
    const starting = { method: 'POST', path: '/v1/builds' } as const;
    stage.emulator.script.fault(starting, { kind: 'hang' });
    const { listed, actions } = await releaseUntil(starting, building);
    expect(JSON.parse(actions.outputs['builds'] ?? '')).toMatchObject([
      { id: null, outcome: 'cancelled' },
    ]);
    expect(listed['Still running']).toContain('the build in `us-west` was being started');
  });

  test('after a region has failed reports both the failure and the cancellation', async () => {
    const { script } = stage.emulator;
    script.provisioning('keys-us-east', { outcome: 'failed', delay: 100 });
    script.provisioning('keys-us-west', { delay: 600_000 });
    stage.clock
      .sleep(5000)
      .then(cancel)
      .catch(() => undefined);
    const { actions, secretSets } = await release({
      ...credentials['API key'],
      ...voice,
      region: 'us-west, us-east',
      'agent-name': 'voice-{region}',
      'secret-set': 'keys-{region}',
    });
    expect(actions.errors.map(({ title }) => title)).toEqual([
      'The run was cancelled after it had failed in `us-east`',
    ]);
    expect(actions.summary).toContain('### ❌ The run was cancelled');
    expect(actions.summary).toContain('### ❌ A secret set could not be provisioned');
    expect(secretSets).toMatchObject([
      { name: 'keys-us-west', outcome: 'created', status: 'pending' },
      { name: 'keys-us-east', outcome: 'failed', status: 'failed' },
    ]);
  });

  test('during a sequential rollout starts no further region and reports no failure', async () => {
    const { actions, agents } = await releaseUntil(creating, {
      ...voice,
      region: 'us-west, us-east',
      'agent-name': 'voice-{region}',
      'secret-set': 'keys-{region}',
      rollout: 'sequential',
    });
    expect(agents.map(({ outcome }) => outcome)).toEqual(['created', 'skipped']);
    expect(actions.notices.join('\n')).not.toContain('stopped after the failure');
  });

  test('during a dry run only says to run the workflow again', async () => {
    const { actions } = await releaseUntil(
      { path: '/v1/regions' },
      { ...voice, 'dry-run': 'true' },
    );
    expect(actions.errors[0]?.message).toContain(
      'Next: If a newer run replaced this one, do nothing. Otherwise, run the workflow again',
    );
  });

  test('before it starts does nothing', async () => {
    cancel();
    const { actions } = await release({ ...credentials['API key'], ...voice });
    expect(actions.errors.map(({ title }) => title)).toEqual(['The run was cancelled']);
    expect(stage.emulator.requests).toEqual([]);
  });

  test('reports in time even if a pending operation ignores the cancellation', async () => {
    let read: (text: string) => void = () => undefined;
    const running = release(
      { ...credentials['API key'], ...voice, 'secrets-file': 'keys.env' },
      {
        readFile: () => {
          cancel();
          return new Promise((resolve) => {
            read = resolve;
          });
        },
      },
    );
    const { actions, took } = await running;
    read('');
    expect(took).toBe(1700);
    expect(actions.summary).toContain('The run was cancelled');
  });
});

describe('a run that is cancelled while it has a deployment on GitHub', () => {
  let server: GitHubServer;

  beforeEach(async () => {
    server = await GitHubServer.start();
    server.refs.add('0123456789abcdef0123456789abcdef01234567');
  });

  afterEach(async () => {
    await server.close();
  });

  function releaseToEnvironment(): Promise<CancelledRelease> {
    return release(
      {
        ...credentials['API key'],
        ...voice,
        environment: 'production',
        'github-token': tokens.job,
      },
      {
        environment: {
          GITHUB_API_URL: server.apiUrl,
          GITHUB_REPOSITORY: 'acme/voice',
          GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567',
          GITHUB_RUN_ID: '4711',
          GITHUB_SERVER_URL: 'https://github.example',
        },
      },
    );
  }

  /** Cancels at the second status check of the agent after its deploy. */
  function cancelInRollout(): void {
    stage.emulator.script.after(creating, () => {
      stage.emulator.script.after(checking, () => {
        stage.emulator.script.before(checking, cancel);
      });
    });
  }

  test('marks that deployment as an error', async () => {
    cancelInRollout();
    const { succeeded, actions } = await releaseToEnvironment();
    expect(succeeded).toBe(false);
    expect(server.deployments[0]?.statuses.map(({ state }) => state)).toEqual([
      'in_progress',
      'error',
    ]);
    expect(server.deployments[0]?.statuses[1]?.description).toBe(
      'voice in us-west is still running; the run was cancelled',
    );
    expect(actions.warnings).toEqual([]);
  });

  test('waits for GitHub only as long as time remains', async () => {
    cancelInRollout();
    server.spoiled.push({ kind: 'hang' });
    const { actions, took } = await releaseToEnvironment();
    expect(took).toBe(1400);
    expect(actions.warnings.join('\n')).toContain('GitHub deployments are not complete');
    expect(actions.summary).toContain('The run was cancelled');
  });

  test('closes a deployment that GitHub creates late, and does not mark it as in progress', async () => {
    server.occasions.push(cancel);
    await releaseToEnvironment();
    expect(server.deployments[0]?.statuses.map(({ state }) => state)).toEqual(['error']);
  });

  test('creates no GitHub deployment if the rollout starts too late', async () => {
    stage.emulator.script.before(creating, cancel);
    const { agents } = await releaseToEnvironment();
    expect(agents).toMatchObject([{ outcome: 'created' }]);
    expect(server.requests).toEqual([]);
  });
});
