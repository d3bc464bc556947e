import type { ListedSecretSet } from '../pipecat/answers.js';
import { agentsBinding, type Bindings } from './bindings.js';
import { versionsOf } from './name-template.js';

/** Everything that decides which older versions of a secret set to delete. */
export interface VersionFacts {
  /** The name in the region, with `{version}` in it. */
  readonly template: string;
  /** The name of this release's version. */
  readonly current: string;
  readonly region: string;
  /** The sets that the agent bound before the release, which are the newest of the older ones. */
  readonly previous: readonly string[];
  /** How many unbound older versions to keep. */
  readonly keep: number;
  /** Sets that may be deleted, in the platform's order. */
  readonly secretSets: readonly ListedSecretSet[];
  readonly bindings: Bindings;
}

/** Whether a name has a date in it, such as 20250131, which is probably not a version. */
function isDated(name: string): boolean {
  return /(?<!\d)(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)/.test(name);
}

/**
 * Finds the unbound older versions to delete. The platform does not show how old a set is, so sets that
 * the agent bound last count as the newest, and the first others in the list as the oldest. If the
 * response about an agent does not show what it binds, nothing is deleted.
 */
export function oldVersions(facts: VersionFacts): string[] {
  const { template, current, region, previous, keep, secretSets, bindings } = facts;
  if ([...bindings.values()].includes(undefined)) return [];
  const versions = versionsOf(template);
  const unbound = secretSets
    .filter((set) => set.kind === 'secret' && set.region === region && !set.referenced)
    // A pending set belongs to another release, which will bind it.
    .filter(({ status }) => status !== 'pending')
    .map(({ name }) => name)
    .filter((name) => name !== current && versions.test(name) && !isDated(name))
    .filter((name) => agentsBinding(bindings, name).length === 0);
  const oldestFirst = [
    ...unbound.filter((name) => !previous.includes(name)),
    ...unbound.filter((name) => previous.includes(name)),
  ];
  return oldestFirst.slice(0, Math.max(0, oldestFirst.length - keep));
}
