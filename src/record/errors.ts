import { CancelledError } from '../time/cancellation.js';
import type { Deadline } from '../time/deadline.js';
import type { Organization } from '../pipecat/answers.js';
import { CallError, InterruptedCallError, type StatusError } from '../pipecat/errors.js';
import type { RolloutFailure } from '../pipecat/rollout-judgment.js';
import type { SecretValue } from '../secrecy/secret-value.js';
import type { Subject } from '../plan/subject.js';

/** An error with the set, agent or build that it is about. The cause is what went wrong. */
export class SubjectError extends Error {
  readonly subject: Subject;
  override readonly cause: Error;

  constructor(subject: Subject, cause: Error) {
    super(`${subject.kind} ${subject.name} in ${subject.region}: ${cause.message}`);
    this.name = 'SubjectError';
    this.subject = subject;
    this.cause = cause;
  }
}

/** Everything that failed in a release, in one region or in several at once. */
export class ReleaseError extends Error {
  readonly failures: readonly Error[];

  constructor(failures: readonly Error[]) {
    super(failures.map(({ message }) => message).join('\n'), { cause: failures[0] });
    this.name = 'ReleaseError';
    this.failures = failures;
  }
}

/** The failures of an error, one by one. */
export function failuresOf(error: unknown): readonly unknown[] {
  return error instanceof ReleaseError ? error.failures : [error];
}

/** Whether the run was cancelled and nothing else failed. */
export function isCancellation(error: unknown): boolean {
  return failuresOf(error).every((failure) => failure instanceof CancelledError);
}

/**
 * Does `work` on all items in parallel, and waits for all: a failure of one must not leave the others
 * half done.
 *
 * @throws ReleaseError with everything that failed
 */
export async function forEach<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const results = await Promise.allSettled(items.map(work));
  const reasons: unknown[] = results.flatMap((result) =>
    result.status === 'rejected' ? failuresOf(result.reason) : [],
  );
  if (reasons.length > 0) throw new ReleaseError(reasons.map(asError));
}

/** Does `work`, and collects its failures for later. */
export async function collect(failures: Error[], work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    failures.push(...error.failures);
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('Something was thrown that is not an error');
}

/** Does `work` on a subject, and adds the subject to its errors. */
export async function withSubject<Result>(
  subject: Subject,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SubjectError || error instanceof ReleaseError) throw error;
    // A cancelled run is not about the subject.
    if (error instanceof CancelledError || !(error instanceof Error)) throw error;
    throw new SubjectError(subject, error);
  }
}

/** Whether the platform may have carried out a failed request, because its response was lost. */
export function isInDoubt(error: unknown): boolean {
  const cause = error instanceof SubjectError ? error.cause : error;
  if (cause instanceof InterruptedCallError) return true;
  return cause instanceof CallError && cause.isInDoubt;
}

/** What can go wrong in a step, besides a failed call: the kinds, and the facts about each. */
export interface StepFacts {
  /** The token cannot act in the organization that was named, or in any. */
  readonly 'organization-unknown': {
    /** The name may be a secret that somebody pasted into the wrong input. */
    readonly named: { readonly name: SecretValue; readonly origin: string } | undefined;
    readonly available: readonly Organization[];
  };
  /** The platform could not provision a set. */
  readonly 'provisioning-failed': { readonly platformMessage: string | undefined };
  /** A set was not ready within the limit. */
  readonly 'secrets-timeout': {
    /** In words; undefined if no status check succeeded. */
    readonly lastSeen: string | undefined;
    /** Milliseconds spent waiting for it. */
    readonly waited: number;
    readonly deadline: Deadline;
  };
  /** The platform refused to bind a set (409) until the time for the sets was spent. */
  readonly 'secret-set-not-ready': {
    readonly refusal: StatusError;
    readonly deadline: Deadline;
  };
  /** The release is done, but keys were not deleted from the set, or it did not become ready again. */
  readonly 'not-pruned': { readonly failure: Error };
  /** Somebody deleted a set while the release was waiting for it. */
  readonly 'secret-set-gone': NoFacts;
  /** The platform accepted a new set, but does not show it. */
  readonly 'secret-set-missing': NoFacts;
  /** The platform says that the agent exists, but this credential cannot see it. */
  readonly 'agent-name-taken': NoFacts;
  /** The response to a deploy names no deployment, and neither does the agent. */
  readonly 'deployment-unknown': NoFacts;
  readonly 'build-failed': {
    readonly buildId: string;
    /** `failed`, or `timeout` if the platform stopped it. */
    readonly status: string;
    readonly platformMessage: string | undefined;
    /** The last lines of its log, oldest first; undefined if they could not be read. */
    readonly logs: readonly string[] | undefined;
  };
  /** The build did not succeed within the limit, but still may. */
  readonly 'build-timeout': {
    readonly buildId: string;
    /** Undefined if no status check succeeded. */
    readonly lastSeen: string | undefined;
    readonly deadline: Deadline;
  };
  /** A started build disappeared while the release was waiting for it. */
  readonly 'build-gone': { readonly buildId: string };
  /** The platform started a build, but does not show it. */
  readonly 'build-missing': { readonly buildId: string };
  readonly 'rollout-failed': {
    readonly deploymentId: string;
    readonly failure: RolloutFailure;
    /** The agent's last log lines, oldest first; undefined if they were not requested. */
    readonly logs: readonly string[] | undefined;
  };
  /** The deployment was not ready within the limit, but may still become ready. */
  readonly 'wait-timeout': {
    readonly deploymentId: string;
    readonly logs: readonly string[] | undefined;
    /** The last state, in words, and how long it had lasted, in milliseconds. */
    readonly lastSeen: string;
    readonly lastSeenFor: number;
    readonly deadline: Deadline;
    readonly infrastructureIssue: boolean;
    readonly previousServes: boolean;
  };
  /** The session of the smoke test failed, or could not be started. */
  readonly 'smoke-test-failed': {
    readonly deploymentId: string;
    readonly sessionId: string | undefined;
    readonly because: SmokeTestFailure;
    /** The session's last log lines; undefined if they were not requested. */
    readonly logs: readonly string[] | undefined;
    readonly hasTransport: boolean;
  };
  /** The platform rejected the public key, so the release was not tested. */
  readonly 'smoke-test-key-refused': { readonly refusal: StatusError };
  /** Sessions were still running on older deployments at the limit. The release itself is done. */
  readonly 'drain-timeout': {
    /** Undefined if they could not be counted. */
    readonly left: { readonly count: number; readonly isCut: boolean } | undefined;
    readonly deadline: Deadline;
  };
  /** Another release changed the deployment that the agent should run. */
  readonly superseded: { readonly deploymentId: string; readonly supersededBy: string };
  /** The rollback failed, so it is unknown what the agent is serving. */
  readonly 'not-rolled-back': { readonly failure: Error };
  /** Somebody deleted the agent while the release was waiting for its deployment. */
  readonly 'agent-gone': NoFacts;
  /** The platform accepted a new agent, but does not show it. */
  readonly 'agent-missing': NoFacts;
  /** Stopped sessions are still running. */
  readonly 'sessions-running': { readonly count: number; readonly deadline: Deadline };
  /** The platform refused to delete a set in use (409) until the limit passed. */
  readonly 'secret-set-in-use': { readonly refusal: StatusError; readonly deadline: Deadline };
}

/** Why a smoke test failed. */
export type SmokeTestFailure =
  | { readonly kind: 'ended'; readonly status: string; readonly hasStarted: boolean }
  /** The platform refused to start a session although the deployment is ready. */
  | { readonly kind: 'not-startable'; readonly refusal: StatusError }
  /** The bot's endpoint did not answer 2xx; `status` is undefined if it did not answer. */
  | { readonly kind: 'path'; readonly path: string; readonly status: number | undefined }
  /** The session ended before the bot's endpoint answered. */
  | { readonly kind: 'ended-before-path'; readonly path: string; readonly status: string };

type NoFacts = Readonly<Record<string, never>>;

export type StepFailureKind = keyof StepFacts;

/** Messages for the debug log. The report has those for people. */
const messages: { readonly [Kind in StepFailureKind]: (facts: StepFacts[Kind]) => string } = {
  'organization-unknown': ({ named }) =>
    named === undefined ? 'the token has no organization' : 'the token has no such organization',
  'provisioning-failed': ({ platformMessage }) =>
    `provisioning failed: ${platformMessage ?? 'no message'}`,
  'secrets-timeout': ({ lastSeen, waited }) => `still ${lastSeen ?? 'unknown'} after ${waited} ms`,
  'secret-set-not-ready': () => 'the platform refused the deploy, because a set is not ready',
  'not-pruned': ({ failure }) => `pruning failed: ${failure.message}`,
  'secret-set-gone': () => 'the set no longer exists',
  'secret-set-missing': () => 'the platform does not show the new set',
  'agent-name-taken': () => 'the name is already taken',
  'deployment-unknown': () => 'the platform did not name the deployment',
  'build-failed': ({ buildId, status, platformMessage }) =>
    `build ${buildId} ended with ${status}: ${platformMessage ?? 'no message'}`,
  'build-timeout': ({ buildId, lastSeen }) => `build ${buildId} is still ${lastSeen ?? 'unknown'}`,
  'build-gone': ({ buildId }) => `build ${buildId} no longer exists`,
  'build-missing': ({ buildId }) => `the platform does not show build ${buildId}`,
  'rollout-failed': ({ deploymentId, failure }) =>
    `deployment ${deploymentId} failed: ${failure.code ?? failure.reason ?? 'no reason'}`,
  'wait-timeout': ({ deploymentId, lastSeen }) =>
    `deployment ${deploymentId} is not ready: ${lastSeen}`,
  'smoke-test-failed': ({ deploymentId, because: { kind } }) =>
    `the smoke test of deployment ${deploymentId} failed: ${kind}`,
  'smoke-test-key-refused': ({ refusal }) =>
    `the platform rejected the public key: ${refusal.message}`,
  'drain-timeout': ({ left }) => `${left?.count ?? 'unknown'} sessions on older deployments`,
  superseded: ({ deploymentId, supersededBy }) =>
    `deployment ${deploymentId} was superseded by ${supersededBy}`,
  'not-rolled-back': ({ failure }) => `the rollback failed: ${failure.message}`,
  'agent-gone': () => 'the agent no longer exists',
  'agent-missing': () => 'the platform does not show the new agent',
  'sessions-running': ({ count }) => `${count} sessions are still running`,
  'secret-set-in-use': () => 'the set is still in use',
};

/** A failure of a step: its kind, and the facts about it. */
export class StepError<Kind extends StepFailureKind = StepFailureKind> extends Error {
  readonly kind: Kind;
  readonly facts: StepFacts[Kind];

  constructor(kind: Kind, facts: StepFacts[Kind], options?: ErrorOptions) {
    super(messages[kind](facts), options);
    this.name = 'StepError';
    this.kind = kind;
    this.facts = facts;
  }
}

/** Whether an error is the failure of a step, of one of these kinds. */
export function isStepFailure(error: unknown, ...kinds: readonly StepFailureKind[]): boolean {
  return error instanceof StepError && kinds.some((kind) => kind === error.kind);
}

/** The action abandoned work, because nothing needs its result anymore. This is not a failure of its own. */
export class AbandonedError extends Error {
  /** Whether the platform continues the work. */
  readonly isStillRunning: boolean;

  constructor({ isStillRunning }: { readonly isStillRunning: boolean }) {
    super('nothing needs this result anymore');
    this.name = 'AbandonedError';
    this.isStillRunning = isStillRunning;
  }
}
