import type { Deadline } from '../time/deadline.js';
import { isInDoubt } from '../record/errors.js';
import type { PlannedSetRecord, SecretSetRecord } from '../record/record.js';
import { secretSetSubject } from '../plan/subject.js';
import type { StepContext } from './context.js';
import { recordFailure, workOn } from './subjects.js';

/** Writes one set, and records each key, so that the report of a failure is exact. */
export async function provision(
  { cloud, journal }: StepContext,
  record: PlannedSetRecord,
  deadline: Deadline,
): Promise<void> {
  const { plan } = record;
  const subject = secretSetSubject(plan);
  const { name, region, registry } = plan;
  const updatedKeys = new Set(plan.updatedKeys);
  try {
    await workOn(journal, 'write', subject, async () => {
      if (registry !== undefined) {
        await cloud.writeImagePullSecret(plan, registry, { deadline });
        record.isChanged = true;
        return;
      }
      await cloud.writeSecrets(plan, plan.pairs, { deadline }, (keys) => {
        record.status = 'pending';
        record.isChanged = true;
        for (const key of keys) (updatedKeys.has(key) ? record.updated : record.added).push(key);
      });
    });
  } catch (error) {
    recordFailure(record, error);
    // If the set was written, its earlier status is out of date.
    if (isInDoubt(error)) record.status = null;
    throw error;
  }
  record.outcome = plan.action === 'create' ? 'created' : 'updated';
  record.status = 'pending';
  journal.log.info(
    `${plan.action === 'create' ? 'Created' : 'Updated'} ${subject.kind} ${name} in ${region}${registry === undefined ? '' : ` for ${registry.host}`}${listKeys(record)}.`,
  );
}

function listKeys({ added, updated }: SecretSetRecord): string {
  const parts = [
    added.length === 0 ? '' : `added ${added.join(', ')}`,
    updated.length === 0 ? '' : `updated ${updated.join(', ')}`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : `: ${parts.join('; ')}`;
}
