import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Answer, pairs, refusal, rehearse, type Rehearsal } from './rehearsal.js';

let rehearsal: Rehearsal;
beforeEach(async () => {
  rehearsal = await rehearse();
});
afterEach(() => rehearsal.emulator.close());

const accepted = (region = 'us-west'): Answer => ({ status: 202, body: { status: 'OK', region } });
const ok: Answer = { status: 200, body: { status: 'OK' } };
const pullSecret = {
  isImagePullSecret: true,
  host: 'https://index.docker.io/v1',
  secretValue: Buffer.from('acme:token').toString('base64'),
};

describe('provisioning', () => {
  test('is pending until its delay has passed', async () => {
    const { key, pass } = rehearsal;
    expect(await key.put('/secrets/voice', { secrets: pairs({ A: '1' }) })).toEqual(accepted());
    const set = { region: 'us-west', secrets: [{ fieldName: 'A' }] };
    pass(4999);
    expect(await key.get('/secrets/voice')).toEqual({
      status: 200,
      body: { ...set, status: 'pending' },
    });
    pass(1);
    expect(await key.get('/secrets/voice')).toEqual({
      status: 200,
      body: { ...set, status: 'ready' },
    });
  });

  test('starts again with each write and each deleted key', async () => {
    const { key, pass, emulator } = rehearsal;
    await key.put('/secrets/voice', { secrets: pairs({ A: '1', B: '2' }) });
    pass(5000);
    await key.put('/secrets/voice', { secrets: pairs({ A: '1' }) });
    expect(emulator.state.secretSet('voice')).toMatchObject({ status: 'pending' });
    pass(5000);
    expect(await key.delete('/secrets/voice/B')).toEqual(ok);
    expect(emulator.state.secretSet('voice')).toMatchObject({
      status: 'pending',
      values: { A: '1' },
    });
    pass(5000);
    expect(emulator.state.secretSet('voice')).toMatchObject({ status: 'ready' });
  });

  test('fails as scripted, in the list and by name, and succeeds after another write', async () => {
    const { key, pass, emulator } = rehearsal;
    emulator.script.provisioning('voice', {
      delay: 1000,
      outcome: 'failed',
      errorMessage: 'The region is full.',
    });
    await key.put('/secrets/voice', { secrets: pairs({ A: '1' }) });
    pass(1000);
    const failed = { region: 'us-west', status: 'failed', errorMessage: 'The region is full.' };
    expect(await key.get('/secrets/voice')).toMatchObject({ body: failed });
    expect(await key.get('/secrets')).toEqual({
      status: 200,
      body: { sets: [{ name: 'voice', type: 'secret', ...failed }] },
    });
    await key.put('/secrets/voice', { secrets: pairs({ A: '1' }) });
    pass(5000);
    expect(emulator.state.secretSet('voice')).toMatchObject({ status: 'ready' });
  });

  test('has a default message if the script has none', async () => {
    const { key, emulator } = rehearsal;
    emulator.seed.secretSet({ name: 'voice', status: 'failed' });
    expect(await key.get('/secrets/voice')).toMatchObject({
      body: { errorMessage: expect.stringContaining('could not be provisioned') as unknown },
    });
  });

  test('follows scripts in order: next before every, a name before any', async () => {
    const { key, pass, emulator } = rehearsal;
    emulator.script.provisioning('*', { outcome: 'pending', every: true });
    emulator.script.provisioning('voice', { delay: 1, every: true });
    emulator.script.provisioning('voice', { outcome: 'failed', delay: 1 });
    emulator.script.provisioning('*', { delay: 60_000 });
    const statuses = [];
    for (const name of ['voice', 'other', 'voice', 'third']) {
      await key.put(`/secrets/${name}`, { secrets: pairs({ A: '1' }) });
      pass(10_000);
      statuses.push(emulator.state.secretSet(name)?.status);
    }
    expect(statuses).toEqual(['failed', 'pending', 'ready', 'pending']);
    pass(60_000);
    expect(emulator.state.secretSet('other')?.status).toBe('ready');
    expect(emulator.state.secretSet('third')?.status).toBe('pending');
  });

  test('of a seeded set can still be in progress', () => {
    const { pass, emulator } = rehearsal;
    emulator.seed.secretSet({ name: 'voice', readyAfter: 100 });
    emulator.seed.secretSet({ name: 'stuck', status: 'pending' });
    emulator.seed.imagePullSecret({ name: 'hub', status: 'failed', readyAfter: 100 });
    const statuses = () => emulator.state.secretSets().map(({ status }) => status);
    expect(statuses()).toEqual(['pending', 'pending', 'pending']);
    pass(100);
    expect(statuses()).toEqual(['ready', 'pending', 'failed']);
  });
});

describe('values', () => {
  test('are kept verbatim, and a write does not change other keys', async () => {
    const { key, acme, emulator } = rehearsal;
    const awkward = ' "quoted" $HOME\n# no comment\n\u202e\u0000é ';
    await key.put('/secrets/voice', { secrets: pairs({ A: awkward, B: '2' }) });
    await acme.put('/secrets/voice', { secretKey: 'B', secretValue: '' });
    expect(emulator.state.secretSet('voice')?.values).toEqual({ A: awkward, B: '' });
  });

  test('are in no response', async () => {
    const { key, acme, emulator } = rehearsal;
    emulator.seed.secretSet({ name: 'voice', values: { A: 'classified' } });
    const answers = [
      await key.get('/secrets'),
      await key.get('/secrets/voice'),
      await acme.get('/secrets/voice'),
      await key.put('/secrets/voice', { secrets: pairs({ A: 'classified' }) }),
      await key.put('/secrets/voice', { secrets: 'classified' }),
      await key.put('/secrets/voice', { secrets: pairs({ 'A B': 'classified' }) }),
    ];
    expect(JSON.stringify(answers)).not.toContain('classified');
  });
});

describe('a write is rejected for', () => {
  test.each<{ name: string; path?: string; body: unknown; refused: string }>([
    {
      name: 'another region',
      body: { secrets: pairs({ A: '1' }), region: 'us-east' },
      refused: "Secret already exists in region 'us-west'. Cannot change region to 'us-east'.",
    },
    {
      name: 'a region that does not exist',
      path: '/secrets/other',
      body: { secrets: pairs({ A: '1' }), region: 'moon' },
      refused: 'Invalid region or organization does not have access',
    },
    {
      name: 'registry credentials for a secret set',
      body: pullSecret,
      refused: 'Cannot update existing regular secrets to image pull secrets',
    },
    {
      name: 'pairs for an image pull secret',
      path: '/secrets/hub',
      body: { secrets: pairs({ A: '1' }) },
      refused:
        'Must provide isImagePullSecret, host, and secretValue to update an image pull secret',
    },
    {
      name: 'a referenced set',
      path: '/secrets/cluster',
      body: { secrets: pairs({ A: '1' }) },
      refused:
        "Secret set 'cluster' is a referenced secret set. Its contents are managed in your cluster.",
    },
    {
      name: "another organization's name",
      path: '/secrets/theirs',
      body: { secrets: pairs({ A: '1' }) },
      refused: 'Secret set name is already taken',
    },
    {
      name: 'a name in capitals',
      path: '/secrets/Voice',
      body: { secrets: pairs({ A: '1' }) },
      refused: "Invalid request format: 'Voice' is not a valid secret set name",
    },
    {
      name: 'a name of two characters',
      path: '/secrets/ab',
      body: { secrets: pairs({ A: '1' }) },
      refused: "Invalid request format: 'ab' is not a valid secret set name",
    },
    {
      name: 'a name of 64 characters',
      path: `/secrets/${'a'.repeat(64)}`,
      body: { secrets: pairs({ A: '1' }) },
      refused: `Invalid request format: '${'a'.repeat(64)}' is not a valid secret set name`,
    },
    {
      name: 'a key with a dot',
      body: { secrets: pairs({ 'A.B': '1' }) },
      refused: "Invalid request format: 'A.B' is not a valid secret key",
    },
    {
      name: 'no pairs',
      body: { secrets: [] },
      refused: 'Invalid request format: secrets is not valid',
    },
    {
      name: 'a misspelled field',
      body: { secrets: pairs({ A: '1' }), regoin: 'us-west' },
      refused: 'Invalid request format: regoin is not a known field',
    },
    {
      name: 'the fields of the other surface',
      body: { secretKey: 'A', secretValue: '1' },
      refused: 'Invalid request format: secrets is not valid, secretKey is not a known field',
    },
    {
      name: 'a host that is not a URL',
      path: '/secrets/hub',
      body: { ...pullSecret, host: 'docker.io' },
      refused: 'Invalid request format: host is not valid',
    },
    {
      name: 'no body',
      body: undefined,
      refused: 'Invalid request format: the body is not JSON',
    },
  ])('$name', async ({ path = '/secrets/voice', body, refused }) => {
    const { key, emulator } = rehearsal;
    emulator.seed.secretSet({ name: 'voice', values: { B: '2' } });
    emulator.seed.secretSet({ name: 'cluster', referenced: true });
    emulator.seed.secretSet({ name: 'theirs', organization: 'globex', region: 'ap-south' });
    emulator.seed.imagePullSecret({ name: 'hub' });
    const before = emulator.state.secretSets();
    expect(await key.put(path, body)).toEqual(refusal(400, refused));
    expect(emulator.state.secretSets()).toEqual(before);
  });
});

describe('the organization surface', () => {
  test('accepts one pair per request', async () => {
    const { acme, emulator } = rehearsal;
    const pair = { name: 'voice', isImagePullSecret: false, secretKey: 'A', secretValue: '1' };
    expect(await acme.put('/secrets/voice', { ...pair, region: 'us-east' })).toEqual(
      accepted('us-east'),
    );
    expect(await acme.put('/secrets/voice', { secrets: pairs({ B: '2' }) })).toMatchObject({
      status: 400,
    });
    expect(emulator.state.secretSet('voice')).toMatchObject({
      organization: 'acme',
      region: 'us-east',
      values: { A: '1' },
    });
  });

  test('rejects a name that differs from the path', async () => {
    const pair = { name: 'other', secretKey: 'A', secretValue: '1' };
    expect(await rehearsal.acme.put('/secrets/voice', pair)).toEqual(
      refusal(400, 'Invalid request format: name does not match the path'),
    );
  });

  test('lists the sets of a region', async () => {
    const { acme, key, emulator } = rehearsal;
    emulator.seed.secretSet({ name: 'voice' });
    emulator.seed.secretSet({ name: 'far', region: 'ap-south' });
    const names = ({ body }: Answer) =>
      (body as { sets: { name: string }[] }).sets.map(({ name }) => name);
    expect(names(await acme.get('/secrets?region=ap-south'))).toEqual(['far']);
    expect(names(await acme.get('/secrets'))).toEqual(['voice', 'far']);
    // The other surface has no filter.
    expect(names(await key.get('/secrets?region=ap-south'))).toEqual(['voice', 'far']);
  });
});

describe('an image pull secret', () => {
  test.each(['key', 'acme'] as const)('is written on the %s surface', async (surface) => {
    const { emulator, [surface]: requests } = rehearsal;
    expect(await requests.put('/secrets/hub', pullSecret)).toEqual(accepted());
    expect(emulator.state.secretSet('hub')).toMatchObject({
      kind: 'imagePullSecret',
      host: 'https://index.docker.io/v1/',
      auth: pullSecret.secretValue,
      status: 'pending',
    });
  });

  test('is in the list but cannot be read by name', async () => {
    const { key, emulator } = rehearsal;
    emulator.seed.imagePullSecret({ name: 'hub', region: 'us-east', host: 'https://ghcr.io' });
    expect(emulator.state.secretSet('hub')?.host).toBe('https://ghcr.io/');
    expect(await key.get('/secrets')).toEqual({
      status: 200,
      body: {
        sets: [{ name: 'hub', type: 'imagePullSecret', region: 'us-east', status: 'ready' }],
      },
    });
    expect(await key.get('/secrets/hub')).toEqual(
      refusal(400, 'Cannot retrieve image pull secrets by name'),
    );
    expect(await key.delete('/secrets/hub/host')).toEqual(
      refusal(404, 'Secret not found', 'NOT_FOUND'),
    );
  });
});

test('a referenced set shows no keys, and its keys cannot be deleted', async () => {
  const { key, emulator } = rehearsal;
  emulator.seed.secretSet({ name: 'cluster', referenced: true, values: { A: '1' } });
  expect(await key.get('/secrets/cluster')).toEqual({
    status: 200,
    body: { region: 'us-west', status: 'ready', source: 'referenced', secrets: [] },
  });
  expect(await key.delete('/secrets/cluster/A')).toMatchObject({ status: 400 });
});

test('sets and keys can be deleted once', async () => {
  const { key, emulator } = rehearsal;
  emulator.seed.secretSet({ name: 'voice', values: { A: '1' } });
  const missing = refusal(404, 'Set not found', 'NOT_FOUND');
  expect(await key.delete('/secrets/voice/A')).toEqual(ok);
  expect(await key.delete('/secrets/voice/A')).toEqual(
    refusal(404, 'Secret not found', 'NOT_FOUND'),
  );
  expect(await key.delete('/secrets/voice')).toEqual(ok);
  expect(await key.delete('/secrets/voice')).toEqual(missing);
  expect(await key.delete('/secrets/voice/A')).toEqual(missing);
  expect(await key.get('/secrets/voice')).toEqual(missing);
  expect(await key.get('/secrets')).toEqual({ status: 200, body: { sets: [] } });
});

test('sets are listed in the order of their creation', async () => {
  const { key, acme, emulator } = rehearsal;
  const write = (name: string) => key.put(`/secrets/${name}`, { secrets: pairs({ A: '1' }) });
  const names = ({ body }: Answer) =>
    (body as { sets: { name: string }[] }).sets.map(({ name }) => name);
  emulator.seed.secretSet({ name: 'zebra' });
  await write('middle');
  emulator.seed.imagePullSecret({ name: 'hub' });
  await write('aardvark');
  await write('middle');
  emulator.seed.secretSet({ name: 'zebra', status: 'failed' });
  expect(names(await key.get('/secrets'))).toEqual(['zebra', 'middle', 'hub', 'aardvark']);
  await key.delete('/secrets/middle');
  expect(names(await acme.get('/secrets'))).toEqual(['zebra', 'hub', 'aardvark']);
  await write('middle');
  expect(names(await key.get('/secrets'))).toEqual(['zebra', 'hub', 'aardvark', 'middle']);
  expect(names(await acme.get('/secrets'))).toEqual(['zebra', 'hub', 'aardvark', 'middle']);
  expect(emulator.state.secretSets().map(({ name }) => name)).toEqual([
    'zebra',
    'hub',
    'aardvark',
    'middle',
  ]);
});

describe('a set that an agent binds', () => {
  const gone = refusal(404, 'Secret set not found', 'NOT_FOUND');
  const update = (body: Record<string, unknown> = {}) => rehearsal.key.post('/agents/bot', body);
  let deploymentId: string;
  beforeEach(() => {
    const { seed } = rehearsal.emulator;
    seed.secretSet({ name: 'voice', values: { A: '1', B: '2' } });
    ({ deploymentId } = seed.agent({ name: 'bot', secretSet: 'voice' }));
  });

  test('can be deleted: the agent keeps serving, but updates that bind the set are rejected', async () => {
    const { key, emulator, pass } = rehearsal;
    expect(await key.delete('/secrets/voice')).toEqual(ok);
    expect(emulator.state.secretSet('voice')).toBeUndefined();
    expect(emulator.state.secretSets()).toEqual([]);
    expect(emulator.state.agent('bot')).toMatchObject({ secretSet: 'voice', ready: true });
    expect(await key.get('/agents/bot')).toMatchObject({
      body: { ready: true, deployment: { manifest: { spec: { envFromSecretNames: ['voice'] } } } },
    });
    expect(await update()).toEqual(gone);
    expect(await update({ image: 'acme/voice:2' })).toEqual(gone);
    expect(emulator.state.serving('bot')).toMatchObject({
      id: deploymentId,
      secretValues: { A: '1', B: '2' },
    });
    emulator.seed.secretSet({ name: 'other', values: { A: '3' } });
    expect(await update({ secretSet: 'other' })).toMatchObject({ status: 200 });
    pass(4000);
    expect(emulator.state.serving('bot')).toMatchObject({
      secretSet: 'other',
      secretValues: { A: '3' },
    });
  });

  test('can be created again, without its old keys', async () => {
    const { key, emulator, pass } = rehearsal;
    await key.delete('/secrets/voice');
    expect(await key.put('/secrets/voice', { secrets: pairs({ B: '3' }) })).toEqual(accepted());
    expect(emulator.state.secretSet('voice')).toMatchObject({
      status: 'pending',
      values: { B: '3' },
    });
    expect(await update({ forceRedeploy: true })).toMatchObject({ status: 409 });
    pass(5000);
    expect(await key.get('/secrets/voice')).toMatchObject({
      body: { status: 'ready', secrets: [{ fieldName: 'B' }] },
    });
    expect(emulator.state.serving('bot')).toMatchObject({ secretValues: { A: '1', B: '2' } });
    expect(await update({ forceRedeploy: true })).toMatchObject({ status: 200 });
    pass(4000);
    expect(emulator.state.serving('bot')).toMatchObject({ secretValues: { B: '3' }, forced: true });
  });

  test('can be created again in another region, of another kind or in another organization', async () => {
    const { key, globex, emulator, pass } = rehearsal;
    await key.delete('/secrets/voice');
    const written = { secrets: pairs({ A: '1' }), region: 'us-east' };
    expect(await key.put('/secrets/voice', written)).toEqual(accepted('us-east'));
    pass(5000);
    expect(await update()).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining("is in region 'us-east'") as unknown },
    });
    await key.delete('/secrets/voice');
    expect(await key.put('/secrets/voice', pullSecret)).toEqual(accepted());
    expect(emulator.state.secretSet('voice')).toMatchObject({ kind: 'imagePullSecret' });
    await key.delete('/secrets/voice');
    await globex.put('/secrets/voice', { secretKey: 'A', secretValue: '1' });
    expect(emulator.state.secretSet('voice')).toMatchObject({ organization: 'globex' });
    pass(5000);
    expect(await update()).toEqual(gone);
    expect(await key.delete('/secrets/voice')).toMatchObject({ status: 404 });
  });
});

describe('two concurrent writes of a set', () => {
  const conflict = refusal(
    409,
    "Secret set 'voice' was modified concurrently. Please retry.",
    'CONFLICT',
  );
  const write = (value: string) =>
    rehearsal.key.put('/secrets/voice', { secrets: pairs({ A: value }) });

  test('conflict while the first one is in progress', async () => {
    const { emulator } = rehearsal;
    emulator.script.writing('voice', { takes: 100 });
    const first = write('1');
    while (emulator.requests.length === 0) await new Promise(setImmediate);
    expect(await write('2')).toEqual(conflict);
    expect(await rehearsal.key.delete('/secrets/voice')).toEqual(conflict);
    expect(await rehearsal.key.put('/secrets/other', { secrets: pairs({ A: '3' }) })).toEqual(
      accepted(),
    );
    expect(await first).toEqual(accepted());
    expect(emulator.state.secretSet('voice')?.values).toEqual({ A: '1' });
    expect(await write('2')).toEqual(accepted());
  });

  test('conflict as often as scripted', async () => {
    const { emulator } = rehearsal;
    emulator.script.writing('voice', { outcome: 'conflict' });
    emulator.script.writing('voice', { outcome: 'conflict' });
    expect(await write('1')).toEqual(conflict);
    expect(await write('1')).toEqual(conflict);
    expect(emulator.state.secretSet('voice')).toBeUndefined();
    expect(await write('1')).toEqual(accepted());
  });
});
