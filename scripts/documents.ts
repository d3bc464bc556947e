import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './bundle.js';

export interface Document {
  /** Relative to the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** All Markdown documents: in the root folder, `.github/`, `docs/` and `examples/`. */
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
