import type { Agent, Build, ListedSecretSet, Region, SecretSet } from '../pipecat/answers.js';
import type { PipecatCloud } from '../pipecat/client.js';
import type { PackedContext } from '../context/pack.js';
import { CallError, StatusError, UnreadableAnswerError } from '../pipecat/errors.js';
import { platformAgentProfiles } from '../pipecat/names.js';
import type { ImageLookup } from '../registry/look-up.js';
import { readBindings, type Bindings } from './bindings.js';
import { inferRegion } from './infer-region.js';
import { unclearSets } from './preview.js';
import { namesDependOnRegion, settingsIn, type RegionSettings } from './region-settings.js';
import type { ReleaseSettings } from './settings.js';

/** What there is in one region, and what is asked for there. */
export interface RegionObservation {
  readonly settings: RegionSettings;
  /** The set to bind, with its keys. */
  readonly secretSet: SecretSet | undefined;
  readonly agent: Agent | undefined;
  /** Which agents bind which sets; read only where it is asked for, as it takes a request an agent. */
  readonly bindings: Bindings | undefined;
  readonly build: BuildObservation | undefined;
}

/** A context that is to be built in a region, and whether it has been already. */
export interface BuildObservation {
  readonly context: PackedContext;
  /** A build of the same context that succeeded, else one that is under way. */
  readonly found: Build | undefined;
  /** Why it could not be looked for: a build is made then. */
  readonly failure: CallError | undefined;
}

/** What to look at besides what the settings name. */
export interface ObservationOptions {
  /** Whether to read which agents bind the sets, also where no rule depends on it. */
  readonly wantsBindings: boolean;
  /** What is to be built. */
  readonly context: PackedContext | undefined;
  /** Looks the image up in its registry; undefined if nobody wants to know. */
  readonly lookUpImage: (() => Promise<ImageLookup>) | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What there is on the platform before a release, as far as the release depends on it. */
export interface Observation {
  readonly regions: readonly Region[];
  readonly secretSets: readonly ListedSecretSet[];
  readonly build: Build | undefined;
  /** What the registry has under the name of the image; undefined if it was not looked up. */
  readonly image?: ImageLookup | undefined;
  /** Undefined where they cannot be listed, or are not needed. */
  readonly agentProfiles: readonly string[] | undefined;
  /** A region each, in the order of the release. */
  readonly targets: readonly RegionObservation[];
}

/**
 * Looks at everything that a release depends on. Reads only, and what is common only once.
 */
export async function observe(
  cloud: PipecatCloud,
  settings: ReleaseSettings,
  options: ObservationOptions,
): Promise<Observation> {
  const { agent } = settings;
  // Beside all other reads: a registry that is slow delays none of them.
  const lookup = options.lookUpImage?.();
  const [regions, secretSets, located, build, agentProfiles] = await Promise.all([
    cloud.regions(),
    cloud.secretSets(),
    locate(cloud, settings),
    agent?.settings.buildId === undefined ? undefined : cloud.build(agent.settings.buildId),
    customProfiles(cloud, agent?.settings.agentProfile),
  ]);
  const targets = await Promise.all(
    located.map(async ({ region: named, agent: found }): Promise<RegionObservation> => {
      const region =
        named ?? inferRegion(settings, found, secretSets) ?? (await cloud.defaultRegion());
      const target = { settings: settingsIn(settings, region), agent: found };
      return observeRegion(cloud, target, secretSets, options);
    }),
  );
  return { regions, secretSets, build, image: await lookup, agentProfiles, targets };
}

/** A region of a release with its agent; undefined where the agent or its sets tell the region. */
interface Located {
  readonly region: string | undefined;
  readonly agent: Agent | undefined;
}

async function locate(cloud: PipecatCloud, settings: ReleaseSettings): Promise<Located[]> {
  if (settings.regions.length === 0 && !namesDependOnRegion(settings)) {
    const name = settings.agent?.name.others;
    return [{ region: undefined, agent: name === undefined ? undefined : await cloud.agent(name) }];
  }
  const regions = settings.regions.length === 0 ? [await cloud.defaultRegion()] : settings.regions;
  return Promise.all(
    regions.map(async (region): Promise<Located> => {
      const name = settingsIn(settings, region).agent?.name;
      return { region, agent: name === undefined ? undefined : await cloud.agent(name) };
    }),
  );
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
  const [withKeys, bindings, build] = await Promise.all([
    existing?.kind === 'secret' ? cloud.secretSet(existing.name) : undefined,
    needsBindings(secretSet, existing, wantsBindings) ||
    unclearSets(settings, agent, secretSets).length > 0
      ? readBindings(cloud, settings.region)
      : undefined,
    context && findBuild(cloud, settings.region, context, now),
  ]);
  return { settings, secretSet: withKeys, agent, bindings, build };
}

/** Milliseconds; a build that is older and has not ended is one that was forgotten. */
const maxBuildDuration = 60 * 60_000;

/** Another run may have started it, or an earlier one that was ended. */
function isUnderWay({ status, createdAt }: Build, now: number): boolean {
  return (
    (status === 'pending' || status === 'building') &&
    createdAt !== undefined &&
    now - createdAt < maxBuildDuration
  );
}

/** A build that is not found is made once more, so a look that fails is no reason to end. */
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
      built ?? (await cloud.builds(key, undefined)).find((build) => isUnderWay(build, now));
    return { context, found, failure: undefined };
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    return { context, found: undefined, failure: error };
  }
}

/** Another agent that binds the set is a reason not to prune it, and worth knowing before a write. */
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
    const isRefused = error instanceof StatusError && [403, 404].includes(error.status);
    // The list is only a check, so one that cannot be read is none.
    if (isRefused || error instanceof UnreadableAnswerError) return undefined;
    throw error;
  }
}
