import { CancelledError, cancellationLimits, type Cancellation } from '../time/cancellation.js';
import { defaultBackoff } from '../time/backoff.js';
import type { Clock } from '../time/clock.js';
import type { Deadline } from '../time/deadline.js';
import { CutOffError, type Answer } from '../http/transport.js';
import { AnswerShapeError, readErrorBody } from './answers.js';
import type { Connection, Request } from './connection.js';
import {
  CallError,
  ConnectionError,
  InterruptedCallError,
  NoAnswerError,
  NotSentError,
  RedirectError,
  StatusError,
  UnreadableAnswerError,
} from './errors.js';
import { readRequestId } from '../http/request-id.js';
import { readRetryAfter } from '../http/retry-after.js';
import { classifyStatus } from '../http/status.js';
import { decideRetry, maxWait, type RetryDecision } from '../time/retry.js';
import type { RetryBudget } from '../time/retry-budget.js';
import { TimeLimit } from '../time/time-limit.js';
import { Traffic } from './traffic.js';

/** Where the client logs. */
interface CallLog {
  debug(message: string): void;
  info(message: string): void;
}

export interface CallOptions<Result> {
  /** The limit of the step that the call belongs to. */
  readonly deadline?: Deadline | undefined;
  /** Aborted when nothing needs the call anymore; then it is not retried. */
  readonly signal?: AbortSignal | undefined;
  /** How many times to send the request at most; 1 for a status check, which is repeated anyway. */
  readonly attempts?: number;
  /** Statuses that this call also retries. */
  readonly retryableStatuses?: readonly number[];
  /**
   * For a request that must not be carried out twice: finds out whether the platform carried it out
   * although its response was lost. Called before each retry and before giving up.
   */
  readonly findLostResult?: () => Promise<Result | undefined>;
}

/** The part of a call that differs from one API operation to the next. */
export interface Operation<Result> {
  readonly request: Request;
  /** Turns the JSON of the response into a result; throws if its shape is unexpected. */
  readonly parse: (answer: unknown) => Result;
  /** Whether plain text counts as an empty response. */
  readonly takesText?: true;
  /** An error status that is a result, such as 404 for an agent that does not exist. */
  readonly absent?: { readonly status: number; readonly result: Result };
  /** Whether only the status matters; `parse` gets undefined then. */
  readonly ignoresBody?: true;
}

export interface CallerOptions {
  readonly connection: Connection;
  /** Its sleeps end when the run is cancelled. */
  readonly clock: Clock;
  readonly log: CallLog;
  /** Milliseconds that one request may take, up to the last byte of its response. */
  readonly requestLimit: number;
  /** Aborted when the run has ended; ends calls that are still running. */
  readonly over: AbortSignal;
  /** Ends reads at once. A write that was sent gets `writeGrace`. Nothing else is sent. */
  readonly cancellation: Cancellation;
  /** Milliseconds that a write may take after a cancellation; a second by default. */
  readonly writeGrace?: number;
  /** For calls before the first write: decides how long they keep trying, instead of the backoff. */
  readonly retryBudget?: RetryBudget;
  /** Removes known secrets from a text. */
  readonly redact: (text: string) => string;
}

/** The longest wait in milliseconds between attempts of calls that share a budget. */
const maxPauseWithBudget = 5000;
/** Milliseconds that one request of such a call may take. */
const requestLimitWithBudget = 15_000;

/** The attempts of one call so far. */
class CallHistory {
  readonly request: Request;
  /** Number of the current attempt. */
  attempt = 1;
  /** Whether the platform may have carried out the request although no response says so. */
  isInDoubt = false;
  /** The error of the request itself, not that of a search for its lost result. */
  failure: CallError | undefined;
  #limitedSince: number | undefined;

  constructor(request: Request) {
    this.request = request;
  }

  /** Records a failed attempt, or a failed search for a lost result. */
  add(error: CallError, now: number) {
    const isOwn = error.isOf(this.request);
    const isSent = !(error instanceof NotSentError);
    const isRateLimited = error.kind === 'rate-limited';
    if (isOwn && error.call.method !== 'GET' && error.mayBeCarriedOut) this.isInDoubt = true;
    // An attempt that was not sent says nothing about the one that was.
    const failure = this.failure === undefined || (isOwn && isSent) ? error : this.failure;
    if (isSent) failure.attempts = this.attempt;
    failure.isInDoubt = this.isInDoubt;
    this.failure = failure;
    if (isRateLimited) this.#limitedSince ??= now;
    return {
      /** What the call fails with if there is no other attempt. */
      failure,
      /** What decides whether there is another attempt: a search has a time limit of its own. */
      deciding: isOwn || isSent ? error : failure,
      /** Milliseconds since the first 429 response, if this one is 429. */
      limitedFor: isRateLimited ? now - (this.#limitedSince ?? now) : undefined,
    };
  }
}

/** Sends requests, with deadlines and retries, and throws errors that say what happened. */
export class Caller {
  readonly #options: CallerOptions;
  readonly #traffic: Traffic;
  /** Aborted when a cancelled run can no longer wait for the response to a write. */
  readonly #writeGrace: AbortSignal;

  constructor(options: CallerOptions, traffic = new Traffic(options.clock)) {
    this.#options = options;
    this.#writeGrace = options.cancellation.after(options.writeGrace ?? cancellationLimits.write);
    this.#traffic = traffic;
  }

  /** A caller on the same connection, whose calls share a budget for retries. */
  withRetryBudget(retryBudget: RetryBudget): Caller {
    return new Caller({ ...this.#options, retryBudget }, this.#traffic);
  }

  /** Reads a resource. */
  read<Result>(
    path: string,
    parse: Operation<Result>['parse'],
    options: CallOptions<Result> = {},
  ): Promise<Result> {
    return this.call({ request: { method: 'GET', path }, parse }, options);
  }

  /** Reads a resource; undefined if it does not exist. */
  find<Result>(
    path: string,
    parse: Operation<Result>['parse'],
    options: CallOptions<Result | undefined> = {},
  ): Promise<Result | undefined> {
    const absent = { status: 404, result: undefined };
    return this.call({ request: { method: 'GET', path }, parse, absent }, options);
  }

  /**
   * @throws CallError
   * @throws CancelledError; an InterruptedCallError if the platform may have carried out the request
   */
  async call<Result>(
    operation: Operation<Result>,
    options: CallOptions<Result> = {},
  ): Promise<Result> {
    const { clock, retryBudget } = this.#options;
    const history = new CallHistory(operation.request);
    for (;;) {
      const startedAt = clock.now();
      try {
        const found = await this.#findLostResult(history, options);
        const result = found ?? (await this.#attempt(operation, options.deadline));
        retryBudget?.recordSuccess();
        return result;
      } catch (error) {
        if (error instanceof CancelledError) throw this.#cancelled(history);
        if (!(error instanceof CallError)) throw error;
        retryBudget?.recordFailure(startedAt);
        const found = await this.#prepareRetry(history, error, options);
        if (found !== undefined) return found;
      }
    }
  }

  /**
   * Waits until the next attempt is due.
   *
   * @returns the lost result, if it was found and there is no other attempt
   * @throws what the call fails with, if there is no other attempt
   */
  async #prepareRetry<Result>(
    history: CallHistory,
    error: CallError,
    options: CallOptions<Result>,
  ): Promise<Result | undefined> {
    const { cancellation, clock } = this.#options;
    const failed = history.add(error, clock.now());
    const { failure } = failed;
    if (cancellation.isCancelled && isRetryable(error, options)) throw this.#cancelled(history);
    const decision = this.#decide(failed, history.attempt, options);
    if ('stop' in decision) {
      if (decision.stop === 'deadline') failure.outOfTime = options.deadline;
      failure.outOfTime ??= error.outOfTime;
      const found = await this.#findBeforeGivingUp(history, options);
      if (found === undefined) throw failure;
      return found;
    }
    history.attempt = decision.attempt;
    this.#announce(history.request, error, decision, options);
    const isPaused = await this.#pause(decision.delay, options.signal);
    if (cancellation.isCancelled) throw this.#cancelled(history);
    if (!isPaused) throw failure;
    return undefined;
  }

  /** The error of a call in a cancelled run: it was not carried out, or nobody knows. */
  #cancelled({ request, isInDoubt, failure }: CallHistory): unknown {
    const reason: unknown = this.#options.cancellation.signal.reason;
    return isInDoubt && reason instanceof CancelledError
      ? new InterruptedCallError(request, reason, failure)
      : reason;
  }

  /**
   * Searches for a lost result one last time: the platform may have refused a retry because it carried
   * out the first request. If the search fails, the call fails with its own error.
   */
  async #findBeforeGivingUp<Result>(
    history: CallHistory,
    options: CallOptions<Result>,
  ): Promise<Result | undefined> {
    try {
      return await this.#findLostResult(history, options);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      return undefined;
    }
  }

  #decide<Result>(
    { deciding, limitedFor }: ReturnType<CallHistory['add']>,
    attempt: number,
    options: CallOptions<Result>,
  ): RetryDecision {
    const { clock, over, retryBudget } = this.#options;
    if (over.aborted || options.signal?.aborted === true) return { stop: 'final' };
    const { retryAfter } = deciding;
    return decideRetry(
      {
        attempt,
        attempts: options.attempts ?? defaultBackoff.attempts,
        isTransient: isRetryable(deciding, options),
        retryAfter,
        limitedFor,
        remaining: options.deadline?.remaining(),
        budget: this.#budgetFor(deciding),
      },
      retryBudget === undefined
        ? defaultBackoff
        : { ...defaultBackoff, ceiling: maxPauseWithBudget },
      () => clock.random(),
    );
  }

  /** Milliseconds left for another attempt. */
  #budgetFor(error: CallError): number | undefined {
    const isUnreachable = error instanceof ConnectionError && error.isUnreachable;
    const budget = this.#options.retryBudget?.remaining({ isUnreachable });
    // A wait that the server asked for does not count; one that the action chose does.
    return budget && budget - (error.retryAfter === undefined ? this.#traffic.heldFor() : 0);
  }

  #announce<Result>(
    { method, path }: Request,
    { reason }: CallError,
    { attempt, delay }: Extract<RetryDecision, { readonly delay: number }>,
    options: CallOptions<Result>,
  ): void {
    const { log, retryBudget } = this.#options;
    const attempts = options.attempts ?? defaultBackoff.attempts;
    const allowed = retryBudget === undefined ? ` of ${attempts}` : '';
    log.info(
      `${method} ${path} failed: ${reason}. Retrying in ${(delay / 1000).toFixed(1)} s (attempt ${attempt}${allowed}).`,
    );
  }

  async #findLostResult<Result>(
    { isInDoubt, request: { method, path } }: CallHistory,
    { findLostResult }: CallOptions<Result>,
  ): Promise<Result | undefined> {
    if (!isInDoubt || this.#options.over.aborted) return undefined;
    const found = await findLostResult?.();
    if (found !== undefined) {
      this.#options.log.info(
        `${method} ${path}: the platform carried out the request whose response was lost.`,
      );
    }
    return found;
  }

  /** Waits before the next attempt; returns false if the call is not needed anymore. */
  async #pause(delay: number, signal: AbortSignal | undefined): Promise<boolean> {
    const { clock, over } = this.#options;
    try {
      await clock.sleep(delay, signal === undefined ? over : AbortSignal.any([over, signal]));
      return true;
    } catch {
      return false;
    }
  }

  async #attempt<Result>(
    operation: Operation<Result>,
    deadline: Deadline | undefined,
  ): Promise<Result> {
    const { request, absent } = operation;
    const answer = await this.#traffic.pass(() => this.#sendInTurn(request, deadline));
    if (answer.status === absent?.status && isPlatformResponse(answer.text)) {
      return absent.result;
    }
    try {
      return this.#read(operation, answer);
    } catch (error) {
      if (error instanceof CallError) {
        error.requestId = readRequestId(answer.headers, this.#options.redact);
      }
      throw error;
    }
  }

  #read<Result>(operation: Operation<Result>, answer: Answer): Result {
    const { request, parse, takesText, ignoresBody } = operation;
    const status = classifyStatus(answer.status);
    if (status === 'redirect') {
      const target = this.#options.redact(originOf(answer.headers.location));
      throw new RedirectError(request, answer.status, target);
    }
    if (status !== 'success') throw this.#statusError(request, answer);
    try {
      const isEmpty = ignoresBody === true || (takesText === true && isPlainText(answer.text));
      return parse(isEmpty ? undefined : parseJson(answer.text));
    } catch (error) {
      if (!(error instanceof AnswerShapeError)) throw error;
      // The message may contain keys of the response.
      throw new UnreadableAnswerError(request, this.#options.redact(error.message));
    }
  }

  /** Sends a request when nothing is held back; another hold may follow the first. */
  async #sendInTurn(request: Request, deadline: Deadline | undefined): Promise<Answer> {
    const { clock, over, log } = this.#options;
    for (let held = this.#traffic.heldFor(); held > 0; held = this.#traffic.heldFor()) {
      if (deadline !== undefined && deadline.remaining() <= held) {
        throw new NotSentError(request, deadline);
      }
      log.debug(`${request.method} ${request.path} held back for ${held} ms`);
      await clock.sleep(held, over);
    }
    const answer = await this.#send(request, deadline);
    if (classifyStatus(answer.status) === 'rate-limited') {
      const asked = readRetryAfter(answer.headers, clock.wallTime());
      if ((asked ?? 0) <= maxWait) this.#traffic.hold(asked);
    } else {
      this.#traffic.recordAnswer();
    }
    return answer;
  }

  async #send(request: Request, deadline: Deadline | undefined): Promise<Answer> {
    const { clock, log, connection, requestLimit, retryBudget, over, cancellation } = this.#options;
    const { method, path } = request;
    cancellation.signal.throwIfAborted();
    if (deadline?.hasPassed() === true) throw new NotSentError(request, deadline);
    const startedAt = clock.now();
    const remaining = deadline?.remaining() ?? Infinity;
    const limit = Math.min(
      requestLimit,
      remaining,
      // If no response comes, there must be time for another attempt.
      retryBudget === undefined ? Infinity : requestLimitWithBudget,
    );
    const timeLimit = new TimeLimit(clock, limit);
    try {
      const cancelled = method === 'GET' ? cancellation.signal : this.#writeGrace;
      const signals = [timeLimit.signal, over, cancelled];
      const answer = await connection.send(request, AbortSignal.any(signals));
      log.debug(`${method} ${path} → ${answer.status} in ${clock.now() - startedAt} ms`);
      return answer;
    } catch (error) {
      if (!over.aborted)
        log.debug(`${method} ${path} → no answer after ${clock.now() - startedAt} ms`);
      if (timeLimit.signal.aborted) {
        const noAnswer = new NoAnswerError(request, limit);
        if (limit === remaining) noAnswer.outOfTime = deadline;
        throw noAnswer;
      }
      if (error instanceof CutOffError) {
        throw new UnreadableAnswerError(request, error.message, { cause: error });
      }
      throw new ConnectionError(request, error);
    } finally {
      timeLimit.end();
    }
  }

  #statusError(request: Request, answer: Answer): StatusError {
    const said = readErrorBody(answer.text);
    return new StatusError(request, answer.status, {
      code: said.code && this.#options.redact(said.code),
      message: said.message && oneLine(this.#options.redact(said.message)),
      said,
      retryAfter: readRetryAfter(answer.headers, this.#options.clock.wallTime()),
    });
  }
}

function isRetryable<Result>(
  error: CallError,
  { retryableStatuses = [] }: CallOptions<Result>,
): boolean {
  return error.isTransient || retryableStatuses.some((status) => status === error.status);
}

/** Whether the platform answered, and not a gateway in front of it: the platform answers with JSON. */
function isPlatformResponse(text: string): boolean {
  return text.trimStart().startsWith('{');
}

/** Whether a text is neither JSON nor HTML. */
function isPlainText(text: string): boolean {
  return !/^\s*[{["<]/.test(text);
}

/** Returns undefined for an empty response. */
function parseJson(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Without the cause, because its message quotes the text.
    throw new AnswerShapeError('the response is not JSON');
  }
}

function originOf(location: string | undefined): string {
  if (location === undefined) return 'no address';
  return URL.canParse(location) ? new URL(location).origin : 'another path';
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
