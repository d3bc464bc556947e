import type { SecretSetKind } from '../pipecat/answers.js';
import type { KeptBecause, Removal, TeardownPlan, TeardownTarget } from '../plan/teardown-plan.js';

/** What became of something that a teardown is to delete. */
export interface RemovalRecord {
  readonly name: string;
  readonly region: string;
  /**
   * `absent`: it does not exist. `kept`: it must not be deleted. `cancelled`: the run was cancelled while
   * it was being deleted. `skipped`: its turn did not come.
   */
  outcome: 'deleted' | 'kept' | 'absent' | 'failed' | 'cancelled' | 'skipped';
  /** Why it is kept. */
  kept: KeptBecause | undefined;
  /** Whether this run deleted it, or may have: the answer to the deletion was lost. */
  isChanged: boolean;
}

export interface AgentRemovalRecord extends RemovalRecord {
  /** Sessions that ran before the teardown. */
  readonly sessions: number;
  /** Ids of the sessions that were stopped. */
  readonly stopped: Set<string>;
}

export interface SetRemovalRecord extends RemovalRecord {
  readonly kind: SecretSetKind;
}

/** What became of one region of a teardown. */
export interface TeardownTargetRecord {
  readonly region: string;
  readonly agent: AgentRemovalRecord;
  readonly secretSets: readonly SetRemovalRecord[];
}

/** The account of a teardown. */
export interface TeardownRecord {
  readonly plan: TeardownPlan;
  readonly targets: readonly TeardownTargetRecord[];
}

/** The record of a teardown before anything is deleted. */
export function untouchedTeardown(plan: TeardownPlan): TeardownRecord {
  return { plan, targets: plan.targets.map(untouchedTarget) };
}

function untouchedTarget({ region, agent, secretSets }: TeardownTarget): TeardownTargetRecord {
  return {
    region,
    agent: {
      name: agent.name,
      region,
      sessions: agent.sessions,
      stopped: new Set(),
      ...outcomeBefore(agent.removal),
    },
    secretSets: secretSets.map(({ name, kind, removal }) => ({
      name,
      region,
      kind,
      ...outcomeBefore(removal),
    })),
  };
}

function outcomeBefore(removal: Removal): Pick<RemovalRecord, 'outcome' | 'kept' | 'isChanged'> {
  const isChanged = false;
  switch (removal.action) {
    case 'keep':
      return { outcome: 'kept', kept: removal.kept, isChanged };
    case 'none':
      return { outcome: 'absent', kept: undefined, isChanged };
    case 'delete':
      return { outcome: 'skipped', kept: undefined, isChanged };
  }
}

/** Everything that a teardown is about, region by region. */
export function removalsOf({ targets }: TeardownRecord): RemovalRecord[] {
  return targets.flatMap(({ agent, secretSets }) => [agent, ...secretSets]);
}

/** Whether the teardown has changed anything on the platform, or may have. */
export function isAnythingTornDown(record: TeardownRecord): boolean {
  return (
    record.targets.some(({ agent }) => agent.stopped.size > 0) ||
    removalsOf(record).some(({ isChanged }) => isChanged)
  );
}

/** Whether nothing is left of the preview but what has to stay. */
export function isTornDown(record: TeardownRecord | undefined): boolean {
  const done: readonly RemovalRecord['outcome'][] = ['deleted', 'absent', 'kept'];
  return (
    record !== undefined &&
    removalsOf(record).every(({ outcome }) => done.includes(outcome)) &&
    record.targets.every(({ agent }) => agent.outcome !== 'kept')
  );
}
