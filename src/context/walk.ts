import { constants, type Dirent, type Stats } from 'node:fs';
import { access, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { quote } from '../text/quote.js';
import { faultOf, systemErrorCode } from '../text/system-error.js';
import type { ContextProblem } from './errors.js';
import type { Rules, PathVerdict } from './rules.js';

export interface FoundFile {
  readonly path: string;
  readonly bytes: number;
  readonly isExecutable: boolean;
  /** By which the file system knows it. */
  readonly inode: number;
}

/** What was found in a context, in no order. */
export interface Walk {
  readonly files: FoundFile[];
  readonly links: string[];
  /** Files and links that only their names keep out. */
  readonly secrets: string[];
  readonly problems: ContextProblem[];
}

/** Entries that are looked at at a time; more at once need more memory and are no faster. */
const concurrency = 16;

/**
 * Walks through a folder, as far as something in it may go along. Folders behind links are not.
 *
 * @throws the signal's reason
 */
export async function walk(root: string, rules: Rules, signal?: AbortSignal): Promise<Walk> {
  const found: Walk = { files: [], links: [], secrets: [], problems: [] };
  const folders = [{ path: '', standing: rules.root }];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    signal?.throwIfAborted();
    const wanted: string[] = [];
    for (const entry of await read(root, folder.path, folder.standing, found)) {
      const path = folder.path === '' ? entry.name : `${folder.path}/${entry.name}`;
      const verdict = rules.evaluate(path, entry.name, folder.standing);
      if (entry.isDirectory()) {
        if (verdict.mayHoldEntries || verdict.mayHoldSecrets)
          folders.push({ path, standing: verdict });
      } else if (verdict.place === 'secret') {
        found.secrets.push(path);
      } else if (verdict.place === 'in') {
        wanted.push(path);
      }
    }
    for (let first = 0; first < wanted.length; first += concurrency) {
      signal?.throwIfAborted();
      const some = wanted.slice(first, first + concurrency);
      await Promise.all(some.map((path) => look(root, path, found)));
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

async function look(root: string, path: string, found: Walk): Promise<void> {
  try {
    const stats = await lstat(join(root, path));
    if (stats.isSymbolicLink()) {
      found.links.push(path);
    } else if (stats.isFile()) {
      await access(join(root, path), constants.R_OK);
      found.files.push(fileOf(path, stats));
    } else {
      found.problems.push(special(path, stats));
    }
  } catch (error) {
    found.problems.push(unreadable(path, 'file', error));
  }
}

function fileOf(path: string, { size, mode, ino }: Stats): FoundFile {
  return { path, bytes: size, isExecutable: (mode & 0o111) !== 0, inode: ino };
}

const leaveOut = 'Leave it out with `build-exclude`, or ';

function special(path: string, stats: Stats): ContextProblem {
  const kind = stats.isFIFO()
    ? 'a named pipe'
    : stats.isSocket()
      ? 'a socket'
      : stats.isDirectory()
        ? 'a folder by now, and was a file a moment ago'
        : 'a device';
  return {
    about: quote(path),
    message: `is ${kind}; a build context has files and links only`,
    next: `${leaveOut}remove it before the build.`,
  };
}

function unreadable(path: string, kind: 'file' | 'folder', error: unknown): ContextProblem {
  const about = quote(path === '' ? '.' : path);
  const code = systemErrorCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    // A name that is not UTF-8 was read with marks in it, and nothing is found by those.
    return path.includes('\uFFFD')
      ? {
          about,
          message: 'has a name that is not UTF-8, or lies in a folder with such a name',
          next: `${leaveOut}rename it.`,
        }
      : {
          about,
          message: `vanished while the context was looked through`,
          next: 'See that nothing else works in the folder at the same time, and run it again.',
        };
  }
  const { reason, next } = faultOf(error);
  return {
    about,
    message: `is a ${kind} that cannot be read (${reason})`,
    next: next ?? `${leaveOut}let the user of the runner read it.`,
  };
}
