import * as v from 'valibot';
import { isObject, type AgentSettingName } from '../../pipecat/agent-settings.js';
import type { NameRule } from '../../pipecat/names.js';
import { inputOf, settingSources, type SettingsFileForm } from '../agent-settings.js';
import type { InputName } from '../declared.js';
import { shown } from '../problems.js';

/** A table of a TOML document, as the parser returns it. A key may be anything, even `__proto__`. */
export type Table = Readonly<Record<string, unknown>>;

export function isTable(value: unknown): value is Table {
  return isObject(value) && !(value instanceof Date);
}

/** The value at a dotted key; undefined if there is none. */
export function valueAt(document: Table, key: string): unknown {
  let value: unknown = document;
  for (const part of key.split('.')) {
    value = isTable(value) ? value[part] : undefined;
  }
  return value;
}

/** What the platform's client and API accept as an amount of CPU or memory. */
const quantityRule: NameRule = {
  pattern: /^[0-9]+(\.[0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/,
  rule: 'a Kubernetes quantity, such as `500m`, `2` or `4Gi`',
};

/** The type of a value, in words. */
function kindOf(value: unknown): string {
  if (typeof value === 'string') return 'a text';
  if (typeof value === 'bigint') return 'a whole number';
  if (typeof value === 'number') return 'a decimal number';
  if (typeof value === 'boolean') return 'a boolean';
  if (value instanceof Date) return 'a date or time';
  return Array.isArray(value) ? 'an array' : 'a table';
}

function isNot(expected: string): (issue: { readonly input: unknown }) => string {
  return ({ input }) => `is ${kindOf(input)}, not ${expected}`;
}

const text = v.pipe(v.string(isNot('a text in quotes')), v.trim(), v.nonEmpty('is empty'));

/** The parser returns whole numbers as bigints, so `1.0` is not one, and none is too large. */
const integer = v.pipe(v.bigint(isNot('a whole number without quotes')), v.transform(String));

/** The client turns any value into a text, so numbers work, too. */
const quantity = v.pipe(
  v.union([v.string(), v.bigint(), v.number()], isNot(quantityRule.rule)),
  v.transform(String),
  v.trim(),
  v.nonEmpty('is empty'),
  v.regex(quantityRule.pattern, ({ input }) => `is ${shown(input)}, not ${quantityRule.rule}`),
);

/** Checks a value of each form, and turns it into the text of an input. */
export const forms = {
  text,
  integer,
  quantity,
  texts: v.array(text, isNot('an array of texts')),
  anything: v.unknown(),
} as const satisfies Record<SettingsFileForm, v.GenericSchema>;

export const table = v.custom<Table>(isTable, isNot('a table'));

/** A key of the settings file. */
export interface SettingsFileKey {
  /** Dotted, such as `scaling.min_agents`. */
  readonly key: string;
  readonly form: SettingsFileForm;
  /** The input that it replaces; undefined if there is none. */
  readonly input: InputName | undefined;
}

/** The keys that the platform's client knows. */
export const settingsFileKeys: readonly SettingsFileKey[] = [
  { key: 'agent_name', form: 'text', input: 'agent-name' },
  { key: 'region', form: 'text', input: 'region' },
  ...Object.entries(settingSources).flatMap(([name, { key, form }]): SettingsFileKey[] =>
    key === undefined ? [] : [{ key, form, input: inputOf(name as AgentSettingName) }],
  ),
  { key: 'build.context_dir', form: 'text', input: 'build-context' },
  { key: 'build.dockerfile', form: 'text', input: 'dockerfile' },
  { key: 'build.exclude.patterns', form: 'texts', input: undefined },
  // Only the client's own `docker` command reads it.
  { key: 'docker', form: 'anything', input: undefined },
  { key: 'git.repo', form: 'text', input: undefined },
  { key: 'git.branch', form: 'text', input: undefined },
  { key: 'git.dockerfile_path', form: 'text', input: undefined },
  { key: 'git.subdirectory', form: 'text', input: undefined },
];

/** The known keys of each table, by its dotted name; that of the top level is empty. */
export const knownTables: ReadonlyMap<string, ReadonlySet<string>> = knownKeysByTable();

function knownKeysByTable(): Map<string, Set<string>> {
  const tables = new Map<string, Set<string>>();
  for (const { key } of settingsFileKeys) {
    const parts = key.split('.');
    for (const [depth, part] of parts.entries()) {
      const name = parts.slice(0, depth).join('.');
      tables.set(name, (tables.get(name) ?? new Set()).add(part));
    }
  }
  return tables;
}
