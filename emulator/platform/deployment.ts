import type { Architecture } from './regions.js';

/** Resources of an instance, as Kubernetes quantities. */
export interface Resources {
  readonly cpu: string;
  readonly memory: string;
}

/** The configuration of a deployment. Any change makes a new deployment. */
export interface DeploymentConfiguration {
  readonly image: string | undefined;
  readonly buildId: string | undefined;
  readonly secretSet: string | undefined;
  readonly imagePullSecretSet: string | undefined;
  /** Undefined if there are resources. */
  readonly agentProfile: string | undefined;
  readonly resources: Resources | undefined;
  readonly architecture: Architecture;
  /** Seconds; undefined for the platform's default. */
  readonly maxSessionDuration: number | undefined;
  readonly krispVivaAudioFilter: 'tel' | 'pro' | null;
  readonly websocketAuth: 'none' | 'token' | undefined;
  readonly enableIntegratedKeysProxy: boolean | undefined;
}

/**
 * How a rollout ends. `ready` and `single-restart` succeed. `crash-loop` and `image-pull` show in the health
 * of the revision, `failed` in its phase, and `error` in the errors of the agent. `stuck` never ends.
 */
export type DeploymentOutcome =
  'ready' | 'single-restart' | 'crash-loop' | 'image-pull' | 'failed' | 'error' | 'stuck';

/** An entry of an agent's `errors`. */
export interface AgentError {
  readonly code: string;
  readonly message: string;
}

/** A current condition of an agent. It does not name the deployment. */
export interface AgentCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
}

/** The planned course of a rollout. */
export interface Rollout {
  /** When the operator starts to work on the deployment. */
  readonly reconciledAt: number;
  /** When the outcome becomes visible. */
  readonly settledAt: number;
  readonly outcome: DeploymentOutcome;
  readonly errors: readonly AgentError[];
  /** Replaces fields in the health of the revision when the outcome is visible. */
  readonly health: Readonly<Record<string, unknown>>;
  readonly infrastructureIssue: boolean;
  /** Conditions that the agent shows from `reconciledAt` until it is ready. */
  readonly conditions: readonly AgentCondition[];
  /** The reason in its health until the outcome is visible, such as for a repeated attempt. */
  readonly passingReason: string | undefined;
  /** Lines, oldest first, written from `reconciledAt` on. */
  readonly logs: readonly string[];
}

/** One version of an agent. */
export interface Deployment extends DeploymentConfiguration {
  readonly id: string;
  readonly createdAt: number;
  /** The values of its secret set when the deployment was made. It keeps them forever. */
  readonly secretValues: Readonly<Record<string, string>>;
  /** Whether it was forced although nothing had changed. */
  readonly forced: boolean;
  readonly rollout: Rollout;
}

/** The configuration only, with its fields in a fixed order, so that equal ones have equal JSON. */
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

/** The deployment that the operator works on at `time`; undefined before the first one. */
export function reconciledDeployment(
  deployments: readonly Deployment[],
  time: number,
): Deployment | undefined {
  return deployments.findLast(({ rollout }) => rollout.reconciledAt <= time);
}

/** Whether a deployment became ready by `time`, before the operator turned to a newer one. */
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

/** The newest deployment that became ready. It accepts sessions. */
export function servingDeployment(
  deployments: readonly Deployment[],
  time: number,
): Deployment | undefined {
  return deployments.findLast((deployment) => isReady(deployment, deployments, time));
}
