import { isGitSettings, isLeftOutByDefault, isSecretName } from './default-exclusions.js';
import { noVerdict, type IgnoreRules, type Verdict } from './ignore-rules.js';

/** Where a path stands, and what those below it are judged by. */
export interface PathVerdict {
  /** `secret`: it would be in, had it not the name of a secret. */
  readonly place: 'in' | 'out' | 'secret';
  /** Whether something in it, if it is a folder, may be in. */
  readonly mayHoldEntries: boolean;
  /** Whether something in it may have to be told of as left out. */
  readonly mayHoldSecrets: boolean;
  readonly hasSecretName: boolean;
  readonly verdict: Verdict;
  readonly exclusion: Verdict;
}

/** What goes into a context. */
export class Rules {
  /** Of the context's folder. */
  readonly root: PathVerdict = {
    place: 'in',
    mayHoldEntries: true,
    mayHoldSecrets: true,
    hasSecretName: false,
    verdict: noVerdict,
    exclusion: noVerdict,
  };
  readonly #ignored: IgnoreRules | undefined;
  readonly #excluded: IgnoreRules;

  /**
   * @param ignored the lines of the ignore file; undefined where there is none
   * @param excluded what is left out whatever the ignore file says
   */
  constructor(ignored: IgnoreRules | undefined, excluded: IgnoreRules) {
    this.#ignored = ignored;
    this.#excluded = excluded;
  }

  evaluate(path: string, name: string, above: PathVerdict): PathVerdict {
    const exclusion = this.#excluded.judge(path, above.exclusion);
    const hasSecretName = above.hasSecretName || isSecretName(name) || isGitSettings(path);
    const verdict = this.#ignored?.judge(path, above.verdict) ?? {
      isIgnored: isLeftOutByDefault(name),
      matched: [],
    };
    const isExcluded = exclusion.isIgnored || verdict.isIgnored;
    const isSecret = hasSecretName && this.#ignored?.includesFile(path) !== true;
    const mayDescend =
      !exclusion.isIgnored &&
      (!verdict.isIgnored || this.#ignored?.mayInclude(path, verdict) === true);
    return {
      place: isExcluded ? 'out' : isSecret ? 'secret' : 'in',
      mayHoldEntries: mayDescend && (!hasSecretName || this.#ignored?.includesFiles === true),
      mayHoldSecrets: mayDescend,
      hasSecretName,
      verdict,
      exclusion,
    };
  }
}
