import { dockerMatcher, PatternError, type DockerMatcher } from './docker-matcher.js';
import { namesFile, type PatternLine } from './docker-patterns.js';

/** What the lines say about a path, for the path itself and for what is below it. */
export interface Verdict {
  readonly isIgnored: boolean;
  /** By line: whether it matched. A line that matched a folder matches everything in it. */
  readonly matched: readonly boolean[];
}

/** The verdict on the context's own folder. */
export const noVerdict: Verdict = { isIgnored: false, matched: [] };

interface Line extends DockerMatcher {
  readonly isException: boolean;
  /** Whether it means a file, and not everything in some folder. */
  readonly namesFile: boolean;
}

/** The lines of an ignore file. The last one that matches decides. */
export class IgnoreRules {
  readonly #lines: readonly Line[];

  /** @param rejected is told about lines that cannot be used, and why */
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
   * Judges a path as Docker does, which walks from the root. Docker skips a line that would change
   * nothing, and then does not count it as one that matches what is below, either.
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

  /** Whether a `!` line means files, and not everything in some folder. */
  get includesFiles(): boolean {
    return this.#lines.some((line) => line.isException && line.namesFile);
  }

  /** Whether a `!` line means this very file, and not everything in some folder. */
  includesFile(path: string): boolean {
    return this.#lines.some((line) => line.isException && line.namesFile && line.matches(path));
  }
}
