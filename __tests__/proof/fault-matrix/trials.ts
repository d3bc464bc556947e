import type { LoggedRequest } from '../../../emulator/index.js';
import { columns } from './faults.js';
import { madeRequests, type MadeRequest } from './made-requests.js';
import { scenarios, type Scenario } from './scenarios.js';
import type { Trial } from './try-fault.js';

/** The requests of each release without a fault. */
export type Undisturbed = ReadonlyMap<Scenario, readonly LoggedRequest[]>;

/**
 * The faults to try in a release. A write gets every fault in every release. A read behaves the same in
 * all releases, so each of its faults is tried in two of the releases that make it. The next fault is tried
 * in other ones, so every release has its share.
 */
export function trialsOf(scenario: Scenario, undisturbed: Undisturbed): Trial[] {
  const own = undisturbed.get(scenario) ?? [];
  return madeRequests(own).flatMap((request) => {
    const making = scenarios.filter(
      (other) =>
        other.credential === scenario.credential &&
        madeRequests(undisturbed.get(other) ?? []).some((one) => nameOf(one) === nameOf(request)),
    );
    return columns
      .filter(({ writesOnly }) => request.isWrite || writesOnly !== true)
      .filter(({ isNotFor }) => isNotFor?.(request) !== true)
      .filter(
        (_, index) => request.isWrite || isShare(making.indexOf(scenario) + index, making.length),
      )
      .map((column) => ({ request, column, undisturbed: own }));
  });
}

/** Picks two releases that are half the list apart: first releases come first, and updates last. */
function isShare(turn: number, releases: number): boolean {
  return [0, Math.floor(releases / 2)].includes(turn % releases);
}

function nameOf({ phase, method, path, place }: MadeRequest): string {
  return [phase, method, path, place].join(' ');
}
