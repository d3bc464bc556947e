import { describe, expect, test } from '@jest/globals';
import { credentials, stageForEachTest, writes } from '../support/release-run.js';

/** Only fields that decide something may fail a release. Anything else in the platform's lists is ignored. */

const stage = stageForEachTest();

const voice = {
  region: 'us-west',
  'agent-name': 'voice',
  image: 'ghcr.io/acme/voice:1',
  'secret-set': 'keys',
  secrets: 'OPENAI_KEY=first-value',
};

/** Adds entries before and after the platform's own entries of a list. */
const around =
  (field: string, ...entries: unknown[]) =>
  (answer: unknown): unknown => {
    const list = (answer as Record<string, unknown[]>)[field] ?? [];
    return { ...(answer as object), [field]: [...entries, ...list, ...entries] };
  };

/** Overwrites fields of the platform's own entries of a list. */
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
    name: 'the list of regions contains entries of other types',
    path: /\/regions$/,
    change: around('regions', ...strange),
  },
  {
    name: 'the fields of regions that are only shown have other types',
    path: /\/regions$/,
    change: each('regions', {
      display_name: 7,
      supported_architectures: 'arm64',
      default_architecture: ['arm64'],
      added_later: { nested: true },
    }),
  },
  {
    name: 'the fields of regions are null',
    path: /\/regions$/,
    change: each('regions', {
      display_name: null,
      supported_architectures: null,
      default_architecture: null,
    }),
  },
  {
    name: 'the architectures of a region contain null',
    path: /\/regions$/,
    change: each('regions', { supported_architectures: ['arm64', null] }),
  },
  {
    name: 'the list of secret sets contains entries of other types',
    path: /\/secrets$/,
    change: around('sets', ...strange),
  },
  {
    name: 'other secret sets lack a type, a region or a status',
    path: /\/secrets$/,
    change: around(
      'sets',
      { name: 'other-1' },
      { name: 'other-2', type: 5, region: null, status: {} },
    ),
  },
  {
    name: 'other secret sets have an unknown type',
    path: /\/secrets$/,
    change: around('sets', {
      name: 'other',
      type: 'certificate',
      region: 'us-west',
      status: 'ready',
    }),
  },
  {
    name: 'the fields of secret sets that are only shown have other types',
    path: /\/secrets$/,
    change: each('sets', { errorMessage: { text: 'no' }, source: 5 }),
  },
  {
    name: 'the keys of a secret set contain entries of other types',
    path: set,
    change: around('secrets', ...strange, { fieldName: 5 }, { fieldName: null }),
  },
  {
    name: 'the fields of one secret set that are only shown have other types',
    path: set,
    change: (answer) => ({ ...(answer as object), errorMessage: 5, source: [] }),
  },
  { name: 'the properties are null', path: /\/properties$/, change: () => ({ properties: null }) },
  {
    name: 'the properties have another type',
    path: /\/properties$/,
    change: () => ({ properties: { defaultRegion: 5 } }),
  },
  {
    name: 'the fields of an agent that are only shown have other types',
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
    name: 'the errors and conditions of an agent contain null',
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

describe.each(Object.entries(credentials))('with an %s, a release succeeds if', (_, credential) => {
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

describe('with a token, a release succeeds if', () => {
  test.each<Altered>([
    {
      name: 'the list of organizations contains entries of other types',
      path: /\/organizations$/,
      change: around('organizations', ...strange),
    },
    {
      name: 'the fields of organizations that are only shown have other types',
      path: /\/organizations$/,
      change: each('organizations', { verboseName: 5, id: ['x'] }),
    },
    {
      name: 'the list of agent profiles contains entries of other types',
      path: /\/agent-profiles$/,
      change: around('agentProfiles', ...strange),
      inputs: { 'agent-profile': 'voice-large' },
    },
    {
      name: 'the fields of agent profiles that are only shown have other types',
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
      name: 'the agent profiles cannot be parsed',
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

describe('a release fails and names the field if the platform sends a wrong type for', () => {
  test.each<Altered & { readonly field: string }>([
    {
      name: 'the region of the secret set that it writes',
      path: /\/secrets$/,
      change: each('sets', { region: 5 }),
      field: 'region',
    },
    {
      name: 'the type of the secret set that it writes',
      path: /\/secrets$/,
      change: each('sets', { type: null }),
      field: 'type',
    },
    {
      name: 'the status of the secret set that it waits for',
      path: set,
      change: (answer) => ({ ...(answer as object), status: 5 }),
      field: 'status',
    },
    {
      name: 'the code of every region',
      path: /\/regions$/,
      change: each('regions', { code: 5 }),
      field: 'code',
    },
    {
      name: 'the default region and `region` is omitted',
      path: /\/properties$/,
      change: () => ({ properties: { defaultRegion: 5 } }),
      inputs: { region: '' },
      field: 'defaultRegion',
    },
    {
      name: 'the readiness of the agent',
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

describe('a release rejects a self-hosted region before the first write in any region if it is recognized by', () => {
  test.each<{ name: string; fields: Record<string, unknown> }>([
    { name: 'its code', fields: { code: 'pce-berlin' } },
    { name: 'its display name', fields: { display_name: 'Berlin (self-hosted)' } },
    { name: 'a field `self_hosted`', fields: { self_hosted: true } },
    { name: 'a field `isSelfHosted`', fields: { isSelfHosted: true } },
    { name: 'the value of its field `type`', fields: { type: 'self-hosted' } },
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
