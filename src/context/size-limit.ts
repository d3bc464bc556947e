import { posix } from 'node:path';
import { quote } from '../text/quote.js';
import { ContextError } from './errors.js';
import type { FileEntry } from './walk.js';

const megabyte = 1024 * 1024;
/** The largest total size of all files in bytes, before compression. */
const limit = 500 * megabyte;
const maxNamed = 5;

interface Sized {
  readonly path: string;
  readonly bytes: number;
}

/** @throws ContextError that names the largest files and folders, if the total size is over the limit */
export function checkSize(about: string, files: readonly FileEntry[], bytes: number): void {
  if (bytes <= limit) return;
  const folders = largestFolders(files);
  throw new ContextError({
    about,
    message: [
      `is too large: its ${files.length === 1 ? 'file has' : `${files.length} files have`} ${size(bytes)}, and the limit is 500 MB`,
      `the largest files are ${list(largest(files))}`,
      ...(folders.length === 0 ? [] : [`the largest folders are ${list(folders)}`]),
    ].join('; '),
    next: 'Exclude what the image does not need, such as virtual environments, models, recordings and `.git`, with `build-exclude` or in the ignore file.',
  });
}

function largest(of: readonly Sized[], most = maxNamed): Sized[] {
  return [...of]
    .sort((one, other) => other.bytes - one.bytes || (one.path < other.path ? -1 : 1))
    .slice(0, most);
}

/** The largest folders at the top level, and the largest one below them. */
function largestFolders(files: readonly FileEntry[]): Sized[] {
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
    // If a folder contains nothing but another folder, the inner one says more.
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

/** Rounds up, so that a size over the limit does not read as within it. */
function size(bytes: number): string {
  return `${(Math.ceil((bytes / megabyte) * 10) / 10).toFixed(1)} MB`;
}
