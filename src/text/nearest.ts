import leven from 'leven';

/** Longer texts are not names. Comparing takes the length of one times that of the other. */
const maxNameLength = 100;

/** How many characters two names may differ in, by the length of the longer one. */
export type Tolerance = (length: number) => number;

/** A slip of the hand: up to two characters, in short names fewer. */
export const slip: Tolerance = (length) => Math.min(2, Math.floor(length / 3));

/** Half of the name is the same. */
export const half: Tolerance = (length) => length / 2;

/**
 * The known name that somebody may have meant. Capitals do not count, nor whether words are joined by
 * hyphens, underscores or blanks.
 *
 * @returns undefined if no name is near enough
 */
export function nearest<Name extends string>(
  text: string,
  known: readonly Name[],
  tolerance: Tolerance = slip,
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
