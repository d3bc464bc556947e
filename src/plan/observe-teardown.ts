import type { Agent, ListedSecretSet, SecretSetKind } from '../pipecat/answers.js';
import type { PipecatCloud } from '../pipecat/client.js';
import type { Sessions } from '../pipecat/sessions.js';
import { readBindings } from './bindings.js';
import { inferRegion } from './infer-region.js';
import { nameInRegion, regionPlaceholder } from './name-template.js';
import type { TeardownSettings } from './settings.js';
import {
  ownSetName,
  setsNamed,
  type TeardownObservation,
  type TeardownRegionObservation,
} from './teardown-plan.js';

/** Reads everything that a teardown depends on. */
export async function observeTeardown(
  cloud: PipecatCloud,
  sessions: Sessions,
  settings: TeardownSettings,
): Promise<TeardownObservation> {
  const [regions, secretSets] = await Promise.all([cloud.regions(), cloud.secretSets()]);
  const named = settings.regions.length > 0 ? settings.regions : [undefined];
  const targets = await Promise.all(
    named.map(async (region): Promise<TeardownRegionObservation> => {
      const located = await locate(cloud, settings, region, secretSets);
      const name = nameInRegion(settings.agent.in(located.region) ?? '', located.region);
      const { byDeployment } = await sessions.count(name);
      const existing = kinds.flatMap((kind) => {
        const template = ownSetName(settings, kind, located.region);
        return template === undefined ? [] : setsNamed(template, secretSets);
      });
      for (const set of existing) cloud.requireReadable(set);
      return {
        ...located,
        sessions: [...byDeployment.values()].reduce((sum, count) => sum + count, 0),
        bindings: existing.length === 0 ? undefined : await readBindings(cloud, located.region),
      };
    }),
  );
  return { regions, secretSets, targets };
}

const kinds: readonly SecretSetKind[] = ['secret', 'imagePullSecret'];

/** Finds the region of a teardown, and the agent there. */
async function locate(
  cloud: PipecatCloud,
  settings: TeardownSettings,
  named: string | undefined,
  secretSets: readonly ListedSecretSet[],
): Promise<{ readonly region: string; readonly agent: Agent | undefined }> {
  const { agent: template, secretSet, imagePullSecret } = settings;
  const names = [template, secretSet, imagePullSecret].flatMap((one) => one?.values ?? []);
  if (named === undefined && !names.some((name) => name.includes(regionPlaceholder))) {
    const agent = await cloud.agent(template.others ?? '');
    const region = inferRegion([secretSet?.others, imagePullSecret?.others], agent, secretSets);
    return { region: region ?? (await cloud.defaultRegion()), agent };
  }
  const region = named ?? (await cloud.defaultRegion());
  return { region, agent: await cloud.agent(nameInRegion(template.in(region) ?? '', region)) };
}
