import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pathsOf, problemsOf, Workspace } from './tree.js';

let workspace: Workspace;

beforeEach(async () => {
  workspace = await Workspace.create();
  await workspace.write({ 'agent/Dockerfile': '', 'agent/a/b/file': '', 'other/file': '' });
});

afterEach(() => {
  workspace.remove();
});

const directory = 'agent';

/** The target that the link has in the context. */
async function targetOf(path: string) {
  const { entries } = await workspace.select({ directory });
  const found = entries.find((entry) => entry.path === path);
  return found?.kind === 'link' ? found.target : undefined;
}

describe('a link that stays in the context is kept', () => {
  test.each([
    { name: 'to a file', link: 'link', target: 'a/b/file' },
    { name: 'to a folder', link: 'link', target: 'a/b' },
    { name: 'to a folder above', link: 'a/b/link', target: '../..' },
    { name: 'to itself', link: 'link', target: 'link' },
    { name: 'to its folder', link: 'link', target: '.' },
    { name: 'to nothing', link: 'link', target: 'missing/file' },
    { name: 'with a slash at its end', link: 'link', target: 'a/' },
    { name: 'with detours', link: 'link', target: './a/../a//b' },
    { name: 'with two dots in a name', link: 'link', target: '..a/b' },
  ])('$name', async ({ link, target }) => {
    await workspace.write({ [`agent/${link}`]: { link: target } });
    expect(await targetOf(link)).toBe(target);
  });

  test.each([
    { name: 'beside it', link: 'link', to: 'Dockerfile', target: 'Dockerfile' },
    { name: 'elsewhere', link: 'a/link', to: 'Dockerfile', target: '../Dockerfile' },
    { name: 'the context', link: 'a/b/link', to: '', target: '../..' },
    { name: 'its own folder', link: 'a/link', to: 'a', target: '.' },
    { name: 'nothing', link: 'a/link', to: 'missing', target: '../missing' },
  ])('and made relative: an absolute one to $name', async ({ link, to, target }) => {
    await workspace.write({ [`agent/${link}`]: { link: join(workspace.path, 'agent', to) } });
    expect(await targetOf(link)).toBe(target);
  });

  test('and made relative, if its target leads to the context through links', async () => {
    await symlink(workspace.path, join(workspace.outside, 'way'));
    const target = join(workspace.outside, 'way/agent/a/b/file');
    await workspace.write({ 'agent/link': { link: target } });
    expect(await targetOf('link')).toBe('a/b/file');
  });

  test('and the files behind it are not packed', async () => {
    await workspace.write({ 'agent/link': { link: 'a' }, 'agent/a/loop': { link: '..' } });
    expect(pathsOf(await workspace.select({ directory }))).toEqual([
      'Dockerfile',
      'a/b/file',
      'a/loop',
      'link',
    ]);
  });
});

describe('a link that points outside the context is rejected', () => {
  test.each([
    { name: 'to a file beside the context', link: 'link', target: '../other/file' },
    { name: 'to the folder above', link: 'link', target: '..' },
    { name: 'from a folder', link: 'a/link', target: '../../other' },
    { name: 'to nothing', link: 'link', target: '../missing' },
    { name: 'to the system', link: 'link', target: '/etc/passwd' },
    { name: 'to nothing in the system', link: 'link', target: '/missing/file' },
    { name: 'and back in again', link: 'link', target: '../agent/Dockerfile' },
  ])('$name', async ({ link, target }) => {
    await workspace.write({ [`agent/${link}`]: { link: target } });
    expect(await problemsOf(workspace.select({ directory }))).toEqual([
      {
        about: `\`${link}\``,
        message: `is a link that points outside the context, to \`${target}\``,
        next: expect.stringContaining('build-exclude'),
      },
    ]);
  });

  test.each([
    { name: 'that is left out itself', target: 'way/other/file' },
    { name: 'to nothing', target: 'way/missing' },
    { name: 'in several steps', target: 'steps/file' },
    { name: 'and up', target: 'deep/../../../other' },
  ])('by another link $name', async ({ target }) => {
    await workspace.write({
      'agent/.dockerignore': 'way\nsteps',
      'agent/way': { link: '..' },
      'agent/steps': { link: 'way/other' },
      'agent/deep': { link: 'a/b' },
      'agent/link': { link: target },
    });
    const problems = await problemsOf(workspace.select({ directory }));
    expect(problems.map(({ about }) => about)).toEqual(['`link`']);
  });

  test('together with all other such links', async () => {
    await workspace.write({
      'agent/b': { link: '..' },
      'agent/a/c': { link: '/etc' },
      'agent/a/d': { link: 'b' },
    });
    const problems = await problemsOf(workspace.select({ directory }));
    expect(problems.map(({ about }) => about)).toEqual(['`a/c`', '`b`']);
  });

  test('unless it is excluded', async () => {
    await workspace.write({ 'agent/venv/bin/python': { link: '/usr/bin/python3' } });
    expect(pathsOf(await workspace.select({ directory }))).toEqual(['Dockerfile', 'a/b/file']);
    await workspace.write({ 'agent/.dockerignore': '' });
    expect(await problemsOf(workspace.select({ directory }))).toHaveLength(1);
  });
});

test('a link with the name of a secret is excluded like a file', async () => {
  await workspace.write({ 'agent/.env': { link: '../../secrets' } });
  expect(await workspace.select({ directory })).toMatchObject({ excludedSecrets: ['.env'] });
});
