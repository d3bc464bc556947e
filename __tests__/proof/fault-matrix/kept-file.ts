import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Keeps the results of a proof in a file of the repository. If they differ, the file is updated. In CI, a difference is an
 * error, because nobody would commit the update.
 *
 * @param renewal the command that writes it
 */
export function keepFile(
  path: string,
  text: string,
  renewal: string,
  isHeld = (process.env['CI'] ?? '') !== '',
): void {
  if (contentsOf(path) === text) return;
  if (isHeld) {
    throw new Error(
      `${path} is not what this run has found. Run \`${renewal}\` outside of CI, which writes it, and commit it.`,
    );
  }
  writeFileSync(path, text);
}

function contentsOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
