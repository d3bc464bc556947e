import type { InputName } from './declared.js';

/** One mistake that can be seen without the network. */
export interface InputProblem {
  /** The input, or the variable that stands in for one. */
  readonly input: string;
  /** What is wrong and how to fix it, as a sentence. Never a value that could be secret. */
  readonly message: string;
}

/** All mistakes in the inputs. Nothing has been sent. */
export class InputsError extends Error {
  readonly kind = 'invalid-inputs';
  readonly problems: readonly InputProblem[];

  constructor(problems: readonly InputProblem[]) {
    super(problems.map(({ input, message }) => `${input}: ${message}`).join('\n'));
    this.name = 'InputsError';
    this.problems = problems;
  }
}

/** Why a run with the secrets of the repository is not trusted. */
export type UntrustedBecause =
  /** The code comes from a fork. */
  | { readonly reason: 'fork' }
  /** A comment started the run, and there is no token to read its pull request with. */
  | { readonly reason: 'no-token' }
  /** A comment started the run, and its pull request cannot be read. */
  | { readonly reason: 'unreadable'; readonly failure: string };

/** A run for this event must not write. */
export class UntrustedEventError extends Error {
  readonly kind = 'untrusted-event';
  readonly because: UntrustedBecause;

  constructor(because: UntrustedBecause = { reason: 'fork' }) {
    super(`possibly code of a fork, with the secrets of the repository (${because.reason})`);
    this.name = 'UntrustedEventError';
    this.because = because;
  }
}

/** Collects mistakes and remarks while the inputs are read. */
export class Findings {
  /** Where the values of inputs come from that are not set, such as `scaling.min_agents (pcc-deploy.toml)`. */
  readonly substitutes = new Map<InputName, string>();
  /** Inputs whose values come from a misspelled input, which is reported in place of mistakes in them. */
  readonly guessed = new Set<InputName>();
  readonly problems: InputProblem[] = [];
  readonly warnings: string[] = [];
  readonly notices: string[] = [];
  /** For the log only. */
  readonly remarks: string[] = [];

  /** Returns nothing, in place of a value that is not valid. */
  problem(input: InputName, message: string): undefined {
    if (this.guessed.has(input)) return;
    this.problems.push({ input: this.displayName(input), message });
  }

  /** The value, unless it has mistakes. */
  accept<Value>(input: InputName, value: Value, mistakes: readonly string[]): Value | undefined {
    for (const mistake of mistakes) this.problem(input, mistake);
    return mistakes.length === 0 ? value : undefined;
  }

  /** The input, or where its value comes from. */
  displayName(input: InputName): string {
    return this.substitutes.get(input) ?? input;
  }
}

const missingEnvironment = 'the job lacks the `environment:` that holds';
const noSecretsInForks = 'the run comes from a fork or Dependabot, which get no secrets';

/** Why a value that a workflow takes from `secrets` may be empty. */
export const emptyReasons =
  'the name of the secret is misspelled, it is not set for this repository or organization, ' +
  `${missingEnvironment} it, or ${noSecretsInForks}`;

/** The same if all of several values are empty. */
export const emptyReasonsOfAll =
  `${missingEnvironment} them, the names of the secrets are misspelled, they are not set for this ` +
  `repository or organization, or ${noSecretsInForks}`;

export function looksLikeCredential(value: string): boolean {
  return /(?<![A-Za-z0-9])(sk[_-]|pk_|pcc_pat_|gh[a-z]_|github_pat_|A[KS]IA[0-9A-Z]{12}|AIza|xox[a-z]-|eyJ)/.test(
    value,
  );
}

/** Longer values are not shown. */
const maxShownLength = 200;

/**
 * A value for a message: on one line, and never a credential. Known secrets are redacted later, when all
 * are known. That would not find part of one, so a long value is not cut but left out.
 */
export function shown(value: string): string {
  if (looksLikeCredential(value)) return 'a credential';
  if (value.includes('=')) return 'a text with `=` in it';
  if (value.length > maxShownLength) return `a text of ${value.length} characters`;
  return `\`${value.replace(/\s*[\r\n]\s*/g, ' ')}\``;
}

/** Whether a text may be a path. A longer text is something else, and messages would cut it. */
export function isPath(text: string): boolean {
  return !text.includes('\n') && text.length <= 400;
}
