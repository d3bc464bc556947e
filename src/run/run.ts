import type { ContextSettings } from '../context/select.js';
import type { TemporaryContext } from '../steps/build-context.js';
import { checkCredential } from '../steps/credential.js';
import { failuresOf } from '../record/errors.js';
import { unlessAborted } from '../time/cancellation.js';
import { checkInputs } from './check-inputs.js';
import { foldersOf, Session, type Host } from './session.js';

/**
 * One run of the action: inputs → plan → steps → report. Every run ends with the report. A cancelled run
 * makes it within two seconds, because a runner allows only a few.
 *
 * What is not needed for the first request is loaded after it.
 *
 * @returns whether the release succeeded
 */
export async function run(host: Host): Promise<boolean> {
  using session = new Session(host);
  const failures = await collectFailures(unlessAborted(session.reportDeadline, carryOut(session)));
  const { conclude } = await import('./conclude.js');
  return await conclude(session, failures);
}

async function carryOut(session: Session): Promise<void> {
  const inputs = await checkInputs(session);
  const { journal } = session;
  await using context =
    inputs.kind === 'release'
      ? await packContext(session, inputs.release.build?.context)
      : undefined;
  const { access } = inputs;
  if (access === undefined) {
    journal.notice(
      'This run has no credential, like all runs from forks and Dependabot. It checked inputs, files and names, but read nothing from the platform.',
    );
    return;
  }
  using platform = session.connect(access);
  const surface = await checkCredential(platform.patientCaller, access, journal);
  if (inputs.kind === 'release') {
    const { carryOutRelease } = await import('./release.js');
    await carryOutRelease(session, inputs, { platform, surface, context: context?.packed });
  } else {
    const { carryOutTeardown } = await import('./tear-down.js');
    await carryOutTeardown(session, inputs, { platform, surface });
  }
}

async function packContext(
  { host, journal }: Session,
  settings: ContextSettings | undefined,
): Promise<TemporaryContext | undefined> {
  if (settings === undefined) return undefined;
  const { packBuildContext } = await import('../steps/build-context.js');
  const folders = foldersOf(host.environment);
  return packBuildContext({ journal, settings, folders, cancellation: host.cancellation });
}

/** The single failures of `work`; none if it succeeded. */
async function collectFailures(work: Promise<void>): Promise<readonly unknown[]> {
  try {
    await work;
    return [];
  } catch (error) {
    return failuresOf(error);
  }
}
