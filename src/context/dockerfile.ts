import { readdir, stat } from 'node:fs/promises';
import { isAbsolute, join, posix, relative } from 'node:path';
import { quote } from '../text/quote.js';
import { faultOf, systemErrorCode } from '../text/system-error.js';
import { ContextError } from './errors.js';
import { isInside, withSlashes } from './inside.js';
import { follow } from './links.js';
import type { BesideSettings } from './select.js';

/** The Dockerfile of a context. All paths are relative to the context. */
export interface Dockerfile {
  /** As it is named. */
  readonly path: string;
  /** Where it lies, if folders on the way to it are links. */
  readonly location: string;
  /** Those links. */
  readonly links: readonly string[];
  readonly bytes: number;
  readonly isExecutable: boolean;
  readonly inode: number;
}

/**
 * Looks for the Dockerfile.
 *
 * @throws ContextError if it is not there, is no file, or does not lie in the context
 */
export async function findDockerfile(
  root: string,
  given: string,
  beside?: BesideSettings,
): Promise<Dockerfile> {
  const path = normalised(root, given);
  const unusable = (message: string, cause?: unknown): ContextError =>
    new ContextError(
      [
        {
          about: `Dockerfile ${quote(given)}`,
          message,
          next: 'Name one that lies in the context, relative to it, or choose a context that holds it.',
        },
      ],
      { cause },
    );
  if (path === '..' || path.startsWith('../') || isAbsolute(path)) {
    throw unusable(`lies outside of the context ${quote(root)}`);
  }
  const folder = await follow(root, posix.dirname(path));
  const end =
    folder.end === undefined
      ? folder
      : await follow(root, posix.join(folder.end, posix.basename(path)));
  if (folder.leadsOut || end.leadsOut) {
    throw unusable(`leads out of the context, by the link ${quote(end.links.at(-1) ?? path)}`);
  }
  if (folder.end === undefined || end.end === undefined) {
    throw unusable('leads in circles: there are more links on the way than can be followed');
  }
  const found = await statOf(join(root, end.end)).catch((error: unknown) => {
    throw unusable(`cannot be read (${faultOf(error).reason})`, error);
  });
  if (found === undefined) throw await missing(root, given, path, beside);
  if (!found.isFile()) {
    throw unusable(found.isDirectory() ? 'is a folder, and not a file' : 'is not a regular file');
  }
  return {
    path,
    location: posix.join(folder.end, posix.basename(path)),
    links: folder.links,
    bytes: found.size,
    isExecutable: (found.mode & 0o111) !== 0,
    inode: found.ino,
  };
}

function normalised(root: string, given: string): string {
  const path = isAbsolute(given) && isInside(given, root) ? relative(root, given) : given;
  return posix.normalize(withSlashes(path)).replace(/(?<=[^/])\/+$/, '');
}

async function statOf(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

async function missing(
  root: string,
  given: string,
  path: string,
  beside: BesideSettings | undefined,
): Promise<ContextError> {
  const others = await nearby(root);
  const isBeside =
    beside !== undefined && (await statOf(join(root, beside.dockerfile)))?.isFile() === true;
  return new ContextError([
    {
      about: `Dockerfile ${quote(given)}`,
      message: `does not exist; looked for ${quote(join(root, path))}`,
      next: isBeside
        ? `Set \`build-context: ${beside.directory}\`: the Dockerfile is there, beside the settings file.`
        : others.length === 0
          ? 'There is none in the upper two levels of the context either: correct the context, or the name of the Dockerfile, which is relative to it.'
          : `Name one that is there, relative to the context, such as ${others.map(quote).join(', ')}.`,
    },
  ]);
}

const maxNamed = 5;
const maxFolders = 200;

/** Files that look like Dockerfiles, in the upper two levels. */
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
    // It is only for a hint.
    return [];
  }
}
