import leven from 'leven';

/** Longer texts are not names, and comparing them would be slow (quadratic). */
const maxNameLength = 100;

/** How many characters may differ, by the length of the longer name. */
export type Tolerance = (length: number) => number;

/** A typo: up to two characters, fewer in short names. */
export const typo: Tolerance = (length) => Math.min(2, Math.floor(length / 3));

/** Up to half of the name. */
export const half: Tolerance = (length) => length / 2;

/**
 * Finds the known name that somebody may have meant. Ignores case, and treats hyphens, underscores and
 * spaces as the same.
 *
 * @returns undefined if no name is close enough
 */
export function nearest<Name extends string>(
  text: string,
  known: readonly Name[],
  tolerance: Tolerance = typo,
): Name | undefined {
  if (text.length > maxNameLength) return undefined;
  const written = normalized(text);
  const [first] = known
    .map((name) => ({ name, distance: leven(written, normalized(name)) }))
    .sort((a, b) => a.distance - b.distance);
  if (first === undefined) return undefined;
  const length = Math.max(written.length, first.name.length);
  return first.distance <= tolerance(length) ? first.name : undefined;
}

function normalized(name: string): string {
  return name.toLowerCase().replace(/[-_\s]+/g, '-');
}
