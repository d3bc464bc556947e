import { createReadStream } from 'node:fs';
import type { Build, StartedBuild } from '../pipecat/answers.js';
import type { PipecatCloud } from '../pipecat/client.js';
import { CallError } from '../pipecat/errors.js';
import { Deadline } from '../time/deadline.js';
import {
  AbandonedError,
  BuildFailedError,
  BuildGoneError,
  BuildTimeoutError,
  ReleaseError,
  SubjectError,
} from './errors.js';
import type { Journal } from './journal.js';
import type { BuildPlan } from './plan.js';
import { poll, WaitOverError } from './polling.js';
import { Progress } from './progress.js';
import type { BuildRecord } from './record.js';
import { bytesOf } from '../bytes.js';
import { WorkProgress } from './work-progress.js';

/** Lines of a failed build's log that are worth showing. */
const mostLines = 50;

/**
 * Has the context built in one region: uploads it, starts the build and waits until it has succeeded,
 * unless there is one already. Its account tells how far it came, also when this throws.
 *
 * @param abandoned nobody needs the build any more
 * @throws ReleaseError of a SubjectError around a build's error or a CallError, or AbandonedError
 */
export async function build(
  cloud: PipecatCloud,
  journal: Journal,
  plan: BuildPlan,
  record: BuildRecord,
  abandoned: AbortSignal,
): Promise<void> {
  const { found, region, context } = plan;
  if (found !== undefined) {
    record.outcome = 'reused';
    journal.buildIs(record, found.id);
    journal.log.info(`The build ${found.id} in ${region} is of this context, and is used again.`);
    return;
  }
  const startedAt = journal.clock.now();
  try {
    const uploadId = await journal.span(region, 'upload the context', () =>
      upload(cloud, journal, plan, abandoned),
    );
    abandoned.throwIfAborted();
    await journal.span(region, 'build the image', async () => {
      const started = await start(cloud, plan, uploadId);
      account(journal, record, plan, started);
      if (started.build.status !== 'success') {
        await awaitBuild(cloud, journal, plan, started.build, abandoned);
      }
    });
    if (record.outcome === 'running') record.outcome = 'built';
  } catch (error) {
    if (abandoned.aborted && !(error instanceof BuildFailedError)) throw new AbandonedError();
    record.outcome = 'failed';
    if (!(error instanceof Error)) throw error;
    const subject = { kind: 'build', name: context.dockerfile, region } as const;
    throw new ReleaseError([new SubjectError(subject, error)]);
  } finally {
    record.duration = journal.clock.now() - startedAt;
  }
}

async function upload(
  cloud: PipecatCloud,
  { clock, log }: Journal,
  { region, context }: BuildPlan,
  signal: AbortSignal,
): Promise<string> {
  const { archive, archiveBytes } = context;
  const progress = new WorkProgress(clock, archiveBytes, (done) => {
    log.info(`Uploaded to ${region}: ${done}.`);
  });
  const uploadId = await cloud.uploadContext(
    region,
    { bytes: archiveBytes, open: () => createReadStream(archive, { highWaterMark: 256 * 1024 }) },
    {
      signal,
      progress: (bytes) => {
        progress.is(bytes);
      },
    },
  );
  log.info(`The context is uploaded to ${region}: ${bytesOf(archiveBytes)}.`);
  return uploadId;
}

/** The same build is not started twice: where the answer was lost, it is among those of the context. */
function start(
  cloud: PipecatCloud,
  { region, context: { dockerfile, hash } }: BuildPlan,
  uploadId: string,
): Promise<StartedBuild> {
  return cloud.startBuild(uploadId, region, dockerfile, {
    findLost: async () => {
      const key = { region, contextHash: hash, dockerfilePath: dockerfile };
      const builds = await cloud.builds(key, undefined, { attempts: 2 });
      const build = builds.find(({ status }) => !endings.includes(status) || status === 'success');
      return build && { build, contextHash: hash, isCached: false };
    },
  });
}

/** Statuses that a build does not leave any more. */
const endings: readonly string[] = ['success', 'failed', 'timeout'];

function account(
  journal: Journal,
  record: BuildRecord,
  { region, context }: BuildPlan,
  { build, contextHash, isCached }: StartedBuild,
): void {
  record.outcome = isCached ? 'reused' : 'running';
  journal.buildIs(record, build.id);
  journal.log.info(
    isCached
      ? `The build ${build.id} in ${region} is of this context, and is used again.`
      : `The build ${build.id} in ${region} is started.`,
  );
  if (contextHash !== undefined && contextHash !== context.hash) {
    journal.notice(
      `The platform calls the context \`${contextHash}\`, which was computed as \`${context.hash}\` here: builds of it will not be found again.`,
    );
  }
}

async function awaitBuild(
  cloud: PipecatCloud,
  { clock, log }: Journal,
  { region, timeout }: BuildPlan,
  { id }: Build,
  abandoned: AbortSignal,
): Promise<void> {
  const deadline = new Deadline(clock, 'build-timeout', timeout);
  const progress = new Progress(clock, (message) => {
    log.info(`Build in ${region}, ${message}`);
  });
  let lastSeen: string | undefined;
  const look = async (): Promise<{ done: Build } | undefined> => {
    // Each look is repeated anyway, so a read of it is tried once.
    const build = await cloud.build(id, { deadline, attempts: 1 });
    if (build === undefined) throw new BuildGoneError(id);
    lastSeen = build.status;
    progress.is(build.status);
    return endings.includes(build.status) ? { done: build } : undefined;
  };
  try {
    const ended = await poll(look, clock, deadline, progress, abandoned);
    if (ended.status === 'success') return;
    const logs = await lastLines(cloud, id);
    throw new BuildFailedError({ buildId: id, logs }, ended.status, ended.errorMessage);
  } catch (error) {
    if (!(error instanceof WaitOverError)) throw error;
    throw new BuildTimeoutError(id, lastSeen, deadline, { cause: error.cause });
  }
}

/** What failed is worth telling without its log, too. */
async function lastLines(cloud: PipecatCloud, id: string): Promise<string[] | undefined> {
  try {
    return await cloud.buildLogs(id, mostLines, { attempts: 2 });
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    return undefined;
  }
}
