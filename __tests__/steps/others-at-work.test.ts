import { beforeEach, describe, expect, test } from '@jest/globals';
import { checkoutForEachTest } from '../support/checkout.js';
import {
  credentials,
  stageForEachTest,
  writes,
  type ReleaseOutcome,
} from '../support/release-run.js';

const stage = stageForEachTest();

const image = 'ghcr.io/acme/voice:1.0.0';
const rotation = {
  ...credentials['API key'],
  'secret-set': 'keys',
  secrets: 'A=newer-value',
  'agent-name': 'voice',
  image,
};

describe('if another release deploys while the secret set is provisioned, a release', () => {
  beforeEach(() => {
    stage.emulator.seed.secretSet({ name: 'keys', values: { A: 'older-value' } });
    stage.emulator.seed.agent({ name: 'voice', image, secretSet: 'keys' });
    stage.emulator.script.after({ method: 'PUT', path: '/v1/secrets/keys' }, () => {
      stage.emulator.script.supersede('voice');
    });
  });

  test('does not take that deployment for its own when its own request is lost', async () => {
    stage.emulator.script.fault(
      { method: 'POST', path: '/v1/agents/voice' },
      { kind: 'status', status: 503 },
    );
    const { succeeded, agents } = await stage.release(rotation);
    expect(succeeded).toBe(true);
    expect(agents).toMatchObject([{ outcome: 'updated', ready: true }]);
    expect(stage.emulator.state.serving('voice')).toMatchObject({
      id: agents[0]?.['deploymentId'],
      secretValues: { A: 'newer-value' },
    });
  });

  test('reports an unchanged update as unchanged', async () => {
    const { agents, actions } = await stage.release({ ...rotation, 'force-redeploy': 'false' });
    expect(agents).toMatchObject([{ outcome: 'unchanged' }]);
    expect(actions.warnings).toContainEqual(expect.stringContaining('compares only the tag'));
    expect(actions.warnings).toContainEqual(
      expect.stringContaining('`voice` keeps the old values until the next deployment'),
    );
  });
});

describe('if someone else creates the agent while the secret set is provisioned, a release', () => {
  function createMeanwhile(agent: { region?: string; minAgents?: number; maxAgents?: number }) {
    stage.emulator.script.before({ method: 'POST', path: '/v1/agents' }, () => {
      stage.emulator.seed.agent({ name: 'voice', image: 'ghcr.io/acme/voice:0.9.0', ...agent });
    });
  }

  test('updates it with both bounds of its scaling', async () => {
    createMeanwhile({ minAgents: 2, maxAgents: 5 });
    const { succeeded } = await stage.release({ ...rotation, 'max-agents': '10' });
    expect(succeeded).toBe(true);
    expect(stage.emulator.state.agent('voice')).toMatchObject({ minAgents: 2, maxAgents: 10 });
  });

  test('leaves it unchanged and reports it if it is in another region', async () => {
    createMeanwhile({ region: 'eu-central' });
    const { succeeded, actions, agents } = await stage.release({ ...rotation, region: 'us-west' });
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain('is in region eu-central');
    expect(actions.errors[0]?.message).toContain('No agent was deployed.');
    expect(agents).toMatchObject([{ outcome: 'failed' }]);
    expect(stage.emulator.state.agent('voice')).toMatchObject({
      image: 'ghcr.io/acme/voice:0.9.0',
    });
  });

  test('does not take it for its own if it binds another set and the answer to the create was lost', async () => {
    createMeanwhile({});
    stage.emulator.script.fault({ method: 'POST', path: '/v1/agents' }, { kind: 'reset' });
    const { succeeded } = await stage.release({ ...rotation, image: 'ghcr.io/acme/voice:0.9.0' });
    expect(succeeded).toBe(true);
    expect(stage.emulator.state.serving('voice')).toMatchObject({
      secretSet: 'keys',
      secretValues: { A: 'newer-value' },
    });
  });
});

test('a release looks for its deployment before it gives up on a deploy whose last answer was lost', async () => {
  stage.emulator.script.fault(
    { method: 'POST', path: '/v1/agents' },
    { kind: 'hang', carryOut: true },
  );
  const { agents } = await stage.release({
    ...credentials['API key'],
    'agent-name': 'voice',
    image,
    'wait-timeout': '20',
  });
  expect(agents).toMatchObject([
    { deploymentId: stage.emulator.state.agent('voice')?.desiredDeploymentId },
  ]);
});

test('a release reports that another process is writing the secret set', async () => {
  stage.emulator.script.fault(
    { method: 'PUT' },
    { kind: 'status', status: 409, body: { error: 'modified concurrently', code: 'CONFLICT' } },
    { times: 9 },
  );
  const { actions } = await stage.release({ ...rotation, 'agent-name': '', image: '' });
  expect(actions.errors[0]?.title).toBe('Another process is writing the secret set');
  expect(writes(stage.emulator)).toHaveLength(5);
});

test('a release does not claim that a write was not done if no answer came', async () => {
  stage.emulator.script.fault({ method: 'PUT' }, { kind: 'reset', carryOut: true }, { times: 9 });
  const { actions } = await stage.release({ ...rotation, 'agent-name': '', image: '' });
  expect(actions.errors[0]?.message).toContain('Whether it was carried out is not known');
});

test('a release is reported as done even if pruning fails afterwards', async () => {
  stage.emulator.seed.secretSet({ name: 'keys', values: { A: 'older-value', OLD: 'old-value' } });
  stage.emulator.script.fault(
    { method: 'DELETE' },
    { kind: 'status', status: 400, body: { error: 'No', code: 'BAD' } },
  );
  const { succeeded, actions, agents, secretSets } = await stage.release({
    ...rotation,
    'prune-secrets': 'true',
  });
  expect(succeeded).toBe(false);
  expect(agents).toMatchObject([{ outcome: 'created', ready: true }]);
  expect(secretSets).toMatchObject([{ outcome: 'updated', pruned: [] }]);
  expect(actions.errors[0]?.title).toBe('The release is done, but the secret set was not pruned');
  expect(actions.errors[0]?.message).toContain('DELETE /v1/secrets/keys/OLD → 400');
});

describe('a release tolerates answers that the platform may send one day:', () => {
  test('an unknown type or status of another secret set', async () => {
    stage.emulator.script.fault(
      { method: 'GET', path: '/v1/secrets' },
      {
        kind: 'status',
        status: 200,
        body: {
          sets: [
            { name: 'certificates', type: 'certificate', region: 'us-west', status: 'ready' },
            { name: 'others', type: 'secret', region: 'us-west', status: 'rotating' },
          ],
        },
      },
    );
    const { succeeded } = await stage.release(rotation);
    expect(succeeded).toBe(true);
  });

  test('a 404 page of a gateway, which does not mean that the agent does not exist', async () => {
    stage.emulator.seed.agent({ name: 'voice', image });
    stage.emulator.script.fault(
      { method: 'GET', path: '/v1/agents/voice' },
      { kind: 'status', status: 404, body: '<html>no such application</html>' },
    );
    const { succeeded, actions } = await stage.release({
      ...credentials['API key'],
      'agent-name': 'voice',
      image,
    });
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain('GET /v1/agents/voice → 404');
    expect(writes(stage.emulator)).toEqual([]);
  });

  test('a request to retry after hours, which it does not follow', async () => {
    stage.emulator.script.fault(
      { method: 'GET', path: '/v1/regions' },
      { kind: 'status', status: 429, headers: { 'retry-after': '7200' } },
    );
    const startedAt = stage.clock.now();
    const { succeeded } = await stage.release(rotation);
    expect(succeeded).toBe(false);
    expect(stage.clock.now() - startedAt).toBeLessThan(60_000);
  });
});

test('a release ends soon after `wait-timeout` if the platform stops answering during a deploy', async () => {
  stage.emulator.script.fault({ method: 'POST' }, { kind: 'hang' }, { times: 9 });
  stage.emulator.script.fault(
    { method: 'GET', path: '/v1/agents/voice' },
    { kind: 'hang' },
    { skip: 2, times: 9 },
  );
  const startedAt = stage.clock.now();
  const { actions } = await stage.release({
    ...credentials['API key'],
    'agent-name': 'voice',
    image,
    'wait-timeout': '20',
  });
  expect(stage.clock.now() - startedAt).toBeLessThan(35_000);
  // The error names the failed request, not the later check of what it did.
  expect(actions.errors[0]?.message).toContain('Call: POST /v1/agents');
  expect(actions.errors[0]?.message).toContain('Whether it was carried out is not known');
});

describe('if another release acts while the image is built, a release', () => {
  const checkout = checkoutForEachTest();
  const building = {
    ...credentials['API key'],
    'agent-name': 'voice',
    region: 'us-west',
    'cloud-build': 'true',
  };
  const release = (inputs: Readonly<Record<string, string>> = {}): Promise<ReleaseOutcome> =>
    stage.release({ ...building, ...inputs }, { environment: checkout.environment });

  const duringBuild = (act: () => void): void => {
    stage.emulator.script.after({ method: 'POST', path: '/v1/builds' }, act);
  };

  test('keeps the bound of the scaling that the other one set', async () => {
    stage.emulator.seed.agent({ name: 'voice', image: 'a/b:1', minAgents: 0, maxAgents: 3 });
    duringBuild(() => {
      stage.emulator.seed.agent({ name: 'voice', image: 'a/b:2', minAgents: 2, maxAgents: 3 });
    });
    const { succeeded, actions } = await release({ 'max-agents': '9' });
    expect(succeeded).toBe(true);
    const id = stage.emulator.state.builds()[0]?.id ?? '';
    expect(stage.emulator.state.agent('voice')).toMatchObject({
      buildId: id,
      minAgents: 2,
      maxAgents: 9,
    });
    expect(actions.summary).toContain(
      `Updated the agent \`voice\`: build-id \`a/b:2\` → \`${id}\``,
    );
  });

  test('makes no second deployment of a build that the other one already deployed', async () => {
    stage.emulator.seed.agent({ name: 'voice', image: 'a/b:1' });
    let theirs = '';
    duringBuild(() => {
      // Once the build can be deployed, and before it is.
      stage.emulator.script.before({ method: 'GET', path: '/v1/agents/voice' }, () => {
        const [build] = stage.emulator.state.builds();
        theirs = stage.emulator.seed.agent({ name: 'voice', buildId: build?.id }).deploymentId;
      });
    });
    const { succeeded, agents, actions } = await release();
    expect(succeeded).toBe(true);
    expect(agents).toMatchObject([{ outcome: 'unchanged', deploymentId: theirs }]);
    expect(actions.warnings).toEqual([]);
    expect(actions.notices).toEqual([]);
    expect(actions.summary).toContain(
      'Nothing changed for `voice`, so there is no new deployment.',
    );
  });

  test('updates an agent that the other one created', async () => {
    duringBuild(() => {
      stage.emulator.seed.agent({ name: 'voice', image: 'a/b:2' });
    });
    const { succeeded, agents } = await release();
    expect(succeeded).toBe(true);
    expect(agents).toMatchObject([{ outcome: 'updated', ready: true }]);
    expect(stage.emulator.state.agent('voice')?.buildId).toBe(stage.emulator.state.builds()[0]?.id);
  });

  test('fails if the other one created the agent in another region', async () => {
    duringBuild(() => {
      stage.emulator.seed.agent({ name: 'voice', image: 'a/b:2', region: 'eu-central' });
    });
    const { succeeded, actions } = await release();
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain('is in region eu-central');
    expect(JSON.parse(actions.outputs['builds'] ?? '')).toMatchObject([{ outcome: 'built' }]);
    expect(stage.emulator.state.agent('voice')?.image).toBe('a/b:2');
  });
});
