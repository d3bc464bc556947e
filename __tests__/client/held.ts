import { buffer } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import type { Emulator } from '../../emulator/index.js';

/** A file in a build context, as the platform would unpack it. */
interface PackedFile {
  readonly name: string;
  readonly type: string;
  readonly mode: number;
  /** Milliseconds since the epoch. */
  readonly changedAt: number;
  readonly owners: readonly unknown[];
  readonly content: string;
}

async function filesIn(archive: Buffer): Promise<PackedFile[]> {
  const unzip = createGunzip();
  unzip.end(archive);
  const files: PackedFile[] = [];
  for await (const entry of unzip.pipe(extract())) {
    const { name, type, mode, mtime, uid, gid, uname, gname } = entry.header;
    files.push({
      name,
      type,
      mode,
      changedAt: mtime.getTime(),
      owners: [uid, gid, uname, gname],
      content: (await buffer(entry)).toString(),
    });
  }
  return files;
}

const leftOut = 'left out';

/**
 * The state of a platform, without parts that depend on the tool or on the time of the release.
 *
 * It leaves out times, ids, and the size and hashes of a build context. The client writes tar headers like Python, and the
 * action like the platform's own action, so the bytes differ. The files in the archives are compared instead.
 */
export async function heldBy({ state }: Emulator): Promise<unknown> {
  const builds = state.builds();
  /** Builds have random ids, so they are identified by the order of their start. */
  const buildNumber = (id: string | undefined) =>
    id === undefined ? undefined : builds.findIndex((build) => build.id === id);
  return {
    secretSets: state
      .secretSets()
      .map((set) => ({ ...set, writtenAt: leftOut }))
      // The action writes its sets at the same time.
      .sort((one, other) => one.name.localeCompare(other.name)),
    agents: state.agents().map((agent) => ({
      ...agent,
      buildId: buildNumber(agent.buildId),
      // Compares whether the desired deployment is reconciled, not its id.
      desiredDeploymentId: leftOut,
      reconciledDeploymentId: agent.reconciledDeploymentId === agent.desiredDeploymentId,
      deployments: agent.deployments.map((deployment) => ({
        ...deployment,
        id: leftOut,
        createdAt: leftOut,
        buildId: buildNumber(deployment.buildId),
        rollout: { ...deployment.rollout, reconciledAt: leftOut, settledAt: leftOut },
      })),
    })),
    builds: builds.map((build) => ({ ...build, id: leftOut, contextHash: leftOut })),
    uploads: await Promise.all(
      state.uploads().map(async (upload) => ({
        ...upload,
        id: leftOut,
        bytes: leftOut,
        md5: leftOut,
        contextHash: leftOut,
        files: await filesIn(state.archive(upload.id) ?? Buffer.alloc(0)),
      })),
    ),
  };
}
