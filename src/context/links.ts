import { readlink, realpath } from 'node:fs/promises';
import { isAbsolute, join, posix, relative } from 'node:path';
import { isInside, withSlashes } from './inside.js';

/** Where a path leads, through the links on its way; all are relative to the context. */
export interface Way {
  /** Undefined where it leads out of the context, or in circles. */
  readonly end: string | undefined;
  readonly leadsOut: boolean;
  /** The links on the way, in their order. */
  readonly links: readonly string[];
}

/** As many as Linux follows. */
const maxLinks = 40;

/** Follows a path part by part, as the operating system does, whether there is something or not. */
export async function follow(root: string, path: string): Promise<Way> {
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
 * The target of a link, relative to where the link lies; undefined where it leads out of the context.
 * One that says where it is on this machine says so no more, so that it holds wherever it is unpacked.
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

/**
 * As it stands in the link, with slashes; undefined where there is no link, or none that can be looked
 * at, which then nobody follows.
 */
export async function linkTarget(root: string, path: string): Promise<string | undefined> {
  try {
    return withSlashes(await readlink(join(root, path)));
  } catch {
    return undefined;
  }
}

/** Where an absolute target is within the context; undefined where it is not. */
async function pathWithin(root: string, target: string): Promise<string | undefined> {
  let path = target;
  if (!isInside(path, root)) {
    try {
      // It may name the context by another way, on which there are links.
      path = await realpath(target);
    } catch {
      return undefined;
    }
  }
  return isInside(path, root) ? withSlashes(relative(root, path)) || '.' : undefined;
}
