import * as v from 'valibot';
import type { AgentSettingName } from '../../pipecat/agent-settings.js';
import type { NameRule } from '../../pipecat/names.js';
import { inputOf, settingSources, type SettingsFileForm } from '../agent-settings.js';
import type { InputName } from '../declared.js';
import { found } from '../problems.js';

/** A table of a TOML document, as its parser returns it. Its keys may be anything, `__proto__` too. */
export type Table = Readonly<Record<string, unknown>>;

export function isTable(value: unknown): value is Table {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
  );
}

/** The value at a dotted key; undefined where there is none. */
export function valueAt(document: Table, key: string): unknown {
  let value: unknown = document;
  for (const part of key.split('.')) {
    value = isTable(value) ? value[part] : undefined;
  }
  return value;
}

/** What the platform's client lets pass as an amount of CPU or memory, and the API after it. */
const quantityRule: NameRule = {
  pattern: /^[0-9]+(\.[0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/,
  rule: 'a Kubernetes quantity, such as `500m`, `2` or `4Gi`',
};

/** What a value is instead of what it has to be, without showing it. */
function kindOf(value: unknown): string {
  if (typeof value === 'string') return 'a text';
  if (typeof value === 'bigint') return 'a whole number';
  if (typeof value === 'number') return 'a decimal number';
  if (typeof value === 'boolean') return 'a boolean';
  if (value instanceof Date) return 'a date or time';
  return Array.isArray(value) ? 'an array' : 'a table';
}

function hasToBe(rule: string): (issue: { readonly input: unknown }) => string {
  return ({ input }) => `has to be ${rule}; found ${kindOf(input)}`;
}

const text = v.pipe(v.string(hasToBe('a text in quotes')), v.trim(), v.nonEmpty('is empty'));

/** The parser makes whole numbers bigints, so that `1.0` is not one, and none is too large. */
const integer = v.pipe(v.bigint(hasToBe('a whole number, without quotes')), v.transform(String));

/** The client makes a text of whatever stands there, so numbers work in it as well. */
const quantity = v.pipe(
  v.union([v.string(), v.bigint(), v.number()], hasToBe(quantityRule.rule)),
  v.transform(String),
  v.trim(),
  v.nonEmpty('is empty'),
  v.regex(quantityRule.pattern, ({ input }) => `has to be ${quantityRule.rule}; ${found(input)}`),
);

/** Checks a value of each form, and makes of it what an input would hold. */
export const forms = {
  text,
  integer,
  quantity,
  texts: v.array(text, hasToBe('an array of texts')),
  anything: v.unknown(),
} as const satisfies Record<SettingsFileForm, v.GenericSchema>;

export const table = v.custom<Table>(isTable, hasToBe('a table'));

/** A key of the settings file. */
export interface SettingsFileKey {
  /** Dotted, such as `scaling.min_agents`. */
  readonly key: string;
  readonly form: SettingsFileForm;
  /** The input that it stands in for; undefined if no input says the same. */
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
  // The client's own `docker` command reads it; a release needs none of it.
  { key: 'docker', form: 'anything', input: undefined },
  { key: 'git.repo', form: 'text', input: undefined },
  { key: 'git.branch', form: 'text', input: undefined },
  { key: 'git.dockerfile_path', form: 'text', input: undefined },
  { key: 'git.subdirectory', form: 'text', input: undefined },
];

/** The tables with the keys that they may hold; the top level's name is empty. */
export const knownTables: readonly { readonly name: string; readonly keys: readonly string[] }[] =
  knownKeysByTable();

function knownKeysByTable(): { readonly name: string; readonly keys: readonly string[] }[] {
  const tables = new Map<string, string[]>([['', []]]);
  for (const { key } of settingsFileKeys) {
    const parts = key.split('.');
    for (const [depth, part] of parts.entries()) {
      const name = parts.slice(0, depth).join('.');
      const keys = tables.get(name) ?? [];
      if (!keys.includes(part)) tables.set(name, [...keys, part]);
    }
  }
  return [...tables].map(([name, keys]) => ({ name, keys }));
}
