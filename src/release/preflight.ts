import type { PipecatCloud } from '../pipecat/client.js';
import type { Journal } from './journal.js';
import { observe } from './observation.js';
import { makePlan, type AgentPlan, type Plan } from './plan.js';
import type { ReleaseSettings } from './settings.js';

/**
 * Looks at what there is, and plans. Nothing is written. The plan stands in the record then.
 *
 * @param wantsBindings whether to read which agents bind the sets, for a plan that people read
 * @throws PreflightError with every reason why the release cannot work, or a CallError
 */
export function preflight(
  cloud: PipecatCloud,
  journal: Journal,
  settings: ReleaseSettings,
  { wantsBindings }: { readonly wantsBindings: boolean },
): Promise<Plan> {
  return journal.step('preflight', async () => {
    const plan = makePlan(settings, await observe(cloud, settings, { wantsBindings }));
    journal.record.plan = plan;
    journal.log.plan(plan);
    for (const { agent } of plan.targets) if (agent !== undefined) noticeBranch(agent, journal);
    return plan;
  });
}

function noticeBranch({ name, before }: AgentPlan, journal: Journal): void {
  const { git } = before ?? {};
  if (git?.autoDeploy !== true) return;
  const branch = git.branch === undefined ? 'a branch' : `the branch \`${git.branch}\``;
  const repository = git.repository === undefined ? '' : ` of \`${git.repository}\``;
  journal.notice(
    `\`${name}\` is connected to ${branch}${repository} with deploy on push: the next push deploys over this release.`,
  );
}
