import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { NoticedFile } from '../context/noticed-files.js';
import type { PackedContext } from '../context/pack.js';
import type { ContextSettings, SelectedContext } from '../context/select.js';
import { bytesOf } from '../text/bytes.js';
import { ContextError } from '../context/errors.js';
import { asIs, listOf } from '../text/list.js';
import { quote } from '../text/quote.js';
import { faultOf } from '../text/system-error.js';
import type { Journal } from '../record/journal.js';
import { logWorkProgress } from './progress.js';

/** Names in the log; more are only counted. */
const maxNames = 50;
/** Names in a sentence of the summary; more are only counted. */
const maxNamed = 10;

/** Folders of the runner. */
export interface Folders {
  readonly workspace: string;
  /** For files that are deleted after the job. */
  readonly temporary: string;
}

/** A build context; disposing of it deletes its archive. */
export interface TemporaryContext extends AsyncDisposable {
  readonly packed: PackedContext;
}

/** What packing a build context needs. */
export interface Packing {
  readonly journal: Journal;
  readonly settings: ContextSettings;
  readonly folders: Folders;
  /** Ends the packing. */
  readonly cancellation: AbortSignal;
}

/**
 * Packs a build context before any request, so that mistakes in the files are reported before any write.
 *
 * @throws ContextError, or the reason of the cancellation
 */
export async function packBuildContext(packing: Packing): Promise<TemporaryContext> {
  const { journal, folders } = packing;
  let folder: string | undefined;
  const dispose = async (): Promise<void> => {
    if (folder !== undefined) await remove(folder, journal);
  };
  try {
    const packed = await journal.step('context', async () => {
      folder = await makeFolder(folders.temporary);
      const archive = join(folder, 'context.tar.gz');
      return journal.span('checkout', 'pack the context', () => pack(packing, archive));
    });
    journal.record.context = packed;
    return { packed, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function makeFolder(temporary: string): Promise<string> {
  try {
    return await mkdtemp(join(temporary, 'build-context-'));
  } catch (error) {
    const { reason, next } = faultOf(error);
    const problem = {
      about: `folder for temporary files ${quote(temporary)}`,
      message: `cannot hold the archive (${reason})`,
      next: next ?? 'Check that the folder (`RUNNER_TEMP`) exists and can be written to.',
    };
    throw new ContextError([problem], { cause: error });
  }
}

/** A failure is only a warning, because the release is complete. */
async function remove(folder: string, journal: Journal): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
  } catch (error) {
    journal.warning(`Could not delete the archive in ${quote(folder)} (${faultOf(error).reason}).`);
  }
}

async function pack(
  { journal, settings, folders, cancellation }: Packing,
  archive: string,
): Promise<PackedContext> {
  const { log } = journal;
  // Loaded only when used.
  const [{ selectContext }, { packContext }] = await Promise.all([
    import('../context/select.js'),
    import('../context/pack.js'),
  ]);
  const selected = await selectContext(settings, folders.workspace, cancellation);
  reportContext(journal, settings, selected);
  const packed = await packContext(selected, archive, {
    progress: logWorkProgress(journal, selected.bytes, 'Packed'),
    signal: cancellation,
  });
  log.info(`Packed as ${bytesOf(packed.archiveBytes)}; its hash is ${packed.hash}.`);
  reportNoticedFiles(packed, journal);
  return packed;
}

function reportContext(
  journal: Journal,
  settings: ContextSettings,
  context: SelectedContext,
): void {
  const { log } = journal;
  const { files, ignoreFile, excludedSecrets, otherDockerfile, missingSources } = context;
  const rules =
    ignoreFile === undefined
      ? 'no ignore file; version control, caches and logs are excluded'
      : `after ${ignoreFile}`;
  log.info(
    `The build context ${quote(settings.directory)} has ${files} ${files === 1 ? 'file' : 'files'}, ${bytesOf(context.bytes)} (${rules}).`,
  );
  if (excludedSecrets.length > 0) {
    const advice =
      ignoreFile === undefined
        ? ''
        : ` To include one, add a line with ! and its name to ${ignoreFile}.`;
    log.info(
      `Excluded, because they may contain secrets: ${listOf(excludedSecrets, { most: maxNames })}.${advice}`,
    );
  }
  if (context.includesGit) {
    journal.remark(
      'The build context includes `.git`, which differs from run to run, so no build is ever reused. Exclude it with `build-exclude: .git`, or with a line in the ignore file.',
    );
  }
  if (otherDockerfile !== undefined) {
    journal.notice(
      `The build context is ${quote(settings.directory)}, with ${quote(context.dockerfile)}. ${quote(otherDockerfile)}, beside the settings file, is not used. To use it, set \`build-context: ${settings.settingsFolder ?? ''}\`.`,
    );
  }
  if (missingSources.length > 0) {
    const sources = missingSources.map(({ path, line }) => `${quote(path)} (line ${line})`);
    journal.warning(
      `${quote(context.dockerfile)} copies ${listOf(sources, { most: maxNamed, format: asIs })}, which the build context ${quote(settings.directory)} does not have, so the build will probably fail. Check \`build-context\`, ${ignoreFile === undefined ? 'what is excluded by default' : quote(ignoreFile)} and \`build-exclude\`.`,
    );
  }
}

/** Reports packed files that may be mistakes. */
function reportNoticedFiles({ noticed }: PackedContext, journal: Journal): void {
  const sentences: Readonly<Record<NoticedFile['kind'], (paths: string) => string>> = {
    credentials: (paths) =>
      `The build context includes files that usually hold a credential: ${paths}. Exclude them with \`build-exclude\`.`,
    'lfs-pointer': (paths) =>
      `The build context has Git LFS pointers in place of the files: ${paths}. Set \`lfs: true\` for \`actions/checkout\`.`,
    'empty-submodule': (paths) =>
      `The build context has submodules that are empty: ${paths}. Set \`submodules: true\` for \`actions/checkout\`.`,
  };
  for (const [kind, sentence] of Object.entries(sentences)) {
    const paths = noticed.filter((file) => file.kind === kind).map(({ path }) => path);
    if (paths.length > 0) journal.remark(sentence(listOf(paths, { most: maxNamed })));
  }
}
