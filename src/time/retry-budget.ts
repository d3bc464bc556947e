import type { Clock } from './clock.js';

/** Milliseconds for which all calls that share a budget keep trying. */
const limit = 30_000;
/** The same if the name does not resolve or nothing listens, which rarely changes by itself. */
const limitIfUnreachable = 10_000;

/**
 * Retry time that several calls share. Only time in which calls fail is subtracted. For calls before
 * the first write, when failing early does no harm.
 */
export class RetryBudget {
  readonly #clock: Clock;
  #spent = 0;
  #failingSince: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Records a failed attempt that started at that time. */
  recordFailure(startedAt: number): void {
    this.#failingSince ??= startedAt;
  }

  recordSuccess(): void {
    this.#spent = this.#total();
    this.#failingSince = undefined;
  }

  /** Milliseconds left; 0 or less if the budget is spent. */
  remaining({ isUnreachable }: { readonly isUnreachable: boolean }): number {
    return (isUnreachable ? limitIfUnreachable : limit) - this.#total();
  }

  #total(): number {
    const since = this.#failingSince;
    return this.#spent + (since === undefined ? 0 : this.#clock.now() - since);
  }
}
