import { randomUUID } from 'node:crypto';
import type { Clock } from './clock.js';

export type BuildStatus = 'pending' | 'building' | 'success' | 'failed' | 'timeout';

/** A cloud build: an image that the platform made from a build context, for one region. */
export interface Build {
  readonly id: string;
  readonly organization: string;
  readonly region: string;
  readonly status: BuildStatus;
  readonly contextHash: string;
  readonly dockerfilePath: string;
  readonly errorMessage: string | undefined;
  readonly createdAt: number;
  /** Lines, oldest first. */
  readonly logs: readonly string[];
}

/** A build that is there from the start. */
export interface SeededBuild {
  readonly id?: string | undefined;
  readonly region?: string | undefined;
  readonly organization?: string | undefined;
  readonly status?: BuildStatus | undefined;
  readonly errorMessage?: string | undefined;
  readonly contextHash?: string | undefined;
  readonly dockerfilePath?: string | undefined;
  readonly logs?: readonly string[] | undefined;
}

/** Which builds a list shows. */
export interface BuildFilter {
  readonly region: string | undefined;
  readonly status: string | undefined;
  readonly contextHash: string | undefined;
  readonly dockerfilePath: string | undefined;
}

/** All cloud builds of the platform. */
export class Builds {
  readonly #builds = new Map<string, Build>();
  readonly #now: Clock;

  constructor(now: Clock) {
    this.#now = now;
  }

  find(organization: string, id: string): Build | undefined {
    const build = this.#builds.get(id);
    return build?.organization === organization ? build : undefined;
  }

  /** The organization's builds, newest first. */
  list(organization: string, filter: BuildFilter): Build[] {
    const matches = (wanted: string | undefined, value: string) =>
      wanted === undefined || wanted === value;
    return [...this.#builds.values()]
      .reverse()
      .filter(
        (build) =>
          build.organization === organization &&
          matches(filter.region, build.region) &&
          matches(filter.status, build.status) &&
          matches(filter.contextHash, build.contextHash) &&
          matches(filter.dockerfilePath, build.dockerfilePath),
      );
  }

  seed(
    seeded: SeededBuild,
    defaults: { readonly organization: string; readonly region: string },
  ): Build {
    const status = seeded.status ?? 'success';
    const ended = status === 'failed' || status === 'timeout';
    const build: Build = {
      id: seeded.id ?? randomUUID(),
      organization: seeded.organization ?? defaults.organization,
      region: seeded.region ?? defaults.region,
      status,
      contextHash: seeded.contextHash ?? randomUUID().replaceAll('-', '').slice(0, 16),
      dockerfilePath: seeded.dockerfilePath ?? 'Dockerfile',
      errorMessage: seeded.errorMessage ?? (ended ? 'Docker build failed' : undefined),
      createdAt: this.#now(),
      logs: seeded.logs ?? ['[Container] Entering phase: BUILD'],
    };
    this.#builds.set(build.id, build);
    return build;
  }
}
