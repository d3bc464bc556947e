import { type Agent, desiredDeployment } from './platform/agents.js';
import {
  type Deployment,
  type DeploymentConfiguration,
  isReady,
  pickConfiguration,
} from './platform/deployment.js';
import type { Platform } from './platform/platform.js';
import type { SecretSet, SecretSetKind, SecretSetStatus } from './platform/secret-sets.js';

/** A secret set with its values, which the API never shows. */
export interface SecretSetState {
  readonly name: string;
  readonly region: string;
  readonly organization: string;
  readonly kind: SecretSetKind;
  readonly status: SecretSetStatus;
  readonly values: Readonly<Record<string, string>>;
  readonly host: string | undefined;
  readonly auth: string | undefined;
  readonly referenced: boolean;
}

/** An agent with the settings that are asked for and all its deployments, oldest first. */
export interface AgentState extends DeploymentConfiguration {
  readonly name: string;
  readonly region: string;
  readonly organization: string;
  readonly desiredDeploymentId: string;
  readonly reconciledDeploymentId: string | undefined;
  /** Whether the reconciled deployment is ready. */
  readonly ready: boolean;
  readonly minAgents: number;
  readonly maxAgents: number;
  readonly deployments: readonly Deployment[];
}

/** What a test can read of the platform. */
export interface EmulatorState {
  secretSet(name: string): SecretSetState | undefined;
  secretSets(): SecretSetState[];
  agent(name: string): AgentState | undefined;
  agents(): AgentState[];
  /** The deployment that serves now, the newest ready one, with the values that it runs with. */
  serving(name: string): Deployment | undefined;
}

export function readState(platform: Platform): EmulatorState {
  const { secretSets, agents } = platform;

  const setState = (set: SecretSet): SecretSetState => ({
    name: set.name,
    region: set.region,
    organization: set.organization,
    kind: set.kind,
    status: secretSets.status(set),
    values: Object.fromEntries(set.values),
    host: set.host,
    auth: set.auth,
    referenced: set.referenced,
  });

  const agentState = (agent: Agent): AgentState => {
    const desired = desiredDeployment(agent);
    const reconciled = agents.reconciled(agent);
    return {
      ...pickConfiguration(desired),
      name: agent.name,
      region: agent.region,
      organization: agent.organization,
      desiredDeploymentId: desired.id,
      reconciledDeploymentId: reconciled?.id,
      ready: reconciled !== undefined && isReady(reconciled, agent.deployments, platform.now()),
      minAgents: agent.minAgents,
      maxAgents: agent.maxAgents,
      deployments: agent.deployments,
    };
  };

  return {
    secretSet(name) {
      const set = secretSets.named(name);
      return set && setState(set);
    },
    secretSets: () => secretSets.all().map(setState),
    agent(name) {
      const agent = agents.named(name);
      return agent && agentState(agent);
    },
    agents: () => agents.all().map(agentState),
    serving(name) {
      const agent = agents.named(name);
      return agent && agents.serving(agent);
    },
  };
}
