import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './bundle.js';

/** Files of a folder and its subfolders: sorted paths from the root, with slashes. */
export function filesIn(folder: string, ending: RegExp): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
    .filter((path) => ending.test(path))
    .sort();
}
