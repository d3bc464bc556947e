import { CancelledError, cancellationLimits, type Cancellation } from '../time/cancellation.js';
import type { Backoff } from '../time/backoff.js';
import type { Clock } from '../time/clock.js';
import type { Deadline } from '../time/deadline.js';
import { CutOffError, type Answer } from '../http/transport.js';
import { AnswerShapeError } from './answers.js';
import type { Connection, Request } from './connection.js';
import {
  CallError,
  ConnectionError,
  InterruptedCallError,
  NoAnswerError,
  NotSentError,
  RedirectError,
  type PlatformWords,
  StatusError,
  UnreadableAnswerError,
} from './errors.js';
import { readRequestId } from '../http/request-id.js';
import { readRetryAfter } from '../http/retry-after.js';
import { classifyStatus } from '../http/status.js';
import { decideRetry, maxWait, type RetryDecision } from '../time/retry.js';
import type { RetryBudget } from '../time/retry-budget.js';
import { Traffic } from './traffic.js';

/** What the client has to say while it works. */
export interface CallLog {
  debug(message: string): void;
  info(message: string): void;
}

export interface CallOptions<Result> {
  /** The limit of the step that the call belongs to. */
  readonly deadline?: Deadline | undefined;
  /** Aborted when nobody needs the call any more: it is not sent again then. */
  readonly signal?: AbortSignal | undefined;
  /** How many times the request may be sent; 1 for a look that is repeated anyway. */
  readonly attempts?: number;
  /** Statuses that are worth another attempt for this call beyond those that always are. */
  readonly retryableStatuses?: readonly number[];
  /**
   * For a request that must not be carried out twice: asked before it is sent again or given up,
   * because a lost answer says nothing about whether it was carried out. A result stands for the
   * lost answer.
   */
  readonly findLostResult?: () => Promise<Result | undefined>;
}

/** The part of a call that differs from one API operation to the next. */
export interface Operation<Result> {
  readonly request: Request;
  /** Turns the answer's JSON into a result; throws where it has another shape. */
  readonly parse: (answer: unknown) => Result;
  /** Whether plain text, which says nothing that is needed, is as good as an empty answer. */
  readonly takesText?: true;
  /** Statuses of a refusal that are a result, not an error: an agent that does not exist. */
  readonly absent?: { readonly status: number; readonly result: Result };
  /** Whether any body will do, since only the status matters; `parse` gets undefined then. */
  readonly ignoresBody?: true;
}

export interface CallerOptions {
  readonly connection: Connection;
  /** Its sleepers wake up when the run is cancelled. */
  readonly clock: Clock;
  readonly log: CallLog;
  readonly backoff: Backoff;
  /** Milliseconds that one request may take, its answer's last byte included. */
  readonly requestLimit: number;
  /** Aborted when nobody waits for an answer any more: a call that goes on then ends, too. */
  readonly over: AbortSignal;
  /**
   * When the run is cancelled, nothing is sent any more, what is read is given up at once, and what
   * was sent to change something has a moment to be answered.
   */
  readonly cancellation: Cancellation;
  /** Milliseconds of that moment; a second by default. */
  readonly writeGrace?: number;
  /** For calls with which nothing is at stake: decides how long they keep trying, not the backoff. */
  readonly retryBudget?: RetryBudget;
  /** Takes known secrets out of a text that came from the platform. */
  readonly redact: (text: string) => string;
}

/** Milliseconds between the attempts of calls that share a budget, at most. */
const maxPauseWithBudget = 5000;
/** Milliseconds that one request of such a call may take. */
const requestLimitWithBudget = 15_000;

function isLimit(error: CallError): boolean {
  return error.kind === 'rate-limited';
}

/** What the attempts of one call have come to so far. */
class CallHistory {
  readonly request: Request;
  /** Number of the attempt that is under way. */
  attempt = 1;
  /** Whether the request may have been carried out although no answer says so. */
  isInDoubt = false;
  /** What the request itself failed with: a look for what it did may fail in its own way. */
  failure: CallError | undefined;
  #limitedSince: number | undefined;

  constructor(request: Request) {
    this.request = request;
  }

  /** Records a failed attempt, or a failed look for what an earlier attempt did. */
  add(error: CallError, now: number): FailedCall {
    const isOwn = error.isOf(this.request);
    const isSent = !(error instanceof NotSentError);
    if (isOwn && error.call.method !== 'GET' && error.mayBeCarriedOut) this.isInDoubt = true;
    // A request that was not sent again says nothing about the one that was.
    const failure = this.failure === undefined || (isOwn && isSent) ? error : this.failure;
    if (isSent) failure.attempts = this.attempt;
    failure.isInDoubt = this.isInDoubt;
    this.failure = failure;
    if (isLimit(error)) this.#limitedSince ??= now;
    return {
      latest: error,
      failure,
      // A look has a limit of its own, which is not the limit of the request.
      deciding: isOwn || isSent ? error : failure,
      limitedFor: isLimit(error) ? now - (this.#limitedSince ?? now) : undefined,
    };
  }
}

/** A call after a failed attempt. */
interface FailedCall {
  readonly latest: CallError;
  /** What the call fails with if there is no other attempt. */
  readonly failure: CallError;
  /** What decides whether there is another attempt. */
  readonly deciding: CallError;
  /** Milliseconds since the platform first said "too many requests", if it says so now. */
  readonly limitedFor: number | undefined;
}

/** Sends requests until they are answered: deadlines, retries, and errors that say what happened. */
export class Caller {
  readonly #options: CallerOptions;
  readonly #traffic: Traffic;
  /** Aborted where nobody can wait any longer for an answer to what was sent. */
  readonly #writeGrace: AbortSignal;

  constructor(options: CallerOptions, traffic = new Traffic(options.clock)) {
    this.#options = options;
    this.#writeGrace = options.cancellation.after(options.writeGrace ?? cancellationLimits.write);
    this.#traffic = traffic;
  }

  /** A caller with the same connection whose calls share a budget for retries. */
  withRetryBudget(retryBudget: RetryBudget): Caller {
    return new Caller({ ...this.#options, retryBudget }, this.#traffic);
  }

  /** @throws CallError, or CancelledError: an InterruptedCallError if the request may have been carried out */
  async call<Result>(
    operation: Operation<Result>,
    options: CallOptions<Result> = {},
  ): Promise<Result> {
    const { clock, retryBudget } = this.#options;
    const history = new CallHistory(operation.request);
    for (;;) {
      const startedAt = clock.now();
      try {
        const found = history.isInDoubt
          ? await this.#findLostResult(operation, options)
          : undefined;
        const result = found ?? (await this.#attempt(operation, options.deadline));
        retryBudget?.recordSuccess();
        return result;
      } catch (error) {
        if (error instanceof CancelledError) throw this.#cancelled(history);
        if (!(error instanceof CallError)) throw error;
        retryBudget?.recordFailure(startedAt);
        const failed = history.add(error, this.#options.clock.now());
        const { failure } = failed;
        if (this.#options.cancellation.isCancelled && isRetryable(error, options)) {
          throw this.#cancelled(history);
        }
        const decision = this.#decide(failed, history.attempt, options);
        if ('stop' in decision) {
          if (decision.stop === 'deadline') failure.outOfTime = options.deadline;
          failure.outOfTime ??= error.outOfTime;
          const found = await this.#findBeforeGivingUp(history, operation, options);
          if (found !== undefined) return found;
          throw failure;
        }
        history.attempt = decision.attempt;
        this.#announce(operation.request, error, decision, options);
        const isPaused = await this.#pause(decision.delay, options.signal);
        if (this.#options.cancellation.isCancelled) throw this.#cancelled(history);
        if (!isPaused) throw failure;
      }
    }
  }

  /** How a call ends in a cancelled run: not carried out, or it is unknown whether it was. */
  #cancelled({ request, isInDoubt, failure }: CallHistory): unknown {
    const reason: unknown = this.#options.cancellation.signal.reason;
    return isInDoubt && reason instanceof CancelledError
      ? new InterruptedCallError(request, reason, failure)
      : reason;
  }

  /** Looks for what a request did before giving up; a failure of the look is not what failed. */
  async #findBeforeGivingUp<Result>(
    { isInDoubt }: CallHistory,
    operation: Operation<Result>,
    options: CallOptions<Result>,
  ): Promise<Result | undefined> {
    // A retry that is refused may be refused because the first request was carried out.
    if (!isInDoubt) return undefined;
    try {
      return await this.#findLostResult(operation, options);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      return undefined;
    }
  }

  #decide<Result>(
    { deciding, limitedFor }: FailedCall,
    attempt: number,
    options: CallOptions<Result>,
  ): RetryDecision {
    const { clock, backoff, over, retryBudget } = this.#options;
    if (over.aborted || options.signal?.aborted === true) return { stop: 'final' };
    const retryAfter = deciding instanceof StatusError ? deciding.retryAfter : undefined;
    return decideRetry(
      {
        attempt,
        attempts: options.attempts ?? backoff.attempts,
        isTransient: isRetryable(deciding, options),
        retryAfter,
        limitedFor,
        remaining: options.deadline?.remaining() ?? Infinity,
        budget: this.#budgetFor(deciding, retryAfter),
      },
      retryBudget === undefined ? backoff : { ...backoff, ceiling: maxPauseWithBudget },
      () => clock.random(),
    );
  }

  /** Milliseconds that are left for another attempt, when it is allowed to be sent. */
  #budgetFor(error: CallError, retryAfter: number | undefined): number | undefined {
    const isUnreachable = error instanceof ConnectionError && error.isUnreachable;
    const budget = this.#options.retryBudget?.remaining({ isUnreachable });
    // How long the server asks to wait is up to the server, and how long it is spared is up to us.
    return budget && budget - (retryAfter === undefined ? this.#traffic.heldFor() : 0);
  }

  #announce<Result>(
    { method, path }: Request,
    { reason }: CallError,
    { attempt, delay }: Extract<RetryDecision, { readonly delay: number }>,
    options: CallOptions<Result>,
  ): void {
    const { backoff, retryBudget } = this.#options;
    const allowed = retryBudget === undefined ? ` of ${options.attempts ?? backoff.attempts}` : '';
    this.#options.log.info(
      `${method} ${path}: attempt ${attempt}${allowed}, in ${(delay / 1000).toFixed(1)} s, because ${reason}`,
    );
  }

  async #findLostResult<Result>(
    { request: { method, path } }: Operation<Result>,
    { findLostResult }: CallOptions<Result>,
  ): Promise<Result | undefined> {
    if (this.#options.over.aborted) return undefined;
    const found = await findLostResult?.();
    if (found !== undefined) {
      this.#options.log.info(
        `${method} ${path}: the request whose answer was lost had been carried out`,
      );
    }
    return found;
  }

  /** Waits before the next attempt; false where there is to be none any more. */
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
      // A place within the answer may be named by the answer itself.
      throw new UnreadableAnswerError(request, this.#options.redact(error.message));
    }
  }

  /** Sends a request unless everything is held back, which may be so again after the wait. */
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
      this.#traffic.answered();
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
      // Silence, too, has to leave time for another attempt.
      retryBudget === undefined ? Infinity : requestLimitWithBudget,
    );
    const abandoned = new AbortController();
    const cancelLimit = clock.after(limit, () => {
      abandoned.abort();
    });
    try {
      const cancelled = method === 'GET' ? cancellation.signal : this.#writeGrace;
      const signals = [abandoned.signal, over, cancelled];
      const answer = await connection.send(request, AbortSignal.any(signals));
      log.debug(`${method} ${path} → ${answer.status} in ${clock.now() - startedAt} ms`);
      return answer;
    } catch (error) {
      if (!over.aborted)
        log.debug(`${method} ${path} → no answer after ${clock.now() - startedAt} ms`);
      if (abandoned.signal.aborted) {
        const noAnswer = new NoAnswerError(request, limit);
        if (limit === remaining) noAnswer.outOfTime = deadline;
        throw noAnswer;
      }
      if (error instanceof CutOffError) {
        throw new UnreadableAnswerError(request, error.message, { cause: error });
      }
      throw new ConnectionError(request, error);
    } finally {
      cancelLimit();
    }
  }

  #statusError(request: Request, answer: Answer): StatusError {
    const said = readErrorBody(answer.text);
    return new StatusError(request, answer.status, {
      code: said.code === undefined ? undefined : this.#options.redact(said.code),
      platformMessage:
        said.message === undefined ? undefined : oneLine(this.#options.redact(said.message)),
      said,
      retryAfter: readRetryAfter(answer.headers, this.#options.clock.wallTime()),
    });
  }
}

function isRetryable<Result>(
  error: CallError,
  { retryableStatuses: passingStatuses = [] }: CallOptions<Result>,
): boolean {
  return (
    error.isTransient || (error instanceof StatusError && passingStatuses.includes(error.status))
  );
}

/** The platform says what it refuses in JSON. A gateway's page, or nothing, says nothing of what is behind. */
function isPlatformResponse(text: string): boolean {
  return text.trimStart().startsWith('{');
}

/** Neither JSON nor a page. */
function isPlainText(text: string): boolean {
  return !/^\s*[{["<]/.test(text);
}

/** An empty answer is undefined: what has nothing to tell may be answered so, nothing else parses it. */
function parseJson(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Without the cause: the engine's message quotes the text.
    throw new AnswerShapeError('the response is not JSON');
  }
}

function readErrorBody(text: string): PlatformWords {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return {};
  }
  if (typeof body !== 'object' || body === null) return {};
  const { error, message, code } = body as Record<string, unknown>;
  return {
    code: typeof code === 'string' || typeof code === 'number' ? String(code) : undefined,
    message: [error, message].find((said) => typeof said === 'string'),
  };
}

function originOf(location: string | undefined): string {
  if (location === undefined) return 'no address';
  try {
    return new URL(location).origin;
  } catch {
    return 'another path';
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
