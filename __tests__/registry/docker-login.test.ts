import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readDockerLogin } from '../../src/registry/docker-login.js';
import { systemClock } from '../../src/time/clock.js';

let folder: string;
let environment: Record<string, string>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'docker-login-'));
  environment = {
    DOCKER_CONFIG: folder,
    PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}`,
  };
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const encoded = (text: string): string => Buffer.from(text).toString('base64');

async function configure(configuration: unknown): Promise<void> {
  await writeFile(join(folder, 'config.json'), JSON.stringify(configuration));
}

async function helper(name: string, script: string): Promise<void> {
  const path = join(folder, `docker-credential-${name}`);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
}

async function loginTo(registry: string) {
  const login = await readDockerLogin(registry, {
    environment,
    readFile: (path) => readFile(path, 'utf8'),
    clock: systemClock,
  });
  return login === undefined
    ? undefined
    : [login.username, login.secret.reveal(), login.isIdentityToken];
}

describe('the login of `docker login` is found', () => {
  test.each([
    ['by its host', { 'ghcr.io': { auth: encoded('me:s3cret') } }, 'ghcr.io'],
    ['by its URL', { 'https://ghcr.io': { auth: encoded('me:s3cret') } }, 'ghcr.io'],
    ['with a path', { 'https://ghcr.io/v2/': { auth: encoded('me:s3cret') } }, 'ghcr.io'],
    [
      'for Docker Hub under its old address',
      { 'https://index.docker.io/v1/': { auth: encoded('me:s3cret') } },
      'docker.io',
    ],
    ['on this machine', { '127.0.0.1:5000': { auth: encoded('me:s3cret') } }, '127.0.0.1:5000'],
    ['with user and password apart', { a: { username: 'me', password: 's3cret' } }, 'a'],
  ])('%s', async (_name, auths, registry) => {
    await configure({ auths });
    expect(await loginTo(registry)).toEqual(['me', 's3cret', false]);
  });

  test('in the home folder, if `DOCKER_CONFIG` is not set', async () => {
    await mkdir(join(folder, '.docker'));
    const auths = { 'ghcr.io': { auth: encoded('me:with:colons') } };
    await writeFile(join(folder, '.docker', 'config.json'), JSON.stringify({ auths }));
    environment = { HOME: folder, DOCKER_CONFIG: '' };
    expect(await loginTo('ghcr.io')).toEqual(['me', 'with:colons', false]);
  });

  test('with an identity token', async () => {
    await configure({
      auths: { 'x.azurecr.io': { auth: encoded('me:'), identitytoken: 't0ken' } },
    });
    expect(await loginTo('x.azurecr.io')).toEqual(['me', 't0ken', true]);
  });

  test('from the credential helper of its registry', async () => {
    await helper(
      'one',
      `read -r server; echo "{\\"Username\\":\\"$server\\",\\"Secret\\":\\"s\\"}"`,
    );
    await configure({ credHelpers: { 'ghcr.io': 'one' }, credsStore: 'other' });
    expect(await loginTo('ghcr.io')).toEqual(['ghcr.io', 's', false]);
  });

  test('from the credential store, with the address in `auths`', async () => {
    await helper(
      'store',
      `read -r server; echo "{\\"Username\\":\\"$server\\",\\"Secret\\":\\"s\\"}"`,
    );
    await configure({ credsStore: 'store', auths: { 'https://index.docker.io/v1/': {} } });
    expect(await loginTo('docker.io')).toEqual(['https://index.docker.io/v1/', 's', false]);
  });

  test('from a helper that returns an identity token', async () => {
    await helper('store', `echo '{"Username":"<token>","Secret":"t0ken"}'`);
    await configure({ credsStore: 'store' });
    expect(await loginTo('x.azurecr.io')).toEqual(['<token>', 't0ken', true]);
  });

  test('from `auths`, if the helper has no login', async () => {
    await helper('store', 'echo credentials not found in native keychain; exit 1');
    await configure({ credsStore: 'store', auths: { a: { auth: encoded('me:s3cret') } } });
    expect(await loginTo('a')).toEqual(['me', 's3cret', false]);
  });
});

describe('there is no login', () => {
  test.each([
    ['for another registry', { auths: { 'ghcr.io': { auth: encoded('me:s') } } }],
    ['for a host that only begins alike', { auths: { 'a.example': { auth: encoded('me:s') } } }],
    ['that is empty', { auths: { a: {} } }],
    ['that is no text', { auths: { a: { auth: 1 } } }],
    ['in a list', { auths: [] }],
    ['of a helper that is not there', { credHelpers: { a: 'gone' } }],
    ['of a helper with a path in its name', { credHelpers: { a: '../../bin/sh' } }],
    ['in no object', null],
  ])('%s', async (_name, configuration) => {
    await configure(configuration);
    expect(await loginTo('a')).toBeUndefined();
  });

  test('without a file, or if the file is not JSON', async () => {
    expect(await loginTo('a')).toBeUndefined();
    await writeFile(join(folder, 'config.json'), 'auths');
    expect(await loginTo('a')).toBeUndefined();
  });

  test.each([
    ['prints no JSON', 'echo me'],
    ['prints without end', 'yes'],
    ['prints no secret', `echo '{"Username":"me"}'`],
    ['fails', `echo '{"Username":"me","Secret":"s"}'; exit 1`],
  ])('of a helper that %s', async (_name, script) => {
    await helper('odd', script);
    await configure({ credHelpers: { a: 'odd' } });
    expect(await loginTo('a')).toBeUndefined();
  });

  test('if the helper does not end', async () => {
    await helper('slow', 'exec sleep 60');
    await configure({ credHelpers: { a: 'slow' } });
    let pass = (): void => undefined;
    const clock = {
      ...systemClock,
      after: (_milliseconds: number, callback: () => void) => {
        pass = callback;
        return () => undefined;
      },
    };
    const login = readDockerLogin('a', {
      environment,
      readFile: async (path) => {
        const text = await readFile(path, 'utf8');
        setTimeout(() => {
          pass();
        }, 20);
        return text;
      },
      clock,
    });
    expect(await login).toBeUndefined();
  });
});
