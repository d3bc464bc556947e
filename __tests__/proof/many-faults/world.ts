import type {
  AgentState,
  BuildState,
  Emulator,
  LoggedRequest,
  SecretSetState,
} from '../../../emulator/index.js';

/** What is on the platform at one moment. */
export interface World {
  readonly secretSets: readonly SecretSetState[];
  readonly agents: readonly AgentState[];
  readonly builds: readonly BuildState[];
  /** Sessions that run. */
  readonly sessions: number;
  /** The deployment that serves, by the name of its agent. */
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

/** What other people did while a release ran: there it need not have the last word. */
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

/** What a release was asked for in one region, in the names of the platform. */
export interface AskedRegion {
  readonly region: string;
  readonly secretSet:
    | {
        readonly name: RegExp;
        /** Undefined where the set is bound and not written. */
        readonly values: Readonly<Record<string, string>> | undefined;
        /** Whether the set is to hold nothing else. */
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
        /** Whether its deployment is awaited. */
        readonly isAwaited: boolean;
      }
    | undefined;
}

/** What a run of the action is judged by. */
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
