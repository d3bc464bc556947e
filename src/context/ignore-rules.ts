import { dockerMatcher, PatternError, type DockerMatcher } from './docker-matcher.js';
import { namesFile, type PatternLine } from './docker-patterns.js';

/** What the lines say about a path and everything below it. */
export interface Verdict {
  readonly isIgnored: boolean;
  /** Whether each line matched. A line that matches a folder matches everything in it. */
  readonly matched: readonly boolean[];
}

/** The verdict on the folder of the context. */
export const noVerdict: Verdict = { isIgnored: false, matched: [] };

interface Line extends DockerMatcher {
  readonly isException: boolean;
  /** Whether it names a file, and not everything in some folder. */
  readonly namesFile: boolean;
}

/** The lines of an ignore file. The last one that matches decides. */
export class IgnoreRules {
  readonly #lines: readonly Line[];

  /** @param rejected called for each invalid line, with the reason */
  constructor(
    lines: readonly PatternLine[],
    rejected: (line: PatternLine, reason: string) => void,
  ) {
    this.#lines = lines.flatMap((line) => {
      const { isException, pattern } = line;
      try {
        return [{ ...dockerMatcher(pattern), isException, namesFile: namesFile(pattern) }];
      } catch (error) {
        if (!(error instanceof PatternError)) throw error;
        rejected(line, error.message);
        return [];
      }
    });
  }

  /**
   * Judges a path as Docker does while it walks from the root. Docker does not evaluate a line that
   * would change nothing, so that line does not count as a match for paths below, either.
   */
  judge(path: string, above: Verdict): Verdict {
    let isIgnored = false;
    const matched = this.#lines.map(({ isException, matches }, index) => {
      const isMatch = above.matched[index] === true || (isException === isIgnored && matches(path));
      if (isMatch) isIgnored = !isException;
      return isMatch;
    });
    return { isIgnored, matched };
  }

  /** Whether a `!` line could include something in an ignored folder. */
  mayInclude(folder: string, { matched }: Verdict): boolean {
    const inside = `${folder}/`;
    return this.#lines
      .slice(matched.lastIndexOf(true) + 1)
      .some(
        ({ isException, literalBeginning }) =>
          isException &&
          (inside.startsWith(literalBeginning) || literalBeginning.startsWith(inside)),
      );
  }

  /** Whether a `!` line names files, and not everything in some folder. */
  get includesFiles(): boolean {
    return this.#lines.some((line) => line.isException && line.namesFile);
  }

  /** Whether a `!` line names this file, and not everything in some folder. */
  includesFile(path: string): boolean {
    return this.#lines.some((line) => line.isException && line.namesFile && line.matches(path));
  }
}
