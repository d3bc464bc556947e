import { readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesOf } from '../text/bytes.js';
import { quote } from '../text/quote.js';
import { faultOf, isNotFound } from '../text/system-error.js';
import { defaultIgnoreFile } from './default-exclusions.js';
import { patternLine, patternLines, type PatternLine } from './docker-patterns.js';
import { ContextError, type ContextProblem } from './errors.js';
import { IgnoreRules } from './ignore-rules.js';
import { isInside } from './inside.js';
import { Rules } from './rules.js';

/**
 * Reads the ignore file of the Dockerfile, or else that of the context.
 *
 * @param exclude patterns of other files to exclude
 * @returns the path of the ignore file is relative to the context; undefined if there is none
 * @throws ContextError if it cannot be read, or has lines that Docker does not accept
 */
export async function readRules(
  root: string,
  dockerfile: string,
  exclude: readonly string[],
): Promise<{ readonly rules: Rules; readonly ignoreFile: string | undefined }> {
  const patterns = exclude.flatMap((text) => patternLine(text) ?? []);
  const problems = patterns
    .filter(({ isException }) => isException)
    .map((line) => unusableExclusion(line, 'a `!` would include files again'));
  const excluded = new IgnoreRules(
    patterns.filter(({ isException }) => !isException).map(atAnyDepth),
    (line, reason) => {
      problems.push(unusableExclusion(line, reason));
    },
  );
  let ignored = new IgnoreRules(patternLines(defaultIgnoreFile), () => undefined);
  let ignoreFile: string | undefined;
  for (const path of [`${dockerfile}.dockerignore`, '.dockerignore']) {
    const content = await readIgnoreFile(root, path);
    if (content === undefined) continue;
    ignoreFile = path;
    ignored = new IgnoreRules(patternLines(content), ({ number, text }, reason) => {
      problems.push({
        about: quote(path),
        message: `line ${number}, ${quote(text)}, is not a valid pattern: ${reason}`,
        next: 'Fix the line. Put a backslash before each special character that is meant literally.',
      });
    });
    break;
  }
  if (problems.length > 0) throw new ContextError(problems);
  return { rules: new Rules(ignored, excluded), ignoreFile };
}

/** Applies a pattern without a slash at any depth. */
function atAnyDepth(line: PatternLine): PatternLine {
  const isName = !/\/[^/]/.test(line.text) && !/^(?:\.\.?|\/)$/.test(line.pattern);
  return isName ? { ...line, pattern: `**/${line.pattern}` } : line;
}

function unusableExclusion({ text, isException }: PatternLine, reason: string): ContextProblem {
  return {
    about: `exclude pattern ${quote(text)}`,
    message: `cannot be used: ${reason}`,
    next: isException
      ? 'Move it to `.dockerignore`, which supports lines with `!`.'
      : 'Fix the pattern; its syntax is that of a line in `.dockerignore`.',
  };
}

/** The largest ignore file in bytes. Real ones have a few hundred lines. */
const maxBytes = 1024 * 1024;

const fixIt = 'Fix it: the action must know what to exclude before it packs anything.';

/** Returns undefined if the file does not exist. */
async function readIgnoreFile(root: string, path: string): Promise<string | undefined> {
  const unreadable = (message: string, next = fixIt, cause?: unknown): ContextError =>
    new ContextError({ about: quote(path), message, next }, { cause });
  let content: string;
  try {
    const real = await realpath(join(root, path));
    if (!isInside(real, root))
      throw unreadable(`is a link that points outside the context, to ${quote(real)}`);
    // Reading a named pipe or a device might never end.
    const stats = await stat(real);
    if (!stats.isFile()) throw unreadable('is a folder or a special file, not a regular file');
    if (stats.size > maxBytes)
      throw unreadable(`has ${bytesOf(stats.size)}; the limit is ${bytesOf(maxBytes)}`);
    content = await readFile(real, 'utf8');
  } catch (error) {
    if (isNotFound(error)) return undefined;
    if (error instanceof ContextError) throw error;
    const { reason, next } = faultOf(error);
    throw unreadable(`cannot be read (${reason})`, next, error);
  }
  if (content.includes('\0'))
    throw unreadable('is not UTF-8 text (it may be UTF-16); save it as UTF-8');
  return content;
}
