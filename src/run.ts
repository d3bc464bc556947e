import { setMaxListeners } from 'node:events';
import { tmpdir } from 'node:os';
import { Cancellation, CancelledError, endings, unlessAborted } from './time/cancellation.js';
import type { PackedContext } from './context/pack.js';
import {
  isClosedRepository,
  isForkWithSecrets,
  mayBringForks,
  type WorkflowEvent,
} from './github/event.js';
import { InputsError, UntrustedEventError } from './inputs/problems.js';
import type { Environment } from './inputs/raw-inputs.js';
import {
  readInputs,
  type FailureLogs,
  type Inputs,
  type InputsReading,
} from './inputs/read-inputs.js';
import type { ReadFile } from './inputs/secrets/files.js';
import { Caller } from './pipecat/caller.js';
import { listOrganizations, PipecatCloud } from './pipecat/client.js';
import { Connection } from './pipecat/connection.js';
import { Storage } from './pipecat/storage.js';
import { keySurface, organizationSurface, type Surface } from './pipecat/surface.js';
import { withContext, type Folders } from './steps/build-context.js';
import { failuresOf } from './record/errors.js';
import { Journal } from './record/journal.js';
import { chooseOrganization } from './steps/organization.js';
import { preflight } from './steps/preflight.js';
import { release } from './steps/release.js';
import type { AccessSettings } from './plan/settings.js';
import { noWitness } from './steps/witness.js';
import type { Actions } from './report/actions.js';
import { explain, type Explanation } from './report/explain.js';
import { releaseLog } from './report/log.js';
import { setBuildOutputs } from './report/outputs.js';
import { report } from './report/report.js';
import { commentOf } from './report/summary.js';
import { masksFor } from './secrecy/masks.js';
import type { Redact } from './secrecy/redactor.js';
import { defaultBackoff } from './time/backoff.js';
import { agentDeployments, commentOnPlan } from './github/tell-github.js';
import { interruptible, type Clock } from './time/clock.js';
import { version } from './version.js';

/** Everything outside of the action that a run depends on. */
export interface Host {
  readonly environment: Environment;
  readonly actions: Actions;
  readonly clock: Clock;
  readonly readFile: ReadFile;
  /** The event of the workflow, read when it is asked for. */
  readonly workflowEvent: () => Promise<WorkflowEvent>;
  /** Milliseconds that one request may take. */
  readonly requestLimit?: number;
  /** Aborted with a CancelledError when the runner asks the run to end. */
  readonly cancellation: AbortSignal;
}

const defaultRequestLimit = 30_000;

/** What a run works with, once it is known what is secret. */
interface Means {
  readonly host: Host;
  readonly journal: Journal;
  readonly cancellation: Cancellation;
  readonly redact: Redact;
  readonly event: () => Promise<WorkflowEvent>;
  readonly wantsFailureLogs: () => Promise<boolean>;
}

/**
 * One run of the action: inputs → plan → steps → report. Whatever happens ends in the report, also
 * that the run is cancelled: within two seconds, as a runner gives no more than a few.
 *
 * @returns whether the release succeeded
 */
export async function run(host: Host): Promise<boolean> {
  const { actions } = host;
  const cancellation = new Cancellation(host.cancellation, host.clock);
  const clock = interruptible(host.clock, host.cancellation);
  // Until it is known what is secret, everything could be.
  let redact: Redact = () => '***';
  const log = releaseLog(actions, (text) => redact(text));
  const journal = new Journal(clock, log, (builds) => {
    setBuildOutputs(actions, builds);
  });
  const event = once(() => readEvent(host));
  let inputs: Inputs | undefined;
  const wantsFailureLogs = once(() => showsFailureLogs(inputs?.failureLogs ?? 'never', event));
  try {
    const lastMoment = cancellation.after(endings.report);
    const reading = await unlessAborted(lastMoment, readInputs(host.environment, host.readFile));
    // Before anything is logged.
    for (const mask of new Set(reading.secrets.flatMap(masksFor))) actions.mask(mask);
    redact = reading.redact;
    cancellation.whenCancelled(() => {
      journal.log.info('The run is cancelled: nothing new is begun.');
    });
    inputs = reading.inputs;
    const means = { host, journal, cancellation, redact, event, wantsFailureLogs };
    await unlessAborted(lastMoment, carryOut(means, reading));
    await comment([]);
    const { isCancelled } = cancellation;
    if (isCancelled) {
      journal.notice(
        journal.record.kind === 'release'
          ? 'The run was cancelled when everything was released already.'
          : 'The run was cancelled when the plan was made already; where it was to be in a comment, it may not be.',
      );
    }
    await report(actions, journal.record, [], clock.now());
    return !isCancelled;
  } catch (error) {
    journal.close();
    const context = {
      record: journal.record,
      showsAgentOutput: await wantsFailureLogs(),
      showsBuildOutput: (inputs?.failureLogs ?? 'never') !== 'never',
      redact,
    };
    const failures = withCancellation(failuresOf(error), host.cancellation);
    for (const failure of failures) actions.debug(redact(stackOf(failure)));
    const explanations = failures.map((failure) => explain(failure, context));
    await comment(explanations);
    await report(actions, journal.record, explanations, clock.now());
    return false;
  } finally {
    cancellation.end();
  }

  /** Who cancels a plan waits for no comment, and the next plan makes one. */
  async function comment(explanations: readonly Explanation[]): Promise<void> {
    if (inputs === undefined || cancellation.isCancelled) return;
    const manner = { clock: host.clock, signal: host.cancellation, redact };
    await commentOnPlan(journal, inputs.github, manner, event, (commit, runUrl) =>
      redact(commentOf(journal.record, explanations, runUrl, commit)),
    );
  }
}

/** A cancellation ends everything that goes on at once, and is told first and once. */
function withCancellation(
  failures: readonly unknown[],
  { aborted, reason }: AbortSignal,
): unknown[] {
  const others = failures.filter((failure) => !(failure instanceof CancelledError));
  return aborted ? [reason, ...others] : others;
}

async function carryOut(means: Means, reading: InputsReading): Promise<void> {
  const { host, journal } = means;
  const inputs = await journal.step('inputs', async () => {
    await refuseForks(means);
    for (const remark of reading.remarks) journal.log.info(remark);
    for (const warning of reading.warnings) journal.warning(warning);
    for (const notice of reading.notices) journal.notice(notice);
    if (reading.inputs === undefined) throw new InputsError(reading.problems);
    return reading.inputs;
  });
  const { access, isDryRun } = inputs;
  const { build } = inputs.release;
  journal.record.kind = access === undefined ? 'offline-check' : isDryRun ? 'plan' : 'release';
  if (build !== undefined) journal.expect(['context']);
  if (access !== undefined) journal.expect(['credential', 'preflight']);
  const act = async (context: PackedContext | undefined): Promise<void> => {
    if (access === undefined) {
      journal.notice(
        'There is no credential, as in runs of forks and Dependabot: the inputs, files and names were checked, and nothing could be looked up. This is all that a dry run can do without one.',
      );
    } else {
      await releaseOrPlan(means, inputs, access, context);
    }
  };
  await (build === undefined
    ? act(undefined)
    : withContext(journal, build.context, foldersOf(host.environment), host.cancellation, act));
}

function foldersOf(environment: Environment): Folders {
  const { GITHUB_WORKSPACE: workspace = '', RUNNER_TEMP: temporary = '' } = environment;
  return {
    workspace: workspace === '' ? '.' : workspace,
    temporary: temporary === '' ? tmpdir() : temporary,
  };
}

/** What is done with the platform, once everything that can be seen without it is in order. */
async function releaseOrPlan(
  { host, journal, cancellation, redact, wantsFailureLogs }: Means,
  { isDryRun, github, release: settings }: Inputs,
  access: AccessSettings,
  context: PackedContext | undefined,
): Promise<void> {
  const over = new AbortController();
  // Calls of many regions may pause at once, which Node would take for a leak and warn of.
  setMaxListeners(Infinity, over.signal);
  const manner = { clock: host.clock, signal: cancellation.after(endings.gitHub), redact };
  const deployments = isDryRun ? undefined : agentDeployments(github, journal, manner);
  const userAgent = `pipecat-cloud-release/${version}`;
  const connection = new Connection(access.apiUrl, access.credential.value, userAgent);
  const { clock, log } = journal;
  const common = { clock, log, backoff: defaultBackoff, redact };
  const ended = AbortSignal.any([over.signal, cancellation.signal]);
  const storage = new Storage({ userAgent, over: ended, ...common });
  try {
    const requestLimit = host.requestLimit ?? defaultRequestLimit;
    const limits = { requestLimit, over: over.signal, cancellation };
    const caller = new Caller({ connection, ...limits, ...common });
    const onSurface = (surface: Surface) => new PipecatCloud(caller, surface, storage, redact);
    const cloud = onSurface(
      await journal.step('credential', () => recognise(caller, access, journal)),
    );
    const options = { wantsBindings: isDryRun, context };
    const plan = await preflight(cloud, journal, settings, options);
    if (isDryRun) return;
    const witness = deployments ?? noWitness;
    await release(cloud, journal, plan, {
      wantsFailureLogs,
      witness,
      cancellation: cancellation.signal,
    });
  } finally {
    // Of several calls at once, the others may still be under way when one has failed.
    over.abort();
    connection.close();
    storage.close();
    await deployments?.settled();
  }
}

async function refuseForks({ host, event }: Means): Promise<void> {
  if (!mayBringForks(host.environment['GITHUB_EVENT_NAME'] ?? '')) return;
  if (isForkWithSecrets(await event())) throw new UntrustedEventError();
}

/** An event that cannot be read is one of which nothing is known: no fork is excluded by it. */
async function readEvent({ environment, workflowEvent }: Host): Promise<WorkflowEvent> {
  try {
    return await workflowEvent();
  } catch {
    return { eventName: environment['GITHUB_EVENT_NAME'] ?? '', payload: undefined };
  }
}

/** The surface that the credential reaches: a key has one of its own, a token one for each organization. */
async function recognise(
  caller: Caller,
  { apiUrl, credential, organization }: AccessSettings,
  journal: Journal,
): Promise<Surface> {
  const { log, record } = journal;
  const { kind, origin } = credential;
  record.actingAs = { credentialKind: kind, credentialOrigin: origin, organization: undefined };
  if (kind === 'private-api-key') {
    log.info(`Using the private API key from ${origin}, at ${apiUrl}.`);
    return keySurface;
  }
  log.info(`Using the personal access token from ${origin}, at ${apiUrl}.`);
  const chosen = chooseOrganization(organization, await listOrganizations(caller), journal);
  record.actingAs = { ...record.actingAs, organization: chosen };
  log.info(`Acting in the organization ${chosen}.`);
  return organizationSurface(chosen);
}

/** What an agent wrote may hold callers' words, so in doubt it is for closed repositories only. */
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
