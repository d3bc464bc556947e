import { execFileSync } from 'node:child_process';
import { createReadStream, rmSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { ContextError, type ContextProblem } from '../../src/context/errors.js';
import { packContext, type PackedContext } from '../../src/context/pack.js';
import {
  selectContext,
  type ContextSettings,
  type SelectedContext,
} from '../../src/context/select.js';

/** What a file of a tree is: its content, a link's target, or a content with a mode. */
export type Leaf =
  string | Buffer | { readonly link: string } | { readonly content: string; readonly mode: number };

/** A workspace in a folder of its own. */
export class Workspace {
  readonly path: string;
  /** A folder next to the workspace, for files outside it. */
  readonly outside: string;

  private constructor(folder: string) {
    this.path = join(folder, 'workspace');
    this.outside = join(folder, 'outside');
  }

  static async create(): Promise<Workspace> {
    const workspace = new Workspace(
      // On macOS, the path of the temporary folder contains a link.
      await mkdtemp(join(await realpath(tmpdir()), 'context-')),
    );
    await mkdir(workspace.path);
    await mkdir(workspace.outside);
    return workspace;
  }

  remove(): void {
    const folder = dirname(this.path);
    // Node.js cannot find files whose names are not UTF-8, which only Linux allows.
    if (process.platform === 'linux') execFileSync('rm', ['-rf', folder]);
    else rmSync(folder, { recursive: true, force: true });
  }

  /** A path whose last bytes are not UTF-8. Such a name is read with a mark at its end, `\ufffd`. */
  inLatin1(path: string): Buffer {
    return Buffer.concat([Buffer.from(join(this.path, path)), Buffer.from([0xff])]);
  }

  /** Writes files and links, in the order given, with the folders that they need. */
  async write(tree: Readonly<Record<string, Leaf>>): Promise<void> {
    for (const [path, leaf] of Object.entries(tree)) {
      const place = join(this.path, path);
      await mkdir(dirname(place), { recursive: true });
      if (typeof leaf === 'string' || Buffer.isBuffer(leaf)) await writeFile(place, leaf);
      else if ('link' in leaf) await symlink(leaf.link, place);
      else {
        await writeFile(place, leaf.content);
        await chmod(place, leaf.mode);
      }
    }
  }

  select(settings: Partial<ContextSettings> = {}): Promise<SelectedContext> {
    return selectContext(
      { directory: '.', dockerfile: 'Dockerfile', exclude: [], ...settings },
      this.path,
    );
  }

  /** Packs the selected files. */
  async pack(settings: Partial<ContextSettings> = {}): Promise<PackedContext> {
    const archive = join(this.outside, 'context.tar.gz');
    await rm(archive, { force: true });
    return packContext(await this.select(settings), archive, { progress: () => undefined });
  }

  /** The names in the archive, as the system's `tar` lists them. */
  async packedNames(settings: Partial<ContextSettings> = {}): Promise<string[]> {
    const { archive } = await this.pack(settings);
    // Other systems have another tar, which writes odd names in a way of its own.
    if (process.platform !== 'linux') return namesIn(archive);
    const list = execFileSync('tar', ['-tzf', archive, '--quoting-style=literal']).toString();
    return list.split('\n').filter((name) => name !== '');
  }
}

async function namesIn(archive: string): Promise<string[]> {
  const names: string[] = [];
  const entries = extract();
  createReadStream(archive).pipe(createGunzip()).pipe(entries);
  for await (const entry of entries) {
    names.push(entry.header.name);
    entry.resume();
  }
  return names;
}

/** The problems that something fails with. */
export async function problemsOf(work: Promise<unknown>): Promise<readonly ContextProblem[]> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ContextError) return error.problems;
  throw new Error('there are no problems', { cause: error });
}

export function pathsOf({ entries }: SelectedContext): string[] {
  return entries.map(({ path }) => path);
}
