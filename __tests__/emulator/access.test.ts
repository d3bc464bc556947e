import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Answer, refusal, rehearse, type Rehearsal, send } from './rehearsal.js';

let rehearsal: Rehearsal;
beforeEach(async () => {
  rehearsal = await rehearse();
});
afterEach(() => rehearsal.emulator.close());

const unauthorized = refusal(401, 'Unauthorized', 'UNAUTHORIZED');
const answered = { status: 200 };

describe('a credential gives access', () => {
  test.each<{ credential: string | undefined; path: string; expected: Partial<Answer> }>([
    { credential: 'sk_emulator', path: '/v1/regions', expected: answered },
    { credential: 'sk_emulator', path: '/v1/organizations', expected: unauthorized },
    { credential: 'sk_emulator', path: '/v1/users', expected: unauthorized },
    { credential: 'sk_emulator', path: '/v1/organizations/acme/regions', expected: unauthorized },
    { credential: 'sk_other', path: '/v1/regions', expected: unauthorized },
    { credential: 'pk_emulator', path: '/v1/regions', expected: unauthorized },
    { credential: 'pk_emulator', path: '/v1/organizations/acme/regions', expected: unauthorized },
    { credential: undefined, path: '/v1/regions', expected: unauthorized },
    { credential: undefined, path: '/v1/organizations', expected: unauthorized },
    { credential: 'pcc_pat_emulator', path: '/v1/regions', expected: unauthorized },
    { credential: 'pcc_pat_emulator', path: '/v1/organizations/acme/regions', expected: answered },
    {
      credential: 'pcc_pat_emulator',
      path: '/v1/organizations/globex/regions',
      expected: answered,
    },
    {
      credential: 'pcc_pat_emulator',
      path: '/v1/organizations/initech/regions',
      expected: refusal(403, 'You do not have access to this organization', 'FORBIDDEN'),
    },
    {
      credential: 'pcc_pat_emulator',
      path: '/v1/organizations/acme/nothing',
      expected: refusal(404, 'Not found', 'NOT_FOUND'),
    },
    {
      credential: 'sk_emulator',
      path: '/v1/nothing',
      expected: refusal(404, 'Not found', 'NOT_FOUND'),
    },
    {
      credential: undefined,
      path: '/elsewhere',
      expected: refusal(404, 'Not found', 'NOT_FOUND'),
    },
  ])('$path with $credential: $expected.status', async ({ credential, path, expected }) => {
    const answer = await send(
      `${rehearsal.emulator.url}${path}`,
      credential === undefined ? {} : { credential },
    );
    expect(answer).toMatchObject(expected);
  });
});

test('a token shows its owner and the organizations that it can access', async () => {
  const { emulator } = rehearsal;
  const credential = emulator.credentials.token;
  expect(await send(`${emulator.url}/v1/users`, { credential })).toMatchObject({
    body: { user: { userId: 'user_emulator', emails: [{ emailAddress: 'release@acme.example' }] } },
  });
  expect(await send(`${emulator.url}/v1/organizations`, { credential })).toMatchObject({
    body: {
      organizations: [
        { name: 'acme', verboseName: 'Acme Voice' },
        { name: 'globex', verboseName: 'Globex' },
      ],
    },
  });
});

test('the members of an organization can read its key for Daily', async () => {
  const { acme } = rehearsal;
  expect(await acme.get('/daily')).toEqual({ status: 200, body: { apiKey: 'daily_emulator' } });
});

test('both surfaces list the same regions with their architectures', async () => {
  const { key, acme } = rehearsal;
  const expected = {
    status: 200,
    body: {
      regions: [
        expect.objectContaining({ code: 'us-west', supported_architectures: ['arm64'] }),
        expect.objectContaining({ code: 'us-east', supported_architectures: ['arm64', 'amd64'] }),
        expect.objectContaining({ code: 'eu-central', default_architecture: 'arm64' }),
        expect.objectContaining({ code: 'ap-south', display_name: 'Asia Pacific (Mumbai)' }),
      ],
    },
  };
  expect(await key.get('/regions')).toEqual(expected);
  expect(await acme.get('/regions')).toEqual(expected);
});

describe('regions in the options', () => {
  const regions = [
    { code: 'lab', displayName: "Acme's cluster", selfHosted: true },
    { code: 'north', supportedArchitectures: ['amd64', 'arm64'] },
  ] as const;

  test('replace the regions of the platform, and are listed without their owner', async () => {
    const { key, emulator } = await rehearse({ regions });
    try {
      expect(await key.get('/regions')).toEqual({
        status: 200,
        body: {
          regions: [
            {
              code: 'lab',
              display_name: "Acme's cluster",
              supported_architectures: ['arm64'],
              default_architecture: 'arm64',
            },
            {
              code: 'north',
              display_name: 'north',
              supported_architectures: ['amd64', 'arm64'],
              default_architecture: 'amd64',
            },
          ],
        },
      });
      expect(await key.get('/properties')).toEqual({
        status: 200,
        body: { properties: { defaultRegion: 'lab' } },
      });
      const bot = { serviceName: 'bot', image: 'acme/bot:1' };
      expect(await key.post('/agents', { ...bot, region: 'us-west' })).toEqual(
        refusal(400, 'Invalid region or organization does not have access'),
      );
      await key.post('/agents', { ...bot, region: 'north' });
      expect(emulator.state.agent('bot')).toMatchObject({ region: 'north', architecture: 'amd64' });
      expect((await send(emulator.url)).body).toContain('Regions: lab, north\n');
    } finally {
      await emulator.close();
    }
  });

  test.each([
    {
      name: 'a default region that is not in the list',
      options: { regions, defaultRegion: 'moon' },
    },
    { name: 'none', options: { regions: [] } },
  ])('are refused with $name', async ({ options }) => {
    await expect(rehearse(options)).rejects.toThrow('is not among the regions');
  });
});

test('the options set the default region', async () => {
  const other = await rehearse({ defaultRegion: 'eu-central' });
  try {
    const expected = { status: 200, body: { properties: { defaultRegion: 'eu-central' } } };
    expect(await other.key.get('/properties')).toEqual(expected);
    expect(await other.globex.get('/properties')).toEqual(expected);
    await other.key.put('/secrets/voice', {
      secrets: [{ secretKey: 'A', secretValue: '1' }],
    });
    expect(other.emulator.state.secretSet('voice')).toMatchObject({ region: 'eu-central' });
  } finally {
    await other.emulator.close();
  }
});

test('an organization cannot see anything of another one', async () => {
  const { emulator, globex } = rehearsal;
  emulator.seed.secretSet({ name: 'voice' });
  emulator.seed.imagePullSecret({ name: 'hub' });
  emulator.seed.agent({ name: 'bot' });
  const { id } = emulator.seed.build({});
  emulator.seed.agentProfile({ apiName: 'telephony' });
  expect(await globex.get('/secrets')).toEqual({ status: 200, body: { sets: [] } });
  expect(await globex.get('/secrets/voice')).toMatchObject({ status: 404 });
  expect(await globex.get('/secrets/hub')).toMatchObject({ status: 404 });
  expect(await globex.delete('/secrets/voice')).toMatchObject({ status: 404 });
  expect(await globex.get('/services')).toEqual({ status: 200, body: { services: [] } });
  expect(await globex.get('/services/bot')).toMatchObject({ status: 404 });
  expect(await globex.get('/services/bot/logs')).toMatchObject({ status: 404 });
  expect(await globex.put('/services', { serviceName: 'bot' })).toMatchObject({ status: 404 });
  expect(await globex.delete('/services/bot')).toMatchObject({ status: 404 });
  expect(await globex.get(`/builds/${id}`)).toMatchObject({ status: 404 });
  expect(JSON.stringify(await globex.get('/agent-profiles'))).not.toContain('telephony');
});

describe('a public key', () => {
  const begin = (agent: string, credential: string) =>
    send(`${rehearsal.emulator.url}/v1/public/${agent}/start`, {
      method: 'POST',
      credential,
      body: {},
    });

  test('starts a session of a ready agent', async () => {
    rehearsal.emulator.seed.agent({ name: 'bot' });
    expect(await begin('bot', 'pk_emulator')).toMatchObject({
      status: 200,
      body: { sessionId: expect.any(String) as unknown },
    });
  });

  test('starts no session of an agent that is not ready', async () => {
    rehearsal.emulator.seed.agent({ name: 'bot', health: 'crash-looping' });
    expect(await begin('bot', 'pk_emulator')).toMatchObject({
      status: 503,
      body: { code: 'PCC-1001' },
    });
    expect(await begin('none', 'pk_emulator')).toMatchObject({ status: 404 });
  });

  test('is the only credential that starts sessions', async () => {
    rehearsal.emulator.seed.agent({ name: 'bot' });
    expect(await begin('bot', 'sk_emulator')).toEqual(unauthorized);
  });
});
