import { AgentProfiles } from './agent-profiles.js';
import { Agents } from './agents.js';
import { Builds } from './builds.js';
import type { Clock } from './clock.js';
import { ConcurrentWrites } from './concurrent-writes.js';
import { Regions, type SeededRegion } from './regions.js';
import { SecretSets } from './secret-sets.js';
import { Sessions } from './sessions.js';
import { Uploads } from './uploads.js';

/** The state of the platform, without HTTP. */
export interface Platform {
  readonly now: Clock;
  readonly regions: Regions;
  /** The region for requests that name none. */
  readonly defaultRegion: string;
  readonly secretSets: SecretSets;
  readonly writes: ConcurrentWrites;
  readonly uploads: Uploads;
  readonly builds: Builds;
  readonly profiles: AgentProfiles;
  readonly agents: Agents;
  readonly sessions: Sessions;
}

/** Settings of a platform; delays in milliseconds. */
export interface PlatformSettings {
  readonly now: Clock;
  readonly regions: readonly SeededRegion[];
  /** The first region if undefined. */
  readonly defaultRegion: string | undefined;
  readonly secretSetDelay: number;
  readonly deploymentDelay: number;
  readonly buildDelay: number;
  /** Maximum size of a build context in bytes. */
  readonly uploadLimit: number;
}

export function createPlatform(settings: PlatformSettings): Platform {
  const { now, secretSetDelay, deploymentDelay, buildDelay, uploadLimit } = settings;
  const regions = new Regions(settings.regions);
  const codes = regions.codes();
  const defaultRegion = settings.defaultRegion ?? codes[0] ?? '';
  if (!codes.includes(defaultRegion))
    throw new Error(
      `The default region "${defaultRegion}" is not among the regions of the emulator (${codes.join(', ')}).`,
    );
  const secretSets = new SecretSets(now, secretSetDelay, regions);
  const uploads = new Uploads(now, uploadLimit, regions);
  const builds = new Builds(now, buildDelay, { regions, uploads });
  const profiles = new AgentProfiles();
  return {
    now,
    regions,
    defaultRegion,
    secretSets,
    writes: new ConcurrentWrites(),
    uploads,
    builds,
    profiles,
    sessions: new Sessions(now),
    agents: new Agents(now, deploymentDelay, { regions, secretSets, builds, profiles }),
  };
}
