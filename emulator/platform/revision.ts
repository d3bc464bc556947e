import { timestamp } from './clock.js';
import type { Deployment } from './deployment.js';

/** The health of a revision. */
export type RevisionHealth = Readonly<Record<string, unknown>>;

/** The rollout of a deployment, as the response for an agent shows it. */
export interface Revision {
  readonly deploymentID: string;
  readonly phase: 'Creating' | 'Validating' | 'Active' | 'Draining' | 'Failed';
  readonly readyReplicas: number;
  readonly phaseStartedAt: string;
  readonly health?: RevisionHealth;
  readonly hasInfrastructureIssue?: true;
}

export const traceback = [
  'Traceback (most recent call last):',
  '  File "/app/bot.py", line 12, in <module>',
  '    service = SpeechService(api_key=os.environ["SPEECH_API_KEY"])',
  "KeyError: 'SPEECH_API_KEY'",
].join('\n');

const running = { ready: true, state: 'running', restartCount: 0, replicasStarted: 1 };
const starting = { ...running, ready: false };
const crashed = {
  lastExitCode: 1,
  lastTerminationReason: 'Error',
  message: traceback,
};

/** The health of a revision when its outcome is visible. */
function settledHealth({ rollout }: Deployment): RevisionHealth {
  switch (rollout.outcome) {
    case 'ready':
      return running;
    case 'single-restart':
      return { ...running, restartCount: 1, ...crashed };
    case 'crash-loop':
      return {
        ready: false,
        state: 'waiting',
        headline: 'The agent crashes when it starts (exit code 1).',
        reason: 'CrashLoopBackOff',
        restartCount: 4,
        replicasStarted: 1,
        ...crashed,
      };
    case 'image-pull':
      return {
        ready: false,
        state: 'waiting',
        headline: "The agent's image cannot be pulled.",
        reason: 'ImagePullBackOff',
        restartCount: 0,
        replicasStarted: 0,
      };
    case 'failed':
      return {
        ready: false,
        state: 'terminated',
        headline: 'The agent did not pass its readiness checks.',
        reason: 'Error',
        restartCount: 0,
        replicasStarted: 1,
        ...crashed,
      };
    case 'error':
    case 'stuck':
      return starting;
  }
}

function settledPhase({ rollout }: Deployment): Revision['phase'] {
  switch (rollout.outcome) {
    case 'ready':
    case 'single-restart':
      return 'Active';
    case 'failed':
    case 'error':
      return 'Failed';
    case 'image-pull':
      return 'Creating';
    case 'crash-loop':
    case 'stuck':
      return 'Validating';
  }
}

/**
 * The revision of a reconciled deployment. It is `Creating` for the first half of the time until its
 * outcome, and `Validating` for the second half. A stuck deployment stays in `Validating` forever.
 */
export function revisionOf(deployment: Deployment, minReplicas: number, time: number): Revision {
  const { rollout } = deployment;
  const { reconciledAt, outcome } = rollout;
  const stuck = outcome === 'stuck';
  const settledAt = stuck ? reconciledAt : rollout.settledAt;
  const validatingAt = reconciledAt + (settledAt - reconciledAt) / 2;
  const issue = rollout.infrastructureIssue ? ({ hasInfrastructureIssue: true } as const) : {};
  const common = { deploymentID: deployment.id, ...issue };
  if (rollout.passingReason !== undefined && time < rollout.settledAt) {
    return {
      ...common,
      phase: 'Creating',
      readyReplicas: 0,
      phaseStartedAt: timestamp(reconciledAt),
      health: { ...starting, state: 'waiting', reason: rollout.passingReason },
    };
  }
  if (time >= settledAt) {
    const phase = settledPhase(deployment);
    return {
      ...common,
      phase,
      // A ready agent that is scaled to zero has no replicas.
      readyReplicas: phase === 'Active' ? minReplicas : 0,
      phaseStartedAt: timestamp(settledAt),
      health: { ...settledHealth(deployment), ...rollout.health },
    };
  }
  if (time < validatingAt || outcome === 'image-pull')
    return {
      ...common,
      phase: 'Creating',
      readyReplicas: 0,
      phaseStartedAt: timestamp(reconciledAt),
    };
  const restarted = outcome === 'single-restart' || outcome === 'crash-loop';
  return {
    ...common,
    phase: 'Validating',
    readyReplicas: 0,
    phaseStartedAt: timestamp(validatingAt),
    health: restarted ? { ...starting, reason: 'Error', restartCount: 1, ...crashed } : starting,
  };
}
