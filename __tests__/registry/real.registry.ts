import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { lookUpImage } from '../../src/registry/look-up.js';
import { parseImageReference } from '../../src/registry/reference.js';
import { SecretValue } from '../../src/secrecy/secret-value.js';
import { systemClock } from '../../src/time/clock.js';
import { account, startRegistry, type Access, type RegistryServer } from './registry-server.js';

/** Looks an image up as somebody, or as nobody. */
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

  test('tells the digest and the platforms of an index', async () => {
    expect(await lookUp(`${registry.host}/acme/voice:1`, password)).toEqual({
      outcome: 'found',
      digest,
      platforms: ['linux/arm64', 'linux/amd64'],
      platformsUnknown: undefined,
    });
  });

  test('tells the platform of a single image', async () => {
    expect(await lookUp(`${registry.host}/acme/voice:single`, password)).toMatchObject({
      outcome: 'found',
      platforms: ['linux/amd64'],
    });
  });

  test('tells the digest alone', async () => {
    expect(await lookUp(`${registry.host}/acme/voice:1`, password, false)).toMatchObject({
      outcome: 'found',
      digest,
    });
  });

  test('tells an image by its digest', async () => {
    expect(await lookUp(`${registry.host}/acme/voice@${digest}`, password)).toMatchObject({
      outcome: 'found',
      digest,
    });
  });

  test('tells that a tag was pushed again', async () => {
    const first = await registry.push('acme/moved', '1', { single: 'linux/arm64' });
    const second = await registry.push('acme/moved', '1', { index: ['linux/arm64'] });
    expect(second).not.toBe(first);
    expect(await lookUp(`${registry.host}/acme/moved:1`, password)).toMatchObject({
      digest: second,
    });
  });

  test('knows no such tag', async () => {
    expect(await lookUp(`${registry.host}/acme/voice:2`, password)).toMatchObject({
      outcome: 'missing',
    });
  });

  test('knows no such repository', async () => {
    // This registry has no other error for a repository that it does not know.
    expect(['missing', 'unknown']).toContain(
      (await lookUp(`${registry.host}/acme/other:1`, password)).outcome,
    );
  });

  if (access !== 'open') {
    test('refuses a wrong password', async () => {
      expect(await lookUp(`${registry.host}/acme/voice:1`, 'wrong')).toEqual({
        outcome: 'login-refused',
        status: 401,
      });
    });

    test('wants a login', async () => {
      expect(await lookUp(`${registry.host}/acme/voice:1`)).toMatchObject({
        outcome: 'unknown',
        because: 'login-needed',
      });
    });
  }
});

test('a token service lets anybody pull what is open', async () => {
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
