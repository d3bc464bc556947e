import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startEmulator, type Emulator } from '../../emulator/index.js';
import { runAction } from '../../scripts/runner.js';
import { lookUpImage } from '../../src/registry/look-up.js';
import { parseImageReference } from '../../src/registry/reference.js';
import { SecretValue } from '../../src/secrecy/secret-value.js';
import { systemClock } from '../../src/time/clock.js';
import { credentials, stageForEachTest, writes } from '../support/release-run.js';
import { account, startRegistry, type Access, type RegistryServer } from './registry-server.js';

const stage = stageForEachTest();

/** Looks up an image, with or without a password. */
const lookUp = (image: string, password?: string, wantsPlatforms = true) =>
  lookUpImage(parseImageReference(image), {
    login:
      password === undefined
        ? undefined
        : {
            origin: 'inputs',
            username: account.username,
            secret: new SecretValue(password),
            isIdentityToken: false,
          },
    wantsPlatforms,
    clock: systemClock,
    userAgent: 'pipecat-cloud-release/test',
    signal: new AbortController().signal,
  });

describe.each<[Access, string | undefined]>([
  ['open', undefined],
  ['password', account.password],
  ['token', account.password],
])('a registry that is %s', (access, password) => {
  let registry: RegistryServer;
  let digest: string;

  beforeAll(async () => {
    registry = await startRegistry(access);
    digest = await registry.push('acme/voice', '1', { index: ['linux/arm64', 'linux/amd64'] });
    await registry.push('acme/voice', 'single', { single: 'linux/amd64' });
  });

  afterAll(() => registry.stop());

  test('returns the digest and the platforms of an index', async () => {
    expect(await lookUp(`${registry.host}/acme/voice:1`, password)).toEqual({
      outcome: 'found',
      digest,
      platforms: ['linux/arm64', 'linux/amd64'],
      platformsUnknown: undefined,
    });
  });

  test('returns the platform of a single image', async () => {
    expect(await lookUp(`${registry.host}/acme/voice:single`, password)).toMatchObject({
      outcome: 'found',
      platforms: ['linux/amd64'],
    });
  });

  test('returns only the digest', async () => {
    expect(await lookUp(`${registry.host}/acme/voice:1`, password, false)).toMatchObject({
      outcome: 'found',
      digest,
    });
  });

  test('finds an image by its digest', async () => {
    expect(await lookUp(`${registry.host}/acme/voice@${digest}`, password)).toMatchObject({
      outcome: 'found',
      digest,
    });
  });

  test('returns the new digest of a tag that was pushed again', async () => {
    const first = await registry.push('acme/moved', '1', { single: 'linux/arm64' });
    const second = await registry.push('acme/moved', '1', { index: ['linux/arm64'] });
    expect(second).not.toBe(first);
    expect(await lookUp(`${registry.host}/acme/moved:1`, password)).toMatchObject({
      digest: second,
    });
  });

  test('reports a missing tag', async () => {
    expect(await lookUp(`${registry.host}/acme/voice:2`, password)).toMatchObject({
      outcome: 'missing',
    });
  });

  test('reports a missing repository', async () => {
    // This registry has no separate error for an unknown repository.
    expect(['missing', 'unknown']).toContain(
      (await lookUp(`${registry.host}/acme/other:1`, password)).outcome,
    );
  });

  if (access !== 'open') {
    test('rejects a wrong password', async () => {
      expect(await lookUp(`${registry.host}/acme/voice:1`, 'wrong')).toEqual({
        outcome: 'login-refused',
        status: 401,
      });
    });

    test('requires a login', async () => {
      expect(await lookUp(`${registry.host}/acme/voice:1`)).toMatchObject({
        outcome: 'unknown',
        because: 'login-needed',
      });
    });
  }
});

test('a public image can be looked up with an anonymous token', async () => {
  const registry = await startRegistry('token');
  try {
    const digest = await registry.push('open/voice', '1', { index: ['linux/arm64'] });
    expect(await lookUp(`${registry.host}/open/voice:1`)).toMatchObject({
      outcome: 'found',
      digest,
    });
  } finally {
    await registry.stop();
  }
});

describe('a release', () => {
  let registry: RegistryServer;
  let digest: string;

  beforeAll(async () => {
    registry = await startRegistry('password');
    digest = await registry.push('acme/voice', '1', { index: ['linux/arm64', 'linux/amd64'] });
    await registry.push('acme/voice', 'intel', { single: 'linux/amd64' });
  });

  afterAll(() => registry.stop());

  /** Releases an image with the login of this step, unless another password is given. */
  const release = (tag: string, more: Readonly<Record<string, string>> = {}) =>
    stage.release(
      {
        ...credentials['API key'],
        'agent-name': 'voice',
        image: `${registry.host}/acme/voice:${tag}`,
        'image-credentials': 'registry',
        registry: `http://${registry.host}`,
        'registry-username': account.username,
        'registry-password': account.password,
        ...more,
      },
      { lookUpImage: undefined },
    );

  test.each([
    ['a tag that is missing', '2', {}, 'has no tag `2`'],
    ['another processor', 'intel', {}, 'no linux/arm64: built for linux/amd64 only'],
    ['a wrong password', '1', { 'registry-password': 'wrong-password' }, 'rejected'],
  ])('with %s writes nothing', async (_name, tag, more, words) => {
    const { succeeded, actions } = await release(tag, more);
    expect(succeeded).toBe(false);
    expect(actions.errors.map(({ message }) => message).join('\n')).toContain(words);
    expect(writes(stage.emulator)).toEqual([]);
  });

  test('of an existing image deploys its tag', async () => {
    expect(await release('1')).toMatchObject({ succeeded: true });
    expect(stage.emulator.state.agent('voice')?.image).toBe(`${registry.host}/acme/voice:1`);
  });

  test('that pins its image deploys the digest once', async () => {
    const pinned = `${registry.host}/acme/voice:1@${digest}`;
    const pin = { 'pin-image': 'true' };
    expect((await release('1', pin)).agents).toMatchObject([{ outcome: 'created', image: pinned }]);
    expect((await release('1', { ...pin, 'force-redeploy': 'false' })).agents).toMatchObject([
      { outcome: 'unchanged', image: pinned },
    ]);
    expect(stage.emulator.state.agent('voice')?.image).toBe(pinned);
  });

  test('as a dry run reports a missing image, and fails with `check-image: true`', async () => {
    const plan = await release('2', { 'dry-run': 'true' });
    expect(plan.succeeded).toBe(true);
    expect(plan.actions.summary).toContain('not pushed yet');
    const strict = await release('2', { 'dry-run': 'true', 'check-image': 'true' });
    expect(strict.succeeded).toBe(false);
  });
});

describe('the built action', () => {
  let registry: RegistryServer;
  let emulator: Emulator;

  beforeAll(async () => {
    registry = await startRegistry('password');
  });

  afterAll(() => registry.stop());

  beforeEach(async () => {
    emulator = await startEmulator({ secretSetDelay: 100, deploymentDelay: 100 });
  });

  afterEach(() => emulator.close());

  const act = (tag: string, more: Readonly<Record<string, string>> = {}) =>
    runAction({
      inputs: {
        'api-url': emulator.url,
        ...credentials['API key'],
        'agent-name': 'voice-{region}',
        region: 'us-west, us-east',
        image: `${registry.host}/acme/built:${tag}`,
        'image-credentials': 'registry-{region}',
        registry: `http://${registry.host}`,
        'registry-username': account.username,
        'registry-password': account.password,
        'check-image': 'auto',
        ...more,
      },
    });
  const images = () =>
    ['us-west', 'us-east'].map((region) => emulator.state.agent(`voice-${region}`)?.image);

  test('rejects a missing tag and the wrong processor before any write', async () => {
    await registry.push('acme/built', 'intel', { single: 'linux/amd64' });
    for (const [tag, words] of [
      ['missing', 'has no tag `missing`'],
      ['intel', 'no linux/arm64: built for linux/amd64 only'],
    ] as const) {
      const { exitCode, summary } = await act(tag);
      expect(exitCode).toBe(1);
      expect(summary).toContain(words);
    }
    expect(writes(emulator)).toEqual([]);
  });

  test('pins all regions to one digest and makes a new deployment only if the tag moves', async () => {
    const pin = { 'pin-image': 'true', 'force-redeploy': 'false' };
    const pinned = (tag: string, digest: string) => `${registry.host}/acme/built:${tag}@${digest}`;
    const first = await registry.push('acme/built', '1', { index: ['linux/arm64'] });

    const plan = await act('1', { ...pin, 'dry-run': 'true' });
    expect(plan.summary).toContain(pinned('1', first));

    const released = await act('1', pin);
    expect(released.exitCode).toBe(0);
    expect(images()).toEqual([pinned('1', first), pinned('1', first)]);
    expect(released.summary).toContain(pinned('1', first));
    expect(JSON.parse(released.outputs['agents'] ?? '')).toMatchObject([
      { image: pinned('1', first) },
      { image: pinned('1', first) },
    ]);

    const again = await act('1', pin);
    expect(JSON.parse(again.outputs['agents'] ?? '')).toMatchObject([
      { outcome: 'unchanged' },
      { outcome: 'unchanged' },
    ]);

    const second = await registry.push('acme/built', '1', {
      index: ['linux/arm64', 'linux/amd64'],
    });
    expect(second).not.toBe(first);
    const moved = await act('1', pin);
    expect(moved.exitCode).toBe(0);
    expect(images()).toEqual([pinned('1', second), pinned('1', second)]);
    expect(JSON.parse(moved.outputs['agents'] ?? '')).toMatchObject([
      { outcome: 'updated' },
      { outcome: 'updated' },
    ]);
  }, 60_000);
});
