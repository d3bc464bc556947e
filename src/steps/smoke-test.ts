import type { Session } from '../pipecat/session-answers.js';
import { judgeSession } from '../pipecat/session-state.js';
import type { PublicSurface } from '../pipecat/sessions.js';
import {
  CallError,
  InterruptedCallError,
  NotSentError,
  RedirectError,
  StatusError,
} from '../pipecat/errors.js';
import type { SmokeTestSettings } from '../plan/settings.js';
import { StepError, type SmokeTestFailure } from '../record/errors.js';
import type { AgentRecord } from '../record/record.js';
import { CancelledError } from '../time/cancellation.js';
import type { Clock } from '../time/clock.js';
import { Deadline } from '../time/deadline.js';
import { pollingDelay } from '../time/polling-delay.js';
import type { StepContext } from './context.js';
import { failureLogs } from './failure-logs.js';
import { poll, type PollResult } from './polling.js';
import { Progress } from './progress.js';

/** Number of lost responses to a start; each may leave a session that nobody can identify. */
const mostLostStarts = 3;
/** Milliseconds before the limit in which no attempt starts. */
const lastAttempt = 1000;
/** Milliseconds between two sessions: the first pause and the longest. */
const pauses = { first: 2000, longest: 15_000, growth: 1.5 } as const;
/** Milliseconds; a longer `Retry-After` is cut to this. */
const maxRetryAfter = 60_000;
/** Milliseconds to stop a session; long, because a running session costs money. */
const stopLimit = 120_000;
/** Milliseconds to read a session once more. */
const readLimit = 15_000;
/** Milliseconds for one request to the bot's own endpoint. */
const pathLimit = 10_000;
/** Seconds from the end of the smoke test until its room expires. */
const roomMargin = 60;

/** The result of one attempt; of the smoke test, if no other attempt follows. */
type Verdict = {
  /** Milliseconds to wait at least before another attempt; undefined if none should follow. */
  readonly retryAfter?: number;
} & (
  | { readonly outcome: 'passed' }
  | { readonly outcome: 'failed'; readonly failure: SmokeTestFailure }
  /** `because` is the end of a sentence. */
  | { readonly outcome: 'inconclusive'; readonly because: string }
);

/**
 * Starts a session on a deployment that is ready, watches it, and stops it. Warns if the result is
 * inconclusive.
 *
 * @throws StepError (`smoke-test-failed`, `smoke-test-key-refused`)
 */
export async function smokeTest(
  context: StepContext,
  record: AgentRecord,
  deploymentId: string,
): Promise<void> {
  const settings = record.plan.smokeTest;
  if (settings?.publicKey === undefined) return;
  const surface = context.sessions.publicly(settings.publicKey);
  await new SmokeTest({ context, record, deploymentId, settings, surface }).run();
}

interface SmokeTestParts {
  readonly context: StepContext;
  readonly record: AgentRecord;
  readonly deploymentId: string;
  readonly settings: SmokeTestSettings;
  readonly surface: PublicSurface;
}

class SmokeTest {
  readonly #test: SmokeTestParts;
  readonly #clock: Clock;
  readonly #deadline: Deadline;
  #lostStarts = 0;
  /** The verdict of the earlier attempts. */
  #earlier: Verdict | undefined;
  /** The last session, and its last known state. */
  #sessionId: string | undefined;
  #seen: Session | undefined;

  constructor(test: SmokeTestParts) {
    this.#test = test;
    this.#clock = test.context.journal.clock;
    this.#deadline = this.#limit(test.settings.timeout);
  }

  async run(): Promise<void> {
    try {
      await this.#report(await this.#attempts());
    } finally {
      this.#warnOfLostStarts();
    }
  }

  async #attempts(): Promise<Verdict> {
    let pause: number = pauses.first;
    for (;;) {
      const verdict = await this.#attempt();
      if (verdict.retryAfter === undefined) return verdict;
      this.#earlier = verdict;
      const retryAfter = Math.min(verdict.retryAfter, maxRetryAfter);
      // The last attempt starts shortly before the limit.
      const longest = this.#deadline.remaining() - lastAttempt;
      if (longest < Math.max(pauses.first, retryAfter)) return verdict;
      await this.#clock.sleep(Math.min(Math.max(pause, retryAfter), longest));
      pause = Math.min(pause * pauses.growth, pauses.longest);
    }
  }

  /** Starts one session, watches it, and always stops it. */
  async #attempt(): Promise<Verdict> {
    const sessionId = await this.#start();
    if (typeof sessionId !== 'string') return sessionId;
    const startedAt = this.#clock.now();
    let verdict: Verdict | undefined;
    try {
      verdict = await this.#follow(sessionId, startedAt);
    } finally {
      if (this.#seen?.hasEnded !== true) await this.#stop(sessionId);
    }
    return verdict ?? this.#readOnceMore(sessionId, startedAt);
  }

  async #start(): Promise<string | Verdict> {
    const { context, record, settings, surface } = this.#test;
    const { transport, body } = settings;
    const deadline = this.#deadline;
    const end = (this.#clock.wallTime() + deadline.remaining()) / 1000;
    const expiresAt = Math.ceil(end) + roomMargin;
    try {
      const how = { transport, body, expiresAt };
      const { sessionId, credentials } = await surface.start(record.name, how, { deadline });
      context.sessions.hide(credentials);
      this.#sessionId = sessionId;
      this.#seen = undefined;
      context.journal.log.info(`Started the session ${sessionId} of ${record.name}.`);
      return sessionId;
    } catch (error) {
      if (error instanceof InterruptedCallError) this.#lostStarts++;
      if (!(error instanceof CallError)) throw error;
      return this.#notStarted(error);
    }
  }

  #notStarted(error: CallError): Verdict {
    const isUnsent = error instanceof NotSentError;
    if (isUnsent && this.#earlier !== undefined) return again(this.#earlier);
    const refusal = error instanceof StatusError ? judgeRefusal(error) : undefined;
    if (refusal !== undefined) return refusal;
    const verdict = inconclusive(`no session could be started: ${error.reason}`);
    // If the response was lost, or is not from the platform, a session may be running.
    if (error.mayBeCarriedOut && !isUnsent) {
      this.#lostStarts++;
      this.#test.context.journal.log.info(`Could not start a session: ${error.reason}.`);
      return this.#lostStarts >= mostLostStarts ? verdict : again(verdict);
    }
    return error.isTransient || isUnsent ? again(verdict) : verdict;
  }

  /** Watches a session until there is a verdict; undefined if nothing shows that its bot has started. */
  async #follow(sessionId: string, startedAt: number): Promise<Verdict | undefined> {
    const { context, record, deploymentId, settings } = this.#test;
    const { transport, path, duration } = settings;
    const { journal } = context;
    const clock = this.#clock;
    // For WebRTC, the platform does not say when the bot starts.
    const awaitsStart = transport !== 'webrtc';
    const endpoint = new Endpoint(path);
    let upSince: number | undefined;
    const progress = new Progress(journal, `${record.name}: `);

    const checkStatus = async (): Promise<PollResult<Verdict | undefined>> => {
      const seen = await this.#read(sessionId, this.#deadline, 1);
      if (seen === undefined) return 'the platform does not show the session yet';
      const state = judgeSession(seen, deploymentId, awaitsStart && !endpoint.hasAnswered);
      if (state === 'elsewhere') {
        journal.log.info(`The session ${sessionId} is running on another deployment. Stopping it.`);
        return { done: again(inconclusive(onOtherDeployment)) };
      }
      if (state !== 'running') return { done: this.#ended(seen, state, endpoint) };
      const refused = await endpoint.ask(() => this.#ask(sessionId, endpoint.path));
      if (refused !== undefined) return { done: failed(refused) };
      const hasStarted = seen.startSeconds !== undefined || endpoint.hasAnswered;
      if (awaitsStart && !hasStarted)
        return 'the session is running, but its bot has not started yet';
      upSince ??= awaitsStart ? clock.now() : startedAt;
      const isUp = clock.now() - upSince >= duration;
      if (!isUp) return 'the bot has started; watching it';
      return endpoint.isAwaited
        ? `waiting for a response to GET /${endpoint.path}`
        : { done: passed(seen) };
    };

    const step = (elapsed: number): number => {
      const usual = pollingDelay(elapsed, () => clock.random());
      const left = upSince === undefined ? 0 : upSince + duration - clock.now();
      return left > 0 ? Math.min(usual, left) : usual;
    };

    const onTimeout = (): Verdict | undefined => {
      if (this.#seen === undefined) return inconclusive('the platform did not show the session');
      if (upSince === undefined) return undefined;
      return endpoint.isAwaited ? failed(endpoint.failure) : inconclusive(startedLate);
    };

    try {
      const deadline = this.#deadline;
      return await poll(checkStatus, { clock, deadline, progress, step, onTimeout });
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      return inconclusive(`the session could not be read: ${error.reason}`);
    }
  }

  /** The verdict on a session that ended by itself. */
  #ended(seen: Session, state: 'completed' | 'failed' | 'unclear', endpoint: Endpoint): Verdict {
    const { redact } = this.#test.context.sessions;
    const status = redact(seen.completionStatus ?? 'no status').slice(0, 64);
    const hasStarted = seen.startSeconds !== undefined || endpoint.hasAnswered;
    if (state === 'failed') return failed({ kind: 'ended', status, hasStarted });
    if (state === 'unclear') {
      return inconclusive(`the session ended with \`${status}\`, which is not a known status`);
    }
    return endpoint.isAwaited
      ? failed({ kind: 'ended-before-path', path: endpoint.path, status })
      : passed(seen);
  }

  /** Some sessions show only after their end when their bot started. */
  async #readOnceMore(sessionId: string, since: number): Promise<Verdict> {
    const ran = this.#clock.now() - since;
    try {
      await this.#read(sessionId, this.#limit(readLimit), 2);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
    }
    const seen = this.#seen;
    if (seen?.startSeconds === undefined) {
      return inconclusive('the session stayed up, but nothing shows that its bot started');
    }
    const { transport, path, duration } = this.#test.settings;
    if (path !== undefined) return failed({ kind: 'path', path, status: undefined });
    const wasUp = transport === 'webrtc' || ran - seen.startSeconds * 1000 >= duration;
    return wasUp ? passed(seen) : inconclusive(startedLate);
  }

  async #read(id: string, deadline: Deadline, attempts: number): Promise<Session | undefined> {
    const { context, record } = this.#test;
    const seen = await context.sessions.reading.session(record.name, id, { deadline, attempts });
    this.#seen = seen ?? this.#seen;
    return seen;
  }

  #ask(sessionId: string, path: string): Promise<unknown> {
    const { record, surface } = this.#test;
    const deadline = this.#limit(Math.min(pathLimit, this.#deadline.remaining()));
    return surface.ask(record.name, sessionId, path, { deadline });
  }

  async #stop(sessionId: string): Promise<void> {
    const { context, record } = this.#test;
    const { journal, sessions } = context;
    const { name, region } = record;
    try {
      await sessions.stopping.stop(name, sessionId, { deadline: this.#limit(stopLimit) });
      journal.log.info(`Stopped the session ${sessionId}.`);
    } catch (error) {
      if (!(error instanceof CallError) && !(error instanceof CancelledError)) throw error;
      const reason = error instanceof CallError ? `: ${error.reason}` : '';
      journal.warning(
        `Could not stop the session \`${sessionId}\` of \`${name}\` in \`${region}\`${reason}. It may run, and cost money, until the session limit.`,
      );
    }
  }

  async #report(verdict: Verdict): Promise<void> {
    const { context, record, deploymentId, settings } = this.#test;
    const { journal } = context;
    const { name, region } = record;
    const sessionId = this.#sessionId;
    record.smokeTest = {
      outcome: verdict.outcome,
      sessionId: sessionId ?? null,
      deploymentId: this.#seen?.deploymentId ?? null,
      startSeconds: this.#seen?.startSeconds ?? null,
      coldStart: this.#seen?.coldStart ?? null,
    };
    if (verdict.outcome === 'failed') {
      const logs =
        sessionId === undefined ? undefined : await failureLogs(context, record, { sessionId });
      throw new StepError('smoke-test-failed', {
        deploymentId,
        sessionId,
        because: verdict.failure,
        logs: logs?.lines,
        hasTransport: settings.transport !== undefined,
      });
    }
    if (verdict.outcome === 'inconclusive') {
      journal.warning(
        `The smoke test of \`${name}\` in \`${region}\` is inconclusive: ${verdict.because}. The release is done, but not tested.`,
      );
      return;
    }
    journal.log.info(
      `The smoke test of ${name} passed: the session ran on the deployment ${deploymentId}.`,
    );
  }

  #warnOfLostStarts(): void {
    if (this.#lostStarts === 0) return;
    const { context, record } = this.#test;
    const starts = this.#lostStarts === 1 ? 'a start' : `${this.#lostStarts} starts`;
    context.journal.warning(
      `The response to ${starts} of a session of \`${record.name}\` in \`${record.region}\` was lost. A session that nobody can identify may run until the session limit.`,
    );
  }

  #limit(milliseconds: number): Deadline {
    return new Deadline(this.#clock, 'smoke-test-timeout', milliseconds);
  }
}

/** The verdict on a refusal to start a session; undefined if only its status counts. */
function judgeRefusal(refusal: StatusError): Verdict | undefined {
  const { status, kind, reason, retryAfter } = refusal;
  if (kind === 'billing-required' || has(refusal, 'PCC-1004')) {
    return inconclusive(`the platform requires billing: ${reason}`);
  }
  if (kind === 'credential-refused' || kind === 'permission-denied') {
    throw new StepError('smoke-test-key-refused', { refusal }, { cause: refusal });
  }
  if (status === 429) {
    return again(inconclusive(`the agent was at capacity until the end: ${reason}`), retryAfter);
  }
  if (status === 404) {
    const verdict = inconclusive(
      `the public key cannot access the agent: ${reason}. The key may belong to another organization`,
    );
    return again(verdict, retryAfter);
  }
  if (status === 503 || has(refusal, 'PCC-1001')) {
    return again(failed({ kind: 'not-startable', refusal }), retryAfter);
  }
  return undefined;
}

/** The bot's own endpoint that must respond, if there is one. */
class Endpoint {
  readonly path: string;
  hasAnswered = false;
  readonly #isGiven: boolean;
  #status: number | undefined;

  constructor(path: string | undefined) {
    this.path = path ?? '';
    this.#isGiven = path !== undefined;
  }

  get isAwaited(): boolean {
    return this.#isGiven && !this.hasAnswered;
  }

  /** Sends a request unless one has succeeded. Returns a failure if there is no point in trying again. */
  async ask(request: () => Promise<unknown>): Promise<SmokeTestFailure | undefined> {
    if (!this.isAwaited) return undefined;
    try {
      await request();
      this.hasAnswered = true;
      return undefined;
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      const isStatus = error instanceof StatusError || error instanceof RedirectError;
      if (!isStatus) return undefined;
      this.#status = error.status;
      return passingStatuses.includes(error.status) ? undefined : this.failure;
    }
  }

  /** Why the test failed, if it has not responded by the end. */
  get failure(): SmokeTestFailure {
    return { kind: 'path', path: this.path, status: this.#status };
  }
}

/** Statuses of an endpoint while its bot starts. */
const passingStatuses: readonly number[] = [404, 502, 503];

const onOtherDeployment =
  'every session ran on another deployment: idle instances of the previous one may still take sessions';
const startedLate =
  'the session started too late to be watched for `smoke-test-duration` within `smoke-test-timeout`';

function inconclusive(because: string): Verdict {
  return { outcome: 'inconclusive', because };
}

function failed(failure: SmokeTestFailure): Verdict {
  return { outcome: 'failed', failure };
}

function passed({ deploymentId }: Session): Verdict {
  return deploymentId === undefined
    ? inconclusive('the platform does not show which deployment the session ran on')
    : { outcome: 'passed' };
}

/** A verdict that counts only if there is no time for another attempt. */
function again(verdict: Verdict, retryAfter = 0): Verdict {
  return { ...verdict, retryAfter };
}

function has(refusal: StatusError, code: string): boolean {
  return refusal.lookUpCode({ [code]: true }) === true;
}
