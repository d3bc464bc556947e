import type { PipecatCloud } from '../pipecat/client.js';
import { StatusError } from '../pipecat/errors.js';
import { boundByOthers, readBindings, type BoundByOthers } from '../plan/bindings.js';
import { secretSetKinds, secretSetSubject } from '../plan/subject.js';
import { ReleaseError, StepError } from '../record/errors.js';
import {
  isDue,
  type SetRemovalRecord,
  type TeardownTargetRecord,
} from '../record/teardown-record.js';
import { CancelledError } from '../time/cancellation.js';
import type { Deadline } from '../time/deadline.js';
import { pollingDelay } from '../time/polling-delay.js';
import { remove } from './remove.js';
import { workOn } from './subjects.js';
import type { TeardownContext } from './context.js';

/** Deletes the sets of a region one by one; a failure does not stop the others. */
export async function deleteSets(
  context: TeardownContext,
  target: TeardownTargetRecord,
  deadline: Deadline,
): Promise<void> {
  const failures: Error[] = [];
  for (const set of target.secretSets.filter(isDue)) {
    try {
      await workOn(context.journal, 'delete', secretSetSubject(set), () =>
        deleteSet(context, target, set, deadline),
      );
    } catch (error) {
      if (error instanceof CancelledError) throw new ReleaseError([error, ...failures]);
      if (!(error instanceof Error)) throw error;
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new ReleaseError(failures);
}

/** Deletes a set; retries while the platform says that it is in use. */
async function deleteSet(
  { cloud, journal }: TeardownContext,
  target: TeardownTargetRecord,
  set: SetRemovalRecord,
  deadline: Deadline,
): Promise<void> {
  const { clock, log } = journal;
  const { name, region } = set;
  const startedAt = clock.now();
  for (let refusals = 0; ; refusals++) {
    try {
      await remove(set, (findLost) =>
        cloud.deleteSecretSet(name, {
          // Earlier waits leave time for one attempt.
          deadline: refusals === 0 ? undefined : deadline,
          retryableStatuses: [],
          findLostResult: findLost(async () => {
            const sets = await cloud.secretSets();
            return !sets.some((one) => one.name === name);
          }),
        }),
      );
      if (set.outcome === 'deleted') {
        log.info(`Deleted ${secretSetKinds[set.kind]} ${name} in ${region}.`);
      }
      return;
    } catch (error) {
      if (!(error instanceof StatusError && error.status === 409)) throw error;
      // Not deleted, so it is tried again.
      set.outcome = 'skipped';
      if (refusals === 0) {
        log.info(`${name} in ${region} is still in use: ${error.reason}. Trying again.`);
      }
      const step = pollingDelay(clock.now() - startedAt, () => clock.random());
      await clock.sleep(Math.min(Math.max(step, error.retryAfter ?? 0), deadline.remaining()));
      const isLast = deadline.hasPassed();
      // Another agent may have bound it since the plan was made.
      const others = refusals === 0 || isLast ? await otherAgents(cloud, target, name) : undefined;
      if (others !== undefined) {
        set.outcome = 'kept';
        set.kept = others;
        return;
      }
      if (isLast) {
        set.outcome = 'failed';
        throw new StepError('secret-set-in-use', { refusal: error, deadline }, { cause: error });
      }
    }
  }
}

async function otherAgents(
  cloud: PipecatCloud,
  { region, agent }: TeardownTargetRecord,
  set: string,
): Promise<BoundByOthers | undefined> {
  const kept = boundByOthers(set, agent.name, await readBindings(cloud, region));
  return kept?.because === 'bound' ? kept : undefined;
}
