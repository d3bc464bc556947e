import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './bundle.js';
import { readDocuments } from './documents.js';
import { generatedParts, withParts } from './generated-parts.js';

/** Updates the generated parts of documents from action.yml and from tables in the code. */
const parts = await generatedParts(readFileSync(join(root, 'action.yml'), 'utf8'));
for (const { path, text } of readDocuments()) {
  const renewed = withParts(text, parts);
  if (renewed !== text) writeFileSync(join(root, path), renewed);
}
