import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PackedContext } from '../context/pack.js';
import type { ContextSettings, SelectedContext } from '../context/select.js';
import { bytesOf } from '../bytes.js';
import type { Journal } from './journal.js';
import { WorkProgress } from './work-progress.js';

/** Names that are listed; what is beyond is counted. */
const mostNames = 50;

/** Folders of the runner. */
export interface Folders {
  readonly workspace: string;
  /** For what is gone when the job is over. */
  readonly temporary: string;
}

/**
 * Packs a build context and does `work` with it: before anything is sent, so that whatever is wrong
 * with the files is told before anything is written. The archive is deleted afterwards.
 *
 * @throws ContextError, or what `work` throws
 */
export async function withContext<Result>(
  journal: Journal,
  settings: ContextSettings,
  folders: Folders,
  work: (context: PackedContext) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(folders.temporary, 'build-context-'));
  try {
    const context = await journal.step('context', () =>
      pack(journal, settings, folders.workspace, join(folder, 'context.tar.gz')),
    );
    journal.record.context = context;
    return await work(context);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function pack(
  journal: Journal,
  settings: ContextSettings,
  workspace: string,
  archive: string,
): Promise<PackedContext> {
  const { clock, log } = journal;
  // Loaded on use only.
  const [{ selectContext }, { packContext }] = await Promise.all([
    import('../context/select.js'),
    import('../context/pack.js'),
  ]);
  const selected = await selectContext(settings, workspace);
  tell(journal, settings, selected);
  const progress = new WorkProgress(clock, selected.bytes, (done) => {
    log.info(`Packed: ${done}.`);
  });
  const packed = await packContext(selected, archive, (bytes) => {
    progress.is(bytes);
  });
  log.info(`Packed as ${bytesOf(packed.archiveBytes)}; its hash is ${packed.hash}.`);
  return packed;
}

function tell(journal: Journal, settings: ContextSettings, context: SelectedContext): void {
  const { log } = journal;
  const { files, bytes, ignoreFile, leftOut, holdsGit } = context;
  const rules =
    ignoreFile === undefined
      ? 'no ignore file, so version control, caches, logs and the like are left out'
      : `left out is what ${ignoreFile} says`;
  log.info(
    `The build context ${settings.directory} has ${files} files of ${bytesOf(bytes)} (${rules}).`,
  );
  if (leftOut.length > 0) {
    const file = ignoreFile ?? '.dockerignore';
    const more = leftOut.length > mostNames ? ` and ${leftOut.length - mostNames} more` : '';
    log.info(
      `Left out, as they may hold secrets: ${leftOut.slice(0, mostNames).join(', ')}${more}. A line of ${file} such as !${leftOut[0] ?? ''} takes one in.`,
    );
  }
  if (holdsGit) {
    journal.warning(
      'The build context holds `.git`, which may hold the token of `actions/checkout`, and which differs from run to run, so that no build is ever used again. Add `.git` to the ignore file.',
    );
  }
}
