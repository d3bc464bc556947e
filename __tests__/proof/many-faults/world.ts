import type {
  AgentState,
  BuildState,
  Emulator,
  LoggedRequest,
  SecretSetState,
} from '../../../emulator/index.js';

/** The state of the platform at one moment. */
export interface World {
  readonly secretSets: readonly SecretSetState[];
  readonly agents: readonly AgentState[];
  readonly builds: readonly BuildState[];
  /** Running sessions. */
  readonly sessions: number;
  /** The deployments that are serving, by the names of their agents. */
  readonly serving: ReadonlyMap<string, string>;
}

export function worldOf({ state }: Emulator): World {
  const agents = state.agents();
  return {
    secretSets: state.secretSets(),
    agents,
    builds: state.builds(),
    sessions: state.sessions().filter(({ isActive }) => isActive).length,
    serving: new Map(
      agents.flatMap(({ name }) => {
        const deployment = state.serving(name);
        return deployment === undefined ? [] : [[name, deployment.id] as const];
      }),
    ),
  };
}

/** Changes of other users during a release, which may override it. */
export class Meddling {
  /** Names of the sets that they wrote or deleted. */
  readonly secretSets = new Set<string>();
  /** Names of the agents that they deployed, made or deleted. */
  readonly agents = new Set<string>();
  /** Ids of the deployments that they made. */
  readonly deployments = new Set<string>();

  get isAny(): boolean {
    return this.secretSets.size + this.agents.size > 0;
  }
}

/** The request of a release in one region, with the names on the platform. */
export interface AskedRegion {
  readonly region: string;
  readonly secretSet:
    | {
        readonly name: RegExp;
        /** Undefined if the set is only bound. */
        readonly values: Readonly<Record<string, string>> | undefined;
        /** Whether the set must contain nothing else. */
        readonly isWhole: boolean;
      }
    | undefined;
  readonly imagePullSecret:
    { readonly name: string; readonly auth: string | undefined } | undefined;
  readonly agent:
    | {
        readonly name: string;
        readonly image: string | undefined;
        readonly contextHash: string | undefined;
        readonly minAgents: number | undefined;
        /** Whether the release waits for its deployment. */
        readonly isAwaited: boolean;
      }
    | undefined;
}

/** Everything that is needed to check a run. */
export interface Evidence {
  readonly asked: readonly AskedRegion[];
  readonly isDryRun: boolean;
  /** Whether the run was cancelled. */
  readonly isCancelled: boolean;
  readonly before: World;
  readonly after: World;
  /** The requests of the run. */
  readonly requests: readonly LoggedRequest[];
  readonly meddling: Meddling;
}

export function setNamed(world: World, name: string): SecretSetState | undefined {
  return world.secretSets.find((set) => set.name === name);
}

export function agentNamed(world: World, name: string): AgentState | undefined {
  return world.agents.find((agent) => agent.name === name);
}
