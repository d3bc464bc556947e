import { setTimeout as wait } from 'node:timers/promises';
import { conflict } from './refusal.js';
import { type Repeatable, Scripted } from './scripted.js';

/** How a write of a set goes. */
export interface WritingScript extends Repeatable {
  /** Real milliseconds for which the write is under way: another one in that time is a conflict. */
  readonly takes?: number | undefined;
  /** `conflict`: as if another writer were at the set. */
  readonly outcome?: 'stored' | 'conflict' | undefined;
}

/** Lets one writer at a time at a set. */
export class ConcurrentWrites {
  readonly writing = new Scripted<WritingScript>();
  readonly #underWay = new Set<string>();

  /** Carries out a write of the named set, or refuses it where another one is under way. */
  async run<Result>(name: string, write: () => Result): Promise<Result> {
    const script = this.writing.take(name);
    if (script?.outcome === 'conflict' || this.#underWay.has(name))
      throw conflict(`Secret set '${name}' was modified concurrently. Please retry.`);
    this.#underWay.add(name);
    try {
      if (script?.takes !== undefined) await wait(script.takes, undefined, { ref: false });
      return write();
    } finally {
      this.#underWay.delete(name);
    }
  }
}
