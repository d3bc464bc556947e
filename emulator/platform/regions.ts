import { badRequest } from './refusal.js';

/** Processor architectures of images. */
export type Architecture = 'amd64' | 'arm64';

/** A region that agents and sets can be in. */
export interface Region {
  readonly code: string;
  readonly displayName: string;
  readonly supportedArchitectures: readonly Architecture[];
  readonly defaultArchitecture: Architecture;
  /** Whether it is a customer's own cluster. The API documents no field for that. */
  readonly selfHosted: boolean;
}

/** A region that exists from the start. It runs arm64 by default. */
export interface SeededRegion {
  readonly code: string;
  /** The code by default. */
  readonly displayName?: string | undefined;
  /** The first one is the region's default. */
  readonly supportedArchitectures?: readonly [Architecture, ...Architecture[]] | undefined;
  readonly selfHosted?: boolean | undefined;
}

/** The platform's own regions. */
export const platformRegions: readonly SeededRegion[] = [
  { code: 'us-west', displayName: 'US West (Oregon)' },
  {
    code: 'us-east',
    displayName: 'US East (Virginia)',
    supportedArchitectures: ['arm64', 'amd64'],
  },
  { code: 'eu-central', displayName: 'Europe (Frankfurt)' },
  { code: 'ap-south', displayName: 'Asia Pacific (Mumbai)' },
];

/** All regions of the platform, the same for each organization. */
export class Regions {
  readonly #regions: readonly Region[];

  constructor(seeded: readonly SeededRegion[]) {
    this.#regions = seeded.map(
      ({ code, displayName = code, supportedArchitectures = ['arm64'], selfHosted = false }) => ({
        code,
        displayName,
        supportedArchitectures,
        defaultArchitecture: supportedArchitectures[0],
        selfHosted,
      }),
    );
  }

  all(): readonly Region[] {
    return this.#regions;
  }

  codes(): string[] {
    return this.#regions.map(({ code }) => code);
  }

  /** The region with this code. Throws a refusal if it does not exist. */
  named(code: string): Region {
    const found = this.#regions.find((candidate) => candidate.code === code);
    if (!found) throw badRequest('Invalid region or organization does not have access');
    return found;
  }

  /** The architecture for a request in a region: the region's default if the request names none. */
  architectureIn(code: string, requested: Architecture | undefined): Architecture {
    const { supportedArchitectures, defaultArchitecture } = this.named(code);
    const architecture = requested ?? defaultArchitecture;
    if (!supportedArchitectures.includes(architecture))
      throw badRequest(
        `Architecture '${architecture}' is not supported in region '${code}' (supported: ${supportedArchitectures.join(', ')})`,
      );
    return architecture;
  }
}
