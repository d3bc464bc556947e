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

/** How far a release came, as the ends of sentences: what is done, what goes on, what was not begun. */
export interface ReleaseProgress {
  readonly done: readonly string[];
  readonly underWay: readonly string[];
  readonly notStarted: readonly string[];
}

/** Steps that nothing in the record of a region stands for. */
const afterRelease: readonly StepName[] = ['smoke-test', 'drain', 'prune', 'clean-up'];

/** Names of keys in a sentence. */
const maxKeys = 10;

type Place = keyof ReleaseProgress;
/** What failed has a failure of its own, which tells more. */
type Placed = readonly [place: Place, what: string, where: string] | undefined;

/** How far a run came that ended before its time. */
export function progressOf(record: ReleaseRecord): ReleaseProgress {
  const { steps, targets } = record;
  const isAwaited = steps.some(({ name }) => name === 'rollout');
  const placed: Placed[] = [
    ...(record.teardown?.targets ?? []).flatMap(placeRemovals),
    ...secretSetsOf(record).map(placeSet),
    ...buildsOf(record).map(placeBuild),
    ...agentsOf(record).map((agent) => placeAgent(agent, isAwaited)),
  ];
  const told = (place: Place): string[] => grouped(placed, place);
  const pruning = steps.some(({ name, outcome }) => name === 'prune' && outcome === 'running');
  // What is planned is told by what it is for; before there is a plan, steps are all there is.
  const isPlanned = targets.length > 0 || record.teardown !== undefined;
  const stepsThat = (outcome: 'running' | 'skipped'): string[] =>
    steps
      .filter((step) => step.outcome === outcome)
      .filter(({ name }) => !isPlanned || afterRelease.includes(name))
      .map(({ name }) => `“${stepTitles[name]}”`);
  const underWay = told('underWay');
  const running = steps.filter(({ outcome }) => outcome === 'running');
  return {
    done: told('done'),
    underWay:
      underWay.length > 0
        ? [...underWay, ...stepsThat('running')]
        : running.map(({ name }) => `“${stepTitles[name]}”`),
    notStarted: [
      ...told('notStarted'),
      ...(pruning ? unprunedKeys(record) : []),
      ...stepsThat('skipped'),
    ],
  };
}

function placeSet(record: SecretSetRecord): Placed {
  const { kind, name, region, outcome, status, added, updated } = record;
  const keys = [...added, ...updated];
  const set = `${secretSetKinds[kind]} \`${name}\``;
  switch (outcome) {
    case 'existing':
    case 'failed':
      return undefined;
    case 'created':
    case 'updated':
      if (status === 'ready') return ['done', `the ${set} is ${outcome} and ready`, region];
      return status === 'pending'
        ? ['underWay', `the ${set} is ${outcome}, and the platform provisions it`, region]
        : ['done', `the ${set} is ${outcome}`, region];
    case 'deleted':
      return ['done', `the ${set} is deleted`, region];
    case 'cancelled':
      return [
        'underWay',
        `the ${set} was being written, ${writtenSoFar(keys, status === null)}`,
        region,
      ];
    case 'skipped':
      return ['notStarted', `the ${set} is not written`, region];
  }
}

function writtenSoFar(keys: readonly string[], isInDoubt: boolean): string {
  if (keys.length === 0) return 'but it is unknown whether it succeeded';
  const rest = isInDoubt ? 'it is unknown whether more were' : 'the rest is not';
  return `${listOf(keys, { most: maxKeys })} ${keys.length === 1 ? 'is' : 'are'} written, ${rest}`;
}

/** Keys of sets whose pruning was broken off. The one that was being deleted may be gone. */
function unprunedKeys({ targets }: ReleaseRecord): string[] {
  const sets = targets.flatMap(({ secretSets }) => secretSets);
  return sets.flatMap(({ name, region, plan, pruned, status }) => {
    const left = plan.prunedKeys.filter((key) => !pruned.includes(key));
    if (left.length === 0) return [];
    const doubt = status === null ? ' (unknown for the first)' : '';
    return [
      `${listOf(left, { most: maxKeys })} of \`${name}\` in \`${region}\` are not pruned${doubt}`,
    ];
  });
}

function placeRemovals({ region, agent, secretSets }: TeardownTargetRecord): Placed[] {
  const { stopped } = agent;
  return [
    ...(stopped.size > 0
      ? [['done', `sessions of \`${agent.name}\` are stopped: ${stopped.size}`, region] as const]
      : []),
    placeRemoval(agent, 'agent'),
    ...secretSets.map((set) => placeRemoval(set, secretSetKinds[set.kind])),
  ];
}

function placeRemoval({ name, region, outcome }: RemovalRecord, kind: string): Placed {
  const what = `the ${kind} \`${name}\``;
  switch (outcome) {
    case 'deleted':
      return ['done', `${what} is deleted`, region];
    case 'cancelled':
      return [
        'underWay',
        `${what} was being deleted, but it is unknown whether it succeeded`,
        region,
      ];
    case 'skipped':
      return ['notStarted', `${what} is not deleted`, region];
    case 'kept':
    case 'absent':
    case 'failed':
      return undefined;
  }
}

function placeBuild({ outcome, id, region }: BuildRecord): Placed {
  const build = id === null ? 'the build' : `the build \`${id}\``;
  switch (outcome) {
    case 'built':
      return ['done', `${build} has succeeded`, region];
    case 'reused':
      return ['done', `${build} is used again`, region];
    case 'failed':
      return undefined;
    case 'running':
      return ['underWay', `the platform continues ${build}`, region];
    case 'cancelled':
      return [
        'underWay',
        `${build} was being started, but it is unknown whether it succeeded`,
        region,
      ];
    case 'skipped':
      return ['notStarted', `${build} is not started`, region];
  }
}

function placeAgent(agent: AgentRecord, isAwaited: boolean): Placed {
  const { name, region, outcome, ready, deploymentId, rollBack } = agent;
  const deployment = `the deployment \`${deploymentId ?? 'unknown'}\` of \`${name}\``;
  if (rollBack?.outcome === 'skipped') {
    return ['notStarted', `\`${name}\` is not rolled back`, region];
  }
  if (rollBack?.outcome === 'running') {
    return ['underWay', `\`${name}\` was being rolled back`, region];
  }
  switch (outcome) {
    case 'rolled-back':
      return ['done', `\`${name}\` is rolled back, with ${deployment}`, region];
    case 'created':
    case 'updated':
    case 'unchanged':
      if (ready) return ['done', `${deployment} serves`, region];
      return isAwaited
        ? ['underWay', `the platform continues ${deployment}`, region]
        : ['done', `the agent \`${name}\` is ${outcome}, with ${deployment}`, region];
    case 'superseded':
    case 'failed':
      return undefined;
    case 'cancelled':
      return [
        'underWay',
        `the agent \`${name}\` was being deployed, but it is unknown whether it succeeded`,
        region,
      ];
    case 'skipped':
      return ['notStarted', `the agent \`${name}\` is not deployed`, region];
  }
}

/** What is the same in several regions is told once. */
function grouped(placed: readonly Placed[], place: Place): string[] {
  const regions = new Map<string, string[]>();
  for (const one of placed) {
    if (one?.[0] !== place) continue;
    regions.set(one[1], [...(regions.get(one[1]) ?? []), `\`${one[2]}\``]);
  }
  return [...regions].map(([what, where]) => `${what}, in ${where.join(', ')}`);
}
