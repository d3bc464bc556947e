/** A problem of a build context, with the file or folder that has it. */
export interface ContextProblem {
  /** Such as a path in backticks. */
  readonly about: string;
  /** What is wrong, as a clause that follows `about`. */
  readonly message: string;
  /** What to do, as a sentence. */
  readonly next: string | undefined;
}

/** The build context cannot be packed. All problems of one kind are reported together. */
export class ContextError extends Error {
  readonly kind = 'context-unusable';
  readonly problems: readonly ContextProblem[];

  constructor(problems: ContextProblem | readonly ContextProblem[], options?: ErrorOptions) {
    const all = [problems].flat();
    super(all.map(({ about, message }) => `${about}: ${message}`).join('\n'), options);
    this.name = 'ContextError';
    this.problems = all;
  }
}

export const excludeOr = 'Exclude it with `build-exclude`, or';

export const leaveFolderAlone =
  'Make sure that nothing else changes the folder during the build, then run the workflow again.';
