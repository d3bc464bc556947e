import { isAbsolute, relative, sep } from 'node:path';

/** Whether a path is a folder or lies in it; both are absolute and clean. */
export function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** A path of this machine with slashes, whatever parts paths there. */
export function withSlashes(path: string): string {
  return sep === '/' ? path : path.replaceAll(sep, '/');
}
