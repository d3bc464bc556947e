import { plannedAgent } from '../plan/plan-agent.js';
import { unrestoredSentences } from '../plan/roll-back.js';
import type { Subject } from '../plan/subject.js';
import {
  agentsOf,
  type AgentRecord,
  type ReleaseRecord,
  type TargetRecord,
} from '../record/record.js';
import { listOf } from '../text/list.js';
import { teardownState } from './teardown.js';
import { unchangedIn, type Unchanged } from '../record/unchanged.js';

/** What serves as one agent now, as far as the record of the release shows it. */
export type Serving =
  | { readonly state: 'released' | 'as-before'; readonly what: string | undefined }
  | { readonly state: 'nothing' | 'other' | 'unconfirmed' };

/** Names of keys in a sentence. */
const maxKeys = 10;

/** Longer images are shown without the host of their registry. */
const maxImageLength = 40;

export function servingOf(agent: AgentRecord): Serving {
  return afterRollBack(agent) ?? afterRelease(agent);
}

/** What serves after a rollback; undefined if there was none that decides it. */
function afterRollBack({ outcome, ready, plan, rollBack }: AgentRecord): Serving | undefined {
  if (outcome === 'rolled-back') {
    const isBack = rollBack?.plan.unrestored.every(({ kind }) => kind !== 'build') === true;
    return isBack
      ? { state: 'as-before', what: plan.before && shortName(plan.before.settings) }
      : { state: 'released', what: imageOf(plan) };
  }
  return rollBack?.outcome === 'failed' && !ready ? { state: 'unconfirmed' } : undefined;
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
    return { state: outcome === 'unchanged' ? 'as-before' : 'released', what: imageOf(plan) };
  // The answer to the deploy was lost.
  if (isChanged && deploymentId === null) return { state: 'unconfirmed' };
  if (outcome === 'superseded') return { state: 'other' };
  // What served before the release: its image is known unless an even older deployment served.
  const wasServing = before !== undefined && (before.ready || before.available);
  const earlier: Serving = wasServing
    ? { state: 'as-before', what: before.ready ? shortName(before.settings) : undefined }
    : { state: 'nothing' };
  if (outcome === 'failed' && deploymentId !== null) {
    if (previousServes) return { state: 'as-before', what: before && shortName(before.settings) };
    return wasServing ? { state: 'unconfirmed' } : { state: 'nothing' };
  }
  // Deployed, but nobody waits for it.
  if (outcome === 'created' || outcome === 'updated') return { state: 'unconfirmed' };
  return earlier;
}

function imageOf(plan: AgentRecord['plan']): string | undefined {
  return shortName(plannedAgent(plan));
}

/** An image, or a build, short enough for a headline. */
export function shortName({
  image,
  buildId,
}: {
  readonly image?: string | undefined;
  readonly buildId?: string | undefined;
}): string | undefined {
  if (image !== undefined) return shortImage(image);
  return buildId === undefined ? undefined : `build ${buildId.slice(0, 8)}`;
}

function shortImage(image: string): string {
  const short = image.replace(/@sha256:([0-9a-f]{12})[0-9a-f]{52}$/, '@sha256:$1…');
  return short.length > maxImageLength ? short.replace(/^[^/]*[.:][^/]*\//, '') : short;
}

/** What serves, as the end of a sentence. */
function servingWords(serving: Serving): string {
  switch (serving.state) {
    case 'released':
      return serving.what === undefined ? 'the new deployment' : `\`${serving.what}\``;
    case 'as-before':
      return serving.what === undefined
        ? 'the previous deployment'
        : `\`${serving.what}\`, as before`;
    case 'nothing':
      return 'nothing';
    case 'other':
      return 'the deployment of another release';
    case 'unconfirmed':
      return 'not confirmed';
  }
}

/** What serves in each of these regions, what is alike once. */
function servingIn(agents: readonly AgentRecord[]): string {
  const regions = new Map<string, string[]>();
  for (const agent of agents) {
    const words = servingWords(servingOf(agent));
    regions.set(words, [...(regions.get(words) ?? []), agent.region]);
  }
  const [first, ...others] = [...regions];
  if (first === undefined) return 'nothing';
  if (others.length === 0) return first[0];
  return [first, ...others]
    .map(([words, names]) => `${words} in ${listOf(names, { most: maxKeys })}`)
    .join('; ');
}

/** Keys whose new values an agent that is not serving this release may see already. */
export function exposedKeys({ agent, secretSets }: TargetRecord): string[] {
  // What a rollback does not restore is said in sentences of its own.
  if (agent?.plan.before === undefined || agent.outcome === 'rolled-back') return [];
  const { state } = servingOf(agent);
  if (state === 'released' || state === 'other') return [];
  if (agent.outcome === 'unchanged') return [];
  return secretSets
    .filter(({ kind, plan }) => kind === 'secret' && plan.template === undefined)
    .flatMap(({ added, updated }) => [...added, ...updated]);
}

const unchangedSentences: Readonly<Record<Unchanged, string>> = {
  everything: 'Nothing was changed.',
  agents: 'No agent was deployed; running agents keep their deployment.',
  agent: 'The agent of this region was not deployed; it keeps its deployment.',
  serving: 'The previous deployment is still serving.',
};

/**
 * What is the case now, for somebody who sees a failure: what serves, and what was not changed. It comes
 * from the record alone, so that no failure can claim anything else.
 */
export function stateSentences(record: ReleaseRecord, subject?: Subject): string[] {
  // A rollback concerns every region.
  const isRolledBack = agentsOf(record).some(({ rollBack }) => rollBack !== undefined);
  if (isRolledBack && subject !== undefined) return stateSentences(record);
  if (record.teardown !== undefined) return teardownState(record.teardown);
  const unchanged = unchangedIn(record, subject);
  const sentence = unchanged === undefined ? [] : [unchangedSentences[unchanged]];
  if (unchanged === 'everything') return sentence;
  const targets = record.targets.filter(
    ({ region }) => subject === undefined || region === subject.region,
  );
  const agents = agentsOf({ targets });
  const keys = [...new Set(targets.flatMap(exposedKeys))];
  return [
    ...(agents.length === 0 ? [] : [`Serving now: ${servingIn(agents)}.`]),
    ...sentence,
    ...rollBackSentences(agents),
    ...(keys.length === 0
      ? []
      : [`New instances may start with the new ${listOf(keys, { most: maxKeys })}.`]),
  ];
}

/** Which agents went back and which did not, and what was not restored. */
function rollBackSentences(agents: readonly AgentRecord[]): string[] {
  const rolledBack = agents.flatMap(({ rollBack }) => (rollBack === undefined ? [] : [rollBack]));
  const where = (isDone: boolean): string => {
    const places = rolledBack
      .filter(({ outcome }) => (outcome === 'done') === isDone)
      .map(({ plan: { agent, region } }) => `\`${agent}\` in \`${region}\``);
    const more = places.length - maxKeys;
    return [...places.slice(0, maxKeys), ...(more > 0 ? [`${more} more`] : [])].join(', ');
  };
  const [back, others] = [where(true), where(false)];
  const done = rolledBack.filter(({ outcome }) => outcome === 'done');
  return [
    ...(back === '' ? [] : [`Rolled back: ${back}.`]),
    ...(others === '' ? [] : [`Not rolled back: ${others}.`]),
    ...new Set(done.flatMap(({ plan }) => unrestoredSentences(plan))),
  ];
}
