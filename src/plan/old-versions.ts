import type { ListedSecretSet } from '../pipecat/answers.js';
import { agentsBinding, type Bindings } from './bindings.js';
import { versionsOf } from './name-template.js';

/** What decides which older versions of a secret set may go. */
export interface VersionsInQuestion {
  /** The name in the region, with `{version}` in it. */
  readonly template: string;
  /** The name of this release's version. */
  readonly current: string;
  readonly region: string;
  /** The sets that the agent bound before the release: the newest of the older ones. */
  readonly previous: readonly string[];
  /** How many older versions that no agent binds are kept. */
  readonly keep: number;
  /** Sets that may go, in the order in which the platform lists them. */
  readonly secretSets: readonly ListedSecretSet[];
  readonly bindings: Bindings;
}

/** A name with a date in it, such as 20250131, is more likely somebody's than a version. */
function isDated(name: string): boolean {
  return /(?<!\d)(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)/.test(name);
}

/**
 * Older versions that no agent binds, beyond those that are kept. The platform does not tell how old
 * a set is: what the agent bound last counts as the newest, and of the others those that the list
 * has first as the oldest. Where an agent does not show what it binds, it may be any of them.
 */
export function oldVersions(question: VersionsInQuestion): string[] {
  const { template, current, region, previous, keep, secretSets, bindings } = question;
  if ([...bindings.values()].includes(undefined)) return [];
  const versions = versionsOf(template);
  const unbound = secretSets
    .filter((set) => set.kind === 'secret' && set.region === region && !set.referenced)
    // One that is on its way is another release's, which is about to bind it.
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
