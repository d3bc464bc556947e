import type { Agent, Build, ListedSecretSet, Region, SecretSet } from '../pipecat/answers.js';
import type { PipecatCloud } from '../pipecat/client.js';
import type { PackedContext } from '../context/pack.js';
import { CallError, StatusError, UnreadableAnswerError } from '../pipecat/errors.js';
import { platformAgentProfiles } from '../pipecat/names.js';
import type { ImageLookup } from '../registry/look-up.js';
import { readBindings, type Bindings } from './bindings.js';
import { locate, regionOf } from './locate.js';
import { unclearSets } from './preview.js';
import { settingsIn, type RegionSettings } from './region-settings.js';
import type { ReleaseSettings } from './settings.js';

/** What exists in one region, and the settings for it. */
export interface RegionObservation {
  readonly settings: RegionSettings;
  /** The set to bind, with its keys. */
  readonly secretSet: SecretSet | undefined;
  readonly agent: Agent | undefined;
  /** The sets that the agent binds now, but not after the release. Read only for a plan. */
  readonly replacedSets: readonly ReplacedSet[];
  /** Which agents bind which sets. Read only if needed, because it takes one request per agent. */
  readonly bindings: Bindings | undefined;
  readonly build: BuildObservation | undefined;
}

/** A set that another one replaces. */
export interface ReplacedSet {
  readonly name: string;
  readonly keys: readonly string[];
}

/** The context to build in a region, and an existing build of it. */
export interface BuildObservation {
  readonly context: PackedContext;
  /** A successful build of the same context, or else a running one. */
  readonly found: Build | undefined;
  /** Why the search for a build failed; the release then builds. */
  readonly failure: CallError | undefined;
}

export interface ObservationOptions {
  /** Whether to read which agents bind the sets, even if no check needs it. */
  readonly wantsBindings: boolean;
  /** The context to build. */
  readonly context: PackedContext | undefined;
  /** Looks up the image in its registry; undefined to skip that. */
  readonly lookUpImage: (() => Promise<ImageLookup>) | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Everything on the platform that a release depends on, before the release. */
export interface Observation {
  readonly regions: readonly Region[];
  readonly secretSets: readonly ListedSecretSet[];
  readonly build: Build | undefined;
  /** The image in its registry; undefined if it was not looked up. */
  readonly image?: ImageLookup | undefined;
  /** Undefined if they cannot be listed, or are not needed. */
  readonly agentProfiles: readonly string[] | undefined;
  /** One per region, in the order of the release. */
  readonly targets: readonly RegionObservation[];
}

/** Reads everything that a release depends on. Reads what regions share only once. */
export async function observe(
  cloud: PipecatCloud,
  settings: ReleaseSettings,
  options: ObservationOptions,
): Promise<Observation> {
  const { agent, secretSet, imagePullSecret } = settings;
  const names = {
    agent: agent?.name,
    secretSet: secretSet?.name,
    imagePullSecret: imagePullSecret?.name,
  };
  const named = settings.regions.length === 0 ? [undefined] : settings.regions;
  // In parallel with all other reads, so that a slow registry does not delay them.
  const lookup = options.lookUpImage?.();
  const [regions, secretSets, located, build, agentProfiles] = await Promise.all([
    cloud.regions(),
    cloud.secretSets(),
    Promise.all(named.map((region) => locate(cloud, names, region))),
    agent?.settings.buildId === undefined ? undefined : cloud.build(agent.settings.buildId),
    customProfiles(cloud, agent?.settings.agentProfile),
  ]);
  const targets = await Promise.all(
    located.map(async (one) => {
      const region = await regionOf(cloud, one, names, secretSets);
      const target = { settings: settingsIn(settings, region), agent: one.agent };
      return observeRegion(cloud, target, secretSets, options);
    }),
  );
  return { regions, secretSets, build, image: await lookup, agentProfiles, targets };
}

async function observeRegion(
  cloud: PipecatCloud,
  { settings, agent }: Pick<RegionObservation, 'settings' | 'agent'>,
  secretSets: readonly ListedSecretSet[],
  { wantsBindings, context, now }: ObservationOptions,
): Promise<RegionObservation> {
  const { secretSet, imagePullSecret } = settings;
  for (const set of secretSets) {
    if (set.name === secretSet?.name || set.name === imagePullSecret?.name) {
      cloud.requireReadable(set);
    }
  }
  const existing = secretSets.find(({ name }) => name === secretSet?.name);
  const [withKeys, replacedSets, bindings, build] = await Promise.all([
    existing?.kind === 'secret' ? cloud.secretSet(existing.name) : undefined,
    secretSet === undefined || !wantsBindings
      ? []
      : readReplacedSets(cloud, agent, secretSet.name, secretSets),
    needsBindings(secretSet, existing, wantsBindings) ||
    unclearSets(settings, agent, secretSets).length > 0
      ? readBindings(cloud, settings.region)
      : undefined,
    context && findBuild(cloud, settings.region, context, now),
  ]);
  return { settings, secretSet: withKeys, replacedSets, agent, bindings, build };
}

/** Reads them for a warning only, so a set that cannot be read is left out. */
async function readReplacedSets(
  cloud: PipecatCloud,
  agent: Agent | undefined,
  replacement: string,
  secretSets: readonly ListedSecretSet[],
): Promise<ReplacedSet[]> {
  const bound = secretSets.filter(
    ({ name, kind, referenced }) =>
      kind === 'secret' &&
      !referenced &&
      name !== replacement &&
      agent?.secretSets?.includes(name) === true,
  );
  return Promise.all(
    bound.map(async ({ name }) => {
      try {
        return { name, keys: (await cloud.secretSet(name))?.keys ?? [] };
      } catch (error) {
        if (!(error instanceof CallError)) throw error;
        return { name, keys: [] };
      }
    }),
  );
}

/** Milliseconds after which a build that has not ended counts as lost. */
const maxBuildDuration = 60 * 60_000;

/** Whether a build is running, which another run or a cancelled run may have started. */
function isRunning({ status, createdAt }: Build, now: number): boolean {
  return (
    (status === 'pending' || status === 'building') &&
    createdAt !== undefined &&
    now - createdAt < maxBuildDuration
  );
}

/** Searches for a build. If the search fails, the release builds again, so this is not an error. */
async function findBuild(
  cloud: PipecatCloud,
  region: string,
  context: PackedContext,
  now: number,
): Promise<BuildObservation> {
  const key = { region, contextHash: context.hash, dockerfilePath: context.dockerfile };
  try {
    const [built] = await cloud.builds(key, 'success');
    const found =
      built ?? (await cloud.builds(key, undefined)).find((build) => isRunning(build, now));
    return { context, found, failure: undefined };
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    return { context, found: undefined, failure: error };
  }
}

/** If another agent binds a set, it must not be pruned, and people should know before it is written. */
function needsBindings(
  secretSet: RegionSettings['secretSet'],
  existing: ListedSecretSet | undefined,
  wantsBindings: boolean,
): boolean {
  if (secretSet === undefined) return false;
  const { prune, pairs, template } = secretSet;
  if (prune && existing !== undefined) return true;
  return wantsBindings && (template !== undefined || (pairs.length > 0 && existing !== undefined));
}

/** Reads the custom profiles, if the settings name one and the credential may list them. */
async function customProfiles(
  cloud: PipecatCloud,
  wanted: string | undefined,
): Promise<string[] | undefined> {
  if (wanted === undefined || platformAgentProfiles.includes(wanted)) return undefined;
  try {
    return await cloud.agentProfiles();
  } catch (error) {
    // A token may be allowed to deploy but not to list. Then the deploy itself checks the profile.
    const isRefused = error instanceof StatusError && [403, 404].includes(error.status);
    // The list is only for a check, so an unreadable list is not an error.
    if (isRefused || error instanceof UnreadableAnswerError) return undefined;
    throw error;
  }
}
