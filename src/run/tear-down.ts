import { deactivatePreviews } from '../github/agent-deployments.js';
import type { TeardownInputs } from '../inputs/read-inputs.js';
import type { Caller } from '../pipecat/caller.js';
import { Sessions } from '../pipecat/sessions.js';
import type { Surface } from '../pipecat/surface.js';
import type { TeardownContext } from '../steps/context.js';
import type { Platform } from '../steps/platform.js';
import { tearDown, teardownPreflight } from '../steps/tear-down.js';
import type { Session } from './session.js';

/** Plans a teardown and, unless it is a dry run, carries the plan out. */
export async function carryOutTeardown(
  session: Session,
  { isDryRun, github, teardown: settings }: TeardownInputs,
  { platform, surface }: { readonly platform: Platform; readonly surface: Surface },
): Promise<void> {
  const { journal } = session;
  const contextFor = (by: Caller): TeardownContext => ({
    cloud: platform.on(surface, by),
    sessions: new Sessions(by, surface),
    journal,
  });
  const record = await teardownPreflight(contextFor(platform.patientCaller), settings);
  if (isDryRun) return;
  try {
    await tearDown(contextFor(platform.caller), record);
  } finally {
    const gone = record.targets
      .map(({ agent }) => agent)
      .filter(({ outcome }) => outcome === 'deleted' || outcome === 'absent');
    await deactivatePreviews(journal, github, session.lateGitHubOptions(), gone);
  }
}
