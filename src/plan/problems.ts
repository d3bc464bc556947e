import { nearest } from '../text/nearest.js';

/** A reason why a release cannot work. */
export interface PreflightProblem {
  /** Such as `secret set voice-secrets`. */
  readonly about: string;
  /** What is wrong, as a clause that follows `about`. */
  readonly message: string;
  readonly next: string;
}

/** The release cannot work with these settings. */
export class PreflightError extends Error {
  readonly kind = 'release-impossible';
  readonly problems: readonly PreflightProblem[];

  constructor(problems: readonly PreflightProblem[]) {
    super(problems.map(({ about, message }) => `${about}: ${message}`).join('\n'));
    this.name = 'PreflightError';
    this.problems = problems;
  }
}

/** The message for an unknown name, with the nearest and all available ones. */
export function unknownName(what: string, name: string, available: readonly string[]): string {
  const meant = nearest(name, available);
  const hint = meant === undefined ? '.' : `; did you mean \`${meant}\`?`;
  return `unknown ${what} \`${name}\`${hint} Available: ${available.join(', ')}`;
}
