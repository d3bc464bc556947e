import { readFile } from 'node:fs/promises';
import * as core from '@actions/core';
import { CancelledError } from './cancellation.js';
import { actionsOf } from './report/actions.js';
import { run } from './run.js';
import { systemClock } from './time/clock.js';

/** Milliseconds that what is still under way may hold up the end of a run that was cancelled. */
const lastWords = 100;

const cancellation = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    cancellation.abort(new CancelledError(signal));
  });
}

/** The entry: hands the runner's environment to the run, and its outcome to the runner. */
const succeeded = await run({
  environment: process.env,
  actions: actionsOf(core, (process.env['GITHUB_STEP_SUMMARY'] ?? '') !== ''),
  clock: systemClock,
  cancellation: cancellation.signal,
  readFile: (path) => readFile(path, 'utf8'),
  // Loaded on use only: it costs a quarter of the action's start.
  workflowEvent: async () => (await import('@actions/github')).context,
});
if (!succeeded) process.exitCode = core.ExitCode.Failure;
if (cancellation.signal.aborted) {
  setTimeout(() => process.exit(), lastWords).unref();
}
