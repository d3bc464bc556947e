import { secretKey } from '../../pipecat/names.js';
import { listOf } from '../../text/list.js';
import { unreadableReason, type ReadFile } from '../files.js';
import { unfinished, type Unfinished } from './likely-mistakes.js';
import {
  parseDotenv,
  resolveReferences,
  type Dotenv,
  type Statement,
  type SyntaxProblem,
} from './dotenv.js';
import { afterKey, mistakeIn, endsBase64, isConventional, SourceReading } from './source.js';

/**
 * Reads the `secrets-file` input: dotenv files. Each value is as python-dotenv
 * reads it, or a problem names the key and the reason.
 */
export async function readFiles(
  paths: readonly string[],
  readFile: ReadFile,
): Promise<SourceReading> {
  const reading = new SourceReading('secrets-file');
  for (const path of paths) {
    const text = await readText(reading, path, readFile);
    if (text !== undefined) readValues(reading, path, text);
  }
  return reading;
}

/** The keys of a dotenv file, including bare names and repeated keys. */
export async function readKeyNames(
  path: string,
  readFile: ReadFile,
): Promise<{ readonly keys: readonly string[]; readonly problems: readonly string[] }> {
  const reading = new SourceReading('secrets-file');
  const text = await readText(reading, path, readFile);
  if (text === undefined) return { keys: [], problems: reading.problems };
  const { statements: all, problem } = readStatements(text);
  const isSops = isEncryptedBySops(all);
  const statements = all.filter(({ key }) => !(isSops && isOfSops(key)));
  for (const { key, line } of statements) {
    if (!secretKey.pattern.test(key)) reading.refuseKey(key, placeIn(path, line));
  }
  stopAt(reading, path, text, { statements, problem });
  return { keys: statements.map(({ key }) => key), problems: reading.problems };
}

/** The text of a file with line feeds as its only line breaks; undefined, with a problem, if it is not text. */
async function readText(
  reading: SourceReading,
  path: string,
  readFile: ReadFile,
): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(path);
  } catch (error) {
    reading.problems.push(`\`${path}\` cannot be read (${unreadableReason(error)})`);
    return undefined;
  }
  if (/[\0\uFFFD]/.test(text)) {
    reading.problems.push(
      `\`${path}\` is not text in UTF-8; it may be in UTF-16 or Latin-1. Save it as UTF-8`,
    );
    for (const line of text.split('\n')) reading.addPossibleSecret(line);
    return undefined;
  }
  return text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
}

/**
 * The statements of a file up to the first that does not look like one. In a private key without quotes,
 * python-dotenv reads each line as a name, or as a key with the value `=`.
 */
function readStatements(text: string): Dotenv {
  const dotenv = parseDotenv(text);
  const { statements } = dotenv;
  const first = statements.find(({ key, value, isQuoted }) =>
    value === undefined ? !isVariableName(key) : !isQuoted && endsBase64(key, value),
  );
  if (first === undefined) return dotenv;
  const { line } = first;
  const start = text.lastIndexOf('\n', first.start) + 1;
  return {
    statements: statements.slice(0, statements.indexOf(first)),
    problem: { line, start, key: undefined, reason: 'not an assignment' },
  };
}

function readValues(reading: SourceReading, path: string, text: string): void {
  const dotenv = readStatements(text);
  const assigned = new Set(
    dotenv.statements.filter(({ value }) => value !== undefined).map(({ key }) => key),
  );
  const isSops = isEncryptedBySops(dotenv.statements);
  const unfinishedKeys: [key: string, kind: Unfinished][] = [];
  /** Resolved values for references; undefined for a key without a usable value. */
  const earlier = new Map<string, string | undefined>();
  const readValue = ({ key, value, line }: Statement): string | undefined => {
    const place = placeIn(path, line);
    if (value === undefined) {
      const name = isConventional(key) ? `\`${key}\`` : 'a name';
      if (!isConventional(key)) reading.addPossibleSecret(key);
      reading.remarks.push(`${place}: skipped ${name}, because it has no \`=\` and no value.`);
      return undefined;
    }
    const kind = unfinished(value);
    if (kind !== undefined || (isSops && isOfSops(key))) {
      if (!secretKey.pattern.test(key)) reading.refuseKey(key, place);
      else if (kind !== undefined && !isOfSops(key)) unfinishedKeys.push([key, kind]);
      return undefined;
    }
    const resolution = resolveReferences(value, earlier);
    if ('value' in resolution) {
      reading.add(key, resolution.value, place);
      return resolution.value;
    }
    const { name, isTooLong } = resolution;
    const reference = isConventional(name) ? `\`\${${name}}\`` : 'a reference such as `${NAME}`';
    const reason = isTooLong
      ? 'would make the value longer than 1 MiB'
      : whyUnresolved(earlier.has(name), assigned.has(name));
    const words = `contains ${reference}, which python-dotenv replaces, and ${reason}`;
    reading.refuseValue(key, value, place, words);
    return undefined;
  };
  for (const statement of dotenv.statements) earlier.set(statement.key, readValue(statement));
  reportUnfinished(reading, path, unfinishedKeys);
  stopAt(reading, path, text, dotenv);
}

/** What a value is in place of the secret, and what to do first. */
const unfinishedWords: Readonly<Record<Unfinished, string>> = {
  'a GitHub expression':
    'a `${{ … }}` expression, which GitHub does not evaluate in a file. Pass the secret with `secrets-env`',
  'SOPS ciphertext':
    'ciphertext of SOPS. Decrypt the file in a step before, such as with `sops decrypt`, and name the decrypted file',
  'dotenvx ciphertext':
    'ciphertext of dotenvx. Decrypt the file in a step before, with `dotenvx decrypt`',
};

function reportUnfinished(
  reading: SourceReading,
  path: string,
  unfinishedKeys: readonly [key: string, kind: Unfinished][],
): void {
  for (const [kind, words] of Object.entries(unfinishedWords)) {
    const keys = unfinishedKeys.filter(([, own]) => own === kind).map(([key]) => key);
    if (keys.length === 0) continue;
    const named = listOf(keys, { most: 20 });
    reading.problems.push(`\`${path}\`: ${named} ${keys.length === 1 ? 'is' : 'are'} ${words}`);
  }
}

function isEncryptedBySops(statements: readonly Statement[]): boolean {
  return statements.some(({ value = '' }) => unfinished(value) === 'SOPS ciphertext');
}

/** Whether a key belongs to SOPS, which keeps its own data in the encrypted file. */
function isOfSops(key: string): boolean {
  return key.startsWith('sops_');
}

function whyUnresolved(isEarlier: boolean, isAssigned: boolean): string {
  if (isEarlier) return 'the file has no usable value for that name';
  return `the file ${isAssigned ? 'sets that name only further down' : 'does not set that name'}`;
}

/** Reports where reading a file stopped. What was not read may be (part of) a secret. */
function stopAt(
  reading: SourceReading,
  path: string,
  text: string,
  { statements, problem }: Dotenv,
): void {
  if (problem === undefined) return;
  const place = `${placeIn(path, problem.line)}${afterKey(statements.at(-1)?.key)}`;
  const unread = text.slice(problem.start).split('\n');
  const [line = ''] = unread;
  const mistake = problem.reason === 'not an assignment' ? mistakeIn(line) : undefined;
  reading.stopAt(
    mistake === undefined
      ? `${place}: ${wordsOf(problem)}, so reading stopped here`
      : `${place} ${mistake}. Reading stopped here`,
    unread,
  );
}

function wordsOf({ key, reason }: SyntaxProblem): string {
  const ofKey = key !== undefined && isConventional(key) ? ` of \`${key}\`` : '';
  switch (reason) {
    case 'not an assignment':
      return 'this is not `KEY=value`';
    case 'no closing quote':
      return `the quoted value${ofKey} has no closing quote`;
    case 'text after the closing quote':
      return `text follows the closing quote of the value${ofKey}`;
  }
}

function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(name);
}

function placeIn(path: string, line: number): string {
  return `\`${path}\` line ${line}`;
}
