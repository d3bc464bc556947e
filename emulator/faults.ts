import type { LoggedRequest } from './requests.js';

/** Which requests something is about; without a method or a path, any. */
export interface RequestMatch {
  readonly method?: string | undefined;
  /** The path without the query: the whole of it, or a pattern for it. */
  readonly path?: string | RegExp | undefined;
}

/** `carryOut`: the request is carried out, and only its answer is spoilt; by default it is not. */
interface CarriedOut {
  readonly carryOut?: boolean | undefined;
}

/** What goes wrong with a request. */
export type Fault =
  | ({
      /** Another answer: an object is sent as JSON, a string as HTML. */
      readonly kind: 'status';
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>> | undefined;
    } & CarriedOut)
  /** The connection is reset, before the request is taken or after it was carried out. */
  | ({ readonly kind: 'reset' } & CarriedOut)
  /**
   * The connection is reset once so many bytes of the body of an upload have come; that of another
   * request, once it has come.
   */
  | { readonly kind: 'reset-upload'; readonly afterBytes: number }
  /** The answer ends in its middle. Carried out by default: there is an answer, after all. */
  | ({ readonly kind: 'cut-off' } & CarriedOut)
  /** The request is carried out, and its JSON answer is changed: a field has another type, say. */
  | { readonly kind: 'altered'; readonly change: (answer: unknown) => unknown }
  /** 200 with HTML. */
  | ({ readonly kind: 'not-json' } & CarriedOut)
  /** 200 with JSON that is not what is due. */
  | ({ readonly kind: 'wrong-json' } & CarriedOut)
  /** Carried out at once and answered after `delay` real milliseconds. */
  | { readonly kind: 'late'; readonly delay: number }
  /** Never answered. */
  | ({ readonly kind: 'hang' } & CarriedOut)
  /**
   * Never answered, and carried out only when the next request comes that is the same but for its
   * body, just before it: a gateway has given up, and what is behind it has not.
   */
  | { readonly kind: 'straggle' };

/** How often a fault comes, and how many matching requests go through before it. */
export interface FaultTiming {
  readonly times?: number | undefined;
  readonly skip?: number | undefined;
}

interface Scheduled {
  readonly match: RequestMatch;
  readonly fault: Fault;
  times: number;
  skip: number;
}

export function matches({ method, path }: RequestMatch, request: LoggedRequest): boolean {
  if (method !== undefined && method.toUpperCase() !== request.method) return false;
  if (path === undefined) return true;
  // `search` does not mind where a global pattern left off.
  return typeof path === 'string' ? path === request.path : request.path.search(path) >= 0;
}

/** The faults that are still to come. */
export class Faults {
  readonly #scheduled: Scheduled[] = [];

  add(match: RequestMatch, fault: Fault, { times = 1, skip = 0 }: FaultTiming = {}): void {
    this.#scheduled.push({ match, fault, times, skip });
  }

  /** From now on no fault comes. */
  clear(): void {
    this.#scheduled.length = 0;
  }

  /** The fault of this request, the one given first where there are several. */
  take(request: LoggedRequest): Fault | undefined {
    for (const scheduled of this.#scheduled) {
      if (scheduled.times <= 0 || !matches(scheduled.match, request)) continue;
      if (scheduled.skip > 0) {
        scheduled.skip -= 1;
        continue;
      }
      scheduled.times -= 1;
      return scheduled.fault;
    }
    return undefined;
  }
}

/** Requests whose senders wait no more, and that are still to be carried out. */
export class DelayedRequests {
  readonly #waiting: {
    readonly request: LoggedRequest;
    readonly carryOut: () => Promise<unknown>;
  }[] = [];

  add(request: LoggedRequest, carryOut: () => Promise<unknown>): void {
    this.#waiting.push({ request, carryOut });
  }

  /** Carries out those that a request is the same as. */
  async carryOutBefore({ method, path }: LoggedRequest): Promise<void> {
    const isDue = (one: { readonly request: LoggedRequest }): boolean =>
      one.request.method === method && one.request.path === path;
    for (let index = this.#waiting.findIndex(isDue); index >= 0;) {
      const [delayed] = this.#waiting.splice(index, 1);
      await delayed?.carryOut();
      index = this.#waiting.findIndex(isDue);
    }
  }
}

/** Things to do once, when a matching request comes. */
export class RequestTriggers {
  readonly #waiting: { readonly match: RequestMatch; readonly action: () => void }[] = [];

  add(match: RequestMatch, action: () => void): void {
    this.#waiting.push({ match, action });
  }

  /** From now on nothing is to be done. */
  clear(): void {
    this.#waiting.length = 0;
  }

  fire(request: LoggedRequest): void {
    const due = this.#waiting.filter(({ match }) => matches(match, request));
    for (const trigger of due) {
      this.#waiting.splice(this.#waiting.indexOf(trigger), 1);
      trigger.action();
    }
  }
}
