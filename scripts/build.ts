import { join } from 'node:path';
import { bundle, root } from './bundle.js';

bundle(root, join(root, 'dist'));
