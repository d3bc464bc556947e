import type { PackedContext } from '../context/pack.js';
import type { SecretSetKind, SecretSetStatus } from '../pipecat/answers.js';
import type { RollBackPlan } from '../plan/roll-back.js';
import type { TeardownRecord } from './teardown-record.js';
import type { AgentPlan, BuildPlan, Plan, SecretSetPlan, Target } from '../plan/plan.js';

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
  'smoke-test',
  'roll-back',
  'drain',
  'prune',
  'clean-up',
  'stop-sessions',
  'delete-agent',
  'delete-sets',
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
  /** Undefined for a set that the plan does not name. */
  readonly plan: SecretSetPlan | undefined;
  /** `cancelled`: the run was cancelled while the set was being written. */
  outcome: 'created' | 'updated' | 'existing' | 'deleted' | 'failed' | 'cancelled' | 'skipped';
  status: SecretSetStatus | null;
  /** Whether this run changed it, or may have: the answer to a write was lost. */
  isChanged: boolean;
  /** Names of the keys that were written or deleted. */
  readonly added: string[];
  readonly updated: string[];
  readonly pruned: string[];
}

/** What became of a set of the plan. */
export interface PlannedSetRecord extends SecretSetRecord {
  readonly plan: SecretSetPlan;
}

/** What a session on the new deployment showed. */
export interface SmokeTestRecord {
  readonly outcome: 'passed' | 'failed' | 'inconclusive';
  /** The last session that was started; null if there is none. */
  readonly sessionId: string | null;
  /** The deployment that the session ran on. */
  readonly deploymentId: string | null;
  /** Seconds from the request to the start of the bot. */
  readonly startSeconds: number | null;
  readonly coldStart: boolean | null;
}

/** Sessions that still run on older deployments. */
export interface SessionsOnOlder {
  readonly count: number;
  /** Whether there are more than were counted. */
  readonly isCut: boolean;
}

/** What became of a rollback. */
export interface RollBackRecord {
  readonly plan: RollBackPlan;
  /** `running`: the run was cancelled meanwhile. `skipped`: the run was cancelled before it began. */
  outcome: 'done' | 'failed' | 'running' | 'skipped';
}

/** What became of an agent. */
export interface AgentRecord {
  readonly name: string;
  readonly region: string;
  /** Made again just before the deploy, from the agent as it was then. */
  plan: AgentPlan;
  /** `cancelled`: the run was cancelled while the agent was being deployed. */
  outcome:
    | 'created'
    | 'updated'
    | 'unchanged'
    | 'superseded'
    | 'rolled-back'
    | 'failed'
    | 'cancelled'
    | 'skipped';
  /** After a rollback, its deployment. */
  deploymentId: string | null;
  /** Whether this run deployed it, or may have: the answer to the deploy was lost. */
  isChanged: boolean;
  ready: boolean;
  /** When this run saw that it was ready, in milliseconds since the epoch. */
  readyAt: number | undefined;
  /** Whether the previous deployment keeps serving after this one failed. */
  previousServes: boolean;
  /** Undefined unless the agent was to go back to what it was. */
  rollBack: RollBackRecord | undefined;
  /** Whether this release gave it new values that running sessions do not have. */
  replacesValues: boolean;
  /** Null without a smoke test, or before its end. */
  smokeTest: SmokeTestRecord | null;
  /** Null if there is no new deployment, or they could not be counted. */
  sessionsOnOlder: SessionsOnOlder | null;
}

/** What became of a cloud build. */
export interface BuildRecord {
  readonly region: string;
  readonly plan: BuildPlan;
  /** Null until a build is started or found. */
  id: string | null;
  /** `running`: started, and not awaited to its end. `cancelled`: the run was cancelled during the start. */
  outcome: 'built' | 'reused' | 'failed' | 'running' | 'cancelled' | 'skipped';
  /** Milliseconds that the upload and the build took; undefined if neither was needed. */
  duration: number | undefined;
}

/** What became of one region of the plan: the same tree, with the plan's entry in each record. */
export interface TargetRecord {
  readonly region: string;
  readonly secretSets: readonly PlannedSetRecord[];
  readonly build: BuildRecord | undefined;
  readonly agent: AgentRecord | undefined;
  /** Older versions that were deleted at the end. */
  readonly deletedVersions: SecretSetRecord[];
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
 * What a run is for: a release, the end of a preview, the plan of one of them, or where a plan has no credential, a check of what
 * can be seen without one.
 */
export type RunKind = 'release' | 'plan' | 'teardown' | 'teardown-plan' | 'offline-check';

/** The account of a release: what was done so far, whenever it is read. */
export interface ReleaseRecord {
  readonly startedAt: number;
  kind: RunKind;
  /** What was to be done, once that is known. */
  plan: Plan | undefined;
  /** What became of each region of the plan, in its order; empty until the release begins. */
  targets: readonly TargetRecord[];
  /** What a teardown is to delete, and what became of it; undefined until that is known, and in a release. */
  teardown: TeardownRecord | undefined;
  actingAs: ActingAs | undefined;
  readonly steps: StepRecord[];
  /** What is built, once it is packed. */
  context: PackedContext | undefined;
  readonly spans: Span[];
  /** What a person should look at, in the order in which it came up. */
  readonly warnings: string[];
  readonly notices: string[];
  /** What is worth knowing, but needs nobody: lines of the log and the summary, never annotations. */
  readonly remarks: string[];
}

/** Every set that was written, bound or deleted. */
export function secretSetsOf(record: Pick<ReleaseRecord, 'targets'>): SecretSetRecord[] {
  return [
    ...record.targets.flatMap(({ secretSets }) => secretSets),
    ...record.targets.flatMap(({ deletedVersions }) => deletedVersions),
  ];
}

export function buildsOf({ targets }: Pick<ReleaseRecord, 'targets'>): BuildRecord[] {
  return targets.map(({ build }) => build).filter((build) => build !== undefined);
}

export function agentsOf({ targets }: Pick<ReleaseRecord, 'targets'>): AgentRecord[] {
  return targets.map(({ agent }) => agent).filter((agent) => agent !== undefined);
}

/** The record of a region before anything is done there. */
export function newTargetRecord({ region, secretSets, build, agent }: Target): TargetRecord {
  return {
    region,
    secretSets: secretSets.map((plan) => ({
      ...existingSet(plan.name, plan.kind, region),
      plan,
      outcome: plan.action === 'bind' ? 'existing' : 'skipped',
      status: plan.status ?? null,
    })),
    build: build && { region, plan: build, id: null, outcome: 'skipped', duration: undefined },
    agent: agent && {
      name: agent.name,
      region,
      plan: agent,
      outcome: 'skipped',
      deploymentId: null,
      isChanged: false,
      ready: false,
      readyAt: undefined,
      previousServes: false,
      rollBack: undefined,
      replacesValues: false,
      smokeTest: null,
      sessionsOnOlder: null,
    },
    deletedVersions: [],
  };
}

/** The record of a set that exists and stays as it is. */
export function existingSet(name: string, kind: SecretSetKind, region: string): SecretSetRecord {
  return {
    name,
    kind,
    region,
    plan: undefined,
    outcome: 'existing',
    status: null,
    isChanged: false,
    added: [],
    updated: [],
    pruned: [],
  };
}
