import type { RolloutFailure } from '../pipecat/rollout-judgement.js';
import { CancelledError } from '../time/cancellation.js';
import { UntrustedEventError, InputsError } from '../inputs/problems.js';
import { ContextError } from '../context/errors.js';
import {
  CallError,
  RedirectError,
  StatusError,
  UnreadableAnswerError,
  UploadError,
} from '../pipecat/errors.js';
import {
  AgentGoneError,
  AgentNameTakenError,
  BuildFailedError,
  BuildGoneError,
  BuildTimeoutError,
  NoDeploymentError,
  OrganizationError,
  ProvisioningFailedError,
  ProvisioningTimeoutError,
  PruningError,
  RolloutFailedError,
  RolloutTimeoutError,
  SecretSetGoneError,
  SecretSetNotReadyError,
  SubjectError,
  SupersededError,
} from '../record/errors.js';
import { PreflightError } from '../plan/problems.js';
import { quote } from '../text/quote.js';
import type { ActingAs, ReleaseRecord } from '../record/record.js';
import type { Subject } from '../plan/subject.js';
import { credentialKinds } from './credential-kinds.js';
import { duration } from './durations.js';
import { failureKinds, type FailureName } from './failures.js';
import { containerReasons, errorCodesUrl, exitCodes, platformCodes } from './platform-codes.js';
import { capital } from './sentences.js';
import { isAnythingWritten, standingOf } from './standing.js';

/** A failure in words: what happened, where, why, and what to do next. */
export interface Explanation {
  readonly kind: FailureName;
  /** What happened, as a headline. */
  readonly title: string;
  readonly subject: Subject | undefined;
  /** Where: names and ids, to be shown as they are. */
  readonly facts: readonly { readonly label: string; readonly value: string }[];
  /** What is still as it should be, as a sentence: the first thing that anybody wants to know. */
  readonly unharmed: string | undefined;
  /** Why, as sentences. */
  readonly why: readonly string[];
  /** Several mistakes that were found together; each with what to do, where that differs. */
  readonly problems: readonly {
    readonly about: string;
    readonly message: string;
    readonly next: string | undefined;
  }[];
  /** What to do, as sentences. */
  readonly next: readonly string[];
  /** Text of the agent itself; undefined where it is left out. */
  readonly traceback: string | undefined;
  readonly logs: readonly string[] | undefined;
}

/** What an explanation depends on besides the error. */
export interface ExplanationContext {
  /** What was done until then. */
  readonly record: ReleaseRecord;
  /** Whether what the agent wrote may be shown. */
  readonly showsAgentOutput: boolean;
  /** Whether the log of a failed build may be shown. */
  readonly showsBuildOutput: boolean;
  /** Takes known secrets out of a text. */
  readonly redact: (text: string) => string;
}

type Part = Partial<Omit<Explanation, 'kind' | 'title' | 'subject'>> & { kind: FailureName };

/** Turns an error into words. The only place that does. */
export function explain(error: unknown, context: ExplanationContext): Explanation {
  const subject = error instanceof SubjectError ? error.subject : undefined;
  const cause = error instanceof SubjectError ? error.cause : error;
  const part = partFor(cause, subject, context);
  return {
    title: failureKinds[part.kind].title,
    subject,
    unharmed: undefined,
    problems: [],
    why: [],
    traceback: undefined,
    logs: undefined,
    ...part,
    facts: [...factsOf(subject), ...(part.facts ?? [])],
    next: part.next ?? [failureKinds[part.kind].next],
  };
}

function partFor(error: unknown, subject: Subject | undefined, context: ExplanationContext): Part {
  if (error instanceof InputsError) {
    return {
      kind: 'invalid-inputs',
      unharmed: 'Nothing was sent.',
      problems: error.problems.map(({ input, message }) => ({
        about: `\`${input}\``,
        message,
        next: undefined,
      })),
    };
  }
  if (error instanceof UntrustedEventError) {
    return {
      kind: 'untrusted-event',
      unharmed: 'Nothing was sent.',
      why: [failureKinds['untrusted-event'].meaning],
    };
  }
  if (error instanceof ContextError) {
    return {
      kind: 'context-unusable',
      unharmed: 'Nothing was sent.',
      problems: error.problems.map(({ about, message, next }) => ({
        // A name of a file or a link may hold anything.
        about: context.redact(about),
        message: context.redact(message),
        next: next === undefined ? undefined : context.redact(next),
      })),
    };
  }
  if (error instanceof OrganizationError) return explainOrganization(error);
  if (error instanceof PreflightError) {
    return {
      kind: 'release-impossible',
      unharmed: error.isLate
        ? 'The agent was not touched; what was to be written to its sets is written.'
        : 'Nothing was written.',
      problems: error.problems,
    };
  }
  if (error instanceof ProvisioningFailedError) {
    return {
      kind: 'provisioning-failed',
      unharmed: agentsUntouched,
      why:
        error.platformMessage === undefined
          ? ['The platform gives no reason.']
          : said([error.platformMessage]),
    };
  }
  if (error instanceof ProvisioningTimeoutError) {
    return {
      kind: 'secrets-timeout',
      unharmed: agentsUntouched,
      why: [
        error.lastSeen === undefined
          ? `No look at the set was answered in ${duration(error.waited)}.`
          : `It was last seen ${error.lastSeen}, after ${duration(error.waited)} of waiting; \`secrets-timeout\` is ${duration(error.deadline.limit)}.`,
        ...lastFailure(error.cause),
      ],
    };
  }
  if (error instanceof SecretSetNotReadyError) {
    return {
      ...explainCall(error.cause, context),
      kind: 'secret-set-not-ready',
      why: [
        `${capital(error.cause.reason)}.`,
        `\`${error.deadline.input}\` (${duration(error.deadline.limit)}) leaves no time for another attempt.`,
      ],
      next: [failureKinds['secret-set-not-ready'].next],
    };
  }
  if (error instanceof PruningError) {
    const part = partFor(error.cause, subject, context);
    return {
      kind: 'not-pruned',
      unharmed: 'The release itself is done.',
      facts: part.facts ?? [],
      why: [`${failureKinds[part.kind].title}.`, ...(part.why ?? [])],
    };
  }
  if (error instanceof SecretSetGoneError) return { kind: 'secret-set-gone' };
  if (error instanceof BuildFailedError) return explainBuild(error, context);
  if (error instanceof BuildTimeoutError) {
    const { buildId, lastSeen, deadline } = error;
    const limit = `\`${deadline.input}\` is ${duration(deadline.limit)}`;
    return {
      kind: 'build-timeout',
      unharmed: agentsKept,
      facts: [{ label: 'Build id', value: buildId }],
      why: [
        lastSeen === undefined
          ? `No look at the build was answered; ${limit}.`
          : `It was last seen ${lastSeen}; ${limit}.`,
        ...lastFailure(error.cause),
      ],
    };
  }
  if (error instanceof BuildGoneError) {
    return {
      kind: 'build-gone',
      unharmed: agentsKept,
      facts: [{ label: 'Build id', value: error.buildId }],
    };
  }
  if (error instanceof AgentNameTakenError) {
    return {
      kind: 'agent-name-taken',
      why: [
        'The platform says that the agent exists, but it is not among the agents of this credential.',
      ],
    };
  }
  if (error instanceof NoDeploymentError) return { kind: 'deployment-unknown' };
  if (error instanceof RolloutFailedError) return explainRollout(error, subject, context);
  if (error instanceof RolloutTimeoutError) return explainRolloutTimeout(error, subject, context);
  if (error instanceof SupersededError) {
    return {
      kind: 'superseded',
      facts: [
        { label: 'Deployment', value: error.deploymentId },
        { label: 'Superseded by', value: error.supersededBy },
      ],
      why: ['The agent is asked to be another deployment than the one of this release.'],
    };
  }
  if (error instanceof AgentGoneError) return { kind: 'agent-gone' };
  if (error instanceof CancelledError) return explainCancellation(error, context);
  if (error instanceof CallError) {
    const part = explainCall(error, context);
    if (subject?.kind === 'build') return { ...part, unharmed: agentsKept };
    return part.kind === 'request-refused' && subject !== undefined && subject.kind !== 'agent'
      ? { ...part, next: [failureKinds['request-refused'].next, foreignName] }
      : part;
  }
  return {
    kind: 'unexpected',
    why: [
      error instanceof Error
        ? `${error.name}: ${quote(context.redact(error.message))}.`
        : 'Something was thrown that is not an error.',
    ],
  };
}

/** The platform does not say so, as whose a name is, is nobody else's business. */
const foreignName =
  'Names of sets are unique across the whole platform: one that is not in your list may belong to another organization, and another name is needed then.';

/**
 * Until every set is ready, nothing is deployed; but a set that is written anew by another pipeline
 * holds up its own region, while the others go on.
 */
const agentsUntouched = 'No agent was deployed with this set; those that run keep what they have.';

/** Until every image is built, nothing is deployed. */
const agentsKept = 'No agent was deployed; those that run keep what they have.';

function explainCancellation({ signal }: CancelledError, { record }: ExplanationContext): Part {
  const { done, underWay, notBegun } = standingOf(record);
  const isRelease = record.kind === 'release';
  return {
    kind: 'cancelled',
    unharmed: !isAnythingWritten(record)
      ? 'Nothing was written.'
      : record.agents.every(({ outcome }) => outcome === 'skipped')
        ? agentsKept
        : undefined,
    why: [
      `The runner was told to end the run (${signal}): somebody cancelled it, or a newer run took its place.`,
    ],
    problems: [
      { about: 'Done', message: listed(done), next: undefined },
      { about: 'Under way', message: listed(underWay), next: undefined },
      { about: 'Not begun', message: listed(notBegun), next: undefined },
    ],
    next: [isRelease ? failureKinds.cancelled.next : 'Run it again.'],
  };
}

function listed(parts: readonly string[]): string {
  return parts.length === 0 ? 'nothing' : parts.join('; ');
}

function explainBuild(
  { buildId, status, platformMessage, logs }: BuildFailedError,
  { showsBuildOutput }: ExplanationContext,
): Part {
  return {
    kind: 'build-failed',
    unharmed: agentsKept,
    facts: [{ label: 'Build id', value: buildId }],
    why: [
      ...(status === 'timeout' ? ['The platform ended it, as it took too long.'] : []),
      ...(platformMessage === undefined ? [] : said([platformMessage])),
      ...(platformMessage === undefined && status !== 'timeout'
        ? ['The platform gives no reason.']
        : []),
      ...(showsBuildOutput && logs === undefined ? ['Its log could not be read.'] : []),
    ],
    ...(showsBuildOutput ? { logs } : {}),
    ...(status === 'timeout'
      ? {
          next: [
            'Make the build shorter (a base image that has more, fewer dependencies), and release again.',
          ],
        }
      : showsBuildOutput && logs !== undefined
        ? {}
        : {
            next: [
              `Look at the log of the build \`${buildId}\` in the dashboard, correct what it shows, and release again.`,
            ],
          }),
  };
}

function factsOf(subject: Subject | undefined): Explanation['facts'] {
  if (subject === undefined) return [];
  const { kind, name, region } = subject;
  return [
    { label: kind === 'build' ? 'Dockerfile' : capital(kind), value: name },
    { label: 'Region', value: region },
  ];
}

function explainOrganization({ named, available }: OrganizationError): Part {
  const list = available.map((name) => `\`${name}\``).join(', ');
  return {
    kind: 'organization-unknown',
    why: [
      named === undefined
        ? 'The token belongs to nobody who is in an organization.'
        : `\`${named.name}\`, from ${named.origin}, is not among the organizations of the token.`,
      ...(available.length === 0 ? [] : [`It can act in: ${list}.`]),
    ],
  };
}

function explainCall(error: CallError, { record: { actingAs } }: ExplanationContext): Part {
  const call = { label: 'Call', value: `${error.call.method} ${error.call.path}` };
  const attempts =
    error.attempts > 1 ? [`It was tried ${error.attempts} times, and then given up.`] : [];
  const outOfTime =
    error.outOfTime === undefined
      ? []
      : [
          `\`${error.outOfTime.input}\` (${duration(error.outOfTime.limit)}) leaves no time for another attempt.`,
        ];
  // A request whose answer is lost may have been carried out, and no report should deny it.
  const isRefused = !error.mayPass || isLimit(error);
  const doubt = error.isInDoubt
    ? [
        `Whether ${isRefused ? 'an earlier attempt' : 'it'} was carried out is not known; running the release again settles it.`,
      ]
    : [];
  const why = [`${capital(error.reason)}.`, ...attempts, ...outOfTime, ...doubt];

  if (error instanceof StatusError) {
    const facts = [
      { label: 'Call', value: `${call.value} → ${error.status}` },
      ...(error.code === undefined ? [] : [{ label: 'Code', value: error.code }]),
    ];
    const advice = error.code === undefined ? undefined : platformCodes[error.code];
    if (error.status === 401) {
      return {
        kind: 'credential-refused',
        facts,
        why: [...why, `The credential is ${credentialWords(actingAs)}.`],
        next: [whereToLook(actingAs)],
      };
    }
    if (error.status === 403) {
      return {
        kind: 'permission-denied',
        facts,
        why: [...why, `The credential is ${credentialWords(actingAs)}.`],
        next: [failureKinds['permission-denied'].next, whereToLook(actingAs)],
      };
    }
    if (error.status === 409 && error.call.path.includes('/secrets/')) {
      return { kind: 'concurrent-write', facts, why };
    }
    return {
      kind: kindOfRefusal(error),
      facts,
      why: advice === undefined ? why : [...why, `${capital(advice.meaning)}.`],
      ...(advice === undefined ? {} : { next: [advice.next, `See ${errorCodesUrl}.`] }),
    };
  }
  if (error.outOfTime?.input === 'secrets-timeout') {
    return { kind: 'secrets-timeout', facts: [call], why };
  }
  if (error instanceof UploadError) {
    const status = error.status === undefined ? '' : ` → ${error.status}`;
    return {
      kind: 'upload-failed',
      facts: [{ label: 'Call', value: `${call.value}${status}` }],
      why: [`${capital(error.reason)}.`, ...attempts],
    };
  }
  if (error instanceof RedirectError) {
    const facts = [{ label: 'Call', value: `${call.value} → ${error.status}` }];
    return { kind: 'redirected', facts, why };
  }
  if (error instanceof UnreadableAnswerError) {
    return { kind: 'answer-unreadable', facts: [call], why };
  }
  return { kind: 'platform-unavailable', facts: [call], why };
}

/** Refused as one request too many, and so not carried out. */
function isLimit(error: CallError): boolean {
  return error instanceof StatusError && error.status === 429;
}

function kindOfRefusal(error: StatusError): FailureName {
  if (isLimit(error)) return 'rate-limited';
  return error.mayPass ? 'platform-unavailable' : 'request-refused';
}

function credentialWords(actingAs: ActingAs | undefined): string {
  if (actingAs === undefined) return 'not known';
  const { credentialKind, credentialOrigin, organization } = actingAs;
  const where = organization === undefined ? '' : `, acting in \`${organization}\``;
  return `${credentialKinds[credentialKind]} from ${credentialOrigin}${where}`;
}

function whereToLook(actingAs: ActingAs | undefined): string {
  return actingAs?.credentialKind === 'personal-access-token'
    ? 'Look at it in the dashboard under Account Settings → Personal Access Tokens; if it is gone, create a new one and store it as the secret that the workflow passes.'
    : 'Look at it in the dashboard under Settings → API Keys → Private; if it is gone, create a new one and store it as the secret that the workflow passes.';
}

function explainRollout(
  { deploymentId, failure, logs }: RolloutFailedError,
  subject: Subject | undefined,
  context: ExplanationContext,
): Part {
  const { code, reason, exitCode } = failure;
  const advice = adviceFor(failure);
  const facts = [
    { label: 'Deployment', value: deploymentId },
    ...(code === undefined ? [] : [{ label: 'Code', value: code }]),
    ...(reason === undefined ? [] : [{ label: 'Reason', value: reason }]),
    ...(exitCode === undefined ? [] : [{ label: 'Exit code', value: String(exitCode) }]),
    ...((failure.restartCount ?? 0) > 0
      ? [{ label: 'Restarts', value: String(failure.restartCount) }]
      : []),
  ];
  return {
    kind: 'rollout-failed',
    facts,
    unharmed: stillServing(failure),
    why: [
      ...said([failure.headline, failure.message]),
      ...(context.showsAgentOutput ? lastLine(failure.traceback) : []),
      ...(failure.infrastructureIssue
        ? infrastructure(failure)
        : advice === undefined
          ? []
          : [`${capital(advice.meaning)}.`]),
    ],
    next: [
      failure.infrastructureIssue
        ? 'Contact the support of the platform with the id of the deployment, and release again later.'
        : (advice?.next ?? failureKinds['rollout-failed'].next),
      ...(code === undefined ? [] : [`The codes are explained at ${errorCodesUrl}.`]),
      ...agentOutputHint(subject, deploymentId, context),
    ],
    ...(context.showsAgentOutput ? { traceback: failure.traceback, logs } : {}),
  };
}

function explainRolloutTimeout(
  error: RolloutTimeoutError,
  subject: Subject | undefined,
  context: ExplanationContext,
): Part {
  return {
    kind: 'wait-timeout',
    unharmed: stillServing(error),
    facts: [{ label: 'Deployment', value: error.deploymentId }],
    why: [
      `It was last seen so: ${error.lastSeen}, for ${duration(error.lastSeenFor)}; \`wait-timeout\` is ${duration(error.deadline.limit)}.`,
      ...lastFailure(error.cause),
      ...infrastructure(error),
    ],
    next: [
      failureKinds['wait-timeout'].next,
      ...agentOutputHint(subject, error.deploymentId, context),
    ],
    ...(context.showsAgentOutput ? { logs: error.logs } : {}),
  };
}

/** What the platform says, each of it once, as one sentence. */
function said(words: readonly (string | undefined)[]): string[] {
  const quotes = [...new Set(words)]
    .filter((one) => one !== undefined)
    // The sentence has a full stop of its own.
    .map((one) => quote(one.trim().replace(/\.$/, '')));
  return quotes.length === 0 ? [] : [`The platform says: ${quotes.join(' and ')}.`];
}

function infrastructure({ infrastructureIssue }: Pick<RolloutFailure, 'infrastructureIssue'>) {
  return infrastructureIssue
    ? [
        'The platform reports a problem of its own infrastructure: this is not the fault of the agent.',
      ]
    : [];
}

function stillServing({
  previousServes,
}: Pick<RolloutFailure, 'previousServes'>): string | undefined {
  return previousServes ? 'The previous deployment keeps serving.' : undefined;
}

/** The most specific advice that there is: an exit code of 1 tells less than any reason. */
function adviceFor({ code, reason, terminationReason, exitCode }: RolloutFailure) {
  const byExitCode = exitCode === undefined ? undefined : exitCodes[exitCode];
  return [
    code === undefined ? undefined : platformCodes[code],
    terminationReason === undefined ? undefined : containerReasons[terminationReason],
    exitCode === 1 ? undefined : byExitCode,
    reason === undefined ? undefined : containerReasons[reason],
    byExitCode,
  ].find((advice) => advice !== undefined);
}

/** Where a traceback ends, it names the error. */
function lastLine(traceback: string | undefined): string[] {
  const line = traceback?.trim().split('\n').at(-1);
  return line === undefined || line === '' ? [] : [`Its traceback ends with ${quote(line)}.`];
}

function agentOutputHint(
  subject: Subject | undefined,
  deploymentId: string,
  { showsAgentOutput, record: { actingAs } }: ExplanationContext,
): string[] {
  if (subject === undefined) return [];
  const organization =
    actingAs?.organization === undefined ? '' : ` --organization ${actingAs.organization}`;
  const command = `pipecat cloud agent logs ${subject.name} --deployment ${deploymentId}${organization}`;
  return showsAgentOutput
    ? [`More of the agent's logs: \`${command}\`.`]
    : [
        `The agent's traceback and logs are left out here, as they may hold what callers said (\`failure-logs\`). They are shown by \`pipecat cloud agent status ${subject.name}${organization}\` and \`${command}\`.`,
      ];
}

function lastFailure(cause: unknown): string[] {
  return cause instanceof CallError ? [`The last look failed, because ${cause.reason}.`] : [];
}
