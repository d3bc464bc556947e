import { expect, test } from '@jest/globals';
import { runAction } from '../scripts/runner.js';

/** Makes what the action waits for while it packs never settle. */
const neverSettling = `data:text/javascript,${encodeURIComponent(
  "import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module'; fs.promises.mkdtemp = () => new Promise(() => {}); syncBuiltinESMExports();",
)}`;

const inputs = {
  'agent-name': 'order-desk',
  region: 'us-west',
  'cloud-build': 'true',
  'dry-run': 'true',
};
/** Runs of Dependabot have no credential, and check what can be checked without one. */
const environment = { GITHUB_ACTOR: 'dependabot[bot]' };
const files = { Dockerfile: 'FROM scratch' };

test('a run that waits for nothing any more fails with one error line', async () => {
  const run = await runAction({
    inputs,
    files,
    environment: { ...environment, NODE_OPTIONS: `--import=${neverSettling}` },
  });
  expect(run.exitCode).toBe(1);
  expect(run.raw.match(/^::error/gm)).toHaveLength(1);
  expect(run.raw).toContain('The action stopped before the run was finished.');
});

test('a run that ends says nothing of it', async () => {
  const run = await runAction({ inputs, files, environment });
  expect(run.exitCode).toBe(0);
  expect(run.raw).not.toContain('stopped before');
});
