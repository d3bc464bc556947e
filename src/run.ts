import { tmpdir } from 'node:os';
import { checkedOutCommit } from './github/checkout.js';
import {
  agentDeployments,
  commentOnPlan,
  type ConnectionOptions,
} from './github/report-to-github.js';
import {
  commentedOn,
  isClosedRepository,
  isForkWithSecrets,
  isOfAnotherCommit,
  isWithoutSecrets,
  mayBringForks,
  releasedCommit,
  type WorkflowEvent,
} from './github/event.js';
import { commentOnPreview, deactivatePreviews } from './github/report-preview.js';
import { lookUpPullRequest } from './github/pull-request.js';
import { resolvePreview } from './inputs/resolve-preview.js';
import {
  InputsError,
  missingCredential,
  UntrustedEventError,
  type InputProblem,
} from './inputs/problems.js';
import { missingPublicKey } from './inputs/smoke-test.js';
import type { Environment } from './inputs/raw-inputs.js';
import {
  readInputs,
  type FailureLogs,
  type Inputs,
  type InputsOutline,
  type InputsReading,
  type TeardownInputs,
} from './inputs/read-inputs.js';
import type { ReadFile } from './inputs/files.js';
import { failuresOf } from './record/errors.js';
import { Journal } from './record/journal.js';
import type { RunKind } from './record/record.js';
import type { Actions } from './report/actions.js';
import { explain, type Explanation } from './report/explain.js';
import { releaseLog } from './report/log.js';
import { setBuildOutputs } from './report/outputs.js';
import { report } from './report/report.js';
import { type Commit, commentOf } from './report/summary.js';
import { masksFor } from './secrecy/masks.js';
import { redactor, type Redact } from './secrecy/redactor.js';
import type { SecretValue } from './secrecy/secret-value.js';
import { packBuildContext, type Folders, type TemporaryContext } from './steps/build-context.js';
import type { TeardownContext } from './steps/context.js';
import { imageLookup, type LookUpImage } from './steps/look-up-image.js';
import { checkCredential } from './steps/credential.js';
import { Platform } from './steps/platform.js';
import { preflight } from './steps/preflight.js';
import type { PackedContext } from './context/pack.js';
import type { Caller } from './pipecat/caller.js';
import { Sessions } from './pipecat/sessions.js';
import type { AccessSettings, Preview } from './plan/settings.js';
import { noRolloutObserver } from './steps/rollout-observer.js';
import {
  Cancellation,
  CancelledError,
  cancellationLimits,
  unlessAborted,
} from './time/cancellation.js';
import { interruptible, type Clock } from './time/clock.js';

/** Everything outside of the action that a run depends on. */
export interface Host {
  readonly environment: Environment;
  readonly actions: Actions;
  readonly clock: Clock;
  readonly readFile: ReadFile;
  /** Whether a folder has no entries, or does not exist. */
  readonly isFolderEmpty?: (path: string) => Promise<boolean>;
  /** Reads the event of the workflow. */
  readonly workflowEvent: () => Promise<WorkflowEvent>;
  /** Looks up images in their registries; the real look-up by default. */
  readonly lookUpImage?: LookUpImage | undefined;
  /** Milliseconds that one request may take. */
  readonly requestLimit?: number;
  /** Aborted with a CancelledError when the runner asks the run to end. */
  readonly cancellation: AbortSignal;
}

/**
 * One run of the action: inputs → plan → steps → report. Every run ends with the report. A cancelled run
 * makes it within two seconds, because a runner allows only a few.
 *
 * @returns whether the release succeeded
 */
export async function run(host: Host): Promise<boolean> {
  using session = new Session(host);
  const failures = await collectFailures(unlessAborted(session.reportDeadline, carryOut(session)));
  const explanations = await explainAll(session, failures);
  await comment(session, explanations);
  if (failures.length === 0) noticeLateCancellation(session);
  const { record, clock } = session.journal;
  const commit = linkedCommit(host.environment, await session.commit());
  await report(host.actions, record, explanations, { now: clock.now(), commit });
  return failures.length === 0 && !session.cancellation.isCancelled;
}

/** One run, and what it knows so far. */
class Session implements Disposable {
  readonly host: Host;
  readonly cancellation: Cancellation;
  /** Aborted when the report must be made, even if something is still running. */
  readonly reportDeadline: AbortSignal;
  /** Aborted when nothing more can be reported to GitHub. */
  readonly #gitHubDeadline: AbortSignal;
  readonly journal: Journal;
  /** Undefined until they are read and valid. */
  inputs: Inputs | undefined;
  /** Undefined until they are read, or if the event cannot be trusted. */
  outline: InputsOutline | undefined;
  /** The pull request whose preview the agents are; undefined if they are not a preview. */
  previewOf: number | undefined;
  /** Hides everything until it is known what is secret. */
  #redact: Redact = () => '***';
  /** Hides what is known to be secret by the time of each call. */
  readonly redact: Redact = (text, options) => this.#redact(text, options);
  readonly event = once(() => readEvent(this.host));
  readonly commit = once(() => commitOf(this));
  readonly wantsFailureLogs = once(() =>
    showsFailureLogs(this.inputs?.failureLogs ?? 'never', this.event),
  );

  constructor(host: Host) {
    const { actions } = host;
    this.host = host;
    this.cancellation = new Cancellation(host.cancellation, host.clock);
    this.reportDeadline = this.cancellation.after(cancellationLimits.report);
    this.#gitHubDeadline = this.cancellation.after(cancellationLimits.gitHub);
    this.journal = new Journal(
      interruptible(host.clock, host.cancellation),
      releaseLog(actions, this.redact),
      (builds) => {
        setBuildOutputs(actions, builds);
      },
    );
  }

  /** Keeps what was read, and masks secrets before anything is logged. */
  keep({ inputs, outline, secrets, redact }: InputsReading): void {
    this.#mask(secrets);
    this.#redact = redact;
    this.inputs = inputs;
    this.previewOf = outline.preview?.pullRequest;
  }

  /** Hides secrets that become known after the inputs were read. */
  hide(secrets: readonly SecretValue[]): void {
    this.#mask(secrets);
    const earlier = this.#redact;
    const later = redactor(secrets);
    this.#redact = (text, options) => later(earlier(text, options), options);
  }

  #mask(secrets: readonly SecretValue[]): void {
    for (const mask of new Set(secrets.flatMap(masksFor))) this.host.actions.mask(mask);
  }

  /** How to connect to GitHub, unless `signal` is aborted. */
  gitHubOptions(signal: AbortSignal): ConnectionOptions {
    return { clock: this.host.clock, signal, redact: this.redact };
  }

  /** The same for what a cancelled run still reports to GitHub. */
  lateGitHubOptions(): ConnectionOptions {
    return this.gitHubOptions(this.#gitHubDeadline);
  }

  [Symbol.dispose](): void {
    this.cancellation.end();
  }
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
  await (inputs.kind === 'release'
    ? carryOutRelease(session, inputs, access, context?.packed)
    : carryOutTeardown(session, inputs, access));
}

async function carryOutRelease(
  session: Session,
  { isDryRun, github, release: settings }: Inputs,
  access: AccessSettings,
  context: PackedContext | undefined,
): Promise<void> {
  const { host, journal, cancellation, wantsFailureLogs } = session;
  await using deployments = isDryRun
    ? undefined
    : agentDeployments(github, journal, session.lateGitHubOptions(), session);
  using platform = connectPlatform(session, access);
  const surface = await checkCredential(platform.patientCaller, access, journal);
  const reading = { cloud: platform.on(surface, platform.patientCaller), journal };
  const plan = await preflight(reading, settings, {
    wantsBindings: isDryRun,
    context,
    lookUpImage: imageLookup(settings, { ...host, signal: host.cancellation }),
  });
  if (isDryRun) return;
  // Loaded after the preflight, so that it does not delay the first request.
  const { release } = await import('./steps/release.js');
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

async function carryOutTeardown(
  session: Session,
  { isDryRun, github, teardown: settings }: TeardownInputs,
  access: AccessSettings,
): Promise<void> {
  const { journal } = session;
  const { teardownPreflight, tearDown } = await import('./steps/tear-down.js');
  using platform = connectPlatform(session, access);
  const { caller, patientCaller } = platform;
  const surface = await checkCredential(patientCaller, access, journal);
  const contextFor = (by: Caller): TeardownContext => ({
    cloud: platform.on(surface, by),
    sessions: new Sessions(by, surface),
    journal,
  });
  const record = await teardownPreflight(contextFor(patientCaller), settings);
  if (isDryRun) return;
  try {
    await tearDown(contextFor(caller), record);
  } finally {
    const gone = record.targets
      .map(({ agent }) => agent)
      .filter(({ outcome }) => outcome === 'deleted' || outcome === 'absent');
    await deactivatePreviews(journal, github, session.lateGitHubOptions(), gone);
  }
}

function connectPlatform(
  { host: { requestLimit }, journal, cancellation, redact }: Session,
  access: AccessSettings,
): Platform {
  return new Platform({ access, journal, cancellation, redact, requestLimit });
}

/** Reads the inputs, and reports what was found about them. */
function checkInputs(session: Session): Promise<Inputs | TeardownInputs> {
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
    const lacksSecrets =
      (reading.lacksCredential || reading.lacksPublicKey) &&
      isWithoutSecrets(await session.event(), host.environment['GITHUB_ACTOR']);
    journal.record.kind = kindOf(reading.outline, reading.lacksCredential && lacksSecrets);
    for (const remark of reading.remarks) journal.remark(remark);
    for (const warning of reading.warnings) journal.warning(warning);
    for (const notice of reading.notices) journal.notice(notice);
    const problems = lacksSecrets ? reading.problems : problemsWithSecrets(reading);
    const inputs = reading.inputs ?? reading.teardown;
    if (inputs === undefined || problems.length > 0) throw new InputsError(problems);
    // The steps that are known before there is a plan.
    if (inputs.kind === 'release' && inputs.release.build !== undefined)
      journal.expect(['context']);
    if (inputs.access !== undefined) journal.expect(['credential', 'preflight']);
    return withPreview(session, inputs);
  });
}

/** The mistakes in a run that gets secrets, so that empty ones are mistakes, too. */
function problemsWithSecrets({
  problems,
  lacksCredential,
  lacksPublicKey,
}: InputsReading): InputProblem[] {
  return [
    ...(lacksCredential ? [missingCredential] : []),
    ...problems,
    ...(lacksPublicKey ? [missingPublicKey] : []),
  ];
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
  const { preview, remark } = await resolvePreview(known, {
    commentedOn: isRelease ? await commentedPullRequest(session) : undefined,
    lookUp: (number) =>
      lookUpPullRequest(githubAccess, number, session.gitHubOptions(host.cancellation)),
  });
  if (remark !== undefined) journal.remark(remark);
  return preview;
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

async function packContext(
  { host, journal }: Session,
  settings: Parameters<typeof packBuildContext>[0]['settings'] | undefined,
): Promise<TemporaryContext | undefined> {
  if (settings === undefined) return undefined;
  const folders = foldersOf(host.environment);
  return packBuildContext({ journal, settings, folders, cancellation: host.cancellation });
}

function foldersOf(environment: Environment): Folders {
  const { GITHUB_WORKSPACE: workspace = '', RUNNER_TEMP: temporary = '' } = environment;
  return {
    workspace: workspace === '' ? '.' : workspace,
    temporary: temporary === '' ? tmpdir() : temporary,
  };
}

/** The commit that people see for the run. Reads the event only if it may differ from the runner's. */
async function commitOf({ host, outline, event }: Session): Promise<string> {
  const { environment, readFile } = host;
  const { GITHUB_SHA: workflowCommit = '', GITHUB_EVENT_NAME: eventName = '' } = environment;
  if (!isOfAnotherCommit(eventName)) return workflowCommit;
  return releasedCommit(await event(), {
    workflowCommit,
    checkout: await checkedOutCommit(foldersOf(environment).workspace, readFile),
    isImageGiven: outline?.isImageGiven === true,
  });
}

/** A commit and its page; undefined if the runner does not name a commit. */
function linkedCommit(environment: Environment, id: string): Commit | undefined {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = environment;
  const base = `${server ?? 'https://github.com'}/${repository ?? ''}`;
  const url = `${base}/commit/${id}`;
  const isCommit = /^https?:\/\/[\w.:-]+\/[\w.-]+\/[\w.-]+\/commit\/[0-9a-f]{40,64}$/.test(url);
  const { GITHUB_RUN_ID: runId = '' } = environment;
  const runUrl = /^\d+$/.test(runId) ? `${base}/actions/runs/${runId}` : undefined;
  return isCommit ? { id, url, runUrl } : undefined;
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

async function explainAll(
  { host, journal, inputs, redact, wantsFailureLogs }: Session,
  failures: readonly unknown[],
): Promise<Explanation[]> {
  if (failures.length === 0) return [];
  journal.close();
  const context = {
    record: journal.record,
    showsAgentOutput: await wantsFailureLogs(),
    showsBuildOutput: (inputs?.failureLogs ?? 'never') !== 'never',
    redact,
  };
  const all = withCancellation(failures, host.cancellation);
  for (const failure of all) host.actions.debug(redact(stackOf(failure)));
  return all.map((failure) => explain(failure, context));
}

/** A cancellation ends everything at the same time, so it is reported once, and first. */
function withCancellation(
  failures: readonly unknown[],
  { aborted, reason }: AbortSignal,
): unknown[] {
  const others = failures.filter((failure) => !(failure instanceof CancelledError));
  return aborted ? [reason, ...others] : others;
}

/**
 * A cancelled plan does not wait for its comment; the next plan creates one. A preview may have changed by
 * then, so its comment is updated if there is time.
 */
async function comment(session: Session, explanations: readonly Explanation[]): Promise<void> {
  const { host, journal, inputs, outline, cancellation, redact, event, commit, previewOf } =
    session;
  if (outline === undefined) return;
  const write = (id: string, runUrl: string): string =>
    redact(commentOf(journal.record, explanations, runUrl, id), { most: Infinity });
  if (!cancellation.isCancelled) {
    await commentOnPlan(journal, outline.github, session.gitHubOptions(host.cancellation), {
      event,
      commit,
      isOfInvalidInputs: inputs === undefined,
      write,
    });
  }
  if (previewOf === undefined) return;
  await commentOnPreview(journal, outline.github, session.lateGitHubOptions(), {
    pullRequest: previewOf,
    commit,
    hasFailed: explanations.length > 0,
    write,
  });
}

function noticeLateCancellation({ journal, cancellation }: Session): void {
  if (!cancellation.isCancelled) return;
  journal.notice(
    journal.record.kind === 'teardown'
      ? 'The run was cancelled after everything had been deleted.'
      : journal.record.kind === 'release'
        ? 'The run was cancelled after everything had been released.'
        : 'The run was cancelled after the plan was made. The comment on the pull request may be missing.',
  );
}

async function refuseForks({ host, event }: Session): Promise<void> {
  if (!mayBringForks(host.environment['GITHUB_EVENT_NAME'] ?? '')) return;
  if (isForkWithSecrets(await event())) throw new UntrustedEventError();
}

/** An event that cannot be read may come from a fork. */
async function readEvent({ environment, workflowEvent }: Host): Promise<WorkflowEvent> {
  try {
    return await workflowEvent();
  } catch {
    return { eventName: environment['GITHUB_EVENT_NAME'] ?? '', payload: undefined };
  }
}

/** An agent's output may contain what callers said, so `auto` shows it only in private repositories. */
async function showsFailureLogs(
  failureLogs: FailureLogs,
  event: () => Promise<WorkflowEvent>,
): Promise<boolean> {
  if (failureLogs !== 'auto') return failureLogs === 'always';
  return isClosedRepository(await event());
}

function once<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let result: Promise<Result> | undefined;
  return () => (result ??= work());
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return 'Something was thrown that is not an error.';
  const cause = error.cause === undefined ? '' : `\nCaused by: ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
