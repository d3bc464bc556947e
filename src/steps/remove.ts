import type { CallOptions } from '../pipecat/caller.js';
import type { Deletion } from '../pipecat/client.js';
import { InterruptedCallError } from '../pipecat/errors.js';
import { isInDoubt } from '../record/errors.js';
import type { RemovalRecord } from '../record/teardown-record.js';
import { CancelledError } from '../time/cancellation.js';

/** Turns a look at whether something is gone into what a call does after its answer was lost. */
type FindLost = (
  isGone: () => Promise<boolean>,
) => NonNullable<CallOptions<Deletion>['findLostResult']>;

/** Deletes one thing and records what became of it. */
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
    // If an answer was lost, it was this run that deleted what does not exist anymore.
    record.outcome = deletion === 'absent' && !lost.isAnswer ? 'absent' : 'deleted';
    record.isChanged = record.outcome === 'deleted';
  } catch (error) {
    if (isInDoubt(error)) record.isChanged = true;
    if (!(error instanceof CancelledError)) record.outcome = 'failed';
    else if (error instanceof InterruptedCallError) record.outcome = 'cancelled';
    throw error;
  }
}
