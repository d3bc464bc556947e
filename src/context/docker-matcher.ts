import {
  anyNumberOf,
  beginning,
  character,
  end,
  exactly,
  matcher,
  optional,
  type Step,
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
  const matches = matcher(new Expression(expressionOf(pattern)).parse());
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
 * `$` at the end.
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
  return `^${expression}$`;
}

const anyFolders = '(.*/)?';
const isNoLineBreak = (codePoint: number): boolean => codePoint !== 0x0a;

/** Parses a regular expression of Go, as far as a pattern can contain its syntax. */
class Expression {
  readonly #letters: readonly string[];
  #at = 0;
  /** Where the last named class could end. */
  readonly #lastNameEnd: number;

  constructor(expression: string) {
    this.#letters = Array.from(expression);
    this.#lastNameEnd = this.#letters.findLastIndex(
      (letter, index) => letter === ':' && this.#letters[index + 1] === ']',
    );
  }

  /** @returns the steps for each alternative */
  parse(): Step[][] {
    let steps: Step[] = [];
    const alternatives = [steps];
    // The step that a repetition would apply to. A repetition cannot be repeated.
    let last: Step | undefined;
    while (this.#at < this.#letters.length) {
      const [least, most] = this.#repetition() ?? [];
      if (least !== undefined) {
        if (last === undefined) throw new PatternError('a `*` or `{…}` in it repeats nothing');
        steps.pop();
        for (const step of repeated(last, least, most)) steps.push(step);
        last = undefined;
      } else if (this.#skip(anyFolders)) {
        for (const step of optional([...anyNumberOf(character(isNoLineBreak)), exactly('/')]))
          steps.push(step);
        last = undefined;
      } else if (this.#skip('|')) {
        steps = [];
        alternatives.push(steps);
        last = undefined;
      } else {
        last = this.#atom();
        steps.push(last);
      }
    }
    return alternatives;
  }

  /** Reads how often to repeat the last step, at least and at most; undefined if there is no repetition. */
  #repetition(): readonly [number, number | undefined] | undefined {
    if (this.#skip('*')) return [0, undefined];
    if (this.#letters[this.#at] !== '{') return undefined;
    // Longer numbers are over the limit anyway.
    const rest = this.#letters.slice(this.#at, this.#at + 40).join('');
    const [whole, least, comma, most] = /^\{(0|[1-9]\d*)(?:(,)(0|[1-9]\d*)?)?\}/.exec(rest) ?? [];
    if (whole === undefined || least === undefined) return undefined;
    this.#at += whole.length;
    if (comma === undefined) return [Number(least), Number(least)];
    return [Number(least), most === undefined ? undefined : Number(most)];
  }

  #skip(text: string): boolean {
    if (this.#letters[this.#at] !== text[0]) return false;
    if (this.#letters.slice(this.#at, this.#at + text.length).join('') !== text) return false;
    this.#at += text.length;
    return true;
  }

  #next(): string {
    const letter = this.#letters[this.#at] ?? '';
    this.#at += 1;
    return letter;
  }

  #atom(): Step {
    const letter = this.#next();
    switch (letter) {
      case '^':
        return beginning;
      case '$':
        return end;
      case '.':
        return character(isNoLineBreak);
      case '[':
        return character(this.#class());
      case '\\': {
        const escaped = this.#next();
        if (escaped === 'b' || escaped === 'B') return wordBoundary(escaped === 'b');
        const accepts = kindOf(escaped);
        return accepts === undefined ? exactly(unescaped(escaped)) : character(accepts);
      }
      default:
        return exactly(letter);
    }
  }

  #class(): (codePoint: number) => boolean {
    const isNegated = this.#skip('^');
    const members: ((codePoint: number) => boolean)[] = [];
    while (!(members.length > 0 && this.#skip(']'))) {
      const [letter, following = ''] = this.#letters.slice(this.#at, this.#at + 2);
      if (letter === '[' && following === ':' && this.#lastNameEnd > this.#at) {
        throw new PatternError('it has a named class, such as `[:alpha:]`');
      }
      const kind = letter === '\\' ? kindOf(following) : undefined;
      if (kind !== undefined) {
        this.#at += 2;
        members.push(kind);
        continue;
      }
      const first = this.#member();
      const isRange = this.#letters[this.#at] === '-' && this.#letters[this.#at + 1] !== ']';
      if (isRange) this.#at += 1;
      const last = isRange ? this.#member() : first;
      if (last < first) throw new PatternError('a range in it ends before it begins');
      members.push((codePoint) => first <= codePoint && codePoint <= last);
    }
    return (codePoint) => members.some((accepts) => accepts(codePoint)) !== isNegated;
  }

  #member(): number {
    if (this.#at >= this.#letters.length) throw new PatternError('a class in it has no `]`');
    const letter = this.#next();
    return (letter === '\\' ? unescaped(this.#next()) : letter).codePointAt(0) ?? 0;
  }
}

function repeated(step: Step, least: number, most: number | undefined): Step[] {
  if (most !== undefined && most < least) {
    throw new PatternError('a `{…}` in it has a maximum below its minimum');
  }
  if (Math.max(least, most ?? 0) > maxRepetitions) {
    throw new PatternError(`a \`{…}\` in it repeats more than ${maxRepetitions} times`);
  }
  const needed = Array.from({ length: least }, () => step);
  if (most === undefined) return [...needed, ...anyNumberOf(step)];
  return [...needed, ...Array.from({ length: most - least }, () => optional([step])).flat()];
}

const controls: ReadonlyMap<string, string> = new Map([
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
]);

function unescaped(letter: string): string {
  const control = controls.get(letter);
  if (control !== undefined) return control;
  if (letter === '' || /[a-zA-Z0-9]|[^\0-\x7f]/u.test(letter)) {
    throw new PatternError(`it has a backslash before \`${letter}\`, which has no meaning`);
  }
  return letter;
}

/** Escaped letters that stand for kinds of characters in Go, in ASCII only. */
const kinds: ReadonlyMap<string, RegExp> = new Map([
  ['d', /[0-9]/],
  ['D', /[^0-9]/u],
  ['s', /[\t\n\f\r ]/],
  ['S', /[^\t\n\f\r ]/u],
  ['w', /[0-9A-Za-z_]/],
  ['W', /[^0-9A-Za-z_]/u],
]);

function kindOf(letter: string): ((codePoint: number) => boolean) | undefined {
  const kind = kinds.get(letter);
  return kind && ((codePoint) => kind.test(String.fromCodePoint(codePoint)));
}

function wordBoundary(isWanted: boolean): Step {
  const isOfWord = (codePoint = 0): boolean => /\w/.test(String.fromCodePoint(codePoint));
  return {
    kind: 'assertion',
    holds: (before, after) => (isOfWord(before) !== isOfWord(after)) === isWanted,
  };
}
