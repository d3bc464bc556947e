import { setMaxListeners } from 'node:events';
import { tmpdir } from 'node:os';
import type { PackedContext } from './context/pack.js';
import {
  isClosedRepository,
  isForkWithSecrets,
  pullRequestNumber,
  type WorkflowEvent,
} from './inputs/event.js';
import type { GitHubSettings } from './inputs/github.js';
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
import { withContext, type Folders } from './release/build-context.js';
import { failuresOf } from './release/errors.js';
import { Journal } from './release/journal.js';
import { chooseOrganization } from './release/organization.js';
import { preflight } from './release/preflight.js';
import { release } from './release/release.js';
import type { AccessSettings } from './release/settings.js';
import { noWitness } from './release/witness.js';
import type { Actions } from './report/actions.js';
import { explain, type Explanation } from './report/explain.js';
import { releaseLog } from './report/log.js';
import { setBuildOutputs } from './report/outputs.js';
import { report } from './report/report.js';
import { commentOf } from './report/summary.js';
import { masksFor, redactor } from './secrecy/masks.js';
import { defaultBackoff } from './time/backoff.js';
import { agentDeployments, keepComment } from './tell-github.js';
import type { Clock } from './time/clock.js';
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
}

const defaultRequestLimit = 30_000;

/**
 * One run of the action: inputs → plan → steps → report. Whatever happens ends in the report.
 *
 * @returns whether the release succeeded
 */
export async function run(host: Host): Promise<boolean> {
  const { actions, clock } = host;
  const journal = new Journal(clock, releaseLog(actions), (builds) => {
    setBuildOutputs(actions, builds);
  });
  const event = once(() => readEvent(host));
  // Until it is known what is secret, everything could be.
  let redact: (text: string) => string = () => '***';
  let failureLogs: FailureLogs = 'never';
  const wantsFailureLogs = once(() => showsFailureLogs(failureLogs, event));
  let github: GitHubSettings | undefined;
  try {
    const reading = await readInputs(host.environment, host.readFile);
    // Before anything is logged.
    for (const mask of reading.secrets.flatMap(masksFor)) actions.mask(mask);
    redact = redactor(reading.secrets);
    failureLogs = reading.inputs?.failureLogs ?? 'never';
    github = reading.inputs?.github;
    await carryOut(host, journal, reading, redact, event, wantsFailureLogs);
    await commentOnPlan(journal, github, event, [], redact);
    await report(actions, journal.record, [], clock.now());
    return true;
  } catch (error) {
    const context = {
      actingAs: journal.record.actingAs,
      showsAgentOutput: await wantsFailureLogs(),
      showsBuildOutput: failureLogs !== 'never',
      redact,
    };
    const failures = failuresOf(error);
    for (const failure of failures) actions.debug(redact(stackOf(failure)));
    const explanations = failures.map((failure) => explain(failure, context));
    await commentOnPlan(journal, github, event, explanations, redact);
    await report(actions, journal.record, explanations, clock.now());
    return false;
  }
}

async function carryOut(
  host: Host,
  journal: Journal,
  reading: InputsReading,
  redact: (text: string) => string,
  event: () => Promise<WorkflowEvent>,
  wantsFailureLogs: () => Promise<boolean>,
): Promise<void> {
  const inputs = await journal.step('inputs', async () => {
    await refuseForks(host.environment, event);
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
      await releaseOrPlan(host, journal, inputs, access, context, redact, wantsFailureLogs);
    }
  };
  await (build === undefined
    ? act(undefined)
    : withContext(journal, build.context, foldersOf(host.environment), act));
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
  host: Host,
  journal: Journal,
  inputs: Inputs,
  access: AccessSettings,
  context: PackedContext | undefined,
  redact: (text: string) => string,
  wantsFailureLogs: () => Promise<boolean>,
): Promise<void> {
  const { isDryRun } = inputs;
  const over = new AbortController();
  // Calls of many regions may pause at once, which Node would take for a leak and warn of.
  setMaxListeners(Infinity, over.signal);
  const deployments = isDryRun ? undefined : agentDeployments(inputs.github, journal);
  const userAgent = `pipecat-cloud-release/${version}`;
  const connection = new Connection(access.apiUrl, access.credential.value, userAgent);
  const common = {
    clock: host.clock,
    log: journal.log,
    backoff: defaultBackoff,
    over: over.signal,
    redact,
  };
  const storage = new Storage({ userAgent, ...common });
  try {
    const requestLimit = host.requestLimit ?? defaultRequestLimit;
    const caller = new Caller({ connection, requestLimit, ...common });
    const onSurface = (surface: Surface) => new PipecatCloud(caller, surface, storage, redact);
    const cloud = onSurface(
      await journal.step('credential', () => recognise(caller, access, journal)),
    );
    const options = { wantsBindings: isDryRun, context };
    const plan = await preflight(cloud, journal, inputs.release, options);
    if (isDryRun) return;
    const witness = deployments ?? noWitness;
    await release(cloud, journal, plan, { wantsFailureLogs, witness });
  } finally {
    // Of several calls at once, the others may still be under way when one has failed.
    over.abort();
    connection.close();
    storage.close();
    await deployments?.settled();
  }
}

/** In a pull request, a plan is where people look at it, one that fails too. */
async function commentOnPlan(
  journal: Journal,
  github: GitHubSettings | undefined,
  event: () => Promise<WorkflowEvent>,
  failures: readonly Explanation[],
  redact: (text: string) => string,
): Promise<void> {
  const { record } = journal;
  if (github?.comments !== true || record.kind === 'release') return;
  if (record.kind === 'offline-check') {
    journal.log.info('There is no plan to comment with; a comment that there is stays as it is.');
    return;
  }
  const pullRequest = pullRequestNumber(await event());
  if (pullRequest === undefined) {
    journal.log.info('The run is not for a pull request, so there is none to comment on.');
    return;
  }
  const { runUrl, commit } = github;
  // The runner masks what it logs, but no comment.
  const body = redact(commentOf(record, failures, runUrl, commit));
  await keepComment(github, journal, pullRequest, body);
}

async function refuseForks(
  environment: Environment,
  event: () => Promise<WorkflowEvent>,
): Promise<void> {
  if (environment['GITHUB_EVENT_NAME'] !== 'pull_request_target') return;
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
