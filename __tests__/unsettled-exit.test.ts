import { expect, test } from '@jest/globals';
import { runAction } from '../scripts/runner.js';

/** Makes a promise that the action awaits during packing never settle. */
const neverSettling = `data:text/javascript,${encodeURIComponent(
  "import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module'; fs.promises.mkdtemp = () => new Promise(() => {}); syncBuiltinESMExports();",
)}`;

const inputs = {
  'agent-name': 'order-desk',
  region: 'us-west',
  'cloud-build': 'true',
  'dry-run': 'true',
};
/** A run of Dependabot has no credential, and only checks inputs and files. */
const environment = { GITHUB_ACTOR: 'dependabot[bot]' };
const files = { Dockerfile: 'FROM scratch' };

test('a run that waits for a promise that never settles fails with one error line', async () => {
  const run = await runAction({
    inputs,
    files,
    environment: { ...environment, NODE_OPTIONS: `--import=${neverSettling}` },
  });
  expect(run.exitCode).toBe(1);
  expect(run.raw.match(/^::error/gm)).toHaveLength(1);
  expect(run.raw).toContain('The action stopped before the run was finished.');
});

test('a run that ends normally prints no such line', async () => {
  const run = await runAction({ inputs, files, environment });
  expect(run.exitCode).toBe(0);
  expect(run.raw).not.toContain('stopped before');
});
