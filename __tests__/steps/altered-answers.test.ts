import { describe, expect, test } from '@jest/globals';
import { credentials, stageForEachTest, writes } from '../support/release-run.js';

/** Only what decides may fail a release: what the platform's lists hold besides is not its concern. */

const stage = stageForEachTest();

const voice = {
  region: 'us-west',
  'agent-name': 'voice',
  image: 'ghcr.io/acme/voice:1',
  'secret-set': 'keys',
  secrets: 'OPENAI_KEY=first-value',
};

/** A list with entries around the platform's own. */
const around =
  (field: string, ...entries: unknown[]) =>
  (answer: unknown): unknown => {
    const list = (answer as Record<string, unknown[]>)[field] ?? [];
    return { ...(answer as object), [field]: [...entries, ...list, ...entries] };
  };

/** The platform's own entries with other fields. */
const each =
  (field: string, fields: Record<string, unknown>) =>
  (answer: unknown): unknown => {
    const list = (answer as Record<string, object[]>)[field] ?? [];
    return { ...(answer as object), [field]: list.map((entry) => ({ ...entry, ...fields })) };
  };

const strange = [null, 5, 'text', [], {}, true];

interface Altered {
  readonly name: string;
  readonly path: RegExp;
  readonly change: (answer: unknown) => unknown;
  readonly inputs?: Readonly<Record<string, string>>;
}

const agent = /\/(?:agents|services)\/voice$/;
const set = /\/secrets\/keys$/;

const harmless: readonly Altered[] = [
  {
    name: 'regions with strange entries',
    path: /\/regions$/,
    change: around('regions', ...strange),
  },
  {
    name: 'regions whose other fields have other types',
    path: /\/regions$/,
    change: each('regions', {
      display_name: 7,
      supported_architectures: 'arm64',
      default_architecture: ['arm64'],
      added_later: { nested: true },
    }),
  },
  {
    name: 'regions whose fields are null',
    path: /\/regions$/,
    change: each('regions', {
      display_name: null,
      supported_architectures: null,
      default_architecture: null,
    }),
  },
  {
    name: 'regions with a null among the architectures',
    path: /\/regions$/,
    change: each('regions', { supported_architectures: ['arm64', null] }),
  },
  { name: 'sets with strange entries', path: /\/secrets$/, change: around('sets', ...strange) },
  {
    name: 'other sets without type, region or status',
    path: /\/secrets$/,
    change: around(
      'sets',
      { name: 'other-1' },
      { name: 'other-2', type: 5, region: null, status: {} },
    ),
  },
  {
    name: 'other sets of an unknown type',
    path: /\/secrets$/,
    change: around('sets', {
      name: 'other',
      type: 'certificate',
      region: 'us-west',
      status: 'ready',
    }),
  },
  {
    name: 'sets whose shown fields have other types',
    path: /\/secrets$/,
    change: each('sets', { errorMessage: { text: 'no' }, source: 5 }),
  },
  {
    name: 'a set with strange keys',
    path: set,
    change: around('secrets', ...strange, { fieldName: 5 }, { fieldName: null }),
  },
  {
    name: 'a set whose shown fields have other types',
    path: set,
    change: (answer) => ({ ...(answer as object), errorMessage: 5, source: [] }),
  },
  { name: 'properties that are null', path: /\/properties$/, change: () => ({ properties: null }) },
  {
    name: 'properties of another type',
    path: /\/properties$/,
    change: () => ({ properties: { defaultRegion: 5 } }),
  },
  {
    name: 'an agent whose shown fields have other types',
    path: agent,
    change: (answer) => {
      const fields = {
        available: 'yes',
        errors: null,
        conditions: 'none',
        warning: 5,
        git: 'main',
        autoScaling: [],
        agentProfile: 7,
        websocketAuth: {},
        activeSessionCount: 'many',
        currentRevision: {
          readyReplicas: '1',
          health: { restartCount: '0', lastExitCode: 'none' },
        },
        previousRevision: [],
      };
      const { body } = answer as { body?: object };
      return body === undefined
        ? { ...(answer as object), ...fields }
        : { body: { ...body, ...fields } };
    },
  },
  {
    name: 'an agent with null entries among errors and conditions',
    path: agent,
    change: (answer) => {
      const fields = { errors: [null], conditions: [null, 5, { type: 5 }] };
      const { body } = answer as { body?: object };
      return body === undefined
        ? { ...(answer as object), ...fields }
        : { body: { ...body, ...fields } };
    },
  },
];

function alter({ path, change }: Pick<Altered, 'path' | 'change'>): void {
  stage.emulator.script.fault({ method: 'GET', path }, { kind: 'altered', change }, { times: 999 });
}

describe.each(Object.entries(credentials))('a release succeeds with an %s and', (_, credential) => {
  test.each(harmless)('$name', async (altered) => {
    stage.emulator.seed.secretSet({ name: 'keys', values: { OPENAI_KEY: 'old' } });
    stage.emulator.seed.agent({ name: 'voice', image: 'ghcr.io/acme/voice:0', secretSet: 'keys' });
    alter(altered);
    const { succeeded, actions } = await stage.release({
      ...credential,
      ...voice,
      ...altered.inputs,
    });
    expect(actions.errors).toEqual([]);
    expect(succeeded).toBe(true);
    expect(stage.emulator.state.serving('voice')?.secretValues).toEqual({
      OPENAI_KEY: 'first-value',
    });
  });
});

describe('with a token, a release succeeds and', () => {
  test.each<Altered>([
    {
      name: 'organizations with strange entries',
      path: /\/organizations$/,
      change: around('organizations', ...strange),
    },
    {
      name: 'organizations whose shown fields have other types',
      path: /\/organizations$/,
      change: each('organizations', { verboseName: 5, id: ['x'] }),
    },
    {
      name: 'profiles with strange entries',
      path: /\/agent-profiles$/,
      change: around('agentProfiles', ...strange),
      inputs: { 'agent-profile': 'voice-large' },
    },
    {
      name: 'profiles whose shown fields have other types',
      path: /\/agent-profiles$/,
      change: each('agentProfiles', {
        enabled: 'yes',
        resources: 5,
        custom: 'no',
        display_name: 7,
      }),
      inputs: { 'agent-profile': 'voice-large' },
    },
    {
      name: 'profiles that cannot be read',
      path: /\/agent-profiles$/,
      change: () => ({ agentProfiles: 'none' }),
      inputs: { 'agent-profile': 'voice-large' },
    },
  ])('$name', async (altered) => {
    stage.emulator.seed.agentProfile({
      organization: 'acme',
      apiName: 'voice-large',
    });
    alter(altered);
    const { succeeded, actions } = await stage.release({
      ...credentials.token,
      ...voice,
      ...altered.inputs,
    });
    expect(actions.errors).toEqual([]);
    expect(succeeded).toBe(true);
  });
});

describe('what decides is strict, and named in the error:', () => {
  test.each<Altered & { readonly field: string }>([
    {
      name: 'the region of the set that is written',
      path: /\/secrets$/,
      change: each('sets', { region: 5 }),
      field: 'region',
    },
    {
      name: 'the type of the set that is written',
      path: /\/secrets$/,
      change: each('sets', { type: null }),
      field: 'type',
    },
    {
      name: 'the status of the set that is awaited',
      path: set,
      change: (answer) => ({ ...(answer as object), status: 5 }),
      field: 'status',
    },
    {
      name: 'codes of regions, if none can be read',
      path: /\/regions$/,
      change: each('regions', { code: 5 }),
      field: 'code',
    },
    {
      name: 'the default region, if it is needed',
      path: /\/properties$/,
      change: () => ({ properties: { defaultRegion: 5 } }),
      inputs: { region: '' },
      field: 'defaultRegion',
    },
    {
      name: 'whether the agent is ready',
      path: /\/agents\/other$/,
      change: (answer) => ({ ...(answer as object), ready: 'yes' }),
      inputs: { 'agent-name': 'other', 'wait-timeout': '60' },
      field: 'ready',
    },
  ])('$name', async ({ path, change, inputs = {}, field }) => {
    const isOfSet = inputs['region'] !== '';
    if (isOfSet) stage.emulator.seed.secretSet({ name: 'keys', values: { OPENAI_KEY: 'old' } });
    alter({ path, change });
    const { succeeded, actions } = await stage.release({
      ...credentials['API key'],
      ...voice,
      ...inputs,
    });
    expect(succeeded).toBe(false);
    expect(actions.errors.map(({ message }) => message).join('\n')).toContain(field);
  });
});

describe('a self-hosted region is told before the first write in any region, by', () => {
  test.each<{ name: string; fields: Record<string, unknown> }>([
    { name: 'its code', fields: { code: 'pce-berlin' } },
    { name: 'its name', fields: { display_name: 'Berlin (self-hosted)' } },
    { name: 'a field', fields: { self_hosted: true } },
    { name: 'a field in another spelling', fields: { isSelfHosted: true } },
    { name: 'the value of a field', fields: { type: 'self-hosted' } },
  ])('$name', async ({ fields }) => {
    const { code = 'eu-central' } = fields;
    stage.emulator.script.fault(
      { method: 'GET', path: /\/regions$/ },
      { kind: 'altered', change: around('regions', { code, display_name: 'Berlin', ...fields }) },
      { times: 9 },
    );
    const { succeeded, actions } = await stage.release({
      ...credentials['API key'],
      ...voice,
      'agent-name': 'voice-{region}',
      'secret-set': 'keys-{region}',
      region: `us-west, ${String(code)}`,
    });
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain(
      `cannot be written in ${String(code)}: a self-hosted region has only referenced sets`,
    );
    expect(writes(stage.emulator)).toEqual([]);
  });
});
