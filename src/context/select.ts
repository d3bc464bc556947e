import { lstat, readFile, realpath } from 'node:fs/promises';
import { join, posix, relative, resolve } from 'node:path';
import { quote } from '../text/quote.js';
import { faultOf, isNotFound } from '../text/system-error.js';
import { missingSources, type MissingSource } from './copied-sources.js';
import { findDockerfile, type BesideSettings } from './dockerfile.js';
import { ContextError, excludeOr, type ContextProblem } from './errors.js';
import { readRules } from './ignore-file.js';
import { isInside, withSlashes } from './inside.js';
import { linkTarget, targetWithin } from './links.js';
import { emptySubmodules, type NoticedFile } from './noticed-files.js';
import { checkSize } from './size-limit.js';
import { walk, type ContextEntry, type FileEntry } from './walk.js';

/** The settings for a build context. */
export interface ContextSettings {
  /** The folder, relative to the workspace (or absolute, inside it). */
  readonly directory: string;
  /** Path of the Dockerfile, relative to the folder. */
  readonly dockerfile: string;
  /** Patterns of files to exclude. */
  readonly exclude: readonly string[];
  /**
   * Folder of the settings file, relative to the workspace; undefined if the workflow or the settings
   * file names the folder of the context.
   */
  readonly settingsFolder?: string | undefined;
}

/** The content of a build context, from names and sizes only. */
export interface SelectedContext {
  /** Absolute, with all links resolved. */
  readonly root: string;
  /** Relative to the context: `docker/Dockerfile`, never `./docker/Dockerfile`. */
  readonly dockerfile: string;
  /** In the order of the archive. */
  readonly entries: readonly ContextEntry[];
  /** Number of files. */
  readonly files: number;
  /** Total size of the files. */
  readonly bytes: number;
  /** The ignore file, relative to the context; undefined if the defaults apply. */
  readonly ignoreFile: string | undefined;
  /** Files excluded only because their names (such as `.env` and `*.pem`) look like secrets. Sorted. */
  readonly excludedSecrets: readonly string[];
  /** Whether the context includes `.git`, which differs from run to run. */
  readonly includesGit: boolean;
  /** An unused Dockerfile next to the settings file, relative to the context. */
  readonly otherDockerfile: string | undefined;
  /** Sources that the Dockerfile copies, but the context does not contain. */
  readonly missingSources: readonly MissingSource[];
  readonly noticed: readonly NoticedFile[];
}

/**
 * Selects the content of a build context: what Docker would send, without files that look like secrets.
 *
 * @param workspace the folder that contains all contexts
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

  const entries = new Map<string, ContextEntry>(found.files.map((file) => [file.path, file]));
  const links = new Set([...found.links, ...dockerfile.links]);
  links.delete(dockerfile.entry.path);
  const problems = [...found.problems];
  for (const path of links) {
    const target = await targetWithin(root, path);
    if (target === undefined) problems.push(linkOutside(path, await linkTarget(root, path)));
    else entries.set(path, { kind: 'link', path, target });
  }
  if (problems.length > 0) {
    throw new ContextError(problems.sort((one, other) => (one.about < other.about ? -1 : 1)));
  }
  entries.set(dockerfile.entry.path, dockerfile.entry);

  const sorted = [...entries.values()].sort(byPath);
  const files = sorted.filter((entry) => entry.kind === 'file');
  const submodules = await emptySubmodules(root, workspace);
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
    missingSources: await missingOf(root, dockerfile.entry, sorted),
    noticed: submodules
      .filter((path) => rules.includes(path))
      .map((path) => ({ kind: 'empty-submodule', path })),
  };
}

function besideSettings(
  root: string,
  { settingsFolder, dockerfile }: ContextSettings,
  workspace: string,
): BesideSettings | undefined {
  if (settingsFolder === undefined) return undefined;
  const folder = resolve(workspace, settingsFolder);
  const path = withSlashes(relative(root, folder));
  if (path === '' || !isInside(folder, root)) return undefined;
  return { directory: settingsFolder, dockerfile: posix.join(path, dockerfile) };
}

/** The largest Dockerfile to check, in bytes. */
const largestDockerfile = 1024 * 1024;

async function missingOf(
  root: string,
  { path, bytes }: FileEntry,
  entries: readonly ContextEntry[],
): Promise<MissingSource[]> {
  if (bytes > largestDockerfile) return [];
  // Packing reports a file that cannot be read.
  const text = await readFile(join(root, path), 'utf8').catch(() => '');
  return missingSources(text, entries);
}

async function findRoot(directory: string, workspace: string): Promise<string> {
  const problem = (message: string, next: string, cause?: unknown): ContextError =>
    new ContextError({ about: `build context ${quote(directory)}`, message, next }, { cause });
  const path = resolve(workspace, directory);
  const fix = 'Fix the folder of the build context; it is relative to the workspace.';
  let root: string;
  try {
    root = await realpath(path);
    if (!(await lstat(root)).isDirectory()) throw problem('is not a folder', fix);
  } catch (error) {
    if (error instanceof ContextError) throw error;
    if (!isNotFound(error)) throw problem(`cannot be read (${faultOf(error).reason})`, fix, error);
    throw problem(
      `does not exist; looked for ${quote(path)}`,
      `${fix} If the workspace is empty, check out the repository first.`,
      error,
    );
  }
  if (!isInside(root, await realpath(workspace))) {
    throw problem(`is outside the workspace, at ${quote(root)}`, fix);
  }
  return root;
}

function linkOutside(path: string, target: string | undefined): ContextProblem {
  return {
    about: quote(path),
    message: `is a link that points outside the context, to ${quote(target ?? 'nowhere')}`,
    next: `${excludeOr} replace it with the files that it points to.`,
  };
}

function byPath(one: ContextEntry, other: ContextEntry): number {
  return one.path < other.path ? -1 : 1;
}
