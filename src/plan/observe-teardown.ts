import type { ListedSecretSet } from '../pipecat/answers.js';
import type { PipecatCloud } from '../pipecat/client.js';
import type { Sessions } from '../pipecat/sessions.js';
import { readBindings } from './bindings.js';
import { locate, regionOf } from './locate.js';
import { nameIn, versionsOf } from './name-template.js';
import type { TeardownSettings } from './settings.js';

/** What exists on the platform before a teardown. */
export type TeardownObservation = Awaited<ReturnType<typeof observeTeardown>>;

/** Reads everything that a teardown depends on. */
export async function observeTeardown(
  cloud: PipecatCloud,
  sessions: Sessions,
  settings: TeardownSettings,
) {
  const [regions, secretSets] = await Promise.all([cloud.regions(), cloud.secretSets()]);
  const named = settings.regions.length > 0 ? settings.regions : [undefined];
  const targets = await Promise.all(
    named.map(async (one) => {
      const located = await locate(cloud, settings, one);
      const region = await regionOf(cloud, located, settings, secretSets);
      const name = nameIn(settings.agent, region) ?? '';
      const { byDeployment } = await sessions.count(name);
      const ownSets = ownSetsIn(region, settings, secretSets);
      const existing = ownSets.flatMap((set) => set.existing);
      for (const set of existing) cloud.requireReadable(set);
      return {
        region,
        name,
        agent: located.agent,
        /** How many sessions are running, even without an agent. */
        sessions: [...byDeployment.values()].reduce((sum, count) => sum + count, 0),
        ownSets,
        /** Which agents bind which sets; undefined if no set exists that could be deleted. */
        bindings: existing.length === 0 ? undefined : await readBindings(cloud, region),
      };
    }),
  );
  return { regions, targets };
}

/** The sets of a preview in a region, in all versions; without sets that other agents share. */
function ownSetsIn(
  region: string,
  { secretSet, imagePullSecret }: TeardownSettings,
  secretSets: readonly ListedSecretSet[],
) {
  const names = {
    secret: nameIn(secretSet, region),
    imagePullSecret: nameIn(imagePullSecret, region),
  };
  return (['secret', 'imagePullSecret'] as const).flatMap((kind) => {
    const template = names[kind];
    if (template === undefined) return [];
    const versions = versionsOf(template);
    return [{ kind, template, existing: secretSets.filter(({ name }) => versions.test(name)) }];
  });
}
