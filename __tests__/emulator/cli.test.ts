import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';
import { onSystemsWith } from '../support/systems.js';
import { pairs, send } from './rehearsal.js';

const command = fileURLToPath(new URL('../../emulator/cli.ts', import.meta.url));

let child: ChildProcess | undefined;
afterEach(() => {
  child?.kill('SIGKILL');
});

/** Runs the command; `said` is what it has printed so far. */
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
  'tells where it is and what it is asked, never a value, until %s',
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
    expect(said).toContain(
      'a secret set is ready after 0.5 s, a deployment after 2 s, a build after 3 s',
    );
    expect(said).not.toContain('classified');
  },
  20_000,
);

test('tells its options', async () => {
  const { code, said } = await run('--help').ended;
  expect(code).toBe(0);
  for (const option of ['--port', '--secret-set-delay', '--deployment-delay', '--build-delay'])
    expect(said).toContain(option);
}, 20_000);

test.each([
  { options: ['--port', 'soon'], complaint: '--port has to be a port, not "soon".' },
  {
    options: ['--deployment-delay', '-1'],
    complaint: '--deployment-delay',
  },
  {
    options: ['--secret-set-delay', 'soon'],
    complaint: '--secret-set-delay has to be a number of seconds, not "soon".',
  },
  { options: ['--ports', '1'], complaint: '--ports' },
])(
  'refuses $options',
  async ({ options, complaint }) => {
    const { code, said } = await run(...options).ended;
    expect(code).toBe(1);
    expect(said).toContain(complaint);
  },
  20_000,
);
