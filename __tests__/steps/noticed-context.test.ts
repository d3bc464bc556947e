import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readTextFile } from '../../src/inputs/files.js';
import { checkoutForEachTest } from '../support/checkout.js';
import { credentials, ofDependabot, stageForEachTest, writes } from '../support/release-run.js';

/** What a user should know about a build context before it is uploaded, or although it is. */

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

describe('the summary has a line about', () => {
  test.each([
    {
      name: 'a file with credentials in the build context',
      files: { 'keys/id_rsa': 'x' },
      folder: undefined,
      says: '`keys/id_rsa`',
    },
    {
      name: 'a Git LFS pointer in the build context',
      files: {
        'model.onnx': `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 5\n`,
      },
      folder: undefined,
      says: '`model.onnx`',
    },
    {
      name: 'an empty submodule in the build context',
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

describe('a Dockerfile at the top of the workspace and one next to the settings file', () => {
  const both = {
    Dockerfile: 'FROM scratch\n',
    'server/Dockerfile': 'FROM scratch\n',
    'server/pcc-deploy.toml': settings,
  };
  const inputs = { ...plan, 'config-file': 'server/pcc-deploy.toml' };
  const notice = 'The build context is `.`, with `Dockerfile`.';

  test('cause a notice that says which context is used', async () => {
    checkout.write(both);
    const { succeeded, actions } = await check(inputs);
    expect(succeeded).toBe(true);
    expect(actions.notices.join('\n')).toContain(notice);
    expect(actions.notices.join('\n')).toContain('`build-context: server`');
  });

  test.each([
    {
      name: '`build-context` is the folder of the settings file',
      more: { 'build-context': 'server' },
    },
    { name: '`build-context` is the top of the workspace', more: { 'build-context': './' } },
    { name: '`dockerfile` is given', more: { dockerfile: 'server/Dockerfile' } },
  ])('cause no notice if $name', async ({ more }) => {
    checkout.write(both);
    const { succeeded, actions } = await check({ ...inputs, ...more });
    expect(succeeded).toBe(true);
    expect(actions.notices.join('\n')).not.toContain(notice);
  });

  test('cause no notice if the settings file names the context', async () => {
    checkout.write({
      ...both,
      'server/pcc-deploy.toml': `${settings}[build]\ncontext_dir = "server"\n`,
    });
    const { succeeded, actions } = await check(inputs);
    expect(succeeded).toBe(true);
    expect(actions.notices.join('\n')).not.toContain(notice);
  });

  test.each(['server', 'apps/voice/server'])(
    'cause an error that suggests `build-context: %s` if only the second one exists',
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

describe('patterns of `build-exclude` that are designed to backtrack', () => {
  const stars = (count: number, end: string): string => `${'*a'.repeat(count)}*${end}`;

  test.each([
    { name: 'many asterisks', pattern: stars(40, 'b') },
    { name: 'many asterisks in a folder', pattern: `deep/${stars(40, 'b')}` },
    { name: 'many double asterisks', pattern: `${'**/a/'.repeat(30)}b` },
    { name: 'many question marks', pattern: `${'?*'.repeat(40)}b` },
    { name: 'many character classes', pattern: `${'[a-z]*'.repeat(40)}1` },
    { name: 'many patterns', pattern: Array.from({ length: 300 }, () => stars(20, 'b')).join(',') },
    { name: 'an exception with many asterisks', pattern: `deep, !${stars(40, 'b')}` },
  ])('are matched in a short time: $name', async ({ pattern }) => {
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
    // `build-exclude` may reject the exception; what matters is that the run ends.
    expect(actions.summary).not.toBe('');
    expect(writes(stage.emulator)).toEqual([]);
  });
});
