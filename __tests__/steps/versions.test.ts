import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Emulator } from '../../emulator/index.js';
import { contentVersion } from '../../src/plan/content-version.js';
import { SecretValue } from '../../src/secrecy/secret-value.js';
import { credentials, stageForEachTest, writes } from '../support/release-run.js';

const older = 'ghcr.io/acme/voice:1.0.0';
const newer = 'ghcr.io/acme/voice:2.0.0';

/** The tests do not depend on how long provisioning takes, and each status check costs time. */
const quick = { secretSetDelay: 300, deploymentDelay: 300 };

/** Computes the version of a content independently of the code under test. */
function versionOf(values: Readonly<Record<string, string>>, credential = 'sk_emulator'): string {
  const pairs = Object.keys(values)
    .sort()
    .map((key) => [key, values[key]]);
  const hmac = createHmac('sha256', credential).update(JSON.stringify(pairs), 'utf8');
  return hmac.digest('hex').slice(0, 8);
}

/** A release of `voice` with a versioned secret set. */
function releaseOf(secrets: string, image: string = older) {
  return {
    ...credentials['API key'],
    region: 'us-west',
    'secret-set': 'keys-{version}',
    secrets,
    'agent-name': 'voice',
    image,
  };
}

const first = { secrets: 'A=one\nB=first', values: { A: 'one', B: 'first' } };
const second = { secrets: 'A=two\nB=second', values: { A: 'two', B: 'second' } };
const firstSet = `keys-${versionOf(first.values)}`;
const secondSet = `keys-${versionOf(second.values)}`;

/** Writes and deletions of secret sets, as `METHOD name`. */
function setWrites(emulator: Emulator): string[] {
  return writes(emulator)
    .filter((write) => write.includes('/secrets/'))
    .map((write) => write.replace(/\/v1\/.*secrets\//, ''));
}

describe('the version of a secret set', () => {
  const version = (values: Readonly<Record<string, string>>, credential = 'sk_emulator'): string =>
    contentVersion(
      Object.entries(values).map(([key, value]) => ({ key, value: new SecretValue(value) })),
      new SecretValue(credential),
    );

  test.each([
    { name: 'one pair', values: { A: 'value' } },
    { name: 'several pairs', values: { OPENAI_API_KEY: 'sk-1', 'deepgram-key': 'x', _Z: 'y' } },
    { name: 'text beyond ASCII', values: { A: 'grüße 🔑', B: 'a\nb"\\' } },
  ])('is eight hex digits of an HMAC-SHA-256 over the sorted pairs: $name', ({ values }) => {
    expect(version(values)).toMatch(/^[0-9a-f]{8}$/);
    expect(version(values)).toBe(versionOf(values));
  });

  test('does not depend on the order of the pairs', () => {
    // A locale-aware order would differ.
    expect(version({ b: '1', A: '2', _c: '3', B: '4', 'a-x': '5', a_x: '6' })).toBe(
      version({ a_x: '6', B: '4', 'a-x': '5', _c: '3', A: '2', b: '1' }),
    );
  });

  const content = { A: 'x', B: 'y' };
  test.each([
    { name: 'another value', other: { A: 'x', B: 'z' } },
    { name: 'another key', other: { A: 'x', C: 'y' } },
    { name: 'another case of a key', other: { A: 'x', b: 'y' } },
    { name: 'swapped values', other: { A: 'y', B: 'x' } },
    { name: 'one more pair', other: { A: 'x', B: 'y', C: 'z' } },
    { name: 'one pair less', other: { A: 'x' } },
    { name: 'the same characters split differently', other: { AB: 'xy' } },
    { name: 'a space before a value', other: { A: 'x', B: ' y' } },
    { name: 'a value that looks like several pairs', other: { A: 'x"],["B","y' } },
  ])('differs with $name', ({ other }) => {
    expect(version(other)).not.toBe(version(content));
  });

  test('differs with the credential', () => {
    expect(version(content, 'sk_other')).not.toBe(version(content));
  });
});

describe.each(Object.entries(credentials))('with %s, a versioned release', (kind, credential) => {
  const stage = stageForEachTest(quick);
  const secret = kind === 'token' ? 'pcc_pat_emulator' : 'sk_emulator';
  const setOf = (values: Readonly<Record<string, string>>): string =>
    `keys-${versionOf(values, secret)}`;
  const release = (secrets: string, image?: string) => ({
    ...releaseOf(secrets, image),
    'api-key': '',
    ...credential,
  });

  test('names the set by its content, and binds it to the agent', async () => {
    const { succeeded, secretSets } = await stage.release(release(first.secrets));
    expect(succeeded).toBe(true);
    expect(secretSets).toMatchObject([
      { name: setOf(first.values), outcome: 'created', added: ['A', 'B'], status: 'ready' },
    ]);
    expect(stage.emulator.state.serving('voice')).toMatchObject({
      secretSet: setOf(first.values),
      secretValues: first.values,
    });
  });

  test('does not depend on the order of the secrets', async () => {
    await stage.release(release('A=one\nB=first'));
    const before = setWrites(stage.emulator);
    await stage.release(release('B=first\nA=one'));
    expect(setWrites(stage.emulator)).toEqual(before);
  });

  test('writes nothing and deploys nothing if nothing changes', async () => {
    const { agents: released } = await stage.release(release(first.secrets));
    const before = setWrites(stage.emulator);
    const startedAt = stage.clock.now();

    const { succeeded, agents, secretSets, actions } = await stage.release(release(first.secrets));
    expect(succeeded).toBe(true);
    expect(setWrites(stage.emulator)).toEqual(before);
    expect(stage.emulator.state.agent('voice')?.deployments).toHaveLength(1);
    expect(agents).toMatchObject([
      { outcome: 'unchanged', ready: true, deploymentId: released[0]?.['deploymentId'] },
    ]);
    expect(secretSets).toMatchObject([
      { outcome: 'existing', added: [], updated: [], status: 'ready' },
    ]);
    expect(stage.clock.now() - startedAt).toBeLessThan(1000);
    expect(actions.summary).toContain('## ✅ Unchanged `voice` in `us-west`; it is serving');
    expect(actions.notices.join()).not.toContain('old values');
  });

  test('does not warn that nothing changed', async () => {
    await stage.release(releaseOf(first.secrets));
    const { actions } = await stage.release(releaseOf(first.secrets));
    expect(actions.warnings).toEqual([]);
    expect(actions.summary).toContain(
      'Nothing changed for `voice`, so there is no new deployment. The platform does not notice a tag that was pushed again.',
    );
  });

  test('changes code and values in one deployment', async () => {
    await stage.release(release(first.secrets));
    const { succeeded, agents, actions } = await stage.release(release(second.secrets, newer));
    expect(succeeded).toBe(true);
    const { deployments = [] } = stage.emulator.state.agent('voice') ?? {};
    expect(deployments).toMatchObject([
      { image: older, secretSet: setOf(first.values), secretValues: first.values },
      { image: newer, secretSet: setOf(second.values), secretValues: second.values },
    ]);
    expect(agents).toMatchObject([{ outcome: 'updated', ready: true }]);
    // Another set makes a new deployment anyway, so none has to be forced.
    const update = stage.emulator.requests.findLast(({ method }) => method !== 'GET');
    expect(update?.body).not.toHaveProperty('forceRedeploy');
    expect(actions.notices).toContainEqual(
      expect.stringContaining('so you can revoke the old values'),
    );
    expect(stage.emulator.state.secretSet(setOf(first.values))?.values).toEqual(first.values);
  });

  test('of an older commit restores the older version', async () => {
    await stage.release(release(first.secrets, older));
    await stage.release(release(second.secrets, newer));
    const before = setWrites(stage.emulator);
    const { succeeded, secretSets } = await stage.release(release(first.secrets, older));
    expect(succeeded).toBe(true);
    expect(setWrites(stage.emulator)).toEqual(before);
    expect(secretSets).toMatchObject([{ name: setOf(first.values), outcome: 'existing' }]);
    expect(stage.emulator.state.serving('voice')).toMatchObject({
      image: older,
      secretSet: setOf(first.values),
      secretValues: first.values,
    });
  });

  test('writes a version completely if keys are missing', async () => {
    stage.emulator.seed.secretSet({ name: setOf(first.values), values: { A: 'one' } });
    const { succeeded, secretSets } = await stage.release(release(first.secrets));
    expect(succeeded).toBe(true);
    expect(secretSets).toMatchObject([{ outcome: 'updated', added: ['B'], updated: ['A'] }]);
    expect(stage.emulator.state.serving('voice')?.secretValues).toEqual(first.values);
  });
});

describe('after an interrupted run, the next release', () => {
  const stage = stageForEachTest(quick);

  test('writes a version again whose provisioning failed', async () => {
    stage.emulator.script.provisioning(firstSet, { outcome: 'failed' });
    const { succeeded } = await stage.release(releaseOf(first.secrets));
    expect(succeeded).toBe(false);
    const { succeeded: again, secretSets } = await stage.release(releaseOf(first.secrets));
    expect(again).toBe(true);
    expect(setWrites(stage.emulator)).toEqual([`PUT ${firstSet}`, `PUT ${firstSet}`]);
    expect(secretSets).toMatchObject([{ outcome: 'updated', status: 'ready' }]);
  });

  test('completes a version that was only partly written with a token', async () => {
    stage.emulator.script.fault(
      { method: 'PUT' },
      { kind: 'status', status: 400, body: { error: 'No', code: 'BAD' } },
      { skip: 1 },
    );
    const inputs = { ...releaseOf(first.secrets), 'api-key': '', ...credentials.token };
    const { succeeded } = await stage.release(inputs);
    expect(succeeded).toBe(false);
    const set = `keys-${versionOf(first.values, 'pcc_pat_emulator')}`;
    expect(stage.emulator.state.secretSet(set)?.values).toEqual({ A: 'one' });
    const { succeeded: again } = await stage.release(inputs);
    expect(again).toBe(true);
    expect(stage.emulator.state.serving('voice')?.secretValues).toEqual(first.values);
  });

  test('waits for a pending version instead of writing it', async () => {
    stage.emulator.seed.secretSet({
      name: firstSet,
      values: first.values,
      status: 'pending',
      readyAfter: 8000,
    });
    const startedAt = stage.clock.trueTime();
    const { succeeded, secretSets } = await stage.release(releaseOf(first.secrets));
    expect(succeeded).toBe(true);
    expect(setWrites(stage.emulator)).toEqual([]);
    expect(secretSets).toMatchObject([{ outcome: 'existing', status: 'ready' }]);
    const deploy = stage.emulator.requests.find(({ method }) => method === 'POST');
    expect((deploy?.receivedAt ?? 0) - startedAt).toBeGreaterThanOrEqual(8000);
  });

  test('writes a pending version that lacks keys', async () => {
    stage.emulator.seed.secretSet({ name: firstSet, values: { B: 'first' }, status: 'pending' });
    const { succeeded } = await stage.release(releaseOf(first.secrets));
    expect(succeeded).toBe(true);
    expect(stage.emulator.state.serving('voice')?.secretValues).toEqual(first.values);
  });

  test('fails if a pending version fails', async () => {
    stage.emulator.seed.secretSet({
      name: firstSet,
      values: first.values,
      status: 'failed',
      readyAfter: 3000,
    });
    const { succeeded, actions } = await stage.release(releaseOf(first.secrets));
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.title).toBe('A secret set could not be provisioned');
    expect(stage.emulator.state.agents()).toEqual([]);
  });

  test('binds a ready version that no agent binds yet', async () => {
    stage.emulator.seed.secretSet({ name: secondSet, values: second.values });
    stage.emulator.seed.secretSet({ name: firstSet, values: first.values });
    stage.emulator.seed.agent({ name: 'voice', image: older, secretSet: firstSet });
    const { agents } = await stage.release(releaseOf(second.secrets));
    expect(setWrites(stage.emulator)).toEqual([]);
    expect(agents).toMatchObject([{ outcome: 'updated', ready: true }]);
    expect(stage.emulator.state.serving('voice')?.secretValues).toEqual(second.values);
  });

  test('repairs a failed version that the agent binds', async () => {
    stage.emulator.seed.secretSet({ name: firstSet, values: first.values, status: 'failed' });
    stage.emulator.seed.agent({ name: 'voice', image: older, secretSet: firstSet });
    const { succeeded } = await stage.release(releaseOf(first.secrets));
    expect(succeeded).toBe(true);
    expect(setWrites(stage.emulator)).toEqual([`PUT ${firstSet}`]);
    expect(stage.emulator.state.agent('voice')?.deployments).toHaveLength(2);
  });

  test('is rejected if the name of the version belongs to an image pull secret', async () => {
    stage.emulator.seed.imagePullSecret({ name: firstSet });
    const { succeeded, actions } = await stage.release(releaseOf(first.secrets));
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain('already exists as another kind of set');
    expect(writes(stage.emulator)).toEqual([]);
  });

  test('is rejected if the version is in another region', async () => {
    stage.emulator.seed.secretSet({ name: firstSet, region: 'ap-south', values: first.values });
    const { succeeded, actions } = await stage.release(releaseOf(first.secrets));
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain('is in region ap-south');
    expect(writes(stage.emulator)).toEqual([]);
  });

  test('binds a version that is a Kubernetes Secret, whose keys are not visible', async () => {
    stage.emulator.seed.secretSet({ name: firstSet, referenced: true });
    const { succeeded } = await stage.release(releaseOf(first.secrets));
    expect(succeeded).toBe(true);
    expect(setWrites(stage.emulator)).toEqual([]);
    expect(stage.emulator.state.agent('voice')?.secretSet).toBe(firstSet);
  });
});

describe('the running agent keeps its version of the secret set if', () => {
  const stage = stageForEachTest(quick);
  const inputs = { ...releaseOf(second.secrets, newer), 'keep-versions': '0' };

  beforeEach(() => {
    stage.emulator.seed.secretSet({ name: firstSet, values: first.values });
    stage.emulator.seed.agent({ name: 'voice', image: older, secretSet: firstSet });
  });

  test.each([
    {
      name: 'provisioning fails',
      spoil: (): void => {
        stage.emulator.script.provisioning(secondSet, { outcome: 'failed' });
      },
    },
    {
      name: 'the platform rejects the write',
      spoil: (): void => {
        stage.emulator.script.fault(
          { method: 'PUT' },
          { kind: 'status', status: 400, body: { error: 'No', code: 'BAD' } },
        );
      },
    },
    {
      name: 'the platform rejects the deploy',
      spoil: (): void => {
        stage.emulator.script.fault(
          { method: 'POST' },
          { kind: 'status', status: 400, body: { error: 'No', code: 'BAD' } },
        );
      },
    },
    {
      name: 'the new deployment crashes',
      spoil: (): void => {
        stage.emulator.script.deployment('voice', { outcome: 'crash-loop' });
      },
    },
    {
      name: 'the new deployment takes too long',
      spoil: (): void => {
        stage.emulator.script.deployment('voice', { outcome: 'stuck' });
      },
    },
    {
      name: 'another release deploys',
      spoil: (): void => {
        stage.emulator.script.after({ method: 'POST' }, () => {
          stage.emulator.script.supersede('voice');
        });
      },
    },
  ])('$name', async ({ name, spoil }) => {
    spoil();
    const { succeeded, actions } = await stage.release({ ...inputs, 'wait-timeout': '30' });
    expect(succeeded).toBe(false);
    expect(stage.emulator.state.secretSet(firstSet)).toMatchObject({
      status: 'ready',
      values: first.values,
    });
    expect(setWrites(stage.emulator)).toEqual([`PUT ${secondSet}`]);
    if (name !== 'another release deploys') {
      expect(stage.emulator.state.serving('voice')).toMatchObject({
        image: older,
        secretValues: first.values,
      });
    }
    // Nothing changed for the running agent, so there is no warning about it.
    expect(actions.everything).not.toContain('what runs keeps the old values');
  });

  test('the next release succeeds with the version that the failed one created', async () => {
    stage.emulator.script.deployment('voice', { outcome: 'crash-loop' });
    await stage.release(inputs);
    const third = 'ghcr.io/acme/voice:2.0.1';
    const { succeeded, secretSets } = await stage.release({ ...inputs, image: third });
    expect(succeeded).toBe(true);
    expect(secretSets).toMatchObject([
      { name: secondSet, outcome: 'existing' },
      { name: firstSet, outcome: 'deleted' },
    ]);
    expect(stage.emulator.state.serving('voice')).toMatchObject({
      image: third,
      secretValues: second.values,
    });
  });
});

describe('a versioned secret set in several regions', () => {
  const stage = stageForEachTest(quick);
  const regions = ['us-west', 'eu-central', 'ap-south', 'us-east'];
  const inputs = {
    ...releaseOf(first.secrets),
    region: regions.join(),
    'secret-set': 'keys-{region}-{version}',
    'agent-name': 'voice-{region}',
  };
  const setIn = (region: string, values = first.values): string =>
    `keys-${region}-${versionOf(values)}`;

  test.each(Object.entries(credentials))(
    'is not written in any region if nothing changed, with %s',
    async (_kind, credential) => {
      const release = { ...inputs, 'api-key': '', ...credential };
      await stage.release(release);
      const before = setWrites(stage.emulator);
      const startedAt = stage.clock.now();
      const { succeeded, agents } = await stage.release(release);
      expect(succeeded).toBe(true);
      expect(setWrites(stage.emulator)).toEqual(before);
      expect(agents).toMatchObject(regions.map((region) => ({ region, outcome: 'unchanged' })));
      for (const { deployments } of stage.emulator.state.agents()) {
        expect(deployments).toHaveLength(1);
      }
      expect(stage.clock.now() - startedAt).toBeLessThan(1000);
    },
  );

  test('has the same version in all regions', async () => {
    const { secretSets } = await stage.release(inputs);
    expect(secretSets.map(({ name }) => name)).toEqual(regions.map((region) => setIn(region)));
  });

  test('is written only where it is missing, and no agent is deployed before it is ready', async () => {
    await stage.release(inputs);
    await stage.release({ ...inputs, region: 'us-west', secrets: second.secrets });
    const before = setWrites(stage.emulator).length;
    const { secretSets, agents } = await stage.release({ ...inputs, secrets: second.secrets });
    expect(setWrites(stage.emulator).slice(before)).toEqual(
      regions.slice(1).map((region) => `PUT ${setIn(region, second.values)}`),
    );
    expect(secretSets.map(({ outcome }) => outcome)).toEqual([
      'existing',
      'created',
      'created',
      'created',
    ]);
    expect(agents.map(({ outcome }) => outcome)).toEqual([
      'unchanged',
      'updated',
      'updated',
      'updated',
    ]);
  });

  test('keeps its old version in all regions if it cannot be provisioned in one', async () => {
    await stage.release(inputs);
    stage.emulator.script.provisioning(setIn('ap-south', second.values), { outcome: 'failed' });
    const { agents } = await stage.release({
      ...inputs,
      secrets: second.secrets,
      'keep-versions': '0',
    });
    expect(agents.map(({ outcome }) => outcome)).toEqual(regions.map(() => 'skipped'));
    for (const region of regions) {
      expect(stage.emulator.state.agent(`voice-${region}`)?.secretSet).toBe(setIn(region));
      expect(stage.emulator.state.secretSet(setIn(region))).toMatchObject({ status: 'ready' });
    }
  });

  test.each(['parallel', 'sequential'])(
    'is deleted in no region if the agent of one fails, with `rollout: %s`',
    async (rollout) => {
      await stage.release(inputs);
      stage.emulator.script.deployment('voice-us-east', { outcome: 'crash-loop' });
      const { succeeded } = await stage.release({
        ...inputs,
        rollout,
        secrets: second.secrets,
        'keep-versions': '0',
      });
      expect(succeeded).toBe(false);
      expect(setWrites(stage.emulator).filter((write) => write.startsWith('DELETE'))).toEqual([]);
    },
  );

  test('has its own versions in each region', async () => {
    const { emulator } = stage;
    for (const [index, region] of regions.entries()) {
      for (let old = 0; old <= index; old++) {
        emulator.seed.secretSet({ name: `keys-${region}-0000000${old}`, region, values: {} });
      }
    }
    const { secretSets, actions } = await stage.release({ ...inputs, 'keep-versions': '2' });
    const deleted = secretSets.filter(({ outcome }) => outcome === 'deleted');
    expect(deleted.map(({ name, region }) => [name, region]).sort()).toEqual([
      ['keys-ap-south-00000000', 'ap-south'],
      ['keys-us-east-00000000', 'us-east'],
      ['keys-us-east-00000001', 'us-east'],
    ]);
    expect(actions.summary).toContain('Deleted the secret set `keys-ap-south-00000000`');
  });

  test('is deleted in the other regions if the platform rejects the deletion in one', async () => {
    const { emulator } = stage;
    for (const region of regions) {
      emulator.seed.secretSet({ name: `keys-${region}-00000000`, region, values: {} });
    }
    emulator.script.fault(
      { method: 'DELETE', path: '/v1/secrets/keys-eu-central-00000000' },
      { kind: 'status', status: 403, body: { error: 'Not you', code: 'FORBIDDEN' } },
    );
    const { succeeded, secretSets, actions } = await stage.release({
      ...inputs,
      'keep-versions': '0',
    });
    expect(succeeded).toBe(true);
    expect(secretSets.filter(({ outcome }) => outcome === 'deleted')).toHaveLength(3);
    expect(actions.warnings).toEqual([
      expect.stringMatching(/Could not delete older versions of `keys-eu-central-\{version\}`/),
    ]);
  });
});

describe('with `keep-versions`, a release', () => {
  const stage = stageForEachTest(quick);

  /** Older versions, in the order in which they were created. */
  function seedVersions(...names: string[]): void {
    for (const name of names) stage.emulator.seed.secretSet({ name, values: { A: 'old' } });
  }
  const versions = ['keys-0000000e', 'keys-0000000a', 'keys-0000000d', 'keys-0000000b'];
  const deletions = (): string[] =>
    setWrites(stage.emulator)
      .filter((write) => write.startsWith('DELETE '))
      .map((write) => write.slice('DELETE '.length));

  test.each([
    { keep: '0', deleted: versions },
    { keep: '1', deleted: versions.slice(0, 3) },
    { keep: '3', deleted: versions.slice(0, 1) },
    { keep: '4', deleted: [] },
    { keep: '100', deleted: [] },
    { keep: undefined, deleted: versions.slice(0, 1) },
  ])('keeps $keep of four versions and deletes the oldest ones', async ({ keep, deleted }) => {
    seedVersions(...versions);
    const { succeeded, secretSets, actions } = await stage.release({
      ...releaseOf(first.secrets),
      ...(keep !== undefined && { 'keep-versions': keep }),
    });
    expect(succeeded).toBe(true);
    expect(deletions()).toEqual(deleted);
    expect(
      secretSets.filter(({ outcome }) => outcome === 'deleted').map(({ name }) => name),
    ).toEqual(deleted);
    for (const name of deleted) {
      expect(actions.summary).toContain(
        `Deleted the secret set \`${name}\`, an older version that no agent binds`,
      );
    }
    expect(actions.log.filter((line) => line.startsWith('info: Deleted'))).toEqual(
      deleted.length === 0
        ? []
        : [`info: Deleted versions in us-west that no agent binds: ${deleted.join(', ')}.`],
    );
    expect(stage.emulator.state.secretSet(firstSet)).toMatchObject({ status: 'ready' });
    // Versions are deleted after everything else.
    const all = writes(stage.emulator);
    expect(all.slice(0, 2)).toEqual([`PUT /v1/secrets/${firstSet}`, 'POST /v1/agents']);
  });

  test('counts the version that the agent bound before as the newest', async () => {
    seedVersions(...versions);
    stage.emulator.seed.agent({ name: 'voice', image: older, secretSet: versions[0] });
    await stage.release({ ...releaseOf(first.secrets), 'keep-versions': '1' });
    expect(deletions()).toEqual(versions.slice(1));
  });

  test('also deletes versions if nothing else changes', async () => {
    await stage.release(releaseOf(first.secrets));
    seedVersions(...versions);
    const { agents } = await stage.release({ ...releaseOf(first.secrets), 'keep-versions': '2' });
    expect(agents).toMatchObject([{ outcome: 'unchanged' }]);
    expect(deletions()).toEqual(versions.slice(0, 2));
  });

  test('keeps a version that another agent binds, without counting it', async () => {
    seedVersions(...versions);
    stage.emulator.seed.agent({ name: 'other', secretSet: versions[1] });
    await stage.release({ ...releaseOf(first.secrets), 'keep-versions': '1' });
    expect(deletions()).toEqual(versions.filter((_, index) => [0, 2].includes(index)));
  });

  test('keeps the given number of unbound versions even if most versions are bound', async () => {
    seedVersions(...versions, 'keys-0000000c');
    for (const [index, secretSet] of versions.slice(0, 3).entries()) {
      stage.emulator.seed.agent({ name: `other-${index}`, secretSet });
    }
    await stage.release({ ...releaseOf(first.secrets), 'keep-versions': '3' });
    expect(deletions()).toEqual([]);
  });

  test('keeps a version that another agent binds during the release', async () => {
    seedVersions(...versions);
    stage.emulator.script.after({ method: 'POST', path: '/v1/agents' }, () => {
      stage.emulator.seed.agent({ name: 'other', secretSet: versions[2] });
    });
    await stage.release({ ...releaseOf(first.secrets), 'keep-versions': '0' });
    expect(deletions()).toEqual(versions.filter((_, index) => index !== 2));
  });

  test('deletes nothing if other agents bind all versions during the release', async () => {
    seedVersions('keys-00000000');
    stage.emulator.script.after({ method: 'POST', path: '/v1/agents' }, () => {
      stage.emulator.seed.agent({ name: 'other', secretSet: 'keys-00000000' });
    });
    const { actions } = await stage.release({
      ...releaseOf(first.secrets),
      'keep-versions': '0',
    });
    expect(deletions()).toEqual([]);
    expect(actions.log).toContain(
      'info: Found no old version of keys-{version} to delete in us-west.',
    );
  });

  test.each([
    { name: 'seven digits', set: 'keys-0000000' },
    { name: 'nine digits', set: 'keys-000000000' },
    { name: 'a letter that is not a hex digit', set: 'keys-0000000g' },
    { name: 'a prefix', set: 'my-keys-00000000' },
    { name: 'a suffix', set: 'keys-00000000-live' },
    { name: 'a word', set: 'keys-live' },
    { name: 'another separator', set: 'keys.00000000' },
    { name: 'two versions', set: 'keys-00000000-00000000' },
    { name: 'another part after a dot', set: 'keys-00000000.00000000' },
  ])('keeps a set whose name is similar: $name', async ({ set }) => {
    seedVersions(set, 'keys-00000001');
    await stage.release({ ...releaseOf(first.secrets), 'keep-versions': '0' });
    expect(deletions()).toEqual(['keys-00000001']);
  });

  test('reads a dot in the name literally', async () => {
    seedVersions('my.keys.00000000', 'myxkeys.00000000', 'my.keysx00000000', 'my-keys-00000000');
    await stage.release({
      ...releaseOf(first.secrets),
      'secret-set': 'my.keys.{version}',
      'keep-versions': '0',
    });
    expect(deletions()).toEqual(['my.keys.00000000']);
  });

  test('matches text after the version', async () => {
    seedVersions('v00000000-keys', 'v00000000-keys2', 'v00000000');
    await stage.release({
      ...releaseOf(first.secrets),
      'secret-set': 'v{version}-keys',
      'keep-versions': '0',
    });
    expect(deletions()).toEqual(['v00000000-keys']);
  });

  test.each([
    {
      name: 'in another region',
      seed: (): void => {
        stage.emulator.seed.secretSet({ name: 'keys-00000000', region: 'us-east', values: {} });
      },
    },
    {
      name: 'in another organization',
      seed: (): void => {
        stage.emulator.seed.secretSet({ name: 'keys-00000000', organization: 'globex' });
      },
    },
    {
      name: 'an image pull secret',
      seed: (): void => {
        stage.emulator.seed.imagePullSecret({ name: 'keys-00000000' });
      },
    },
    {
      name: 'a reference to a Kubernetes Secret',
      seed: (): void => {
        stage.emulator.seed.secretSet({ name: 'keys-00000000', referenced: true });
      },
    },
    {
      name: 'pending, so another release is about to bind it',
      seed: (): void => {
        stage.emulator.seed.secretSet({ name: 'keys-00000000', values: {}, status: 'pending' });
      },
    },
    {
      name: 'created during the release',
      seed: (): void => {
        stage.emulator.script.after({ method: 'PUT' }, () => {
          seedVersions('keys-00000000');
        });
      },
    },
  ])('keeps a version that is $name', async ({ seed }) => {
    seedVersions('keys-00000001');
    seed();
    const { succeeded, actions } = await stage.release({
      ...releaseOf(first.secrets),
      'keep-versions': '0',
    });
    expect(succeeded).toBe(true);
    expect(actions.warnings).toEqual([]);
    expect(deletions()).toEqual(['keys-00000001']);
    expect(stage.emulator.state.secretSet('keys-00000000')).toBeDefined();
  });

  test('deletes a version whose provisioning failed', async () => {
    stage.emulator.seed.secretSet({ name: 'keys-00000000', values: {}, status: 'failed' });
    await stage.release({ ...releaseOf(first.secrets), 'keep-versions': '0' });
    expect(deletions()).toEqual(['keys-00000000']);
  });

  test('deletes nothing if the platform does not show what an agent binds', async () => {
    seedVersions(...versions);
    stage.emulator.seed.agent({ name: 'other' });
    stage.emulator.script.fault(
      { method: 'GET', path: '/v1/agents/other' },
      { kind: 'status', status: 200, body: { name: 'other', desiredDeploymentId: 'some' } },
    );
    const { succeeded, actions } = await stage.release({
      ...releaseOf(first.secrets),
      'keep-versions': '0',
    });
    expect(succeeded).toBe(true);
    expect(deletions()).toEqual([]);
    expect(actions.log).toContain(
      'info: Deleted nothing in us-west, because it is unknown which sets these agents bind: other.',
    );
  });

  test('ignores an agent that was deleted after it was listed', async () => {
    seedVersions(...versions);
    stage.emulator.seed.agent({ name: 'other', secretSet: versions[0] });
    stage.emulator.script.fault(
      { method: 'GET', path: '/v1/agents/other' },
      { kind: 'status', status: 404, body: { error: 'Not found', code: 'NOT_FOUND' } },
    );
    await stage.release({ ...releaseOf(first.secrets), 'keep-versions': '0' });
    expect(deletions()).toEqual(versions);
  });

  test.each([
    { name: 'the list of sets', match: { method: 'GET', path: '/v1/secrets' }, skip: 1 },
    { name: 'the list of agents', match: { method: 'GET', path: '/v1/agents' }, skip: 0 },
    { name: 'an agent', match: { method: 'GET', path: '/v1/agents/other' }, skip: 0 },
  ])('deletes nothing and warns if $name cannot be read', async ({ match, skip }) => {
    seedVersions(...versions);
    stage.emulator.seed.agent({ name: 'other' });
    stage.emulator.script.fault(
      match,
      { kind: 'status', status: 403, body: { error: 'Not you', code: 'FORBIDDEN' } },
      { skip, times: 9 },
    );
    const { succeeded, actions } = await stage.release({
      ...releaseOf(first.secrets),
      'keep-versions': '0',
    });
    expect(succeeded).toBe(true);
    expect(deletions()).toEqual([]);
    expect(actions.warnings).toEqual([
      expect.stringMatching(/Could not delete older versions.*403.*The release is done/),
    ]);
  });

  test('warns about a rejected deletion, and reports the deletions before it', async () => {
    seedVersions(...versions);
    stage.emulator.script.fault(
      { method: 'DELETE' },
      { kind: 'status', status: 400, body: { error: 'Still in use', code: 'IN_USE' } },
      { skip: 1 },
    );
    const { succeeded, actions, secretSets } = await stage.release({
      ...releaseOf(first.secrets),
      'keep-versions': '1',
    });
    expect(succeeded).toBe(true);
    expect(actions.errors).toEqual([]);
    expect(actions.warnings).toEqual([expect.stringContaining('Still in use')]);
    expect(secretSets.filter(({ outcome }) => outcome === 'deleted')).toMatchObject([
      { name: versions[0] },
    ]);
    expect(actions.summary).toContain('Still in use');
  });

  test('retries a deletion whose answer is lost or that conflicts with another process', async () => {
    seedVersions(...versions);
    stage.emulator.script.fault({ method: 'DELETE' }, { kind: 'reset', carryOut: true });
    stage.emulator.script.writing('keys-0000000a', { outcome: 'conflict' });
    const { actions, secretSets } = await stage.release({
      ...releaseOf(first.secrets),
      'keep-versions': '2',
    });
    expect(actions.warnings).toEqual([]);
    expect(secretSets.filter(({ outcome }) => outcome === 'deleted')).toMatchObject([
      { name: versions[0] },
      { name: versions[1] },
    ]);
    expect(stage.emulator.state.secretSet('keys-0000000a')).toBeUndefined();
  });

  test('does not claim that a deletion was not done if no answer came', async () => {
    seedVersions('keys-00000000');
    stage.emulator.script.fault(
      { method: 'DELETE' },
      { kind: 'reset', carryOut: false },
      { times: 9 },
    );
    const { succeeded, actions } = await stage.release({
      ...releaseOf(first.secrets),
      'keep-versions': '0',
    });
    expect(succeeded).toBe(true);
    expect(actions.warnings).toEqual([
      'Could not delete older versions of `keys-{version}`: the connection failed (ECONNRESET). Whether it was carried out is not known. The release is done; the next one tries again.',
    ]);
  });

  test('stops deleting after `secrets-timeout`', async () => {
    seedVersions(...versions);
    stage.emulator.script.writing('keys-0000000e', { outcome: 'conflict', every: true });
    const startedAt = stage.clock.now();
    const { succeeded, actions } = await stage.release({
      ...releaseOf(first.secrets),
      'keep-versions': '0',
      'secrets-timeout': '10',
    });
    expect(succeeded).toBe(true);
    expect(actions.warnings).toHaveLength(1);
    expect(stage.clock.now() - startedAt).toBeLessThan(25_000);
  });

  test('deletes nothing with `wait-for-ready: false`', async () => {
    seedVersions(...versions);
    const { succeeded } = await stage.release({
      ...releaseOf(first.secrets),
      'keep-versions': '0',
      'wait-for-ready': 'false',
    });
    expect(succeeded).toBe(true);
    expect(deletions()).toEqual([]);
  });

  test('deletes versions that no agent binds if it has no agent itself', async () => {
    seedVersions(...versions);
    stage.emulator.seed.agent({ name: 'voice', secretSet: versions[0] });
    const { succeeded, actions } = await stage.release({
      ...releaseOf(first.secrets),
      'agent-name': '',
      image: '',
      'keep-versions': '0',
    });
    expect(succeeded).toBe(true);
    expect(deletions()).toEqual(versions.slice(1));
    expect(stage.emulator.state.secretSet(firstSet)).toBeDefined();
    expect(actions.summary).toContain(`\`${firstSet}\``);
  });

  test('deletes nothing if it has no agent and its secrets cannot be provisioned', async () => {
    seedVersions(...versions);
    stage.emulator.script.provisioning(firstSet, { outcome: 'failed' });
    await stage.release({
      ...releaseOf(first.secrets),
      'agent-name': '',
      image: '',
      'keep-versions': '0',
    });
    expect(deletions()).toEqual([]);
  });

  test('of an older commit keeps the version that it restores and the one that it replaces', async () => {
    const keepOne = { 'keep-versions': '1' };
    seedVersions(...versions);
    await stage.release({ ...releaseOf(first.secrets, older), ...keepOne });
    await stage.release({ ...releaseOf(second.secrets, newer), ...keepOne });
    expect(stage.emulator.state.secretSet(firstSet)).toBeDefined();
    await stage.release({ ...releaseOf(first.secrets, older), ...keepOne });
    expect(stage.emulator.state.secretSet(firstSet)).toBeDefined();
    expect(stage.emulator.state.secretSet(secondSet)).toBeDefined();
    expect(new Set(deletions())).toEqual(new Set(versions));
  });

  test('of an older commit creates its version again if none is kept', async () => {
    const keepNone = { 'keep-versions': '0' };
    await stage.release({ ...releaseOf(first.secrets, older), ...keepNone });
    await stage.release({ ...releaseOf(second.secrets, newer), ...keepNone });
    expect(stage.emulator.state.secretSet(firstSet)).toBeUndefined();
    const { succeeded, secretSets } = await stage.release({
      ...releaseOf(first.secrets, older),
      ...keepNone,
    });
    expect(succeeded).toBe(true);
    expect(secretSets).toMatchObject([
      { name: firstSet, outcome: 'created' },
      { name: secondSet, outcome: 'deleted' },
    ]);
    expect(stage.emulator.state.serving('voice')?.secretValues).toEqual(first.values);
  });

  test('does not read agents if there are no more versions than it keeps', async () => {
    seedVersions(...versions.slice(0, 3));
    await stage.release(releaseOf(first.secrets));
    const lists = stage.emulator.requests.filter(
      ({ method, path }) => method === 'GET' && path === '/v1/agents',
    );
    expect(lists).toEqual([]);
  });
});

describe('a dry run with a versioned secret set', () => {
  const stage = stageForEachTest(quick);
  const old = ['keys-0000000e', 'keys-0000000a', 'keys-0000000d', 'keys-0000000b'];
  const deletedBy = (plan: string | undefined): unknown =>
    (
      JSON.parse(plan ?? '{}') as {
        regions: { secretSets: { deletedVersions: unknown }[] }[];
      }
    ).regions[0]?.secretSets[0]?.deletedVersions;

  beforeEach(() => {
    for (const name of [...old, firstSet]) {
      stage.emulator.seed.secretSet({ name, values: first.values });
    }
    stage.emulator.seed.agent({ name: 'other', secretSet: old[1] });
  });

  test.each([
    { name: 'a new version', inputs: releaseOf(second.secrets), bound: old[2] },
    { name: 'the existing version', inputs: releaseOf(first.secrets), bound: firstSet },
    { name: 'a version that the agent will bind', inputs: releaseOf(first.secrets), bound: old[0] },
    {
      name: 'secrets without an agent',
      inputs: { ...releaseOf(first.secrets), 'agent-name': '', image: '' },
      bound: old[3],
    },
    {
      name: 'an agent that the release does not wait for',
      inputs: { ...releaseOf(first.secrets), 'wait-for-ready': 'false' },
      bound: firstSet,
    },
  ])('names the versions that the release deletes: $name', async ({ inputs, bound }) => {
    stage.emulator.seed.agent({ name: 'voice', image: older, secretSet: bound });
    for (const keep of ['1', '0']) {
      const release = { ...inputs, 'keep-versions': keep };
      const { actions } = await stage.release({ ...release, 'dry-run': 'true' });
      const { secretSets } = await stage.release(release);
      expect(deletedBy(actions.outputs['plan'])).toEqual(
        secretSets.filter(({ outcome }) => outcome === 'deleted').map(({ name }) => name),
      );
    }
  });
});

describe('a release with a versioned secret set', () => {
  const stage = stageForEachTest(quick);
  const long = stageForEachTest({
    defaultRegion: 'far-central-1',
    regions: [{ code: 'far-central-1' }],
  });

  test.each([
    {
      name: 'no secrets',
      inputs: { secrets: '' },
      expected: ['`secret-set`', 'stands for the content of the set, but no secret is set'],
    },
    {
      name: 'only empty secrets',
      inputs: { secrets: 'A=', 'empty-secrets': 'skip' },
      expected: ['no secret is set'],
    },
    {
      name: '`prune-secrets`',
      inputs: { 'prune-secrets': 'true' },
      expected: ['`prune-secrets`', 'has no effect with `{version}`'],
    },
    {
      name: 'a name that is too long',
      inputs: { 'secret-set': `${'k'.repeat(56)}{version}` },
      expected: ['`secret-set`', '3 to 63', '64 characters'],
    },
    {
      name: 'a name that is too long in one of the regions',
      inputs: {
        region: 'us-west, eu-central',
        'secret-set': `${'k'.repeat(47)}{region}{version}`,
        'agent-name': 'voice-{region}',
      },
      expected: ['`secret-set`', '65 characters in eu-central'],
    },
    {
      name: 'two placeholders `{version}` in one name',
      inputs: { 'secret-set': 'keys-{version}-{version}' },
      expected: ['`secret-set`', 'once'],
    },
    {
      name: '`{version}` in the name of an agent',
      inputs: { 'agent-name': 'voice-{version}' },
      expected: ['`agent-name`', '`{region}`'],
    },
    {
      name: '`{version}` in the name of an image pull secret',
      inputs: {
        'image-credentials': 'registry-{version}',
        registry: 'ghcr.io',
        'registry-username': 'acme',
        'registry-password': 'token-that-lasts',
      },
      expected: ['`image-credentials`', '`{region}`'],
    },
    {
      name: '`{version}` in only one of two lines',
      inputs: {
        region: 'us-west, eu-central',
        'secret-set': 'us-west: keys-{version}\neu-central: europe',
        'agent-name': 'voice-{region}',
      },
      expected: ['`secret-set`', 'to all or none'],
    },
    {
      name: 'the same name in two regions',
      inputs: { region: 'us-west, eu-central', 'agent-name': 'voice-{region}' },
      expected: ['`secret-set`', 'keys-{region}-{version}'],
    },
    {
      name: '`keep-versions` out of bounds',
      inputs: { 'keep-versions': '101' },
      expected: ['`keep-versions`', '0 to 100'],
    },
    {
      name: '`keep-versions` without `{version}`',
      inputs: { 'secret-set': 'keys', 'keep-versions': '1' },
      expected: ['`keep-versions`', 'has no effect without `{version}`'],
    },
  ])('is rejected before anything is sent because of $name', async ({ inputs, expected }) => {
    const { succeeded, actions } = await stage.release({ ...releaseOf(first.secrets), ...inputs });
    expect(succeeded).toBe(false);
    for (const words of expected) expect(actions.errors[0]?.message).toContain(words);
    expect(stage.emulator.requests).toEqual([]);
  });

  test('is accepted if its name has 63 characters including the version', async () => {
    const { succeeded, secretSets } = await stage.release({
      ...releaseOf(first.secrets),
      'secret-set': `${'k'.repeat(55)}{version}`,
    });
    expect(succeeded).toBe(true);
    expect(secretSets[0]?.['name']).toHaveLength(63);
  });

  test('ignores empty values that it skips in the content of the set', async () => {
    const { secretSets } = await stage.release({
      ...releaseOf(`${first.secrets}\nC=`),
      'empty-secrets': 'skip',
    });
    expect(secretSets).toMatchObject([{ name: firstSet, added: ['A', 'B'] }]);
  });

  test('is rejected before any write if the default region makes the name too long', async () => {
    const { succeeded, actions } = await long.release({
      ...releaseOf(first.secrets),
      region: '',
      'secret-set': `${'k'.repeat(46)}-{region}{version}`,
    });
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain('(68 characters)');
    expect(writes(long.emulator)).toEqual([]);
  });
});
