import type * as Core from '@actions/core';
import { messageOf } from './words.js';

/** Everything that this action can send to the runner. */
export interface Actions {
  /** Hides a string in everything that is logged from here on. */
  mask(value: string): void;
  debug(message: string): void;
  info(message: string): void;
  notice(message: string): void;
  warning(message: string): void;
  error(message: string, title: string): void;
  startGroup(title: string): void;
  endGroup(): void;
  setOutput(name: string, value: string): void;
  /** Appends Markdown to the job summary. False if the runner has no job summary. */
  writeSummary(markdown: string): Promise<boolean>;
}

/**
 * The runner, through its toolkit. A run must not fail because something cannot be written: a full disk
 * or a closed log is no reason to stop between two writes to the platform. The first output that cannot
 * be written is a warning. `writeSummary` may reject; the report handles that.
 */
export function actionsOf(core: typeof Core, hasSummary: boolean): Actions {
  const warning = attempt(core.warning);
  let isWarned = false;
  return {
    mask: attempt(core.setSecret),
    debug: attempt(core.debug),
    info: attempt(core.info),
    notice: attempt(core.notice),
    warning,
    error: attempt((message: string, title: string) => {
      core.error(message, { title });
    }),
    startGroup: attempt(core.startGroup),
    endGroup: attempt(core.endGroup),
    setOutput: attempt(core.setOutput, (error) => {
      if (isWarned) return;
      isWarned = true;
      warning(`Could not set the outputs: ${messageOf(error)}`);
    }),
    writeSummary: async (markdown) => {
      if (!hasSummary) return false;
      await core.summary.addRaw(markdown, true).write();
      return true;
    },
  };
}

function attempt<Values extends readonly unknown[]>(
  write: (...values: Values) => void,
  onError: (error: unknown) => void = () => undefined,
): (...values: Values) => void {
  return (...values) => {
    try {
      write(...values);
    } catch (error) {
      onError(error);
    }
  };
}
