import { describe, test } from '@jest/globals';

const isWindows = process.platform === 'win32';
const isLinux = process.platform === 'linux';

/** Requirements of some tests, and the reasons why a system may lack them. */
const lacks = {
  signals: isWindows && 'Windows has no signals that a process can answer',
  'named pipes': isWindows && 'Windows has no named pipes among its files',
  modes: isWindows && 'Windows has no modes of files',
  'names of any characters': isWindows && 'Windows forbids < > : " | ? * and line breaks in names',
  'names of any bytes': !isLinux && 'only Linux takes names of files that are not UTF-8',
  'GNU tar': !isLinux && "only Linux has GNU's tar, whose list of an archive is known",
  'processes that can be replaced':
    (isWindows || !('execve' in process)) &&
    'only Node.js from 22.15 on can end a process whose thread hangs and keep the exit code',
} as const;

/** Tests that are skipped if the system lacks something. Another test says so in its name. */
export function onSystemsWith(need: keyof typeof lacks): {
  readonly describe: typeof describe.skip;
  readonly test: typeof test.skip;
  /** Cases of a table; empty if they are skipped. */
  readonly cases: <Case>(...cases: Case[]) => Case[];
} {
  const lack = lacks[need];
  if (lack === false) return { describe, test, cases: (...cases) => cases };
  test.skip(`LEFT OUT: ${lack}`, () => undefined);
  return { describe: describe.skip, test: test.skip, cases: () => [] };
}
