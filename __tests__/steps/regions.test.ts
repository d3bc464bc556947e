import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Emulator, LoggedRequest } from '../../emulator/index.js';
import { credentials, stageForEachTest, writes } from '../support/release-run.js';

const older = 'ghcr.io/acme/voice:0.9.0';
const image = 'ghcr.io/acme/voice:1.0.0';

/** A release of `voice-{region}` with `keys-{region}` to the given regions. */
function releaseTo(...regions: string[]) {
  return {
    ...credentials['API key'],
    region: regions.join(', '),
    'secret-set': 'keys-{region}',
    secrets: 'A=newer-value',
    'agent-name': 'voice-{region}',
    image,
  };
}

/** Running agents, each with its secret set. */
function seedRunning(emulator: Emulator, regions: readonly string[]): void {
  for (const region of regions) {
    emulator.seed.secretSet({ name: `keys-${region}`, region, values: { A: 'older-value' } });
    emulator.seed.agent({
      name: `voice-${region}`,
      region,
      image: older,
      secretSet: `keys-${region}`,
    });
  }
}

/** Requests that create or update an agent. */
function deploys({ requests }: Emulator): LoggedRequest[] {
  return requests.filter(({ method, path }) => method === 'POST' && path.includes('/agents'));
}

const createdBy = ({ body }: LoggedRequest): unknown =>
  (body as { serviceName?: unknown } | undefined)?.serviceName;

describe('a release to three regions', () => {
  const stage = stageForEachTest();
  const three = ['us-west', 'eu-central', 'ap-south'];
  const inputs = { ...releaseTo(...three), 'secrets-timeout': '60' };

  const ways = [
    {
      name: 'provisioning fails',
      spoil: (): void => {
        stage.emulator.script.provisioning('keys-eu-central', {
          outcome: 'failed',
          errorMessage: 'Frankfurt ran out of room',
        });
      },
      title: 'A secret set could not be provisioned',
      expected: 'Frankfurt ran out of room',
      status: 'failed',
    },
    {
      name: 'provisioning does not end',
      spoil: (): void => {
        stage.emulator.script.provisioning('keys-eu-central', { outcome: 'pending' });
      },
      title: 'The secret sets took too long',
      expected: 'Last state: pending',
      status: 'pending',
    },
    {
      name: 'the platform rejects the write',
      spoil: (): void => {
        stage.emulator.script.fault(
          { method: 'PUT', path: '/v1/secrets/keys-eu-central' },
          { kind: 'status', status: 400, body: { error: 'Quota exceeded', code: 'QUOTA' } },
        );
      },
      title: 'The platform rejected a request',
      expected: 'Quota exceeded',
      status: 'ready',
    },
    {
      name: 'another process keeps writing the secret set',
      spoil: (): void => {
        stage.emulator.script.writing('keys-eu-central', { outcome: 'conflict', every: true });
      },
      title: 'Another process is writing the secret set',
      expected: 'modified concurrently',
      status: 'ready',
    },
  ];

  test.each(ways)(
    'deploys no agent if $name in one region',
    async ({ spoil, title, expected, status }) => {
      seedRunning(stage.emulator, three);
      spoil();
      const { succeeded, actions, agents, secretSets } = await stage.release(inputs);

      expect(succeeded).toBe(false);
      expect(deploys(stage.emulator)).toEqual([]);
      for (const region of three) {
        expect(stage.emulator.state.agent(`voice-${region}`)?.deployments).toHaveLength(1);
      }
      expect(agents).toMatchObject(
        three.map((region) => ({ region, outcome: 'skipped', deploymentId: null, ready: false })),
      );
      expect(secretSets).toMatchObject([
        { region: 'us-west', outcome: 'updated', status: 'ready', updated: ['A'] },
        { region: 'eu-central', outcome: 'failed', status },
        { region: 'ap-south', outcome: 'updated', status: 'ready', updated: ['A'] },
      ]);
      expect(actions.errors).toHaveLength(1);
      expect(actions.errors[0]).toMatchObject({ title });
      expect(actions.errors[0]?.message).toContain(expected);
      expect(actions.errors[0]?.message).toContain(
        'Secret set: keys-eu-central · Region: eu-central',
      );
      expect(actions.errors[0]?.message).toMatch(/Serving now: `[^`]*`, as before\./);
      // The state of each region, in the summary.
      expect(actions.summary).toMatch(/`keys-us-west`.*`us-west` \| updated \| ready/);
      expect(actions.summary).toMatch(
        new RegExp(`\`keys-eu-central\`.*\`eu-central\` \\| failed \\| ${status}`),
      );
      for (const region of three) {
        expect(actions.summary).toMatch(
          new RegExp(`\`voice-${region}\` \\| \`${region}\` \\| skipped`),
        );
      }
      expect(actions.summary).toMatch(/Deploy the agent \| ➖ not started/);
    },
  );

  test('with a token deploys no agent if a secret set is only partly written in one region', async () => {
    stage.emulator.script.fault(
      { method: 'PUT', path: '/v1/organizations/acme/secrets/keys-ap-south' },
      { kind: 'status', status: 400, body: { error: 'No', code: 'BAD' } },
      { skip: 1 },
    );
    const { succeeded, secretSets } = await stage.release({
      ...inputs,
      'api-key': '',
      ...credentials.token,
      secrets: 'A=value-a\nB=value-b',
    });
    expect(succeeded).toBe(false);
    expect(secretSets).toMatchObject([
      { outcome: 'created', added: ['A', 'B'] },
      { outcome: 'created', added: ['A', 'B'] },
      { outcome: 'failed', added: ['A'] },
    ]);
    expect(stage.emulator.state.agents()).toEqual([]);
  });

  test('reports the failures of several regions in one annotation', async () => {
    stage.emulator.script.provisioning('keys-us-west', { outcome: 'failed', errorMessage: 'West' });
    stage.emulator.script.fault(
      { method: 'PUT', path: '/v1/secrets/keys-ap-south' },
      { kind: 'status', status: 403, body: { error: 'Not yours', code: 'FORBIDDEN' } },
    );
    const { actions, secretSets } = await stage.release(inputs);
    expect(actions.errors).toHaveLength(1);
    expect(actions.errors[0]?.title).toBe('The release failed in 2 of 3 regions');
    expect(actions.errors[0]?.message).toContain('West');
    expect(actions.errors[0]?.message).toContain('Not yours');
    expect(secretSets).toMatchObject([
      { outcome: 'failed', status: 'failed' },
      { outcome: 'created', status: 'ready' },
      { outcome: 'failed', status: null },
    ]);
  });

  test('deploys no agent before the slowest region has provisioned its sets', async () => {
    stage.emulator.script.provisioning('keys-eu-central', { delay: 30_000 });
    await stage.release(inputs);
    const written = stage.emulator.requests.filter(({ method }) => method === 'PUT');
    const first = written[0]?.receivedAt ?? 0;
    expect(deploys(stage.emulator)).toHaveLength(3);
    for (const { receivedAt } of deploys(stage.emulator)) {
      expect(receivedAt - first).toBeGreaterThanOrEqual(30_000);
    }
  });

  test('logs how many of more than four sets are ready, and names four others', async () => {
    const six = three.flatMap((region) => [`registry-${region}`, `keys-${region}`]);
    for (const [index, name] of six.entries()) {
      stage.emulator.script.provisioning(name, { delay: 5000 + index * 5000 });
    }
    const { actions } = await stage.release({
      ...inputs,
      'image-credentials': 'registry-{region}',
      registry: 'ghcr.io',
      'registry-username': 'acme',
      'registry-password': 'token-that-lasts',
    });
    const logged = actions.log
      .map((line) => /^info: [\d.]+ s: (.*sets are ready.*)$/.exec(line)?.[1])
      .filter((line) => line !== undefined);
    const [registry2, keys2] = ['registry-eu-central pending', 'keys-eu-central pending'];
    const [registry3, keys3] = ['registry-ap-south pending', 'keys-ap-south pending'];
    expect([...new Set(logged)]).toEqual([
      `0 of 6 sets are ready; registry-us-west pending, keys-us-west pending, ${registry2}, ${keys2} and 2 more`,
      `1 of 6 sets are ready; keys-us-west pending, ${registry2}, ${keys2}, ${registry3} and 1 more`,
      `2 of 6 sets are ready; ${registry2}, ${keys2}, ${registry3}, ${keys3}`,
      `3 of 6 sets are ready; ${keys2}, ${registry3}, ${keys3}`,
      `4 of 6 sets are ready; ${registry3}, ${keys3}`,
      `5 of 6 sets are ready; ${keys3}`,
      '6 of 6 sets are ready',
    ]);
  });

  test('deploys no agent before a set that it only binds is ready', async () => {
    for (const region of three) {
      stage.emulator.seed.secretSet({
        name: `keys-${region}`,
        region,
        values: { A: 'value-a' },
        ...(region === 'ap-south' && { status: 'pending', readyAfter: 20_000 }),
      });
    }
    const startedAt = stage.clock.trueTime();
    const { succeeded } = await stage.release({ ...inputs, secrets: '' });
    expect(succeeded).toBe(true);
    for (const { receivedAt } of deploys(stage.emulator)) {
      expect(receivedAt - startedAt).toBeGreaterThanOrEqual(20_000);
    }
  });

  test('deploys no agent if a set that it only binds never becomes ready', async () => {
    for (const region of three) {
      stage.emulator.seed.secretSet({
        name: `keys-${region}`,
        region,
        values: { A: 'value-a' },
        ...(region === 'us-west' && { status: 'pending' }),
      });
    }
    const { succeeded } = await stage.release({ ...inputs, secrets: '' });
    expect(succeeded).toBe(false);
    expect(writes(stage.emulator)).toEqual([]);
  });

  test('deploys no agent if an image pull secret fails in one region', async () => {
    stage.emulator.script.provisioning('registry-us-west', { outcome: 'failed' });
    const { succeeded, secretSets } = await stage.release({
      ...inputs,
      'image-credentials': 'registry-{region}',
      registry: 'ghcr.io',
      'registry-username': 'acme',
      'registry-password': 'token-that-lasts',
    });
    expect(succeeded).toBe(false);
    expect(stage.emulator.state.agents()).toEqual([]);
    expect(secretSets.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['registry-us-west', 'failed'],
      ['keys-us-west', 'created'],
      ['registry-eu-central', 'created'],
      ['keys-eu-central', 'created'],
      ['registry-ap-south', 'created'],
      ['keys-ap-south', 'created'],
    ]);
  });

  test('does not write the set of a region whose image pull secret was rejected', async () => {
    stage.emulator.script.fault(
      { method: 'PUT', path: '/v1/secrets/registry-us-west' },
      { kind: 'status', status: 400, body: { error: 'No', code: 'BAD' } },
    );
    const { secretSets } = await stage.release({
      ...inputs,
      'image-credentials': 'registry-{region}',
      registry: 'ghcr.io',
      'registry-username': 'acme',
      'registry-password': 'token-that-lasts',
    });
    expect(secretSets.slice(0, 3)).toMatchObject([
      { name: 'registry-us-west', outcome: 'failed' },
      { name: 'keys-us-west', outcome: 'skipped', status: null },
      { name: 'registry-eu-central', outcome: 'created', status: 'ready' },
    ]);
    expect(stage.emulator.state.secretSet('keys-us-west')).toBeUndefined();
  });

  test('deploys no agent if a set does not show after it was written', async () => {
    const { emulator } = stage;
    emulator.script.after({ method: 'PUT', path: '/v1/secrets/keys-ap-south' }, () => {
      // The name now belongs to another organization, so ours is gone.
      emulator.seed.secretSet({
        name: 'keys-ap-south',
        region: 'ap-south',
        organization: 'globex',
      });
    });
    const { actions } = await stage.release(inputs);
    expect(actions.errors[0]?.title).toBe('The platform does not show the new secret set');
    expect(actions.errors[0]?.message).toContain('keys-ap-south');
    expect(emulator.state.agents()).toEqual([]);
  });

  test('takes no longer than its slowest region alone', async () => {
    const startedAt = stage.clock.now();
    await stage.release(inputs);
    const elapsed = stage.clock.now() - startedAt;
    expect(elapsed).toBeLessThanOrEqual((5000 + 4000) * 1.15);
    const written = stage.emulator.requests.filter(({ method }) => method === 'PUT');
    expect(new Set(written.map(({ receivedAt }) => receivedAt)).size).toBe(1);
    expect(new Set(deploys(stage.emulator).map(({ receivedAt }) => receivedAt)).size).toBe(1);
  });
});

describe('a release with names and regions that do not match', () => {
  const stage = stageForEachTest();

  test('reports the mistakes of several regions together, and writes nothing', async () => {
    const { emulator } = stage;
    emulator.seed.secretSet({ name: 'keys-eu-central', region: 'ap-south', values: {} });
    emulator.seed.agent({ name: 'voice-us-east', region: 'us-west' });
    const { succeeded, actions, agents } = await stage.release(
      releaseTo('us-west', 'us-east', 'eu-central', 'mars-north'),
    );
    expect(succeeded).toBe(false);
    const message = actions.errors[0]?.message ?? '';
    expect(message).toContain('Nothing was changed.');
    expect(message).toContain('secret set keys-eu-central: is in region ap-south');
    expect(message).toContain('agent voice-us-east: is in region us-west');
    expect(message).toContain('region mars-north: unknown region `mars-north`');
    expect(writes(emulator)).toEqual([]);
    expect(agents).toEqual([]);
  });

  test('reports a mistake of one region for that region, and a mistake of all regions once', async () => {
    const { actions } = await stage.release({
      ...releaseTo('us-west', 'mars-north', 'venus-south', 'eu-central'),
      image: '',
      'build-id': '6f1de2b0-5a43-4a0e-9d0c-2f6f3f8c1a99',
    });
    const message = actions.errors[0]?.message ?? '';
    expect(message).toContain('region mars-north: unknown region `mars-north`');
    expect(message).toContain('region venus-south: unknown region `venus-south`');
    expect(message.match(/build 6f1de2b0.*?: does not exist/g)).toHaveLength(1);
  });

  test('reports a missing image for each region whose agent is new', async () => {
    seedRunning(stage.emulator, ['us-west']);
    const { actions } = await stage.release({
      ...releaseTo('us-west', 'eu-central'),
      image: '',
    });
    expect(actions.errors[0]?.message).toContain('agent voice-eu-central: does not exist');
    expect(actions.errors[0]?.message).not.toContain('agent voice-us-west');
    expect(writes(stage.emulator)).toEqual([]);
  });

  test.each([
    { input: 'secret-set', value: 'keys', better: 'keys-{region}' },
    { input: 'agent-name', value: 'voice', better: 'voice-{region}' },
    { input: 'image-credentials', value: 'registry', better: 'registry-{region}' },
  ])('rejects one $input for two regions, and suggests a name that works', async (row) => {
    const { succeeded, actions } = await stage.release({
      ...releaseTo('us-west', 'eu-central'),
      [row.input]: row.value,
    });
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain(`\`${row.input}\``);
    expect(actions.errors[0]?.message).toContain(row.better);
    expect(stage.emulator.requests).toEqual([]);
  });

  test('accepts an agent with an old name in one region and new names in the others', async () => {
    const { emulator } = stage;
    const { deploymentId } = emulator.seed.agent({ name: 'my-agent', image: older });
    const { succeeded, agents } = await stage.release({
      ...releaseTo('us-west', 'eu-central', 'ap-south'),
      'agent-name': 'us-west: my-agent\n*: my-agent-{region}',
      'secret-set': 'eu-central: europe\n*: keys-{region}',
      'min-agents': 'us-west: 2\n*: 1',
      'max-agents': 'ap-south: 5',
    });
    expect(succeeded).toBe(true);
    expect(agents).toMatchObject([
      { name: 'my-agent', region: 'us-west', outcome: 'updated' },
      { name: 'my-agent-eu-central', region: 'eu-central', outcome: 'created' },
      { name: 'my-agent-ap-south', region: 'ap-south', outcome: 'created' },
    ]);
    expect(agents[0]?.['deploymentId']).not.toBe(deploymentId);
    expect(emulator.state.agent('my-agent')).toMatchObject({
      region: 'us-west',
      secretSet: 'keys-us-west',
      minAgents: 2,
      maxAgents: 50,
    });
    expect(emulator.state.agent('my-agent-eu-central')).toMatchObject({
      region: 'eu-central',
      secretSet: 'europe',
      minAgents: 1,
      maxAgents: 50,
    });
    expect(emulator.state.agent('my-agent-ap-south')).toMatchObject({
      region: 'ap-south',
      secretSet: 'keys-ap-south',
      minAgents: 1,
      maxAgents: 5,
    });
  });

  test('rejects bounds of the scaling that fit together in only one region', async () => {
    const { actions } = await stage.release({
      ...releaseTo('us-west', 'eu-central'),
      'min-agents': '3',
      'max-agents': 'us-west: 5\neu-central: 2',
    });
    expect(actions.errors[0]?.message).toContain('is 3, but `max-agents` is 2');
    expect(stage.emulator.requests).toEqual([]);
  });

  test('leaves the bounds of the other regions unchanged if it sets those of one', async () => {
    const { emulator } = stage;
    for (const region of ['us-west', 'eu-central']) {
      emulator.seed.agent({ name: `voice-${region}`, region, minAgents: 4, maxAgents: 9 });
    }
    await stage.release({
      ...releaseTo('us-west', 'eu-central'),
      'max-agents': 'eu-central: 20',
    });
    expect(emulator.state.agent('voice-us-west')).toMatchObject({ minAgents: 4, maxAgents: 9 });
    expect(emulator.state.agent('voice-eu-central')).toMatchObject({ minAgents: 4, maxAgents: 20 });
  });
});

describe('a name with `{region}` while `region` is omitted', () => {
  const stage = stageForEachTest({ defaultRegion: 'eu-central' });

  test.each(Object.entries(credentials))(
    'uses the default region of the organization, with %s',
    async (_kind, credential) => {
      const { succeeded, agents, secretSets, actions } = await stage.release({
        ...releaseTo(),
        'api-key': '',
        ...credential,
      });
      expect(succeeded).toBe(true);
      expect(agents).toMatchObject([{ name: 'voice-eu-central', region: 'eu-central' }]);
      expect(secretSets).toMatchObject([{ name: 'keys-eu-central', region: 'eu-central' }]);
      expect(actions.outputs['region']).toBe('eu-central');
      const asked = stage.emulator.requests.filter(({ path }) => path.endsWith('/properties'));
      expect(asked).toHaveLength(1);
    },
  );

  test.each(['secret-set', 'agent-name'])(
    'uses the default region even if only %s contains `{region}`',
    async (input) => {
      // The set or agent with the plain name is in another region, which does not decide.
      const { actions, agents } = await stage.release({
        ...releaseTo(),
        'secret-set': 'keys',
        'agent-name': 'voice',
        [input]: input === 'secret-set' ? 'keys-{region}' : 'voice-{region}',
      });
      expect(actions.errors).toEqual([]);
      expect(agents).toMatchObject([{ region: 'eu-central' }]);
    },
  );

  test('is rejected if a set with a plain name is in another region', async () => {
    stage.emulator.seed.secretSet({ name: 'keys', region: 'ap-south', values: { A: 'value-a' } });
    const { succeeded, actions } = await stage.release({ ...releaseTo(), 'secret-set': 'keys' });
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain(
      'secret set keys: is in region ap-south, but the release is for eu-central',
    );
    expect(stage.emulator.requests.map(({ path }) => path)).toContain(
      '/v1/agents/voice-eu-central',
    );
    expect(writes(stage.emulator)).toEqual([]);
  });

  test('is rejected if an agent with a plain name is in another region', async () => {
    stage.emulator.seed.agent({ name: 'voice', region: 'us-west', image: older });
    const { succeeded, actions } = await stage.release({ ...releaseTo(), 'agent-name': 'voice' });
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain('agent voice: is in region us-west');
    expect(writes(stage.emulator)).toEqual([]);
  });
});

describe('a release that omits `region` and uses no `{region}`', () => {
  const stage = stageForEachTest();

  test('is rejected if the set and its agent are in different regions', async () => {
    const { emulator } = stage;
    emulator.seed.secretSet({ name: 'keys', region: 'us-east', values: { A: 'value-a' } });
    emulator.seed.agent({ name: 'voice', region: 'ap-south', image: older });
    const { succeeded, actions } = await stage.release({
      ...credentials['API key'],
      'secret-set': 'keys',
      secrets: 'A=newer-value',
      'agent-name': 'voice',
      image,
    });
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain('secret set keys: is in region us-east');
    expect(actions.errors[0]?.message).toContain('agents can bind only sets in their own region');
    expect(writes(emulator)).toEqual([]);
  });

  test('uses the region of the existing versions of its set, even for a new agent', async () => {
    const { emulator } = stage;
    emulator.seed.secretSet({ name: 'keys-0123abcd', region: 'ap-south', values: { A: 'a' } });
    // Neither of these two sets is one of its versions.
    emulator.seed.secretSet({ name: 'keys-0123abc', region: 'us-east', values: { A: 'a' } });
    emulator.seed.secretSet({ name: 'keys-live', region: 'us-east', values: { A: 'a' } });
    const { agents, secretSets } = await stage.release({
      ...credentials['API key'],
      'secret-set': 'keys-{version}',
      secrets: 'A=newer-value',
      'agent-name': 'voice',
      image,
    });
    expect(agents).toMatchObject([{ region: 'ap-south', outcome: 'created' }]);
    expect(secretSets).toMatchObject([{ region: 'ap-south', outcome: 'created' }]);
  });
});

describe('a release with `rollout: parallel`', () => {
  const regions = ['us-west', 'us-east', 'eu-central', 'eu-north', 'ap-south', 'sa-east'] as const;
  const stage = stageForEachTest({ regions: regions.map((code) => ({ code })) });
  const inputs = { ...releaseTo(...regions), 'wait-timeout': '30' };

  beforeEach(() => {
    seedRunning(stage.emulator, regions);
  });

  test('tries every region, and reports all failures in one annotation', async () => {
    const { emulator } = stage;
    const { script } = emulator;
    script.fault(
      { method: 'POST', path: '/v1/agents/voice-us-east' },
      { kind: 'status', status: 400, body: { error: 'No such image', code: 'BAD_IMAGE' } },
    );
    script.deployment('voice-eu-central', { outcome: 'crash-loop' });
    script.after({ method: 'POST', path: '/v1/agents/voice-eu-north' }, () => {
      script.supersede('voice-eu-north');
    });
    script.deployment('voice-ap-south', { outcome: 'stuck' });

    const { succeeded, actions, agents, secretSets } = await stage.release(inputs);
    expect(succeeded).toBe(false);
    expect(agents).toMatchObject([
      { region: 'us-west', outcome: 'updated', ready: true },
      { region: 'us-east', outcome: 'failed', ready: false, deploymentId: null },
      { region: 'eu-central', outcome: 'failed', ready: false },
      { region: 'eu-north', outcome: 'superseded', ready: false },
      { region: 'ap-south', outcome: 'failed', ready: false },
      { region: 'sa-east', outcome: 'updated', ready: true },
    ]);
    expect(secretSets.map(({ outcome }) => outcome)).toEqual(regions.map(() => 'updated'));
    for (const region of ['us-west', 'sa-east']) {
      expect(emulator.state.serving(`voice-${region}`)).toMatchObject({ image });
    }
    for (const region of ['us-east', 'eu-central', 'ap-south']) {
      expect(emulator.state.serving(`voice-${region}`)).toMatchObject({ image: older });
    }

    expect(actions.errors).toHaveLength(1);
    const [error] = actions.errors;
    expect(error?.title).toBe('The release failed in 4 of 6 regions');
    expect(error?.message).toMatch(
      new RegExp(
        `Serving now: \`${image}\` in \`us-west\`, \`sa-east\`; .*\`${older}\` in .*, as before`,
      ),
    );
    for (const title of [
      'The platform rejected a request.',
      'The deployment failed.',
      'Another release has taken over.',
      'The deployment was not ready in time.',
    ]) {
      expect(error?.message).toContain(title);
    }
    expect(error?.message).toContain('No such image');
    expect(error?.message.length).toBeLessThanOrEqual(4096);
    expect(actions.summary).toContain('## ❌ The release failed in 4 of 6 regions');
    for (const region of ['us-east', 'eu-central', 'eu-north', 'ap-south']) {
      expect(actions.summary).toMatch(new RegExp(`### ❌ .*\`voice-${region}\` in \`${region}\``));
    }
    for (const region of ['eu-central', 'ap-south']) {
      expect(actions.summary).toMatch(
        new RegExp(`\`voice-${region}\`.*failed; the previous deployment is still serving`),
      );
    }
  });

  test('reports a single failure under its own title, and says what is still serving', async () => {
    stage.emulator.script.deployment('voice-eu-central', { outcome: 'image-pull' });
    const { actions } = await stage.release(inputs);
    expect(actions.errors).toHaveLength(1);
    expect(actions.errors[0]?.title).toBe('The deployment failed');
    expect(actions.errors[0]?.message).toContain('Agent: voice-eu-central · Region: eu-central');
    expect(actions.errors[0]?.message).toMatch(/; `.*` in `eu-central`, as before\./);
    expect(actions.summary).toMatch(/^Done in under 0\.1 s: .*Deploy the agent/m);
    expect(actions.summary).toMatch(/Wait for the deployment \| ❌ failed/);
  });

  test('fails only in the region in which the agent was deleted', async () => {
    const { emulator } = stage;
    emulator.script.after({ method: 'POST', path: '/v1/agents/voice-us-east' }, () => {
      emulator.script.fault(
        { method: 'GET', path: '/v1/agents/voice-us-east' },
        { kind: 'status', status: 404, body: { error: 'Not found', code: 'NOT_FOUND' } },
      );
    });
    const { agents, actions } = await stage.release(inputs);
    expect(actions.errors[0]?.title).toBe('The agent was deleted during the release');
    expect(agents.filter(({ outcome }) => outcome === 'updated')).toHaveLength(5);
  });

  test('leaves an agent unchanged that moved to another region meanwhile, and releases the others', async () => {
    const { emulator } = stage;
    emulator.script.after({ method: 'PUT', path: '/v1/secrets/keys-us-west' }, () => {
      emulator.seed.agent({ name: 'voice-us-west', region: 'sa-east', image: older });
    });
    const { agents, actions } = await stage.release(inputs);
    expect(agents).toMatchObject([
      { outcome: 'failed' },
      ...Array<object>(5).fill({ ready: true }),
    ]);
    expect(actions.errors[0]?.message).toContain('is in region sa-east');
    expect(emulator.state.agent('voice-us-west')?.deployments).toHaveLength(1);
  });

  test('counts `wait-timeout` from each deploy, even while another region is delayed', async () => {
    const { emulator } = stage;
    // The platform rejects the deploy until its set is ready again, which takes longer than `wait-timeout`.
    emulator.script.before({ method: 'POST', path: '/v1/agents/voice-us-west' }, () => {
      emulator.seed.secretSet({
        name: 'keys-us-west',
        region: 'us-west',
        values: { A: 'value-of-another' },
        status: 'pending',
        readyAfter: 40_000,
      });
    });
    emulator.script.deployment('voice-us-east', { delay: 25_000 });
    emulator.script.deployment('voice-eu-central', { outcome: 'stuck' });
    const { agents, actions } = await stage.release(inputs);
    expect(agents).toMatchObject([
      { region: 'us-west', ready: true },
      { region: 'us-east', ready: true },
      { region: 'eu-central', ready: false },
      ...Array<object>(3).fill({ ready: true }),
    ]);
    expect(actions.notices).toContainEqual(
      expect.stringContaining('The platform refused to deploy `voice-us-west` (409)'),
    );
    const statusChecks = emulator.requests.filter(
      ({ method, path }) => method === 'GET' && path === '/v1/agents/voice-eu-central',
    );
    const deployedAt = deploys(emulator).find(({ path }) =>
      path.endsWith('eu-central'),
    )?.receivedAt;
    const lastCheck = statusChecks.at(-1)?.receivedAt ?? 0;
    expect(lastCheck - (deployedAt ?? 0)).toBeGreaterThan(20_000);
    expect(lastCheck - (deployedAt ?? 0)).toBeLessThanOrEqual(30_000);
  });

  test('gives each region its own time to retry a rejected deploy', async () => {
    const { emulator } = stage;
    const rounds = ['us-west', 'us-east'];
    for (const region of rounds) {
      const pending = (): void => {
        emulator.seed.secretSet({
          name: `keys-${region}`,
          region,
          values: { A: 'newer-value' },
          status: 'pending',
          readyAfter: 8000,
        });
      };
      const deploy = { method: 'POST', path: `/v1/agents/voice-${region}` };
      emulator.script.before(deploy, () => {
        pending();
        emulator.script.after(deploy, () => {
          emulator.script.before(deploy, pending);
        });
      });
    }
    // Provisioning takes 5 s, and the two rejections take about 18 s in each region.
    const { succeeded } = await stage.release({
      ...inputs,
      region: rounds.join(),
      'secrets-timeout': '26',
    });
    expect(succeeded).toBe(true);
    const refused = deploys(emulator).filter(({ status }) => status === 409);
    expect(refused.length).toBeGreaterThanOrEqual(4);
  });

  test('fails only in the region whose secret set never becomes ready again', async () => {
    const { emulator } = stage;
    emulator.script.before({ method: 'POST', path: '/v1/agents/voice-sa-east' }, () => {
      emulator.seed.secretSet({ name: 'keys-sa-east', region: 'sa-east', status: 'pending' });
    });
    const { agents, actions, secretSets } = await stage.release({
      ...inputs,
      'secrets-timeout': '40',
    });
    expect(agents.filter(({ ready }) => ready)).toHaveLength(5);
    expect(agents).toContainEqual(
      expect.objectContaining({ region: 'sa-east', outcome: 'failed', deploymentId: null }),
    );
    expect(secretSets).toContainEqual(
      expect.objectContaining({ region: 'sa-east', outcome: 'failed', status: 'pending' }),
    );
    expect(actions.errors[0]?.message).toContain('keys-sa-east');
    // Agents were deployed elsewhere, so the report must not say that none was.
    expect(actions.errors[0]?.message).not.toContain('No agent was deployed');
    expect(actions.errors[0]?.message).toMatch(/; `.*` in `sa-east`, as before\./);
    expect(emulator.state.agent('voice-sa-east')?.deployments).toHaveLength(1);
  });

  test('counts the retries of a rejected deploy and the provisioning toward the same limit', async () => {
    for (const region of regions) {
      stage.emulator.script.provisioning(`keys-${region}`, { delay: 20_000 });
    }
    stage.emulator.script.before({ method: 'POST', path: '/v1/agents/voice-sa-east' }, () => {
      stage.emulator.seed.secretSet({ name: 'keys-sa-east', region: 'sa-east', status: 'pending' });
    });
    const startedAt = stage.clock.now();
    await stage.release({ ...inputs, 'secrets-timeout': '30' });
    expect(stage.clock.now() - startedAt).toBeLessThan(31_000);
  });

  test('fails only in the region that rejects the deploy although its set is ready', async () => {
    stage.emulator.script.fault(
      { method: 'POST', path: '/v1/agents/voice-sa-east' },
      { kind: 'status', status: 409, body: { error: 'Set is not ready', code: 'CONFLICT' } },
      { times: Infinity },
    );
    const startedAt = stage.clock.now();
    const { agents, actions } = await stage.release({ ...inputs, 'secrets-timeout': '40' });
    expect(stage.clock.now() - startedAt).toBeLessThan(60_000);
    expect(agents.filter(({ ready }) => ready)).toHaveLength(5);
    expect(actions.errors[0]?.title).toBe(
      'The platform rejected the deployment because a secret set is not ready',
    );
    expect(deploys(stage.emulator).filter(({ status }) => status === 409).length).toBeLessThan(12);
    // The rejection is reported once, however often it happened.
    expect(actions.notices.filter((notice) => notice.includes('(409)'))).toHaveLength(1);
  });

  test('fails without `wait-for-ready` if one deploy is rejected', async () => {
    stage.emulator.script.fault(
      { method: 'POST', path: '/v1/agents/voice-us-east' },
      { kind: 'status', status: 400, body: { error: 'No', code: 'BAD' } },
    );
    const { succeeded, agents } = await stage.release({ ...inputs, 'wait-for-ready': 'false' });
    expect(succeeded).toBe(false);
    expect(agents.map(({ outcome }) => outcome)).toEqual([
      'updated',
      'failed',
      'updated',
      'updated',
      'updated',
      'updated',
    ]);
  });

  test('does not claim that any region was released if every region fails', async () => {
    stage.emulator.script.deployment('*', { outcome: 'failed', every: true });
    const { actions } = await stage.release(inputs);
    expect(actions.errors[0]?.title).toBe('The release failed in 6 of 6 regions');
    expect(actions.errors[0]?.message).toMatch(/Serving now: `[^`]*`, as before\./);
  });
});

describe('a release with `rollout: sequential`', () => {
  const stage = stageForEachTest();
  // Neither the platform's order nor alphabetical order.
  const order = ['eu-central', 'us-west', 'ap-south'];
  const inputs = { ...releaseTo(...order), rollout: 'sequential' };

  test('follows the given order, each region after the one before it is serving', async () => {
    const startedAt = stage.clock.trueTime();
    const { succeeded, agents } = await stage.release(inputs);
    expect(succeeded).toBe(true);
    expect(deploys(stage.emulator).map(createdBy)).toEqual(
      order.map((region) => `voice-${region}`),
    );
    const times = deploys(stage.emulator).map(({ receivedAt }) => receivedAt);
    expect((times[0] ?? 0) - startedAt).toBeGreaterThanOrEqual(5000);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(4000);
    expect((times[2] ?? 0) - (times[1] ?? 0)).toBeGreaterThanOrEqual(4000);
    // The sets were written and waited for at the same time.
    expect((times[0] ?? 0) - startedAt).toBeLessThan(5000 * 1.15);
    expect(agents.map(({ region }) => region)).toEqual(order);
  });

  test.each([
    {
      name: 'crashes',
      spoil: (): void => {
        stage.emulator.script.deployment('voice-us-west', { outcome: 'crash-loop' });
      },
      outcome: 'failed',
    },
    {
      name: 'is rejected by the platform',
      spoil: (): void => {
        stage.emulator.script.fault(
          { method: 'POST', path: '/v1/agents/voice-us-west' },
          { kind: 'status', status: 400, body: { error: 'No', code: 'BAD' } },
        );
      },
      outcome: 'failed',
    },
    {
      name: 'is superseded',
      spoil: (): void => {
        stage.emulator.script.after({ method: 'POST', path: '/v1/agents/voice-us-west' }, () => {
          stage.emulator.script.supersede('voice-us-west');
        });
      },
      outcome: 'superseded',
    },
    {
      name: 'takes too long',
      spoil: (): void => {
        stage.emulator.script.deployment('voice-us-west', { outcome: 'stuck' });
      },
      outcome: 'failed',
    },
  ])('stops after a region that $name', async ({ spoil, outcome }) => {
    seedRunning(stage.emulator, order);
    spoil();
    const { succeeded, actions, agents } = await stage.release({ ...inputs, 'wait-timeout': '30' });
    expect(succeeded).toBe(false);
    expect(agents).toMatchObject([
      { region: 'eu-central', outcome: 'updated', ready: true },
      { region: 'us-west', outcome, ready: false },
      { region: 'ap-south', outcome: 'skipped', ready: false, deploymentId: null },
    ]);
    expect(deploys(stage.emulator).map(({ path }) => path)).toEqual([
      '/v1/agents/voice-eu-central',
      '/v1/agents/voice-us-west',
    ]);
    expect(stage.emulator.state.serving('voice-eu-central')).toMatchObject({ image });
    expect(stage.emulator.state.serving('voice-ap-south')).toMatchObject({ image: older });
    expect(actions.errors).toHaveLength(1);
    expect(actions.errors[0]?.message).toMatch(
      new RegExp(
        `Serving now: \`${image}\` in \`eu-central\`; .*\`${older}\` in .*\`ap-south\`, as before`,
      ),
    );
    expect(actions.notices).toContainEqual(
      expect.stringMatching(
        /stopped after the failure in `us-west`, so nothing was deployed in `ap-south`/,
      ),
    );
    expect(actions.summary).toMatch(/`voice-ap-south` \| `ap-south` \| skipped/);
    expect(actions.summary).toContain('Not deployed: the agent `voice-ap-south`');
  });

  test('skips all other regions if the first one fails', async () => {
    stage.emulator.script.deployment('voice-eu-central', { outcome: 'image-pull' });
    const { agents, actions } = await stage.release(inputs);
    expect(agents.map(({ outcome }) => outcome)).toEqual(['failed', 'skipped', 'skipped']);
    expect(actions.notices).toContainEqual(
      expect.stringContaining(
        'the failure in `eu-central`, so nothing was deployed in `us-west`, `ap-south`',
      ),
    );
    expect(actions.errors[0]?.message).toContain('Serving now: nothing.');
  });

  test('skips no region if the last one fails', async () => {
    stage.emulator.script.deployment('voice-ap-south', { outcome: 'image-pull' });
    const { agents, actions } = await stage.release(inputs);
    expect(agents.map(({ outcome }) => outcome)).toEqual(['created', 'created', 'failed']);
    expect(actions.everything).not.toContain('stopped after the failure');
  });

  test('deploys no agent if the set of a later region cannot be provisioned', async () => {
    stage.emulator.script.provisioning('keys-ap-south', { outcome: 'failed' });
    const { agents } = await stage.release(inputs);
    expect(agents.map(({ outcome }) => outcome)).toEqual(['skipped', 'skipped', 'skipped']);
    expect(deploys(stage.emulator)).toEqual([]);
  });

  test('deploys one region after the other without `wait-for-ready`', async () => {
    const { succeeded } = await stage.release({ ...inputs, 'wait-for-ready': 'false' });
    expect(succeeded).toBe(true);
    expect(deploys(stage.emulator).map(createdBy)).toEqual(
      order.map((region) => `voice-${region}`),
    );
  });

  test('gives each region its own time for its sets', async () => {
    seedRunning(stage.emulator, order);
    for (const region of order) {
      stage.emulator.script.before({ method: 'POST', path: `/v1/agents/voice-${region}` }, () => {
        stage.emulator.seed.secretSet({
          name: `keys-${region}`,
          region,
          values: { A: 'newer-value' },
          status: 'pending',
          readyAfter: 30_000,
        });
      });
    }
    const { succeeded, agents } = await stage.release({ ...inputs, 'secrets-timeout': '45' });
    expect(succeeded).toBe(true);
    expect(agents.map(({ ready }) => ready)).toEqual([true, true, true]);
  });

  test('writes secrets alone in all regions at once', async () => {
    const { succeeded, secretSets, actions } = await stage.release({
      ...inputs,
      'agent-name': '',
      image: '',
      rollout: '',
    });
    expect(succeeded).toBe(true);
    expect(secretSets.map(({ region }) => region)).toEqual(order);
    expect(actions.summary).toContain(
      '## ✅ Secrets are ready: `keys-eu-central`, `keys-us-west`, `keys-ap-south`',
    );
  });
});

describe('a release with `prune-secrets` in several regions', () => {
  const stage = stageForEachTest();
  const regions = ['us-west', 'eu-central'];
  const inputs = { ...releaseTo(...regions), 'prune-secrets': 'true' };

  beforeEach(() => {
    for (const region of regions) {
      stage.emulator.seed.secretSet({
        name: `keys-${region}`,
        region,
        values: { A: 'older-value', [`OLD_${region}`]: 'old' },
      });
    }
  });

  test('deletes from each set the keys that are no longer given', async () => {
    const { succeeded, secretSets } = await stage.release(inputs);
    expect(succeeded).toBe(true);
    expect(secretSets).toMatchObject([
      { pruned: ['OLD_us-west'], status: 'ready' },
      { pruned: ['OLD_eu-central'], status: 'ready' },
    ]);
  });

  test('deletes nothing if the agent of any region failed', async () => {
    stage.emulator.script.deployment('voice-eu-central', { outcome: 'crash-loop' });
    const { succeeded } = await stage.release(inputs);
    expect(succeeded).toBe(false);
    expect(writes(stage.emulator).filter((write) => write.startsWith('DELETE'))).toEqual([]);
  });

  test('reports a failed deletion in one region, and prunes the other', async () => {
    stage.emulator.script.fault(
      { method: 'DELETE', path: /keys-us-west/ },
      { kind: 'status', status: 400, body: { error: 'No', code: 'BAD' } },
    );
    const { actions, secretSets } = await stage.release(inputs);
    expect(actions.errors[0]?.title).toBe('The release is done, but the secret set was not pruned');
    expect(secretSets).toMatchObject([{ pruned: [] }, { pruned: ['OLD_eu-central'] }]);
    expect(actions.errors[0]?.message).toMatch(/Serving now: `[^`]*`\./);
  });
});
