/** One step of a pattern. The next step follows, unless the step itself says otherwise. */
export type Step =
  | { readonly kind: 'character'; readonly accepts: (codePoint: number) => boolean }
  /** Looks at the characters around a place; one of them is missing at either end of the text. */
  | {
      readonly kind: 'assertion';
      readonly holds: (before: number | undefined, after: number | undefined) => boolean;
    }
  | Branch
  | { readonly kind: 'end' };

/** `fork`: the next step follows, or the one `by` steps from here. `jump`: only the latter. */
export interface Branch {
  readonly kind: 'fork' | 'jump';
  by: number;
}

export const beginning: Step = { kind: 'assertion', holds: (before) => before === undefined };
export const end: Step = { kind: 'assertion', holds: (_, after) => after === undefined };

export function character(accepts: (codePoint: number) => boolean): Step {
  return { kind: 'character', accepts };
}

export function exactly(letter: string): Step {
  return character((codePoint) => codePoint === letter.codePointAt(0));
}

export function optional(steps: readonly Step[]): Step[] {
  return [{ kind: 'fork', by: steps.length + 1 }, ...steps];
}

export function anyNumberOf(step: Step): Step[] {
  return [{ kind: 'fork', by: 3 }, step, { kind: 'jump', by: -2 }];
}

/**
 * Finds out whether one of the patterns matches a part of a text.
 *
 * It follows all ways through the steps at once, character by character, so the time it takes grows
 * with the length of the patterns times the length of the text. A regular expression of JavaScript
 * tries one way after another, which can take forever with a hostile pattern.
 */
export function matcher(patterns: readonly (readonly Step[])[]): (text: string) => boolean {
  const steps: Step[] = [];
  const starts: number[] = [];
  for (const pattern of patterns) {
    starts.push(steps.length);
    for (const step of pattern) steps.push(step);
    steps.push({ kind: 'end' });
  }
  const isAnchored = starts.every((start) => steps[start] === beginning);
  // By step: the last round in which it was reached.
  const reachedIn = new Float64Array(steps.length);
  let round = 0;
  return (text) => {
    let reached: number[] = [];
    let before: number | undefined;
    for (let position = 0; ;) {
      const after = text.codePointAt(position);
      const pending = reached;
      if (position === 0 || !isAnchored) for (const start of starts) pending.push(start);
      if (pending.length === 0) return false;
      reached = [];
      round += 1;
      for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
        const step = steps[at];
        if (step === undefined || reachedIn[at] === round) continue;
        reachedIn[at] = round;
        if (step.kind === 'end') return true;
        if (step.kind === 'character') {
          if (after !== undefined && step.accepts(after)) reached.push(at + 1);
        } else if (step.kind === 'assertion') {
          if (step.holds(before, after)) pending.push(at + 1);
        } else {
          pending.push(at + step.by);
          if (step.kind === 'fork') pending.push(at + 1);
        }
      }
      if (after === undefined) return false;
      position += after > 0xffff ? 2 : 1;
      before = after;
    }
  };
}
