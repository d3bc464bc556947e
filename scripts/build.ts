import { join } from 'node:path';
import { bundle, root } from './bundle.js';

bundle(join(root, 'dist'));
