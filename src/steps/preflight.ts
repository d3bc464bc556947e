import type { Journal } from '../record/journal.js';
import { observe, type Observation, type ObservationOptions } from '../plan/observation.js';
import { makePlan } from '../plan/make-plan.js';
import type { AgentPlan, Plan } from '../plan/plan.js';
import type { ReleaseSettings } from '../plan/settings.js';
import type { StepContext } from './context.js';

/**
 * Reads what exists, plans, and puts the plan into the record. Writes nothing.
 *
 * @throws PreflightError with every reason why the release cannot work, or a CallError
 */
export function preflight(
  { cloud, journal }: Pick<StepContext, 'cloud' | 'journal'>,
  settings: ReleaseSettings,
  options: Omit<ObservationOptions, 'now'>,
): Promise<Plan> {
  return journal.step('preflight', async () => {
    const observation = await observe(cloud, settings, {
      ...options,
      now: journal.clock.wallTime(),
    });
    warnOfFailedLookups(observation, journal);
    const plan = makePlan(settings, observation);
    journal.record.plan = plan;
    for (const warning of plan.warnings) journal.warning(warning);
    for (const remark of plan.remarks) journal.remark(remark);
    for (const { agent } of plan.targets) if (agent !== undefined) noticeAutoDeploy(agent, journal);
    return plan;
  });
}

/** Warns once if several regions have the same failure. */
function warnOfFailedLookups({ targets }: Observation, journal: Journal): void {
  const reasons = new Set(targets.flatMap(({ build }) => build?.failure?.reason ?? []));
  for (const reason of reasons) {
    journal.warning(
      `Could not check whether the context was built before: ${reason}. The action uploads it, and the platform builds it unless it finds a build itself.`,
    );
  }
}

function noticeAutoDeploy({ name, before }: AgentPlan, journal: Journal): void {
  const { git } = before ?? {};
  if (git?.autoDeploy !== true) return;
  const branch = git.branch === undefined ? 'a branch' : `the branch \`${git.branch}\``;
  const repository = git.repository === undefined ? '' : ` of \`${git.repository}\``;
  journal.notice(
    `The platform deploys \`${name}\` on every push to ${branch}${repository}. The next push replaces this release.`,
  );
}
