import { listOf } from '../text/list.js';
import { agentsOf, type ReleaseRecord, type TargetRecord } from '../record/record.js';
import type { Explanation } from './explain.js';

/** The headline where more than one thing failed. */
export function severalTitle(record: ReleaseRecord, failures: readonly Explanation[]): string {
  // What is not about a region may be so in each of them.
  const failed = new Set(
    failures.flatMap(({ subject }) => (subject === undefined ? [] : [subject.region])),
  );
  const all = record.plan?.targets.length ?? 0;
  if (failures.some(({ kind }) => kind === 'cancelled')) {
    const [one] = failed;
    const where =
      all < 2
        ? ''
        : failed.size === 1 && one !== undefined
          ? ` in \`${one}\``
          : ` in ${failed.size} regions`;
    return `The run was cancelled after it had failed${where}`;
  }
  if (failures.every(({ kind }) => kind === 'not-pruned')) {
    return `The release is done, but ${failures.length} secret sets were not pruned`;
  }
  if (record.teardown !== undefined) {
    const { targets } = record.teardown;
    return targets.length > 1 && failed.size > 0
      ? `The preview was not torn down in ${failed.size} of ${targets.length} regions`
      : 'The preview was not torn down';
  }
  return all > 1 && failed.size > 0
    ? `The release failed in ${failed.size} of ${all} regions`
    : `The release failed for ${failures.length} reasons`;
}

/** What a rollback means for the headline; undefined if there was none, or it was not finished. */
export function rollBackTitle(record: ReleaseRecord): string | undefined {
  const outcomes = agentsOf(record).flatMap(({ rollBack }) => rollBack?.outcome ?? []);
  if (outcomes.length === 0 || outcomes.some((one) => one === 'running' || one === 'skipped'))
    return undefined;
  return outcomes.includes('failed') ? 'Not rolled back everywhere' : 'Rolled back';
}

/** Which regions run what was released, and which do not; undefined where there is only one. */
export function regionsSentence(record: ReleaseRecord): string | undefined {
  const { targets } = record;
  // A rollback has sentences of its own.
  if (agentsOf(record).some(({ rollBack }) => rollBack !== undefined)) return undefined;
  if (targets.length < 2 || agentsOf(record).length === 0) return undefined;
  const isReleased = ({ agent }: TargetRecord): boolean =>
    agent === undefined || ['created', 'updated', 'unchanged'].includes(agent.outcome);
  const released = regionsOf(targets.filter(isReleased));
  const others = regionsOf(targets.filter((target) => !isReleased(target)));
  if (released.length === 0) return 'No region was released.';
  const kept = `${listOf(released)} ${released.length === 1 ? 'was' : 'were'} released and ${released.length === 1 ? 'stays' : 'stay'} so`;
  return others.length === 0
    ? `${kept}.`
    : `${kept}; ${listOf(others)} ${others.length === 1 ? 'was' : 'were'} not.`;
}

function regionsOf(targets: readonly { readonly region: string }[]): string[] {
  return targets.map(({ region }) => region);
}
