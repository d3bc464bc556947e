import { describe, expect, test } from '@jest/globals';
import { inspect } from 'node:util';
import { checkoutForEachTest } from '../support/checkout.js';
import { credentials } from '../support/release-run.js';
import { disclosures, secretLines } from './secrecy/disclosure.js';
import { give } from './secrecy/giving.js';
import {
  all,
  withGitHub,
  release,
  password,
  username,
  everything,
  known,
  expectSecrecy,
  onStage,
  nothing,
} from './secrecy/rehearsal.js';

/** Secret values that are pasted into the wrong input, or given in an invalid form, are not shown. */
withGitHub();

const checkout = checkoutForEachTest();

const otherInputs = [
  'organization', 'api-url', 'config-file', 'region', 'rollout', 'secret-set', 'secrets-include',
  'secrets-env', 'secrets-file', 'empty-secrets', 'prune-secrets', 'required-secrets', 'keep-versions',
  'image-credentials', 'registry', 'registry-username', 'secrets-timeout', 'agent-name', 'image',
  'cloud-build', 'build-context', 'dockerfile', 'build-exclude', 'build-timeout', 'build-id',
  'min-agents', 'max-agents', 'agent-profile', 'architecture', 'max-session-duration',
  'krisp-viva-audio-filter', 'websocket-auth', 'enable-managed-keys', 'force-redeploy',
  'wait-for-ready', 'failure-logs', 'wait-timeout', 'dry-run', 'environment', 'comment',
] as const; // prettier-ignore

test.each(otherInputs)('a secret value that is pasted into `%s` is not shown', async (input) => {
  await onStage(
    () => undefined,
    async (stage) => {
      for (const [index, { value, kind }] of all.flat().entries()) {
        const forms = [value, `  us-west: ${value}`, `voice ${value} more`];
        for (const pasted of forms.filter((_form, at) => at === 0 || at === index % 3)) {
          const seen = await release(stage, {
            inputs: {
              ...credentials.token,
              ...everything,
              // Valid inputs are released only in some cases, because that takes much longer.
              'dry-run': String(index % 7 !== 0),
              'cloud-build': input === 'build-context' || input === 'dockerfile' ? 'true' : '',
              [input]: pasted,
            },
            // The value is also passed in another input than the one that it is pasted into.
            given: give(input === 'secrets-env' ? 'secrets-json' : 'secrets-env', [
              { kind, value },
            ]),
            environment: checkout.environment,
          });
          // A value that is equal to a name may be shown as that name.
          const areNames = secretLines(value).every((line) => /^[\w.-]+$/.test(line));
          if (areNames && !pasted.startsWith('voice')) continue;
          expectSecrecy(
            seen,
            known([{ kind, value }]).filter(
              (one) => input !== 'registry-username' || one !== `${username}:${password}`,
            ),
          );
        }
      }
    },
  );
});

describe('invalid inputs show no secret value:', () => {
  const forms: readonly {
    name: string;
    inputs: (value: string) => Record<string, string>;
    files?: (value: string) => Record<string, string>;
  }[] = [
    {
      name: 'lines that are not `KEY=value`',
      inputs: (value) => ({ secrets: `GOOD=abcdefgh\n${value}\n!\nLAST=${value}` }),
    },
    {
      name: 'a value of several lines without a delimiter',
      inputs: (value) => ({ secrets: `KEY=${value}\n!` }),
    },
    {
      name: 'a missing delimiter',
      inputs: (value) => ({ secrets: `KEY<<END\n${value}\nEN` }),
    },
    { name: 'a key that is none', inputs: (value) => ({ secrets: `WRONG KEY=${value}` }) },
    {
      name: 'a duplicate key',
      inputs: (value) => ({ secrets: `A<<E-O-F\nx${value}\nE-O-F\nA<<E-O-F\n${value}\nE-O-F` }),
    },
    {
      name: 'invalid JSON',
      inputs: (value) => ({ 'secrets-json': `{"A": "x",\n${value}`, 'secrets-include': '*' }),
    },
    {
      name: 'JSON that is a string',
      inputs: (value) => ({ 'secrets-json': JSON.stringify(value), 'secrets-include': '*' }),
    },
    {
      name: 'JSON with nested objects',
      inputs: (value) => ({
        'secrets-json': JSON.stringify({ A: { B: value } }),
        'secrets-include': '*',
      }),
    },
    {
      name: 'JSON with an invalid key',
      inputs: (value) => ({
        'secrets-json': JSON.stringify({ 'A B': value, C: value, [value]: value }),
        'secrets-include': '*',
      }),
    },
    {
      name: 'JSON with an excluded key',
      inputs: (value) => ({ 'secrets-json': JSON.stringify({ A: value }), 'secrets-include': 'B' }),
    },
    {
      name: 'a missing file',
      inputs: () => ({ 'secrets-file': '.env.x' }),
      files: (value) => ({ '.env.x': `A=x\n${value}\n!` }),
    },
    {
      name: 'a file with an unclosed quote',
      inputs: () => ({ 'secrets-file': '.env.x' }),
      files: (value) => ({ '.env.x': `A="${value.replaceAll('"', '')}\n` }),
    },
    { name: 'items that are no names', inputs: (value) => ({ 'secrets-env': value }) },
    {
      name: 'items that are keys with values',
      inputs: (value) => ({ 'secrets-env': `KEY=${value}` }),
    },
    { name: 'a credential of the wrong kind', inputs: (value) => ({ pat: value }) },
    { name: 'an API key that is none', inputs: (value) => ({ pat: '', 'api-key': value }) },
    { name: 'an API key and a token', inputs: (value) => ({ 'api-key': `sk_${value}` }) },
    {
      name: 'a user name with a password',
      inputs: (value) => ({ 'registry-username': `me:${value}` }),
    },
  ];
  test.each(forms)('$name', async ({ inputs, files = () => ({}) }) => {
    await onStage(
      () => undefined,
      async (stage) => {
        for (const { value } of all.flat()) {
          const seen = await release(stage, {
            inputs: { ...credentials.token, ...everything, ...inputs(value) },
            given: { ...nothing, files: files(value) },
          });
          const places = [
            seen.actions.raw, seen.actions.summary, JSON.stringify(seen.actions.outputs),
            inspect(seen.errors, { depth: 12, maxStringLength: Infinity }),
          ].join('\n'); // prettier-ignore
          // If a value consists of lines `KEY=value`, its keys are names.
          const isRelease = stage.emulator.requests.some(({ method }) => method === 'PUT');
          if (!isRelease) expect(disclosures([value], places)).toEqual([]);
          expect(seen.actions.beforeMasks).toEqual([]);
        }
      },
    );
  });

  test('a bug while reading the inputs', async () => {
    await onStage(
      () => undefined,
      async (stage) => {
        for (const { value, kind } of all.flat()) {
          const seen = await release(stage, {
            inputs: { ...credentials.token, ...everything, 'secrets-file': 'x.env' },
            given: give('secrets-env', [{ kind, value }]),
            readFile: () => Promise.reject(new Error(value, { cause: value })),
          });
          expect(seen.succeeded).toBe(false);
          expectSecrecy(seen, [value]);
        }
      },
    );
  });
});
