import leven from 'leven';
import { quote } from '../../text/quote.js';
import { isTable, knownTables, valueAt, type Table } from './document.js';

/** Keys that older versions of the platform's client knew. */
const formerKeys = new Map([
  ['enable_krisp', 'Krisp is now set by `audio_filter` in the table `[krisp_viva]`'],
]);

/** Says of each key that the platform's client does not know either which one may be meant. */
export function unknownKeys(document: Table): string[] {
  return knownTables.flatMap(({ name, keys }) => {
    const table = name === '' ? document : valueAt(document, name);
    if (!isTable(table)) return [];
    return Object.keys(table)
      .filter((key) => !keys.includes(key))
      .map((key) => {
        const place = name === '' ? key : `${name}.${key}`;
        const advice =
          formerKeys.get(key) ?? misspelt(key, keys) ?? otherTable(key) ?? similar(key, keys);
        return `there is no key ${quote(place)}${advice === undefined ? '' : `; ${advice}`}`;
      });
  });
}

/** Longer ones are no keys; comparing takes the length of the one times that of the other. */
const longestKey = 60;

function nearest(
  key: string,
  known: readonly string[],
): { readonly one: string; readonly distance: number } | undefined {
  const [first] = known
    .map((one) => ({ one, distance: leven(key, one) }))
    .sort((a, b) => a.distance - b.distance);
  return first;
}

/** A key that a slip or another style of writing made of a known one. */
function misspelt(key: string, known: readonly string[]): string | undefined {
  if (key.length > longestKey) return undefined;
  const candidate = key.toLowerCase().replace(/[-\s]/g, '_');
  const found = nearest(candidate, known);
  if (found === undefined) return undefined;
  const close = Math.min(2, Math.floor(Math.max(candidate.length, found.one.length) / 3));
  return found.distance <= close ? `did you mean \`${found.one}\`?` : undefined;
}

/** A known key of which the key is a part, or the nearest, where half of it is the same. */
function similar(key: string, known: readonly string[]): string | undefined {
  if (key.length > longestKey || key.length < 3) return undefined;
  const candidate = key.toLowerCase().replace(/[-\s]/g, '_');
  const whole = known.find((one) => one.split('_').length > 1 && one.includes(candidate));
  const found = nearest(candidate, known);
  const isHalf =
    found !== undefined && found.distance <= Math.max(candidate.length, found.one.length) / 2;
  const meant = whole ?? (isHalf ? found.one : undefined);
  return meant === undefined ? undefined : `the nearest is \`${meant}\``;
}

/** Whatever follows the head of a table belongs to it, which is easily overlooked. */
function otherTable(key: string): string | undefined {
  const owner = knownTables.find(({ keys }) => keys.includes(key));
  if (owner === undefined) return undefined;
  return owner.name === ''
    ? `\`${key}\` has to stand above the first table`
    : `\`${key}\` is a key of the table \`[${owner.name}]\``;
}
