import type { Agent, ListedSecretSet } from '../pipecat/answers.js';
import type { ReleaseSettings } from './settings.js';

/**
 * The region of a release as far as it is told: the one named, else the agent's, else that of the
 * sets. Undefined where the organization's default decides.
 */
export function toldRegion(
  settings: ReleaseSettings,
  agent: Agent | undefined,
  secretSets: readonly ListedSecretSet[],
): string | undefined {
  const regions = [settings.secretSet?.name, settings.imagePullSecret?.name].map(
    (name) => secretSets.find((set) => set.name === name)?.region,
  );
  return settings.region ?? agent?.region ?? regions.find((region) => region !== undefined);
}
