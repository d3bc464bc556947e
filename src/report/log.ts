import type { ReleaseLog } from '../release/journal.js';
import type { Actions } from './actions.js';
import { plannedChanges } from './changes.js';
import { duration } from './durations.js';
import { printable } from '../printable.js';
import { stepTitles } from './steps.js';

/** A release's log as the runner shows it: one group a step. */
export function releaseLog(actions: Actions): ReleaseLog {
  return {
    debug: (message) => {
      actions.debug(message);
    },
    info: (message) => {
      actions.info(inert(message));
    },
    notice: (message) => {
      actions.notice(printable(message));
    },
    warning: (message) => {
      actions.warning(printable(message));
    },
    beginStep: (step) => {
      actions.startGroup(stepTitles[step]);
    },
    endStep: (step) => {
      actions.info(
        `${step.outcome === 'done' ? 'Done' : 'Failed'} after ${duration(step.duration)}.`,
      );
      actions.endGroup();
    },
    plan: (plan) => {
      for (const { region, changes } of plannedChanges(plan)) {
        actions.info(inert(`Region ${region}:`));
        for (const change of changes) actions.info(inert(`  ${change.replace(/`/g, '')}`));
      }
    },
  };
}

/** Lines that come from outside, marked as such. */
export function quoted(lines: string): string {
  return inert(lines)
    .split('\n')
    .map((line) => `  | ${line}`)
    .join('\n');
}

/** Text that the runner does not take for commands, which it looks for in every line of the log. */
function inert(text: string): string {
  return printable(text)
    .replace(/##\[/g, '## [')
    .replace(/^(\s*):(?=:)/gm, '$1: ');
}
