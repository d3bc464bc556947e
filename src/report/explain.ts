import { listOf } from '../text/list.js';
import { lookUp } from '../text/look-up.js';
import type { RolloutFailure } from '../pipecat/rollout-judgment.js';
import { CancelledError } from '../time/cancellation.js';
import type { Deadline } from '../time/deadline.js';
import { UntrustedEventError, InputsError, type UntrustedBecause } from '../inputs/problems.js';
import type { ContextError } from '../context/errors.js';
import { CallError, RedirectError, StatusError, UploadError } from '../pipecat/errors.js';
import {
  StepError,
  SubjectError,
  type SmokeTestFailure,
  type StepFacts,
  type StepFailureKind,
} from '../record/errors.js';
import { PreflightError } from '../plan/problems.js';
import { nearest } from '../text/nearest.js';
import { quote } from '../text/quote.js';
import { agentsOf, type ActingAs, type ReleaseRecord } from '../record/record.js';
import type { Subject } from '../plan/subject.js';
import { atLeast, capital, credentialKinds, duration, nonEmpty, type Texts } from './words.js';
import { failureKinds, isReportedError, type FailureKind, type ReportedError } from './failures.js';
import {
  type Advice,
  containerReasons,
  errorCodesUrl,
  exitCodes,
  nextOf,
  platformCodes,
  wrongProcessor,
} from './platform-codes.js';
import { progressOf } from './progress.js';
import { stateSentences } from './state.js';

/** A failure in words: what happened, where, why, and what to do next. */
export interface Explanation {
  readonly kind: FailureKind;
  /** What happened, as a headline. */
  readonly title: string;
  readonly subject: Subject | undefined;
  /** Where: names and ids by their labels, to be shown as they are. */
  readonly facts: Readonly<Record<string, string>>;
  /** What is serving now, and whether anything was changed, as sentences. Readers ask this first. */
  readonly state: readonly string[];
  /** Why, as sentences. */
  readonly why: readonly string[];
  /** Whether `why` repeats the title. */
  readonly repeatsTitle?: true;
  /** Mistakes that were found together, each with its own fix if the fixes differ. */
  readonly problems: readonly {
    readonly about: string;
    readonly message: string;
    readonly next?: string | undefined;
  }[];
  /** What to do, as sentences. */
  readonly next: readonly string[];
  /** Text that the agent wrote; undefined if it is not shown. */
  readonly traceback: string | undefined;
  readonly logs: readonly string[] | undefined;
}

/** What an explanation depends on besides the error. */
export interface ExplanationContext {
  /** What was done before the failure. */
  readonly record: ReleaseRecord;
  /** Whether text that the agent wrote may be shown. */
  readonly showsAgentOutput: boolean;
  /** Whether the log of a failed build may be shown. */
  readonly showsBuildOutput: boolean;
  /** Removes known secrets from a text. */
  readonly redact: (text: string) => string;
}

/** The same, with the subject of the failure. */
interface FailureContext extends ExplanationContext {
  readonly subject: Subject | undefined;
}

/** Turns an error into words. The only place that does. */
export function explain(error: unknown, context: ExplanationContext): Explanation {
  const { subject, cause } =
    error instanceof SubjectError ? error : { subject: undefined, cause: error };
  const isReported = isReportedError(cause);
  const details = isReported
    ? detailsOf(cause, { ...context, subject })
    : ofUnknown(cause, context);
  const kind = details.kind ?? (isReported ? cause.kind : 'unexpected');
  const { title, next } = failureKinds[kind];
  const { problems = [] } = details;
  return {
    title,
    state: stateSentences(context.record),
    traceback: undefined,
    logs: undefined,
    ...details,
    kind,
    subject,
    problems,
    facts: givenFacts({ ...factsOf(subject), ...details.facts }),
    why: nonEmpty(details.why ?? []),
    // Listed problems name their own fixes.
    next: nonEmpty(details.next ?? (problems.length > 0 ? [] : [next])),
  };
}

/** What the report says about a failure, in addition to its kind. */
interface Details extends Partial<
  Omit<Explanation, 'kind' | 'subject' | 'facts' | 'why' | 'next'>
> {
  /** Another kind than the error's own. */
  readonly kind?: FailureKind | undefined;
  readonly facts?: Facts;
  readonly why?: Texts;
  /** The advice of the kind by default. */
  readonly next?: Texts | undefined;
}

/** Facts, of which those that are undefined are left out. */
type Facts = Readonly<Record<string, string | number | undefined>>;

function givenFacts(facts: Facts): Explanation['facts'] {
  const entries = Object.entries(facts).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([label, value]) => [label, String(value)]));
}

function detailsOf(error: ReportedError, context: FailureContext): Details {
  if (error instanceof StepError) return detailsOfStep(error, context);
  if (error instanceof CallError) return explainCall(error, context);
  if (error instanceof CancelledError) return explainCancellation(error, context);
  if (error instanceof PreflightError) {
    const { problems } = error;
    return context.record.teardown === undefined
      ? { problems }
      : { problems, title: 'The teardown cannot work with these settings' };
  }
  return { state: ['Nothing was changed, and nothing was sent.'], ...problemsOf(error, context) };
}

function problemsOf(
  error: ContextError | InputsError | UntrustedEventError,
  { redact }: ExplanationContext,
): Details {
  if (error instanceof UntrustedEventError) return { why: [untrustedReason(error.because)] };
  if (error instanceof InputsError) {
    return {
      problems: error.problems.map(({ input, message }) => ({ about: `\`${input}\``, message })),
    };
  }
  return {
    problems: error.problems.map(({ about, message, next }) => ({
      // The name of a file or link may contain anything.
      about: redact(about),
      message: redact(message),
      next: next && redact(next),
    })),
  };
}

function untrustedReason(because: UntrustedBecause): string {
  switch (because.reason) {
    case 'fork':
      return 'The code of this run comes from a fork, and the run has the secrets of the repository.';
    case 'no-token':
      return 'A comment on a pull request started this run. Without `github-token`, the action cannot find out whether the code comes from a fork.';
    case 'unreadable':
      return `A comment on a pull request started this run, and the pull request could not be read: ${because.failure}. The code may come from a fork.`;
  }
}

function detailsOfStep<Kind extends StepFailureKind>(
  { kind, facts, cause }: StepError<Kind>,
  context: FailureContext,
): Details {
  return stepDetails[kind]?.(facts, { ...context, cause }) ?? {};
}

/** What the report says about a failed step. A failure that is not here has only its kind. */
const stepDetails: {
  readonly [Kind in StepFailureKind]?: (
    facts: StepFacts[Kind],
    context: FailureContext & { readonly cause: unknown },
  ) => Details;
} = {
  'organization-unknown': explainOrganization,
  'provisioning-failed': ({ platformMessage }) => ({ why: [said(platformMessage) ?? noReason] }),
  'secrets-timeout': ({ lastSeen, waited, deadline }, { cause }) => ({
    why: [
      lastSeen === undefined
        ? `No status check of the set succeeded within ${duration(waited)}.`
        : `Last state: ${lastSeen}, after ${duration(waited)} of waiting; ${limitIs(deadline)}.`,
      lastFailure(cause),
    ],
  }),
  'secret-set-not-ready': explainRefusal,
  'not-pruned': explainInner,
  'build-failed': explainBuild,
  'build-timeout': ({ buildId, lastSeen, deadline }, { cause, redact }) => ({
    facts: { 'Build id': buildId },
    why: [
      lastSeen === undefined
        ? `No status check of the build succeeded; ${limitIs(deadline)}.`
        : `Last status: ${redact(lastSeen)}; ${limitIs(deadline)}.`,
      lastFailure(cause),
    ],
  }),
  'build-missing': ({ buildId }) => ({ facts: { 'Build id': buildId } }),
  'build-gone': ({ buildId }) => ({ facts: { 'Build id': buildId } }),
  'agent-name-taken': (_, { subject }) => ({
    why: [
      `The name \`${subject?.name ?? 'of the agent'}\` is already taken. Agent names are unique across all regions.`,
      'This credential cannot see the agent with that name.',
    ],
  }),
  'rollout-failed': explainRollout,
  'wait-timeout': explainRolloutTimeout,
  'smoke-test-failed': explainSmokeTest,
  'smoke-test-key-refused': ({ refusal }) => ({
    facts: callFacts(refusal),
    why: [`${capital(refusal.reason)}.`, 'The release itself is done.'],
  }),
  'drain-timeout': ({ left, deadline }, { cause }) => ({
    why: [
      'The release itself is done.',
      left === undefined
        ? 'The number of sessions on older deployments could not be read.'
        : `Sessions on older deployments: ${atLeast(left)}; ${limitIs(deadline)}.`,
      lastFailure(cause),
    ],
  }),
  'not-rolled-back': explainInner,
  'sessions-running': ({ count, deadline }) => ({
    why: [
      `${count} ${count === 1 ? 'session was' : 'sessions were'} still running when ${limitOf(deadline)} had passed.`,
    ],
  }),
  'secret-set-in-use': explainRefusal,
  superseded: ({ deploymentId, supersededBy }) => ({
    facts: { Deployment: deploymentId, 'Superseded by': supersededBy },
    why: ['Another release changed the deployment while this one was rolling out.'],
  }),
};

const noReason = 'The platform gives no reason.';

/** The platform refused until the time was spent. */
function explainRefusal({
  refusal,
  deadline,
}: StepFacts['secret-set-not-ready' | 'secret-set-in-use']): Details {
  return {
    facts: statusFacts(refusal),
    why: [`${capital(refusal.reason)}.`, noTimeLeft(deadline)],
  };
}

/** What failed after the release, in the words for that failure. */
function explainInner(
  { failure }: StepFacts['not-pruned' | 'not-rolled-back'],
  context: ExplanationContext,
): Details {
  const { title, facts, why, traceback, logs } = explain(failure, context);
  return { facts, why: [`${title}.`, ...why], traceback, logs };
}

function ofUnknown(error: unknown, { redact }: ExplanationContext): Details {
  return {
    why: [
      error instanceof Error
        ? `${error.name}: ${quote(redact(error.message))}.`
        : 'Something was thrown that is not an error.',
    ],
  };
}

function explainCancellation({ signal }: CancelledError, { record }: ExplanationContext): Details {
  const { done, underWay, notStarted } = progressOf(record);
  return {
    why: [`Somebody cancelled the run, or a newer run replaced it (${signal}).`],
    problems: [
      { about: 'Done', message: listed(done) },
      { about: 'Still running', message: listed(underWay) },
      { about: 'Not started', message: listed(notStarted) },
    ],
    next: [failureKinds.cancelled.next],
  };
}

function listed(parts: readonly string[]): string {
  return parts.length === 0 ? 'nothing' : parts.join('; ');
}

function explainBuild(
  { buildId, status, platformMessage, logs }: StepFacts['build-failed'],
  { showsBuildOutput, redact }: ExplanationContext,
): Details {
  const isStopped = status === 'timeout';
  const isLogShown = showsBuildOutput && logs !== undefined;
  const advice = isStopped
    ? 'Make the build faster (fewer dependencies, or a base image that has more of them), then run the workflow again.'
    : `Open the log of build \`${buildId}\` in the dashboard, fix the error that it shows, and run the workflow again.`;
  return {
    facts: { 'Build id': buildId },
    why: [
      isStopped && 'The platform stopped it because it took too long.',
      !isStopped && status !== 'failed' && `Its last status was ${quote(redact(status))}.`,
      said(platformMessage) ?? (!isStopped && noReason),
      showsBuildOutput && logs === undefined && 'Could not read its log.',
    ],
    ...(showsBuildOutput ? { logs } : {}),
    next: isLogShown && !isStopped ? undefined : [advice],
  };
}

function factsOf(subject: Subject | undefined): Facts {
  if (subject === undefined) return {};
  const { kind, name, region } = subject;
  return { [kind === 'build' ? 'Dockerfile' : capital(kind)]: name, Region: region };
}

function explainOrganization(
  { named, available }: StepFacts['organization-unknown'],
  { redact }: Pick<ExplanationContext, 'redact'>,
): Details {
  const name = named?.name.reveal() ?? '';
  const names = available.flatMap(({ name: id, verboseName }) => nonEmpty([id, verboseName]));
  const meant = nearest(name, names);
  const hint = meant === undefined || meant === name ? '' : ` Did you mean \`${meant}\`?`;
  return {
    why: [
      named === undefined
        ? 'The owner of the token is not a member of any organization.'
        : `${quote(redact(name))}, from ${named.origin}, does not match exactly one organization of the token.${hint}`,
      available.length > 0 && `Available: ${listOf(available.map((one) => one.name))}.`,
    ],
  };
}

function explainCall(error: CallError, context: FailureContext): Details {
  const { reason, attempts, outOfTime } = error;
  const told = [`${capital(reason)}.`, attempts > 1 && `Gave up after ${attempts} attempts.`];
  if (error instanceof UploadError) return { facts: callFacts(error), why: told };
  const why = [...told, outOfTime && noTimeLeft(outOfTime), doubtOf(error)];
  if (error instanceof StatusError) return explainStatus(error, why, context);
  const isLate = outOfTime?.input === 'secrets-timeout';
  return { kind: isLate ? 'secrets-timeout' : undefined, facts: callFacts(error), why };
}

function callFacts(error: CallError): Facts {
  const { method, path } = error.call;
  const isAnswered =
    error instanceof StatusError || error instanceof UploadError || error instanceof RedirectError;
  const status = isAnswered && error.status !== undefined ? ` → ${error.status}` : '';
  return { Call: `${method} ${path}${status}`, 'Request ID': error.requestId };
}

function statusFacts(error: StatusError): Facts {
  return { ...callFacts(error), Code: error.code };
}

/** An input that limits time, and its value. */
function limitOf({ input, limit }: Deadline): string {
  return `\`${input}\` (${duration(limit)})`;
}

function limitIs({ input, limit }: Deadline): string {
  return `\`${input}\` is ${duration(limit)}`;
}

function noTimeLeft(deadline: Deadline): string {
  return `${limitOf(deadline)} leaves no time for another attempt.`;
}

/** The platform may have carried out a request whose response was lost, so no report may deny it. */
function doubtOf(error: CallError): string | undefined {
  if (!error.isInDoubt) return undefined;
  const isRefused = !error.isTransient || error.kind === 'rate-limited';
  return `Whether ${isRefused ? 'an earlier attempt' : 'it'} was carried out is not known. Run the workflow again to find out.`;
}

function explainStatus(
  error: StatusError,
  why: Texts,
  { subject, record: { actingAs } }: FailureContext,
): Details {
  const { kind } = error;
  const facts = statusFacts(error);
  if (kind === 'credential-refused' || kind === 'permission-denied') {
    return {
      facts,
      why: [...why, `The credential is ${credentialWords(actingAs)}.`],
      next: [kind === 'permission-denied' && failureKinds[kind].next, whereToLook(actingAs)],
    };
  }
  const advice = kind === 'concurrent-write' ? undefined : error.lookUpCode(platformCodes);
  const isTaken = kind === 'request-refused' && error.says(/already taken/i);
  const taken = isTaken ? subject : undefined;
  return {
    facts,
    why: [...why, advice && `${capital(advice.meaning)}.`, taken && foreignName(taken)],
    next: taken
      ? ['Choose another name.']
      : advice && [nextOf(advice, true), `See ${errorCodesUrl}.`],
  };
}

/** The platform does not say who owns a name. */
function foreignName({ kind, name }: Subject): string {
  return `Names of ${kind}s are unique across all regions; \`${name}\` may belong to another organization.`;
}

function credentialWords(actingAs: ActingAs | undefined): string {
  if (actingAs === undefined) return 'not known';
  const { credentialKind, credentialOrigin, organization } = actingAs;
  const where = organization === undefined ? '' : `, acting in \`${organization}\``;
  return `${credentialKinds[credentialKind]} from ${credentialOrigin}${where}`;
}

function whereToLook(actingAs: ActingAs | undefined): string {
  return actingAs?.credentialKind === 'personal-access-token'
    ? 'Check in the dashboard (Account Settings → Personal Access Tokens) that the token still exists. If not, create one, and store it in the GitHub secret that the workflow passes.'
    : 'Check in the dashboard (Settings → API Keys → Private) that the key still exists. If not, create one, and store it in the GitHub secret that the workflow passes.';
}

function explainRollout(
  { deploymentId, failure, logs }: StepFacts['rollout-failed'],
  context: FailureContext,
): Details {
  const { code, reason, exitCode, restartCount = 0, headline, message, condition } = failure;
  const { showsAgentOutput, redact } = context;
  const advice = adviceFor(failure);
  const lastLine = showsAgentOutput ? lastLineOf(failure.traceback) : undefined;
  return {
    facts: {
      Deployment: deploymentId,
      Code: code && redact(code),
      Reason: reason && redact(reason),
      'Exit code': exitCode,
      Restarts: restartCount > 0 ? restartCount : undefined,
    },
    why: [
      meaningOf(failure, advice, lastLine),
      said(lastLine === undefined ? headline : undefined, message, condition?.message),
    ],
    next: [
      failure.infrastructureIssue
        ? "Run the workflow again later. If it fails again, contact the platform's support with the deployment id."
        : (missingKey(lastLine, context) ??
          (advice === undefined
            ? failureKinds['rollout-failed'].next
            : nextOf(advice, showsAgentOutput))),
      code !== undefined && `See ${errorCodesUrl}.`,
      agentOutputHint(deploymentId, context),
    ],
    ...(showsAgentOutput ? { traceback: failure.traceback, logs } : {}),
  };
}

function explainRolloutTimeout(
  facts: StepFacts['wait-timeout'],
  { cause, ...context }: FailureContext & { readonly cause: unknown },
): Details {
  const { deploymentId, lastSeen, lastSeenFor, deadline, infrastructureIssue, logs } = facts;
  return {
    facts: { Deployment: deploymentId },
    why: [
      `Last state: ${context.redact(lastSeen)} for ${duration(lastSeenFor)}; ${limitIs(deadline)}.`,
      lastFailure(cause),
      infrastructureIssue && infrastructure,
      'The platform continues the rollout, so the deployment may still become ready.',
    ],
    next: [failureKinds['wait-timeout'].next, agentOutputHint(deploymentId, context)],
    ...(context.showsAgentOutput ? { logs } : {}),
  };
}

function explainSmokeTest(
  { deploymentId, sessionId, because, logs, hasTransport }: StepFacts['smoke-test-failed'],
  context: FailureContext,
): Details {
  const { showsAgentOutput, subject } = context;
  const lastLine = showsAgentOutput ? lastLineOf(logs?.join('\n')) : undefined;
  const error = errorLine.test(lastLine ?? '') ? lastLine : undefined;
  const isLogHidden = sessionId !== undefined && subject !== undefined && !showsAgentOutput;
  return {
    facts: {
      Deployment: deploymentId,
      Session: sessionId,
      Status: 'status' in because ? because.status : undefined,
      ...(because.kind === 'not-startable' ? callFacts(because.refusal) : {}),
    },
    why: [
      `Smoke test: ${smokeTestFailure(because)}.`,
      error !== undefined && `The log of the session ends with ${quote(error)}.`,
    ],
    repeatsTitle: true,
    next: [
      missingKey(error, context) ?? failureKinds['smoke-test-failed'].next,
      wayBack(context),
      !hasTransport &&
        'If the bot needs a transport, set `smoke-test-transport` (`daily` or `webrtc`): without it, the session starts without one.',
      isLogHidden &&
        'The log of the session is not shown here, because it may contain what callers said (`failure-logs`).',
    ],
    ...(showsAgentOutput ? { logs } : {}),
  };
}

/** A line in which Python names an exception. */
const errorLine = /^[\w.]*(?:Error|Exception)\b/;

/** How to go back to what served before the deployment that is serving now. */
function wayBack({ subject, record }: FailureContext): string | undefined {
  const agent = agentsOf(record).find(({ region }) => region === subject?.region);
  const image = agent?.plan.before?.settings.image;
  if (agent?.outcome !== 'updated' || image === undefined) return undefined;
  return `To go back until then, release \`${image}\` again.`;
}

function smokeTestFailure(because: SmokeTestFailure): string {
  switch (because.kind) {
    case 'ended':
      return because.hasStarted
        ? `the session ended with \`${because.status}\``
        : `the session ended with \`${because.status}\` before its bot started`;
    case 'not-startable':
      return `the platform did not start a session: ${because.refusal.reason}`;
    case 'path':
      return because.status === undefined
        ? `GET \`/${because.path}\` did not answer`
        : `GET \`/${because.path}\` answered ${because.status}`;
    case 'ended-before-path':
      return `the session ended with \`${because.status}\` before GET \`/${because.path}\` answered`;
  }
}

/** What the platform says, without repetition, as one sentence; undefined if it says nothing. */
function said(...words: readonly (string | undefined)[]): string | undefined {
  const quotes = [...new Set(words)]
    .filter((one) => one !== undefined)
    // The sentence adds its own period.
    .map((one) => quote(one.trim().replace(/\.$/, '')));
  return quotes.length === 0 ? undefined : `The platform says: ${quotes.join(' and ')}.`;
}

const infrastructure =
  'The platform reports a problem in its own infrastructure. The agent is not the cause.';

/** The most specific advice: any reason says more than exit code 1. */
function adviceFor(failure: RolloutFailure) {
  const { code, reason, terminationReason, exitCode, condition, isExecFormatError } = failure;
  const byExitCode = exitCode === undefined ? undefined : exitCodes[exitCode];
  return [
    lookUp(platformCodes, code),
    isExecFormatError ? wrongProcessor : undefined,
    lookUp(containerReasons, terminationReason),
    exitCode === 1 ? undefined : byExitCode,
    lookUp(containerReasons, reason),
    lookUp(containerReasons, condition?.reason),
    byExitCode,
  ].find((advice) => advice !== undefined);
}

/** The last line of a traceback names the error. */
function lastLineOf(traceback: string | undefined): string | undefined {
  const line = traceback?.trim().split('\n').at(-1);
  return line === '' ? undefined : line;
}

/** What the failure means, with the last error of the agent. */
function meaningOf(
  failure: RolloutFailure,
  advice: Advice | undefined,
  lastLine: string | undefined,
): string | undefined {
  if (failure.infrastructureIssue) return infrastructure;
  const meaning = advice && capital(advice.meaning);
  if (lastLine !== undefined) {
    return `${meaning ?? 'The agent ended with an error'}: ${quote(lastLine)}.`;
  }
  // The platform's own sentence says the same.
  const isSaid = advice === containerReasons['CrashLoopBackOff'] && failure.headline !== undefined;
  return meaning === undefined || isSaid ? undefined : `${meaning}.`;
}

/** What to do if the agent misses an environment variable; undefined if that is not the cause. */
function missingKey(
  lastLine: string | undefined,
  { subject, record }: FailureContext,
): string | undefined {
  const [, key] = /^KeyError: '([A-Z][A-Z0-9_]*)'$/.exec(lastLine ?? '') ?? [];
  if (key === undefined) return undefined;
  const target = record.targets.find(({ region }) => region === subject?.region);
  const set = target?.secretSets.find(({ kind }) => kind === 'secret');
  const how = 'for example to `secrets-env`, and release again.';
  if (set === undefined) return `Add \`${key}\` to the secrets of the agent, ${how}`;
  if ([...set.added, ...set.updated].includes(key)) return undefined;
  // Of a set that existed before, not all keys are known.
  return set.plan.action === 'create'
    ? `\`${key}\` is not in \`${set.name}\`. Add it, ${how}`
    : `If \`${key}\` is not in \`${set.name}\`, add it, ${how}`;
}

function agentOutputHint(
  deploymentId: string,
  { subject, showsAgentOutput, record: { actingAs } }: FailureContext,
): string | undefined {
  if (subject === undefined) return undefined;
  const organization =
    actingAs?.organization === undefined ? '' : ` --organization ${actingAs.organization}`;
  const command = `pipecat cloud agent logs ${subject.name} --deployment ${deploymentId}${organization}`;
  return showsAgentOutput
    ? `For more logs, run \`${command}\`.`
    : `To see the agent's traceback and logs, run \`pipecat cloud agent status ${subject.name}${organization}\` and \`${command}\`, or set \`failure-logs: always\` and run again. They are not shown here, because they may contain what callers said.`;
}

function lastFailure(cause: unknown): string | undefined {
  return cause instanceof CallError ? `The last status check failed: ${cause.reason}.` : undefined;
}
