import { plannedAgent } from '../plan/plan-agent.js';
import {
  agentsOf,
  secretSetsOf,
  type AgentRecord,
  type ReleaseRecord,
  type SecretSetRecord,
  type TargetRecord,
} from '../record/record.js';
import { listOf } from '../text/list.js';
import { exposedTargets } from './state.js';
import { atLeast, duration, nonEmpty } from './words.js';

/** Names of keys in a sentence. */
const maxNames = 10;

/**
 * What continues after the release, and people should know. Mentions once what is the same in several
 * regions.
 */
export function followUps(record: ReleaseRecord): string[] {
  const hasAgents = agentsOf(record).length > 0;
  return nonEmpty([hasAgents ? oldValues(record.targets) : unseenValues(secretSetsOf(record))]);
}

/** What is worth knowing after a release like this one, but needs no action. */
export function remarksAfter(record: ReleaseRecord): string[] {
  return nonEmpty([
    coldStarts(agentsOf(record)),
    // The summary says first of all which new values are exposed; here is how to avoid that.
    exposedTargets(record).length > 0 && versionAdvice,
  ]);
}

const versionAdvice =
  'To keep new values from reaching an agent before its new deployment serves, put `{version}` into `secret-set`.';

/** If no agent is released, nothing brings the new values to the agents that bind the set. */
function unseenValues(secretSets: readonly SecretSetRecord[]): string | undefined {
  const updated = secretSets
    .filter(({ kind, status }) => kind === 'secret' && status === 'ready')
    .filter((set) => set.updated.length > 0);
  if (updated.length === 0) return undefined;
  return `Agents that bind ${names(updated)} keep the old values until a new deployment replaces them.`;
}

/** A running session stays on its deployment, so it needs an old key for a while. */
function oldValues(targets: readonly TargetRecord[]): string | undefined {
  const replaced = targets.filter(
    ({ agent }) => agent?.replacesValues === true && agent.outcome === 'updated',
  );
  const agents = agentsOf({ targets: replaced });
  if (agents.length === 0) return undefined;
  const longest = Math.max(...agents.map(({ plan }) => plannedAgent(plan).sessionLimit));
  const limit = `${duration(longest * 1000)} (the session limit)`;
  const keys = new Set(
    replaced.flatMap(({ secretSets }) =>
      secretSets.filter(({ kind }) => kind === 'secret').flatMap((set) => set.updated),
    ),
  );
  const which = keys.size === 0 ? 'the old values' : `the old ${listOf(keys, { most: maxNames })}`;
  const left = sessionsLeft(agents);
  if (left === 'none') {
    return `No session of ${names(agents)} runs on an older deployment now, so you can revoke ${which}. To be certain, wait ${limit}: an idle instance may still have taken a new session.`;
  }
  const now = left === undefined ? '' : ` Sessions on older deployments now: ${left}.`;
  return `Before you revoke ${which}: running sessions of ${names(agents)} keep the old values until they end, at the latest after ${limit}.${now}`;
}

/** How many sessions of all these agents run on older deployments; undefined if that is not known. */
function sessionsLeft(agents: readonly AgentRecord[]): string | undefined {
  const counts = agents.flatMap(({ sessionsOnOlder }) => sessionsOnOlder ?? []);
  if (counts.length < agents.length) return undefined;
  const count = counts.reduce((all, one) => all + one.count, 0);
  const isCut = counts.some((one) => one.isCut);
  return count === 0 && !isCut ? 'none' : atLeast({ count, isCut });
}

function coldStarts(agents: readonly AgentRecord[]): string | undefined {
  const cold = agents.filter(
    ({ plan, outcome }) =>
      plannedAgent(plan).minAgents === 0 && ['created', 'updated'].includes(outcome),
  );
  if (cold.length === 0) return undefined;
  return cold.length === 1
    ? `${names(cold)} keeps no instance warm (\`min-agents\` is 0), so its first call waits for a cold start.`
    : `${names(cold)} keep no instance warm (\`min-agents\` is 0), so the first call to each waits for a cold start.`;
}

/** Which agents still run with old values, although their set has new ones. */
export function exposedValues(record: ReleaseRecord): string[] {
  const behind = agentsOf({ targets: exposedTargets(record) });
  if (behind.length === 0) return [];
  return [
    `${names(behind)} ${behind.length === 1 ? 'has' : 'have'} new secret values, but the release is not serving. Running instances keep the old values; new instances may start with the new ones. \`{version}\` in \`secret-set\` avoids that.`,
  ];
}

function names(named: readonly { readonly name: string }[]): string {
  return listOf(named.map(({ name }) => name));
}
