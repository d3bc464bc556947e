import leven from 'leven';
import { quote } from '../../quote.js';
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
        const advice = formerKeys.get(key) ?? nearestKey(key, keys) ?? otherTable(key);
        return `there is no key ${quote(place)}${advice === undefined ? '' : `; ${advice}`}`;
      });
  });
}

function nearestKey(key: string, known: readonly string[]): string | undefined {
  const candidate = key.toLowerCase().replace(/[-\s]/g, '_');
  const [nearest] = known
    // A key may be as long as the file; comparing it takes its length times the other's.
    .filter((one) => Math.abs(one.length - candidate.length) <= 2)
    .map((one) => ({ one, distance: leven(candidate, one) }))
    .sort((a, b) => a.distance - b.distance);
  if (nearest === undefined) return undefined;
  const close = Math.min(2, Math.floor(Math.max(candidate.length, nearest.one.length) / 3));
  return nearest.distance <= close ? `did you mean \`${nearest.one}\`?` : undefined;
}

/** Whatever follows the head of a table belongs to it, which is easily overlooked. */
function otherTable(key: string): string | undefined {
  const owner = knownTables.find(({ keys }) => keys.includes(key));
  if (owner === undefined) return undefined;
  return owner.name === ''
    ? `\`${key}\` has to stand above the first table`
    : `\`${key}\` is a key of the table \`[${owner.name}]\``;
}
