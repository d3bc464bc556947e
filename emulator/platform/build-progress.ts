import { endlessLog, failedLog, successfulLog, unreadableLog } from './build-logs.js';
import type { Repeatable } from './scripted.js';

export const buildStatuses = ['pending', 'building', 'success', 'failed', 'timeout'] as const;
export type BuildStatus = (typeof buildStatuses)[number];
export type BuildOutcome = Exclude<BuildStatus, 'pending' | 'building'>;

/** How a build goes. */
export interface BuildScript extends Repeatable {
  /** The region whose next build it is about; any by default. */
  readonly region?: string | undefined;
  /** Milliseconds from the request to the outcome; `Infinity`: it never ends. */
  readonly delay?: number | undefined;
  /** Milliseconds from the request until it is `building`; a tenth of `delay` by default. */
  readonly startDelay?: number | undefined;
  /** Said here, it holds whatever the archive is; else the archive has to be one to build from. */
  readonly outcome?: BuildOutcome | undefined;
  readonly errorMessage?: string | undefined;
  /** Lines, oldest first; the last one is printed as the build ends. */
  readonly logs?: readonly string[] | undefined;
}

/** A build that has been decided on: when it gets how far, and how it ends. */
export interface BuildProgress {
  readonly startedAt: number;
  readonly completedAt: number;
  readonly outcome: BuildOutcome;
  readonly errorMessage: string | undefined;
  /** Lines, oldest first; printed evenly from `startedAt` to `completedAt`. */
  readonly logs: readonly string[];
}

const failedStep =
  'process "/bin/sh -c uv sync --locked" did not complete successfully: exit code: 1';
const prefix = 'Docker build failed: ';

/** What an outcome says and prints, unless a script has it otherwise. */
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

/** Decides how a build goes that is asked for at `time`; `flaw` is what its archive suffers from. */
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

/** What a build has printed by then; one that never ends has printed all as soon as it starts. */
export function logAt({ startedAt, completedAt, logs }: BuildProgress, time: number): string[] {
  if (time < startedAt) return [];
  if (time >= completedAt || completedAt === Infinity) return [...logs];
  const share = (time - startedAt) / (completedAt - startedAt);
  return logs.slice(0, Math.floor(logs.length * share));
}
