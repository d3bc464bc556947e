import type { SecretSetKind } from '../pipecat/answers.js';
import type { KeptBecause, Removal, TeardownPlan } from '../plan/teardown-plan.js';

/** What happened to an agent or a set that a teardown should delete. */
export interface RemovalRecord {
  readonly name: string;
  readonly region: string;
  /**
   * `absent`: it does not exist. `kept`: it must not be deleted. `cancelled`: the run was cancelled during
   * the deletion. `skipped`: the run ended before the deletion.
   */
  outcome: 'deleted' | 'kept' | 'absent' | 'failed' | 'cancelled' | 'skipped';
  /** Why it is kept. */
  kept: KeptBecause | undefined;
  /** Whether this run deleted it, or may have, because the response was lost. */
  isChanged: boolean;
}

interface AgentRemovalRecord extends RemovalRecord {
  /** How many sessions were running before the teardown. */
  readonly sessions: number;
  /** Ids of the sessions that this run stopped. */
  readonly stopped: Set<string>;
}

export interface SetRemovalRecord extends RemovalRecord {
  readonly kind: SecretSetKind;
}

/** What happened in one region of a teardown. */
export interface TeardownTargetRecord {
  readonly region: string;
  readonly agent: AgentRemovalRecord;
  readonly secretSets: readonly SetRemovalRecord[];
}

export interface TeardownRecord {
  readonly plan: TeardownPlan;
  readonly targets: readonly TeardownTargetRecord[];
}

/** The record of a teardown before anything is deleted. */
export function newTeardownRecord(plan: TeardownPlan): TeardownRecord {
  const targets = plan.targets.map(({ region, agent, secretSets }) => ({
    region,
    agent: {
      ...removalRecord(agent, region),
      sessions: agent.sessions,
      stopped: new Set<string>(),
    },
    secretSets: secretSets.map((set) => ({ ...removalRecord(set, region), kind: set.kind })),
  }));
  return { plan, targets };
}

const outcomeBefore = { keep: 'kept', none: 'absent', delete: 'skipped' } as const;

function removalRecord(
  { name, removal }: { readonly name: string; readonly removal: Removal },
  region: string,
): RemovalRecord {
  const kept = removal.action === 'keep' ? removal.kept : undefined;
  return { name, region, outcome: outcomeBefore[removal.action], kept, isChanged: false };
}

/** Whether something is still to be deleted. */
export function isDue({ outcome }: RemovalRecord): boolean {
  return outcome === 'skipped';
}

/** All agents and sets of a teardown, region by region. */
export function removalsOf({ targets }: TeardownRecord): RemovalRecord[] {
  return targets.flatMap(({ agent, secretSets }) => [agent, ...secretSets]);
}

/** Whether the teardown changed anything on the platform, or may have. */
export function isAnythingTornDown(record: TeardownRecord): boolean {
  return (
    record.targets.some(({ agent }) => agent.stopped.size > 0) ||
    removalsOf(record).some(({ isChanged }) => isChanged)
  );
}

/** Whether nothing is left of the preview except what must stay. */
export function isTornDown(record: TeardownRecord | undefined): boolean {
  const done: readonly RemovalRecord['outcome'][] = ['deleted', 'absent', 'kept'];
  return (
    record !== undefined &&
    removalsOf(record).every(({ outcome }) => done.includes(outcome)) &&
    record.targets.every(({ agent }) => agent.outcome !== 'kept')
  );
}
