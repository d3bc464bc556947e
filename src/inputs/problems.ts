import type { InputName } from './declared.js';

/** One mistake that can be seen without the network. */
export interface InputProblem {
  /** The input, or the variable that stands in for one. */
  readonly input: string;
  /** The rule and what was found, as a sentence. Never a value that could be secret. */
  readonly message: string;
}

/** All mistakes of the inputs, found together. Nothing has been sent. */
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
  /** A comment started the run, and nothing can be asked about its pull request. */
  | { readonly reason: 'no-token' }
  /** A comment started the run, and its pull request cannot be read. */
  | { readonly reason: 'unreadable'; readonly failure: string };

/** The event of the workflow is one that must not write. */
export class UntrustedEventError extends Error {
  readonly kind = 'untrusted-event';
  readonly because: UntrustedBecause;

  constructor(because: UntrustedBecause = { reason: 'fork' }) {
    super(`possibly code of a fork, with the secrets of the repository (${because.reason})`);
    this.name = 'UntrustedEventError';
    this.because = because;
  }
}

/** Collects what is to be said about the inputs while they are read. */
export class Findings {
  /** What stands in for inputs that are not given, such as `scaling.min_agents (pcc-deploy.toml)`. */
  readonly substitutes = new Map<InputName, string>();
  readonly problems: InputProblem[] = [];
  readonly warnings: string[] = [];
  readonly notices: string[] = [];
  /** For the log only. */
  readonly remarks: string[] = [];

  problem(input: InputName, message: string): void {
    this.problems.push({ input: this.displayName(input), message });
  }

  /** The input, or what stands in for it. */
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

/** The same if not one of several values is there. */
export const emptyReasonsOfAll =
  `${missingEnvironment} them, the names of the secrets are misspelled, they are not set for this ` +
  `repository or organization, or ${noSecretsInForks}`;

/** An empty credential in a run that gets the secrets of its repository. */
export const missingCredential: InputProblem = {
  input: 'api-key',
  message:
    'is empty, and so is `pat`; a plan needs one of them. Likely reasons: the name of the secret is misspelled, ' +
    'it is not set for this repository or organization, or the job lacks the `environment:` that holds it. ' +
    'Only runs of forks and Dependabot, which get no secrets, are checked without a credential',
};

export function looksLikeCredential(value: string): boolean {
  return /(?<![A-Za-z0-9])(sk[_-]|pk_|pcc_pat_|gh[a-z]_|github_pat_|A[KS]IA[0-9A-Z]{12}|AIza|xox[a-z]-|eyJ)/.test(
    value,
  );
}

/** Characters of a text that a message repeats. */
const maxFoundLength = 200;

/**
 * A value that was found, for a message: on one line, and never a credential. Known secrets are
 * taken out of messages once all are known, which finds none that was cut: so what is long is not
 * shown at all.
 */
export function found(value: string): string {
  if (looksLikeCredential(value)) return 'found a credential';
  if (value.includes('=')) return 'found a text with `=` in it';
  if (value.length > maxFoundLength) return `found a text of ${value.length} characters`;
  return `found \`${value.replace(/\s*[\r\n]\s*/g, ' ')}\``;
}

/** Whether a text may be a path: what is longer is something else, and would be cut where it is told. */
export function isPath(text: string): boolean {
  return !text.includes('\n') && text.length <= 400;
}
