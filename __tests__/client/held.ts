import { buffer } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import type { Emulator } from '../../emulator/index.js';

/** A file of a build context, as the platform would unpack it. */
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
 * What a platform holds, as far as it does not depend on who has released it, or when.
 *
 * Left out are times, ids, and of a build context its size, its MD5 and the hash that is made of that:
 * the client writes tar headers as Python does, and the action as the platform's own action does, so
 * that the bytes differ by their form. What is packed in them is compared instead.
 */
export async function heldBy({ state }: Emulator): Promise<unknown> {
  const builds = state.builds();
  /** Builds have random ids; which one it is tells the order in which they were started. */
  const buildNumber = (id: string | undefined) =>
    id === undefined ? undefined : builds.findIndex((build) => build.id === id);
  return {
    secretSets: state
      .secretSets()
      .map((set) => ({ ...set, writtenAt: leftOut }))
      // The action writes its sets at once.
      .sort((one, other) => one.name.localeCompare(other.name)),
    agents: state.agents().map((agent) => ({
      ...agent,
      buildId: buildNumber(agent.buildId),
      // Whether the operator has taken up what is asked for is compared, and not the ids.
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
