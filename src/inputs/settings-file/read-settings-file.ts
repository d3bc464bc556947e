import * as v from 'valibot';
import { quote } from '../../text/quote.js';
import { unreadableReason, type ReadFile } from '../files.js';
import type { InputSource } from '../reader.js';
import {
  forms,
  isTable,
  knownTables,
  settingsFileKeys,
  table,
  valueAt,
  type Table,
} from './document.js';
import type { SettingsFile } from './settings-file.js';
import { unknownKeys } from './unknown-keys.js';

/** Bytes; a larger file is not a settings file. */
const largestFile = 1024 * 1024;

/**
 * Reads the platform's own settings file. Everything that the platform's client rejects or silently ignores
 * is a problem, and all are reported together. They name the file and the key, but never quote the file.
 * Only the types of values are checked here; the readers of the inputs that they replace do the rest.
 *
 * @returns undefined if there are problems
 */
export async function readSettingsFile(
  path: string,
  { readFile, findings }: Pick<InputSource, 'readFile' | 'findings'>,
): Promise<SettingsFile | undefined> {
  const name = quote(path);
  const parsing = await parse(path, readFile);
  if ('problem' in parsing) return findings.problem('config-file', `${name} ${parsing.problem}`);
  const { document } = parsing;
  const { values, mistakes } = readValues(document);
  const unknown = unknownKeys(document);
  findings.warnings.push(...unknown.warnings.map((warning) => `${name}: ${warning}`));
  return findings.accept(
    'config-file',
    settingsFile(path, document, values),
    [...unknown.problems, ...mistakes, ...contradictions(document)].map(
      (problem) => `${name}: ${problem}`,
    ),
  );
}

/** The values of the known keys, as in inputs, and the mistakes in the others. */
function readValues(document: Table): {
  readonly values: ReadonlyMap<string, unknown>;
  readonly mistakes: readonly string[];
} {
  const values = new Map<string, unknown>();
  const mistakes: string[] = [];
  const check = (key: string, schema: v.GenericSchema): void => {
    const value = valueAt(document, key);
    if (value === undefined) return;
    const result = v.safeParse(schema, value, { abortPipeEarly: true });
    if (result.success) values.set(key, result.output);
    else mistakes.push(...result.issues.map((issue) => `${placeOf(key, issue)} ${issue.message}`));
  };
  for (const name of knownTables.keys()) if (name !== '') check(name, table);
  for (const { key, form } of settingsFileKeys) check(key, forms[form]);
  return { values, mistakes };
}

async function parse(
  path: string,
  readFile: ReadFile,
): Promise<{ document: Table } | { problem: string }> {
  let text: string;
  try {
    text = await readFile(path);
  } catch (error) {
    return { problem: `cannot be read (${unreadableReason(error)})` };
  }
  if (Buffer.byteLength(text) > largestFile) {
    return { problem: 'is larger than 1 MiB, so it is not a settings file; it was not read' };
  }
  if (text.includes('\0')) {
    return { problem: 'is not text in UTF-8 (it may be in UTF-16); save it as UTF-8' };
  }
  const toml = await import('smol-toml');
  try {
    const options = { integersAsBigInt: true, useLegacyDate: true } as const;
    return { document: toml.parse(text.replace(/^\uFEFF/, ''), options) };
  } catch (error) {
    // Any other error is a bug in the parser, and could quote the file.
    if (!(error instanceof toml.TomlError)) return { problem: 'is not TOML' };
    const { line, column } = error;
    return { problem: `line ${line}, column ${column} is not TOML: ${tomlReason(error.message)}` };
  }
}

/** The parser's reason without the lines of the file that it appends. */
function tomlReason(message: string): string {
  const [first = ''] = message.split('\n');
  return first.replace(/^Invalid TOML document: /, '');
}

/** The key, and the place within its array. */
function placeOf(key: string, { path }: v.BaseIssue<unknown>): string {
  const index: unknown = path?.[0]?.key;
  return quote(key) + (typeof index === 'number' ? ` (item ${index + 1})` : '');
}

/** Keys that exclude or need each other, valid or not. */
function contradictions(document: Table): string[] {
  const has = (key: string): boolean => valueAt(document, key) !== undefined;
  const problems: string[] = [];
  const [cpu, memory] = [has('resources.cpu'), has('resources.memory')];
  if (cpu !== memory) {
    const [given, missing] = cpu ? ['cpu', 'memory'] : ['memory', 'cpu'];
    problems.push(`\`resources.${given}\` needs \`resources.${missing}\`, which is not set`);
  }
  if (has('agent_profile') && (cpu || memory)) {
    problems.push('`agent_profile` and `resources` are both set, but an agent has only one size');
  }
  return problems;
}

function settingsFile(
  path: string,
  document: Table,
  values: ReadonlyMap<string, unknown>,
): SettingsFile {
  const textOf = (key: string): string | undefined => {
    const value = values.get(key);
    return typeof value === 'string' ? value : undefined;
  };
  const [cpu, memory] = [textOf('resources.cpu'), textOf('resources.memory')];
  const patterns = v.safeParse(forms.texts, values.get('build.exclude.patterns'));
  const git = valueAt(document, 'git');
  return {
    path,
    defaults: settingsFileKeys.flatMap(({ key, input }) => {
      const text = textOf(key);
      return input === undefined || text === undefined ? [] : [{ input, text, key }];
    }),
    resources: cpu === undefined || memory === undefined ? undefined : { cpu, memory },
    excludePatterns: patterns.success ? patterns.output : undefined,
    hasGit: isTable(git) && Object.keys(git).length > 0,
  };
}
