import { describe, expect, test } from '@jest/globals';
import { readInputs } from '../../src/inputs/read-inputs.js';
import { GitHubServer } from '../support/github-server.js';
import { credentials, inputVariables, stageForEachTest, writes } from '../support/release-run.js';

const job = {
  GITHUB_WORKSPACE: '/workspace',
  GITHUB_REPOSITORY: 'acme/voice',
  GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567',
  GITHUB_RUN_ID: '4711',
  GITHUB_WORKFLOW: 'Release',
  GITHUB_JOB: 'plan',
};

const base = {
  'api-key': 'sk_0123456789',
  'agent-name': 'voice-{region}',
  image: 'ghcr.io/acme/voice:1.0',
  region: 'us-west, eu-central',
};
const token = { 'github-token': 'ghs_hidden-token' };

function read(inputs: Record<string, string>, environment: Record<string, string> = {}) {
  return readInputs({ ...job, ...inputVariables({ ...base, ...inputs }), ...environment }, () =>
    Promise.reject(Object.assign(new Error('no such file'), { code: 'ENOENT' })),
  );
}

/** The problems as `input: message`. */
async function problems(inputs: Record<string, string>): Promise<string[]> {
  const reading = await read(inputs);
  return reading.problems.map(({ input, message }) => `${input}: ${message}`);
}

describe('GitHub is told nothing', () => {
  test.each([
    { name: 'without inputs for it', inputs: {} },
    { name: 'with a token alone', inputs: token },
    { name: 'with a token and comment: false', inputs: { ...token, comment: 'false' } },
  ])('$name', async ({ inputs }) => {
    const { inputs: read_, problems: list, warnings } = await read(inputs);
    expect([list, warnings]).toEqual([[], []]);
    expect(read_).toBeDefined();
    expect(read_?.github).toBeUndefined();
  });
});

describe('without a token', () => {
  test.each([
    {
      name: 'an environment',
      inputs: { environment: 'production-{region}' },
      told: ['environment'],
    },
    { name: 'a comment', inputs: { comment: 'true' }, told: ['comment'] },
    {
      name: 'both',
      inputs: { environment: 'production-{region}', comment: 'true' },
      told: ['environment', 'comment'],
    },
    {
      name: 'a comment with the plan',
      inputs: { comment: 'true', 'dry-run': 'true' },
      told: ['comment'],
    },
  ])('$name cannot be asked for', async ({ inputs, told }) => {
    expect(await problems(inputs)).toEqual(
      told.map((input) => expect.stringMatching(new RegExp(`^${input}: needs \`github-token\``))),
    );
  });

  test('a run that gets no secrets is checked all the same, and ends green', async () => {
    const { problems: list, inputs } = await read({
      'api-key': '',
      'dry-run': 'true',
      'github-token': '',
      comment: 'true',
      environment: 'production-{region}',
    });
    expect(list).toEqual([]);
    expect(inputs).toMatchObject({ isDryRun: true, access: undefined, github: undefined });
  });
});

describe('an environment', () => {
  test.each([
    'production',
    'production-{region}',
    'Production / {region} (voice)',
    'Überall {region}, {region}',
    `${'e'.repeat(247)}{region}`,
  ])('may be %s', async (environment) => {
    const { inputs, problems: list } = await read({ ...token, environment });
    expect(list).toEqual([]);
    expect(inputs?.github?.environment).toBe(environment);
  });

  test.each([
    { name: 'another placeholder', environment: 'production-{Region}' },
    { name: 'a version', environment: 'production-{version}-{region}' },
    { name: 'two lines', environment: 'us-west: one\neu-central: two' },
    { name: 'lines of Windows', environment: 'one\r\ntwo' },
    { name: 'more than 255 characters', environment: 'e'.repeat(256) },
  ])('cannot be $name', async ({ environment }) => {
    expect(await problems({ ...token, environment })).toEqual([
      expect.stringMatching(/^environment: (`|a text of 256 ).* is not the name of an environment/),
    ]);
  });

  test('has no effect without an agent', async () => {
    const secretsOnly = {
      'agent-name': '',
      image: '',
      'secret-set': 'keys-{region}',
      secrets: 'A=1',
    };
    expect(await problems({ ...token, ...secretsOnly, environment: 'production' })).toEqual([
      'environment: has no effect without `agent-name`, which is not set',
    ]);
  });

  test('is warned of where several regions share it', async () => {
    const { warnings } = await read({ ...token, environment: 'production' });
    expect(warnings).toEqual([expect.stringMatching(/has no `\{region\}`.*`production`/)]);
    const one = await read({ ...token, environment: 'production', region: 'us-west' });
    expect(one.warnings).toEqual([]);
    const previews = await read({
      ...token,
      environment: 'preview',
      'agent-name': 'voice-pr-{pr}-{region}',
      'pr-number': '7',
    });
    expect(previews.problems).toEqual([]);
    expect(previews.warnings).toEqual([]);
  });

  test('is warned of where the wait is left out that would end it', async () => {
    const { warnings, inputs } = await read({
      ...token,
      environment: 'production-{region}',
      'wait-for-ready': 'false',
    });
    expect(warnings).toEqual([expect.stringContaining('creates no GitHub deployment')]);
    expect(inputs?.github).toBeUndefined();
  });

  test.each(['sk_hidden', 'ghp_hidden-{foo}', 'A=hidden'])(
    'that is a value in the wrong place is not shown: %s',
    async (environment) => {
      const { problems: list, warnings } = await read({ ...token, environment });
      expect([...list.map(({ message }) => message), ...warnings]).toHaveLength(1);
      expect(JSON.stringify([list, warnings])).not.toContain('hidden');
    },
  );
});

describe('the comment', () => {
  test.each(['yes', '1', 'on'])('is no %s', async (comment) => {
    expect(await problems({ ...token, comment })).toEqual([
      `comment: \`${comment}\` is neither \`true\` nor \`false\``,
    ]);
  });

  test('is another one for another plan, and the same for the same', async () => {
    const keyOf = async (inputs: Record<string, string>, environment = {}) =>
      (await read({ ...token, comment: 'true', ...inputs }, environment)).inputs?.github
        ?.commentKey;
    const key = await keyOf({});
    expect(key).toBeDefined();
    expect(await keyOf({ image: 'ghcr.io/acme/voice:2.0' }, { GITHUB_RUN_ID: '4712' })).toBe(key);
    const same = [
      await keyOf({ region: 'eu-central, us-west' }),
      await keyOf({ 'secret-set': 'keys-{region}', secrets: 'A=1' }),
      await keyOf({}, { GITHUB_JOB: 'other', GITHUB_WORKFLOW: 'Other' }),
    ];
    expect(new Set([key, ...same]).size).toBe(1);
    const others = [
      await keyOf({ 'agent-name': 'sales-{region}' }),
      await keyOf({ region: 'us-west, us-east' }),
      await keyOf({ environment: 'staging-{region}' }),
      await keyOf({ 'api-url': 'https://staging.example' }),
      await keyOf({ 'api-key': '', pat: 'pcc_pat_0123456789', organization: 'acme' }),
    ];
    expect(new Set([key, ...others]).size).toBe(6);
  });
});

describe('where GitHub is', () => {
  test('is what the job says', async () => {
    const { inputs } = await read(
      { ...token, comment: 'true' },
      {
        GITHUB_API_URL: 'https://git.example.com/api/v3/',
        GITHUB_SERVER_URL: 'https://git.example.com',
      },
    );
    expect(inputs?.github).toMatchObject({
      apiUrl: 'https://git.example.com/api/v3',
      owner: 'acme',
      repository: 'voice',
      runUrl: 'https://git.example.com/acme/voice/actions/runs/4711',
    });
  });

  test('is github.com where the job says nothing', async () => {
    const { inputs } = await read({ ...token, comment: 'true' });
    expect(inputs?.github).toMatchObject({
      apiUrl: 'https://api.github.com',
      runUrl: 'https://github.com/acme/voice/actions/runs/4711',
    });
  });

  test('the token is masked, whatever becomes of it', async () => {
    const { secrets } = await read({ ...token, comment: 'perhaps' });
    expect(secrets.map((secret) => secret.reveal())).toContain('ghs_hidden-token');
  });
});

describe('of a run', () => {
  const stage = stageForEachTest();

  test('each agent gets a deployment in the environment of its region', async () => {
    const github = await GitHubServer.start();
    try {
      github.refs.add(job.GITHUB_SHA);
      const { succeeded, actions } = await stage.release(
        {
          ...base,
          ...credentials['API key'],
          'github-token': 'ghs_hidden-job-token',
          environment: 'production-{region}',
        },
        { environment: { ...job, GITHUB_API_URL: github.apiUrl } },
      );
      expect(succeeded).toBe(true);
      expect(github.deployments.map(({ environment }) => environment).sort()).toEqual([
        'production-eu-central',
        'production-us-west',
      ]);
      expect(actions.everything).not.toContain('ghs_hidden-job-token');
    } finally {
      await github.close();
    }
  });

  test('nothing is written on the platform where an input for GitHub is wrong', async () => {
    const { succeeded, actions } = await stage.release({
      ...base,
      ...credentials['API key'],
      environment: 'production-{foo}',
    });
    expect(succeeded).toBe(false);
    expect(writes(stage.emulator)).toEqual([]);
    expect(actions.errors[0]?.message).toContain('is not the name of an environment');
  });
});
