import type { ReleaseLog } from '../record/journal.js';
import type { StepName, StepRecord } from '../record/record.js';
import type { Actions } from './actions.js';
import { capital, duration, stepTitles } from './words.js';
import { printable } from '../text/printable.js';

/**
 * A release's log as the runner shows it: one group for each step.
 *
 * @param redact removes known secrets from a line, because names of files and the like come from outside
 */
export function releaseLog(
  actions: Actions,
  redact: (text: string) => string = (text) => text,
): ReleaseLog {
  const groups = new Groups(actions);
  return {
    debug: (message) => {
      // It may be hidden, and then its group would be empty.
      actions.debug(redact(message));
    },
    info: (message) => {
      groups.begin();
      actions.info(withoutCommands(redact(message)));
    },
    notice: (message) => {
      groups.begin();
      actions.notice(printable(redact(message)));
    },
    warning: (message) => {
      groups.begin();
      actions.warning(printable(redact(message)));
    },
    beginStep: (step) => {
      groups.add(step);
    },
    endStep: ({ name, outcome, duration: took }) => {
      const ending = `${outcomeWords[outcome]} ${after(took)}.`;
      groups.begin();
      actions.info(capital(groups.isShared ? `${stepTitles[name]}: ${ending}` : ending));
      groups.remove(name);
    },
  };
}

/** How long a step took, as the end of a sentence. */
function after(milliseconds: number): string {
  return milliseconds < 50 ? 'in under 0.1 s' : `after ${duration(milliseconds)}`;
}

const outcomeWords: Readonly<Record<StepRecord['outcome'], string>> = {
  done: 'done',
  failed: 'failed',
  running: 'still running',
  skipped: 'not started',
};

/**
 * The groups of the log. The runner does not nest groups, so steps that run in parallel share one. A
 * group starts with its first line, so that no group is empty.
 */
class Groups {
  readonly #actions: Actions;
  readonly #running: StepName[] = [];
  #isOpen = false;

  constructor(actions: Actions) {
    this.#actions = actions;
  }

  get isShared(): boolean {
    return this.#running.length > 1;
  }

  add(step: StepName): void {
    this.#end();
    this.#running.push(step);
  }

  remove(step: StepName): void {
    this.#end();
    this.#running.splice(this.#running.indexOf(step), 1);
  }

  begin(): void {
    if (this.#isOpen || this.#running.length === 0) return;
    this.#isOpen = true;
    this.#actions.startGroup(this.#running.map((step) => stepTitles[step]).join(' · '));
  }

  #end(): void {
    if (this.#isOpen) this.#actions.endGroup();
    this.#isOpen = false;
  }
}

/** Lines that come from outside, marked as such. */
export function quoted(lines: string): string {
  return withoutCommands(lines)
    .split('\n')
    .map((line) => `  | ${line}`)
    .join('\n');
}

/** Changes a text so that the runner, which looks for commands in every log line, finds none in it. */
export function withoutCommands(text: string): string {
  return printable(text)
    .replace(/##(?=(?:vso)?\[)/gi, '## ')
    .replace(/^(\s*):(?=:)/gm, '$1: ');
}
