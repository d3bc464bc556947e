import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Workspace } from './tree.js';

let workspace: Workspace;

beforeEach(async () => {
  workspace = await Workspace.create();
});

afterEach(() => workspace.remove());

test('selects the files of a folder, in the order of their paths', async () => {
  await workspace.write({ 'b.txt': '123', Dockerfile: 'FROM scratch', 'a/c.txt': '4' });
  expect(await workspace.select()).toMatchObject({
    dockerfile: 'Dockerfile',
    files: 3,
    bytes: 16,
    ignoreFile: undefined,
    leftOut: [],
    holdsGit: false,
    entries: [
      { path: 'Dockerfile', kind: 'file', bytes: 12, isExecutable: false, target: undefined },
      { path: 'a/c.txt', kind: 'file', bytes: 1, isExecutable: false, target: undefined },
      { path: 'b.txt', kind: 'file', bytes: 3, isExecutable: false, target: undefined },
    ],
  });
});
