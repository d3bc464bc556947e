import { nearest, typo, type Tolerance } from '../../text/nearest.js';
import { quote } from '../../text/quote.js';
import { isTable, knownTables, valueAt, type Table } from './document.js';

/** How to replace keys that older versions of the platform's client knew; keys are dotted. */
const formerKeys: ReadonlyMap<string, string> = new Map([
  ['enable_krisp', 'Krisp is now set by `audio_filter` in the table `[krisp_viva]`'],
  ['enable_managed_keys', 'use the input `enable-managed-keys`'],
  ['scaling.min_instances', 'its name is now `min_agents`'],
  ['scaling.max_instances', 'its name is now `max_agents`'],
  ['min_instances', 'it is now `min_agents` in the table `[scaling]`'],
  ['max_instances', 'it is now `max_agents` in the table `[scaling]`'],
]);

export interface UnknownKeys {
  /** Keys that are misspelled, in the wrong place, or renamed. */
  readonly problems: readonly string[];
  /** Keys that a newer version of the platform's client may know. */
  readonly warnings: readonly string[];
}

/** Reports each unknown key, and what to do about it. */
export function unknownKeys(document: Table): UnknownKeys {
  const problems: string[] = [];
  const warnings: string[] = [];
  for (const [name, known] of knownTables) {
    const keys = [...known];
    const table = name === '' ? document : valueAt(document, name);
    if (!isTable(table)) continue;
    for (const key of Object.keys(table).filter((one) => !known.has(one))) {
      const place = name === '' ? key : `${name}.${key}`;
      const meant =
        formerKeys.get(place) ?? misspelled(key, keys) ?? otherTable(key) ?? similar(key, keys);
      if (meant === undefined) warnings.push(`ignored the unknown key ${quote(place)}.`);
      else problems.push(`unknown key ${quote(place)}; ${meant}`);
    }
  }
  return { problems, warnings };
}

/** A known key, misspelled or written in another style. */
function misspelled(key: string, known: readonly string[]): string | undefined {
  const meant = nearest(key, known);
  return meant === undefined ? undefined : `did you mean \`${meant}\`?`;
}

/** Two swapped letters are two differences, even in short words. */
const twoLetters: Tolerance = (length) => (length >= 5 ? 2 : typo(length));

/** A known key that contains the key, or differs from it in two letters. */
function similar(key: string, known: readonly string[]): string | undefined {
  if (key.length < 3) return undefined;
  const candidate = key.toLowerCase().replace(/[-\s]/g, '_');
  const whole = known.find((one) => one.split('_').length > 1 && one.includes(candidate));
  const meant = whole ?? nearest(key, known, twoLetters);
  return meant === undefined ? undefined : `the nearest is \`${meant}\``;
}

/** All keys below the header of a table belong to it, which is easy to overlook. */
function otherTable(key: string): string | undefined {
  const [owner] = [...knownTables].find(([, keys]) => keys.has(key)) ?? [];
  if (owner === undefined) return undefined;
  return owner === ''
    ? `move \`${key}\` above the first table`
    : `\`${key}\` is a key of the table \`[${owner}]\``;
}
