/** How often a script applies. */
export interface Repeatable {
  /** Whether it applies each time, not only the next time. */
  readonly every?: boolean | undefined;
}

/** Matches every name. */
export const anyName = '*';

/**
 * Scripts for named sets and agents. Scripts for the next time are used first, in the order in which they
 * were added, and then scripts for every time. A script for a name takes precedence over one for `*`.
 */
export class Scripted<Script extends Repeatable> {
  readonly #next = new Map<string, Script[]>();
  readonly #every = new Map<string, Script>();

  add(name: string, script: Script): void {
    if (script.every === true) this.#every.set(name, script);
    else this.#next.set(name, [...(this.#next.get(name) ?? []), script]);
  }

  clear(): void {
    this.#next.clear();
    this.#every.clear();
  }

  take(name: string): Script | undefined {
    return (
      this.#next.get(name)?.shift() ??
      this.#next.get(anyName)?.shift() ??
      this.#every.get(name) ??
      this.#every.get(anyName)
    );
  }
}
