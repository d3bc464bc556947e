// Has git run the checks in .githooks before a commit: what `npm ci` and `npm install` do last, in a clone
// that somebody works in. Nothing is done in CI, without git, where there is no clone of its own (a tarball,
// or a folder of another repository), and where somebody has hooks elsewhere. It never fails: no hook is
// worth an installation.
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
