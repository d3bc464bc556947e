// Configures git to run the checks in .githooks before a commit. `npm ci` and `npm install` run this last. It does nothing in CI,
// without git, outside of a clone (such as a tarball), and if other hooks are configured. It never fails, because a missing
// hook should not stop an installation.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

function git(...parts) {
  const { status, stdout } = spawnSync('git', parts, { cwd: root, encoding: 'utf8' });
  return { succeeded: status === 0, text: stdout?.trim() ?? '' };
}

const isCi = (process.env.CI ?? '') !== '';
if (!isCi && existsSync(`${root}.git`) && git('config', 'core.hooksPath').text === '') {
  git('config', '--local', 'core.hooksPath', '.githooks');
}
