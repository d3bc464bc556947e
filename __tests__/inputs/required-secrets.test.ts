import { beforeEach, describe, expect, test } from '@jest/globals';
import { credentials, stageForEachTest, writes } from '../support/release-run.js';

const stage = stageForEachTest();

const image = 'ghcr.io/acme/voice:1.0.0';
const keys = { ...credentials['API key'], 'secret-set': 'keys' };

const files = {
  '/workspace/.env.example': [
    '# What the agent needs',
    'OPENAI_KEY=sk-your-key-here',
    'export DEEPGRAM_KEY=',
    '',
    'MODEL="gpt"  # or another one',
  ].join('\r\n'),
  '/workspace/config/more.env': 'CARTESIA_KEY=',
  '/workspace/empty.env': '# nothing yet\n',
  '/workspace/odd.env': 'GOOD=1\nwith.dot=1\n',
  '/workspace/names.env': 'A=\nWITHOUT_VALUE\nA=${NOWHERE}\n',
  '/workspace/words.env': 'A=\nWITHOUT A VALUE\n',
};

const required = (list: string, inputs: Readonly<Record<string, string>> = {}) =>
  stage.release({ ...keys, 'required-secrets': list, ...inputs }, { files });

describe('keys that are given or there already are enough', () => {
  test.each([
    { name: 'given', list: 'A, B', secrets: 'A=value-a\nB=value-b' },
    { name: 'one on each line', list: 'A\nB\n', secrets: 'A=value-a\nB=value-b' },
    { name: 'named twice', list: 'A, A', secrets: 'A=value-a' },
    { name: 'there already', list: 'OLD', secrets: 'A=value-a' },
    { name: 'some given, some there', list: 'A, OLD', secrets: 'A=value-a' },
    {
      name: 'of a file',
      list: '.env.example',
      secrets: 'OPENAI_KEY=value-a\nDEEPGRAM_KEY=value-b\nMODEL=value-c',
    },
    {
      name: 'of files and names',
      list: './config/more.env, A',
      secrets: 'CARTESIA_KEY=value-a\nA=value-b',
    },
  ])('$name', async ({ list, secrets }) => {
    stage.emulator.seed.secretSet({ name: 'keys', values: { OLD: 'value-old' } });
    const { succeeded, actions } = await required(list, { secrets });
    expect(actions.errors).toEqual([]);
    expect(succeeded).toBe(true);
  });

  test('of a file with a key twice, a bare name, and a reference, as only names count', async () => {
    const list = 'names.env';
    const { succeeded, actions } = await required(list, { secrets: 'A=value-a\nWITHOUT_VALUE=b' });
    expect(actions.errors).toEqual([]);
    expect(succeeded).toBe(true);
    const without = await required(list, { 'secret-set': 'new-keys', secrets: 'A=value-a' });
    expect(without.actions.errors[0]?.message).toContain('would lack WITHOUT_VALUE');
  });

  test('but a line that is not a key is said, as what is passed over would not be required', async () => {
    const { succeeded, actions } = await required('words.env', { secrets: 'A=value-a' });
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain('`required-secrets`: `words.env` line 2');
    expect(stage.emulator.requests).toEqual([]);
  });

  test('in a set that is only bound, too', async () => {
    stage.emulator.seed.secretSet({ name: 'keys', values: { OLD: 'value-old' } });
    const { succeeded } = await required('OLD', { 'agent-name': 'voice', image });
    expect(succeeded).toBe(true);
  });

  test('in a set of which the keys cannot be read, which may have them', async () => {
    stage.emulator.seed.secretSet({ name: 'keys', referenced: true });
    const { succeeded } = await required('ANYTHING', { 'agent-name': 'voice', image });
    expect(succeeded).toBe(true);
  });
});

describe('a key that is missing fails before any write', () => {
  beforeEach(() => {
    stage.emulator.seed.secretSet({ name: 'keys', values: { A: 'older-a', OLD: 'value-old' } });
  });

  test.each([
    {
      name: 'one',
      list: 'A, GONE',
      inputs: { secrets: 'A=value-a' },
      told: 'secret set keys: would lack GONE after the release, required by `required-secrets`. Pass it',
    },
    {
      name: 'several, of both origins',
      list: 'A, GONE, config/more.env',
      inputs: { secrets: 'A=value-a' },
      told: 'would lack GONE, CARTESIA_KEY after the release, required by `required-secrets`, `config/more.env`. Pass them',
    },
    {
      name: 'all of a file, without the values that stand in it',
      list: '.env.example',
      inputs: { secrets: 'A=value-a' },
      told: 'would lack OPENAI_KEY, DEEPGRAM_KEY, MODEL after the release, required by `.env.example`',
    },
    {
      name: 'one of another case',
      list: 'a',
      inputs: { secrets: 'A=value-a' },
      told: 'would lack a after',
    },
    {
      name: 'one that is pruned',
      list: 'A, OLD',
      inputs: { secrets: 'A=value-a', 'prune-secrets': 'true', 'agent-name': 'voice', image },
      told: 'would lack OLD after',
    },
    {
      name: 'one of a set that is only bound',
      list: 'GONE',
      inputs: { 'agent-name': 'voice', image },
      told: 'would lack GONE after',
    },
    {
      name: 'one that is empty and skipped',
      list: 'NEW',
      inputs: { secrets: 'A=value-a\nNEW=', 'empty-secrets': 'skip' },
      told: 'would lack NEW after',
    },
    {
      name: 'one of a new set',
      list: 'OLD',
      inputs: { 'secret-set': 'new-keys', secrets: 'A=value-a' },
      told: 'secret set new-keys: would lack OLD after',
    },
    {
      name: 'one that an older version has, but this one would not',
      list: 'OLD',
      inputs: { 'secret-set': 'keys-{version}', secrets: 'A=value-a' },
      told: 'would lack OLD after',
    },
  ])('$name', async ({ list, inputs, told }) => {
    const release = await required(list, inputs);
    expect(release.succeeded).toBe(false);
    expect(release.actions.errors).toHaveLength(1);
    expect(release.actions.errors[0]?.message).toContain(told);
    expect(release.actions.everything).not.toContain('sk-your-key-here');
    expect(writes(stage.emulator)).toEqual([]);

    const plan = await required(list, { ...inputs, 'dry-run': 'true' });
    expect(plan.succeeded).toBe(false);
    expect(plan.actions.errors[0]?.message).toContain(told);
  });

  test('in each region that lacks it', async () => {
    stage.emulator.seed.secretSet({
      name: 'keys-us-east',
      region: 'us-east',
      values: { B: 'value-b' },
    });
    const { actions } = await required('A, B', {
      region: 'us-west, us-east',
      'secret-set': 'keys-{region}',
      secrets: 'A=value-a',
    });
    expect(actions.errors[0]?.message).toContain('secret set keys-us-west: would lack B');
    expect(actions.errors[0]?.message).not.toContain('keys-us-east: would lack');
    expect(writes(stage.emulator)).toEqual([]);
  });

  test('one that would be kept as it is given without a value is not', async () => {
    const { succeeded } = await required('OLD', {
      secrets: 'A=value-a\nOLD=',
      'empty-secrets': 'skip',
      'prune-secrets': 'true',
      'agent-name': 'voice',
      image,
    });
    expect(succeeded).toBe(true);
    expect(stage.emulator.state.secretSet('keys')?.values).toHaveProperty('OLD', 'value-old');
  });
});

describe('what is not a list of keys and files is told before anything is sent', () => {
  test.each([
    { name: 'a file that is not there', list: 'no/such.env', told: '`no/such.env` cannot be read' },
    { name: 'a file without keys', list: 'empty.env', told: '`empty.env` has no keys' },
    {
      name: 'a file with a key that is none',
      list: 'odd.env',
      told: 'the key `with.dot` is not valid',
    },
    { name: 'blanks in a key', list: 'A B', told: 'is neither the name of a key' },
    { name: 'a pair', list: 'A=hidden-value', told: 'a text with `=` in it is neither' },
    {
      name: 'a pair with a path',
      list: 'A=/hidden-value',
      told: 'a text with `=` in it is neither',
    },
    { name: 'a credential', list: '$sk_hidden-value', told: 'a credential is neither' },
  ])('$name', async ({ list, told }) => {
    const { succeeded, actions } = await required(list, { secrets: 'A=value-a' });
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.title).toBe('The inputs are not valid');
    expect(actions.errors[0]?.message).toContain('`required-secrets`');
    expect(actions.errors[0]?.message).toContain(told);
    expect(actions.everything).not.toContain('hidden-value');
    expect(stage.emulator.requests).toEqual([]);
  });

  test('also where no set is named', async () => {
    const { succeeded, actions } = await required('A', {
      'secret-set': '',
      'agent-name': 'voice',
      image,
    });
    expect(succeeded).toBe(false);
    expect(actions.errors[0]?.message).toContain(
      '`required-secrets`: has no effect without `secret-set`',
    );
    expect(stage.emulator.requests).toEqual([]);
  });

  test('a file that cannot be read says why', async () => {
    const { actions } = await stage.release(
      { ...keys, secrets: 'A=value-a', 'required-secrets': '.env.example' },
      { readFile: () => Promise.reject(Object.assign(new Error('no'), { code: 'EACCES' })) },
    );
    expect(actions.errors[0]?.message).toContain('`.env.example` cannot be read (EACCES)');
  });
});
