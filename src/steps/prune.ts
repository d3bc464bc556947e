import type { Deadline } from '../time/deadline.js';
import { withSubject, isInDoubt } from '../record/errors.js';
import type { PlannedSetRecord } from '../record/record.js';
import { secretSetSubject } from '../plan/subject.js';
import type { StepContext } from './context.js';

/** Deletes the keys of a set that were not given. The set is provisioned anew after that. */
export async function prune(
  { cloud, journal }: StepContext,
  record: PlannedSetRecord,
  deadline: Deadline,
): Promise<void> {
  const { plan } = record;
  try {
    await journal.span(plan.region, `prune ${plan.name}`, () =>
      withSubject(secretSetSubject(plan), async () => {
        for (const key of plan.prunedKeys) {
          await cloud.deleteSecret(plan.name, key, { deadline });
          record.pruned.push(key);
          record.isChanged = true;
          record.status = 'pending';
        }
      }),
    );
  } catch (error) {
    if (isInDoubt(error)) {
      record.isChanged = true;
      record.status = null;
    }
    throw error;
  }
  journal.log.info(`Deleted from ${plan.name} in ${plan.region}: ${record.pruned.join(', ')}.`);
}
