import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmulator } from '../emulator/index.js';
import { takePicture } from './browser.js';
import { writePage } from './render-summary.js';
import { runAction } from './runner.js';
import { regionalUpdate, twoRegionalRelease } from './scenarios.js';

/** The picture in the README: the summary of an update of two regions, with its timeline. */
const picture = fileURLToPath(new URL('../docs/summary.png', import.meta.url));
const width = 1000;
/** Maximum size in bytes. The README must load fast, and git keeps every version. */
const largest = 200_000;

const folder = await mkdtemp(join(tmpdir(), 'picture-'));
const emulator = await startEmulator({ secretSetDelay: 2000, deploymentDelay: 3000 });
try {
  await runAction(twoRegionalRelease(emulator));
  const { exitCode, log, summary } = await runAction(regionalUpdate(emulator));
  if (exitCode !== 0) throw new Error(`The release failed:\n${log}`);
  const page = await writePage(folder, 'Job summary', [
    {
      title: 'release summary',
      markdown: summary.replace('<details><summary>Timeline', '<details open><summary>Timeline'),
    },
  ]);
  await takePicture(page, picture, width);
  const { size } = await stat(picture);
  if (size > largest)
    throw new Error(`docs/summary.png has ${size} bytes, but at most ${largest} are allowed.`);
  console.log(`docs/summary.png: ${width} pixels wide, ${size} bytes`);
} finally {
  await emulator.close();
  await rm(folder, { recursive: true, force: true });
}
