import { isGitSettings, isLeftOutByDefault, isSecretName } from './default-exclusions.js';
import { noVerdict, type IgnoreRules, type Verdict } from './ignore-rules.js';

/** Whether a path belongs to the context, and what decides about paths below it. */
export interface PathVerdict {
  /** `secret`: only its name keeps it out. */
  readonly place: 'in' | 'out' | 'secret';
  /** Whether a folder may contain paths of the context. */
  readonly mayHoldEntries: boolean;
  /** Whether a folder may contain paths that only their names keep out. */
  readonly mayHoldSecrets: boolean;
  readonly hasSecretName: boolean;
  readonly verdict: Verdict;
  readonly exclusion: Verdict;
}

/** Decides which paths belong to a context. */
export class Rules {
  /** The verdict on the folder of the context. */
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
   * @param ignored the lines of the ignore file; undefined if there is none
   * @param excluded patterns to exclude, whatever the ignore file says
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
