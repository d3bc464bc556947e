import { isSecretByName } from './default-exclusions.js';
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
  readonly #ignored: IgnoreRules;
  readonly #excluded: IgnoreRules;

  /**
   * @param ignored the lines of the ignore file
   * @param excluded patterns to exclude, whatever the ignore file says
   */
  constructor(ignored: IgnoreRules, excluded: IgnoreRules) {
    this.#ignored = ignored;
    this.#excluded = excluded;
  }

  /** @param above the verdict on the folder that contains it */
  evaluate(path: string, above: PathVerdict): PathVerdict {
    const exclusion = this.#excluded.judge(path, above.exclusion);
    const verdict = this.#ignored.judge(path, above.verdict);
    const hasSecretName = above.hasSecretName || isSecretByName(path);
    const isExcluded = exclusion.isIgnored || verdict.isIgnored;
    const mayHoldSecrets =
      !exclusion.isIgnored && (!verdict.isIgnored || this.#ignored.mayInclude(path, verdict));
    const isSecret = hasSecretName && !this.#ignored.includesFile(path);
    return {
      place: isExcluded ? 'out' : isSecret ? 'secret' : 'in',
      mayHoldEntries: mayHoldSecrets && (!hasSecretName || this.#ignored.includesFiles),
      mayHoldSecrets,
      hasSecretName,
      verdict,
      exclusion,
    };
  }

  /** Whether a path would be in the context. */
  includes(path: string): boolean {
    const parts = path.split('/');
    let verdict = this.root;
    for (const index of parts.keys()) {
      verdict = this.evaluate(parts.slice(0, index + 1).join('/'), verdict);
    }
    return verdict.place === 'in';
  }
}
