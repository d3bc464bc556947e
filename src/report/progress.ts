import { listOf } from '../text/list.js';
import {
  agentsOf,
  buildsOf,
  secretSetsOf,
  type AgentRecord,
  type BuildRecord,
  type ReleaseRecord,
  type SecretSetRecord,
  type StepName,
} from '../record/record.js';
import type { RemovalRecord, TeardownTargetRecord } from '../record/teardown-record.js';
import { secretSetKinds } from '../plan/subject.js';
import { byRegions, counted, stepTitles } from './words.js';

/** How far a run got, as clauses: what is done, what is still running, what was not started. */
export interface ReleaseProgress {
  readonly done: readonly string[];
  readonly underWay: readonly string[];
  readonly notStarted: readonly string[];
}

/** Steps that leave no trace in the record of a region. */
const afterRelease: readonly StepName[] = ['smoke-test', 'drain', 'prune', 'clean-up'];

/** Names of keys in a sentence. */
const maxKeys = 10;

type Place = keyof ReleaseProgress;

/** Where something belongs, what became of it, and its name if it is not the usual one. */
type Result = readonly [place: Place, became: string, what?: string];

/** A thing and its result. Failed things have none, because their failures say more. */
interface Thing {
  readonly what: string;
  readonly region: string;
  readonly result: Result | undefined;
}

/** How far a cancelled run got. */
export function progressOf(record: ReleaseRecord): ReleaseProgress {
  const { steps, targets, teardown } = record;
  const isAwaited = steps.some(({ name }) => name === 'rollout');
  const things: Thing[] = [
    ...(teardown?.targets ?? []).flatMap(removedThings),
    ...secretSetsOf(record).map((set) => thingOf(set, secretSetKinds[set.kind], setResult(set))),
    ...buildsOf(record).map(({ region, id, outcome }) => ({
      what: id === null ? 'the build' : `the build \`${id}\``,
      region,
      result: buildResults[outcome],
    })),
    ...agentsOf(record).map((agent) => thingOf(agent, 'agent', agentResult(agent, isAwaited))),
  ];
  const pruning = steps.some(({ name, outcome }) => name === 'prune' && outcome === 'running');
  // Once there is a plan, its parts say more than the steps.
  const stepsThat = (outcome: 'running' | 'skipped', hasParts: boolean): string[] =>
    steps
      .filter((step) => step.outcome === outcome)
      .filter(({ name }) => !hasParts || afterRelease.includes(name))
      .map(({ name }) => `“${stepTitles[name]}”`);
  const underWay = clauses(things, 'underWay');
  return {
    done: clauses(things, 'done'),
    underWay: [...underWay, ...stepsThat('running', underWay.length > 0)],
    notStarted: [
      ...clauses(things, 'notStarted'),
      ...(pruning ? unprunedKeys(record) : []),
      ...stepsThat('skipped', targets.length > 0 || teardown !== undefined),
    ],
  };
}

function thingOf(
  { name, region }: { readonly name: string; readonly region: string },
  kind: string,
  result: Result | undefined,
): Thing {
  return { what: `the ${kind} \`${name}\``, region, result };
}

function setResult({ outcome, status, added, updated }: SecretSetRecord): Result | undefined {
  switch (outcome) {
    case 'existing':
    case 'failed':
      return undefined;
    case 'created':
    case 'updated':
      if (status === 'ready') return ['done', `was ${outcome} and is ready`];
      return status === 'pending'
        ? ['underWay', `was ${outcome}; the platform is provisioning it`]
        : ['done', `was ${outcome}`];
    case 'deleted':
      return ['done', 'was deleted'];
    case 'cancelled':
      return [
        'underWay',
        `was being written; ${writtenSoFar([...added, ...updated], status === null)}`,
      ];
    case 'skipped':
      return ['notStarted', 'was not written'];
  }
}

function writtenSoFar(keys: readonly string[], isInDoubt: boolean): string {
  if (keys.length === 0) return 'it is unknown whether that succeeded';
  const rest = isInDoubt ? 'it is unknown whether more were' : 'the rest was not';
  return `${listOf(keys, { most: maxKeys })} ${keys.length === 1 ? 'was' : 'were'} written; ${rest}`;
}

/** Keys of sets whose pruning was interrupted. The one that was being deleted may be gone. */
function unprunedKeys({ targets }: ReleaseRecord): string[] {
  const sets = targets.flatMap(({ secretSets }) => secretSets);
  return sets.flatMap(({ name, region, plan, pruned, status }) => {
    const left = plan.prunedKeys.filter((key) => !pruned.includes(key));
    if (left.length === 0) return [];
    const doubt = status === null ? ' (this is unknown for the first)' : '';
    return [
      `${listOf(left, { most: maxKeys })} of \`${name}\` in \`${region}\` ${left.length === 1 ? 'was' : 'were'} not pruned${doubt}`,
    ];
  });
}

function removedThings({ region, agent, secretSets }: TeardownTargetRecord): Thing[] {
  const count = agent.stopped.size;
  return [
    {
      what: `${counted(count, 'session')} of \`${agent.name}\``,
      region,
      result: count === 0 ? undefined : ['done', count === 1 ? 'was stopped' : 'were stopped'],
    },
    thingOf(agent, 'agent', removalResults[agent.outcome]),
    ...secretSets.map((set) => thingOf(set, secretSetKinds[set.kind], removalResults[set.outcome])),
  ];
}

const removalResults: Readonly<Record<RemovalRecord['outcome'], Result | undefined>> = {
  deleted: ['done', 'was deleted'],
  cancelled: ['underWay', 'was being deleted; it is unknown whether that succeeded'],
  skipped: ['notStarted', 'was not deleted'],
  kept: undefined,
  absent: undefined,
  failed: undefined,
};

const buildResults: Readonly<Record<BuildRecord['outcome'], Result | undefined>> = {
  built: ['done', 'succeeded'],
  reused: ['done', 'is reused'],
  failed: undefined,
  running: ['underWay', 'is still running on the platform'],
  cancelled: ['underWay', 'was being started; it is unknown whether that succeeded'],
  skipped: ['notStarted', 'was not started'],
};

function agentResult(
  { name, outcome, ready, deploymentId, rollBack }: AgentRecord,
  isAwaited: boolean,
): Result | undefined {
  const id = `\`${deploymentId ?? 'unknown'}\``;
  const deployment = `the deployment ${id} of \`${name}\``;
  if (rollBack?.outcome === 'skipped') return ['notStarted', 'was not rolled back'];
  if (rollBack?.outcome === 'running') return ['underWay', 'was being rolled back'];
  switch (outcome) {
    case 'rolled-back':
      return ['done', `was rolled back; its deployment is ${id}`];
    case 'created':
    case 'updated':
    case 'unchanged':
      if (ready) return ['done', 'is serving', deployment];
      return isAwaited
        ? ['underWay', 'is still rolling out', deployment]
        : ['done', `was ${outcome}; its deployment is ${id}`];
    case 'superseded':
    case 'failed':
      return undefined;
    case 'cancelled':
      return ['underWay', 'was being deployed; it is unknown whether that succeeded'];
    case 'skipped':
      return ['notStarted', 'was not deployed'];
  }
}

/** Names once what is the same in several regions. */
function clauses(things: readonly Thing[], wanted: Place): string[] {
  const placed = things.flatMap(({ region, what: usual, result }) => {
    const [place, became, what = usual] = result ?? [];
    return place === wanted ? [{ region, value: { what, became } }] : [];
  });
  return byRegions(placed).map(
    ({ regions, value: { what, became } }) => `${what} in ${listOf(regions)} ${became}`,
  );
}
