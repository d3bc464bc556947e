import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { GitHub } from 'release-please';
import { Manifest } from 'release-please/build/src/manifest.js';
import { setLogger } from 'release-please/build/src/util/logger.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const silent = () => undefined;
setLogger({
  error: silent,
  warn: silent,
  info: silent,
  debug: silent,
  trace: silent,
});

interface Commit {
  readonly sha: string;
  readonly message: string;
  readonly files: string[];
  pullRequest?: PullRequest;
}

interface PullRequest {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly headBranchName: string;
  readonly baseBranchName: 'main';
  readonly files: string[];
  labels: string[];
  mergeCommitOid: string;
  sha: string;
}

interface Release {
  readonly tagName: string;
  readonly sha: string;
  readonly notes: string;
  readonly draft: boolean;
}

/**
 * The parts of GitHub that release-please uses, for a repository with the files of this one. The state is plain
 * data, so that a test can do what a maintainer does by hand.
 */
export class SimulatedGitHub {
  readonly repository = {
    owner: 'pipecat-cloud-release',
    repo: 'pipecat-cloud-release',
    defaultBranch: 'main',
  };
  readonly commits: Commit[] = [];
  readonly pullRequests: PullRequest[] = [];
  releases: Release[] = [];
  tags = new Map<string, string>();
  /** Files that differ from the working tree. */
  readonly changed = new Map<string, string>();

  push(message: string): Commit {
    const commit = {
      sha: String(this.commits.length + 1).padStart(40, '0'),
      message,
      files: ['README.md'],
    };
    this.commits.unshift(commit);
    return commit;
  }

  read(path: string): string {
    return this.changed.get(path) ?? readFileSync(join(root, path), 'utf8');
  }

  /** What the release workflow does on a push to main: releases first, then the pull request. */
  async run() {
    const manifest = () => Manifest.fromManifest(this as unknown as GitHub, 'main');
    const released = await (await manifest()).createReleases();
    const [proposed] = await (await manifest()).buildPullRequests();
    return { released: released.map((release) => release?.tagName), proposed };
  }

  /** Merges the proposed pull request, with its changes of files. */
  merge(
    proposed: NonNullable<Awaited<ReturnType<SimulatedGitHub['run']>>['proposed']>,
  ): PullRequest {
    const paths: string[] = [];
    for (const { path, createIfMissing, updater } of proposed.updates) {
      let before: string | undefined;
      try {
        before = this.read(path);
      } catch {
        if (!createIfMissing) continue;
      }
      this.changed.set(path, updater.updateContent(before));
      paths.push(path);
    }
    const title = proposed.title.toString();
    const commit = this.push(title);
    const pullRequest: PullRequest = {
      number: this.pullRequests.length + 1,
      title,
      body: proposed.body.toString(),
      headBranchName: proposed.headRefName,
      baseBranchName: 'main',
      files: paths,
      labels: [...proposed.labels],
      mergeCommitOid: commit.sha,
      sha: commit.sha,
    };
    commit.pullRequest = pullRequest;
    this.pullRequests.unshift(pullRequest);
    return pullRequest;
  }

  // What release-please calls.

  getFileContentsOnBranch(path: string) {
    const parsedContent = this.read(path);
    return Promise.resolve({ sha: '', mode: '100644', content: '', parsedContent });
  }

  getFileJson(path: string): Promise<unknown> {
    return Promise.resolve(JSON.parse(this.read(path)));
  }

  async *mergeCommitIterator() {
    yield* await Promise.resolve(this.commits);
  }

  async *pullRequestIterator(_branch: string, status: string) {
    yield* await Promise.resolve(status === 'MERGED' ? this.pullRequests : []);
  }

  async *releaseIterator() {
    yield* await Promise.resolve(this.releases);
  }

  async *tagIterator() {
    yield* await Promise.resolve([...this.tags].map(([name, sha]) => ({ name, sha })));
  }

  createRelease(
    { tag, sha, notes }: { tag: { toString(): string }; sha: string; notes: string },
    { draft = false, forceTag = false }: { draft?: boolean; forceTag?: boolean },
  ) {
    const release = { tagName: tag.toString(), sha, notes, draft };
    this.releases.unshift(release);
    if (forceTag) this.tags.set(release.tagName, sha);
    return Promise.resolve({ ...release, name: release.tagName, url: '', id: 1 });
  }

  commentOnIssue(): Promise<string> {
    return Promise.resolve('');
  }

  addIssueLabels(labels: readonly string[], number: number): Promise<void> {
    const pullRequest = this.pullRequests.find((each) => each.number === number);
    pullRequest?.labels.push(...labels);
    return Promise.resolve();
  }

  removeIssueLabels(labels: readonly string[], number: number): Promise<void> {
    const pullRequest = this.pullRequests.find((each) => each.number === number);
    if (pullRequest)
      pullRequest.labels = pullRequest.labels.filter((label) => !labels.includes(label));
    return Promise.resolve();
  }
}
