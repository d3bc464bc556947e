import type { RegistryCredentials } from '../pipecat/client.js';
import type { AgentSettings } from '../pipecat/agent-settings.js';
import { isVersioned, nameInRegion, nameOfVersion, regionPlaceholder } from './name-template.js';
import type { CommonAgentSettings, ReleaseSettings, SecretSetContent } from './settings.js';

/** A secret set as it is asked for in one region. */
export interface RegionSecretSet extends SecretSetContent {
  readonly name: string;
  /** The name with `{version}` in it, where it has one. */
  readonly template: string | undefined;
}

/** An agent as it is asked for in one region. */
export interface RegionAgent extends CommonAgentSettings {
  readonly name: string;
  /** What was given for the agent; the sets to bind are not in it. */
  readonly settings: Omit<AgentSettings, 'secretSet' | 'imagePullSecretSet'>;
}

/** What a release is asked to do in one region. */
export interface RegionSettings {
  readonly region: string;
  readonly secretSet: RegionSecretSet | undefined;
  readonly imagePullSecret:
    { readonly name: string; readonly registry: RegistryCredentials | undefined } | undefined;
  readonly agent: RegionAgent | undefined;
}

/** Whether a name depends on the region, so that it cannot be looked up before that is known. */
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
