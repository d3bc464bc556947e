import type { Ignore } from '@balena/dockerignore';
import {
  libraryPath,
  libraryPatterns,
  literalBeginning,
  namesFile,
  type PatternLine,
} from './docker-patterns.js';

/** What the lines say of a path, and what those below it are judged by. */
export interface Verdict {
  readonly isIgnored: boolean;
  /** By line: whether it was found to match. What matched a folder matches what is in it. */
  readonly matched: readonly boolean[];
}

/** The verdict on the context's own folder. */
export const unjudged: Verdict = { isIgnored: false, matched: [] };

type Matches = (path: string) => boolean;

interface Line {
  readonly isException: boolean;
  readonly pattern: string;
  readonly matches: Matches;
}

/** The lines of an ignore file. The last one that matches decides. */
export class IgnoreRules {
  readonly #lines: readonly Line[];
  /** Whether any line matches; to ask each of them takes its time, and most match nothing. */
  readonly #matchesAny: Matches;

  private constructor(lines: readonly Line[], matchesAny: Matches) {
    this.#lines = lines;
    this.#matchesAny = matchesAny;
  }

  /** @param refused is told of lines that cannot be used, and why */
  static async of(
    lines: readonly PatternLine[],
    refused: (line: PatternLine, reason: string) => void,
  ): Promise<IgnoreRules> {
    if (lines.length === 0) return new IgnoreRules([], () => false);
    const { default: library } = await import('@balena/dockerignore');
    const create: Create = (patterns) => library.default({ ignorecase: false }).add(patterns);
    const usable = lines.flatMap((line) => {
      const { isException, pattern } = line;
      const patterns = libraryPatterns(pattern);
      try {
        return [{ isException, pattern, patterns, matches: matching(patterns, create) }];
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        refused(line, 'what it says with brackets or braces makes no sense');
        return [];
      }
    });
    const all = usable.flatMap(({ patterns }) => patterns);
    return new IgnoreRules(usable, matching(all, create));
  }

  /**
   * Judges a path as Docker does, which walks from the root: a line is not asked where it would change
   * nothing, and then does not count as one that matches what is below, either.
   */
  judge(path: string, above: Verdict): Verdict {
    let isIgnored = false;
    const isAny = this.#matchesAny(path);
    const matched = this.#lines.map(({ isException, matches }, index) => {
      const isMatch =
        above.matched[index] === true || (isAny && isException === isIgnored && matches(path));
      if (isMatch) isIgnored = !isException;
      return isMatch;
    });
    return { isIgnored, matched };
  }

  /** Whether a `!` line could take in something of an ignored folder. */
  mayTakeIn(folder: string, { matched }: Verdict): boolean {
    const inside = `${folder}/`;
    return this.#lines.slice(matched.lastIndexOf(true) + 1).some(({ isException, pattern }) => {
      const beginning = literalBeginning(pattern);
      return isException && (inside.startsWith(beginning) || beginning.startsWith(inside));
    });
  }

  /** Whether a `!` line is about files, and not about all that is in some folder. */
  get asksForFiles(): boolean {
    return this.#lines.some(({ isException, pattern }) => isException && namesFile(pattern));
  }

  /** Whether a `!` line is about this very file, and not about all that is in some folder. */
  asksFor(path: string): boolean {
    return this.#lines.some(
      ({ isException, pattern, matches }) => isException && namesFile(pattern) && matches(path),
    );
  }
}

type Create = (patterns: string[]) => Ignore;

/** The library remembers each path that it was asked about; so it is replaced now and then. */
const mostRemembered = 2000;

/** @throws SyntaxError if no regular expression can be made of a pattern */
function matching(patterns: string[], create: Create): Matches {
  let library = create(patterns);
  library.ignores(libraryPath('a'));
  let asked = 0;
  return (path) => {
    asked += 1;
    if (asked % mostRemembered === 0) library = create(patterns);
    return library.ignores(libraryPath(path));
  };
}
