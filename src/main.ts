import { cancelledByRunner } from './time/signals.js';
import { readdir } from 'node:fs/promises';
import * as core from '@actions/core';
import { actionsOf } from './report/actions.js';
import { readTextFile } from './inputs/files.js';
import { run } from './run/run.js';
import { systemErrorCode } from './text/system-error.js';
import { systemClock } from './time/clock.js';
import { endProcess } from './time/end-process.js';
import { watchForUnsettledExit } from './time/unsettled-exit.js';

/** A closed log or a full disk must not end a run between two writes. */
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const endWatch = watchForUnsettledExit();

/** The entry point: passes the runner's environment to the run, and its outcome to the runner. */
const succeeded = await run({
  environment: process.env,
  actions: actionsOf(core, (process.env['GITHUB_STEP_SUMMARY'] ?? '') !== ''),
  clock: systemClock,
  cancellation: cancelledByRunner,
  readFile: readTextFile,
  isFolderEmpty: async (path) => {
    try {
      return (await readdir(path)).length === 0;
    } catch (error) {
      return systemErrorCode(error) === 'ENOENT';
    }
  },
  // Loaded only when used, because it takes a quarter of the action's start.
  workflowEvent: async () => (await import('@actions/github')).context,
});
endWatch();
endProcess(succeeded ? core.ExitCode.Success : core.ExitCode.Failure, {
  canBeKilled: cancelledByRunner.aborted,
});
