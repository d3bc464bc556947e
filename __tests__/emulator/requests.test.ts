import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { LoggedRequest } from '../../emulator/index.js';
import { pairs, rehearse, type Rehearsal, send, start } from './rehearsal.js';

let rehearsal: Rehearsal;
let answered: LoggedRequest[];
beforeEach(async () => {
  answered = [];
  rehearsal = await rehearse({
    onAnswered: (request) => {
      answered.push(request);
    },
  });
});
afterEach(() => rehearsal.emulator.close());

const value = 'classified';

test('every request is logged', async () => {
  const { emulator, key, acme, pass } = rehearsal;
  await key.put('/secrets/voice', { secrets: pairs({ A: value }) });
  pass(1000);
  await acme.get('/services/a%20b?region=us-west&limit=1');
  expect(emulator.requests).toEqual([
    {
      method: 'PUT',
      path: '/v1/secrets/voice',
      query: {},
      headers: expect.objectContaining({ authorization: 'Bearer sk_emulator' }),
      body: { secrets: [{ secretKey: 'A', secretValue: value }] },
      status: 202,
      fault: undefined,
      receivedAt: start,
      duration: expect.any(Number),
    },
    expect.objectContaining({
      method: 'GET',
      path: '/v1/organizations/acme/services/a%20b',
      query: { region: 'us-west', limit: '1' },
      body: undefined,
      status: 404,
      receivedAt: start + 1000,
    }),
  ]);
  expect(answered).toEqual(emulator.requests);
});

test('a body that is not JSON is logged as text', async () => {
  const { emulator } = rehearsal;
  await fetch(`${emulator.url}/v1/agents`, { method: 'POST', body: 'so-and-so' });
  expect(emulator.requests[0]?.body).toBe('so-and-so');
});

test('the log over HTTP contains neither credentials nor secret values', async () => {
  const { emulator, key, acme } = rehearsal;
  await key.put('/secrets/voice', { secrets: pairs({ A: value }), region: 'us-west' });
  await key.put('/secrets/voice', { secrets: [{ secretKey: 'A', secretvalue: value }] });
  await key.put('/secrets/voice', value);
  await acme.put('/secrets/voice', { secretKey: 'B', secretValue: value });
  await key.post('/agents', { serviceName: 'bot', image: 'acme/bot:1' });
  const log = await send(`${emulator.url}/emulator/requests`);
  expect(JSON.stringify(log)).not.toMatch(/classified|Bearer/);
  expect(log).toMatchObject({
    status: 200,
    body: {
      requests: [
        { body: { secrets: [{ secretKey: 'A' }], region: 'us-west' }, status: 202 },
        { body: { secrets: [{ secretKey: 'A' }] }, status: 400 },
        { status: 400 },
        { body: { secretKey: 'B' }, status: 202 },
        { body: { serviceName: 'bot', image: 'acme/bot:1' }, status: 200 },
      ],
    },
  });
});

test('the state over HTTP shows fingerprints instead of secret values', async () => {
  const { emulator, key, pass } = rehearsal;
  emulator.seed.secretSet({ name: 'voice', values: { A: value } });
  const { deploymentId } = emulator.seed.agent({ name: 'bot', secretSet: 'voice' });
  await key.put('/secrets/voice', { secrets: pairs({ A: `${value} too` }) });
  pass(5000);
  const state = await send(`${emulator.url}/emulator/state`);
  expect(JSON.stringify(state)).not.toContain(value);
  const fingerprint = expect.stringMatching(/^sha256:[0-9a-f]{12}$/) as unknown;
  expect(state).toMatchObject({
    status: 200,
    body: {
      secretSets: [
        { organization: 'acme', name: 'voice', status: 'ready', values: { A: fingerprint } },
      ],
      agents: [
        {
          organization: 'acme',
          name: 'bot',
          serving: { id: deploymentId, secretValues: { A: fingerprint } },
        },
      ],
    },
  });
  const { secretSets, agents } = state.body as {
    secretSets: { values: unknown }[];
    agents: { serving: { secretValues: unknown } }[];
  };
  expect(agents[0]?.serving.secretValues).not.toEqual(secretSets[0]?.values);
});

test('requests for pages of the emulator itself are not logged', async () => {
  const { emulator } = rehearsal;
  const page = await send(emulator.url);
  expect(page.status).toBe(200);
  expect(page.body).toMatch(/emulator of Pipecat Cloud[^]*sk_emulator[^]*acme, globex/);
  expect(emulator.requests).toEqual([]);
});
