import type { PackedContext } from '../context/pack.js';
import { agentDeployments } from '../github/agent-deployments.js';
import type { Inputs } from '../inputs/read-inputs.js';
import type { Surface } from '../pipecat/surface.js';
import { logPlan } from '../report/plan-log.js';
import { imageLookup } from '../steps/look-up-image.js';
import type { Platform } from '../steps/platform.js';
import { preflight } from '../steps/preflight.js';
import { noRolloutObserver } from '../record/rollout-observer.js';
import type { Session } from './session.js';

interface ReleaseContext {
  readonly platform: Platform;
  /** What the credential can access. */
  readonly surface: Surface;
  /** Undefined if the platform builds no image. */
  readonly context: PackedContext | undefined;
}

/** Plans a release and, unless it is a dry run, carries the plan out. */
export async function carryOutRelease(
  session: Session,
  { isDryRun, github, release: settings }: Inputs,
  { platform, surface, context }: ReleaseContext,
): Promise<void> {
  const { host, journal, cancellation, redact, wantsFailureLogs } = session;
  const reading = { cloud: platform.on(surface, platform.patientCaller), journal };
  const plan = await preflight(reading, settings, {
    wantsBindings: isDryRun,
    context,
    lookUpImage: imageLookup(settings, { ...host, signal: host.cancellation }),
  });
  logPlan(host.actions, plan, redact);
  if (isDryRun) return;
  // Loaded after the preflight, which sends the first request if the credential is an API key.
  const { release } = await import('../steps/release.js');
  await using deployments = agentDeployments(github, journal, session.lateGitHubOptions(), session);
  await release(
    {
      cloud: platform.on(surface),
      sessions: platform.sessionsOn(surface, (secrets) => {
        session.hide(secrets);
      }),
      journal,
      cancellation: cancellation.signal,
      wantsFailureLogs,
      rolloutObserver: deployments ?? noRolloutObserver,
    },
    plan,
  );
}
