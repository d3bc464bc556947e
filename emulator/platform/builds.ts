import { randomUUID } from 'node:crypto';
import { problemIn } from './build-context.js';
import {
  type BuildProgress,
  type BuildScript,
  type BuildStatus,
  logAt,
  outcomeOf,
  planBuild,
  statusAt,
} from './build-progress.js';
import type { Clock } from './clock.js';
import { badRequest } from './refusal.js';
import type { Regions } from './regions.js';
import { anyName, Scripted } from './scripted.js';
import { contextHashOf, type Uploads } from './uploads.js';

/** A cloud build: the platform builds an image from a build context, for one region. */
export interface Build {
  readonly id: string;
  readonly organization: string;
  readonly region: string;
  readonly contextHash: string;
  readonly contextSizeBytes: number;
  readonly dockerfilePath: string;
  readonly createdAt: number;
  readonly progress: BuildProgress;
}

/** A request for a build. */
export interface BuildRequest {
  readonly uploadId: string;
  readonly region: string;
  readonly dockerfilePath?: string | undefined;
}

/** A build that exists from the start. `pending` and `building` never change. */
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

/** Selects builds in a list. */
export interface BuildFilter {
  readonly region: string | undefined;
  readonly status: BuildStatus | undefined;
  readonly contextHash: string | undefined;
  readonly dockerfilePath: string | undefined;
}

const defaultDockerfilePath = 'Dockerfile';

/** All cloud builds of the platform. */
export class Builds {
  readonly #building = new Scripted<BuildScript>();
  readonly #builds = new Map<string, Build>();
  readonly #now: Clock;
  /** Milliseconds that a build takes, unless a script says otherwise. */
  readonly #delay: number;
  readonly #regions: Regions;
  readonly #uploads: Uploads;

  constructor(
    now: Clock,
    delay: number,
    related: { readonly regions: Regions; readonly uploads: Uploads },
  ) {
    this.#now = now;
    this.#delay = delay;
    this.#regions = related.regions;
    this.#uploads = related.uploads;
  }

  all(): Build[] {
    return [...this.#builds.values()];
  }

  identified(id: string): Build | undefined {
    return this.#builds.get(id);
  }

  find(organization: string, id: string): Build | undefined {
    const build = this.#builds.get(id);
    return build?.organization === organization ? build : undefined;
  }

  status({ progress }: Build): BuildStatus {
    return statusAt(progress, this.#now());
  }

  /** The lines that a build has printed so far, oldest first. */
  log({ progress }: Build): string[] {
    return logAt(progress, this.#now());
  }

  /** The organization's builds, newest first. */
  list(organization: string, filter: BuildFilter): Build[] {
    const matches = (wanted: string | undefined, value: string) =>
      wanted === undefined || wanted === value;
    return this.all()
      .reverse()
      .filter(
        (build) =>
          build.organization === organization &&
          matches(filter.region, build.region) &&
          matches(filter.status, this.status(build)) &&
          matches(filter.contextHash, build.contextHash) &&
          matches(filter.dockerfilePath, build.dockerfilePath),
      );
  }

  /** Decides how the next build goes, or each build. */
  script(script: BuildScript): void {
    this.#building.add(script.region ?? anyName, script);
  }

  forgetScripts(): void {
    this.#building.clear();
  }

  /** Builds an upload, unless it was built before. */
  async create(
    organization: string,
    { uploadId, region: code, dockerfilePath = defaultDockerfilePath }: BuildRequest,
  ): Promise<{ readonly build: Build; readonly cached: boolean }> {
    const region = this.#regions.named(code).code;
    const upload = this.#uploads.find(organization, uploadId);
    if (!upload) throw badRequest('Upload not found');
    if (upload.region !== region)
      throw badRequest(`Upload is for region '${upload.region}'. Cannot build in '${region}'.`);
    const { archive } = upload;
    if (!archive) throw badRequest('Upload not found: no file has been uploaded yet');
    const contextHash = contextHashOf(archive);
    const [built] = this.list(organization, {
      region,
      status: 'success',
      contextHash,
      dockerfilePath,
    });
    if (built) return { build: built, cached: true };
    const createdAt = this.#now();
    const script = this.#building.take(region);
    const flaw =
      script?.outcome === undefined ? await problemIn(archive, dockerfilePath) : undefined;
    const build: Build = {
      id: randomUUID(),
      organization,
      region,
      contextHash,
      contextSizeBytes: archive.bytes,
      dockerfilePath,
      createdAt,
      progress: planBuild(script, { dockerfilePath, flaw }, createdAt, this.#delay),
    };
    this.#builds.set(build.id, build);
    return { build, cached: false };
  }

  seed(
    seeded: SeededBuild,
    defaults: { readonly organization: string; readonly region: string },
  ): Build {
    const { status = 'success', dockerfilePath = defaultDockerfilePath } = seeded;
    const isRunning = status === 'pending' || status === 'building';
    const createdAt = this.#now();
    const ended = outcomeOf(isRunning ? 'success' : status, dockerfilePath, seeded.errorMessage);
    const build: Build = {
      id: seeded.id ?? randomUUID(),
      organization: seeded.organization ?? defaults.organization,
      region: seeded.region ?? defaults.region,
      contextHash: seeded.contextHash ?? randomUUID().replaceAll('-', '').slice(0, 16),
      contextSizeBytes: 4096,
      dockerfilePath,
      createdAt,
      progress: {
        ...ended,
        startedAt: status === 'pending' ? Infinity : createdAt,
        completedAt: isRunning ? Infinity : createdAt,
        logs: seeded.logs ?? ended.logs,
      },
    };
    this.#builds.set(build.id, build);
    return build;
  }
}
