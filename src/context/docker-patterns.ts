import { posix } from 'node:path';

/** A line of an ignore file that holds a pattern. */
export interface PatternLine {
  /** Counted from 1. */
  readonly number: number;
  /** As it is in the file. */
  readonly text: string;
  /** Whether it begins with `!`: what it matches is included again. */
  readonly isException: boolean;
  /** The pattern as Docker compares it with paths. */
  readonly pattern: string;
}

const blank =
  '[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const outerBlanks = new RegExp(`^${blank}+|(?<!${blank})${blank}+$`, 'g');

/** Trims what Go takes for blanks; JavaScript's own `trim` knows some others. */
function trim(text: string): string {
  return text.replace(outerBlanks, '');
}

function clean(path: string): string {
  return posix.normalize(path).replace(/(?<=[^])\/$/, '');
}

/** The lines of an ignore file as Docker reads them, without comments and empty lines. */
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

/** Whether the last part of a pattern has more than wildcards and dots, so that it means a file. */
export function namesFile(pattern: string): boolean {
  const name = pattern.split('/').at(-1) ?? '';
  const literal = name.replace(/\\([^])|\[\^?(?:\\[^]|[^\]\\])+\]|[*?]/g, '$1');
  return /[^.]/.test(literal);
}
