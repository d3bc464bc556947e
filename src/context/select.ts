import { lstat, readFile, realpath } from 'node:fs/promises';
import { join, posix, relative, resolve } from 'node:path';
import { quote } from '../text/quote.js';
import { faultOf, systemErrorCode } from '../text/system-error.js';
import { missingSources, type MissingSource } from './copied-sources.js';
import { findDockerfile } from './dockerfile.js';
import { ContextError, type ContextProblem } from './errors.js';
import { readRules } from './ignore-file.js';
import { isInside, withSlashes } from './inside.js';
import { linkTarget, targetWithin } from './links.js';
import { emptySubmodules, type NoticedFile } from './noticed-files.js';
import { checkSize } from './size-limit.js';
import { walk } from './walk.js';

/** Of what a context is made, as the user gave it. */
export interface ContextSettings {
  /** The folder, relative to the workspace (or absolute inside of it). */
  readonly directory: string;
  /** Path of the Dockerfile relative to the folder. */
  readonly dockerfile: string;
  /** Further patterns of what is left out. */
  readonly exclude: readonly string[];
  /**
   * Folder of the settings file, relative to the workspace, unless the workflow or that file says
   * which folder the context is.
   */
  readonly settingsFolder?: string | undefined;
}

export interface ContextEntry {
  /** Relative to the context, with slashes. */
  readonly path: string;
  readonly kind: 'file' | 'link';
  /** 0 for links. */
  readonly bytes: number;
  /** Whether anybody may execute it. */
  readonly isExecutable: boolean;
  /** Of a link, relative to where it lies. */
  readonly target: string | undefined;
  /** By which the file system knows a file; 0 for links. */
  readonly inode: number;
}

/** What goes into a build context. Nothing has been read but names and sizes. */
export interface SelectedContext {
  /** Absolute, without links on the way. */
  readonly root: string;
  /** Relative to the context: `docker/Dockerfile`, never `./docker/Dockerfile`. */
  readonly dockerfile: string;
  /** In the order of the archive. */
  readonly entries: readonly ContextEntry[];
  /** How many of them are files. */
  readonly files: number;
  /** Of all files together. */
  readonly bytes: number;
  /** The ignore file that was used, relative to the context; undefined: the defaults. */
  readonly ignoreFile: string | undefined;
  /**
   * Files that only their names (`.env`, `.env.*`, `*.pem`, `*.key`) keep out: the ignore file would
   * send them, or there is none. Sorted.
   */
  readonly excludedSecrets: readonly string[];
  /** Whether `.git` goes along, which differs from run to run. */
  readonly includesGit: boolean;
  /** A Dockerfile beside the settings file that is not used, relative to the context. */
  readonly otherDockerfile: string | undefined;
  /** What the Dockerfile copies and the context does not have. */
  readonly missingSources: readonly MissingSource[];
  readonly noticed: readonly NoticedFile[];
}

/**
 * Finds out what goes into a build context: what Docker would send, without files that look like
 * secrets.
 *
 * @param workspace the folder in which all contexts lie
 * @throws ContextError
 */
export async function selectContext(
  settings: ContextSettings,
  workspace: string,
  signal?: AbortSignal,
): Promise<SelectedContext> {
  const root = await findRoot(settings.directory, workspace);
  const beside = besideSettings(root, settings, workspace);
  const dockerfile = await findDockerfile(root, settings.dockerfile, beside);
  const { rules, ignoreFile } = await readRules(root, dockerfile.path, settings.exclude);
  const found = await walk(root, rules, signal);

  const entries = new Map<string, ContextEntry>();
  for (const file of found.files) {
    entries.set(file.path, { ...file, kind: 'file', target: undefined });
  }
  const { location, bytes, isExecutable, inode } = dockerfile;
  const links = new Set([...found.links, ...dockerfile.links]);
  links.delete(location);
  const problems = [...found.problems];
  for (const path of links) {
    const target = await targetWithin(root, path);
    if (target === undefined) problems.push(leadingOut(path, await linkTarget(root, path)));
    else entries.set(path, { path, kind: 'link', bytes: 0, isExecutable: false, target, inode: 0 });
  }
  if (problems.length > 0) {
    throw new ContextError(problems.sort((one, other) => (one.about < other.about ? -1 : 1)));
  }
  entries.set(location, {
    path: location,
    kind: 'file',
    bytes,
    isExecutable,
    target: undefined,
    inode,
  });

  const sorted = [...entries.values()].sort(byPath);
  const files = sorted.filter(({ kind }) => kind === 'file');
  const isExcluded = (path: string): boolean => {
    let verdict = rules.root;
    const parts = path.split('/');
    for (const [index, name] of parts.entries()) {
      verdict = rules.evaluate(parts.slice(0, index + 1).join('/'), name, verdict);
    }
    return verdict.place !== 'in';
  };
  const submodules = (await emptySubmodules(root, workspace)).filter((path) => !isExcluded(path));
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  checkSize(`build context ${quote(settings.directory)}`, files, total);
  return {
    root,
    dockerfile: dockerfile.path,
    entries: sorted,
    files: files.length,
    bytes: total,
    ignoreFile,
    excludedSecrets: found.secrets.filter((path) => !entries.has(path)).sort(),
    includesGit: files.some(({ path }) => /(?:^|\/)\.git\//.test(path)),
    otherDockerfile: files.find(({ path }) => path === beside?.dockerfile)?.path,
    missingSources: await missingOf(join(root, location), bytes, sorted),
    noticed: submodules.map((path) => ({ kind: 'empty-submodule', path })),
  };
}

/** Where the settings file is, if that could be the context that is meant. */
export interface BesideSettings {
  /** Relative to the workspace: what `build-context` would be. */
  readonly directory: string;
  /** The Dockerfile there, relative to the context that is used. */
  readonly dockerfile: string;
}

function besideSettings(
  root: string,
  { settingsFolder, dockerfile }: ContextSettings,
  workspace: string,
): BesideSettings | undefined {
  if (settingsFolder === undefined) return undefined;
  const folder = resolve(workspace, settingsFolder);
  const way = withSlashes(relative(root, folder));
  if (way === '' || !isInside(folder, root)) return undefined;
  return { directory: settingsFolder, dockerfile: posix.join(way, dockerfile) };
}

/** Bytes of a Dockerfile that is read before the build. */
const largestDockerfile = 1024 * 1024;

async function missingOf(
  dockerfile: string,
  bytes: number,
  entries: readonly ContextEntry[],
): Promise<MissingSource[]> {
  if (bytes > largestDockerfile) return [];
  // Whatever is wrong with the file is reported when it is packed.
  const text = await readFile(dockerfile, 'utf8').catch(() => '');
  return missingSources(text, entries);
}

async function findRoot(directory: string, workspace: string): Promise<string> {
  const problem = (message: string, next: string, cause?: unknown): ContextError =>
    new ContextError([{ about: `build context ${quote(directory)}`, message, next }], { cause });
  const path = resolve(workspace, directory);
  const correct = 'Correct the folder of the build context; it is relative to the workspace.';
  let root: string;
  try {
    root = await realpath(path);
    if (!(await lstat(root)).isDirectory()) {
      throw problem('is not a folder', correct);
    }
  } catch (error) {
    if (error instanceof ContextError) throw error;
    const code = systemErrorCode(error);
    throw problem(
      code === 'ENOENT'
        ? `does not exist; looked for ${quote(path)}`
        : `cannot be read (${faultOf(error).reason})`,
      code === 'ENOENT'
        ? `${correct} If nothing is there at all, the repository has to be checked out before.`
        : correct,
      error,
    );
  }
  if (!isInside(root, await realpath(workspace))) {
    throw problem(`lies outside of the workspace, at ${quote(root)}`, correct);
  }
  return root;
}

function leadingOut(path: string, target: string | undefined): ContextProblem {
  return {
    about: quote(path),
    message: `is a link that leads out of the context, to ${quote(target ?? 'nowhere')}`,
    next: 'Leave it out with `build-exclude`, or put in its place what it leads to.',
  };
}

function byPath(one: ContextEntry, other: ContextEntry): number {
  return one.path < other.path ? -1 : 1;
}
