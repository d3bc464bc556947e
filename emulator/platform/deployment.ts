import type { Architecture } from './regions.js';

/** What an instance gets of its node, as Kubernetes quantities. */
export interface Resources {
  readonly cpu: string;
  readonly memory: string;
}

/** What a deployment runs: a change of any of it makes a new deployment. */
export interface DeploymentConfiguration {
  readonly image: string | undefined;
  readonly buildId: string | undefined;
  readonly secretSet: string | undefined;
  readonly imagePullSecretSet: string | undefined;
  /** Undefined where there are resources. */
  readonly agentProfile: string | undefined;
  readonly resources: Resources | undefined;
  readonly architecture: Architecture;
  /** Seconds; undefined where the platform's default holds. */
  readonly maxSessionDuration: number | undefined;
  readonly krispVivaAudioFilter: 'tel' | 'pro' | null;
  readonly websocketAuth: 'none' | 'token' | undefined;
  readonly enableIntegratedKeysProxy: boolean | undefined;
}

/**
 * How a rollout ends: `ready`, at once or after one restart; `crash-loop` and `image-pull` as the
 * health of its revision; `failed` as its phase; `error` as errors of the agent; `stuck`: never.
 */
export type DeploymentOutcome =
  'ready' | 'single-restart' | 'crash-loop' | 'image-pull' | 'failed' | 'error' | 'stuck';

/** An entry of an agent's `errors`. */
export interface AgentError {
  readonly code: string;
  readonly message: string;
}

/** Something that is so for the moment; it does not say of which deployment. */
export interface AgentCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
}

/** A rollout that has been decided on: when it gets how far, and how it ends. */
export interface Rollout {
  /** When the operator takes the deployment up. */
  readonly reconciledAt: number;
  /** When its outcome shows. */
  readonly settledAt: number;
  readonly outcome: DeploymentOutcome;
  readonly errors: readonly AgentError[];
  /** Replaces fields of the health of its revision once its outcome shows. */
  readonly health: Readonly<Record<string, unknown>>;
  readonly infrastructureIssue: boolean;
  /** What the agent shows from `reconciledAt` until it is ready. */
  readonly conditions: readonly AgentCondition[];
  /** The reason of its health until its outcome shows, as of a try that is repeated. */
  readonly passingReason: string | undefined;
  /** Lines, oldest first; written from `reconciledAt` on. */
  readonly logs: readonly string[];
}

/** One version of an agent. */
export interface Deployment extends DeploymentConfiguration {
  readonly id: string;
  readonly createdAt: number;
  /** The values that its secret set held when it was made: those it runs with, for good. */
  readonly secretValues: Readonly<Record<string, string>>;
  /** It was asked for although nothing had changed. */
  readonly forced: boolean;
  readonly rollout: Rollout;
}

/** The configuration alone, its fields in one order: two that are the same read the same. */
export function pickConfiguration(from: DeploymentConfiguration): DeploymentConfiguration {
  const { resources } = from;
  return {
    image: from.image,
    buildId: from.buildId,
    secretSet: from.secretSet,
    imagePullSecretSet: from.imagePullSecretSet,
    agentProfile: from.agentProfile,
    resources: resources && { cpu: resources.cpu, memory: resources.memory },
    architecture: from.architecture,
    maxSessionDuration: from.maxSessionDuration,
    krispVivaAudioFilter: from.krispVivaAudioFilter,
    websocketAuth: from.websocketAuth,
    enableIntegratedKeysProxy: from.enableIntegratedKeysProxy,
  };
}

const endsReady = (outcome: DeploymentOutcome) =>
  outcome === 'ready' || outcome === 'single-restart';

/** The deployment that the operator works on at that time; undefined before the first. */
export function reconciledDeployment(
  deployments: readonly Deployment[],
  time: number,
): Deployment | undefined {
  return deployments.findLast(({ rollout }) => rollout.reconciledAt <= time);
}

/** Whether a deployment had got ready by that time, before the operator turned to a newer one. */
export function isReady(
  deployment: Deployment,
  deployments: readonly Deployment[],
  time: number,
): boolean {
  const { settledAt, outcome } = deployment.rollout;
  const newer = deployments.slice(deployments.indexOf(deployment) + 1);
  const abandonedAt = Math.min(...newer.map(({ rollout }) => rollout.reconciledAt));
  return endsReady(outcome) && settledAt <= time && settledAt <= abandonedAt;
}

/** The newest deployment that has got ready: the one that takes sessions. */
export function servingDeployment(
  deployments: readonly Deployment[],
  time: number,
): Deployment | undefined {
  return deployments.findLast((deployment) => isReady(deployment, deployments, time));
}
