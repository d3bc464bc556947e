import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { onSystemsWith } from '../support/systems.js';
import { pathsOf, problemsOf, Workspace } from './tree.js';

let workspace: Workspace;

beforeEach(async () => {
  workspace = await Workspace.create();
});

afterEach(() => {
  workspace.remove();
});

test.each([
  { given: 'Dockerfile', path: 'Dockerfile' },
  { given: './Dockerfile', path: 'Dockerfile' },
  { given: 'docker/Dockerfile', path: 'docker/Dockerfile' },
  { given: './docker/../docker//Dockerfile', path: 'docker/Dockerfile' },
  { given: 'docker/Dockerfile/', path: 'docker/Dockerfile' },
])('$given is $path', async ({ given, path }) => {
  await workspace.write({ Dockerfile: '', 'docker/Dockerfile': '' });
  expect((await workspace.select({ dockerfile: given })).dockerfile).toBe(path);
});

test('an absolute path inside the context becomes relative', async () => {
  await workspace.write({ 'agent/docker/Dockerfile': '' });
  const dockerfile = join(workspace.path, 'agent/docker/Dockerfile');
  expect(await workspace.select({ directory: 'agent', dockerfile })).toMatchObject({
    dockerfile: 'docker/Dockerfile',
  });
});

describe('the Dockerfile is packed even if it is excluded by', () => {
  test.each([
    { name: 'the ignore file', ignore: '**', exclude: [] },
    { name: 'a folder', ignore: 'docker', exclude: [] },
    { name: 'what is excluded', ignore: '', exclude: ['Dockerfile.key', 'docker'] },
    { name: 'its own name', ignore: '', exclude: [] },
  ])('$name', async ({ ignore, exclude }) => {
    await workspace.write({ 'docker/Dockerfile.key': 'FROM x', '.dockerignore': ignore });
    const context = await workspace.select({ dockerfile: 'docker/Dockerfile.key', exclude });
    expect(context.entries).toContainEqual(
      expect.objectContaining({ path: 'docker/Dockerfile.key', kind: 'file', bytes: 6 }),
    );
    expect(context.excludedSecrets).toEqual([]);
  });

  test('the defaults', async () => {
    await workspace.write({ 'build/Dockerfile': '', 'build/a': '' });
    const context = await workspace.select({ dockerfile: 'build/Dockerfile' });
    expect(pathsOf(context)).toEqual(['build/Dockerfile']);
  });
});

describe('a Dockerfile behind links', () => {
  test('is packed as a file, not as a link', async () => {
    await workspace.write({ 'docker/prod': 'FROM prod', Dockerfile: { link: 'docker/prod' } });
    expect((await workspace.select()).entries).toEqual([
      expect.objectContaining({ path: 'Dockerfile', kind: 'file', bytes: 9 }),
      expect.objectContaining({ path: 'docker/prod', kind: 'file', bytes: 9 }),
    ]);
  });

  test('is packed with the links in its path, even if those are excluded', async () => {
    await workspace.write({
      'images/agent/Dockerfile': { link: '../base' },
      'images/base': 'FROM base',
      current: { link: 'images' },
      'images/now': { link: 'agent' },
      '.dockerignore': '*',
    });
    const context = await workspace.select({ dockerfile: 'current/now/Dockerfile' });
    expect(context.dockerfile).toBe('current/now/Dockerfile');
    expect(context.entries).toEqual([
      expect.objectContaining({ path: 'current', kind: 'link', target: 'images' }),
      expect.objectContaining({ path: 'images/agent/Dockerfile', kind: 'file', bytes: 9 }),
      expect.objectContaining({ path: 'images/now', kind: 'link', target: 'agent' }),
    ]);
  });

  test('can be read after the context is unpacked', async () => {
    await workspace.write({
      'images/agent/Dockerfile': { link: '../base' },
      'images/base': 'FROM base',
      current: { link: 'images/agent' },
      '.dockerignore': '*',
    });
    const { archive, dockerfile } = await workspace.pack({ dockerfile: 'current/Dockerfile' });
    const unpacked = join(workspace.outside, 'unpacked');
    await mkdir(unpacked);
    execFileSync('tar', ['-xzf', archive, '-C', unpacked]);
    expect(readFileSync(join(unpacked, dockerfile), 'utf8')).toBe('FROM base');
  });

  test.each([
    { name: 'the file', link: 'Dockerfile', target: '../outside/Dockerfile' },
    { name: 'an absolute one', link: 'Dockerfile', target: '/etc/hostname' },
    { name: 'a folder', link: 'docker', target: '../outside' },
  ])('must be inside the context: $name', async ({ link, target }) => {
    await workspace.write({ '../outside/Dockerfile': '', [link]: { link: target } });
    const dockerfile = link === 'docker' ? 'docker/Dockerfile' : link;
    expect(await problemsOf(workspace.select({ dockerfile }))).toEqual([
      {
        about: `Dockerfile \`${dockerfile}\``,
        message: `points outside the context, through the link \`${link}\``,
        next: expect.stringContaining('to a file in the context'),
      },
    ]);
  });

  test('must not be in a loop of links', async () => {
    await workspace.write({ Dockerfile: { link: 'other' }, other: { link: 'Dockerfile' } });
    expect(await problemsOf(workspace.select())).toEqual([
      expect.objectContaining({ message: expect.stringContaining('has too many links') }),
    ]);
  });
});

describe('the Dockerfile cannot be', () => {
  test.each([
    { name: 'outside', dockerfile: '../Dockerfile', says: 'is outside the context' },
    {
      name: 'at an absolute path',
      dockerfile: '/etc/hostname',
      says: 'is outside the context',
    },
    { name: 'a folder', dockerfile: 'docker', says: 'is a folder' },
    { name: 'the context', dockerfile: '', says: 'is a folder' },
    {
      name: 'a name that is too long',
      dockerfile: 'D'.repeat(300),
      says: 'cannot be read (ENAMETOOLONG)',
    },
  ])('$name', async ({ dockerfile, says }) => {
    await workspace.write({ 'agent/docker/a': '', Dockerfile: '' });
    await expectRefusal(dockerfile, says);
  });

  onSystemsWith('named pipes').test('a pipe', async () => {
    await workspace.write({ 'agent/a': '' });
    execFileSync('mkfifo', [join(workspace.path, 'agent/pipe')]);
    await expectRefusal('pipe', 'is not a regular file');
  });

  async function expectRefusal(dockerfile: string, says: string): Promise<void> {
    expect(await problemsOf(workspace.select({ directory: 'agent', dockerfile }))).toEqual([
      {
        about: `Dockerfile \`${dockerfile}\``,
        message: expect.stringContaining(says),
        next: expect.stringContaining('relative to it'),
      },
    ]);
  }
});

describe('for a Dockerfile that does not exist, the error', () => {
  test.each([
    {
      name: 'those nearby',
      tree: [
        'docker/Dockerfile',
        'Dockerfile.dev',
        'x/prod.Dockerfile',
        'a/b/Dockerfile',
        'y/dockerfile',
      ],
      next: 'such as `Dockerfile.dev`, `docker/Dockerfile`, `x/prod.Dockerfile`, `y/dockerfile`.',
    },
    {
      name: 'no more than five',
      tree: ['1', '2', '3', '4', '5', '6'].map((folder) => `${folder}/Dockerfile`),
      next: 'such as `1/Dockerfile`, `2/Dockerfile`, `3/Dockerfile`, `4/Dockerfile`, `5/Dockerfile`.',
    },
    {
      name: 'that there are none',
      tree: ['a/b/Dockerfile', 'Dockerfile.dockerignore', 'node_modules/Dockerfile'],
      next: 'There is no Dockerfile in the top two levels',
    },
  ])('says $name', async ({ tree, next }) => {
    await workspace.write(Object.fromEntries(tree.map((path) => [path, ''])));
    expect(await problemsOf(workspace.select({ dockerfile: './Dockerfile' }))).toEqual([
      {
        about: 'Dockerfile `./Dockerfile`',
        message: `does not exist; looked for \`${join(workspace.path, 'Dockerfile')}\``,
        next: expect.stringContaining(next),
      },
    ]);
  });

  test('also says it for a link that leads nowhere', async () => {
    await workspace.write({ Dockerfile: { link: 'missing' } });
    expect(await problemsOf(workspace.select())).toEqual([
      expect.objectContaining({ message: expect.stringContaining('does not exist') }),
    ]);
  });
});
