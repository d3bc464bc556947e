import { setTimeout as wait } from 'node:timers/promises';
import { conflict } from './refusal.js';
import { type Repeatable, Scripted } from './scripted.js';

/** How a write of a set goes. */
export interface WritingScript extends Repeatable {
  /** Real milliseconds that the write takes. Another write during that time is a conflict. */
  readonly takes?: number | undefined;
  /** `conflict`: as if another process were writing the set. */
  readonly outcome?: 'stored' | 'conflict' | undefined;
}

/** Allows one write of a set at a time. */
export class ConcurrentWrites {
  readonly writing = new Scripted<WritingScript>();
  readonly #inProgress = new Set<string>();

  /** Carries out a write of the named set. Rejects it if another write is in progress. */
  async run<Result>(name: string, write: () => Result): Promise<Result> {
    const script = this.writing.take(name);
    if (script?.outcome === 'conflict' || this.#inProgress.has(name))
      throw conflict(`Secret set '${name}' was modified concurrently. Please retry.`);
    this.#inProgress.add(name);
    try {
      if (script?.takes !== undefined) await wait(script.takes, undefined, { ref: false });
      return write();
    } finally {
      this.#inProgress.delete(name);
    }
  }
}
