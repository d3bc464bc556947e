import type { Agent, Revision } from './answers.js';
import { quote } from '../text/quote.js';

/** Why a deployment of ours will not get ready, as far as the platform tells. */
export interface RolloutFailure {
  /** The platform's error code. */
  readonly code: string | undefined;
  /** A sentence of the platform, made for customers. */
  readonly headline: string | undefined;
  /** The platform's message with the code. */
  readonly message: string | undefined;
  /** Kubernetes' reason, such as CrashLoopBackOff. */
  readonly reason: string | undefined;
  readonly terminationReason: string | undefined;
  readonly exitCode: number | undefined;
  readonly restartCount: number | undefined;
  readonly traceback: string | undefined;
  readonly infrastructureIssue: boolean;
  /** Whether the previous deployment goes on serving. */
  readonly previousServes: boolean;
}

/** What a look at the agent says of one deployment of it. */
export type Judgement =
  | { readonly state: 'ready' }
  | { readonly state: 'waiting'; readonly words: string; readonly infrastructureIssue: boolean }
  | { readonly state: 'failed'; readonly failure: RolloutFailure }
  | { readonly state: 'superseded'; readonly by: string };

/**
 * Judges one deployment by a look at its agent. Until the operator has taken it up, `ready`,
 * `available` and the revision describe the previous one: neither its readiness nor its failure
 * counts, so that the fix for a crashing agent can land.
 *
 * @param deploymentId the deployment that is awaited
 * @param previousId the deployment that the agent was asked to be before; a look may still show it
 */
export function judge(
  agent: Agent,
  deploymentId: string,
  previousId: string | undefined,
): Judgement {
  const { desiredDeploymentId: desired } = agent;
  if (desired !== undefined && desired !== deploymentId && desired !== previousId) {
    return { state: 'superseded', by: desired };
  }
  const isReconciled = agent.reconciledDeploymentId === deploymentId;
  if (isReconciled && agent.ready) return { state: 'ready' };

  const revision =
    agent.currentRevision?.deploymentID === deploymentId ? agent.currentRevision : undefined;
  const [error] = isReconciled ? agent.errors : [];
  if (error !== undefined || (revision !== undefined && hasGivenUp(revision))) {
    return {
      state: 'failed',
      failure: failureOf(agent, revision, error, deploymentId, previousId),
    };
  }
  return {
    state: 'waiting',
    words: wordsFor(isReconciled, revision),
    infrastructureIssue: revision?.hasInfrastructureIssue === true,
  };
}

/** Reasons of Kubernetes after which nothing changes by itself. */
const finalReasons: readonly string[] = [
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'CreateContainerConfigError',
];

/** A revision that failed or crashes again and again; one restart is not a loop. */
function hasGivenUp({ phase, health }: Revision): boolean {
  if (phase === 'Failed') return true;
  if (health === undefined || health.ready === true) return false;
  const { reason = '', restartCount, replicasStarted } = health;
  if (finalReasons.includes(reason)) return true;
  if (reason === 'CrashLoopBackOff') return restartCount === undefined || restartCount > 1;
  // The count is that of all replicas together.
  return (restartCount ?? 0) >= 3 * Math.max(1, replicasStarted ?? 1);
}

function failureOf(
  agent: Agent,
  revision: Revision | undefined,
  error: Agent['errors'][number] | undefined,
  deploymentId: string,
  previousId: string | undefined,
): RolloutFailure {
  const health = revision?.health;
  return {
    code: error?.code,
    headline: health?.headline,
    message: error?.message,
    reason: health?.reason ?? (revision?.phase === 'Failed' ? 'Failed' : undefined),
    terminationReason: health?.lastTerminationReason,
    exitCode: health?.lastExitCode,
    restartCount: health?.restartCount,
    traceback: health?.message,
    infrastructureIssue: revision?.hasInfrastructureIssue === true,
    previousServes: previousServes(agent, deploymentId, previousId),
  };
}

/** Whether what the agent was asked to be last has failed: nothing changes about that by itself. */
export function hasFailed(agent: Agent): boolean {
  const { desiredDeploymentId: desired } = agent;
  return desired !== undefined && judge(agent, desired, undefined).state === 'failed';
}

/** Whether a deployment serves, be it the one that was asked for or one from before. */
export function anyDeploymentServes({ available, previousRevision }: Agent): boolean {
  return available || (previousRevision?.readyReplicas ?? 0) > 0;
}

/** Whether a deployment from before this one goes on serving. */
export function previousServes(
  agent: Agent,
  deploymentId: string,
  previousId: string | undefined,
): boolean {
  if (previousId === undefined || previousId === deploymentId) return false;
  return anyDeploymentServes(agent);
}

function wordsFor(isReconciled: boolean, revision: Revision | undefined): string {
  if (!isReconciled) return 'waiting for the platform to take up the deployment';
  if (revision === undefined) return 'taken up, not ready yet';
  const { phase, health } = revision;
  const said = health?.headline ?? health?.reason;
  const parts = [
    phase ?? 'taken up',
    said === undefined ? undefined : quote(said),
    (health?.restartCount ?? 0) > 0 ? `restarts: ${health?.restartCount ?? 0}` : undefined,
  ].filter((part) => part !== undefined);
  return `not ready yet (${parts.join(', ')})`;
}
