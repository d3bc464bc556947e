/** One step of a pattern. The next step follows, unless this one is a branch or the end. */
export type Step =
  | { readonly kind: 'character'; readonly accepts: (codePoint: number) => boolean }
  /** Checks the characters before and after a position; undefined at the ends of the text. */
  | {
      readonly kind: 'assertion';
      readonly holds: (before: number | undefined, after: number | undefined) => boolean;
    }
  | Branch
  | { readonly kind: 'end' };

/** `fork`: continues at the next step and at the step `by` steps away. `jump`: only at the latter. */
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
 * Makes a function that tests whether one of the patterns matches a part of a text.
 *
 * It follows all paths through the steps at once, character by character, so the time is linear in the
 * length of the patterns times the length of the text. JavaScript's regular expressions try one path
 * after another, which can take forever with a hostile pattern.
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
  // For each step, the last round that reached it.
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
