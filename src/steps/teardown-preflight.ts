import { observeTeardown } from '../plan/observe-teardown.js';
import { PreflightError, type PreflightProblem } from '../plan/problems.js';
import { adviceOnNames, notPreviewWords } from '../plan/preview.js';
import type { TeardownSettings } from '../plan/settings.js';
import { secretSetKinds } from '../plan/subject.js';
import { isEmptyTeardown, planTeardown, type TeardownPlan } from '../plan/teardown-plan.js';
import { untouchedTeardown, type TeardownRecord } from '../record/teardown-record.js';
import type { TeardownContext } from './teardown-context.js';

/**
 * Looks at what exists, and plans. Nothing is deleted. The plan is in the record then.
 *
 * @throws PreflightError with every reason why the teardown cannot work, or a CallError
 */
export function teardownPreflight(
  { cloud, sessions, journal }: TeardownContext,
  settings: TeardownSettings,
): Promise<TeardownRecord> {
  return journal.step('preflight', async () => {
    const observation = await observeTeardown(cloud, sessions, settings);
    const { plan, problems } = planTeardown(settings, observation);
    const record = untouchedTeardown(plan);
    journal.record.teardown = record;
    const all = [...problems, ...strangers(plan)];
    if (all.length > 0) throw new PreflightError(all);
    if (isEmptyTeardown(plan)) journal.log.info('There is nothing to tear down.');
    for (const line of linesOf(record)) journal.log.info(line);
    return record;
  });
}

/** Agents that have the name of the preview, and are not it. */
function strangers({ targets, preview }: TeardownPlan): PreflightProblem[] {
  return targets.flatMap(({ agent: { name, removal } }) =>
    removal.action === 'keep' && removal.kept.because === 'not-preview'
      ? [
          {
            about: `agent ${name}`,
            message: notPreviewWords(removal.kept.reason, preview),
            next: adviceOnNames,
          },
        ]
      : [],
  );
}

function linesOf({ targets }: TeardownRecord): string[] {
  return targets.flatMap(({ region, agent, secretSets }) => [
    ...(agent.outcome === 'skipped' ? [`To delete in ${region}: the agent ${agent.name}.`] : []),
    ...(agent.sessions > 0 && agent.outcome !== 'kept'
      ? [`To stop in ${region}: sessions of ${agent.name}: ${agent.sessions}.`]
      : []),
    ...secretSets
      .filter(({ outcome }) => outcome === 'skipped')
      .map(({ name, kind }) => `To delete in ${region}: the ${secretSetKinds[kind]} ${name}.`),
  ]);
}
