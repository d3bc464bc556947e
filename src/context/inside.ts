import { isAbsolute, relative, sep } from 'node:path';

/** Whether a path is the folder or inside it. Both must be absolute and normalized. */
export function isInside(path: string, folder: string): boolean {
  const fromFolder = relative(folder, path);
  return fromFolder !== '..' && !fromFolder.startsWith(`..${sep}`) && !isAbsolute(fromFolder);
}

/** Converts a path of this machine to one with slashes. */
export function withSlashes(path: string): string {
  return sep === '/' ? path : path.replaceAll(sep, '/');
}
