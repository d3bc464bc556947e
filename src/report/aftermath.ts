import type { AgentRecord, ReleaseRecord } from '../release/record.js';
import { duration } from './durations.js';

/** What goes on after the release is over, and a person has to know. */
export function aftermath({ agents }: ReleaseRecord): string[] {
  return agents.flatMap((agent) => [...oldValues(agent), ...coldStart(agent)]);
}

/** Sessions run on with the deployment that they began with, so an old key is needed for a while. */
function oldValues({ name, replacesValues, outcome, sessionLimit }: AgentRecord): string[] {
  if (!replacesValues || outcome !== 'updated') return [];
  return [
    `\`${name}\` has a new deployment, because values of its secret set were written. Sessions that are running keep the old values until they end, at the latest after ${duration(sessionLimit * 1000)} (the session limit). Revoke an old key only after that.`,
  ];
}

function coldStart({ name, minAgents, outcome }: AgentRecord): string[] {
  if (minAgents > 0 || !['created', 'updated'].includes(outcome)) return [];
  return [
    `\`${name}\` keeps no instance warm (\`min-agents\` is 0), so its first call waits for a cold start.`,
  ];
}
