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
import type { AgentRecord, SmokeTestRecord } from '../record/record.js';
import { CancelledError } from '../time/cancellation.js';
import type { Clock } from '../time/clock.js';
import { Deadline } from '../time/deadline.js';
import { pollingDelay } from '../time/polling-delay.js';
import type { SessionAccess, StepContext } from './context.js';
import { failureLogs } from './failure-logs.js';
import { poll, WaitTimeoutError, type PollResult } from './polling.js';
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

/** The result of a smoke test. */
type Verdict =
  | { readonly outcome: 'passed' }
  | { readonly outcome: 'failed'; readonly failure: SmokeTestFailure }
  /** `because` is the end of a sentence. */
  | { readonly outcome: 'inconclusive'; readonly because: string };

/** The result of one attempt: the verdict, or a reason to try again. */
type Attempt =
  | { readonly done: Verdict }
  /** `again` is the verdict if there is no time for another attempt. */
  | { readonly again: Verdict; readonly retryAfter?: number };

/** The result of watching a session; it may also have run without a sign of its bot. */
type Followed = Attempt | { readonly silentSince: number };

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
  readonly #context: StepContext;
  readonly #sessions: SessionAccess;
  readonly #clock: Clock;
  readonly #record: AgentRecord;
  readonly #deploymentId: string;
  readonly #settings: SmokeTestSettings;
  readonly #surface: PublicSurface;
  readonly #deadline: Deadline;
  #lostStarts = 0;
  /** The verdict of the earlier attempts. */
  #earlier: Verdict | undefined;
  /** The last session, and its last known state. */
  #sessionId: string | undefined;
  #seen: Session | undefined;

  constructor({ context, record, deploymentId, settings, surface }: SmokeTestParts) {
    this.#context = context;
    this.#sessions = context.sessions;
    this.#clock = context.journal.clock;
    this.#record = record;
    this.#deploymentId = deploymentId;
    this.#settings = settings;
    this.#surface = surface;
    this.#deadline = new Deadline(this.#clock, 'smoke-test-timeout', settings.timeout);
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
      const attempt = await this.#attempt();
      if ('done' in attempt) return attempt.done;
      this.#earlier = attempt.again;
      const retryAfter = Math.min(attempt.retryAfter ?? 0, maxRetryAfter);
      // The last attempt starts shortly before the limit.
      const longest = this.#deadline.remaining() - lastAttempt;
      if (longest < Math.max(pauses.first, retryAfter)) return attempt.again;
      await this.#clock.sleep(Math.min(Math.max(pause, retryAfter), longest));
      pause = Math.min(pause * pauses.growth, pauses.longest);
    }
  }

  /** Starts one session, watches it, and always stops it. */
  async #attempt(): Promise<Attempt> {
    const sessionId = await this.#start();
    if (typeof sessionId !== 'string') return sessionId;
    let followed: Followed;
    try {
      followed = await this.#follow(sessionId);
    } finally {
      if (this.#seen?.hasEnded !== true) await this.#stop(sessionId);
    }
    if (!('silentSince' in followed)) return followed;
    return { done: await this.#readOnceMore(sessionId, followed.silentSince) };
  }

  async #start(): Promise<string | Attempt> {
    const { name } = this.#record;
    const { transport, body } = this.#settings;
    const deadline = this.#deadline;
    const end = (this.#clock.wallTime() + deadline.remaining()) / 1000;
    const expiresAt = Math.ceil(end) + roomMargin;
    try {
      const how = { transport, body, expiresAt };
      const { sessionId, credentials } = await this.#surface.start(name, how, { deadline });
      this.#sessions.hide(credentials);
      this.#sessionId = sessionId;
      this.#seen = undefined;
      this.#context.journal.log.info(`Started the session ${sessionId} of ${name}.`);
      return sessionId;
    } catch (error) {
      if (error instanceof InterruptedCallError) this.#lostStarts++;
      if (!(error instanceof CallError)) throw error;
      return this.#notStarted(error);
    }
  }

  #notStarted(error: CallError): Attempt {
    if (error instanceof NotSentError && this.#earlier !== undefined) {
      return { again: this.#earlier };
    }
    if (error instanceof StatusError) {
      const judged = this.#judgeRefusal(error);
      if (judged !== undefined) return judged;
    }
    const verdict = inconclusive(`no session could be started: ${error.reason}`);
    // If the response was lost, or is not from the platform, a session may be running.
    if (error.mayBeCarriedOut && !(error instanceof NotSentError)) {
      this.#lostStarts++;
      this.#context.journal.log.info(`Could not start a session: ${error.reason}.`);
      if (this.#lostStarts >= mostLostStarts) return { done: verdict };
      return { again: verdict };
    }
    return error.isTransient || error instanceof NotSentError
      ? { again: verdict }
      : { done: verdict };
  }

  #judgeRefusal(refusal: StatusError): Attempt | undefined {
    const { status, kind, retryAfter } = refusal;
    if (kind === 'billing-required' || has(refusal, 'PCC-1004')) {
      return { done: inconclusive(`the platform requires billing: ${refusal.reason}`) };
    }
    if (kind === 'credential-refused' || kind === 'permission-denied') {
      throw new StepError('smoke-test-key-refused', { refusal }, { cause: refusal });
    }
    const again = (verdict: Verdict): Attempt => ({
      again: verdict,
      ...(retryAfter === undefined ? {} : { retryAfter }),
    });
    if (status === 429) {
      return again(inconclusive(`the agent was at capacity until the end: ${refusal.reason}`));
    }
    if (status === 404) {
      return again(
        inconclusive(
          `the public key cannot access the agent: ${refusal.reason}. The key may belong to another organization`,
        ),
      );
    }
    if (status === 503 || has(refusal, 'PCC-1001')) {
      return again(failed({ kind: 'not-startable', refusal }));
    }
    return undefined;
  }

  /** Watches a session until there is a result. */
  async #follow(sessionId: string): Promise<Followed> {
    const { name } = this.#record;
    const { transport, path, duration } = this.#settings;
    const { journal } = this.#context;
    const clock = this.#clock;
    const startedAt = clock.now();
    // For WebRTC, the platform does not say when the bot starts.
    const awaitsStart = transport !== 'webrtc';
    const endpoint = new Endpoint(path);
    let upSince: number | undefined;
    const progress = new Progress(journal, `${name}: `);

    const checkStatus = async (): Promise<PollResult<Followed>> => {
      const seen = await this.#read(sessionId, this.#deadline, 1);
      if (seen === undefined) {
        progress.update('the platform does not show the session yet');
        return undefined;
      }
      const state = judgeSession(seen, this.#deploymentId, awaitsStart && !endpoint.hasAnswered);
      if (state.state === 'elsewhere') {
        journal.log.info(`The session ${sessionId} is running on another deployment. Stopping it.`);
        return { done: { again: inconclusive(onOtherDeployment) } };
      }
      if (state.state !== 'running') return { done: { done: this.#ended(seen, endpoint) } };
      const refused = await endpoint.ask(() => this.#ask(sessionId, endpoint.path));
      if (refused !== undefined) return { done: { done: failed(refused) } };
      const hasStarted = state.hasStarted || endpoint.hasAnswered || !awaitsStart;
      if (!hasStarted) {
        progress.update('the session is running, but its bot has not started yet');
        return undefined;
      }
      upSince ??= awaitsStart ? clock.now() : startedAt;
      const isUp = clock.now() - upSince >= duration;
      if (isUp && !endpoint.isAwaited) return { done: { done: this.#passed(seen) } };
      progress.update(
        isUp
          ? `waiting for a response to GET /${endpoint.path}`
          : 'the bot has started; watching it',
      );
      return undefined;
    };

    const step = (elapsed: number): number => {
      const usual = pollingDelay(elapsed, () => clock.random());
      const left = upSince === undefined ? 0 : upSince + duration - clock.now();
      return left > 0 ? Math.min(usual, left) : usual;
    };

    try {
      return await poll(checkStatus, { clock, deadline: this.#deadline, progress, step });
    } catch (error) {
      if (error instanceof CallError) {
        return { done: inconclusive(`the session could not be read: ${error.reason}`) };
      }
      if (!(error instanceof WaitTimeoutError)) throw error;
      if (this.#seen === undefined) {
        return { done: inconclusive('the platform did not show the session') };
      }
      if (upSince === undefined) return { silentSince: startedAt };
      return { done: endpoint.verdict() ?? inconclusive(startedLate) };
    }
  }

  #passed({ deploymentId }: Session): Verdict {
    return deploymentId === undefined
      ? inconclusive('the platform does not show which deployment the session ran on')
      : { outcome: 'passed' };
  }

  /** The verdict on a session that ended by itself. */
  #ended(seen: Session, endpoint: Endpoint): Verdict {
    const awaitsStart = this.#settings.transport !== 'webrtc';
    const state = judgeSession(seen, this.#deploymentId, awaitsStart && !endpoint.hasAnswered);
    const status = this.#shown(seen.completionStatus ?? 'no status');
    const hasStarted = seen.startSeconds !== undefined || endpoint.hasAnswered;
    if (state.state === 'failed') return failed({ kind: 'ended', status, hasStarted });
    if (state.state === 'unclear') {
      return inconclusive(`the session ended with \`${status}\`, which is not a known status`);
    }
    if (endpoint.isAwaited) {
      return failed({ kind: 'ended-before-path', path: endpoint.path, status });
    }
    return this.#passed(seen);
  }

  /** Some sessions show only after their end when their bot started. */
  async #readOnceMore(sessionId: string, since: number): Promise<Verdict> {
    const ran = this.#clock.now() - since;
    try {
      await this.#read(sessionId, this.#limit(readLimit), 2);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
    }
    const { startSeconds } = this.#seen ?? {};
    if (startSeconds === undefined) {
      return inconclusive('the session stayed up, but nothing shows that its bot started');
    }
    const { transport, path, duration } = this.#settings;
    if (path !== undefined) return new Endpoint(path).verdict() ?? inconclusive(startedLate);
    const wasUp = transport === 'webrtc' || ran - startSeconds * 1000 >= duration;
    return wasUp && this.#seen !== undefined ? this.#passed(this.#seen) : inconclusive(startedLate);
  }

  async #read(id: string, deadline: Deadline, attempts: number): Promise<Session | undefined> {
    const { name } = this.#record;
    const seen = await this.#sessions.reading.session(name, id, { deadline, attempts });
    this.#seen = seen ?? this.#seen;
    return seen;
  }

  #ask(sessionId: string, path: string): Promise<unknown> {
    const deadline = this.#limit(Math.min(pathLimit, this.#deadline.remaining()));
    return this.#surface.ask(this.#record.name, sessionId, path, { deadline });
  }

  async #stop(sessionId: string): Promise<void> {
    const { name, region } = this.#record;
    const { journal } = this.#context;
    try {
      const deadline = this.#limit(stopLimit);
      await this.#sessions.stopping.stop(name, sessionId, { deadline });
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
    const { journal } = this.#context;
    const { name, region } = this.#record;
    this.#record.smokeTest = this.#recordOf(verdict);
    if (verdict.outcome === 'failed') {
      const sessionId = this.#sessionId;
      throw new StepError('smoke-test-failed', {
        deploymentId: this.#deploymentId,
        sessionId,
        because: verdict.failure,
        logs: await this.#logsOf(sessionId),
        hasTransport: this.#settings.transport !== undefined,
      });
    }
    if (verdict.outcome === 'inconclusive') {
      journal.warning(
        `The smoke test of \`${name}\` in \`${region}\` is inconclusive: ${verdict.because}. The release is done, but not tested.`,
      );
      return;
    }
    journal.log.info(
      `The smoke test of ${name} passed: the session ran on the deployment ${this.#deploymentId}.`,
    );
  }

  async #logsOf(sessionId: string | undefined): Promise<readonly string[] | undefined> {
    if (sessionId === undefined) return undefined;
    return (await failureLogs(this.#context, this.#record, { sessionId }))?.lines;
  }

  #recordOf({ outcome }: Verdict): SmokeTestRecord {
    const { deploymentId, startSeconds, coldStart } = this.#seen ?? {};
    return {
      outcome,
      sessionId: this.#sessionId ?? null,
      deploymentId: deploymentId ?? null,
      startSeconds: startSeconds ?? null,
      coldStart: coldStart ?? null,
    };
  }

  #warnOfLostStarts(): void {
    if (this.#lostStarts === 0) return;
    const { name, region } = this.#record;
    const starts = this.#lostStarts === 1 ? 'a start' : `${this.#lostStarts} starts`;
    this.#context.journal.warning(
      `The response to ${starts} of a session of \`${name}\` in \`${region}\` was lost. A session that nobody can identify may run until the session limit.`,
    );
  }

  #limit(milliseconds: number): Deadline {
    return new Deadline(this.#clock, 'smoke-test-timeout', milliseconds);
  }

  #shown(word: string): string {
    return this.#sessions.redact(word).slice(0, 64);
  }
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
      return passingStatuses.includes(error.status) ? undefined : this.#failure();
    }
  }

  /** The verdict if it has not responded by the end. */
  verdict(): Verdict | undefined {
    return this.isAwaited ? failed(this.#failure()) : undefined;
  }

  #failure(): SmokeTestFailure {
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

function has(refusal: StatusError, code: string): boolean {
  return refusal.lookUpCode({ [code]: true }) === true;
}
