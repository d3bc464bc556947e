import type { Subject } from '../plan/subject.js';
import {
  agentsOf,
  buildsOf,
  secretSetsOf,
  type ReleaseRecord,
  type TargetRecord,
} from './record.js';

type Targets = Pick<ReleaseRecord, 'targets'>;

/** Whether the run changed anything on the platform, or may have. */
export function isAnythingChanged(record: Targets): boolean {
  return (
    secretSetsOf(record).some(({ isChanged }) => isChanged) ||
    buildsOf(record).some(({ outcome }) => outcome !== 'skipped' && outcome !== 'reused') ||
    isAnyAgentChanged(record)
  );
}

/** Whether the run deployed an agent, or may have. */
export function isAnyAgentChanged(record: Targets): boolean {
  return agentsOf(record).some(({ isChanged }) => isChanged);
}

/**
 * What a failed run left unchanged: `everything` before the first write, `agents` before the first
 * deploy, `agent` if the agent in the failed region was not deployed, and `serving` if that agent's
 * deployment failed and the previous one is still serving.
 */
export type Unchanged = 'everything' | 'agents' | 'agent' | 'serving';

/**
 * Derives from the record what the run left unchanged.
 *
 * @param subject what failed; undefined if the whole run did
 */
export function unchangedIn(
  record: Targets,
  subject: Pick<Subject, 'region'> | undefined,
): Unchanged | undefined {
  if (!isAnythingChanged(record)) return 'everything';
  if (!isAnyAgentChanged(record)) return 'agents';
  const isSameRegion = ({ region }: TargetRecord): boolean => region === subject?.region;
  const agent = record.targets.find(isSameRegion)?.agent;
  if (agent?.isChanged === false) return 'agent';
  return agent?.previousServes === true ? 'serving' : undefined;
}
