import type { Journal } from '../record/journal.js';
import { listOf } from '../text/list.js';

interface Remark {
  /** A remark needs nobody: it is a line of the log and the summary, and no annotation. */
  readonly level: 'warning' | 'notice' | 'remark';
  /** The sentence, for names between backticks. */
  readonly words: (names: string) => string;
  readonly names: string[];
}

/**
 * Warnings and notices about several agents: what is to be said of each alike is said once, as a run
 * shows ten of a kind at most.
 */
export class Remarks {
  readonly #remarks = new Map<string, Remark>();

  add(level: Remark['level'], name: string, words: Remark['words']): void {
    const key = `${level} ${words('')}`;
    const remark = this.#remarks.get(key) ?? { level, words, names: [] };
    remark.names.push(name);
    this.#remarks.set(key, remark);
  }

  report(journal: Journal): void {
    for (const { level, words, names } of this.#remarks.values()) {
      journal[level](words(listOf(names)));
    }
    this.#remarks.clear();
  }
}
