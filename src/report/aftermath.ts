import type { AgentRecord, ReleaseRecord, SecretSetRecord } from '../release/record.js';
import { duration } from './durations.js';

/** What goes on after the release is over, and a person has to know. */
export function aftermath({ agents, secretSets }: ReleaseRecord): string[] {
  return agents.length > 0
    ? [
        ...agents.flatMap((agent) => [...oldValues(agent), ...coldStart(agent)]),
        ...agents.flatMap((agent) => valuesBehind(agent, secretSets)),
      ]
    : secretSets.flatMap(unseenValues);
}

/** Where no agent is released, nothing puts the new values under those that bind the set. */
function unseenValues({ name, kind, updated, status }: SecretSetRecord): string[] {
  if (kind !== 'secret' || updated.length === 0 || status !== 'ready') return [];
  return [`Agents that bind \`${name}\` keep the old values until a new deployment replaces them.`];
}

/**
 * Where a set was updated and its agent was not deployed, what runs and what the set holds are not
 * the same any more.
 */
function valuesBehind(agent: AgentRecord, secretSets: readonly SecretSetRecord[]): string[] {
  if (agent.deploymentId !== null || agent.newDeployment.because === 'agent-created') return [];
  return secretSets
    .filter(({ region, kind, isVersion }) => {
      return region === agent.region && kind === 'secret' && !isVersion;
    })
    .filter(({ added, updated }) => added.length + updated.length > 0)
    .map(
      ({ name }) =>
        `\`${name}\` was written, but \`${agent.name}\` was not deployed: what runs keeps the old values, and instances that start anew may get the new ones. \`{version}\` in \`secret-set\` avoids that.`,
    );
}

/** Sessions run on with the deployment that they began with, so an old key is needed for a while. */
function oldValues({ name, replacesValues, outcome, sessionLimit }: AgentRecord): string[] {
  if (!replacesValues || outcome !== 'updated') return [];
  return [
    `\`${name}\` has a new deployment with new values of its secrets. Sessions that are running keep the old values until they end, at the latest after ${duration(sessionLimit * 1000)} (the session limit). Revoke an old key only after that.`,
  ];
}

function coldStart({ name, minAgents, outcome }: AgentRecord): string[] {
  if (minAgents > 0 || !['created', 'updated'].includes(outcome)) return [];
  return [
    `\`${name}\` keeps no instance warm (\`min-agents\` is 0), so its first call waits for a cold start.`,
  ];
}
