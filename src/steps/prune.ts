import type { Deadline } from '../time/deadline.js';
import { isInDoubt } from '../record/errors.js';
import type { PlannedSetRecord } from '../record/record.js';
import { secretSetSubject } from '../plan/subject.js';
import type { StepContext } from './context.js';
import { workOn } from './subjects.js';

/** Deletes the keys of a set that are not set in this release. The platform then provisions it again. */
export async function prune(
  { cloud, journal }: StepContext,
  record: PlannedSetRecord,
  deadline: Deadline,
): Promise<void> {
  const { plan } = record;
  try {
    await workOn(journal, 'prune', secretSetSubject(plan), async () => {
      for (const key of plan.prunedKeys) {
        await cloud.deleteSecret(plan.name, key, { deadline });
        record.pruned.push(key);
        record.isChanged = true;
        record.status = 'pending';
      }
    });
  } catch (error) {
    if (isInDoubt(error)) {
      record.isChanged = true;
      record.status = null;
    }
    throw error;
  }
  journal.log.info(`Deleted from ${plan.name} in ${plan.region}: ${record.pruned.join(', ')}.`);
}
