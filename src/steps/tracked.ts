import { agentFacts } from './deploy.js';
import type { AgentPlan, BuildPlan, SecretSetPlan, Target } from '../plan/plan.js';
import {
  existingSet,
  type AgentRecord,
  type BuildRecord,
  type SecretSetRecord,
} from '../record/record.js';

/** A plan's entry, and the account that is kept of it. */
interface Tracked<Planned, Recorded> {
  readonly plan: Planned;
  readonly record: Recorded;
}

export type TrackedSet = Tracked<SecretSetPlan, SecretSetRecord>;
export type TrackedAgent = Tracked<AgentPlan, AgentRecord>;
export type TrackedBuild = Tracked<BuildPlan, BuildRecord>;

/** One region of the release, with the account of it. */
export interface TrackedTarget {
  readonly region: string;
  readonly sets: readonly TrackedSet[];
  readonly build: TrackedBuild | undefined;
  readonly agent: TrackedAgent | undefined;
}

export function setsOf(targets: readonly TrackedTarget[]): TrackedSet[] {
  return targets.flatMap(({ sets }) => sets);
}

export function buildsOf(targets: readonly TrackedTarget[]): TrackedBuild[] {
  return targets.map(({ build }) => build).filter((build) => build !== undefined);
}

export function agentsOf(targets: readonly TrackedTarget[]): TrackedAgent[] {
  return targets.map(({ agent }) => agent).filter((agent) => agent !== undefined);
}

export function trackTarget({ region, secretSets, build, agent }: Target): TrackedTarget {
  return {
    region,
    sets: secretSets.map(trackSet),
    build: build && trackBuild(build),
    agent: agent && trackAgent(agent),
  };
}

function trackSet(plan: SecretSetPlan): TrackedSet {
  return {
    plan,
    record: {
      ...existingSet(plan.name, plan.kind, plan.region),
      outcome: plan.action === 'bind' ? 'existing' : 'skipped',
      status: plan.status ?? null,
      skippedKeys: plan.skippedKeys,
      isVersion: plan.template !== undefined,
    },
  };
}

function trackBuild(plan: BuildPlan): TrackedBuild {
  const { region, context } = plan;
  return {
    plan,
    record: {
      region,
      dockerfile: context.dockerfile,
      contextHash: context.hash,
      id: null,
      outcome: 'skipped',
      duration: undefined,
    },
  };
}

function trackAgent(plan: AgentPlan): TrackedAgent {
  return {
    plan,
    record: {
      name: plan.name,
      region: plan.region,
      outcome: 'skipped',
      deploymentId: null,
      ready: false,
      previousServes: false,
      replacesValues: false,
      ...agentFacts(plan),
    },
  };
}
