import { asIs, listOf } from '../text/list.js';
import { CancelledError } from '../time/cancellation.js';
import type { SecretSet } from '../pipecat/answers.js';
import type { PipecatCloud } from '../pipecat/client.js';
import type { Deadline } from '../time/deadline.js';
import { ReleaseError, StepError, SubjectError } from '../record/errors.js';
import { graceLimit, poll, type PollResult } from './polling.js';
import { Progress } from './progress.js';
import type { SecretSetRecord } from '../record/record.js';
import { secretSetSubject } from '../plan/subject.js';
import type { StepContext } from './context.js';

/**
 * Waits until all sets are ready. If one fails, the wait for the others continues, so that the report can
 * say how each ended.
 *
 * @throws ReleaseError of SubjectErrors around a StepError (`provisioning-failed`, `secrets-timeout`,
 *   `secret-set-gone`, `secret-set-missing`) or a CallError
 */
export async function awaitSecretSets(
  { cloud, journal }: StepContext,
  sets: readonly SecretSetRecord[],
  deadline: Deadline,
): Promise<void> {
  const { clock } = journal;
  const progress = new Progress(journal);
  const waiting = new Map(
    sets.map((set) => [set, journal.beginSpan(set.region, `provision ${set.name}`)]),
  );
  const seen = new Map<SecretSetRecord, string>();
  const failures: Error[] = [];

  const fail = (set: SecretSetRecord, error: Error): void => {
    set.outcome = 'failed';
    failures.push(new SubjectError(secretSetSubject(set), error));
    waiting.get(set)?.('failed');
    waiting.delete(set);
  };
  const recordStatus = (set: SecretSetRecord, found: Found | undefined): void => {
    if (found === undefined) {
      const isNew = set.outcome === 'created' && !seen.has(set);
      if (isNew && progress.elapsed < graceLimit) return;
      fail(set, new StepError(isNew ? 'secret-set-missing' : 'secret-set-gone', {}));
      return;
    }
    set.status = found.status;
    seen.set(set, stateOf(found));
    if (found.status === 'failed') {
      fail(set, new StepError('provisioning-failed', { platformMessage: found.errorMessage }));
    }
    if (found.status === 'ready') {
      waiting.get(set)?.('done');
      waiting.delete(set);
    }
  };
  const checkStatus = async (): Promise<PollResult<undefined>> => {
    const statuses = await readStatuses(cloud, [...waiting.keys()], deadline);
    for (const [set, found] of statuses) recordStatus(set, found);
    progress.update(wordsFor(sets, seen));
    return waiting.size === 0 ? { done: undefined } : undefined;
  };
  const onTimeout = (cause: unknown): undefined => {
    for (const set of waiting.keys()) {
      const facts = { lastSeen: seen.get(set), waited: progress.elapsed, deadline };
      fail(set, new StepError('secrets-timeout', facts, { cause }));
    }
  };

  try {
    await poll(checkStatus, { clock, deadline, progress, onTimeout });
  } catch (error) {
    const [first] = waiting.keys();
    if (first === undefined || !(error instanceof Error)) throw error;
    const isCancelled = error instanceof CancelledError;
    // One failed check is one failure, even for several sets.
    if (isCancelled) failures.push(error);
    else fail(first, error);
    // If the run is cancelled, the platform continues to provision them.
    for (const end of waiting.values()) end(isCancelled ? 'running' : 'failed');
  }
  if (failures.length > 0) throw new ReleaseError(failures);
}

/** More sets are only counted. */
const maxListed = 4;

function wordsFor(
  sets: readonly SecretSetRecord[],
  seen: ReadonlyMap<SecretSetRecord, string>,
): string {
  const states = sets.map((set) => ({ name: set.name, state: seen.get(set) ?? 'not seen yet' }));
  const list = (some: typeof states): string =>
    listOf(
      some.map(({ name, state }) => `${name} ${state}`),
      { most: maxListed, format: asIs },
    );
  if (states.length <= maxListed) return list(states);
  const others = states.filter(({ state }) => state !== 'ready');
  const ready = `${states.length - others.length} of ${states.length} sets are ready`;
  return others.length === 0 ? ready : `${ready}; ${list(others)}`;
}

/** The status of a set in words, with its only possible reason. */
function stateOf({ status, referenced }: Found): string {
  if (status === 'unknown') return 'unknown (its region cannot be reached)';
  return status === 'pending' && referenced
    ? 'pending (it is referenced, and its Kubernetes Secret does not exist yet)'
    : status;
}

/** What a status check shows of a set. */
type Found = Pick<SecretSet, 'status' | 'referenced' | 'errorMessage'>;

/** Sends one request per check, however many sets there are. A set that does not exist is undefined. */
async function readStatuses(
  cloud: PipecatCloud,
  sets: readonly SecretSetRecord[],
  deadline: Deadline,
): Promise<ReadonlyMap<SecretSetRecord, Found | undefined>> {
  // Each check is repeated anyway, so a request is tried only once.
  const options = { deadline, attempts: 1 };
  const [first, ...others] = sets;
  // An image pull secret cannot be read by name.
  if (first?.kind === 'secret' && others.length === 0) {
    return new Map([[first, await cloud.secretSet(first.name, options)]]);
  }
  const list = await cloud.secretSets(options);
  const find = (set: SecretSetRecord): Found | undefined => {
    const found = list.find(({ name }) => name === set.name);
    if (found !== undefined) cloud.requireReadable(found);
    return found;
  };
  return new Map(sets.map((set) => [set, find(set)]));
}
