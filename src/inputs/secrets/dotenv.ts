/**
 * Reads dotenv files as python-dotenv 1.2.4 does, because bots are written in Python. Stops at a statement
 * that it cannot parse, because what follows may be part of a value.
 */

/** The place where a statement begins. */
interface Place {
  /** Counted from 1. */
  readonly line: number;
  /** The offset of its first character. */
  readonly start: number;
}

/** One key of a file. */
export interface Statement extends Place {
  readonly key: string;
  /** With unresolved references. Undefined for a bare name, to which python-dotenv gives no value. */
  readonly value: string | undefined;
  readonly isQuoted: boolean;
}

/** Where a file can no longer be read, and why. */
export interface SyntaxProblem extends Place {
  /** The key of a statement whose value is the problem. */
  readonly key: string | undefined;
  readonly reason: 'not an assignment' | 'no closing quote' | 'text after the closing quote';
}

export interface Dotenv {
  readonly statements: readonly Statement[];
  readonly problem: SyntaxProblem | undefined;
}

/** What Python's `\s` matches, except the line break; JavaScript's differs. */
const blank =
  '\\t\\v\\f\\x1c-\\x1f \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const isBlank = new RegExp(`[${blank}]`);
const commentAfterBlank = new RegExp(`[${blank}]#`);

/** Each matches only at one place and in only one way, so reading takes linear time. */
const patterns = {
  blanks: new RegExp(`[${blank}]*`, 'y'),
  blanksAndLineBreaks: new RegExp(`[${blank}\\n]*`, 'y'),
  export: new RegExp(`export[${blank}]+`, 'y'),
  quotedKey: /'([^']+)'/y,
  unquotedKey: new RegExp(`([^=#${blank}\\n]+)`, 'y'),
  restOfLine: /([^\n]*)/y,
  comment: /#[^\n]*/y,
  endOfLine: /\n|$/y,
} as const;

/** @param text with line feeds as its only line breaks, and without a byte order mark */
export function parseDotenv(text: string): Dotenv {
  return new Parser(text).parse();
}

class Parser {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): Dotenv {
    const statements: Statement[] = [];
    let line = 1;
    for (let start = 0; ;) {
      this.#read('blanksAndLineBreaks');
      if (this.#position === this.#text.length) return { statements, problem: undefined };
      line += this.#text.slice(start, this.#position).split('\n').length - 1;
      start = this.#position;
      const statement = this.#readStatement();
      if ('reason' in statement) return { statements, problem: { ...statement, line, start } };
      if (statement.key !== undefined) statements.push({ ...statement, line, start });
    }
  }

  #readStatement():
    Omit<Statement, keyof Place> | { key: undefined } | Pick<SyntaxProblem, 'key' | 'reason'> {
    this.#read('export');
    const isComment = this.#peek() === '#';
    const key = isComment
      ? undefined
      : this.#read(this.#peek() === "'" ? 'quotedKey' : 'unquotedKey');
    if (key === undefined && !isComment) return { key, reason: 'not an assignment' };
    this.#read('blanks');
    const isAssignment = this.#peek() === '=';
    const { value, isQuoted } = isAssignment ? this.#readValue() : noValue;
    if (isAssignment && value === undefined) return { key, reason: 'no closing quote' };
    this.#read('blanks');
    this.#read('comment');
    if (this.#read('endOfLine') === undefined) {
      if (isAssignment) return { key, reason: 'text after the closing quote' };
      return { key: undefined, reason: 'not an assignment' };
    }
    return key === undefined ? { key } : { key, value, isQuoted };
  }

  /** Reads from the equals sign; there is no value if a quote is not closed. */
  #readValue(): Pick<Statement, 'value' | 'isQuoted'> {
    this.#position += 1;
    const hasBlank = this.#read('blanks') !== '';
    const first = this.#peek();
    if (first === "'" || first === '"') {
      const escape = first === "'" ? /\\([\\'])/g : /\\([\\'"abfnrtv])/g;
      const value = this.#readQuoted(first)?.replace(
        escape,
        (_, letter: string) => escapes.get(letter) ?? letter,
      );
      return { value, isQuoted: true };
    }
    if (hasBlank && first === '#') return { value: '', isQuoted: false };
    return { value: withoutComment(this.#read('restOfLine') ?? ''), isQuoted: false };
  }

  /** What is between two quotes, escapes included. A loop, because an expression runs out of stack. */
  #readQuoted(quote: string): string | undefined {
    const start = this.#position + 1;
    for (let end = start; end < this.#text.length; end++) {
      if (this.#text[end] === '\\') end++;
      else if (this.#text[end] === quote) {
        this.#position = end + 1;
        return this.#text.slice(start, end);
      }
    }
    return undefined;
  }

  #peek(): string | undefined {
    return this.#text[this.#position];
  }

  /** What a pattern matches here, or its group; undefined if it does not match. */
  #read(name: keyof typeof patterns): string | undefined {
    const pattern = patterns[name];
    pattern.lastIndex = this.#position;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#position += match[0].length;
    return match[1] ?? match[0];
  }
}

const noValue = { value: undefined, isQuoted: false } as const;

/** The meaning of a letter after a backslash in double quotes, if it is not the letter itself. */
const escapes: ReadonlyMap<string, string> = new Map([
  ['a', '\u0007'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
]);

/** An unquoted value: a `#` begins a comment only after a blank. */
function withoutComment(rest: string): string {
  const comment = rest.search(commentAfterBlank);
  let end = comment === -1 ? rest.length : comment;
  while (isBlank.test(rest.charAt(end - 1))) end--;
  return rest.slice(0, end);
}

/** A value with its references resolved, or the name that is unknown or makes it too long. */
export type Resolution =
  { readonly value: string } | { readonly name: string; readonly isTooLong: boolean };

/** Characters; references in a few lines could otherwise fill the memory. */
const maxValueLength = 1024 * 1024;

/**
 * Replaces `${NAME}` and `${NAME:-default}` by values from the same file, whatever the quotes. python-dotenv
 * also looks in the environment of the bot, which is unknown here.
 *
 * @param earlier the keys further up in the file; undefined for a key without a value
 */
export function resolveReferences(
  value: string,
  earlier: ReadonlyMap<string, string | undefined>,
): Resolution {
  // The part up to the last `}`, so every match ends at the first `}` or `:`, and reading takes linear time.
  const complete = value.slice(0, value.lastIndexOf('}') + 1);
  let resolved = '';
  let done = 0;
  for (const match of complete.matchAll(/\$\{([^}:]*)(?:\}|:-([^}]*)\}|:)/g)) {
    const [reference, name = '', fallback] = match;
    // A colon without a default, so this is no reference.
    if (reference.endsWith(':')) continue;
    const replacement = earlier.has(name) ? earlier.get(name) : fallback;
    if (replacement === undefined) return { name, isTooLong: false };
    resolved += value.slice(done, match.index) + replacement;
    if (resolved.length > maxValueLength) return { name, isTooLong: true };
    done = match.index + reference.length;
  }
  return { value: resolved + value.slice(done) };
}
