import {
  commentedOn,
  isForkWithSecrets,
  isWithoutSecrets,
  mayBringForks,
} from '../github/event.js';
import { lookUpPullRequest } from '../github/pull-request.js';
import { InputsError, UntrustedEventError } from '../inputs/problems.js';
import {
  readInputs,
  type Inputs,
  type InputsOutline,
  type TeardownInputs,
} from '../inputs/read-inputs.js';
import { resolvePreview } from '../inputs/resolve-preview.js';
import type { Preview } from '../plan/settings.js';
import type { RunKind } from '../record/record.js';
import { unlessAborted } from '../time/cancellation.js';
import type { Session } from './session.js';

/** Reads the inputs, and reports what was found about them. */
export function checkInputs(session: Session): Promise<Inputs | TeardownInputs> {
  const { host, journal, cancellation, reportDeadline } = session;
  return journal.step('inputs', async () => {
    const reading = await unlessAborted(
      reportDeadline,
      readInputs(host.environment, host.readFile, host.isFolderEmpty, session.event),
    );
    session.keep(reading);
    cancellation.whenCancelled(() => {
      journal.log.info('The run was cancelled. No further work will be started.');
    });
    await refuseForks(session);
    session.outline = reading.outline;
    const { credential, publicKey } = reading.missing;
    const lacksSecrets =
      (credential ?? publicKey) !== undefined &&
      isWithoutSecrets(await session.event(), host.environment['GITHUB_ACTOR']);
    journal.record.kind = kindOf(reading.outline, credential !== undefined && lacksSecrets);
    for (const remark of reading.remarks) journal.remark(remark);
    for (const warning of reading.warnings) journal.warning(warning);
    for (const notice of reading.notices) journal.notice(notice);
    // In a run that gets secrets, empty ones are mistakes, too.
    const all = [credential, ...reading.problems, publicKey].filter((one) => one !== undefined);
    const problems = lacksSecrets ? reading.problems : all;
    const inputs = reading.inputs ?? reading.teardown;
    if (inputs === undefined || problems.length > 0) throw new InputsError(problems);
    // The steps that are known before there is a plan.
    if (inputs.kind === 'release' && inputs.release.build !== undefined)
      journal.expect(['context']);
    if (inputs.access !== undefined) journal.expect(['credential', 'preflight']);
    return withPreview(session, inputs);
  });
}

/** Completes what is known about the pull request of a preview. */
async function withPreview(
  session: Session,
  inputs: Inputs | TeardownInputs,
): Promise<Inputs | TeardownInputs> {
  if (inputs.kind === 'teardown') {
    const { teardown } = inputs;
    const preview = await knownPreview(session, inputs, teardown.preview);
    return { ...inputs, teardown: { ...teardown, preview } };
  }
  const { agent } = inputs.release;
  const preview = await knownPreview(session, inputs, agent?.preview);
  return agent === undefined
    ? inputs
    : { ...inputs, release: { ...inputs.release, agent: { ...agent, preview } } };
}

async function knownPreview<Known extends Preview | undefined>(
  session: Session,
  { kind, isDryRun, githubAccess }: Inputs | TeardownInputs,
  known: Known,
): Promise<Known> {
  const { host, journal } = session;
  // Only a release runs the code of a pull request.
  const isRelease = kind === 'release' && !isDryRun;
  return resolvePreview(known, {
    commentedOn: isRelease ? await commentedPullRequest(session) : undefined,
    lookUp: (number) =>
      lookUpPullRequest(githubAccess, number, session.gitHubOptions(host.cancellation)),
    remark: (text) => {
      journal.remark(text);
    },
  });
}

/** The pull request that somebody commented on to start the run. */
async function commentedPullRequest({ host, event }: Session): Promise<number | undefined> {
  if (host.environment['GITHUB_EVENT_NAME'] !== 'issue_comment') return undefined;
  const about = commentedOn(await event());
  if (about === undefined) {
    throw new UntrustedEventError({
      reason: 'unreadable',
      failure: 'the event does not say what was commented on',
    });
  }
  return about === 'issue' ? undefined : about.number;
}

function kindOf({ isDryRun, isTeardown }: InputsOutline, isOffline: boolean): RunKind {
  if (isOffline) return 'offline-check';
  if (isTeardown) return isDryRun ? 'teardown-plan' : 'teardown';
  return isDryRun ? 'plan' : 'release';
}

async function refuseForks({ host, event }: Session): Promise<void> {
  if (!mayBringForks(host.environment['GITHUB_EVENT_NAME'] ?? '')) return;
  if (isForkWithSecrets(await event())) throw new UntrustedEventError();
}
