import type * as Core from '@actions/core';

/** What the runner takes from an action: the only ways out of this one. */
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
  /** Appends Markdown to the job summary. False where the runner has none. */
  writeSummary(markdown: string): Promise<boolean>;
}

/** The runner, through its toolkit. */
export function actionsOf(core: typeof Core, hasSummary: boolean): Actions {
  return {
    mask: (value) => {
      core.setSecret(value);
    },
    debug: (message) => {
      core.debug(message);
    },
    info: (message) => {
      core.info(message);
    },
    notice: (message) => {
      core.notice(message);
    },
    warning: (message) => {
      core.warning(message);
    },
    error: (message, title) => {
      core.error(message, { title });
    },
    startGroup: (title) => {
      core.startGroup(title);
    },
    endGroup: () => {
      core.endGroup();
    },
    setOutput: (name, value) => {
      core.setOutput(name, value);
    },
    writeSummary: async (markdown) => {
      if (!hasSummary) return false;
      await core.summary.addRaw(markdown, true).write();
      return true;
    },
  };
}
