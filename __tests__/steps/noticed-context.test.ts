import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readTextFile } from '../../src/inputs/files.js';
import { checkoutForEachTest } from '../support/checkout.js';
import { credentials, ofDependabot, stageForEachTest, writes } from '../support/release-run.js';

/** What a person should know about a build context before, or although, it is uploaded. */

const stage = stageForEachTest();
const checkout = checkoutForEachTest();

const building = {
  ...credentials['API key'],
  region: 'us-west',
  'agent-name': 'voice',
  'cloud-build': 'true',
};
const plan = { ...building, 'api-key': '', 'dry-run': 'true' };

const release = (inputs: Readonly<Record<string, string>>) =>
  stage.release(inputs, { environment: checkout.environment });

/** A dry run without a credential, which packs the context and sends nothing. */
const check = (inputs: Readonly<Record<string, string>>) =>
  stage.release(inputs, {
    environment: { ...checkout.environment, ...ofDependabot.environment },
    readFile: readTextFile,
  });

const settings = 'agent_name = "voice"\n';

describe('what is noticed is a line of the summary:', () => {
  test.each([
    {
      name: 'a file with credentials',
      files: { 'keys/id_rsa': 'x' },
      folder: undefined,
      says: '`keys/id_rsa`',
    },
    {
      name: 'a pointer of Git LFS',
      files: {
        'model.onnx': `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 5\n`,
      },
      folder: undefined,
      says: '`model.onnx`',
    },
    {
      name: 'a submodule that is empty',
      files: { '.gitmodules': '[submodule "a"]\n\tpath = vendor/prompts\n\turl = https://x\n' },
      folder: 'vendor/prompts',
      says: 'submodules that are empty: `vendor/prompts`',
    },
  ])('$name', async ({ files, folder, says }) => {
    checkout.write({ Dockerfile: 'FROM scratch\n', ...files });
    if (folder !== undefined) mkdirSync(join(checkout.workspace, folder), { recursive: true });
    const { succeeded, actions } = await release(building);
    expect(succeeded).toBe(true);
    expect(actions.summary).toContain(says);
  });
});

describe('a Dockerfile at the top and one beside the settings file', () => {
  const both = {
    Dockerfile: 'FROM scratch\n',
    'server/Dockerfile': 'FROM scratch\n',
    'server/pcc-deploy.toml': settings,
  };
  const inputs = { ...plan, 'config-file': 'server/pcc-deploy.toml' };
  const notice = 'The build context is `.`, with `Dockerfile`.';

  test('are a notice that says which context is used', async () => {
    checkout.write(both);
    const { succeeded, actions } = await check(inputs);
    expect(succeeded).toBe(true);
    expect(actions.notices.join('\n')).toContain(notice);
    expect(actions.notices.join('\n')).toContain('`build-context: server`');
  });

  test.each([
    { name: 'the context is given', more: { 'build-context': 'server' } },
    { name: 'the top is given as the context', more: { 'build-context': './' } },
    { name: 'the Dockerfile is given', more: { dockerfile: 'server/Dockerfile' } },
  ])('are none if $name', async ({ more }) => {
    checkout.write(both);
    const { succeeded, actions } = await check({ ...inputs, ...more });
    expect(succeeded).toBe(true);
    expect(actions.notices.join('\n')).not.toContain(notice);
  });

  test('are none if the settings file names the context', async () => {
    checkout.write({
      ...both,
      'server/pcc-deploy.toml': `${settings}[build]\ncontext_dir = "server"\n`,
    });
    const { succeeded, actions } = await check(inputs);
    expect(succeeded).toBe(true);
    expect(actions.notices.join('\n')).not.toContain(notice);
  });

  test.each(['server', 'apps/voice/server'])(
    'of which only the second one exists are an error that advises `build-context: %s`',
    async (folder) => {
      rmSync(join(checkout.workspace, 'Dockerfile'));
      checkout.write({
        [`${folder}/Dockerfile`]: 'FROM scratch\nCOPY bot.py .\n',
        [`${folder}/bot.py`]: '',
        [`${folder}/pcc-deploy.toml`]: settings,
      });
      const at = { ...plan, 'config-file': `${folder}/pcc-deploy.toml` };
      const { succeeded, actions } = await check(at);
      expect(succeeded).toBe(false);
      expect(actions.errors[0]?.message).toContain(`build-context: ${folder}`);
      expect(actions.errors[0]?.message).not.toContain(`dockerfile: ${folder}/Dockerfile`);
      const followed = await check({ ...at, 'build-context': folder });
      expect(followed.succeeded).toBe(true);
    },
  );
});

describe('patterns of `build-exclude` that were made to backtrack', () => {
  const stars = (count: number, end: string): string => `${'*a'.repeat(count)}*${end}`;

  test.each([
    { name: 'many stars', pattern: stars(40, 'b') },
    { name: 'many stars in a folder', pattern: `deep/${stars(40, 'b')}` },
    { name: 'many double stars', pattern: `${'**/a/'.repeat(30)}b` },
    { name: 'many question marks', pattern: `${'?*'.repeat(40)}b` },
    { name: 'many classes', pattern: `${'[a-z]*'.repeat(40)}1` },
    { name: 'many patterns', pattern: Array.from({ length: 300 }, () => stars(20, 'b')).join(',') },
    { name: 'an exception of many stars', pattern: `deep, !${stars(40, 'b')}` },
  ])('take no time: $name', async ({ pattern }) => {
    const name = 'a'.repeat(200);
    const files = Object.fromEntries(
      Array.from({ length: 100 }, (_, index) => [`deep/${name}${index}`, 'x']),
    );
    checkout.write({
      Dockerfile: 'FROM scratch\n',
      ...files,
      [`${'a/'.repeat(60)}file`]: 'x',
      [name]: 'x',
    });
    const startedAt = performance.now();
    const { actions } = await check({ ...plan, 'build-exclude': pattern });
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    // An exception may be one that `build-exclude` does not take; what matters is that it ends.
    expect(actions.summary).not.toBe('');
    expect(writes(stage.emulator)).toEqual([]);
  });
});
