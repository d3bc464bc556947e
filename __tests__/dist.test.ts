import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startEmulator, type Emulator } from '../emulator/index.js';
import { pathsIn } from '../scripts/archives.js';
import { runAction, type ActionRunOptions } from '../scripts/runner.js';
import { credentials } from './support/release-run.js';
import { onSystemsWith } from './support/systems.js';

let emulator: Emulator;

beforeEach(async () => {
  // The tests run the built action, so it uses the real time.
  emulator = await startEmulator({ secretSetDelay: 100, deploymentDelay: 150, buildDelay: 200 });
});

afterEach(async () => {
  await emulator.close();
});

function run(inputs: Record<string, string>, options: Omit<ActionRunOptions, 'inputs'> = {}) {
  return runAction({ ...options, inputs: { 'api-url': emulator.url, ...inputs } });
}

const privateKey =
  '-----BEGIN KEY-----\nhidden-key-line-one\nhidden-key-line-two\n-----END KEY-----';

const voice = {
  'secret-set': 'voice-secrets',
  secrets: `OPENAI_KEY=hidden-openai % value\nPRIVATE_KEY<<END\n${privateKey}\nEND`,
  'image-credentials': 'registry',
  registry: 'ghcr.io',
  'registry-username': 'acme',
  'registry-password': 'hidden-registry-password',
  'agent-name': 'voice-agent',
  image: 'ghcr.io/acme/voice:1.0.0',
};

/** The parts of these values that must not appear, in every form that the action creates. */
const hidden = /hidden-|YWNtZTpoaWRkZW4|(?<!_)sk_emulator|pcc_pat_emulator|-----BEGIN KEY-----/;

describe.each(Object.entries(credentials))('the built action, with %s', (_, credential) => {
  test('releases', async () => {
    const { exitCode, outputs, summary, log } = await run({ ...credential, ...voice });
    expect(log).not.toContain('Error: ');
    expect(exitCode).toBe(0);
    const serving = emulator.state.serving('voice-agent');
    expect(serving?.secretValues).toEqual({
      OPENAI_KEY: 'hidden-openai % value',
      PRIVATE_KEY: privateKey,
    });
    expect(outputs).toMatchObject({
      'service-name': 'voice-agent',
      'deployment-id': serving?.id,
      region: 'us-west',
    });
    expect(JSON.parse(outputs['secret-sets'] ?? '')).toMatchObject([
      { name: 'registry', kind: 'imagePullSecret', outcome: 'created', status: 'ready' },
      { name: 'voice-secrets', kind: 'secret', outcome: 'created', status: 'ready' },
    ]);
    expect(summary).toContain('✅ Created `voice-agent` in `us-west`; it is serving');
    expect(summary).toContain(`\`${serving?.id ?? ''}\``);
  });

  test.each([
    { name: 'a release that succeeds', fails: false },
    { name: 'a release that fails', fails: true },
  ])('shows no secret in log, debug log, summary and outputs of $name', async ({ fails }) => {
    if (fails) {
      emulator.script.deployment('voice-agent', {
        outcome: 'crash-loop',
        health: { message: `KeyError: hidden-openai % value\n${privateKey}` },
        logs: ['started with hidden-registry-password', privateKey],
      });
    }
    const { exitCode, raw, masks, summary, outputs } = await run(
      { ...credential, ...voice, 'failure-logs': 'always' },
      { debug: true },
    );
    expect(exitCode).toBe(fails ? 1 : 0);
    const shown = raw
      .split('\n')
      .filter((line) => !line.startsWith('::add-mask::'))
      .join('\n');
    expect(shown).toContain('::debug::');
    expect(`${shown}\n${summary}\n${JSON.stringify(outputs)}`).not.toMatch(hidden);
    expect(masks).toEqual(
      expect.arrayContaining([
        'hidden-openai % value',
        'hidden-key-line-one',
        'hidden-key-line-two',
        'hidden-registry-password',
        Buffer.from('acme:hidden-registry-password').toString('base64'),
      ]),
    );
    // The masks must come first.
    expect(raw.split('\n').findIndex((line) => !line.startsWith('::add-mask::'))).toBe(
      masks.length,
    );
  });
});

describe('a release continues and is reported', () => {
  const release = (options: Omit<ActionRunOptions, 'inputs'>) =>
    run({ ...credentials['API key'], ...voice }, options);

  test.each(['closed', 'full'] as const)('if the log is %s', async (standardOutput) => {
    const { exitCode, summary, outputs } = await release({ standardOutput });
    expect(exitCode).toBe(0);
    expect(summary).toContain('✅');
    expect(outputs['deployment-id']).toBe(emulator.state.serving('voice-agent')?.id);
  });

  test.each(['/dev/full', '/dev'])('if outputs go to %s', async (path) => {
    const cloudBuild = { ...voice, image: '', 'cloud-build': 'true' };
    const { exitCode, summary, raw } = await run(
      { ...credentials['API key'], ...cloudBuild },
      { files: { Dockerfile: 'FROM scratch\n' }, environment: { GITHUB_OUTPUT: path } },
    );
    expect(exitCode).toBe(0);
    expect(summary).toContain('✅');
    expect(raw.match(/^::warning::Could not set the outputs: .*/gm)).toHaveLength(1);
  });

  test.each(['/dev/full', '/dev'])('if its summary goes to %s', async (path) => {
    const { exitCode, outputs, raw } = await release({
      environment: { GITHUB_STEP_SUMMARY: path, GITHUB_STATE: path },
    });
    expect(exitCode).toBe(0);
    expect(outputs['deployment-id']).toBe(emulator.state.serving('voice-agent')?.id);
    expect(raw.match(/^::warning::Could not write the job summary: .*/gm)).toHaveLength(1);
  });
});

/** Makes a thread wait forever, like a thread that looks up a host. */
const hangingThread = (fifo: string): string =>
  `data:text/javascript,${encodeURIComponent(
    `import { open } from 'node:fs'; open(${JSON.stringify(fifo)}, 'r', () => undefined);`,
  )}`;

onSystemsWith('processes that can be replaced').test.each([
  { ends: 'succeeds', deployment: { outcome: 'ready' }, expected: 0 },
  { ends: 'fails', deployment: { outcome: 'image-pull' }, expected: 1 },
] as const)(
  'a run that $ends ends its process even if a thread waits for a response that never comes',
  async ({ deployment, expected }) => {
    const folder = await mkdtemp(join(tmpdir(), 'fifo-'));
    try {
      const fifo = join(folder, 'fifo');
      execFileSync('mkfifo', [fifo]);
      emulator.script.deployment('voice-agent', deployment);
      const { exitCode, summary, outputs } = await run(
        { ...credentials['API key'], ...voice },
        { environment: { NODE_OPTIONS: `--import=${hangingThread(fifo)}` } },
      );
      expect(exitCode).toBe(expected);
      expect(summary).toContain(expected === 0 ? '✅' : '❌');
      expect(outputs['agents']).toContain('voice-agent');
    } finally {
      await rm(folder, { recursive: true });
    }
  },
  30_000,
);

test('a failed rollout ends with exit code 1, one error annotation, and the outputs so far', async () => {
  emulator.script.deployment('voice-agent', { outcome: 'image-pull' });
  const { exitCode, raw, outputs, summary } = await run({ ...credentials['API key'], ...voice });
  expect(exitCode).toBe(1);
  expect(raw.match(/^::error /gm)).toHaveLength(1);
  expect(raw).toContain('::error title=The deployment failed::');
  expect(JSON.parse(outputs['agents'] ?? '')).toMatchObject([{ outcome: 'failed', ready: false }]);
  expect(outputs['deployment-id']).toBe(emulator.state.agent('voice-agent')?.desiredDeploymentId);
  expect(summary).toContain('❌ `voice-agent` was created in `us-west` but is not serving');
  expect(summary).toContain('**Serving now:** nothing.');
});

describe('a cloud build of a checkout', () => {
  const building = {
    ...credentials['API key'],
    'agent-name': 'voice-agent',
    'secret-set': 'voice-secrets',
    secrets: 'OPENAI_KEY=hidden-openai',
    'cloud-build': 'true',
  };
  const options = {
    debug: true,
    files: {
      '.dockerignore': '*.md\n!README.md\n',
      '.env': 'OPENAI_KEY=hidden-in-the-checkout\n',
      Dockerfile: 'FROM dailyco/pipecat-base:latest\nCOPY . .\n',
      'README.md': 'an agent\n',
      'bot.py': 'print("hello")\n',
      'notes.md': 'a note\n',
      'prompts/greeting.txt': 'Hello!\n',
    },
  };
  /** The form of the secret fields of an upload. */
  const signed = {
    Policy: /eyJleHBpcmF0aW9uIjoi/,
    'X-Amz-Signature': /[0-9a-f]{64}/,
    'X-Amz-Security-Token': /[A-Za-z0-9+/]{86}==/,
  } as const;

  function archives() {
    const { state } = emulator;
    return state.uploads().flatMap(({ id }) => state.archive(id) ?? []);
  }

  test('is deployed, and leaves no temporary file', async () => {
    const { exitCode, outputs, summary, leftovers } = await run(building, options);
    expect(exitCode).toBe(0);
    expect(archives().map(pathsIn)).toEqual([
      ['.dockerignore', 'Dockerfile', 'README.md', 'bot.py', 'prompts/greeting.txt'],
    ]);
    const [build] = emulator.state.builds();
    expect(build).toMatchObject({ status: 'success', region: 'us-west' });
    expect(outputs['build-id']).toBe(build?.id);
    expect(emulator.state.serving('voice-agent')).toMatchObject({
      buildId: build?.id,
      secretValues: { OPENAI_KEY: 'hidden-openai' },
    });
    expect(summary).toContain('Build context `');
    expect(leftovers).toEqual([]);
  });

  test('that fails ends with exit code 1 and shows the end of the log', async () => {
    emulator.script.build({ outcome: 'failed', logs: ['#1 COPY . .', '#2 ERROR: exit code: 1'] });
    const { exitCode, raw, summary, outputs, leftovers } = await run(building, options);
    expect(exitCode).toBe(1);
    expect(raw.match(/^::error /gm)).toHaveLength(1);
    expect(raw).toMatch(/^::error title=The cloud build failed::.*#2 ERROR: exit code: 1/m);
    expect(summary).toContain('#1 COPY . .\n#2 ERROR: exit code: 1\n');
    expect(outputs['build-id']).toBe(emulator.state.builds()[0]?.id);
    expect(emulator.state.agent('voice-agent')).toBeUndefined();
    expect(leftovers).toEqual([]);
  });

  test.each([
    { name: 'builds', script: {} },
    { name: 'does not build', script: { outcome: 'failed' } },
  ] as const)('with $name shows no secrets and no signature of the upload', async ({ script }) => {
    emulator.script.build(script);
    const { raw, summary, outputs } = await run(building, options);
    const shown = raw.replace(/^::add-mask::.*$/gm, '') + summary + JSON.stringify(outputs);
    expect(archives()).toHaveLength(1);
    expect(shown).toContain('::debug::');
    expect(shown).not.toMatch(hidden);
    const fields = await uploadFields();
    for (const [name, look] of Object.entries(signed)) {
      expect(fields[name]).toMatch(look);
      expect(shown).not.toMatch(look);
    }
  });

  /** The signed fields of an upload. */
  async function uploadFields(): Promise<Record<string, string>> {
    const response = await fetch(`${emulator.url}/v1/builds/upload-url`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${emulator.credentials.privateKey}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ region: 'us-west' }),
    });
    const { uploadFields } = (await response.json()) as { uploadFields: Record<string, string> };
    return uploadFields;
  }
});

test('all input mistakes are reported together, and nothing is sent', async () => {
  const { exitCode, raw, summary } = await run({
    ...credentials['API key'],
    'agent-name': 'Voice',
    image: 'voice',
    'wait-timeout': 'soon',
  });
  expect(exitCode).toBe(1);
  expect(emulator.requests).toEqual([]);
  const error = /^::error title=([^:]*)::(.*)$/m.exec(raw);
  expect(error?.[1]).toBe('The inputs are not valid');
  for (const input of ['agent-name', 'image', 'wait-timeout']) {
    expect(error?.[2]).toContain(`\`${input}\``);
    expect(summary).toContain(`**\`${input}\`**`);
  }
});

describe('a pull request', () => {
  const pullRequest = (head: string | null) => ({
    repository: { full_name: 'acme/voice' },
    pull_request: { head: { repo: head === null ? null : { full_name: head } } },
  });

  test.each([
    { name: 'of a fork', head: 'stranger/voice' },
    { name: 'of a fork that is gone', head: null },
  ])('$name on pull_request_target is refused before anything is sent', async ({ head }) => {
    const { exitCode, raw } = await run(
      { ...credentials['API key'], ...voice },
      { event: { name: 'pull_request_target', payload: pullRequest(head) } },
    );
    expect(exitCode).toBe(1);
    expect(emulator.requests).toEqual([]);
    expect(raw).toContain('Nothing is released for code that may come from a fork');
  });

  test.each([
    { name: 'is released', environment: {} },
    // The code that reads the event also loads GitHub's client, which looks for a proxy.
    { name: 'is released behind a proxy', environment: { https_proxy: 'http://127.0.0.1:9' } },
  ])('of the repository itself $name', async ({ environment }) => {
    const { exitCode } = await run(
      { ...credentials['API key'], ...voice },
      {
        event: { name: 'pull_request_target', payload: pullRequest('acme/voice') },
        environment,
      },
    );
    expect(exitCode).toBe(0);
  });
});

test('a release succeeds on a runner without job summaries', async () => {
  const { exitCode, log } = await run(
    { ...credentials['API key'], ...voice },
    { hasSummary: false },
  );
  expect(exitCode).toBe(0);
  expect(log).toContain('This runner has no job summary, so none was written.');
});

onSystemsWith('signals').describe('the built action reports and ends if the runner sends', () => {
  test.each([
    { signal: 'SIGINT', path: '/v1/regions', method: 'GET' },
    { signal: 'SIGTERM', path: '/v1/secrets/voice-secrets', method: 'PUT' },
    { signal: 'SIGINT', path: '/v1/agents', method: 'POST' },
    { signal: 'SIGTERM', path: '/v1/agents', method: 'POST', hangs: true },
  ] as const)('$signal at $method $path', async ({ signal, hangs = false, ...match }) => {
    let send: (signal: 'SIGINT' | 'SIGTERM') => void = () => undefined;
    if (hangs) emulator.script.fault(match, { kind: 'hang' });
    emulator.script.before(match, () => {
      send(signal);
    });
    const { exitCode, raw, summary, outputs, leftovers } = await run(
      { ...credentials['API key'], ...voice },
      {
        onStarted: (sender) => {
          send = sender;
        },
      },
    );
    expect(exitCode).toBe(1);
    expect(raw.match(/^::error /gm)).toHaveLength(1);
    expect(raw).toContain('::error title=The run was cancelled::');
    expect(summary).toContain(`a newer run replaced it (${signal})`);
    for (const part of ['Done', 'Still running', 'Not started'])
      expect(summary).toContain(`**${part}**`);
    expect(JSON.parse(outputs['agents'] ?? '')).toHaveLength(match.method === 'GET' ? 0 : 1);
    expect(leftovers).toEqual([]);
    const after = emulator.requests.findLastIndex(
      ({ method, path }) => method === match.method && path === match.path,
    );
    expect(emulator.requests.slice(after + 1).filter(({ method }) => method !== 'GET')).toEqual([]);

    expect((await run({ ...credentials['API key'], ...voice })).exitCode).toBe(0);
    expect(emulator.state.agent('voice-agent')?.ready).toBe(true);
  });
});

test('a token from the environment is used, and the log names its source', async () => {
  const { exitCode, log } = await run(voice, {
    environment: { PIPECAT_TOKEN: 'pcc_pat_emulator', PIPECAT_ORG: 'globex' },
  });
  expect(exitCode).toBe(0);
  expect(log).toContain('from the environment variable `PIPECAT_TOKEN`');
  expect(log).toContain('Using the organization globex.');
  expect(emulator.state.agent('voice-agent')).toMatchObject({ organization: 'globex' });
});

test('a token without an organization uses the first one, with a warning that names it', async () => {
  const { exitCode, raw } = await run({ pat: 'pcc_pat_emulator', ...voice });
  expect(exitCode).toBe(0);
  expect(raw).toMatch(
    /^::warning::.*several organizations \(acme, globex\).*`organization: acme`/m,
  );
});

test('an organization that the token cannot access is an error that lists the accessible ones', async () => {
  const { exitCode, raw } = await run({ pat: 'pcc_pat_emulator', organization: 'acne', ...voice });
  expect(exitCode).toBe(1);
  expect(raw).toContain('Available: `acme`, `globex`.');
  expect(emulator.requests.map(({ path }) => path)).toEqual(['/v1/organizations']);
});

test('the error for a rejected credential names its source and the page in the dashboard', async () => {
  const { exitCode, raw } = await run({ 'api-key': 'sk_revoked-0123', ...voice });
  expect(exitCode).toBe(1);
  expect(raw).toContain('::error title=The platform rejected the credential::');
  expect(raw).toContain('a private API key from the input `api-key`');
  expect(raw).toContain('Settings → API Keys → Private');
  const asked = emulator.requests.map(({ path }) => path);
  expect(new Set(asked).size).toBe(asked.length);
});

test('secrets can come from files, JSON and the environment', async () => {
  const { exitCode } = await run(
    {
      ...credentials['API key'],
      'secret-set': 'keys',
      'secrets-json': '{"VOICE_A": "a-value", "github_token": "ghs_value", "OTHER": "other-value"}',
      'secrets-include': 'VOICE_*',
      'secrets-env': 'TARGET=SOURCE',
    },
    { environment: { SOURCE: 'first line\nsecond line' } },
  );
  expect(exitCode).toBe(0);
  expect(emulator.state.secretSet('keys')?.values).toEqual({
    VOICE_A: 'a-value',
    TARGET: 'first line\nsecond line',
  });
});

test('requests and uploads use the proxy of the environment', async () => {
  const asked: (string | undefined)[] = [];
  const proxy = createServer().on('connect', (request, socket: Socket) => {
    asked.push(request.url);
    const upstream = connect(Number(new URL(emulator.url).port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(upstream).pipe(socket);
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  try {
    const { exitCode } = await run(
      {
        ...credentials['API key'],
        ...voice,
        image: '',
        'cloud-build': 'true',
        'api-url': 'http://platform.localhost:8080',
      },
      {
        environment: { http_proxy: `http://127.0.0.1:${port}` },
        files: { Dockerfile: 'FROM scratch\n' },
      },
    );
    expect(exitCode).toBe(0);
    // The emulator has its own storage, so the upload used the same address.
    expect(emulator.state.uploads()).toMatchObject([{ bytes: expect.any(Number) }]);
    expect(new Set(asked)).toEqual(new Set(['platform.localhost:8080']));
  } finally {
    proxy.close();
  }
});
