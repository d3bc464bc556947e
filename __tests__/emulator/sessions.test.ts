import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Answer, refusal, rehearse, type Rehearsal, send } from './rehearsal.js';

let rehearsal: Rehearsal;
let deploymentId: string;
beforeEach(async () => {
  rehearsal = await rehearse();
  ({ deploymentId } = rehearsal.emulator.seed.agent({ name: 'bot', maxAgents: 2 }));
});
afterEach(() => rehearsal.emulator.close());

const call = (path: string, method: string, body?: unknown): Promise<Answer> =>
  send(`${rehearsal.emulator.url}/v1/public/bot/${path}`, {
    method,
    credential: rehearsal.emulator.credentials.publicKey,
    body,
  });

async function startSession(body: unknown = {}): Promise<Readonly<Record<string, unknown>>> {
  const { status, body: answer } = await call('start', 'POST', body);
  expect(status).toBe(200);
  return answer as Readonly<Record<string, unknown>>;
}

async function newSession(): Promise<string> {
  return String((await startSession())['sessionId']);
}

const missing = refusal(404, 'Session not found', 'NOT_FOUND');

describe.each(['key', 'acme'] as const)('a session on the %s surface', (surface) => {
  const path = surface === 'key' ? '/agents/bot/sessions' : '/services/bot/sessions';

  test('starts, runs and is stopped', async () => {
    const { pass, emulator } = rehearsal;
    const surfaced = rehearsal[surface];
    const id = await newSession();
    const one = () => surfaced.get(`${path}/${id}`);
    expect(await one()).toMatchObject({
      status: 200,
      body: { sessionId: id, deploymentId, botStartSeconds: null, endedAt: null, coldStart: true },
    });
    pass(1000);
    expect(await one()).toMatchObject({ body: { botStartSeconds: 1, completionStatus: null } });
    expect(await surfaced.delete(`${path}/${id}`)).toEqual({
      status: 200,
      body: { status: 'terminated', session_id: id },
    });
    expect(await one()).toMatchObject({
      body: { completionStatus: 'TERMINATED', endedAt: expect.any(String) },
    });
    expect(await surfaced.delete(`${path}/${id}`)).toEqual(missing);
    expect(emulator.state.sessions()).toMatchObject([{ id, isActive: false, isStopped: true }]);
  });

  test('is listed by status and deployment, newest first, page by page', async () => {
    const surfaced = rehearsal[surface];
    const [first, second] = [await newSession(), await newSession()];
    await surfaced.delete(`${path}/${first}`);
    const ids = async (query: string) => {
      const { body } = await surfaced.get(`${path}${query}`);
      const { total_count: total, sessions } = body as {
        total_count: number;
        sessions: { sessionId: string }[];
      };
      return [total, ...sessions.map(({ sessionId }) => sessionId)];
    };
    expect(await ids('')).toEqual([2, second, first]);
    expect(await ids('?status=active')).toEqual([1, second]);
    expect(await ids('?status=ended')).toEqual([1, first]);
    expect(await ids(`?deploymentId=${deploymentId}&limit=1&offset=1`)).toEqual([2, first]);
    expect(await ids('?deploymentId=other')).toEqual([0]);
    expect(await surfaced.get(`${path}?status=late`)).toMatchObject({ status: 400 });
    expect(await surfaced.get(`${path}?limit=101`)).toMatchObject({ status: 400 });
  });

  test('is not found under another id', async () => {
    expect(await rehearsal[surface].get(`${path}/other`)).toEqual(missing);
    expect(await rehearsal[surface].delete(`${path}/other`)).toEqual(missing);
  });
});

test('the agent shows how many sessions are running', async () => {
  await newSession();
  expect(await rehearsal.key.get('/agents/bot')).toMatchObject({ body: { activeSessionCount: 1 } });
});

test('at `max-agents`, no session starts', async () => {
  const first = await newSession();
  await newSession();
  expect(await call('start', 'POST', {})).toEqual(
    refusal(429, 'The agent is at capacity', 'PCC-AGENT-AT-CAPACITY'),
  );
  await rehearsal.key.delete(`/agents/bot/sessions/${first}`);
  await newSession();
});

test('the response to a start has the fields of its transport', async () => {
  expect(await startSession({ createDailyRoom: true, transport: 'daily' })).toMatchObject({
    dailyRoom: expect.stringContaining('https://'),
    dailyToken: expect.any(String),
  });
  expect(await startSession({ transport: 'webrtc' })).toMatchObject({
    iceConfig: expect.anything() as unknown,
  });
  await rehearsal.key.delete(
    `/agents/bot/sessions/${rehearsal.emulator.state.sessions()[0]?.id ?? ''}`,
  );
  expect(await startSession({ transport: 'websocket' })).toMatchObject({
    token: expect.any(String),
  });
});

test('a start with an unknown field is rejected', async () => {
  expect(await call('start', 'POST', { rooms: 1 })).toMatchObject({ status: 400 });
  expect(await call('start', 'POST', { body: { text: 'x'.repeat(1024 * 1024) } })).toMatchObject({
    status: 413,
  });
});

describe('a script', () => {
  test('can end a session', async () => {
    const { emulator, key, pass } = rehearsal;
    emulator.script.session('bot', {
      startDelay: Infinity,
      endsAfter: 3000,
      completionStatus: 'HTTP_ERROR',
      logs: ['KeyError'],
    });
    const id = await newSession();
    pass(3000);
    expect(await key.get(`/agents/bot/sessions/${id}`)).toMatchObject({
      body: { botStartSeconds: null, completionStatus: 'HTTP_ERROR' },
    });
    expect(await key.get(`/agents/bot/logs?sessionId=${id}`)).toMatchObject({
      body: { logs: [{ log: 'KeyError', sessionId: id }] },
    });
    expect(await key.get('/agents/bot/logs?sessionId=other')).toMatchObject({ body: { logs: [] } });
  });

  test('can start a session on the previous deployment', async () => {
    const { emulator, key, pass } = rehearsal;
    await key.post('/agents/bot', { image: 'acme/voice:2' });
    pass(4000);
    emulator.script.session('bot', { onPrevious: true });
    await newSession();
    await newSession();
    const [previous, serving] = emulator.state.sessions();
    expect(previous?.deploymentId).toBe(deploymentId);
    expect(serving?.deploymentId).toBe(emulator.state.serving('bot')?.id);
  });

  test('can define endpoints of the bot', async () => {
    const { emulator, pass } = rehearsal;
    emulator.script.session('bot', { paths: { healthz: 204, broken: 500 } });
    const id = await newSession();
    expect(await call(`sessions/${id}/healthz`, 'GET')).toMatchObject({ status: 503 });
    pass(1000);
    expect((await call(`sessions/${id}/healthz`, 'GET')).status).toBe(204);
    expect((await call(`sessions/${id}/broken`, 'POST')).status).toBe(500);
    expect((await call(`sessions/${id}/other`, 'GET')).status).toBe(404);
    expect((await call(`sessions/${id}/bot`, 'GET')).status).toBe(404);
    expect((await call('sessions/other/healthz', 'GET')).status).toBe(404);
  });

  test('can reject a start', async () => {
    rehearsal.emulator.script.session('bot', {
      refusal: { status: 402, message: 'No billing details', code: 'PCC-1004' },
    });
    expect(await call('start', 'POST', {})).toEqual(refusal(402, 'No billing details', 'PCC-1004'));
    await newSession();
  });
});

test('a session continues after its agent is deleted, until it is stopped', async () => {
  const { emulator, key } = rehearsal;
  const { sessionId } = emulator.seed.session({ agent: 'bot' });
  await key.delete('/agents/bot');
  expect(await key.get('/agents/bot/sessions?status=active')).toMatchObject({
    body: { total_count: 1 },
  });
  expect(await key.delete(`/agents/bot/sessions/${sessionId}`)).toMatchObject({ status: 200 });
  expect(emulator.state.sessions()).toMatchObject([{ isActive: false }]);
});
