import type { Journal } from './journal.js';
import { listOf } from '../text/list.js';

interface Remark {
  /** A remark is a line of the log and the summary, not an annotation. */
  readonly level: 'warning' | 'notice' | 'remark';
  /** The sentence, for names between backticks. */
  readonly words: (names: string) => string;
  readonly names: string[];
}

/** Combines equal remarks about several agents, because a run shows at most ten annotations of a kind. */
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
