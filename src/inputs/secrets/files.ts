import { resolve } from 'node:path';
import { systemErrorCode } from '../../text/system-error.js';
import { afterKey, endsBase64, isConventional, SourceReading } from './source.js';

/** Reads a text file; rejects as `node:fs` does. */
export type ReadFile = (path: string) => Promise<string>;

/**
 * Reads the `secrets-file` input: dotenv files, relative to the workspace. The values are what the
 * dotenv library makes of them. It takes what it understands and passes over the rest without a
 * word, so each file is given to it entry by entry: what it does not understand, and a key that
 * comes twice, is said.
 */
export async function readFiles(
  paths: readonly string[],
  workspace: string,
  readFile: ReadFile,
): Promise<SourceReading> {
  const reading = new SourceReading('secrets-file');
  const { parse } = await import('dotenv');
  for (const path of paths) {
    let text: string;
    try {
      text = await readFile(resolve(workspace, path));
    } catch (error) {
      reading.problems.push(`\`${path}\` cannot be read (${reasonOf(error)})`);
      continue;
    }
    if (/[\0\uFFFD]/.test(text)) {
      reading.problems.push(
        `\`${path}\` is not text in UTF-8 (it may be in UTF-16 or Latin-1), and would lose characters; save it as UTF-8`,
      );
      for (const line of text.split('\n')) reading.suspect(line);
      continue;
    }
    readDotenv(reading, path, text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n'), parse);
  }
  return reading;
}

type Parse = (text: string) => Record<string, string>;

function readDotenv(reading: SourceReading, path: string, text: string, parse: Parse): void {
  const lines = text.split('\n');
  let keyBefore: string | undefined;
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    if (line.trim() === '' || line.trim().startsWith('#')) continue;
    const place = `\`${path}\` line ${index + 1}`;
    const entry = readEntry(lines, index, parse);
    if ('problem' in entry) {
      reading.breakOff(`${place}${afterKey(keyBefore)}: ${entry.problem}`);
      for (const rest of lines.slice(index)) reading.suspectLine(rest);
      return;
    }
    keyBefore = entry.key;
    reading.add(entry.key, entry.value, place);
    index = entry.end;
  }
}

type Entry = { key: string; value: string; end: number } | { problem: string };

/** The entry that begins at a line; a quoted value may go on over the next lines. */
function readEntry(lines: readonly string[], start: number, parse: Parse): Entry {
  const line = lines[start] ?? '';
  const first = single(parse(line));
  if (first === undefined || endsBase64(first.key, line.replace(/^[^=]*=/, ''))) {
    return { problem: 'this is not `KEY=value`, so it and what follows was not read' };
  }
  const ofKey = isConventional(first.key) ? ` of \`${first.key}\`` : '';
  const raw = line.replace(/^\s*(?:export\s+)?[\w.-]+\s*(?:=|:\s)\s*/, '');
  const quote = /^["'`]/.exec(raw)?.[0];
  if (quote === undefined) {
    if (/[^\s#]#/.test(raw) && !raw.trim().startsWith('#')) {
      return {
        problem: `the value${ofKey} is not quoted and holds a \`#\`, where dotenv ends it: quote the value`,
      };
    }
    return { ...first, end: start };
  }
  const end = endOfQuote(lines, start, line.length - raw.length + 1, quote);
  if (end === undefined) {
    // What stands between two quotes on one line, whatever it is, the library takes for quoted, too.
    if (!first.value.startsWith(quote)) return { ...first, end: start };
    return { problem: `the quoted value${ofKey} does not end` };
  }
  const entry = single(parse(lines.slice(start, end + 1).join('\n')));
  if (entry?.key === first.key) return { ...entry, end };
  return { problem: `the quoted value${ofKey} cannot be read` };
}

/**
 * The line in which a quoted value ends, as the library has it: with the last quote, of those up to
 * the first that has no backslash before it, that has nothing but a comment behind it. Undefined where
 * there is none. The library itself is asked once only, as a value may have a quote in every line.
 */
function endOfQuote(
  lines: readonly string[],
  start: number,
  offset: number,
  quote: string,
): number | undefined {
  let end: number | undefined;
  for (let index = start; index < lines.length; index++) {
    const line = lines[index] ?? '';
    const from = index === start ? offset : 0;
    for (let at = line.indexOf(quote, from); at !== -1; at = line.indexOf(quote, at + 1)) {
      if (/^\s*(?:#.*)?$/.test(line.slice(at + 1))) end = index;
      if (at === from || line[at - 1] !== '\\') return end;
    }
  }
  return end;
}

function single(entries: Record<string, string>): { key: string; value: string } | undefined {
  const [entry, ...others] = Object.entries(entries);
  if (entry === undefined || others.length > 0) return undefined;
  return { key: entry[0], value: entry[1] };
}

export function reasonOf(error: unknown): string {
  const code = systemErrorCode(error);
  return code === 'ENOENT' ? 'there is no such file' : (code ?? 'the reason is not known');
}
