/** What a script can say about when it holds. */
export interface Repeatable {
  /** It holds each time, not only the next one. */
  readonly every?: boolean | undefined;
}

/** Every name: a script that holds for whichever comes next. */
export const anyName = '*';

/**
 * Scripts of things that happen to named sets and agents. Those for the next time are used up in
 * the order in which they were given, before those for every time; a name comes before `*`.
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
