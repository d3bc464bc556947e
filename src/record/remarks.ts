import { listOf } from '../text/list.js';

/** A remark is a line of the log and the summary, not an annotation. */
type Level = 'warning' | 'notice' | 'remark';

interface Remark {
  readonly level: Level;
  /** The sentence, for names between backticks. */
  readonly words: (names: string) => string;
  readonly names: string[];
}

/** Combines equal remarks about several agents, because a run shows at most ten annotations of a kind. */
export class Remarks {
  readonly #remarks = new Map<string, Remark>();

  add(level: Level, name: string, words: Remark['words']): void {
    const key = `${level} ${words('')}`;
    const remark = this.#remarks.get(key) ?? { level, words, names: [] };
    remark.names.push(name);
    this.#remarks.set(key, remark);
  }

  report(to: Readonly<Record<Level, (text: string) => void>>): void {
    for (const { level, words, names } of this.#remarks.values()) {
      to[level](words(listOf(names)));
    }
    this.#remarks.clear();
  }
}
