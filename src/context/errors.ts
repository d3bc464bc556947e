/** One thing that is wrong with a build context, with the file or folder that it is about. */
export interface ContextProblem {
  /** Such as a path in backticks. */
  readonly about: string;
  /** What was found, against what is needed; it goes on from `about`. */
  readonly message: string;
  /** What to do, as a sentence. */
  readonly next: string | undefined;
}

/** Of the checkout no build context can be made. All problems of one kind are told together. */
export class ContextError extends Error {
  readonly kind = 'context-unusable';
  readonly problems: readonly ContextProblem[];

  constructor(problems: readonly ContextProblem[], options?: ErrorOptions) {
    super(problems.map(({ about, message }) => `${about}: ${message}`).join('\n'), options);
    this.name = 'ContextError';
    this.problems = problems;
  }
}
