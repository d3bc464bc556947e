import { CancelledError } from '../time/cancellation.js';
import type { Deadline } from '../time/deadline.js';
import type { SecretSetStatus } from '../pipecat/answers.js';
import { CallError, InterruptedCallError, type StatusError } from '../pipecat/errors.js';
import type { RolloutFailure } from '../pipecat/rollout-judgement.js';
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
export async function about<Result>(
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

/** The token cannot act in the organization that was named, or in any. */
export class OrganizationError extends Error {
  readonly named: { readonly name: string; readonly origin: string } | undefined;
  readonly available: readonly string[];

  constructor(named: OrganizationError['named'], available: readonly string[]) {
    super(named === undefined ? 'the token has no organization' : `no organization ${named.name}`);
    this.name = 'OrganizationError';
    this.named = named;
    this.available = available;
  }
}

/** The platform gave up on provisioning a set. */
export class ProvisioningFailedError extends Error {
  readonly platformMessage: string | undefined;

  constructor(platformMessage: string | undefined) {
    super(`provisioning failed: ${platformMessage ?? 'no message'}`);
    this.name = 'ProvisioningFailedError';
    this.platformMessage = platformMessage;
  }
}

/** A set was not ready within the limit. */
export class ProvisioningTimeoutError extends Error {
  /** What was seen last; undefined where no look was answered. */
  readonly lastSeen: SecretSetStatus | undefined;
  /** Milliseconds for which it has been awaited. */
  readonly waited: number;
  readonly deadline: Deadline;

  constructor(
    lastSeen: SecretSetStatus | undefined,
    waited: number,
    deadline: Deadline,
    options?: ErrorOptions,
  ) {
    super(`still ${lastSeen ?? 'unknown'} after ${waited} ms`, options);
    this.name = 'ProvisioningTimeoutError';
    this.lastSeen = lastSeen;
    this.waited = waited;
    this.deadline = deadline;
  }
}

/** The platform refused to bind a set (409) until the time for the sets was used up. */
export class SecretSetNotReadyError extends Error {
  override readonly cause: StatusError;
  readonly deadline: Deadline;

  constructor(cause: StatusError, deadline: Deadline) {
    super('the deploy was refused, as a set is not ready');
    this.name = 'SecretSetNotReadyError';
    this.cause = cause;
    this.deadline = deadline;
  }
}

/** The release is done, but keys that should go are still in the set, or it is not ready again. */
export class PruningError extends Error {
  override readonly cause: Error;

  constructor(cause: Error) {
    super(`pruning failed: ${cause.message}`);
    this.name = 'PruningError';
    this.cause = cause;
  }
}

/** A set that was there is gone while it is awaited. */
export class SecretSetGoneError extends Error {
  constructor() {
    super('the set does not exist any more');
    this.name = 'SecretSetGoneError';
  }
}

/** The agent's name belongs to another organization: names are unique across the platform. */
export class AgentNameTakenError extends Error {
  constructor(options?: ErrorOptions) {
    super('the name is taken by another organization', options);
    this.name = 'AgentNameTakenError';
  }
}

/** The answer to a deploy names no deployment, and neither does the agent. */
export class NoDeploymentError extends Error {
  constructor() {
    super('the platform names no deployment');
    this.name = 'NoDeploymentError';
  }
}

/** Something was given up, as nothing would follow from it any more. It is no failure of its own. */
export class AbandonedError extends Error {
  /** Whether the platform goes on with it. */
  readonly goesOn: boolean;

  constructor({ goesOn }: { readonly goesOn: boolean }) {
    super('nothing waits for this any more');
    this.name = 'AbandonedError';
    this.goesOn = goesOn;
  }
}

/** What is known of a build that cannot be deployed. */
interface BuildFacts {
  readonly buildId: string;
  /** The last lines of its log, oldest first; undefined where they could not be read. */
  readonly logs: readonly string[] | undefined;
}

/** The build came to an end that is not a success. */
export class BuildFailedError extends Error implements BuildFacts {
  readonly buildId: string;
  readonly logs: readonly string[] | undefined;
  /** `failed`, or `timeout` where the platform ended it. */
  readonly status: string;
  readonly platformMessage: string | undefined;

  constructor({ buildId, logs }: BuildFacts, status: string, platformMessage: string | undefined) {
    super(`build ${buildId} ended with ${status}: ${platformMessage ?? 'no message'}`);
    this.name = 'BuildFailedError';
    this.buildId = buildId;
    this.logs = logs;
    this.status = status;
    this.platformMessage = platformMessage;
  }
}

/** The build had not succeeded within the limit; it may still get there. */
export class BuildTimeoutError extends Error {
  readonly buildId: string;
  /** What was seen last; undefined where no look was answered. */
  readonly lastSeen: string | undefined;
  readonly deadline: Deadline;

  constructor(
    buildId: string,
    lastSeen: string | undefined,
    deadline: Deadline,
    options?: ErrorOptions,
  ) {
    super(`build ${buildId} is still ${lastSeen ?? 'unknown'}`, options);
    this.name = 'BuildTimeoutError';
    this.buildId = buildId;
    this.lastSeen = lastSeen;
    this.deadline = deadline;
  }
}

/** A build that was started is not there while it is awaited. */
export class BuildGoneError extends Error {
  readonly buildId: string;

  constructor(buildId: string) {
    super(`there is no build ${buildId} any more`);
    this.name = 'BuildGoneError';
    this.buildId = buildId;
  }
}

/** What is known of a deployment of ours that did not come to serve. */
interface DeploymentFacts {
  readonly deploymentId: string;
  /** The agent's last lines, oldest first; undefined where they were not asked for. */
  readonly logs: readonly string[] | undefined;
}

export class RolloutFailedError extends Error implements DeploymentFacts {
  readonly deploymentId: string;
  readonly failure: RolloutFailure;
  readonly logs: readonly string[] | undefined;

  constructor({ deploymentId, logs }: DeploymentFacts, failure: RolloutFailure) {
    super(`deployment ${deploymentId} failed: ${failure.code ?? failure.reason ?? 'no reason'}`);
    this.name = 'RolloutFailedError';
    this.deploymentId = deploymentId;
    this.failure = failure;
    this.logs = logs;
  }
}

/** The deployment was not ready within the limit; it may still get there. */
export class RolloutTimeoutError extends Error implements DeploymentFacts {
  readonly deploymentId: string;
  readonly logs: readonly string[] | undefined;
  /** What was seen last, in words, and for how many milliseconds it had been so. */
  readonly lastSeen: string;
  readonly lastSeenFor: number;
  readonly deadline: Deadline;
  readonly infrastructureIssue: boolean;
  readonly previousServes: boolean;

  constructor(
    { deploymentId, logs }: DeploymentFacts,
    seen: Pick<
      RolloutTimeoutError,
      'lastSeen' | 'lastSeenFor' | 'infrastructureIssue' | 'previousServes'
    >,
    deadline: Deadline,
    options?: ErrorOptions,
  ) {
    super(`deployment ${deploymentId} is not ready: ${seen.lastSeen}`, options);
    this.name = 'RolloutTimeoutError';
    this.deploymentId = deploymentId;
    this.logs = logs;
    this.lastSeen = seen.lastSeen;
    this.lastSeenFor = seen.lastSeenFor;
    this.infrastructureIssue = seen.infrastructureIssue;
    this.previousServes = seen.previousServes;
    this.deadline = deadline;
  }
}

/** Another release has taken over: the agent is asked to be another deployment than ours. */
export class SupersededError extends Error {
  readonly deploymentId: string;
  readonly supersededBy: string;

  constructor(deploymentId: string, supersededBy: string) {
    super(`deployment ${deploymentId} was superseded by ${supersededBy}`);
    this.name = 'SupersededError';
    this.deploymentId = deploymentId;
    this.supersededBy = supersededBy;
  }
}

/** The agent is gone while its deployment is awaited. */
export class AgentGoneError extends Error {
  constructor() {
    super('the agent does not exist any more');
    this.name = 'AgentGoneError';
  }
}
