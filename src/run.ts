import { tmpdir } from 'node:os';
import { checkedOutCommit } from './github/checkout.js';
import { agentDeployments, commentOnPlan } from './github/report-to-github.js';
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
import { InputsError, missingCredential, UntrustedEventError } from './inputs/problems.js';
import { missingPublicKey } from './inputs/smoke-test.js';
import type { Environment } from './inputs/raw-inputs.js';
import {
  readInputs,
  type FailureLogs,
  type Inputs,
  type InputsOutline,
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
import { imageLookup, type LookUpImage } from './steps/look-up-image.js';
import { checkCredential } from './steps/credential.js';
import { Platform } from './steps/platform.js';
import { preflight } from './steps/preflight.js';
import { Sessions } from './pipecat/sessions.js';
import type { Preview } from './plan/settings.js';
import { noRolloutObserver } from './steps/rollout-observer.js';
import {
  Cancellation,
  CancelledError,
  cancellationLimits,
  unlessAborted,
} from './time/cancellation.js';
import { interruptible, type Clock } from './time/clock.js';
import { RetryBudget } from './time/retry-budget.js';

/** Everything outside of the action that a run depends on. */
export interface Host {
  readonly environment: Environment;
  readonly actions: Actions;
  readonly clock: Clock;
  readonly readFile: ReadFile;
  /** Whether a folder has no entries, or does not exist. */
  readonly isFolderEmpty?: (path: string) => Promise<boolean>;
  /** The event of the workflow, read when it is asked for. */
  readonly workflowEvent: () => Promise<WorkflowEvent>;
  /** Looks images up in their registries; the real look-up by default. */
  readonly lookUpImage?: LookUpImage | undefined;
  /** Milliseconds that one request may take. */
  readonly requestLimit?: number;
  /** Aborted with a CancelledError when the runner asks the run to end. */
  readonly cancellation: AbortSignal;
}

const defaultRequestLimit = 30_000;

/**
 * One run of the action: inputs → plan → steps → report. Every run ends with the report, also one that
 * is cancelled: within two seconds, since a runner allows only a few.
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

/** One run, and what it has learned so far. */
class Session implements Disposable {
  readonly host: Host;
  readonly cancellation: Cancellation;
  /** Aborted when the report has to be made, whatever has not ended by then. */
  readonly reportDeadline: AbortSignal;
  readonly journal: Journal;
  /** Undefined until they are read and valid. */
  inputs: Inputs | undefined;
  /** Undefined until they are read, or if the event must not be trusted. */
  outline: InputsOutline | undefined;
  /** The pull request that the agents are a preview of; undefined if they are not. */
  previewOf: number | undefined;
  /** Until it is known what is secret, everything could be. */
  redact: Redact = () => '***';
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
    this.journal = new Journal(
      interruptible(host.clock, host.cancellation),
      releaseLog(actions, (text) => this.redact(text)),
      (builds) => {
        setBuildOutputs(actions, builds);
      },
    );
  }

  [Symbol.dispose](): void {
    this.cancellation.end();
  }
}

async function carryOut(session: Session): Promise<void> {
  const { host, journal, cancellation, wantsFailureLogs } = session;
  const inputs = await checkInputs(session);
  if (inputs.kind === 'teardown') return carryOutTeardown(session, inputs);
  const { access, isDryRun, github, release: settings } = inputs;
  // Later answers may bring more to hide.
  const redact: Redact = (text, options) => session.redact(text, options);
  await using context = await packContext(session, settings.build?.context);
  if (access === undefined) {
    noticeMissingCredential(journal);
    return;
  }
  const gitHubOptions = {
    clock: host.clock,
    signal: cancellation.after(cancellationLimits.gitHub),
    redact,
  };
  await using deployments = isDryRun
    ? undefined
    : agentDeployments(github, journal, gitHubOptions, session);
  const requestLimit = host.requestLimit ?? defaultRequestLimit;
  using platform = new Platform({ access, journal, cancellation, redact, requestLimit });
  // Until something is written, nothing is at stake, so what is read first has more patience.
  const retryingCaller = platform.caller.withRetryBudget(new RetryBudget(journal.clock));
  const surface = await checkCredential(retryingCaller, access, journal);
  const plan = await preflight({ cloud: platform.on(surface, retryingCaller), journal }, settings, {
    wantsBindings: isDryRun,
    context: context?.packed,
    lookUpImage: imageLookup(settings, {
      environment: host.environment,
      readFile: host.readFile,
      clock: host.clock,
      signal: host.cancellation,
      lookUpImage: host.lookUpImage,
    }),
  });
  if (isDryRun) return;
  const cloud = platform.on(surface);
  // Loaded after the preflight, so that the first request does not wait for it.
  const { release } = await import('./steps/release.js');
  await release(
    {
      cloud,
      sessions: platform.sessionsOn(surface, (secrets) => {
        hide(session, secrets);
      }),
      journal,
      cancellation: cancellation.signal,
      wantsFailureLogs,
      rolloutObserver: deployments ?? noRolloutObserver,
    },
    plan,
  );
}

/** Hides secrets that came up after the inputs were read. */
function hide(session: Session, secrets: readonly SecretValue[]): void {
  for (const mask of new Set(secrets.flatMap(masksFor))) session.host.actions.mask(mask);
  const earlier = session.redact;
  const later = redactor(secrets);
  session.redact = (text, options) => later(earlier(text, options), options);
}

/** The end of a preview. */
async function carryOutTeardown(
  session: Session,
  { access, isDryRun, github, teardown: settings }: TeardownInputs,
): Promise<void> {
  const { host, journal, cancellation, redact } = session;
  if (access === undefined) {
    noticeMissingCredential(journal);
    return;
  }
  const [{ teardownPreflight }, { tearDown }] = await Promise.all([
    import('./steps/teardown-preflight.js'),
    import('./steps/tear-down.js'),
  ]);
  const requestLimit = host.requestLimit ?? defaultRequestLimit;
  using platform = new Platform({ access, journal, cancellation, redact, requestLimit });
  const patient = platform.caller.withRetryBudget(new RetryBudget(journal.clock));
  const surface = await checkCredential(patient, access, journal);
  const reading = {
    cloud: platform.on(surface, patient),
    sessions: new Sessions(patient, surface),
  };
  const record = await teardownPreflight({ ...reading, journal }, settings);
  if (isDryRun) return;
  const sessions = new Sessions(platform.caller, surface);
  try {
    await tearDown({ cloud: platform.on(surface), sessions, journal }, record);
  } finally {
    const options = {
      clock: host.clock,
      signal: cancellation.after(cancellationLimits.gitHub),
      redact,
    };
    const gone = record.targets
      .map(({ agent }) => agent)
      .filter(({ outcome }) => outcome === 'deleted' || outcome === 'absent');
    await deactivatePreviews(journal, github, options, gone);
  }
}

/** Reads the inputs, and hides what is secret before anything is logged. */
function checkInputs(session: Session): Promise<Inputs | TeardownInputs> {
  const { host, journal, cancellation, reportDeadline: lastMoment } = session;
  return journal.step('inputs', async () => {
    const reading = await unlessAborted(
      lastMoment,
      readInputs(host.environment, host.readFile, host.isFolderEmpty, session.event),
    );
    for (const mask of new Set(reading.secrets.flatMap(masksFor))) host.actions.mask(mask);
    session.redact = reading.redact;
    session.inputs = reading.inputs;
    session.previewOf = (reading.inputs?.release.agent ?? reading.teardown?.teardown)?.preview
      ?.pullRequest;
    cancellation.whenCancelled(() => {
      journal.log.info('The run was cancelled. No further work will be started.');
    });
    await refuseForks(session);
    session.outline = reading.outline;
    const isOffline = reading.lacksCredential && (await isWithoutSecretsHere(session));
    journal.record.kind = kindOf(reading.outline, isOffline);
    for (const remark of reading.remarks) journal.remark(remark);
    for (const warning of reading.warnings) journal.warning(warning);
    for (const notice of reading.notices) journal.notice(notice);
    const problems = [...reading.problems];
    if (reading.lacksCredential && !isOffline) problems.unshift(missingCredential);
    if (reading.lacksPublicKey && !(await isWithoutSecretsHere(session))) {
      problems.push(missingPublicKey);
    }
    const { teardown } = reading;
    if (teardown !== undefined && problems.length === 0) {
      if (teardown.access !== undefined) journal.expect(['credential', 'preflight']);
      const preview = await knownPreview(session, teardown, teardown.teardown.preview);
      return { ...teardown, teardown: { ...teardown.teardown, preview } };
    }
    if (reading.inputs === undefined || problems.length > 0) throw new InputsError(problems);
    expectSteps(journal, reading.inputs);
    return withPreview(session, reading.inputs);
  });
}

/** Completes what is known of the pull request that the agent is a preview of. */
async function withPreview(session: Session, inputs: Inputs): Promise<Inputs> {
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
  const { host, journal, redact } = session;
  // Only a release runs the code of a pull request.
  const isRelease = kind === 'release' && !isDryRun;
  const { preview, remark } = await resolvePreview(known, {
    commentedOn: isRelease ? await commentedPullRequest(session) : undefined,
    lookUp: (number) =>
      lookUpPullRequest(githubAccess, number, {
        clock: host.clock,
        signal: host.cancellation,
        redact,
      }),
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

async function isWithoutSecretsHere({ host, event }: Session): Promise<boolean> {
  return isWithoutSecrets(await event(), host.environment['GITHUB_ACTOR']);
}

function kindOf({ isDryRun, isTeardown }: InputsOutline, isOffline: boolean): RunKind {
  if (isOffline) return 'offline-check';
  if (isTeardown) return isDryRun ? 'teardown-plan' : 'teardown';
  return isDryRun ? 'plan' : 'release';
}

/** The steps that are known before there is a plan. */
function expectSteps(journal: Journal, { access, release: { build } }: Inputs): void {
  if (build !== undefined) journal.expect(['context']);
  if (access !== undefined) journal.expect(['credential', 'preflight']);
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

/** The commit that people know the run by. The event is read only if it may name another than the runner. */
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

/** A commit and its page; undefined if the runner does not say, or says something else. */
function linkedCommit(environment: Environment, id: string): Commit | undefined {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = environment;
  const base = `${server ?? 'https://github.com'}/${repository ?? ''}`;
  const url = `${base}/commit/${id}`;
  const isCommit = /^https?:\/\/[\w.:-]+\/[\w.-]+\/[\w.-]+\/commit\/[0-9a-f]{40,64}$/.test(url);
  const { GITHUB_RUN_ID: runId = '' } = environment;
  const runUrl = /^\d+$/.test(runId) ? `${base}/actions/runs/${runId}` : undefined;
  return isCommit ? { id, url, runUrl } : undefined;
}

function noticeMissingCredential(journal: Journal): void {
  journal.notice(
    'This run has no credential, like all runs from forks and Dependabot. The inputs, files and names were checked; nothing was read from the platform.',
  );
}

/** What failed in `work`, one by one; nothing if it succeeded. */
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

/** A cancellation ends everything at once, so it is reported first and once. */
function withCancellation(
  failures: readonly unknown[],
  { aborted, reason }: AbortSignal,
): unknown[] {
  const others = failures.filter((failure) => !(failure instanceof CancelledError));
  return aborted ? [reason, ...others] : others;
}

/** A plan that is cancelled does not wait for its comment; the next plan makes one. */
async function comment(session: Session, explanations: readonly Explanation[]): Promise<void> {
  const { host, journal, inputs, outline, cancellation, redact, event, commit, previewOf } =
    session;
  if (outline === undefined || cancellation.isCancelled) return;
  const options = { clock: host.clock, signal: host.cancellation, redact };
  const write = (id: string, runUrl: string): string =>
    redact(commentOf(journal.record, explanations, runUrl, id), { most: Infinity });
  await commentOnPlan(journal, outline.github, options, {
    event,
    commit,
    isOfInvalidInputs: inputs === undefined,
    write,
  });
  if (previewOf === undefined) return;
  await commentOnPreview(journal, outline.github, options, {
    pullRequest: previewOf,
    commit,
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

/** If the event cannot be read, nothing is known of it: a fork is not excluded. */
async function readEvent({ environment, workflowEvent }: Host): Promise<WorkflowEvent> {
  try {
    return await workflowEvent();
  } catch {
    return { eventName: environment['GITHUB_EVENT_NAME'] ?? '', payload: undefined };
  }
}

/** An agent's output may contain what callers said, so in doubt only closed repositories show it. */
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
