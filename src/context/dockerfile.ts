import { readdir, stat } from 'node:fs/promises';
import { isAbsolute, join, posix, relative } from 'node:path';
import { listOf } from '../text/list.js';
import { quote } from '../text/quote.js';
import { faultOf, isNotFound } from '../text/system-error.js';
import { ContextError } from './errors.js';
import { isInside, withSlashes } from './inside.js';
import { follow } from './links.js';
import { fileEntry, type FileEntry } from './walk.js';

/** The Dockerfile of a context. All paths are relative to the context. */
export interface Dockerfile {
  /** As the settings name it. */
  readonly path: string;
  /** The file, with links in its folder's path resolved. */
  readonly entry: FileEntry;
  /** Those links. */
  readonly links: readonly string[];
}

/** The folder of the settings file, if the user may have meant it as the context. */
export interface BesideSettings {
  /** Relative to the workspace, as for `build-context`. */
  readonly directory: string;
  /** The Dockerfile in it, relative to the context that is used. */
  readonly dockerfile: string;
}

const choose =
  'Set `dockerfile` to a file in the context, relative to it, or choose a context that contains it.';

/**
 * Finds the Dockerfile.
 *
 * @throws ContextError if it does not exist, is not a file, or is outside the context
 */
export async function findDockerfile(
  root: string,
  given: string,
  beside?: BesideSettings,
): Promise<Dockerfile> {
  const path = normalized(root, given);
  const unusable = (message: string, next = choose, cause?: unknown): ContextError =>
    new ContextError({ about: `Dockerfile ${quote(given)}`, message, next }, { cause });
  if (path === '..' || path.startsWith('../') || isAbsolute(path)) {
    throw unusable(`is outside the context ${quote(root)}`);
  }
  const folder = await follow(root, posix.dirname(path));
  const end =
    folder.end === undefined
      ? folder
      : await follow(root, posix.join(folder.end, posix.basename(path)));
  if (folder.leadsOut || end.leadsOut) {
    throw unusable(
      `points outside the context, through the link ${quote(end.links.at(-1) ?? path)}`,
    );
  }
  if (folder.end === undefined || end.end === undefined) {
    throw unusable('has too many links in its path, which may be a loop');
  }
  const found = await statOf(join(root, end.end)).catch((error: unknown) => {
    throw unusable(`cannot be read (${faultOf(error).reason})`, choose, error);
  });
  if (found === undefined) {
    throw unusable(
      `does not exist; looked for ${quote(join(root, path))}`,
      await adviceIfMissing(root, beside),
    );
  }
  if (!found.isFile()) {
    throw unusable(found.isDirectory() ? 'is a folder, not a file' : 'is not a regular file');
  }
  const location = posix.join(folder.end, posix.basename(path));
  return { path, entry: fileEntry(location, found), links: folder.links };
}

function normalized(root: string, given: string): string {
  const path = isAbsolute(given) && isInside(given, root) ? relative(root, given) : given;
  return posix.normalize(withSlashes(path)).replace(/(?<=[^/])\/+$/, '');
}

async function statOf(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function adviceIfMissing(root: string, beside: BesideSettings | undefined): Promise<string> {
  if (beside !== undefined && (await statOf(join(root, beside.dockerfile)))?.isFile() === true) {
    return `Set \`build-context: ${beside.directory}\`, which has a Dockerfile next to the settings file.`;
  }
  const others = await nearby(root);
  return others.length === 0
    ? 'There is no Dockerfile in the top two levels of the context. Fix the context, or the path of the Dockerfile, which is relative to the context.'
    : `Set \`dockerfile\` to an existing file, relative to the context, such as ${listOf(others)}.`;
}

const maxNamed = 5;
const maxFolders = 200;

/** Finds files that look like Dockerfiles, in the top two levels. */
async function nearby(root: string): Promise<string[]> {
  const top = await entriesOf(root, '.');
  const folders = top.filter((entry) => entry.isDirectory() && entry.name !== 'node_modules');
  const below = await Promise.all(
    folders.slice(0, maxFolders).map(({ name }) => entriesOf(root, name)),
  );
  return [top, ...below]
    .flat()
    .filter((entry) => !entry.isDirectory() && /^Dockerfile|\.Dockerfile$/i.test(entry.name))
    .filter(({ name }) => !name.endsWith('.dockerignore'))
    .map((entry) => posix.join(withSlashes(relative(root, entry.parentPath)), entry.name))
    .slice(0, maxNamed);
}

async function entriesOf(root: string, folder: string) {
  try {
    const entries = await readdir(join(root, folder), { withFileTypes: true });
    return entries.sort((one, other) => (one.name < other.name ? -1 : 1));
  } catch {
    // The result is only a hint.
    return [];
  }
}
