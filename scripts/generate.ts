import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './bundle.js';
import { readDocuments } from './documents.js';
import { generatedParts, withParts } from './generated-parts.js';

/** Renews what documents have from action.yml and from the code's own tables. */
const parts = await generatedParts(readFileSync(join(root, 'action.yml'), 'utf8'));
for (const { path, text } of readDocuments()) {
  const renewed = withParts(text, parts);
  if (renewed !== text) writeFileSync(join(root, path), renewed);
}
