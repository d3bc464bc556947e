import type { PackedContext } from '../context/pack.js';
import type { SecretSetKind, SecretSetStatus } from '../pipecat/answers.js';
import type { HiddenSetting, SettingChange } from '../plan/agent-changes.js';
import type { NewDeployment, Plan } from '../plan/plan.js';

/** The steps of a release, in their order. */
export const stepNames = [
  'inputs',
  'context',
  'credential',
  'preflight',
  'provision',
  'readiness',
  'build',
  'deploy',
  'rollout',
  'prune',
  'clean-up',
] as const;
export type StepName = (typeof stepNames)[number];

/** How a step went; times in milliseconds. A step that is done again adds to its duration. */
export interface StepRecord {
  readonly name: StepName;
  outcome: 'running' | 'done' | 'failed' | 'skipped';
  duration: number;
}

/** What became of a secret set. */
export interface SecretSetRecord {
  readonly name: string;
  readonly kind: SecretSetKind;
  readonly region: string;
  /** `cancelled`: it was being written when the run was cancelled. */
  outcome: 'created' | 'updated' | 'existing' | 'deleted' | 'failed' | 'cancelled' | 'skipped';
  status: SecretSetStatus | null;
  /** Names of keys, as far as they were written or deleted. */
  added: string[];
  updated: string[];
  pruned: string[];
  /** Keys that were given without a value. */
  readonly skippedKeys: readonly string[];
  /** Whether its content has a name of its own, so that nothing changes under an agent. */
  readonly isVersion: boolean;
}

/** What became of an agent. */
export interface AgentRecord {
  readonly name: string;
  readonly region: string;
  /** `cancelled`: it was being deployed when the run was cancelled. */
  outcome: 'created' | 'updated' | 'unchanged' | 'superseded' | 'failed' | 'cancelled' | 'skipped';
  deploymentId: string | null;
  ready: boolean;
  /** Whether the previous deployment goes on serving where this one failed. */
  previousServes: boolean;
  /** What it runs after the release, where that is known. */
  image: string | undefined;
  buildId: string | undefined;
  /** What differed from the agent before; as far as it was deployed, this was changed. */
  changes: readonly SettingChange[];
  /** Settings that were sent although it is not shown what they were. */
  hidden: readonly HiddenSetting[];
  /** Whether a new deployment was to follow, and why. */
  newDeployment: NewDeployment;
  /** Whether this release put new values under it that running sessions do not have. */
  replacesValues: boolean;
  /** Seconds after which the last session with the old values has ended. */
  sessionLimit: number;
  /** Instances that are kept warm. */
  minAgents: number;
}

/** What became of a cloud build. */
export interface BuildRecord {
  readonly region: string;
  /** Relative to the context. */
  readonly dockerfile: string;
  readonly contextHash: string;
  /** Null as long as none was started. */
  id: string | null;
  /** `running`: started, and not awaited to its end. `cancelled`: it was being started then. */
  outcome: 'built' | 'reused' | 'failed' | 'running' | 'cancelled' | 'skipped';
  /** Milliseconds that the upload and the build took; undefined where neither was needed. */
  duration: number | undefined;
}

/** A stretch of time in which something was under way, for the timeline. */
export interface Span {
  readonly region: string;
  readonly label: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  endedAt: number | undefined;
  outcome: 'running' | 'done' | 'failed';
}

/** Who the release acts as. */
export interface ActingAs {
  readonly credentialKind: 'private-api-key' | 'personal-access-token';
  readonly credentialOrigin: string;
  /** Undefined with an API key, which does not tell. */
  readonly organization: string | undefined;
}

/**
 * What a run is for: a release, the plan of one, or where a plan has no credential, a check of what
 * can be seen without one.
 */
export type RunKind = 'release' | 'plan' | 'offline-check';

/** The account of a release: what was done so far, whenever it is read. */
export interface ReleaseRecord {
  readonly startedAt: number;
  kind: RunKind;
  /** What was to be done, once that is known. */
  plan: Plan | undefined;
  actingAs: ActingAs | undefined;
  readonly steps: StepRecord[];
  readonly secretSets: SecretSetRecord[];
  readonly agents: AgentRecord[];
  /** What is built, once it is packed. */
  context: PackedContext | undefined;
  readonly builds: BuildRecord[];
  readonly spans: Span[];
  /** What a person should look at, in the order in which it came up. */
  readonly warnings: string[];
  readonly notices: string[];
}

/** The account of a set that is there and that nothing is done to. */
export function existingSet(name: string, kind: SecretSetKind, region: string): SecretSetRecord {
  return {
    name,
    kind,
    region,
    outcome: 'existing',
    status: null,
    added: [],
    updated: [],
    pruned: [],
    skippedKeys: [],
    isVersion: false,
  };
}
