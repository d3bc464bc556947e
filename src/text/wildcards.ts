import {
  anyCharacter,
  anyNumberOf,
  exactly,
  follow,
  matcher,
  type CharacterCheck,
  type Part,
  type Requirement,
} from './matcher.js';

/** A `{` whose `}` has not been read yet. */
interface Group {
  readonly start: Part;
  /** The last parts of the alternatives before the current one. */
  readonly ends: Part[];
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
  const start = follow([]);
  let last = start;
  const groups: Group[] = [];
  for (const match of pattern.toLowerCase().matchAll(token)) {
    const [text] = match;
    const group = groups.at(-1);
    if (text === '*') {
      last = anyNumberOf(last, anyCharacter);
    } else if (text === '{') {
      groups.push({ start: last, ends: [] });
    } else if (text === ',' && group !== undefined) {
      group.ends.push(last);
      last = group.start;
    } else if (text === '}' && group !== undefined && group.ends.length > 0) {
      last = follow([...group.ends, last]);
      groups.pop();
    } else {
      const requirement = requirementOf(match);
      if (requirement === undefined) return undefined;
      last = follow([last], requirement);
    }
  }
  if (groups.length > 0) return undefined;
  const matches = matcher(start, [last]);
  return (name) => matches(name.toLowerCase());
}

/** What a token stands for; undefined if it makes the pattern malformed. */
function requirementOf(match: RegExpExecArray): Requirement | undefined {
  const [text, escaped, sign, members] = match;
  if (members !== undefined) {
    const isMember = classOf(members);
    return { accepts: (codePoint) => isMember(codePoint) === (sign === '') };
  }
  if (text === '?') return anyCharacter;
  if (escaped === undefined && /[[\](){}|\\]/.test(text)) return undefined;
  return exactly(escaped ?? text);
}

/** Tests for the members of a class, such as `abc` and `a-f`. */
function classOf(members: string): CharacterCheck {
  const ranges = Array.from(members.matchAll(/([^])-([^])|[^]/gu), ([one, first, last]) => ({
    first: (first ?? one).codePointAt(0) ?? 0,
    last: (last ?? one).codePointAt(0) ?? 0,
  }));
  return (codePoint) => ranges.some(({ first, last }) => first <= codePoint && codePoint <= last);
}
