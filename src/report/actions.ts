import type * as Core from '@actions/core';
import { printable } from '../text/printable.js';

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
 * The same runner, for a run that must not fail because something cannot be written: a full disk or a
 * closed log is no reason to stop between two writes to the platform. The first output that cannot be
 * written is a warning. `writeSummary` rejects as before; the report handles that.
 */
export function unfailing(actions: Actions): Actions {
  const attempt =
    <Texts extends readonly string[]>(
      write: (...texts: Texts) => void,
      onError: (error: unknown) => void = () => undefined,
    ) =>
    (...texts: Texts): void => {
      try {
        write(...texts);
      } catch (error) {
        onError(error);
      }
    };
  const warning = attempt((message: string) => {
    actions.warning(message);
  });
  let isWarned = false;
  const warnOnce = (error: unknown): void => {
    if (isWarned) return;
    isWarned = true;
    const reason = error instanceof Error ? printable(error.message) : 'unknown reason';
    warning(`Could not set the outputs: ${reason}`);
  };
  return {
    mask: attempt((value: string) => {
      actions.mask(value);
    }),
    debug: attempt((message: string) => {
      actions.debug(message);
    }),
    info: attempt((message: string) => {
      actions.info(message);
    }),
    notice: attempt((message: string) => {
      actions.notice(message);
    }),
    warning,
    error: attempt((message: string, title: string) => {
      actions.error(message, title);
    }),
    startGroup: attempt((title: string) => {
      actions.startGroup(title);
    }),
    endGroup: attempt(() => {
      actions.endGroup();
    }),
    setOutput: attempt((name: string, value: string) => {
      actions.setOutput(name, value);
    }, warnOnce),
    writeSummary: (markdown) => actions.writeSummary(markdown),
  };
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
