import type { Agent, AgentCondition, Revision } from './answers.js';
import { quote } from '../text/quote.js';

/** Why the deployment will not become ready, as far as the platform says. */
export type RolloutFailure = Readonly<ReturnType<typeof failureOf>>;

/** A problem that fails a rollout only if it lasts, because Kubernetes also shows it between two tries. */
interface Trouble {
  /** Identifies it at the next status check. */
  readonly key: string;
  readonly condition: AgentCondition | undefined;
}

/** What one status check says about a deployment. */
export type Judgment =
  | { readonly state: 'ready' }
  | { readonly state: 'waiting'; readonly words: string; readonly infrastructureIssue: boolean }
  | { readonly state: 'failed'; readonly failure: RolloutFailure }
  | { readonly state: 'superseded'; readonly by: string };

/** Milliseconds that a trouble may last. */
const maxTroubleDuration = 60_000;

/** What earlier status checks showed. */
interface RolloutHistory {
  /** Keys of conditions that have lasted since before the deploy. */
  readonly olderConditions: ReadonlySet<string>;
  /** When each trouble was first seen, in milliseconds of the clock. */
  readonly troubles: ReadonlyMap<string, number>;
}

/** The history before the first status check of a deployment. */
export function historyBefore(before: Agent | undefined): RolloutHistory {
  const conditions = before?.conditions.filter(isDegraded) ?? [];
  return { olderConditions: new Set(conditions.map(conditionKey)), troubles: new Map() };
}

/** The history after another status check. */
export function continueHistory(
  { olderConditions, troubles }: RolloutHistory,
  agent: Agent,
  deploymentId: string,
  now: number,
): RolloutHistory {
  const keys = agent.conditions.filter(isDegraded).map(conditionKey);
  const older = new Set([...olderConditions].filter((key) => keys.includes(key)));
  const current = troublesOf(agent, deploymentId, older);
  return {
    olderConditions: older,
    troubles: new Map(current.map(({ key }) => [key, troubles.get(key) ?? now])),
  };
}

const noHistory = historyBefore(undefined);

/**
 * Judges one deployment by a status check of its agent. Until the operator has started the deployment,
 * `ready`, `available` and the revision describe the previous one, so they do not count. Otherwise, the
 * fix for a crashing agent would fail.
 *
 * @param deploymentId the deployment to judge
 * @param previousId the deployment that was desired before; a status check may still show it
 * @param past what the status checks showed, including this one, and the time of this one
 */
export function judge(
  agent: Agent,
  deploymentId: string,
  previousId: string | undefined,
  past: { readonly history: RolloutHistory; readonly now: number } = { history: noHistory, now: 0 },
): Judgment {
  const { desiredDeploymentId: desired } = agent;
  if (desired !== undefined && desired !== deploymentId && desired !== previousId) {
    return { state: 'superseded', by: desired };
  }
  const isReconciled = agent.reconciledDeploymentId === deploymentId;
  if (isReconciled && agent.ready) return { state: 'ready' };

  const { history, now } = past;
  const revision = revisionOf(agent, deploymentId);
  const [error] = isReconciled ? agent.errors : [];
  const troubles = troublesOf(agent, deploymentId, history.olderConditions);
  const lasting = troubles.find(
    ({ key }) => now - (history.troubles.get(key) ?? now) >= maxTroubleDuration,
  );
  const condition = (lasting ?? troubles.find((trouble) => trouble.condition))?.condition;
  const isFinal = revision !== undefined && hasRevisionFailed(revision);
  if (error !== undefined || isFinal || lasting !== undefined) {
    const serves = previousServes(agent, deploymentId, previousId);
    return { state: 'failed', failure: failureOf(revision, error, condition, serves) };
  }
  return {
    state: 'waiting',
    words: wordsFor(isReconciled, revision, troubles),
    infrastructureIssue: revision?.hasInfrastructureIssue === true,
  };
}

function revisionOf({ currentRevision }: Agent, deploymentId: string): Revision | undefined {
  return currentRevision?.deploymentID === deploymentId ? currentRevision : undefined;
}

/** Reasons that Kubernetes also shows between two tries. Reasons of the same try have the same key. */
const passingReasons: ReadonlyMap<string, string> = new Map([
  ['ErrImagePull', 'pull'],
  ['ImagePullBackOff', 'pull'],
  ['CreateContainerConfigError', 'create'],
  ['CreateContainerError', 'create'],
]);

function isDegraded({ type, status }: AgentCondition): boolean {
  return type === 'Degraded' && status === 'True';
}

function conditionKey({ type, reason = '' }: AgentCondition): string {
  return `${type} ${reason}`;
}

/** A condition names no deployment: it counts when the operator has started this deployment. */
function troublesOf(
  agent: Agent,
  deploymentId: string,
  olderConditions: ReadonlySet<string>,
): Trouble[] {
  const conditions =
    agent.reconciledDeploymentId === deploymentId
      ? agent.conditions
          .filter(isDegraded)
          .map((condition) => ({ key: conditionKey(condition), condition }))
          .filter(({ key }) => !olderConditions.has(key))
      : [];
  const { health } = revisionOf(agent, deploymentId) ?? {};
  const key = health?.ready === true ? undefined : passingReasons.get(health?.reason ?? '');
  return [...conditions, ...(key === undefined ? [] : [{ key, condition: undefined }])];
}

/** Reasons of Kubernetes after which nothing changes by itself. */
const finalReasons: readonly string[] = ['InvalidImageName', 'ErrImageNeverPull'];

/** Whether a revision failed or keeps crashing. One restart is not a loop. */
function hasRevisionFailed({ phase, health }: Revision): boolean {
  if (phase === 'Failed') return true;
  if (health === undefined || health.ready === true) return false;
  const { reason = '', restartCount, replicasStarted } = health;
  if (finalReasons.includes(reason)) return true;
  if (reason === 'CrashLoopBackOff') return restartCount === undefined || restartCount > 1;
  // The count covers all replicas together.
  return (restartCount ?? 0) >= 3 * Math.max(1, replicasStarted ?? 1);
}

function failureOf(
  revision: Revision | undefined,
  error: Agent['errors'][number] | undefined,
  condition: AgentCondition | undefined,
  serves: boolean,
) {
  const health = revision?.health;
  const reasons = [
    health?.reason,
    condition?.reason,
    revision?.phase === 'Failed' ? 'Failed' : undefined,
  ];
  return {
    /** The platform's error code. */
    code: error?.code,
    /** The platform's sentence for customers. */
    headline: health?.headline,
    /** The platform's message with the code. */
    message: error?.message,
    /** Kubernetes' reason, such as CrashLoopBackOff. */
    reason: reasons.find((reason) => reason !== undefined),
    terminationReason: health?.lastTerminationReason,
    exitCode: health?.lastExitCode,
    restartCount: health?.restartCount,
    traceback: health?.message,
    /** A current problem, such as an image that the platform cannot resolve. */
    condition,
    infrastructureIssue: revision?.hasInfrastructureIssue === true,
    /** Whether an original text means that the image is for another processor. */
    isExecFormatError: [error, health].some((one) => one?.isExecFormatError === true),
    /** Whether the previous deployment is still serving. */
    previousServes: serves,
  };
}

/**
 * Whether the agent's last deployment has failed. A single status check does not show how long a trouble
 * has lasted, so every trouble counts.
 */
export function hasFailed(agent: Agent): boolean {
  const { desiredDeploymentId: desired } = agent;
  if (desired === undefined) return false;
  const history = continueHistory(noHistory, agent, desired, 0);
  return judge(agent, desired, undefined, { history, now: maxTroubleDuration }).state === 'failed';
}

/** Whether a deployment is serving: the desired one or an earlier one. */
export function anyDeploymentServes({ available, previousRevision }: Agent): boolean {
  return available || (previousRevision?.readyReplicas ?? 0) > 0;
}

/** Whether a deployment from before this one is still serving. */
export function previousServes(
  agent: Agent,
  deploymentId: string,
  previousId: string | undefined,
): boolean {
  if (previousId === undefined || previousId === deploymentId) return false;
  return anyDeploymentServes(agent);
}

function wordsFor(
  isReconciled: boolean,
  revision: Revision | undefined,
  troubles: readonly Trouble[],
): string {
  if (!isReconciled) return 'waiting for the platform to start the deployment';
  const conditions = troubles.flatMap(({ condition }) =>
    condition ? [conditionWords(condition)] : [],
  );
  if (revision === undefined && conditions.length === 0) return 'started, not ready yet';
  const { phase, health } = revision ?? {};
  const { headline, reason, restartCount = 0 } = health ?? {};
  const isPassing = reason !== undefined && passingReasons.has(reason);
  // People search for the reason of a failed try, so it is shown in addition to the headline.
  const words = headline === undefined || isPassing ? [headline, reason] : [headline];
  const parts = [
    phase ?? 'started',
    ...words.filter((word) => word !== undefined).map((word) => quote(word)),
    ...(restartCount > 0 ? [`restarts: ${restartCount}`] : []),
    ...conditions,
  ];
  return `not ready yet (${parts.join(', ')})`;
}

function conditionWords({ type, reason, message }: AgentCondition): string {
  const words = [reason, message].filter((word) => word !== undefined).map((word) => quote(word));
  return [type, ...words].join(': ');
}
