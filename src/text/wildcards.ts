import {
  anyNumberOf,
  beginning,
  character,
  end,
  exactly,
  matcher,
  type Branch,
  type Step,
} from './matcher.js';

/** A branch whose destination is not known yet. */
interface OpenBranch {
  readonly branch: Branch;
  readonly at: number;
}

/** A `{` whose `}` has not been read yet. */
interface Group {
  /** Branches to the next alternative. */
  next: OpenBranch;
  /** Branch from the ends of the alternatives to the end of the group. */
  readonly ends: OpenBranch[];
}

const token = /\\([^])|\[([!^]?)([^\]]+)\]|[^]/gu;

/**
 * Reads a pattern of names, such as `VOICE_*`: `*` stands for any text, `?` for any character, `[AB]`
 * and `[A-F]` for one of several, `[!A]` for any other, and `{US,EU}` for one of several texts. Ignores
 * case.
 *
 * @returns a function that tests a name; undefined if the pattern is malformed
 */
export function wildcards(pattern: string): ((name: string) => boolean) | undefined {
  const steps: Step[] = [beginning];
  const groups: Group[] = [];
  const open = (kind: Branch['kind']): OpenBranch => {
    const branch: Branch = { kind, by: 1 };
    return { branch, at: steps.push(branch) - 1 };
  };
  const leadHere = ({ branch, at }: OpenBranch): void => {
    branch.by = steps.length - at;
  };
  const lowerCase = pattern.toLowerCase();
  for (const [text, escaped, sign, members] of lowerCase.matchAll(token)) {
    const group = groups.at(-1);
    if (escaped !== undefined) {
      steps.push(exactly(escaped));
    } else if (members !== undefined) {
      const isMember = classOf(members);
      steps.push(character((codePoint) => isMember(codePoint) === (sign === '')));
    } else if (text === '*') {
      for (const step of anyNumberOf(character(() => true))) steps.push(step);
    } else if (text === '?') {
      steps.push(character(() => true));
    } else if (text === '{') {
      groups.push({ next: open('fork'), ends: [] });
    } else if (text === ',' && group !== undefined) {
      group.ends.push(open('jump'));
      leadHere(group.next);
      group.next = open('fork');
    } else if (text === '}' && group !== undefined && group.ends.length > 0) {
      for (const branch of group.ends) leadHere(branch);
      groups.pop();
    } else if (/[[\](){}|\\]/.test(text)) {
      return undefined;
    } else {
      steps.push(exactly(text));
    }
  }
  if (groups.length > 0) return undefined;
  const matches = matcher([[...steps, end]]);
  return (name) => matches(name.toLowerCase());
}

/** Tests for the members of a class, such as `abc` and `a-f`. */
function classOf(members: string): (codePoint: number) => boolean {
  const ranges = Array.from(members.matchAll(/([^])-([^])|[^]/gu), ([one, first, last]) => ({
    first: (first ?? one).codePointAt(0) ?? 0,
    last: (last ?? one).codePointAt(0) ?? 0,
  }));
  return (codePoint) => ranges.some(({ first, last }) => first <= codePoint && codePoint <= last);
}
