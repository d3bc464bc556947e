import type { Agent, Build, ListedSecretSet, Region, SecretSet } from '../pipecat/answers.js';
import type { PipecatCloud } from '../pipecat/client.js';
import { StatusError } from '../pipecat/errors.js';
import { platformAgentProfiles } from '../pipecat/names.js';
import { toldRegion } from './region.js';
import type { ReleaseSettings } from './settings.js';

/** What there is on the platform before a release, as far as the release depends on it. */
export interface Observation {
  readonly regions: readonly Region[];
  /** Read only where nothing else tells the region. */
  readonly defaultRegion: string | undefined;
  readonly secretSets: readonly ListedSecretSet[];
  /** The set to bind, with its keys. */
  readonly secretSet: SecretSet | undefined;
  readonly agent: Agent | undefined;
  readonly build: Build | undefined;
  /** Undefined where they cannot be listed, or are not needed. */
  readonly agentProfiles: readonly string[] | undefined;
  /** Agents other than the one released that bind the set; read only where it is to be pruned. */
  readonly otherAgentsBinding: readonly string[];
}

/** Looks at everything that a release depends on. Reads only. */
export async function observe(
  cloud: PipecatCloud,
  settings: ReleaseSettings,
): Promise<Observation> {
  const { secretSet, agent } = settings;
  const [regions, secretSets, existingAgent, build, agentProfiles] = await Promise.all([
    cloud.regions(),
    cloud.secretSets(),
    agent && cloud.agent(agent.name),
    agent?.settings.buildId === undefined ? undefined : cloud.build(agent.settings.buildId),
    customProfiles(cloud, agent?.settings.agentProfile),
  ]);
  const region = toldRegion(settings, existingAgent, secretSets);
  const existingSet = secretSets.find(({ name }) => name === secretSet?.name);
  const [defaultRegion, setWithKeys, otherAgentsBinding] = await Promise.all([
    region === undefined ? cloud.defaultRegion() : undefined,
    existingSet?.kind === 'secret' ? cloud.secretSet(existingSet.name) : undefined,
    secretSet?.prune === true && existingSet !== undefined
      ? agentsBinding(cloud, existingSet, agent?.name)
      : [],
  ]);
  return {
    regions,
    defaultRegion,
    secretSets,
    secretSet: setWithKeys,
    agent: existingAgent,
    build,
    agentProfiles,
    otherAgentsBinding,
  };
}

/** Profiles beyond the platform's own, where one is asked for and the credential may list them. */
async function customProfiles(
  cloud: PipecatCloud,
  wanted: string | undefined,
): Promise<string[] | undefined> {
  if (wanted === undefined || platformAgentProfiles.includes(wanted)) return undefined;
  try {
    return await cloud.agentProfiles();
  } catch (error) {
    // A token that may deploy need not be one that may list; the deploy itself will tell.
    if (error instanceof StatusError && [403, 404].includes(error.status)) return undefined;
    throw error;
  }
}

/** The list of agents shows no bindings, so each agent of the set's region is read. */
async function agentsBinding(
  cloud: PipecatCloud,
  set: ListedSecretSet,
  except: string | undefined,
): Promise<string[]> {
  const names = (await cloud.agentNames(set.region)).filter((name) => name !== except);
  const binding: string[] = [];
  const waiting = [...names];
  const readNext = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const agent = await cloud.agent(name);
      if (agent?.settings.secretSets?.includes(set.name) === true) binding.push(name);
    }
  };
  await Promise.all(Array.from({ length: Math.min(8, names.length) }, readNext));
  return binding.sort();
}
