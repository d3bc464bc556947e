import type { CallOptions } from '../pipecat/caller.js';
import type { Deletion } from '../pipecat/client.js';
import type { RemovalRecord } from '../record/teardown-record.js';
import { recordFailure } from './subjects.js';

/** Turns a check whether something was deleted into what a call does after a lost response. */
type FindLost = (
  isGone: () => Promise<boolean>,
) => NonNullable<CallOptions<Deletion>['findLostResult']>;

/** Deletes something and records the outcome. */
export async function remove(
  record: RemovalRecord,
  work: (findLost: FindLost) => Promise<Deletion>,
): Promise<void> {
  const lost = { isAnswer: false };
  const findLost: FindLost = (isGone) => async () => {
    lost.isAnswer = true;
    return (await isGone()) ? 'deleted' : undefined;
  };
  try {
    const deletion = await work(findLost);
    // If the response was lost, this run probably deleted it.
    record.outcome = deletion === 'absent' && !lost.isAnswer ? 'absent' : 'deleted';
    record.isChanged = record.outcome === 'deleted';
  } catch (error) {
    recordFailure(record, error);
    throw error;
  }
}
