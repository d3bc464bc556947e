import type { LoggedRequest } from './requests.js';

/** Selects requests. Without a method or a path, any of them matches. */
export interface RequestMatch {
  readonly method?: string | undefined;
  /** The complete path without the query, or a pattern for it. */
  readonly path?: string | RegExp | undefined;
}

/** `carryOut`: whether the request is carried out and only its response is faulty; `false` by default. */
interface CarriedOut {
  readonly carryOut?: boolean | undefined;
}

/** What goes wrong with a request. */
export type Fault =
  | ({
      /** A different response: an object is sent as JSON, a string as HTML. */
      readonly kind: 'status';
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>> | undefined;
    } & CarriedOut)
  /** The connection is reset, before the request is read or after it was carried out. */
  | ({ readonly kind: 'reset' } & CarriedOut)
  /**
   * The connection of an upload is reset after so many bytes of its body. The connection of any other
   * request is reset after the whole request.
   */
  | { readonly kind: 'reset-upload'; readonly afterBytes: number }
  /** The response is cut off in the middle. By default, the request is carried out. */
  | ({ readonly kind: 'cut-off' } & CarriedOut)
  /** The request is carried out, and its JSON response is changed, such as the type of a field. */
  | { readonly kind: 'altered'; readonly change: (answer: unknown) => unknown }
  /** 200 with HTML. */
  | ({ readonly kind: 'not-json' } & CarriedOut)
  /** 200 with unexpected JSON. */
  | ({ readonly kind: 'wrong-json' } & CarriedOut)
  /** The request is carried out at once, and the response follows after `delay` real milliseconds. */
  | { readonly kind: 'late'; readonly delay: number }
  /** There is no response. */
  | ({ readonly kind: 'hang' } & CarriedOut)
  /**
   * There is no response. The request is carried out later, just before the next request with the same
   * method and path: a gateway gave up waiting, but the server behind it did not.
   */
  | { readonly kind: 'straggle' };

/** How often a fault occurs, and how many matching requests succeed before it. */
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
  // `search` ignores the position of a global pattern.
  return typeof path === 'string' ? path === request.path : request.path.search(path) >= 0;
}

/** The faults that have not occurred yet. */
export class Faults {
  readonly #scheduled: Scheduled[] = [];

  add(match: RequestMatch, fault: Fault, { times = 1, skip = 0 }: FaultTiming = {}): void {
    this.#scheduled.push({ match, fault, times, skip });
  }

  /** Removes all faults. */
  clear(): void {
    this.#scheduled.length = 0;
  }

  /** The fault for this request. If there are several, the one that was added first. */
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

/** Requests whose senders stopped waiting, but that are carried out later. */
export class DelayedRequests {
  readonly #waiting: {
    readonly request: LoggedRequest;
    readonly carryOut: () => Promise<unknown>;
  }[] = [];

  add(request: LoggedRequest, carryOut: () => Promise<unknown>): void {
    this.#waiting.push({ request, carryOut });
  }

  /** Carries out the delayed requests with the same method and path. */
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

/** Actions to run once, when a matching request arrives. */
export class RequestTriggers {
  readonly #waiting: { readonly match: RequestMatch; readonly action: () => void }[] = [];

  add(match: RequestMatch, action: () => void): void {
    this.#waiting.push({ match, action });
  }

  /** Removes all actions. */
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
