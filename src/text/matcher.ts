/** Checks a character. */
export type CharacterCheck = (codePoint: number) => boolean;

/** What a part of a pattern stands for: a character, or a position, which is any by default. */
export interface Requirement {
  readonly accepts?: CharacterCheck | undefined;
  /** Checks the characters before and after a position; undefined at the ends of the text. */
  readonly holds?: ((before: number | undefined, after: number | undefined) => boolean) | undefined;
}

/** A part of a pattern. */
export interface Part extends Requirement {
  /** The parts that may follow. */
  readonly next: Part[];
  /** The last round of the matcher that reached it. */
  reachedIn: number;
}

export function exactly(letter: string): Requirement {
  return { accepts: (codePoint) => codePoint === letter.codePointAt(0) };
}

export const anyCharacter: Requirement = { accepts: () => true };

/** Adds a part after others, which meet there. Without others, it starts a pattern. */
export function follow(others: readonly Part[], { accepts, holds }: Requirement = {}): Part {
  const part = { accepts, holds, next: [], reachedIn: 0 };
  for (const other of others) other.next.push(part);
  return part;
}

/** Adds a part that may occur any number of times, or not at all. */
export function anyNumberOf(previous: Part, requirement: Requirement): Part {
  const repeated = follow([previous]);
  follow([repeated], requirement).next.push(repeated);
  return repeated;
}

/**
 * Makes a function that tests whether a pattern matches a whole text.
 *
 * It follows all paths through the parts at once, character by character, so the time is linear in the
 * length of the pattern times the length of the text. JavaScript's regular expressions try one path
 * after another, which can take forever with a hostile pattern.
 *
 * @param ends the parts that may be the last ones
 */
export function matcher(start: Part, ends: readonly Part[]): (text: string) => boolean {
  const end = follow(ends);
  let round = 0;
  return (text) => {
    let reached = [start];
    let before: number | undefined;
    for (let position = 0; reached.length > 0;) {
      const after = text.codePointAt(position);
      const beyond: Part[] = [];
      round += 1;
      for (let part = reached.pop(); part !== undefined; part = reached.pop()) {
        if (part.reachedIn === round) continue;
        part.reachedIn = round;
        if (!isMet(part, before, after)) continue;
        for (const next of part.next) (part.accepts === undefined ? reached : beyond).push(next);
      }
      if (after === undefined) return end.reachedIn === round;
      position += after > 0xffff ? 2 : 1;
      before = after;
      reached = beyond;
    }
    return false;
  };
}

function isMet(
  { accepts, holds }: Requirement,
  before: number | undefined,
  after: number | undefined,
): boolean {
  if (accepts !== undefined) return after !== undefined && accepts(after);
  return holds === undefined || holds(before, after);
}
