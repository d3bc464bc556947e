import { expect, test } from '@jest/globals';
import * as prettier from 'prettier';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { SimulatedGitHub } from './simulated-github.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A repository before its first release, with the commits that the notes are made from. */
function repository(): SimulatedGitHub {
  const github = new SimulatedGitHub();
  github.push('An older commit without a conventional subject');
  github.push('feat: release voice agents');
  github.push('fix: wait for this deployment');
  return github;
}

async function firstRelease(github: SimulatedGitHub) {
  const { proposed } = await github.run();
  if (!proposed) throw new Error('release-please proposed no release.');
  const pullRequest = github.merge(proposed);
  return { ...(await github.run()), pullRequest };
}

test('the first release is 1.0.0, as a draft with its tag', async () => {
  const github = repository();
  const { released, pullRequest } = await firstRelease(github);

  expect(released).toEqual(['v1.0.0']);
  expect(github.releases).toMatchObject([{ tagName: 'v1.0.0', draft: true }]);
  expect(github.tags.get('v1.0.0')).toBe(pullRequest.sha);
  expect(pullRequest.labels).toEqual(['autorelease: tagged']);
});

test('the notes of the first release list its features, without a link to a comparison', async () => {
  const github = repository();
  await firstRelease(github);

  const changelog = github.read('CHANGELOG.md');
  const notes = github.releases[0]?.notes ?? '';
  for (const text of [changelog, notes]) {
    expect(text).toContain('release voice agents');
    expect(text).toContain('wait for this deployment');
    expect(text).not.toContain('/compare/');
    // There is nothing to compare with, so each change links to its commit.
    const changes = text.match(/^\* .*$/gm) ?? [];
    expect(changes).toHaveLength(2);
    for (const change of changes)
      expect(change).toMatch(
        /\(https:\/\/github\.com\/pipecat-cloud-release\/pipecat-cloud-release\/commit\/\w+\)/,
      );
  }
  expect(changelog.match(/^# .*/gm)).toEqual(['# Changelog']);
  expect(changelog.match(/^## \S+/gm)).toEqual(['## 1.0.0', '## 0.x,']);
});

test('the next release links to a comparison and updates its version everywhere', async () => {
  const github = repository();
  await firstRelease(github);
  github.push('feat: roll back');
  const { proposed } = await github.run();
  if (!proposed) throw new Error('release-please proposed no release.');
  github.merge(proposed);

  expect(proposed.version?.toString()).toBe('1.1.0');
  expect(github.read('CHANGELOG.md')).toContain('/compare/v1.0.0...v1.1.0');
  expect(JSON.parse(github.read('.release-please-manifest.json'))).toEqual({ '.': '1.1.0' });
  for (const path of ['package.json', 'package-lock.json'])
    expect(JSON.parse(github.read(path))).toMatchObject({ version: '1.1.0' });
  for (const path of ['src/version.ts', 'dist/index.js'])
    expect(github.read(path)).toContain("version = '1.1.0'");
  for (const path of ['README.md', 'SECURITY.md']) {
    expect(github.read(path)).toContain('v1.1.0');
    expect(github.read(path)).not.toContain('v1.0.0');
  }
});

test('the release pull request is formatted correctly', async () => {
  const github = repository();
  const { pullRequest } = await firstRelease(github);

  for (const path of pullRequest.files) {
    const { ignored } = await prettier.getFileInfo(join(root, path), {
      ignorePath: join(root, '.prettierignore'),
    });
    const options = await prettier.resolveConfig(join(root, path));
    const isFormatted =
      ignored || (await prettier.check(github.read(path), { ...options, filepath: path }));
    expect({ path, isFormatted }).toEqual({ path, isFormatted: true });
  }
});

test('if the draft and its tag are deleted, changing the label of the pull request creates the release again', async () => {
  const github = repository();
  const { pullRequest } = await firstRelease(github);
  github.releases = [];
  github.tags.clear();
  pullRequest.labels = ['autorelease: pending'];

  const { released, proposed } = await github.run();

  expect(released).toEqual(['v1.0.0']);
  expect(github.tags.get('v1.0.0')).toBe(pullRequest.sha);
  expect(proposed).toBeUndefined();
});
