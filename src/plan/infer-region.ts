import type { Agent, ListedSecretSet } from '../pipecat/answers.js';
import { versionsOf } from './name-template.js';

/**
 * Infers the region of a run that names none: the agent's region, or else that of its sets in any
 * version. Undefined if neither exists, so that the organization's default decides.
 */
export function inferRegion(
  setNames: readonly (string | undefined)[],
  agent: Agent | undefined,
  secretSets: readonly ListedSecretSet[],
): string | undefined {
  const regions = setNames
    .filter((name) => name !== undefined)
    .map(versionsOf)
    .map((names) => secretSets.find(({ name }) => names.test(name))?.region);
  return agent?.region ?? regions.find((region) => region !== undefined);
}
