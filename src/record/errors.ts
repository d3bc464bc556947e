import { CancelledError } from '../time/cancellation.js';
import type { Deadline } from '../time/deadline.js';
import type { Organization } from '../pipecat/answers.js';
import { CallError, InterruptedCallError, type StatusError } from '../pipecat/errors.js';
import type { RolloutFailure } from '../pipecat/rollout-judgement.js';
import type { SecretValue } from '../secrecy/secret-value.js';
import type { Subject } from '../plan/subject.js';

/** An error with the thing that it happened to; the cause is what went wrong. */
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

/** What failed in a release: something in one region, or in several of those that go at once. */
export class ReleaseError extends Error {
  readonly failures: readonly Error[];

  constructor(failures: readonly Error[]) {
    super(failures.map(({ message }) => message).join('\n'), { cause: failures[0] });
    this.name = 'ReleaseError';
    this.failures = failures;
  }
}

/** What failed, one by one. */
export function failuresOf(error: unknown): readonly unknown[] {
  return error instanceof ReleaseError ? error.failures : [error];
}

/** Whether it is only that the run was cancelled. */
export function isCancellation(error: unknown): boolean {
  return failuresOf(error).every((failure) => failure instanceof CancelledError);
}

/**
 * Does `work` on every item at once, and lets each come to its end: what fails for one is no reason
 * to leave the others half done.
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

/** Goes on after a failure that has to be told, not to be followed at once. */
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

/** Does `work` on a subject; what it throws says so. */
export async function withSubject<Result>(
  subject: Subject,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SubjectError || error instanceof ReleaseError) throw error;
    // The run was cancelled, which is nothing that happened to the subject.
    if (error instanceof CancelledError || !(error instanceof Error)) throw error;
    throw new SubjectError(subject, error);
  }
}

/** Whether something may have been done although it failed, as its answer is lost. */
export function isInDoubt(error: unknown): boolean {
  const cause = error instanceof SubjectError ? error.cause : error;
  if (cause instanceof InterruptedCallError) return true;
  return cause instanceof CallError && cause.isInDoubt;
}

/** What can go wrong in a step, besides a call that fails: the kinds, and what is known of each. */
export interface StepFacts {
  /** The token cannot act in the organization that was named, or in any. */
  readonly 'organization-unknown': {
    /** Its name may be a secret that was pasted into the wrong input. */
    readonly named: { readonly name: SecretValue; readonly origin: string } | undefined;
    readonly available: readonly Organization[];
  };
  /** The platform gave up on provisioning a set. */
  readonly 'provisioning-failed': { readonly platformMessage: string | undefined };
  /** A set was not ready within the limit. */
  readonly 'secrets-timeout': {
    /** In words; undefined if no status check succeeded. */
    readonly lastSeen: string | undefined;
    /** Milliseconds spent waiting for it. */
    readonly waited: number;
    readonly deadline: Deadline;
  };
  /** The platform refused to bind a set (409) until the time for the sets was used up. */
  readonly 'secret-set-not-ready': {
    readonly refusal: StatusError;
    readonly deadline: Deadline;
  };
  /** The release is done, but keys that should be deleted are still in the set, or it is not ready again. */
  readonly 'not-pruned': { readonly failure: Error };
  /** A set that existed is gone while the release waits for it. */
  readonly 'secret-set-gone': NoFacts;
  /** The platform accepted a new set, but does not show it. */
  readonly 'secret-set-missing': NoFacts;
  /** The platform says that the agent exists, but this credential does not see it. */
  readonly 'agent-name-taken': NoFacts;
  /** The response to a deploy names no deployment, and neither does the agent. */
  readonly 'deployment-unknown': NoFacts;
  readonly 'build-failed': {
    readonly buildId: string;
    /** `failed`, or `timeout` if the platform ended it. */
    readonly status: string;
    readonly platformMessage: string | undefined;
    /** The last lines of its log, oldest first; undefined if they could not be read. */
    readonly logs: readonly string[] | undefined;
  };
  /** The build had not succeeded within the limit; it may still succeed. */
  readonly 'build-timeout': {
    readonly buildId: string;
    /** Undefined if no status check succeeded. */
    readonly lastSeen: string | undefined;
    readonly deadline: Deadline;
  };
  /** A build that was started is gone while the release waits for it. */
  readonly 'build-gone': { readonly buildId: string };
  /** The platform started a build, but does not show it. */
  readonly 'build-missing': { readonly buildId: string };
  readonly 'rollout-failed': {
    readonly deploymentId: string;
    readonly failure: RolloutFailure;
    /** The agent's last lines, oldest first; undefined if they were not requested. */
    readonly logs: readonly string[] | undefined;
  };
  /** The deployment was not ready within the limit; it may still become ready. */
  readonly 'wait-timeout': {
    readonly deploymentId: string;
    readonly logs: readonly string[] | undefined;
    /** The last state, in words, and for how many milliseconds it had lasted. */
    readonly lastSeen: string;
    readonly lastSeenFor: number;
    readonly deadline: Deadline;
    readonly infrastructureIssue: boolean;
    readonly previousServes: boolean;
  };
  /** The session that tested the deployment failed, or could not be started on it. */
  readonly 'smoke-test-failed': {
    readonly deploymentId: string;
    readonly sessionId: string | undefined;
    readonly because: SmokeTestFailure;
    /** What that session wrote last; undefined if it was not requested. */
    readonly logs: readonly string[] | undefined;
    readonly hasTransport: boolean;
  };
  /** The platform rejected the public key, so the release was not tested. */
  readonly 'smoke-test-key-refused': { readonly refusal: StatusError };
  /** Sessions still ran on older deployments at the limit. The release itself is done. */
  readonly 'drain-timeout': {
    /** Undefined if they could not be counted. */
    readonly left: { readonly count: number; readonly isCut: boolean } | undefined;
    readonly deadline: Deadline;
  };
  /** Another release changed the deployment that the agent is to run. */
  readonly superseded: { readonly deploymentId: string; readonly supersededBy: string };
  /** The agent did not go back to what it was, so what serves is not known. */
  readonly 'not-rolled-back': { readonly failure: Error };
  /** The agent is gone while the release waits for its deployment. */
  readonly 'agent-gone': NoFacts;
  /** The platform accepted a new agent, but does not show it. */
  readonly 'agent-missing': NoFacts;
  /** Sessions still run although they were stopped. */
  readonly 'sessions-running': { readonly count: number; readonly deadline: Deadline };
  /** The platform refused to delete a set that is in use (409) until the limit passed. */
  readonly 'secret-set-in-use': { readonly refusal: StatusError; readonly deadline: Deadline };
}

/** What a session showed that tested a deployment. */
export type SmokeTestFailure =
  | { readonly kind: 'ended'; readonly status: string; readonly hasStarted: boolean }
  /** The platform would not start a session although the deployment is ready. */
  | { readonly kind: 'not-startable'; readonly refusal: StatusError }
  /** The bot's own endpoint; `status` is undefined if it did not answer. */
  | { readonly kind: 'path'; readonly path: string; readonly status: number | undefined }
  /** The session ended before the bot's own endpoint answered. */
  | { readonly kind: 'ended-before-path'; readonly path: string; readonly status: string };

type NoFacts = Readonly<Record<string, never>>;

export type StepFailureKind = keyof StepFacts;

/** For the debug log. What a person reads is written by the report. */
const messages: { readonly [Kind in StepFailureKind]: (facts: StepFacts[Kind]) => string } = {
  'organization-unknown': ({ named }) =>
    named === undefined ? 'the token has no organization' : 'the token has no such organization',
  'provisioning-failed': ({ platformMessage }) =>
    `provisioning failed: ${platformMessage ?? 'no message'}`,
  'secrets-timeout': ({ lastSeen, waited }) => `still ${lastSeen ?? 'unknown'} after ${waited} ms`,
  'secret-set-not-ready': () => 'the deploy was refused, as a set is not ready',
  'not-pruned': ({ failure }) => `pruning failed: ${failure.message}`,
  'secret-set-gone': () => 'the set no longer exists',
  'secret-set-missing': () => 'the new set is not shown',
  'agent-name-taken': () => 'the name is already taken',
  'deployment-unknown': () => 'the platform names no deployment',
  'build-failed': ({ buildId, status, platformMessage }) =>
    `build ${buildId} ended with ${status}: ${platformMessage ?? 'no message'}`,
  'build-timeout': ({ buildId, lastSeen }) => `build ${buildId} is still ${lastSeen ?? 'unknown'}`,
  'build-gone': ({ buildId }) => `build ${buildId} no longer exists`,
  'build-missing': ({ buildId }) => `build ${buildId} is not shown`,
  'rollout-failed': ({ deploymentId, failure }) =>
    `deployment ${deploymentId} failed: ${failure.code ?? failure.reason ?? 'no reason'}`,
  'wait-timeout': ({ deploymentId, lastSeen }) =>
    `deployment ${deploymentId} is not ready: ${lastSeen}`,
  'smoke-test-failed': ({ deploymentId, because: { kind } }) =>
    `the smoke test of deployment ${deploymentId} failed: ${kind}`,
  'smoke-test-key-refused': ({ refusal }) => `the public key was refused: ${refusal.message}`,
  'drain-timeout': ({ left }) => `${left?.count ?? 'unknown'} sessions on older deployments`,
  superseded: ({ deploymentId, supersededBy }) =>
    `deployment ${deploymentId} was superseded by ${supersededBy}`,
  'not-rolled-back': ({ failure }) => `the rollback failed: ${failure.message}`,
  'agent-gone': () => 'the agent no longer exists',
  'agent-missing': () => 'the new agent is not shown',
  'sessions-running': ({ count }) => `${count} sessions still run`,
  'secret-set-in-use': () => 'the set is still in use',
};

/** A failure of a step: its kind, and what is known of it. */
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

/** Whether this is the failure of a step of one of these kinds. */
export function isStepFailure(error: unknown, ...kinds: readonly StepFailureKind[]): boolean {
  return error instanceof StepError && kinds.some((kind) => kind === error.kind);
}

/** Work was abandoned because nothing needs its result anymore. This is not a failure of its own. */
export class AbandonedError extends Error {
  /** Whether the platform continues with it. */
  readonly isStillRunning: boolean;

  constructor({ isStillRunning: isStillRunning }: { readonly isStillRunning: boolean }) {
    super('nothing needs this result anymore');
    this.name = 'AbandonedError';
    this.isStillRunning = isStillRunning;
  }
}
