import type { Clock } from './clock.js';

/** Milliseconds that calls which share a budget keep trying, all of them together. */
const limit = 30_000;
/** The same if the name does not resolve or nobody listens, which seldom changes by itself. */
const limitIfUnreachable = 10_000;

/**
 * Patience that several calls share: the time in which some of them fail is taken from it, and the
 * time in which all is well is not. For calls with which nothing is at stake yet.
 */
export class RetryBudget {
  readonly #clock: Clock;
  #spent = 0;
  #failingSince: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Records that an attempt failed which was started then. */
  recordFailure(startedAt: number): void {
    this.#failingSince ??= startedAt;
  }

  recordSuccess(): void {
    this.#spent = this.#total();
    this.#failingSince = undefined;
  }

  /** Milliseconds that are left; 0 or less if there are none. */
  remaining({ isUnreachable }: { readonly isUnreachable: boolean }): number {
    return (isUnreachable ? limitIfUnreachable : limit) - this.#total();
  }

  #total(): number {
    const since = this.#failingSince;
    return this.#spent + (since === undefined ? 0 : this.#clock.now() - since);
  }
}
