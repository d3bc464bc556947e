import { resolve } from 'node:path';
import { systemErrorCode } from '../../system-error.js';
import { SourceReading } from './source.js';

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
      const after = keyBefore === undefined ? '' : ` (after the key \`${keyBefore}\`)`;
      reading.problems.push(`${place}${after}: ${entry.problem}`);
      for (const rest of lines.slice(index)) reading.suspect(rest);
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
  const first = single(parse(lines[start] ?? ''));
  if (first === undefined) {
    return { problem: 'this is not `KEY=value`, so it and what follows was not read' };
  }
  const raw = (lines[start] ?? '').replace(/^\s*(?:export\s+)?[\w.-]+\s*(?:=|:\s)\s*/, '');
  const quote = /^["'`]/.exec(raw)?.[0];
  if (quote === undefined) {
    if (/[^\s#]#/.test(raw) && !raw.trim().startsWith('#')) {
      return {
        problem: `the value of \`${first.key}\` is not quoted and holds a \`#\`, where dotenv ends it: quote the value`,
      };
    }
    return { ...first, end: start };
  }
  // The library strips the quotes of a value that ends; as long as they are there, it goes on.
  for (let end = start; end < lines.length; end++) {
    if (end > start && !(lines[end] ?? '').includes(quote)) continue;
    const entry = single(parse(lines.slice(start, end + 1).join('\n')));
    if (entry?.key === first.key && !entry.value.startsWith(quote)) return { ...entry, end };
  }
  return { problem: `the quoted value of \`${first.key}\` does not end` };
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
