import { describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator } from '../../emulator/index.js';
import { runAction } from '../../scripts/runner.js';
import { agentFiles } from '../support/checkout.js';
import { credentials } from '../support/release-run.js';
import type { AwkwardValue } from './secrecy/awkward-values.js';
import { disclosures, secretLines } from './secrecy/disclosure.js';
import { echoOf, failureNamed, type Failure } from './secrecy/echoes.js';
import { give, type ways } from './secrecy/giving.js';
import { foreignElements } from './secrecy/markdown-structure.js';
import { all, marker, privateKey, password, username, everything } from './secrecy/rehearsal.js';
import { commandsIn, withoutMasks } from './secrecy/runner-commands.js';

/** The output and the files of the built action, with debug logging. */
describe('the built action', () => {
  const batch = all.flat().filter(({ kind }) => !kind.startsWith('48 KB'));
  const long = all.flat().filter(({ kind }) => kind.startsWith('48 KB'));
  const cases: readonly (Failure & {
    values: readonly AwkwardValue[];
    way: (typeof ways)[number];
  })[] = [
    {
      name: 'a release',
      succeeds: true,
      isTold: false,
      prepare: () => undefined,
      values: batch,
      way: 'secrets',
    },
    {
      name: 'a release of long values',
      succeeds: true,
      isTold: false,
      prepare: () => undefined,
      values: long,
      way: 'secrets-env',
    },
    {
      name: 'a release with JSON',
      succeeds: true,
      isTold: false,
      prepare: () => undefined,
      values: batch,
      way: 'secrets-json',
    },
    {
      name: 'a release with a file',
      succeeds: true,
      isTold: false,
      prepare: () => undefined,
      values: batch,
      way: 'secrets-file',
    },
    ...[
      'a write that is answered 400',
      'a write that is answered 401',
      'provisioning that fails',
      'a traceback and the logs',
      'a rejected deploy',
      'a build that fails',
      'a rejected upload',
      'unexpected JSON',
      'a warning on a deploy',
    ].map((name) => ({ ...failureNamed(name), values: batch, way: 'secrets-env' as const })),
    {
      name: 'a traceback with long values',
      prepare: failureNamed('a traceback and the logs').prepare,
      values: long,
      way: 'secrets-env',
    },
    {
      name: 'inputs that are not valid',
      isTold: false,
      inputs: {
        region: batch[2]?.value ?? '',
        'agent-name': batch[8]?.value ?? '',
        image: batch[9]?.value ?? '',
      },
      prepare: () => undefined,
      values: batch,
      way: 'secrets-env',
    },
  ];

  test.each(cases)(
    'shows no secret value in $name',
    async ({
      inputs,
      prepare,
      isTold = true,
      succeeds = false,
      builds = false,
      values: given,
      way,
    }) => {
      const clockless = await startEmulator({
        secretSetDelay: 50,
        deploymentDelay: 50,
        buildDelay: 50,
      });
      const folder = await mkdtemp(join(tmpdir(), 'secrecy-'));
      const files = ['GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_ENV', 'GITHUB_STEP_SUMMARY'];
      try {
        for (const name of files) await writeFile(join(folder, name), '');
        prepare({ emulator: clockless, clock: { random: () => 0.5 } }, echoOf(given, 3));
        const { inputs: ways, environment, files: checkedOut, expected } = give(way, given);
        const { exitCode, raw, masks, leftovers } = await runAction({
          inputs: {
            'api-url': clockless.url,
            ...credentials['API key'],
            ...everything,
            ...ways,
            ...inputs,
            ...(builds ? { image: '', 'cloud-build': 'true' } : {}),
          },
          environment: {
            ...environment,
            ...Object.fromEntries(files.map((name) => [name, join(folder, name)])),
          },
          files: { ...agentFiles, ...checkedOut },
          debug: true,
        });
        expect(exitCode).toBe(succeeds ? 0 : 1);
        const shown = withoutMasks(raw);
        const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
        if (isTold) expect(shown + texts.join('')).toContain(marker);
        const secrets = [
          ...given.map(({ value }) => value),
          password,
          `${username}:${password}`,
          privateKey,
        ];
        for (const text of [shown, ...texts]) expect(disclosures(secrets, text)).toEqual([]);
        expect(leftovers).toEqual([]);
        const foreign = commandsIn(shown).filter(
          ({ name }) =>
            !['debug', 'group', 'endgroup', 'notice', 'warning', 'error'].includes(name),
        );
        expect(foreign).toEqual([]);
        expect(commandsIn(shown).filter(({ name }) => name === 'error')).toHaveLength(
          succeeds ? 0 : 1,
        );
        // All masks come first, and each of them is for a secret.
        const isMask = raw.split('\n').map((line) => line.startsWith('::add-mask::'));
        expect(isMask.indexOf(false)).toBeGreaterThan(isMask.lastIndexOf(true));
        const lines = new Set(
          [
            ...secrets,
            'ghs_not-to-be-sent',
            Buffer.from(`${username}:${password}`).toString('base64'),
          ].flatMap((one) => secretLines(typeof one === 'string' ? one : one.value)),
        );
        expect(masks.filter((mask) => !lines.has(mask))).toEqual([]);
        if (succeeds && !isTold)
          expect(clockless.state.secretSet('keys')?.values).toEqual(expected);
        expect(foreignElements(texts[3] ?? '')).toEqual([]);
      } finally {
        await clockless.close();
        await rm(folder, { recursive: true, force: true });
      }
    },
  );
});
