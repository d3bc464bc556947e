import { endlessLog, failedLog, successfulLog, unreadableLog } from './build-logs.js';
import type { Repeatable } from './scripted.js';

export const buildStatuses = ['pending', 'building', 'success', 'failed', 'timeout'] as const;
export type BuildStatus = (typeof buildStatuses)[number];
export type BuildOutcome = Exclude<BuildStatus, 'pending' | 'building'>;

/** How a build goes. */
export interface BuildScript extends Repeatable {
  /** The region of the build; any region by default. */
  readonly region?: string | undefined;
  /** Milliseconds from the request to the outcome; `Infinity` for a build that never ends. */
  readonly delay?: number | undefined;
  /** Milliseconds from the request until it is `building`; a tenth of `delay` by default. */
  readonly startDelay?: number | undefined;
  /** If given, it applies whatever the archive is. Otherwise, an archive that cannot be built fails. */
  readonly outcome?: BuildOutcome | undefined;
  readonly errorMessage?: string | undefined;
  /** Lines, oldest first. The last line is printed when the build ends. */
  readonly logs?: readonly string[] | undefined;
}

/** The planned course of a build: when it starts, when it ends, and how. */
export interface BuildProgress {
  readonly startedAt: number;
  readonly completedAt: number;
  readonly outcome: BuildOutcome;
  readonly errorMessage: string | undefined;
  /** Lines, oldest first, printed evenly between `startedAt` and `completedAt`. */
  readonly logs: readonly string[];
}

const failedStep =
  'process "/bin/sh -c uv sync --locked" did not complete successfully: exit code: 1';
const prefix = 'Docker build failed: ';

/** The error message and the log of an outcome, unless a script replaces them. */
export function outcomeOf(
  outcome: BuildOutcome,
  dockerfilePath: string,
  errorMessage?: string,
): Pick<BuildProgress, 'outcome' | 'errorMessage' | 'logs'> {
  switch (outcome) {
    case 'success':
      return { outcome, errorMessage: undefined, logs: successfulLog(dockerfilePath) };
    case 'failed': {
      const message = errorMessage ?? `${prefix}${failedStep}`;
      const reason = message.startsWith(prefix) ? message.slice(prefix.length) : message;
      return { outcome, errorMessage: message, logs: failedLog(dockerfilePath, reason) };
    }
    case 'timeout':
      return {
        outcome,
        errorMessage: errorMessage ?? 'Build timed out',
        logs: endlessLog(dockerfilePath),
      };
  }
}

/** Plans a build that is requested at `time`. `flaw` says why its archive cannot be built. */
export function planBuild(
  script: BuildScript | undefined,
  build: { readonly dockerfilePath: string; readonly flaw: string | undefined },
  time: number,
  defaultDelay: number,
): BuildProgress {
  const { dockerfilePath, flaw } = build;
  const delay = script?.delay ?? defaultDelay;
  const startDelay = script?.startDelay ?? (delay === Infinity ? 0 : delay / 10);
  const ended =
    flaw !== undefined
      ? {
          outcome: 'failed' as const,
          errorMessage: `${prefix}${flaw}`,
          logs: unreadableLog(dockerfilePath, flaw),
        }
      : outcomeOf(script?.outcome ?? 'success', dockerfilePath, script?.errorMessage);
  return {
    ...ended,
    startedAt: time + startDelay,
    completedAt: time + Math.max(delay, startDelay),
    logs: script?.logs ?? ended.logs,
  };
}

export function statusAt(
  { startedAt, completedAt, outcome }: BuildProgress,
  time: number,
): BuildStatus {
  if (time >= completedAt) return outcome;
  return time >= startedAt ? 'building' : 'pending';
}

/** The lines that a build has printed by `time`. A build that never ends prints all of them when it starts. */
export function logAt({ startedAt, completedAt, logs }: BuildProgress, time: number): string[] {
  if (time < startedAt) return [];
  if (time >= completedAt || completedAt === Infinity) return [...logs];
  const share = (time - startedAt) / (completedAt - startedAt);
  return logs.slice(0, Math.floor(logs.length * share));
}
