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
import { stepTitles } from './words.js';

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
/** A thing and its result. Failed things are left out, because their failures say more. */
type Placed =
  | {
      readonly place: Place;
      readonly what: string;
      readonly region: string;
      readonly became: string;
    }
  | undefined;

/** How far a cancelled run got. */
export function progressOf(record: ReleaseRecord): ReleaseProgress {
  const { steps, targets } = record;
  const isAwaited = steps.some(({ name }) => name === 'rollout');
  const placed: Placed[] = [
    ...(record.teardown?.targets ?? []).flatMap(placeRemovals),
    ...secretSetsOf(record).map(placeSet),
    ...buildsOf(record).map(placeBuild),
    ...agentsOf(record).map((agent) => placeAgent(agent, isAwaited)),
  ];
  const shown = (place: Place): string[] => grouped(placed, place);
  const pruning = steps.some(({ name, outcome }) => name === 'prune' && outcome === 'running');
  // Once there is a plan, its parts say more than the steps.
  const isPlanned = targets.length > 0 || record.teardown !== undefined;
  const stepsThat = (outcome: 'running' | 'skipped'): string[] =>
    steps
      .filter((step) => step.outcome === outcome)
      .filter(({ name }) => !isPlanned || afterRelease.includes(name))
      .map(({ name }) => `“${stepTitles[name]}”`);
  const underWay = shown('underWay');
  const running = steps.filter(({ outcome }) => outcome === 'running');
  return {
    done: shown('done'),
    underWay:
      underWay.length > 0
        ? [...underWay, ...stepsThat('running')]
        : running.map(({ name }) => `“${stepTitles[name]}”`),
    notStarted: [
      ...shown('notStarted'),
      ...(pruning ? unprunedKeys(record) : []),
      ...stepsThat('skipped'),
    ],
  };
}

function placeSet(record: SecretSetRecord): Placed {
  const { kind, name, region, outcome, status, added, updated } = record;
  const keys = [...added, ...updated];
  const set = { what: `the ${secretSetKinds[kind]} \`${name}\``, region };
  switch (outcome) {
    case 'existing':
    case 'failed':
      return undefined;
    case 'created':
    case 'updated':
      if (status === 'ready')
        return { ...set, place: 'done', became: `was ${outcome} and is ready` };
      return status === 'pending'
        ? { ...set, place: 'underWay', became: `was ${outcome}; the platform is provisioning it` }
        : { ...set, place: 'done', became: `was ${outcome}` };
    case 'deleted':
      return { ...set, place: 'done', became: 'was deleted' };
    case 'cancelled':
      return {
        ...set,
        place: 'underWay',
        became: `was being written; ${writtenSoFar(keys, status === null)}`,
      };
    case 'skipped':
      return { ...set, place: 'notStarted', became: 'was not written' };
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

function placeRemovals({ region, agent, secretSets }: TeardownTargetRecord): Placed[] {
  const count = agent.stopped.size;
  const sessions = count === 1 ? '1 session' : `${count} sessions`;
  return [
    count === 0
      ? undefined
      : {
          place: 'done',
          what: `${sessions} of \`${agent.name}\``,
          region,
          became: count === 1 ? 'was stopped' : 'were stopped',
        },
    placeRemoval(agent, 'agent'),
    ...secretSets.map((set) => placeRemoval(set, secretSetKinds[set.kind])),
  ];
}

function placeRemoval({ name, region, outcome }: RemovalRecord, kind: string): Placed {
  const removal = { what: `the ${kind} \`${name}\``, region };
  switch (outcome) {
    case 'deleted':
      return { ...removal, place: 'done', became: 'was deleted' };
    case 'cancelled':
      return {
        ...removal,
        place: 'underWay',
        became: 'was being deleted; it is unknown whether that succeeded',
      };
    case 'skipped':
      return { ...removal, place: 'notStarted', became: 'was not deleted' };
    case 'kept':
    case 'absent':
    case 'failed':
      return undefined;
  }
}

function placeBuild({ outcome, id, region }: BuildRecord): Placed {
  const build = { what: id === null ? 'the build' : `the build \`${id}\``, region };
  switch (outcome) {
    case 'built':
      return { ...build, place: 'done', became: 'succeeded' };
    case 'reused':
      return { ...build, place: 'done', became: 'is reused' };
    case 'failed':
      return undefined;
    case 'running':
      return { ...build, place: 'underWay', became: 'is still running on the platform' };
    case 'cancelled':
      return {
        ...build,
        place: 'underWay',
        became: 'was being started; it is unknown whether that succeeded',
      };
    case 'skipped':
      return { ...build, place: 'notStarted', became: 'was not started' };
  }
}

function placeAgent(record: AgentRecord, isAwaited: boolean): Placed {
  const { name, region, outcome, ready, deploymentId, rollBack } = record;
  const id = `\`${deploymentId ?? 'unknown'}\``;
  const agent = { what: `the agent \`${name}\``, region };
  const deployment = { what: `the deployment ${id} of \`${name}\``, region };
  if (rollBack?.outcome === 'skipped') {
    return { ...agent, place: 'notStarted', became: 'was not rolled back' };
  }
  if (rollBack?.outcome === 'running') {
    return { ...agent, place: 'underWay', became: 'was being rolled back' };
  }
  switch (outcome) {
    case 'rolled-back':
      return { ...agent, place: 'done', became: `was rolled back; its deployment is ${id}` };
    case 'created':
    case 'updated':
    case 'unchanged':
      if (ready) return { ...deployment, place: 'done', became: 'is serving' };
      return isAwaited
        ? { ...deployment, place: 'underWay', became: 'is still rolling out' }
        : { ...agent, place: 'done', became: `was ${outcome}; its deployment is ${id}` };
    case 'superseded':
    case 'failed':
      return undefined;
    case 'cancelled':
      return {
        ...agent,
        place: 'underWay',
        became: 'was being deployed; it is unknown whether that succeeded',
      };
    case 'skipped':
      return { ...agent, place: 'notStarted', became: 'was not deployed' };
  }
}

/** Names once what is the same in several regions. */
function grouped(placed: readonly Placed[], place: Place): string[] {
  const groups = new Map<string, { what: string; regions: string[]; became: string }>();
  for (const one of placed) {
    if (one?.place !== place) continue;
    const { what, region, became } = one;
    const key = `${what} ${became}`;
    const group = groups.get(key) ?? { what, regions: [], became };
    group.regions.push(region);
    groups.set(key, group);
  }
  return [...groups.values()].map(
    ({ what, regions, became }) => `${what} in ${listOf(regions)} ${became}`,
  );
}
