import {
  anyCharacter,
  anyNumberOf,
  exactly,
  follow,
  matcher,
  type CharacterCheck,
  type Part,
  type Requirement,
} from '../text/matcher.js';

/** Docker rejects a pattern; the message says why. */
export class PatternError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'PatternError';
  }
}

/** A compiled pattern. */
export interface DockerMatcher {
  /** Whether it matches this path itself, not a folder that contains it. */
  readonly matches: (path: string) => boolean;
  /** The start of every path that it matches, and of every path in a folder that it matches. */
  readonly literalBeginning: string;
}

/** More would need much memory, and nobody repeats anything in a path. */
const maxRepetitions = 100;

/** What Go's `path.Match` accepts. Docker checks patterns with it first. */
const wellFormed = (() => {
  const member = '(?:\\\\[^]|[^\\\\\\]-])';
  const range = `${member}(?:-${member})?`;
  return new RegExp(`^(?:[^\\\\[]|\\\\[^]|\\[(?:\\^|(?!\\^))(?:${range})+\\])*$`, 'u');
})();

/**
 * Compiles a pattern as moby/patternmatcher 0.6.1 does, which Docker uses.
 *
 * It is stricter in two ways. Docker finds some mistakes only when it reaches them, such as after a
 * wildcard. And Docker accepts `\x41`, `[[:alpha:]]` and the like, which only have a meaning in Go's
 * regular expressions.
 *
 * @throws PatternError
 */
export function dockerMatcher(pattern: string): DockerMatcher {
  if (pattern === '') throw new PatternError('nothing follows the `!`');
  if (/(?<!\\)(?:\\\\)*\\$/.test(pattern)) {
    throw new PatternError('it ends with a backslash that escapes nothing');
  }
  if (!wellFormed.test(pattern)) {
    throw new PatternError(
      'a `[` in it starts a class that is empty, has no `]`, or has a `-` without a start and an end',
    );
  }
  return asText(pattern) ?? asExpression(pattern);
}

/** A pattern without wildcards, apart from a `**` at one of its ends, is plain text. */
function asText(pattern: string): DockerMatcher | undefined {
  const [whole, leading, text = '', trailing] = /^(\*\*)?([^*?[\]\\]*)(\*\*)?$/.exec(pattern) ?? [];
  if (whole === undefined || (leading !== undefined && trailing !== undefined)) return undefined;
  if (trailing !== undefined) {
    return { matches: (path) => path.startsWith(text), literalBeginning: text };
  }
  if (leading === undefined) {
    return { matches: (path) => path === text, literalBeginning: `${text}/` };
  }
  return {
    // `**/name` also matches `name` at the top level.
    matches: (path) => path.endsWith(text) || `/${path}` === text,
    literalBeginning: '',
  };
}

function asExpression(pattern: string): DockerMatcher {
  const matches = expressionMatcher(expressionOf(pattern));
  // Each alternative has its own beginning and end.
  if (pattern.includes('|')) return { matches, literalBeginning: '' };
  const [, first = '', special] = /^([^*?[\]\\^{]*)(.)?/su.exec(pattern) ?? [];
  // A character before a repetition may be missing.
  const literalBeginning = special === '{' ? first.replace(/.$/su, '') : first;
  // The slash of a `**/` may be missing, and an escaped letter may mean something else.
  const last = pattern.includes('\\') ? '' : (pattern.split(/[*?\]{}^]/).at(-1) ?? '');
  const literalEnd = last.replace(/^\//, '');
  return {
    // These cheap checks decide for most paths.
    matches: (path) =>
      path.startsWith(literalBeginning) && path.endsWith(literalEnd) && matches(path),
    literalBeginning,
  };
}

/**
 * Builds the same regular expression as Docker, which escapes `.`, `+`, `(`, `)` and `$`, but not `^`,
 * `{`, `|` and `}`. So these keep their meaning. A `|` also separates the `^` at the beginning from the
 * `$` at the end, which is left out here.
 */
function expressionOf(pattern: string): string {
  const expression = pattern.replace(
    /\*\*\/?|\\[^]|[*?.+()$]/gu,
    (token: string, offset: number) => {
      if (token.startsWith('**')) {
        return offset + token.length === pattern.length ? '.*' : anyFolders;
      }
      if (token === '*') return '[^/]*';
      if (token === '?') return '[^/]';
      return token.length > 1 ? token : `\\${token}`;
    },
  );
  return `^${expression}`;
}

const anyFolders = '(.*/)?';
const repetition = /\*|\{(?:0|[1-9]\d*)(?:,(?:0|[1-9]\d*)?)?\}/.source;
const characterClass = /\[(\^?)((?:\\[^]|[^\\])(?:\\[^]|[^\\\]])*)(\]?)/u;
const anyAtom = `${characterClass.source}|\\\\[^]|(?!${repetition})[^]`;
/** Any folders, the next alternative, an atom with its repetition, or a repetition of nothing. */
const token = new RegExp(
  `\\(\\.\\*/\\)\\?|\\||(?<atom>${anyAtom})(?<times>${repetition})?|${repetition}`,
  'gu',
);

/** Compiles a regular expression of Go, as far as a pattern can contain its syntax. */
function expressionMatcher(expression: string): (path: string) => boolean {
  const lastNameEnd = expression.lastIndexOf(':]');
  const start = follow([]);
  const anywhere = anyNumberOf(start, anyCharacter);
  // Only the last alternative has to match up to the end of a path.
  const earlierEnds: Part[] = [];
  let last = anywhere;
  for (const { 0: text, groups: { atom, times } = {}, index } of expression.matchAll(token)) {
    if (text === anyFolders) {
      last = follow([last, follow([anyNumberOf(last, noLineBreak)], exactly('/'))]);
    } else if (text === '|') {
      earlierEnds.push(last);
      last = anywhere;
    } else if (text === '^' && last === anywhere) {
      last = follow([start]);
    } else if (atom === undefined) {
      throw new PatternError('a `*` or `{…}` in it repeats nothing');
    } else {
      last = repeat(last, requirementOf(atom, lastNameEnd - index), times);
    }
  }
  return matcher(start, [last, anyNumberOf(follow(earlierEnds), anyCharacter)]);
}

/** Adds a part as often as `*`, `{2}`, `{2,}` or `{2,5}` says. */
function repeat(previous: Part, requirement: Requirement, times = '{1}'): Part {
  if (times === '*') return anyNumberOf(previous, requirement);
  const [least = 0, most = least] = times
    .slice(1, -1)
    .split(',')
    .map((number) => (number === '' ? Infinity : Number(number)));
  if (most < least) throw new PatternError('a `{…}` in it has a maximum below its minimum');
  if ((most === Infinity ? least : most) > maxRepetitions) {
    throw new PatternError(`a \`{…}\` in it repeats more than ${maxRepetitions} times`);
  }
  let last = previous;
  for (let count = 0; count < least; count++) last = follow([last], requirement);
  if (most === Infinity) return anyNumberOf(last, requirement);
  for (let count = least; count < most; count++) last = follow([last, follow([last], requirement)]);
  return last;
}

const noLineBreak: Requirement = { accepts: (codePoint) => codePoint !== 0x0a };
const beginning: Requirement = { holds: (before) => before === undefined };

/**
 * @param atom a class, a character, or an escaped character
 * @param lastNameEnd the position of the last `:]`, from the beginning of the atom
 */
function requirementOf(atom: string, lastNameEnd: number): Requirement {
  if (atom === '^') return beginning;
  if (atom === '.') return noLineBreak;
  if (atom === '\\b' || atom === '\\B') return wordBoundary(atom === '\\b');
  return { accepts: atom.startsWith('[') ? classOf(atom, lastNameEnd) : rangeOf(atom) };
}

const member = /\\[dDsSwW]|(\\[^]|[^])(?:-(\\[^]|[^]))?/gu;

function classOf(text: string, lastNameEnd: number): CharacterCheck {
  const [, sign = '', members = '', end] = characterClass.exec(text) ?? [];
  const start = 1 + sign.length;
  const checks = Array.from(members.matchAll(member), ({ 0: whole, 1: first, 2: last, index }) => {
    if (members.startsWith('[:', index) && start + index < lastNameEnd) {
      throw new PatternError('it has a named class, such as `[:alpha:]`');
    }
    return rangeOf(whole, first, last);
  });
  if (end === '') throw new PatternError('a class in it has no `]`');
  return (codePoint) => checks.some((accepts) => accepts(codePoint)) === (sign === '');
}

/** Escaped letters that stand for kinds of characters in Go, in ASCII only. */
const kinds: ReadonlyMap<string, RegExp> = new Map([
  ['\\d', /[0-9]/],
  ['\\D', /[^0-9]/u],
  ['\\s', /[\t\n\f\r ]/],
  ['\\S', /[^\t\n\f\r ]/u],
  ['\\w', /[0-9A-Za-z_]/],
  ['\\W', /[^0-9A-Za-z_]/u],
]);

/** The characters of a kind, or from one to another. */
function rangeOf(text: string, first = text, last = first): CharacterCheck {
  const kind = kinds.get(text);
  if (kind !== undefined) return (codePoint) => kind.test(String.fromCodePoint(codePoint));
  const lowest = codePointOf(first);
  const highest = codePointOf(last);
  if (highest < lowest) throw new PatternError('a range in it ends before it begins');
  return (codePoint) => lowest <= codePoint && codePoint <= highest;
}

const controls: ReadonlyMap<string, string> = new Map([
  ['\\f', '\f'],
  ['\\n', '\n'],
  ['\\r', '\r'],
  ['\\t', '\t'],
  ['\\v', '\v'],
]);

/** The code point of a character, which may be escaped. */
function codePointOf(text: string): number {
  const [, escaped] = /^\\([^])$/u.exec(text) ?? [];
  if (escaped !== undefined && /[a-zA-Z0-9]|[^\0-\x7f]/u.test(escaped) && !controls.has(text)) {
    throw new PatternError(`it has a backslash before \`${escaped}\`, which has no meaning`);
  }
  return (controls.get(text) ?? escaped ?? text).codePointAt(0) ?? 0;
}

function wordBoundary(isWanted: boolean): Requirement {
  const isOfWord = (codePoint = 0): boolean => /\w/.test(String.fromCodePoint(codePoint));
  return { holds: (before, after) => (isOfWord(before) !== isOfWord(after)) === isWanted };
}
