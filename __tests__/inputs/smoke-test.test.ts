import { describe, expect, test } from '@jest/globals';
import { ofDependabot, stageForEachTest } from '../support/release-run.js';

const stage = stageForEachTest();

const untested = {
  'api-key': 'sk_emulator',
  'agent-name': 'voice',
  region: 'us-west',
  image: 'ghcr.io/acme/voice:2.0.0',
};

const inputs = { ...untested, 'smoke-test': 'true', 'public-api-key': 'pk_emulator' };

describe('inputs that are refused before any request', () => {
  const mistakes: readonly {
    readonly given: Readonly<Record<string, string>>;
    readonly told: string;
  }[] = [
    { given: { 'public-api-key': 'sk_private-1' }, told: 'holds a private API key' },
    { given: { 'public-api-key': 'pcc_pat_token-1' }, told: 'holds a personal access token' },
    {
      given: { 'public-api-key': 'sk_private-1', 'smoke-test': 'false' },
      told: 'holds a private API key',
    },
    { given: { 'public-api-key': 'pk_two\nlines-1' }, told: 'contains blanks, line breaks' },
    { given: { 'public-api-key': '' }, told: '`public-api-key`: is empty' },
    { given: { 'wait-for-ready': 'false' }, told: '`smoke-test`: needs `wait-for-ready: true`' },
    {
      given: { 'smoke-test-transport': 'websocket' },
      told: 'such a bot starts only when a client connects',
    },
    { given: { 'smoke-test-transport': 'sip' }, told: '`sip` is not one of' },
    ...['[1]', '"text"', 'null', '{', 'hello-body'].map((body) => ({
      given: { 'smoke-test-body': body },
      told: 'is not a JSON object',
    })),
    { given: { 'smoke-test-body': `{"a":"${'x'.repeat(1_000_001)}"}` }, told: 'at most' },
    ...['bot', '/bot', 'BOT/', 'ws', 'readyz', '/livez', 'bot/health'].map((path) => ({
      given: { 'smoke-test-path': path },
      told: 'but the platform reserves',
    })),
    ...['..', '../start', 'a/../../b', './a', '/a/..'].map((path) => ({
      given: { 'smoke-test-path': path },
      told: 'leaves the session',
    })),
    ...['/', '//', 'a//b', '//bot', 'a b', 'a?b', 'a#b', '%2e%2e/a', 'a\\b', 'ä'].map((path) => ({
      given: { 'smoke-test-path': path },
      told: 'is not a path such as `healthz`',
    })),
    {
      given: { 'smoke-test-duration': '0' },
      told: '`0` is out of range; use a whole number from 1',
    },
    {
      given: { 'smoke-test-timeout': '0' },
      told: '`0` is out of range; use a whole number from 1',
    },
    {
      given: { 'smoke-test-duration': '30', 'smoke-test-timeout': '30' },
      told: 'is 30 s, but must be shorter than `smoke-test-timeout`',
    },
    { given: { 'wait-for-drain': 'true', 'wait-for-ready': 'false' }, told: '`wait-for-drain`' },
    { given: { 'drain-timeout': '60' }, told: 'has no effect without `wait-for-drain`' },
  ];

  test.each(mistakes)('$given', async ({ given, told }) => {
    const { succeeded, actions } = await stage.release({ ...inputs, ...given });
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain(told);
    expect(stage.emulator.requests).toEqual([]);
    for (const hidden of ['sk_private-1', 'pcc_pat_token-1', 'lines-1', 'hello-body']) {
      expect(actions.everything).not.toContain(hidden);
    }
  });

  const alone = [
    ['public-api-key', 'pk_emulator'],
    ['smoke-test-transport', 'daily'],
    ['smoke-test-body', '{}'],
    ['smoke-test-path', 'healthz'],
    ['smoke-test-duration', '7'],
    ['smoke-test-timeout', '77'],
  ] as const;
  test.each(alone)('%s without smoke-test', async (input, value) => {
    const { actions } = await stage.release({ ...untested, [input]: value });
    expect(actions.errors[0]?.message).toContain(
      `\`${input}\`: has no effect without \`smoke-test\``,
    );
    expect(stage.emulator.requests).toEqual([]);
  });

  test.each([['smoke-test'], ['wait-for-drain']])('%s without agent-name', async (input) => {
    const { actions } = await stage.release({
      'api-key': 'sk_emulator',
      region: 'us-west',
      'secret-set': 'keys',
      secrets: 'A=some-value',
      'public-api-key': 'pk_emulator',
      'smoke-test': 'false',
      [input]: 'true',
    });
    expect(actions.errors[0]?.message).toContain(
      `\`${input}\`: has no effect without \`agent-name\``,
    );
  });
});

test('what a smoke test uses may be given where it is switched off', async () => {
  const given = { 'smoke-test': 'false', 'smoke-test-path': '/healthz', 'smoke-test-body': '{}' };
  const { succeeded } = await stage.release({ ...inputs, ...given });
  expect(succeeded).toBe(true);
});

test('a public key of an unknown form is used, with a warning', async () => {
  const { actions } = await stage.release({ ...inputs, 'public-api-key': 'other-form' });
  expect(actions.warnings.join('\n')).toContain('does not begin with `pk_`');
  expect(actions.everything).not.toContain('other-form');
});

describe('a dry run without a public key', () => {
  const plan = { ...inputs, 'public-api-key': '', 'dry-run': 'true' };

  test('is no error in a run of Dependabot', async () => {
    const { succeeded } = await stage.release({ ...plan, 'api-key': '' }, ofDependabot);
    expect(succeeded).toBe(true);
  });

  test('is no error in a run of a fork', async () => {
    const { succeeded } = await stage.release(
      { ...plan, 'api-key': '' },
      {
        event: {
          eventName: 'pull_request',
          payload: {
            pull_request: { head: { repo: { full_name: 'other/voice', fork: true } } },
            repository: { full_name: 'acme/voice' },
          },
        },
      },
    );
    expect(succeeded).toBe(true);
  });

  test('is an error in a run that gets secrets', async () => {
    const { succeeded, actions } = await stage.release(plan);
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain('`public-api-key`: is empty');
    expect(stage.emulator.requests).toEqual([]);
  });
});
