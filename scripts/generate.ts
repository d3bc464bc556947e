import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './bundle.js';
import { withTables } from './readme-tables.js';

const path = join(root, 'README.md');
const actionYaml = readFileSync(join(root, 'action.yml'), 'utf8');
writeFileSync(path, withTables(readFileSync(path, 'utf8'), actionYaml));
