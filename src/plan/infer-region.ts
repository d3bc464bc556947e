import type { Agent, ListedSecretSet } from '../pipecat/answers.js';
import { versionsOf } from './name-template.js';
import type { ReleaseSettings } from './settings.js';

/**
 * The region of a release that names none, as far as what there is tells it: the agent's, else that
 * of the sets, in whichever version. Undefined where the organization's default decides.
 */
export function inferRegion(
  { secretSet, imagePullSecret }: ReleaseSettings,
  agent: Agent | undefined,
  secretSets: readonly ListedSecretSet[],
): string | undefined {
  const regions = [secretSet?.name.others, imagePullSecret?.name.others]
    .filter((name) => name !== undefined)
    .map(versionsOf)
    .map((names) => secretSets.find(({ name }) => names.test(name))?.region);
  return agent?.region ?? regions.find((region) => region !== undefined);
}
