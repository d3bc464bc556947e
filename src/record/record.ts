import type { PackedContext } from '../context/pack.js';
import type { SecretSetKind, SecretSetStatus } from '../pipecat/answers.js';
import type { RollBackPlan } from '../plan/roll-back.js';
import type { TeardownRecord } from './teardown-record.js';
import type { AgentPlan, BuildPlan, Plan, SecretSetPlan, Target } from '../plan/plan.js';

/** The steps of a run, in order. */
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

/** The outcome of a step. The duration is in milliseconds, and adds up if a step runs again. */
export interface StepRecord {
  readonly name: StepName;
  outcome: 'running' | 'done' | 'failed' | 'skipped';
  duration: number;
}

/** What happened to a secret set. */
export interface SecretSetRecord {
  readonly name: string;
  readonly kind: SecretSetKind;
  readonly region: string;
  /** Undefined for a set that the plan does not name. */
  readonly plan: SecretSetPlan | undefined;
  /** `cancelled`: the run was cancelled while the set was being written. */
  outcome: 'created' | 'updated' | 'existing' | 'deleted' | 'failed' | 'cancelled' | 'skipped';
  status: SecretSetStatus | null;
  /** Whether this run changed it, or may have, because the response to a write was lost. */
  isChanged: boolean;
  /** Names of the keys that were written or deleted. */
  readonly added: string[];
  readonly updated: string[];
  readonly pruned: string[];
}

/** What happened to a set of the plan. */
export interface PlannedSetRecord extends SecretSetRecord {
  readonly plan: SecretSetPlan;
}

/** The result of a smoke test. */
export interface SmokeTestRecord {
  readonly outcome: 'passed' | 'failed' | 'inconclusive';
  /** The last session; null if none was started. */
  readonly sessionId: string | null;
  /** The deployment that the session ran on. */
  readonly deploymentId: string | null;
  /** Seconds from the request to the start of the bot. */
  readonly startSeconds: number | null;
  readonly coldStart: boolean | null;
}

/** Sessions that are still running on older deployments. */
export interface SessionsOnOlder {
  readonly count: number;
  /** Whether there may be more than were counted. */
  readonly isCut: boolean;
}

/** What happened to a rollback. */
export interface RollBackRecord {
  readonly plan: RollBackPlan;
  /** `running`: the run was cancelled during the rollback. `skipped`: it was cancelled before. */
  outcome: 'done' | 'failed' | 'running' | 'skipped';
}

/** What happened to an agent. */
export interface AgentRecord {
  readonly name: string;
  readonly region: string;
  /** Planned again just before the deploy, for the agent at that moment. */
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
  /** After a rollback, the deployment of the rollback. */
  deploymentId: string | null;
  /** Whether this run deployed it, or may have, because the response to the deploy was lost. */
  isChanged: boolean;
  ready: boolean;
  /** When this run found that it was ready, in milliseconds since the epoch. */
  readyAt: number | undefined;
  /** Whether the previous deployment is still serving after this one failed. */
  previousServes: boolean;
  /** Undefined if there was no rollback. */
  rollBack: RollBackRecord | undefined;
  /** Whether this release gave it new values, which running sessions do not have. */
  replacesValues: boolean;
  /** Null if there is no smoke test, or before it ends. */
  smokeTest: SmokeTestRecord | null;
  /** Null if there is no new deployment, or the sessions could not be counted. */
  sessionsOnOlder: SessionsOnOlder | null;
}

/** Whether the deploy made a new deployment, as far as this run knows. */
export function hasNewDeployment({ deploymentId, plan }: AgentRecord): boolean {
  return deploymentId !== plan.before?.desiredDeploymentId;
}

/** What happened to a cloud build. */
export interface BuildRecord {
  readonly region: string;
  readonly plan: BuildPlan;
  /** Null until a build is started or found. */
  id: string | null;
  /** `running`: started, but the run did not wait for its end. `cancelled`: the run was cancelled during the start. */
  outcome: 'built' | 'reused' | 'failed' | 'running' | 'cancelled' | 'skipped';
  /** Milliseconds for the upload and the build; undefined if neither was necessary. */
  duration: number | undefined;
}

/** What happened in one region of the plan: the same tree, with the plan's entry in each record. */
export interface TargetRecord {
  readonly region: string;
  readonly secretSets: readonly PlannedSetRecord[];
  readonly build: BuildRecord | undefined;
  readonly agent: AgentRecord | undefined;
  /** Deleted older versions. */
  readonly deletedVersions: SecretSetRecord[];
}

/** A region with an agent. */
export interface AgentTargetRecord extends TargetRecord {
  readonly agent: AgentRecord;
}

export function hasAgent(target: TargetRecord): target is AgentTargetRecord {
  return target.agent !== undefined;
}

/** A bar of the timeline; times in milliseconds of the clock. */
export interface Span {
  readonly region: string;
  readonly label: string;
  readonly startedAt: number;
  endedAt: number | undefined;
  outcome: 'running' | 'done' | 'failed';
}

/** The credential of a release. */
export interface ActingAs {
  readonly credentialKind: 'private-api-key' | 'personal-access-token';
  readonly credentialOrigin: string;
  /** Undefined for an API key, which does not name its organization. */
  readonly organization: string | undefined;
}

/** What a run does. An `offline-check` is a plan without a credential. */
export type RunKind = 'release' | 'plan' | 'teardown' | 'teardown-plan' | 'offline-check';

/** The record of a run: what it has done so far, whenever somebody reads it. */
export interface ReleaseRecord {
  /** Milliseconds of the clock. */
  readonly startedAt: number;
  kind: RunKind;
  /** Undefined until the plan is made. */
  plan: Plan | undefined;
  /** The regions of the plan, in order; empty until the release starts. */
  targets: readonly TargetRecord[];
  /** Undefined in a release, and until a teardown is planned. */
  teardown: TeardownRecord | undefined;
  actingAs: ActingAs | undefined;
  readonly steps: StepRecord[];
  /** Undefined until the build context is packed. */
  context: PackedContext | undefined;
  readonly spans: Span[];
  /** What a person should look at, in order. */
  readonly warnings: string[];
  readonly notices: string[];
  /** Worth knowing, but nothing to do: lines of the log and the summary, never annotations. */
  readonly remarks: string[];
}

/** All sets that were written, bound or deleted. */
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

/** Whether the run changed anything on the platform, or may have. */
export function isAnythingChanged(record: Pick<ReleaseRecord, 'targets'>): boolean {
  return (
    secretSetsOf(record).some(({ isChanged }) => isChanged) ||
    buildsOf(record).some(({ outcome }) => outcome !== 'skipped' && outcome !== 'reused') ||
    isAnyAgentChanged(record)
  );
}

/** Whether the run deployed an agent, or may have. */
export function isAnyAgentChanged(record: Pick<ReleaseRecord, 'targets'>): boolean {
  return agentsOf(record).some(({ isChanged }) => isChanged);
}

/** The record of a region before anything is done in it. */
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
    agent: agent && newAgentRecord(agent),
    deletedVersions: [],
  };
}

/** The record of an agent before it is deployed. */
export function newAgentRecord(plan: AgentPlan): AgentRecord {
  return {
    name: plan.name,
    region: plan.region,
    plan,
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
  };
}

/** The record of a set that exists and is unchanged. */
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
