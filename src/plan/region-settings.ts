import { isVersioned, nameIn, nameOfVersion } from './name-template.js';
import type { ReleaseSettings } from './settings.js';

/** The settings of a release in one region. */
export type RegionSettings = Readonly<ReturnType<typeof settingsIn>>;

export function settingsIn(settings: ReleaseSettings, region: string) {
  return {
    region,
    secretSet: secretSetIn(settings, region),
    imagePullSecret: imagePullSecretIn(settings, region),
    agent: agentIn(settings, region),
  };
}

/** The settings of a secret set in one region. */
export type RegionSecretSet = NonNullable<RegionSettings['secretSet']>;

function secretSetIn({ secretSet }: ReleaseSettings, region: string) {
  const name = nameIn(secretSet?.name, region);
  if (secretSet === undefined || name === undefined) return undefined;
  return {
    ...secretSet,
    name: nameOfVersion(name, secretSet.version),
    /** The name with `{version}`; undefined if it has none. */
    template: isVersioned(name) ? name : undefined,
  };
}

function imagePullSecretIn({ imagePullSecret }: ReleaseSettings, region: string) {
  const name = nameIn(imagePullSecret?.name, region);
  return imagePullSecret && name !== undefined ? { ...imagePullSecret, name } : undefined;
}

/** The settings of an agent in one region. */
export type RegionAgent = NonNullable<RegionSettings['agent']>;

function agentIn({ agent }: ReleaseSettings, region: string) {
  const name = nameIn(agent?.name, region);
  if (agent === undefined || name === undefined) return undefined;
  const { minAgents, maxAgents, settings, ...common } = agent;
  return {
    ...common,
    name,
    /** Other settings of the agent, without the sets to bind. */
    settings: {
      ...settings,
      minAgents: minAgents.in(region),
      maxAgents: maxAgents.in(region),
    },
  };
}
