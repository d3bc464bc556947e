import { posix } from 'node:path';

/** A line of an ignore file that says something. */
export interface PatternLine {
  /** Counted from 1. */
  readonly number: number;
  /** As it stands there. */
  readonly text: string;
  /** Whether it begins with `!`: what it matches is taken in again. */
  readonly isException: boolean;
  /** The pattern as Docker compares it with paths. */
  readonly pattern: string;
}

/** A name that no file has, of what would lie below a path. */
const below = '\0';

const blank =
  '[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const outerBlanks = new RegExp(`^${blank}+|(?<!${blank})${blank}+$`, 'g');

/** What Go takes for blanks; JavaScript's own `trim` knows some others. */
function trim(text: string): string {
  return text.replace(outerBlanks, '');
}

function clean(path: string): string {
  return posix.normalize(path).replace(/(?<=[^])\/$/, '');
}

/** The lines of an ignore file as Docker reads them: comments and blanks are gone, paths are clean. */
export function patternLines(content: string): PatternLine[] {
  return content
    .replace(/^\uFEFF/, '')
    .split('\n')
    .flatMap((text, index) => patternLine(text, index + 1) ?? []);
}

export function patternLine(text: string, number: number): PatternLine | undefined {
  if (text.startsWith('#')) return undefined;
  const line = trim(text);
  if (line === '') return undefined;
  const sign = line.startsWith('!') ? '!' : '';
  const path = trim(line.slice(sign.length));
  // The sign may also come to the beginning by this, as in `/!keys`, or be undone by `..` below.
  const anchored = path === '' ? '' : clean(path).replace(/^\/(?=[^])/, '');
  const whole = trim(sign + anchored);
  if (whole === '') return undefined;
  const cleaned = clean(whole);
  const isException = cleaned.startsWith('!');
  return {
    number,
    text: line,
    isException,
    pattern: isException ? cleaned.slice(1) : cleaned,
  };
}

/** A character of a class: escaped, or any that does not end the class or make a range. */
const inClass = '(?:\\\\[^]|[^\\\\\\]-])';
const wellFormed = new RegExp(
  `^(?:[^\\\\[]|\\\\[^]|\\[(?:\\^|(?!\\^))(?:${inClass}(?:-${inClass})?)+\\])*$`,
  'u',
);
/** A letter, digit or foreign character after a backslash that is not a kind of characters. */
const unknownEscape = /(?<=(?<!\\)(?:\\\\)*)\\(?![bBdDfnrsStvwW])([a-zA-Z0-9]|[^\0-\x7f])/u;

/**
 * Why a pattern is not taken; undefined where it is. Docker refuses the same, but finds some mistakes
 * only if it comes to them, behind a wildcard or in a `!` line where nothing was left out before.
 */
export function refusal(pattern: string): string | undefined {
  if (pattern === '') return 'there is nothing after its `!`';
  if (/(?<!\\)(?:\\\\)*\\$/.test(pattern)) return 'it ends in a backslash, with nothing to escape';
  if (!wellFormed.test(pattern)) {
    return 'a `[` in it begins a class that is empty, does not end, or has a `-` without both its ends';
  }
  // Docker takes some of them, as what they are in Go's regular expressions and nowhere else.
  const [, escaped] = unknownEscape.exec(pattern) ?? [];
  if (escaped !== undefined) return `a backslash before \`${escaped}\` means nothing in it`;
  if (/\[[^\]]*\[:[^:]*:\]/.test(pattern)) return 'it has a class by name, such as `[:alpha:]`';
  if (/\[(?:\\[^]|[^\]\\])*?(?:\\[bB]|-\\[dDsSwW])/.test(pattern)) {
    return 'a class in it has an escape that means nothing there';
  }
  return undefined;
}

/**
 * Writes a pattern so that the library takes it as Docker (moby/patternmatcher) does, for paths that
 * `libraryPath` writes. A path matches if it matches one of the patterns that are returned. Both make
 * a regular expression of a pattern, and differ in this:
 *
 * - `+` and `()` are characters to Docker; the library leaves to them what they mean in expressions.
 * - `^`, `{}` and `|` are characters to Docker, too, but only in a pattern without wildcards other
 *   than a `**` at one of its ends. Beside others they mean what they mean in expressions, and a `|`
 *   parts even what holds the expression to the beginning of the path from what holds it to the end.
 * - `**name` is whatever ends in `name` to Docker, where only text follows.
 * - The library has `#`, `!` and blanks at the beginning for something else than characters.
 * - A `]` at the beginning of a class is one of its characters in Go, and its end in JavaScript.
 * - The library matches what lies below a matched folder as well. Docker finds that out while it
 *   walks, and not always in the same way; so here a path matches by itself only. That is what the
 *   name is for that follows in the pattern and in the path.
 *
 * What is left of the differences: `\s` and `\S` know foreign blanks here; a character beyond U+FFFF
 * counts as two for `?` and classes; and `refusal` is stricter.
 */
export function libraryPatterns(pattern: string): string[] {
  const isText = /^(?:\*\*)?[^*?[\]\\]*$|^[^*?[\]\\]*\*\*$/.test(pattern);
  const isEnding = isText && /^\*\*[^/]/.test(pattern);
  const alternatives = writeAlternatives(
    // A slash that is still there after cleaning was behind a blank, and matches nothing.
    isEnding ? `**/*${pattern.slice(2)}` : pattern.replace(/^\//, '\\/'),
    isText ? /^[+(){}|^#! ]$/ : /^[+()#! ]$/,
    isText,
  );
  return alternatives.map((alternative, index) => {
    // Apart from stars, as from two that meet another would be made; nothing else may be repeated.
    const before = index === 0 ? '' : `${anything}${alternative.startsWith('*') ? '()' : ''}`;
    const after = index === alternatives.length - 1 ? '' : `()${anything}`;
    return `${before}${alternative}${after}/${below}`;
  });
}

/** Whatever the depth. */
const anything = '***';

function writeAlternatives(pattern: string, characters: RegExp, isText: boolean): string[] {
  const written: string[] = [];
  let current = '';
  let classBegin: number | undefined;
  let last = '';
  for (const [token] of pattern.matchAll(/\*\*\/?|\\[^]|[^]/g)) {
    last = token;
    if (classBegin !== undefined) {
      const isFirst = /^\^?$/.test(current.slice(classBegin));
      current += token === ']' && isFirst ? '\\]' : token;
      // A wildcard in a class is replaced by a class, whose end is the end of both.
      if (token === '*' || token === '?' || (token === ']' && !isFirst)) classBegin = undefined;
    } else if (token === '|' && !isText) {
      written.push(current);
      current = '';
    } else {
      current += characters.test(token) ? `\\${token}` : token;
      if (token === '[') classBegin = current.length;
    }
  }
  // `folder/**` is everything in the folder, but not the folder.
  return [...written, last === '**' ? `${current}*` : current];
}

export function libraryPath(path: string): string {
  return `${path}/${below}`;
}

/**
 * The beginning of every path that a pattern can match; of a pattern without wildcards the whole of
 * it, with a slash, as it matches what lies below, too.
 */
export function literalBeginning(pattern: string): string {
  const [literal = ''] = /^[^*?[\]\\^]*/.exec(pattern) ?? [];
  return literal === pattern ? `${literal}/` : literal;
}

/** Whether the last part of a pattern has more than wildcards and dots: then it means a file. */
export function namesFile(pattern: string): boolean {
  const name = pattern.split('/').at(-1) ?? '';
  const literal = name.replace(/\\([^])|\[\^?(?:\\[^]|[^\]\\])+\]|[*?]/g, '$1');
  return /[^.]/.test(literal);
}
