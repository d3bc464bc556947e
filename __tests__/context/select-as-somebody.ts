import { selectContext } from '../../src/context/select.js';
import { problemsOf } from './tree.js';

/** Runs in its own process, and writes the problems of the context in a folder. */
const [workspace = ''] = process.argv.slice(2);
const settings = { directory: '.', dockerfile: 'Dockerfile', exclude: [] };
process.stdout.write(JSON.stringify(await problemsOf(selectContext(settings, workspace))));
