import { AgentProfiles } from './agent-profiles.js';
import { Agents } from './agents.js';
import { Builds } from './builds.js';
import type { Clock } from './clock.js';
import { ConcurrentWrites } from './concurrent-writes.js';
import { SecretSets } from './secret-sets.js';

/** All that the platform holds, without a word of HTTP. */
export interface Platform {
  readonly now: Clock;
  /** The region of what is made without naming one. */
  readonly defaultRegion: string;
  readonly secretSets: SecretSets;
  readonly writes: ConcurrentWrites;
  readonly builds: Builds;
  readonly profiles: AgentProfiles;
  readonly agents: Agents;
}

/** What a platform is made of; delays in milliseconds. */
export interface PlatformSettings {
  readonly now: Clock;
  readonly defaultRegion: string;
  readonly secretSetDelay: number;
  readonly deploymentDelay: number;
}

export function createPlatform({
  now,
  defaultRegion,
  secretSetDelay,
  deploymentDelay,
}: PlatformSettings): Platform {
  const secretSets = new SecretSets(now, secretSetDelay);
  const builds = new Builds(now);
  const profiles = new AgentProfiles();
  return {
    now,
    defaultRegion,
    secretSets,
    writes: new ConcurrentWrites(),
    builds,
    profiles,
    agents: new Agents(now, deploymentDelay, { secretSets, builds, profiles }),
  };
}
