import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { drawnHeightAttribute } from './render-summary.js';

const run = promisify(execFile);

const usualPaths = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

function browserPath(): string {
  const path = process.env['CHROMIUM_PATH'] ?? usualPaths.find((usual) => existsSync(usual));
  if (path === undefined) {
    throw new Error(
      'No browser found. Install chromium and fonts-noto-color-emoji, or set CHROMIUM_PATH.',
    );
  }
  return path;
}

/** Milliseconds, on the page's virtual clock, until the page must be drawn. */
const drawingTime = 10_000;

/** Runs the browser without a window and without network requests. */
async function headless(page: string, ...options: readonly string[]): Promise<string> {
  const profile = await mkdtemp(join(tmpdir(), 'browser-'));
  try {
    const { stdout } = await run(
      browserPath(),
      [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--hide-scrollbars',
        `--user-data-dir=${profile}`,
        `--virtual-time-budget=${drawingTime}`,
        ...options,
        pathToFileURL(page).href,
      ],
      { maxBuffer: 64 * 1024 * 1024, timeout: 60_000 },
    );
    return stdout;
  } finally {
    await rm(profile, { recursive: true, force: true });
  }
}

/** Takes a picture of a complete page that `writePage` wrote. */
export async function takePicture(page: string, picture: string, width: number): Promise<void> {
  const drawn = await headless(page, '--dump-dom', `--window-size=${width},800`);
  const height = new RegExp(`<html[^>]* ${drawnHeightAttribute}="(\\d+)"`).exec(drawn)?.[1];
  if (height === undefined)
    throw new Error(`The browser did not draw ${page}. A diagram may have a mistake.`);
  await headless(page, `--screenshot=${picture}`, `--window-size=${width},${height}`);
}
