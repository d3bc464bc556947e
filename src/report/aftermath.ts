import { plannedAgent } from '../plan/plan-agent.js';
import {
  agentsOf,
  secretSetsOf,
  type AgentRecord,
  type ReleaseRecord,
  type SecretSetRecord,
  type TargetRecord,
} from '../record/record.js';
import { duration } from './durations.js';

/**
 * What goes on after the release is over, and a person has to know. What is the same in several
 * regions is said once.
 */
export function aftermath(record: ReleaseRecord): string[] {
  const agents = agentsOf(record);
  return agents.length > 0
    ? [...oldValues(agents), ...coldStarts(agents), ...valuesBehind(record.targets)]
    : unseenValues(secretSetsOf(record));
}

/** Where no agent is released, nothing puts the new values under those that bind the set. */
function unseenValues(secretSets: readonly SecretSetRecord[]): string[] {
  const updated = secretSets
    .filter(({ kind, status }) => kind === 'secret' && status === 'ready')
    .filter((set) => set.updated.length > 0);
  if (updated.length === 0) return [];
  return [
    `Agents that bind ${names(updated)} keep the old values until a new deployment replaces them.`,
  ];
}

/** Sessions run on with the deployment that they began with, so an old key is needed for a while. */
function oldValues(agents: readonly AgentRecord[]): string[] {
  const replaced = agents.filter(
    ({ replacesValues, outcome }) => replacesValues && outcome === 'updated',
  );
  if (replaced.length === 0) return [];
  const longest = Math.max(...replaced.map(({ plan }) => plannedAgent(plan).sessionLimit));
  const have =
    replaced.length === 1
      ? 'has a new deployment with new values of its secrets'
      : 'have new deployments with new values of their secrets';
  return [
    `${names(replaced)} ${have}. Sessions that are running keep the old values until they end, at the latest after ${duration(longest * 1000)} (the session limit). Revoke an old key only after that.`,
  ];
}

function coldStarts(agents: readonly AgentRecord[]): string[] {
  const cold = agents.filter(
    ({ plan, outcome }) =>
      plannedAgent(plan).minAgents === 0 && ['created', 'updated'].includes(outcome),
  );
  if (cold.length === 0) return [];
  return [
    cold.length === 1
      ? `${names(cold)} keeps no instance warm (\`min-agents\` is 0), so its first call waits for a cold start.`
      : `${names(cold)} keep no instance warm (\`min-agents\` is 0), so the first call of each waits for a cold start.`,
  ];
}

/**
 * Where a set was updated and its agent was not deployed, what runs and what the set holds are not
 * the same any more.
 */
function valuesBehind(targets: readonly TargetRecord[]): string[] {
  const isWritten = ({ secretSets }: TargetRecord): boolean =>
    secretSets.some(
      ({ kind, plan, added, updated }) =>
        kind === 'secret' && plan.template === undefined && added.length + updated.length > 0,
    );
  const behind = agentsOf({ targets: targets.filter(isWritten) }).filter(
    ({ deploymentId, outcome, previousServes, plan }) =>
      (deploymentId === null || (outcome === 'failed' && previousServes)) &&
      plan.newDeployment.because !== 'agent-created',
  );
  if (behind.length === 0) return [];
  return [
    `Values were written to the secret sets of ${names(behind)}, where what was released does not serve: what runs keeps the old values, and instances that start anew may get the new ones. \`{version}\` in \`secret-set\` avoids that.`,
  ];
}

function names(named: readonly { readonly name: string }[]): string {
  return named.map(({ name }) => `\`${name}\``).join(', ');
}
