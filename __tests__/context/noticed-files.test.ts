import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Workspace } from './tree.js';

let workspace: Workspace;

beforeEach(async () => {
  workspace = await Workspace.create();
});

afterEach(() => {
  workspace.remove();
});

const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12345\n`;

test.each([
  { path: '.npmrc', content: '//registry.npmjs.org/:_authToken=npm_abc', kind: 'credentials' },
  { path: '.netrc', content: 'machine a login b', kind: 'credentials' },
  { path: 'home/_netrc', content: 'machine a', kind: 'credentials' },
  { path: 'keys/id_rsa', content: 'x', kind: 'credentials' },
  { path: 'id_ed25519', content: 'x', kind: 'credentials' },
  { path: '.aws/credentials', content: '[default]', kind: 'credentials' },
  { path: 'home/.docker/config.json', content: '{}', kind: 'credentials' },
  { path: 'model.onnx', content: pointer, kind: 'lfs-pointer' },
] as const)('notices $kind in $path', async ({ path, content, kind }) => {
  await workspace.write({ Dockerfile: 'FROM scratch', [path]: content });
  expect((await workspace.pack()).noticed).toEqual([{ kind, path }]);
});

test.each([
  { path: '.npmrc', content: 'registry=https://registry.npmjs.org' },
  { path: '.npmrc', content: '//registry.npmjs.org/:_authToken=${NPM_TOKEN}' },
  { path: 'id_rsa.pub', content: 'x' },
  { path: 'credentials', content: 'x' },
  { path: 'docker/config.json', content: '{}' },
  { path: '.netrc', content: '' },
  { path: 'notes.md', content: `# ${pointer}` },
  { path: 'large', content: pointer + ' '.repeat(2000) },
])('does not notice $path', async ({ path, content }) => {
  await workspace.write({ Dockerfile: 'FROM scratch', [path]: content });
  expect((await workspace.pack()).noticed).toEqual([]);
});

test('notices submodules that are empty, unless they are excluded', async () => {
  await workspace.write({
    '.gitmodules':
      '[submodule "a"]\n\tpath = server/vendor/a\n\turl = https://x\n[submodule "b"]\n\tpath = server/b\n[submodule "c"]\n\tpath = server/c\n[submodule "d"]\n\tpath = other\n[submodule "e"]\n\tpath = server/build/e\n',
    'server/Dockerfile': 'FROM scratch',
    'server/b/file': 'x',
  });
  for (const folder of ['server/vendor/a', 'server/c', 'server/build/e', 'other']) {
    await mkdir(join(workspace.path, folder), { recursive: true });
  }
  const { noticed } = await workspace.pack({ directory: 'server', exclude: ['c'] });
  expect(noticed).toEqual([{ kind: 'empty-submodule', path: 'vendor/a' }]);
});
