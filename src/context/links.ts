import { readlink, realpath } from 'node:fs/promises';
import { isAbsolute, join, posix, relative } from 'node:path';
import { isInside, withSlashes } from './inside.js';

/** Where a path leads, with all links resolved. All paths are relative to the context. */
interface ResolvedPath {
  /** Undefined if the path leads outside the context or has too many links. */
  readonly end: string | undefined;
  readonly leadsOut: boolean;
  /** The links on the path, in order. */
  readonly links: readonly string[];
}

/** The same as on Linux. */
const maxLinks = 40;

/** Resolves a path part by part, as the operating system does, even if it does not exist. */
export async function follow(root: string, path: string): Promise<ResolvedPath> {
  const links: string[] = [];
  let at = '.';
  let rest = path.split('/');
  for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
    const next = posix.join(at, part);
    if (next.startsWith('../') || next === '..') return { end: undefined, leadsOut: true, links };
    const target = part === '..' ? undefined : await linkTarget(root, next);
    if (target === undefined) {
      at = next;
      continue;
    }
    links.push(next);
    if (links.length > maxLinks) return { end: undefined, leadsOut: false, links };
    const within = isAbsolute(target) ? await pathWithin(root, target) : target;
    if (within === undefined) return { end: undefined, leadsOut: true, links };
    if (within !== target) at = '.';
    rest = [...within.split('/'), ...rest];
  }
  return { end: at, leadsOut: false, links };
}

/**
 * The target of a link, relative to the link's folder; undefined if it leads outside the context. An
 * absolute target becomes relative, so that it works wherever the context is unpacked.
 */
export async function targetWithin(root: string, link: string): Promise<string | undefined> {
  const target = await linkTarget(root, link);
  if (target === undefined) return undefined;
  const folder = posix.dirname(link);
  let written = target;
  if (isAbsolute(target)) {
    const within = await pathWithin(root, target);
    if (within === undefined) return undefined;
    written = posix.relative(folder, within) || '.';
  }
  const end = posix.join(folder, written);
  if (end === '..' || end.startsWith('../')) return undefined;
  return (await follow(root, link)).leadsOut ? undefined : written;
}

/** The target as written in the link, with slashes; undefined if there is no readable link. */
export async function linkTarget(root: string, path: string): Promise<string | undefined> {
  try {
    return withSlashes(await readlink(join(root, path)));
  } catch {
    return undefined;
  }
}

/** An absolute target relative to the context; undefined if it is outside. */
async function pathWithin(root: string, target: string): Promise<string | undefined> {
  let path = target;
  if (!isInside(path, root)) {
    try {
      // It may lead into the context through links.
      path = await realpath(target);
    } catch {
      return undefined;
    }
  }
  return isInside(path, root) ? withSlashes(relative(root, path)) || '.' : undefined;
}
