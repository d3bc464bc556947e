import type { SecretSetStatus } from '../pipecat/answers.js';
import type { PipecatCloud } from '../pipecat/client.js';
import type { Deadline } from '../time/deadline.js';
import {
  ProvisioningFailedError,
  ProvisioningTimeoutError,
  SecretSetGoneError,
  SubjectError,
} from './errors.js';
import type { Journal } from './journal.js';
import { poll, WaitOverError } from './polling.js';
import { Progress } from './progress.js';
import type { SecretSetRecord } from './record.js';
import { secretSetSubject } from './subject.js';

/**
 * Waits until every one of the sets is ready, all of them at once; the first that fails ends it.
 *
 * @throws SubjectError around ProvisioningFailedError, ProvisioningTimeoutError, SecretSetGoneError
 *   or a CallError
 */
export async function awaitSecretSets(
  cloud: PipecatCloud,
  journal: Journal,
  sets: readonly SecretSetRecord[],
  deadline: Deadline,
): Promise<void> {
  const { clock, log } = journal;
  const progress = new Progress(clock, (message) => {
    log.info(message);
  });
  const waiting = new Map(
    sets.map((set) => [set, journal.beginSpan(set.region, `provision ${set.name}`)]),
  );

  const seen = new Map<SecretSetRecord, SecretSetStatus>();
  let failing: SecretSetRecord | undefined;
  const look = async (): Promise<{ done: undefined } | undefined> => {
    const reads = await readStatuses(cloud, [...waiting.keys()], deadline);
    for (const { set, found } of reads.found) {
      if (found === undefined)
        throw new SubjectError(secretSetSubject(set), new SecretSetGoneError());
      set.status = found.status;
      seen.set(set, found.status);
      if (found.status === 'failed') {
        throw new SubjectError(
          secretSetSubject(set),
          new ProvisioningFailedError(found.errorMessage),
        );
      }
      if (found.status === 'ready') {
        waiting.get(set)?.('done');
        waiting.delete(set);
      }
    }
    const states = sets.map((set) => `${set.name} ${seen.get(set) ?? 'not seen yet'}`);
    if (reads.failure === undefined) progress.is(states.join(', '));
    if (waiting.size === 0) return { done: undefined };
    failing = reads.failure?.set;
    if (reads.failure !== undefined) throw reads.failure.error;
    return undefined;
  };

  try {
    await poll(look, clock, deadline, progress);
  } catch (error) {
    const set = failing ?? [...waiting.keys()][0];
    const told = toSubjectError(error, set, set && seen.get(set), progress, deadline);
    for (const [set, end] of waiting) {
      const isOver = error instanceof WaitOverError;
      if (!isOver && !(told instanceof SubjectError && told.subject.name === set.name)) continue;
      set.outcome = 'failed';
      end('failed');
    }
    throw told;
  }
}

function toSubjectError(
  error: unknown,
  set: SecretSetRecord | undefined,
  lastSeen: SecretSetStatus | undefined,
  progress: Progress,
  deadline: Deadline,
): Error {
  if (!(error instanceof Error)) throw error;
  if (error instanceof SubjectError || set === undefined) return error;
  if (!(error instanceof WaitOverError)) return new SubjectError(secretSetSubject(set), error);
  return new SubjectError(
    secretSetSubject(set),
    new ProvisioningTimeoutError(lastSeen, progress.elapsed, deadline, { cause: error.cause }),
  );
}

/** A set as a read finds it; undefined where it is not there. */
interface Read {
  readonly set: SecretSetRecord;
  readonly found:
    { readonly status: SecretSetStatus; readonly errorMessage: string | undefined } | undefined;
}

interface Reads {
  readonly found: readonly Read[];
  /** The first read that brought no answer; the others count all the same. */
  readonly failure:
    { readonly set: SecretSetRecord | undefined; readonly error: Error } | undefined;
}

async function readStatuses(
  cloud: PipecatCloud,
  sets: readonly SecretSetRecord[],
  deadline: Deadline,
): Promise<Reads> {
  // Each look is repeated anyway, so a read of it is tried once.
  const options = { deadline, attempts: 1 };
  const byName = sets.filter(({ kind }) => kind === 'secret');
  const inList = sets.filter(({ kind }) => kind === 'imagePullSecret');
  const reads = byName.map(async (set): Promise<Read[]> => [
    { set, found: await cloud.secretSet(set.name, options) },
  ]);
  if (inList.length > 0) {
    // An image pull secret cannot be read by name, so these are found in the list, all in one.
    reads.push(
      cloud
        .secretSets(options)
        .then((list) =>
          inList.map((set): Read => ({ set, found: list.find(({ name }) => name === set.name) })),
        ),
    );
  }
  const results = await Promise.allSettled(reads);
  const failedAt = results.findIndex(({ status }) => status === 'rejected');
  const failed = results[failedAt];
  const reason: unknown = failed?.status === 'rejected' ? failed.reason : undefined;
  return {
    found: results.flatMap((result) => (result.status === 'fulfilled' ? result.value : [])),
    failure:
      reason instanceof Error ? { set: byName[failedAt] ?? inList[0], error: reason } : undefined,
  };
}
