import type { Agent, ListedSecretSet } from '../pipecat/answers.js';
import type { PipecatCloud } from '../pipecat/client.js';
import { nameIn, regionPlaceholder, versionsOf } from './name-template.js';
import type { Regional } from './regional.js';

/** The names in the inputs, which are templates. */
interface Names {
  readonly agent: Regional<string> | undefined;
  readonly secretSet: Regional<string> | undefined;
  readonly imagePullSecret: Regional<string> | undefined;
}

/** A region with its agent. */
interface Located {
  /** Undefined if the agent or its sets decide. */
  readonly region: string | undefined;
  readonly agent: Agent | undefined;
}

/**
 * Reads the agent of a region. If the inputs name no region, but a name depends on it, this is the
 * organization's default region.
 */
export async function locate(
  cloud: PipecatCloud,
  { agent, secretSet, imagePullSecret }: Names,
  named: string | undefined,
): Promise<Located> {
  const names = [agent, secretSet, imagePullSecret].flatMap((one) => one?.values ?? []);
  const isNeeded = names.some((name) => name.includes(regionPlaceholder));
  const region = named ?? (isNeeded ? await cloud.defaultRegion() : undefined);
  const name = region === undefined ? agent?.others : nameIn(agent, region);
  return { region, agent: name === undefined ? undefined : await cloud.agent(name) };
}

/** Finds the region of a located agent: its own, or else that of its sets, or else the default. */
export async function regionOf(
  cloud: PipecatCloud,
  { region, agent }: Located,
  { secretSet, imagePullSecret }: Names,
  secretSets: readonly ListedSecretSet[],
): Promise<string> {
  if (region !== undefined) return region;
  const names = [secretSet?.others, imagePullSecret?.others];
  return inferRegion(names, agent, secretSets) ?? cloud.defaultRegion();
}

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
