import type { RegistryCredentials } from '../pipecat/client.js';
import type { AgentSettings } from '../pipecat/agent-settings.js';
import { isVersioned, nameInRegion, nameOfVersion, regionPlaceholder } from './name-template.js';
import type { CommonAgentSettings, ReleaseSettings, SecretSetContent } from './settings.js';

/** The settings of a secret set in one region. */
export interface RegionSecretSet extends SecretSetContent {
  readonly name: string;
  /** The name with `{version}`; undefined if it has none. */
  readonly template: string | undefined;
}

/** The settings of an agent in one region. */
export interface RegionAgent extends CommonAgentSettings {
  readonly name: string;
  /** Other settings of the agent, without the sets to bind. */
  readonly settings: Omit<AgentSettings, 'secretSet' | 'imagePullSecretSet'>;
}

/** The settings of a release in one region. */
export interface RegionSettings {
  readonly region: string;
  readonly secretSet: RegionSecretSet | undefined;
  readonly imagePullSecret:
    { readonly name: string; readonly registry: RegistryCredentials | undefined } | undefined;
  readonly agent: RegionAgent | undefined;
}

/** Whether a name depends on the region, so the region must be known first. */
export function namesDependOnRegion({
  secretSet,
  imagePullSecret,
  agent,
}: ReleaseSettings): boolean {
  return [secretSet, imagePullSecret, agent]
    .flatMap((named) => named?.name.values ?? [])
    .some((name) => name.includes(regionPlaceholder));
}

export function settingsIn(settings: ReleaseSettings, region: string): RegionSettings {
  return {
    region,
    secretSet: secretSetIn(settings, region),
    imagePullSecret: imagePullSecretIn(settings, region),
    agent: agentIn(settings, region),
  };
}

function secretSetIn({ secretSet }: ReleaseSettings, region: string): RegionSecretSet | undefined {
  const template = secretSet?.name.in(region);
  if (secretSet === undefined || template === undefined) return undefined;
  const name = nameInRegion(template, region);
  return {
    ...secretSet,
    name: nameOfVersion(name, secretSet.version),
    template: isVersioned(name) ? name : undefined,
  };
}

function imagePullSecretIn(
  { imagePullSecret }: ReleaseSettings,
  region: string,
): RegionSettings['imagePullSecret'] {
  const template = imagePullSecret?.name.in(region);
  if (imagePullSecret === undefined || template === undefined) return undefined;
  return { name: nameInRegion(template, region), registry: imagePullSecret.registry };
}

function agentIn({ agent }: ReleaseSettings, region: string): RegionAgent | undefined {
  const template = agent?.name.in(region);
  if (agent === undefined || template === undefined) return undefined;
  const { minAgents, maxAgents, settings, ...common } = agent;
  return {
    ...common,
    name: nameInRegion(template, region),
    settings: {
      ...settings,
      minAgents: minAgents.in(region),
      maxAgents: maxAgents.in(region),
    },
  };
}
