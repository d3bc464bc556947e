import { selectContext } from '../../src/context/select.js';
import { problemsOf } from './tree.js';

/** A process of its own: writes what is wrong with the context in the folder given. */
const [workspace = ''] = process.argv.slice(2);
const settings = { directory: '.', dockerfile: 'Dockerfile', exclude: [] };
process.stdout.write(JSON.stringify(await problemsOf(selectContext(settings, workspace))));
