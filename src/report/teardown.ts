import { secretSetKinds } from '../plan/subject.js';
import type { KeptBecause } from '../plan/teardown-plan.js';
import {
  isAnythingTornDown,
  removalsOf,
  type RemovalRecord,
  type TeardownRecord,
  type TeardownTargetRecord,
} from '../record/teardown-record.js';
import { listOf } from '../text/list.js';
import { htmlTable, samp } from './markdown.js';
import { counted, nonEmpty } from './words.js';

/** Names of agents or sets in a sentence. */
const mostNames = 10;

/**
 * Why something is kept, as the end of a sentence that begins with "because". A teardown fails if the
 * agent is not the preview, so it says nothing about sets then.
 */
function keptWords(kept: KeptBecause): string | undefined {
  switch (kept.because) {
    case 'bound':
      return `${listOf(kept.agents, { most: mostNames })} ${kept.agents.length === 1 ? 'uses' : 'use'} it`;
    case 'may-be-bound':
      return `${listOf(kept.agents, { most: mostNames })} may use it: what ${kept.agents.length === 1 ? 'it uses' : 'they use'} is not shown`;
    case 'referenced':
      return 'it is a Kubernetes Secret of your cluster, which the platform cannot delete';
    case 'other-kind':
      return `it is an ${secretSetKinds[kept.kind]}`.replace('an secret', 'a secret');
    case 'not-preview':
      return undefined;
  }
}

/** What is kept and why, as sentences. */
export function keptSentences({ targets }: TeardownRecord): string[] {
  return targets.flatMap(({ region, secretSets }) =>
    secretSets.flatMap(({ name, kept }) => {
      const words = kept && keptWords(kept);
      return words === undefined ? [] : [`\`${name}\` in \`${region}\` is kept, because ${words}.`];
    }),
  );
}

/** What was deleted and what was not, after a failure. */
export function teardownState(record: TeardownRecord): string[] {
  if (!isAnythingTornDown(record)) return ['Nothing was deleted.'];
  const all = removalsOf(record);
  const named = (outcomes: readonly RemovalRecord['outcome'][]): string[] =>
    all.filter(({ outcome }) => outcomes.includes(outcome)).map(({ name }) => name);
  const deleted = named(['deleted']);
  const left = named(['failed', 'skipped', 'cancelled']);
  const stopped = stoppedSessions(record);
  return nonEmpty([
    deleted.length > 0 && `Deleted: ${listOf(deleted, { most: mostNames })}.`,
    stopped > 0 && `Sessions stopped: ${stopped}.`,
    left.length > 0 && `Not deleted: ${listOf(left, { most: mostNames })}.`,
  ]);
}

function stoppedSessions({ targets }: TeardownRecord): number {
  return targets.reduce((sum, { agent }) => sum + agent.stopped.size, 0);
}

/** What a teardown did, as a headline. */
export function teardownHeadline(record: TeardownRecord): string {
  const { preview } = record.plan;
  const of = `the preview of pull request ${preview.pullRequest}`;
  const deleted = removalsOf(record).filter(({ outcome }) => outcome === 'deleted');
  const stopped = stoppedSessions(record);
  const sessions = stopped > 0 ? `; ${counted(stopped, 'session')} stopped` : '';
  if (deleted.length > 0) return `Deleted ${of}${sessions}`;
  if (stopped > 0) return `Nothing to delete of ${of}${sessions}`;
  return removalsOf(record).some(({ outcome }) => outcome === 'kept')
    ? `Nothing was deleted of ${of}: what is left is kept`
    : `Nothing to tear down for pull request ${preview.pullRequest}`;
}

/** What a teardown would do, as a headline. */
export function teardownPlanHeadline({ plan }: TeardownRecord): string {
  const count = plan.targets
    .flatMap(({ agent, secretSets }) => [agent, ...secretSets])
    .filter(({ removal }) => removal.action === 'delete').length;
  const what = count === 0 ? 'nothing' : counted(count, 'thing');
  return `Plan for the end of pull request ${plan.preview.pullRequest}: ${what} would be deleted`;
}

/** What a teardown could not delete, as a headline. */
export function teardownFailureHeadline(
  { plan, targets }: TeardownRecord,
  failed: ReadonlySet<string>,
): string {
  const what = `The preview of pull request ${plan.preview.pullRequest} was not torn down`;
  const [first] = failed;
  if (first === undefined) return what;
  return failed.size === 1
    ? `${what} in \`${first}\``
    : `${what} in ${failed.size} of ${targets.length} regions`;
}

/** The title if a teardown failed in several ways. */
export function teardownTitle({ targets }: TeardownRecord, failedRegions: number): string {
  const where =
    targets.length > 1 && failedRegions > 0
      ? ` in ${failedRegions} of ${targets.length} regions`
      : '';
  return `The preview was not torn down${where}`;
}

const resultMarks: Readonly<Record<RemovalRecord['outcome'], string>> = {
  deleted: '✅ deleted',
  kept: '➖ kept',
  absent: '➖ absent',
  failed: '❌ failed',
  cancelled: '⏹️ cancelled',
  skipped: '➖ not started',
};

/** What happened to each thing, or in a plan, what would happen. */
export function removalTable(record: TeardownRecord, isPlan: boolean): string {
  const result = (removal: RemovalRecord): string =>
    isPlan && removal.outcome === 'skipped' ? 'would be deleted' : resultMarks[removal.outcome];
  return htmlTable(
    record.targets.flatMap(({ agent, secretSets }) =>
      [agent, ...secretSets].map((removal) => ({
        Result: result(removal),
        Kind: 'kind' in removal ? secretSetKinds[removal.kind] : 'agent',
        Name: samp(removal.name),
        Region: samp(removal.region),
        Sessions: 'kind' in removal ? '' : sessionCell(removal, isPlan),
      })),
    ),
  );
}

function sessionCell(
  { sessions, stopped, outcome }: TeardownTargetRecord['agent'],
  isPlan: boolean,
): string {
  if (outcome === 'kept') return '';
  if (isPlan) return sessions > 0 ? `${sessions} would be stopped` : '';
  return stopped.size > 0 ? `${stopped.size} stopped` : '';
}
