import type { ListedSecretSet } from '../pipecat/answers.js';
import { CallError } from '../pipecat/errors.js';
import type { Deadline } from '../time/deadline.js';
import { readBindings } from '../plan/bindings.js';
import { oldVersions } from '../plan/old-versions.js';
import type { SecretSetPlan } from '../plan/plan.js';
import { existingSet, type TargetRecord } from '../record/record.js';
import type { StepContext } from './context.js';

/** What all regions share. */
export interface CleanUp {
  /** The current sets. */
  readonly listed: Promise<readonly ListedSecretSet[]>;
  readonly deadline: Deadline;
}

/**
 * Deletes older versions of a set that no agent binds, after reading the bindings again. A failure is only a
 * warning, because the release is complete.
 */
export async function cleanUp(
  { cloud, journal }: StepContext,
  { agent, deletedVersions }: TargetRecord,
  plan: SecretSetPlan,
  { listed, deadline }: CleanUp,
): Promise<void> {
  const { name, region, template, olderVersions, keepVersions } = plan;
  if (template === undefined) return;
  const options = { deadline };
  try {
    const [secretSets, bindings] = await Promise.all([
      listed,
      readBindings(cloud, region, options),
    ]);
    const names = oldVersions({
      template,
      current: name,
      region,
      previous: agent?.plan.before?.secretSets ?? [],
      keep: keepVersions,
      secretSets: secretSets.filter((set) => olderVersions.includes(set.name)),
      bindings,
    });
    for (const old of names) {
      await cloud.deleteSecretSet(old, options);
      deletedVersions.push({
        ...existingSet(old, 'secret', region),
        outcome: 'deleted',
        isChanged: true,
      });
    }
    const hidden = [...bindings]
      .filter(([, sets]) => sets === undefined)
      .map(([binding]) => binding);
    journal.log.info(
      names.length > 0
        ? `Deleted versions in ${region} that no agent binds: ${names.join(', ')}.`
        : hidden.length > 0
          ? `Deleted nothing in ${region}, because it is unknown which sets these agents bind: ${hidden.join(', ')}.`
          : `Found no old version of ${template} to delete in ${region}.`,
    );
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    journal.combined.add(
      'warning',
      template,
      (names) =>
        `Could not delete older versions of ${names}: ${error.reason}.${error.isInDoubt ? ' Whether it was carried out is not known.' : ''} The release is done; the next one tries again.`,
    );
  }
}
