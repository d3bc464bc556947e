import * as v from 'valibot';
import type { NameRule } from '../../pipecat/names.js';
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

function table<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.optional(v.pipe(v.custom<unknown>(isTable, hasToBe('a table')), v.object(entries)));
}

const scaling = { min_agents: v.optional(integer), max_agents: v.optional(integer) };
const krispViva = { audio_filter: v.optional(text) };
const resources = { cpu: v.optional(quantity), memory: v.optional(quantity) };
const exclude = {
  patterns: v.optional(v.array(text, hasToBe('an array of texts'))),
};
const build = {
  context_dir: v.optional(text),
  dockerfile: v.optional(text),
  exclude: table(exclude),
};
const git = {
  repo: v.optional(text),
  branch: v.optional(text),
  dockerfile_path: v.optional(text),
  subdirectory: v.optional(text),
};
const topLevel = {
  agent_name: v.optional(text),
  image: v.optional(text),
  build_id: v.optional(text),
  region: v.optional(text),
  secret_set: v.optional(text),
  image_credentials: v.optional(text),
  agent_profile: v.optional(text),
  max_session_duration: v.optional(integer),
  websocket_auth: v.optional(text),
  architecture: v.optional(text),
  scaling: table(scaling),
  krisp_viva: table(krispViva),
  resources: table(resources),
  build: table(build),
  // The client's own `docker` command reads it; nothing of it concerns a release.
  docker: v.optional(v.unknown()),
  git: table(git),
};

/** The document as the platform's client knows it; keys that are not known pass. */
export const settingsDocument = v.object(topLevel);

export type SettingsDocument = v.InferOutput<typeof settingsDocument>;

/** The tables with the keys that they may hold; the top level's name is empty. */
export const knownTables: readonly { readonly name: string; readonly keys: readonly string[] }[] = [
  { name: '', keys: Object.keys(topLevel) },
  { name: 'scaling', keys: Object.keys(scaling) },
  { name: 'krisp_viva', keys: Object.keys(krispViva) },
  { name: 'resources', keys: Object.keys(resources) },
  { name: 'build', keys: Object.keys(build) },
  { name: 'build.exclude', keys: Object.keys(exclude) },
  { name: 'git', keys: Object.keys(git) },
];
