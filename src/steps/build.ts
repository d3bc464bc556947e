import { createReadStream } from 'node:fs';
import { CancelledError } from '../time/cancellation.js';
import { bytesOf } from '../text/bytes.js';
import { hasBuildEnded, type Build, type StartedBuild } from '../pipecat/answers.js';
import { CallError, InterruptedCallError } from '../pipecat/errors.js';
import { quote } from '../text/quote.js';
import { Deadline } from '../time/deadline.js';
import {
  AbandonedError,
  isStepFailure,
  ReleaseError,
  StepError,
  SubjectError,
} from '../record/errors.js';
import type { Journal } from '../record/journal.js';
import type { BuildPlan } from '../plan/plan.js';
import type { StepContext } from './context.js';
import { graceLimit, poll, type PollResult } from './polling.js';
import { logWorkProgress, Progress } from './progress.js';
import type { BuildRecord } from '../record/record.js';

/** Lines of a failed build's log to show. */
const maxLines = 50;

/**
 * Builds the context in one region: uploads it, starts the build and waits for it, unless a build exists.
 * The record shows how far it got, even if this throws.
 *
 * @param abandoned aborted when the build is no longer needed
 * @throws ReleaseError of a SubjectError around a build's error or a CallError, or AbandonedError
 */
export async function buildImage(
  context: StepContext,
  record: BuildRecord,
  abandoned: AbortSignal,
): Promise<void> {
  const { journal } = context;
  const { plan } = record;
  const { found, region } = plan;
  if (found?.status === 'success') {
    recordBuild(journal, record, found, { isCached: true });
    return;
  }
  const abandonedError = (): AbandonedError =>
    new AbandonedError({ isStillRunning: record.id !== null });
  // Permanent failures at the same moment are still reported.
  const isCausedByAbandoning = (error: unknown): boolean =>
    error === abandoned.reason || (error instanceof CallError && error.isTransient);
  const runStage = async <Result>(label: string, work: () => Promise<Result>): Promise<Result> => {
    if (abandoned.aborted) throw abandonedError();
    return journal.span(region, label, async () => {
      try {
        return await work();
      } catch (error) {
        throw abandoned.aborted && isCausedByAbandoning(error) ? abandonedError() : error;
      }
    });
  };
  const startedAt = journal.clock.now();
  try {
    if (found === undefined) {
      const uploadId = await runStage('upload the context', () => upload(context, plan, abandoned));
      await runStage('build the image', async () => {
        const started = await start(context, plan, uploadId, abandoned).catch((error: unknown) => {
          if (error instanceof InterruptedCallError) record.outcome = 'cancelled';
          throw error;
        });
        recordBuild(journal, record, started.build, started);
        compareHashes(journal, plan.context.hash, started.contextHash);
        await awaitBuild(context, plan, started.build, abandoned);
      });
    } else {
      await runStage('build the image', async () => {
        recordBuild(journal, record, found, { isCached: false });
        await awaitBuild(context, plan, found, abandoned);
      });
    }
    if (record.outcome === 'running') record.outcome = 'built';
  } catch (error) {
    if (error instanceof AbandonedError || error instanceof CancelledError) throw error;
    // The platform continues a build even if the run no longer waits for it.
    if (record.id === null || hasBuildFailed(error)) record.outcome = 'failed';
    if (!(error instanceof Error)) throw error;
    const subject = { kind: 'build', name: plan.context.dockerfile, region } as const;
    throw new ReleaseError([new SubjectError(subject, error)]);
  } finally {
    if (record.outcome !== 'skipped') record.duration = journal.clock.now() - startedAt;
  }
}

function hasBuildFailed(error: unknown): boolean {
  return isStepFailure(error, 'build-failed', 'build-gone', 'build-missing');
}

async function upload(
  { cloud, journal }: StepContext,
  { region, context: { archive, archiveBytes } }: BuildPlan,
  signal: AbortSignal,
): Promise<string> {
  const uploadId = await cloud.uploadContext(
    region,
    { bytes: archiveBytes, open: () => createReadStream(archive, { highWaterMark: 256 * 1024 }) },
    {
      destination: region,
      signal,
      progress: logWorkProgress(journal, archiveBytes, `Uploaded to ${region}`),
    },
  );
  journal.log.info(`Uploaded the context to ${region}: ${bytesOf(archiveBytes)}.`);
  return uploadId;
}

/** Never starts a build twice: after a lost response, it looks for a build of the context. */
function start(
  { cloud, journal: { clock } }: StepContext,
  { region, context: { dockerfile, hash } }: BuildPlan,
  uploadId: string,
  signal: AbortSignal,
): Promise<StartedBuild> {
  const askedAt = clock.wallTime();
  return cloud.startBuild(uploadId, region, dockerfile, {
    signal,
    findLostResult: async () => {
      const key = { region, contextHash: hash, dockerfilePath: dockerfile };
      const builds = await cloud.builds(key, undefined, { attempts: 2 });
      const build = builds.find(({ status }) => !hasBuildEnded(status) || status === 'success');
      const isOlder = build?.createdAt !== undefined && build.createdAt < askedAt;
      return build && { build, contextHash: hash, isCached: isOlder };
    },
  });
}

function recordBuild(
  journal: Journal,
  record: BuildRecord,
  { id, status }: Build,
  { isCached }: Pick<StartedBuild, 'isCached'>,
): void {
  // A known build of the context may still be running.
  const isReused = isCached && status === 'success';
  record.outcome = isReused ? 'reused' : 'running';
  journal.recordBuildId(record, id);
  journal.log.info(
    isReused
      ? `Reusing the build ${id} of this context in ${record.region}.`
      : `The build ${id} in ${record.region} is running.`,
  );
}

/** The platform identifies contexts by a hash that its storage computes. */
function compareHashes(journal: Journal, ours: string, theirs: string | undefined): void {
  if (theirs === undefined || theirs === ours) return;
  journal.warning(
    `The platform identifies the context as ${quote(theirs)}, but the uploaded archive has the hash \`${ours}\`. The build may contain something else, and later releases cannot reuse it.`,
  );
}

async function awaitBuild(
  { cloud, journal }: StepContext,
  { region, timeout, found }: BuildPlan,
  { id, status }: Build,
  abandoned: AbortSignal,
): Promise<void> {
  if (status === 'success') return;
  const { clock } = journal;
  const deadline = new Deadline(clock, 'build-timeout', timeout);
  const progress = new Progress(journal, `Build in ${region}, `);
  const checkStatus = async (): Promise<PollResult<Build>> => {
    // Each check is repeated anyway, so a request is tried only once.
    const build = await cloud.build(id, { deadline, attempts: 1 });
    if (build === undefined) {
      const isNew = found === undefined && progress.state === undefined;
      if (isNew && progress.elapsed < graceLimit) return undefined;
      throw new StepError(isNew ? 'build-missing' : 'build-gone', { buildId: id });
    }
    progress.update(build.status);
    return hasBuildEnded(build.status) ? { done: build } : undefined;
  };
  const onTimeout = (cause: unknown): never => {
    const facts = { buildId: id, lastSeen: progress.state, deadline };
    throw new StepError('build-timeout', facts, { cause });
  };
  const waiting = { clock, deadline, progress, onTimeout, signal: abandoned };
  const ended = await poll(checkStatus, waiting);
  if (ended.status === 'success') return;
  const logs = await lastLines(cloud, id);
  const { status: endedAs, errorMessage: platformMessage } = ended;
  throw new StepError('build-failed', { buildId: id, status: endedAs, platformMessage, logs });
}

/** Undefined if they cannot be read; the failure is reported without them. */
async function lastLines(cloud: StepContext['cloud'], id: string): Promise<string[] | undefined> {
  try {
    return await cloud.buildLogs(id, maxLines, { attempts: 2 });
  } catch (error) {
    if (!(error instanceof CallError || error instanceof CancelledError)) throw error;
    return undefined;
  }
}
