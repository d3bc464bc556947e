import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';
import { onSystemsWith } from '../support/systems.js';
import { pairs, send } from './rehearsal.js';
import { archiveOf, upload, type UploadTarget } from './uploading.js';

const command = fileURLToPath(new URL('../../emulator/cli.ts', import.meta.url));

let child: ChildProcess | undefined;
afterEach(() => {
  child?.kill('SIGKILL');
});

/** Runs the command. `said` is its output so far. */
function run(...options: string[]) {
  const started = spawn(process.execPath, ['--import', 'tsx', command, ...options]);
  child = started;
  let said = '';
  for (const stream of [started.stdout, started.stderr])
    stream.on('data', (text: Buffer) => {
      said += text.toString();
    });
  const ended = new Promise<{ code: number | null; said: string }>((resolve) => {
    started.once('close', (code) => {
      resolve({ code, said });
    });
  });
  const says = async (pattern: RegExp) => {
    for (;;) {
      const found = pattern.exec(said);
      if (found) return found;
      await new Promise((resolve) => started.stdout.once('data', resolve));
    }
  };
  return { process: started, ended, says };
}

onSystemsWith('signals').test.each(['SIGINT', 'SIGTERM'] as const)(
  'prints its address and each request, but no secret value, until %s',
  async (signal) => {
    const emulator = run(
      '--port',
      '0',
      '--secret-set-delay',
      '0.5',
      '--deployment-delay',
      '2',
      '--build-delay',
      '3',
    );
    const [, url = ''] = await emulator.says(/at (http:\/\/127\.0\.0\.1:\d+)/);
    await emulator.says(/Ctrl\+C/);
    await send(`${url}/v1/secrets/voice`, {
      method: 'PUT',
      credential: 'sk_emulator',
      body: { secrets: pairs({ A: 'classified' }) },
    });
    await emulator.says(/PUT \/v1\/secrets\/voice 202 \d+ ms/);
    emulator.process.kill(signal);
    const { code, said } = await emulator.ended;
    expect(code).toBe(0);
    expect(said).toMatch(/sk_emulator[^]*pk_emulator[^]*pcc_pat_emulator/);
    expect(said).toMatch(/acme, globex[^]*us-west, us-east, eu-central, ap-south/);
    expect(said).toContain('delays                 secret set 0.5 s, deployment 2 s, build 3 s');
    expect(said).not.toContain('classified');
  },
  20_000,
);

test('lists its options with --help', async () => {
  const { code, said } = await run('--help').ended;
  expect(code).toBe(0);
  for (const option of [
    ...['--port', '--secret-set-delay', '--deployment-delay', '--build-delay'],
    ...['--fail-set', '--crash', '--slow-rollout', '--fail-build'],
  ])
    expect(said).toContain(option);
}, 20_000);

test.each([
  { options: ['--port', 'soon'], complaint: '--port "soon" is not a port number.' },
  {
    options: ['--deployment-delay', '-1'],
    complaint: '--deployment-delay',
  },
  {
    options: ['--secret-set-delay', 'soon'],
    complaint: '--secret-set-delay "soon" is not a number of seconds.',
  },
  {
    options: ['--crash', 'order-desk=0'],
    complaint: '--crash "order-desk=0" is not AGENT or AGENT=N, such as order-desk=2.',
  },
  {
    options: ['--slow-rollout', 'order-desk'],
    complaint: '--slow-rollout "order-desk" is not AGENT=SECONDS.',
  },
  { options: ['--ports', '1'], complaint: '--ports' },
])(
  'rejects $options',
  async ({ options, complaint }) => {
    const { code, said } = await run(...options).ended;
    expect(code).toBe(1);
    expect(said).toContain(complaint);
  },
  20_000,
);

onSystemsWith('signals').test(
  'can make sets, rollouts and builds fail, and rollouts slow',
  async () => {
    const emulator = run(
      ...[
        '--port',
        '0',
        '--secret-set-delay',
        '0',
        '--deployment-delay',
        '0',
        '--build-delay',
        '0',
      ],
      ...['--fail-set', 'voice-keys', '--crash', 'order-desk', '--crash', 'front-desk=2'],
      ...['--slow-rollout', 'support-desk=60', '--slow-rollout', 'no-desk=60', '--fail-build'],
    );
    const [, url = ''] = await emulator.says(/at (http:\/\/127\.0\.0\.1:\d+)/);
    await emulator.says(
      /failures +provisioning fails for secret set voice-keys; agent order-desk crashes when it starts; agent front-desk crashes when it starts, from deployment 2 on; agent support-desk is ready 60 s after a deploy; agent no-desk is ready 60 s after a deploy; every cloud build fails/,
    );
    const ask = (method: string, path: string, body?: unknown) =>
      send(`${url}/v1${path}`, { method, credential: 'sk_emulator', body });

    for (const name of ['voice-keys', 'other-keys'])
      await ask('PUT', `/secrets/${name}`, { secrets: pairs({ A: 'x' }) });
    await ask('PUT', '/secrets/voice-keys', { secrets: pairs({ A: 'y' }) });
    expect((await ask('GET', '/secrets')).body).toMatchObject({
      sets: [
        { name: 'voice-keys', status: 'failed' },
        { name: 'other-keys', status: 'ready' },
      ],
    });

    const ready = async (serviceName: string) => {
      await ask('POST', '/agents', { serviceName, image: 'ghcr.io/acme/voice:1' });
      return (await ask('GET', `/agents/${serviceName}`)).body;
    };
    expect(await ready('order-desk')).toMatchObject({
      ready: false,
      currentRevision: { health: { reason: 'CrashLoopBackOff' } },
    });
    expect(await ready('front-desk')).toMatchObject({ ready: true });
    await ask('POST', '/agents/front-desk', { image: 'ghcr.io/acme/voice:2' });
    expect((await ask('GET', '/agents/front-desk')).body).toMatchObject({
      ready: false,
      available: true,
    });
    expect(await ready('support-desk')).toMatchObject({ ready: false });
    expect(await ready('other-desk')).toMatchObject({ ready: true });

    const target = (await ask('POST', '/builds/upload-url', { region: 'us-west' })).body;
    await upload(target as UploadTarget, await archiveOf({ Dockerfile: 'FROM scratch' }));
    const { uploadId } = target as UploadTarget;
    await ask('POST', '/builds', { uploadId, region: 'us-west', dockerfilePath: 'Dockerfile' });
    expect((await ask('GET', '/builds')).body).toMatchObject({ builds: [{ status: 'failed' }] });
    emulator.process.kill('SIGTERM');
    expect((await emulator.ended).said).toContain(
      'These failures did not occur: there is no agent no-desk.',
    );
  },
  30_000,
);
