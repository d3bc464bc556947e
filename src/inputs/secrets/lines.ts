import { secretKey } from '../../pipecat/names.js';
import { looksLikeSeveral, severalValues } from './likely-mistakes.js';
import {
  afterKey,
  mistakeIn,
  endsBase64,
  isConventional,
  isObjectAsText,
  maxKeyLength,
  objectAsText,
  SourceReading,
} from './source.js';

/**
 * Reads the `secrets` input: lines `KEY=value`, the value verbatim to the end of the line, and
 * `KEY<<DELIMITER` … `DELIMITER` for values of several lines, as in GITHUB_ENV. Skips blank lines and
 * lines that begin with `#`.
 *
 * Any other line may be part of a private key. So the message only has its number and the key before it,
 * and reading stops, because what looks like a key after it may not be one.
 */
export function readLines(input: string): SourceReading {
  const reading = new SourceReading('secrets');
  if (isObjectAsText(input)) return reading.stopAt(objectAsText);
  const lines = input.split(/(?<=\n)/);
  const texts = lines.map((line) => line.replace(/\r?\n$/, ''));
  const isSingle = texts.filter((text) => text.trim() !== '').length === 1;
  let keyBefore: string | undefined;
  for (let index = 0; index < texts.length; index++) {
    const text = texts[index] ?? '';
    if (text.trim() === '' || text.startsWith('#')) continue;
    const place = `line ${index + 1}`;
    const head = parseHead(text);
    if (head === undefined) {
      return reading.stopAt(unreadable(place, keyBefore, text), texts.slice(index));
    }
    keyBefore = head.key;
    if ('value' in head) {
      if (isSingle && looksLikeSeveral(head.value)) {
        reading.addPossibleSecret(head.value);
        for (const value of severalValues(head.value)) reading.addPossibleSecret(value);
        return reading.stopAt(
          `${place}: the value of \`${head.key}\` looks like several \`KEY=value\` pairs on one line. Write one \`KEY=value\` per line, below \`secrets: |\` (use \`|\`, not \`>\`). If it is one value, pass it with \`secrets-env\``,
        );
      }
      reading.add(head.key, head.value, place, { isLine: true });
      continue;
    }
    const end = texts.indexOf(head.delimiter, index + 1);
    if (end === -1) {
      const what = isConventional(head.key) ? `: \`${head.key}\`` : '';
      return reading.stopAt(
        `${place}${what} begins a value of several lines that does not end. Put the delimiter alone on its last line`,
        texts.slice(index + 1),
      );
    }
    const value = lines.slice(index + 1, end).join('');
    reading.add(head.key, value.replace(/\r?\n$/, ''), place);
    index = end;
  }
  return reading;
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

function unreadable(place: string, keyBefore: string | undefined, line: string): string {
  const where = `${place}${afterKey(keyBefore)}`;
  const mistake = mistakeIn(line) ?? keyMistake(line);
  if (mistake !== undefined) return `${where} ${mistake}. Reading stopped here`;
  return (
    `${where} is not \`KEY=value\` with a valid key, so reading stopped here. ` +
    'For a value of several lines, use `KEY<<DELIMITER` … `DELIMITER`, or `secrets-env`'
  );
}

/** What is wrong with a line that has no key, or one that the platform would reject. */
function keyMistake(line: string): string | undefined {
  if (/^[A-Z_][A-Z0-9_]*(?:[,\s]+[A-Z_][A-Z0-9_]*)*[,\s]*$/.test(line)) {
    return 'has names without values. Write `KEY=value`, or pass the names of variables with `secrets-env`';
  }
  const key = /^[\w-]+(?==)/.exec(line)?.[0] ?? '';
  if (key.length <= maxKeyLength) return undefined;
  return `has a key of ${key.length} characters; a key has at most ${maxKeyLength}`;
}
