import { posix } from 'node:path';
import { quote } from '../text/quote.js';
import { ContextError } from './errors.js';
import type { FoundFile } from './walk.js';

const megabyte = 1024 * 1024;
/** Bytes of all files, before they are compressed. */
const limit = 500 * megabyte;
const maxNamed = 5;

interface Sized {
  readonly path: string;
  readonly bytes: number;
}

/** @throws ContextError with what is large, if the files are too large together */
export function checkSize(about: string, files: readonly FoundFile[], bytes: number): void {
  if (bytes <= limit) return;
  const folders = largestFolders(files);
  throw new ContextError([
    {
      about,
      message: [
        `is too large: its ${files.length === 1 ? 'file is' : `${files.length} files are`} ${size(bytes)}, and 500 MB is the most`,
        `the largest files are ${list(largest(files))}`,
        ...(folders.length === 0 ? [] : [`the largest folders are ${list(folders)}`]),
      ].join('; '),
      next: 'Leave out with `build-exclude` (or the ignore file, where there is one) what the image does not need, such as virtual environments, models, recordings and `.git`.',
    },
  ]);
}

function largest(of: readonly Sized[], most = maxNamed): Sized[] {
  return [...of]
    .sort((one, other) => other.bytes - one.bytes || (one.path < other.path ? -1 : 1))
    .slice(0, most);
}

/** Folders at the top, and in the last place the largest of those below them. */
function largestFolders(files: readonly FoundFile[]): Sized[] {
  const sizes = new Map<string, number>();
  for (const { path, bytes } of files) {
    for (let folder = posix.dirname(path); folder !== '.'; folder = posix.dirname(folder)) {
      sizes.set(folder, (sizes.get(folder) ?? 0) + bytes);
    }
  }
  const largestInside = new Map<string, number>();
  for (const [path, bytes] of sizes) {
    const folder = posix.dirname(path);
    largestInside.set(folder, Math.max(bytes, largestInside.get(folder) ?? 0));
  }
  const folders = Array.from(sizes, ([path, bytes]) => ({ path, bytes }));
  const deeper = largest(
    // Where all that is in a folder is in one folder of it, that one tells more.
    folders.filter(({ path, bytes }) => path.includes('/') && largestInside.get(path) !== bytes),
    1,
  );
  const top = largest(
    folders.filter(({ path }) => !path.includes('/')),
    maxNamed - deeper.length,
  );
  return largest([...top, ...deeper]);
}

function list(sized: readonly Sized[]): string {
  return sized.map(({ path, bytes }) => `${quote(path)} (${size(bytes)})`).join(', ');
}

/** What is over the limit must not read as if it were within it. */
function size(bytes: number): string {
  return `${(Math.ceil((bytes / megabyte) * 10) / 10).toFixed(1)} MB`;
}
