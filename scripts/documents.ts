import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './bundle.js';

export interface Document {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** Everything that is written for people: at the top, in `docs/` and beside the examples. */
export function readDocuments(): Document[] {
  return ['', '.github', 'docs', 'examples'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.md'))
      .sort()
      .map((name) => {
        const path = [folder, name].filter((part) => part !== '').join('/');
        return { path, text: readFileSync(join(root, path), 'utf8') };
      }),
  );
}
