import { readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesOf } from '../text/bytes.js';
import { quote } from '../text/quote.js';
import { faultOf, systemErrorCode } from '../text/system-error.js';
import { patternLine, patternLines, type PatternLine } from './docker-patterns.js';
import { ContextError, type ContextProblem } from './errors.js';
import { IgnoreRules } from './ignore-rules.js';
import { isInside } from './inside.js';
import { Rules } from './rules.js';

export interface ReadRules {
  readonly rules: Rules;
  /** Relative to the context; undefined where there is none. */
  readonly ignoreFile: string | undefined;
}

/**
 * Reads the ignore file: the one beside the Dockerfile, which is for that Dockerfile alone, or the
 * one of the whole context.
 *
 * @param exclude patterns of what is left out besides
 * @throws ContextError if it cannot be read, or has lines that Docker refuses
 */
export async function readRules(
  root: string,
  dockerfile: string,
  exclude: readonly string[],
): Promise<ReadRules> {
  const problems: ContextProblem[] = [];
  const excluded = new IgnoreRules(exclude.flatMap(excludeLine(problems)), (line, reason) => {
    problems.push(unusableExclusion(line, reason));
  });
  let ignored: IgnoreRules | undefined;
  let ignoreFile: string | undefined;
  for (const path of [`${dockerfile}.dockerignore`, '.dockerignore']) {
    const content = await readIgnoreFile(root, path);
    if (content === undefined) continue;
    ignoreFile = path;
    ignored = new IgnoreRules(patternLines(content), ({ number, text }, reason) => {
      problems.push({
        about: quote(path),
        message: `line ${number}, ${quote(text)}, is not a pattern that Docker accepts: ${reason}`,
        next: 'Correct the line. Put a backslash before a character that has no special meaning there.',
      });
    });
    break;
  }
  if (problems.length > 0) throw new ContextError(problems);
  return { rules: new Rules(ignored, excluded), ignoreFile };
}

/** A pattern as a line of an ignore file; without a slash it counts at any depth. */
function excludeLine(problems: ContextProblem[]): (text: string) => PatternLine[] {
  return (text) => {
    const line = patternLine(text, 1);
    if (line === undefined) return [];
    if (line.isException) {
      problems.push(unusableExclusion(line, 'what it matches would be taken in again'));
      return [];
    }
    const isName = !/\/[^/]/.test(line.text) && !/^(?:\.\.?|\/)$/.test(line.pattern);
    return [isName ? { ...line, pattern: `**/${line.pattern}` } : line];
  };
}

function unusableExclusion({ text, isException }: PatternLine, reason: string): ContextProblem {
  return {
    about: `exclude pattern ${quote(text)}`,
    message: `cannot be used: ${reason}`,
    next: isException
      ? 'Move it to `.dockerignore`, which has lines with `!`.'
      : 'Correct the pattern; it is written as a line of a `.dockerignore`.',
  };
}

/** Bytes of an ignore file. Real ones have a few hundred lines. */
const maxBytes = 1024 * 1024;

/** Undefined where this file does not exist. */
async function readIgnoreFile(root: string, path: string): Promise<string | undefined> {
  const unreadable = (message: string, next?: string, cause?: unknown): ContextError =>
    new ContextError(
      [
        {
          about: quote(path),
          message,
          next: next ?? 'Correct it: what it excludes has to be known before anything is packed.',
        },
      ],
      { cause },
    );
  let content: string;
  try {
    const real = await realpath(join(root, path));
    if (!isInside(real, root))
      throw unreadable(`is a link that leads out of the context, to ${quote(real)}`);
    // A named pipe would be waited for, and a device may never end.
    const stats = await stat(real);
    if (!stats.isFile())
      throw unreadable('is a folder or something else that is no file of patterns');
    if (stats.size > maxBytes)
      throw unreadable(`has ${bytesOf(stats.size)}, and ${bytesOf(maxBytes)} is the most`);
    content = await readFile(real, 'utf8');
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (error instanceof ContextError) throw error;
    const { reason, next } = faultOf(error);
    throw unreadable(`cannot be read (${reason})`, next, error);
  }
  if (content.includes('\0'))
    throw unreadable('is not text in UTF-8 (it may be in UTF-16); save it as UTF-8');
  return content;
}
