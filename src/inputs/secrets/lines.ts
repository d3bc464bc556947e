import { secretKey } from '../../pipecat/names.js';
import { afterKey, endsBase64, isConventional, SourceReading } from './source.js';

/**
 * Reads the `secrets` input: lines `KEY=value`, the value verbatim to the end of the line, and
 * `KEY<<DELIMITER` … `DELIMITER` for values of several lines, as GITHUB_ENV has it. Blank lines and
 * lines that begin with `#` are skipped.
 *
 * A line that is neither may be part of somebody's private key: it is told by its number and the
 * key before it, and nothing behind it is read, because a key found there may be one only by chance.
 */
export function readLines(input: string): SourceReading {
  const reading = new SourceReading('secrets');
  const lines = splitLines(input);
  let keyBefore: string | undefined;
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index];
    if (line === undefined) break;
    const { text } = line;
    if (text.trim() === '' || text.startsWith('#')) continue;
    const place = `line ${index + 1}`;
    const head = parseHead(text);
    if (head === undefined) {
      reading.breakOff(unreadable(place, keyBefore));
      for (const rest of lines.slice(index)) reading.suspectLine(rest.text);
      return reading;
    }
    keyBefore = head.key;
    if ('value' in head) {
      reading.add(head.key, head.value, place);
      continue;
    }
    const end = endOf(lines, index, head.delimiter);
    const last = lines[end];
    if (last === undefined) {
      const what = isConventional(head.key) ? `: \`${head.key}\`` : '';
      reading.breakOff(
        `${place}${what} begins a value of several lines that does not end; its last line has to be the delimiter alone`,
      );
      for (const rest of lines.slice(index + 1)) reading.suspectLine(rest.text);
      return reading;
    }
    const value = input.slice(line.next, last.start).replace(/\r?\n$/, '');
    reading.add(head.key, value, place);
    index = end;
  }
  return reading;
}

/** The line that ends a value of several lines; -1 where none does. */
function endOf(lines: readonly Line[], start: number, delimiter: string): number {
  for (let at = start + 1; at < lines.length; at++) {
    if (lines[at]?.text === delimiter) return at;
  }
  return -1;
}

interface Line {
  readonly text: string;
  /** Offset of the line's first character. */
  readonly start: number;
  /** Offset of the first character behind its line break. */
  readonly next: number;
}

function splitLines(input: string): Line[] {
  const lines: Line[] = [];
  for (const match of input.matchAll(/(.*?)(\r?\n|$)/gsy)) {
    const [whole, text = ''] = match;
    lines.push({ text, start: match.index, next: match.index + whole.length });
  }
  return lines;
}

type Head = { key: string; value: string } | { key: string; delimiter: string };

function parseHead(line: string): Head | undefined {
  const equals = line.indexOf('=');
  const heredoc = line.indexOf('<<');
  if (heredoc !== -1 && (equals === -1 || heredoc < equals)) {
    const key = line.slice(0, heredoc);
    const delimiter = line.slice(heredoc + 2);
    return secretKey.pattern.test(key) && delimiter.trim() !== '' ? { key, delimiter } : undefined;
  }
  if (equals === -1) return undefined;
  const key = line.slice(0, equals);
  const value = line.slice(equals + 1);
  if (!secretKey.pattern.test(key) || endsBase64(key, value)) return undefined;
  return { key, value };
}

function unreadable(place: string, keyBefore: string | undefined): string {
  return (
    `${place}${afterKey(keyBefore)} is not \`KEY=value\` with a valid key, so it and what follows was not read. ` +
    'A value of several lines needs the form `KEY<<DELIMITER` … `DELIMITER`, or `secrets-env`'
  );
}
