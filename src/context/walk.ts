import { constants, type Dirent, type Stats } from 'node:fs';
import { access, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { quote } from '../text/quote.js';
import { faultOf, isNotFound } from '../text/system-error.js';
import { excludeOr, leaveFolderAlone, type ContextProblem } from './errors.js';
import type { Rules, PathVerdict } from './rules.js';

export interface FileEntry {
  readonly kind: 'file';
  /** Relative to the context, with slashes. */
  readonly path: string;
  readonly bytes: number;
  /** Whether anybody may execute it. */
  readonly isExecutable: boolean;
  /** Identifies it in the file system. */
  readonly inode: number;
}

interface LinkEntry {
  readonly kind: 'link';
  readonly path: string;
  /** Relative to the folder of the link. */
  readonly target: string;
}

export type ContextEntry = FileEntry | LinkEntry;

export function fileEntry(path: string, { size, mode, ino }: Stats): FileEntry {
  return { kind: 'file', path, bytes: size, isExecutable: (mode & 0o111) !== 0, inode: ino };
}

/** The content of a context, unsorted. */
interface Walk {
  readonly files: FileEntry[];
  readonly links: string[];
  /** Files and links that are excluded only because of their names. */
  readonly secrets: string[];
  readonly problems: ContextProblem[];
}

/** How many entries to examine at a time; more would need more memory and not be faster. */
const concurrency = 16;

/**
 * Walks through all folders that may contain something to pack. Does not follow links.
 *
 * @throws the signal's reason
 */
export async function walk(root: string, rules: Rules, signal?: AbortSignal): Promise<Walk> {
  const found: Walk = { files: [], links: [], secrets: [], problems: [] };
  const folders = [{ path: '', verdict: rules.root }];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    signal?.throwIfAborted();
    const wanted: string[] = [];
    for (const entry of await read(root, folder.path, folder.verdict, found)) {
      const path = folder.path === '' ? entry.name : `${folder.path}/${entry.name}`;
      const verdict = rules.evaluate(path, folder.verdict);
      if (entry.isDirectory()) {
        if (verdict.mayHoldSecrets) folders.push({ path, verdict });
      } else if (verdict.place === 'secret') {
        found.secrets.push(path);
      } else if (verdict.place === 'in') {
        wanted.push(path);
      }
    }
    for (let first = 0; first < wanted.length; first += concurrency) {
      signal?.throwIfAborted();
      const some = wanted.slice(first, first + concurrency);
      await Promise.all(some.map((path) => examine(root, path, found)));
    }
  }
  return found;
}

async function read(
  root: string,
  path: string,
  verdict: PathVerdict,
  found: Walk,
): Promise<Dirent[]> {
  try {
    return await readdir(join(root, path), { withFileTypes: true });
  } catch (error) {
    if (verdict.mayHoldEntries) found.problems.push(unreadable(path, 'folder', error));
    return [];
  }
}

async function examine(root: string, path: string, found: Walk): Promise<void> {
  try {
    const stats = await lstat(join(root, path));
    if (stats.isSymbolicLink()) {
      found.links.push(path);
    } else if (stats.isFile()) {
      await access(join(root, path), constants.R_OK);
      found.files.push(fileEntry(path, stats));
    } else {
      found.problems.push(specialFile(path, stats));
    }
  } catch (error) {
    found.problems.push(unreadable(path, 'file', error));
  }
}

function specialFile(path: string, stats: Stats): ContextProblem {
  const kind = stats.isFIFO()
    ? 'a named pipe'
    : stats.isSocket()
      ? 'a socket'
      : stats.isDirectory()
        ? 'a folder now, but was a file a moment ago'
        : 'a device';
  return {
    about: quote(path),
    message: `is ${kind}; a build context can contain only files and links`,
    next: `${excludeOr} remove it before the build.`,
  };
}

function unreadable(path: string, kind: 'file' | 'folder', error: unknown): ContextProblem {
  const about = quote(path === '' ? '.' : path);
  if (isNotFound(error)) {
    // Node.js replaces bytes that are not UTF-8 with U+FFFD, so it cannot find the file again.
    return path.includes('\uFFFD')
      ? {
          about,
          message: 'has a name that is not UTF-8, or is in a folder with such a name',
          next: `${excludeOr} rename it.`,
        }
      : {
          about,
          message: 'was deleted while the action read the context',
          next: leaveFolderAlone,
        };
  }
  const { reason, next } = faultOf(error);
  return {
    about,
    message: `is a ${kind} that cannot be read (${reason})`,
    next: next ?? `${excludeOr} let the runner's user read it.`,
  };
}
