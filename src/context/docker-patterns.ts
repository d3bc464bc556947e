import { posix } from 'node:path';

/** A line of an ignore file with a pattern. */
export interface PatternLine {
  /** From 1. */
  readonly number: number;
  /** As in the file. */
  readonly text: string;
  /** Whether it begins with `!`, which includes files again. */
  readonly isException: boolean;
  /** The pattern in the form that Docker compares with paths. */
  readonly pattern: string;
}

const blank =
  '[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const outerBlanks = new RegExp(`^${blank}+|(?<!${blank})${blank}+$`, 'g');

/** Trims what Go considers white space, which differs from JavaScript's `trim`. */
function trim(text: string): string {
  return text.replace(outerBlanks, '');
}

function clean(path: string): string {
  return posix.normalize(path).replace(/(?<=[^])\/$/, '');
}

/** Reads the patterns of an ignore file as Docker does. */
export function patternLines(content: string): PatternLine[] {
  return content
    .replace(/^\uFEFF/, '')
    .split('\n')
    .flatMap((text, index) => patternLine(text, index + 1) ?? []);
}

export function patternLine(text: string, number = 1): PatternLine | undefined {
  if (text.startsWith('#')) return undefined;
  const line = trim(text);
  if (line === '') return undefined;
  const sign = line.startsWith('!') ? '!' : '';
  const path = trim(line.slice(sign.length));
  // This can move a `!` to the beginning, as in `/!keys`. Resolving `..` below can remove it again.
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

/** Whether a pattern names a file: its last part has more than wildcards and dots. */
export function namesFile(pattern: string): boolean {
  const name = pattern.split('/').at(-1) ?? '';
  const literal = name.replace(/\\([^])|\[\^?(?:\\[^]|[^\]\\])+\]|[*?]/g, '$1');
  return /[^.]/.test(literal);
}
