import type { AgentSettings } from '../pipecat/agent-settings.js';
import type { AgentPlan } from '../plan/plan.js';
import { plannedAgent } from '../plan/plan-agent.js';
import {
  agentsOf,
  isAnyAgentChanged,
  isAnythingChanged,
  type AgentRecord,
  type ReleaseRecord,
  type RollBackRecord,
  type TargetRecord,
} from '../record/record.js';
import { asIs, listOf } from '../text/list.js';
import { teardownState } from './teardown.js';
import { byRegions, nonEmpty, type Texts } from './words.js';

/** What is serving for one agent now, as far as the record of the release shows it. */
interface Serving {
  readonly state: 'released' | 'as-before' | 'nothing' | 'other' | 'unconfirmed';
  /** The image or build of the first two states, if it is known. */
  readonly what?: string | undefined;
}

/** Names of keys in a sentence. */
const maxKeys = 10;

/** Names of keys that an agent may already see. The table of secret sets has all of them. */
const maxExposedKeys = 2;

/** Longer images are shown without the host of their registry. */
const maxImageLength = 40;

export function servingOf(agent: AgentRecord): Serving {
  return afterRollBack(agent) ?? afterRelease(agent);
}

/** What is serving after a rollback; undefined if no rollback decides it. */
function afterRollBack({ outcome, ready, plan, rollBack }: AgentRecord): Serving | undefined {
  if (outcome === 'rolled-back') {
    return rollBack?.plan.keepsNewImage === false
      ? { state: 'as-before', what: nameBefore(plan) }
      : { state: 'released', what: plannedName(plan) };
  }
  const isUnfinished = rollBack?.outcome === 'failed' || rollBack?.outcome === 'running';
  return isUnfinished && !ready ? { state: 'unconfirmed' } : undefined;
}

function afterRelease({
  outcome,
  ready,
  isChanged,
  previousServes,
  deploymentId,
  plan,
}: AgentRecord): Serving {
  const { before } = plan;
  if (ready)
    return { state: outcome === 'unchanged' ? 'as-before' : 'released', what: plannedName(plan) };
  // The answer to the deploy was lost.
  if (isChanged && deploymentId === null) return { state: 'unconfirmed' };
  if (outcome === 'superseded') return { state: 'other' };
  // The image that was serving before is known, unless an even older deployment was serving.
  const wasServing = before !== undefined && (before.ready || before.available);
  const earlier: Serving = wasServing
    ? { state: 'as-before', what: before.ready ? nameBefore(plan) : undefined }
    : { state: 'nothing' };
  if (outcome === 'failed' && deploymentId !== null) {
    if (previousServes) return { state: 'as-before', what: nameBefore(plan) };
    return wasServing ? { state: 'unconfirmed' } : { state: 'nothing' };
  }
  // Deployed, but the run does not wait for it.
  if (outcome === 'created' || outcome === 'updated') return { state: 'unconfirmed' };
  return earlier;
}

/** The image or build of an agent before its plan is carried out, short enough for a headline. */
export function nameBefore({ before }: AgentPlan): string | undefined {
  return before && shortName(before.settings);
}

/** The same after that. */
export function plannedName(plan: AgentPlan): string | undefined {
  return shortName(plannedAgent(plan));
}

function shortName({ image, buildId }: Pick<AgentSettings, 'image' | 'buildId'>) {
  if (image !== undefined) return shortImage(image);
  return buildId === undefined ? undefined : `build ${buildId.slice(0, 8)}`;
}

function shortImage(image: string): string {
  const short = image.replace(/@sha256:([0-9a-f]{12})[0-9a-f]{52}$/, '@sha256:$1…');
  return short.length > maxImageLength ? short.replace(/^[^/]*[.:][^/]*\//, '') : short;
}

/** What is serving if its image or build is not known, as the end of a sentence. */
export const servingWords: Readonly<Record<Serving['state'], string>> = {
  released: 'the new deployment',
  'as-before': 'the previous deployment',
  nothing: 'nothing',
  other: 'the deployment of another release',
  unconfirmed: 'not confirmed',
};

/** What is serving in each of these regions, without repetition. */
function servingIn(agents: readonly AgentRecord[]): string {
  const groups = byRegions(
    agents.map((agent) => ({ region: agent.region, value: servingOf(agent) })),
  );
  return groups
    .map(({ regions, value: { state, what } }) => {
      const where = groups.length === 1 ? '' : ` in ${listOf(regions, { most: maxKeys })}`;
      if (what === undefined) return `${servingWords[state]}${where}`;
      return `\`${what}\`${where}${state === 'as-before' ? ', as before' : ''}`;
    })
    .join('; ');
}

/** Regions whose agent is not serving this release, but may see its new values already. */
export function exposedTargets({ targets }: Pick<ReleaseRecord, 'targets'>): TargetRecord[] {
  return targets.filter((target) => exposedKeys(target).length > 0);
}

/** Keys of these values. */
function exposedKeys({ agent, secretSets }: TargetRecord): string[] {
  // What a rollback does not restore is said in sentences of its own.
  if (agent?.plan.before === undefined || agent.outcome === 'rolled-back') return [];
  const { state } = servingOf(agent);
  if (state === 'released' || state === 'other') return [];
  if (agent.outcome === 'unchanged') return [];
  // Instances start with the set that the agent binds now, which the platform may not show.
  const { secretSet: bound } = agent.plan.before.settings;
  return secretSets
    .filter(({ kind, plan }) => kind === 'secret' && plan.template === undefined)
    .filter(({ name }) => bound === undefined || name === bound)
    .flatMap(({ added, updated }) => [...added, ...updated]);
}

/**
 * The state after a failure: what is serving, and what was not changed. It comes only from the record,
 * so that no failure can claim something else.
 */
export function stateSentences(record: ReleaseRecord): string[] {
  if (record.teardown !== undefined) return teardownState(record.teardown);
  if (!isAnythingChanged(record)) return ['Nothing was changed.'];
  const agents = agentsOf(record);
  return nonEmpty([
    agents.length > 0 && `Serving now: ${servingIn(agents)}.`,
    !isAnyAgentChanged(record) && 'No agent was deployed.',
    ...rollBackSentences(agents),
    exposedSentence(record),
  ]);
}

function exposedSentence({ targets }: ReleaseRecord): string | undefined {
  const exposed = exposedTargets({ targets });
  if (exposed.length === 0) return undefined;
  const keys = listOf(new Set(exposed.flatMap(exposedKeys)), { most: maxExposedKeys });
  const regions = exposed.map(({ region }) => region);
  const where =
    exposed.length === targets.length ? '' : ` in ${listOf(regions, { most: maxKeys })}`;
  return `Caution: new instances${where} may start with the new ${keys}.`;
}

/** What was not restored, and which agents were rolled back if not all were. */
function rollBackSentences(agents: readonly AgentRecord[]): Texts {
  const rollBacks = agents.flatMap(({ rollBack }) => rollBack ?? []);
  const done = rollBacks.filter(({ outcome }) => outcome === 'done');
  const others = rollBacks.filter(({ outcome }) => outcome !== 'done');
  return [
    done.length > 0 && others.length > 0 && `Rolled back: ${placesOf(done)}.`,
    others.length > 0 && `Not rolled back: ${placesOf(others)}.`,
    ...new Set(done.flatMap(({ plan }) => plan.unrestored)),
  ];
}

function placesOf(rollBacks: readonly RollBackRecord[]): string {
  const places = rollBacks.map(({ plan }) => `\`${plan.agent}\` in \`${plan.region}\``);
  return listOf(places, { most: maxKeys, format: asIs });
}
