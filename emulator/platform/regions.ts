import { badRequest } from './refusal.js';

/** CPU architectures that agents can be built for. */
export type Architecture = 'amd64' | 'arm64';

/** A region, as the API lists it. */
export interface Region {
  readonly code: string;
  readonly display_name: string;
  readonly supported_architectures: readonly Architecture[];
  readonly default_architecture: Architecture;
}

function region(
  code: string,
  display_name: string,
  supported_architectures: readonly Architecture[] = ['arm64'],
): Region {
  return { code, display_name, supported_architectures, default_architecture: 'arm64' };
}

export const regions: readonly Region[] = [
  region('us-west', 'US West (Oregon)'),
  region('us-east', 'US East (Virginia)', ['arm64', 'amd64']),
  region('eu-central', 'Europe (Frankfurt)'),
  region('ap-south', 'Asia Pacific (Mumbai)'),
];

/** The region of that code, or the refusal of one that there is not. */
export function regionOf(code: string): Region {
  const found = regions.find((candidate) => candidate.code === code);
  if (!found) throw badRequest('Invalid region or organization does not have access');
  return found;
}

/** The architecture to run in a region: its default where none is asked for. */
export function architectureIn(code: string, asked: Architecture | undefined): Architecture {
  const { supported_architectures, default_architecture } = regionOf(code);
  const architecture = asked ?? default_architecture;
  if (!supported_architectures.includes(architecture))
    throw badRequest(
      `Architecture '${architecture}' is not supported in region '${code}' (supported: ${supported_architectures.join(', ')})`,
    );
  return architecture;
}
