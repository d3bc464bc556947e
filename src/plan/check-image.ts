import type { Agent, Region } from '../pipecat/answers.js';
import type { UnknownReason, ImageLookup } from '../registry/look-up.js';
import type { Unreadable } from '../registry/manifest.js';
import { isSameContent, parseImageReference, pinned } from '../registry/reference.js';
import { quote } from '../text/quote.js';
import type { RegionObservation } from './observation.js';
import type { PreflightProblem } from './problems.js';
import type { RegionSettings } from './region-settings.js';
import type { ImageLookupSettings } from './settings.js';

/** What the image lookup means for a release. */
interface ImageFindings {
  /** Why the release cannot work. */
  readonly problems: PreflightProblem[];
  /** What a person should look at. */
  readonly warnings: string[];
  /** Worth knowing, but nothing to do. */
  readonly remarks: string[];
}

/** The image for one region, and everything that decides whether it can run there. */
interface ImageFacts {
  readonly settings: RegionSettings;
  readonly before: Agent | undefined;
  readonly region: Region;
  readonly lookup: ImageLookup;
  readonly requested: ImageLookupSettings;
}

/**
 * Finds out what the lookup means for one region. Only certain findings are problems, but with
 * `check-image: true`, unknown ones are, too. A dry run only reports, because it often comes before the
 * image is pushed.
 */
export function checkImage(facts: ImageFacts): ImageFindings {
  const findings: ImageFindings = { problems: [], warnings: [], remarks: [] };
  const image = facts.settings.agent?.settings.image;
  if (image === undefined) return findings;
  const { lookup, requested, before } = facts;
  const finding = findingOf(image, facts);
  if (finding !== undefined && requested.check !== 'never')
    addFinding(findings, image, finding, requested);
  if (requested.pins && lookup.outcome !== 'found' && finding !== undefined) {
    const problem = {
      about: `image ${image}`,
      message: `cannot be pinned: ${finding.message}`,
      next: 'Pass the digest that the build reports (`image: name@sha256:…`), or omit `pin-image`.',
    };
    // The problem has been reported already.
    if (findings.problems.length > 0) return findings;
    if (requested.isDryRun) findings.remarks.push(`${quote(image)} ${problem.message}.`);
    else findings.problems.push(problem);
  }
  const running = before?.settings.image;
  if (requested.pins && lookup.outcome === 'found' && running !== undefined) {
    const wanted = pinned(image, lookup.digest);
    if (running !== wanted && isSameContent(running, wanted)) {
      findings.remarks.push(
        `${quote(image)} points to the digest that the agent already runs as ${quote(running)}.`,
      );
    }
  }
  return findings;
}

/**
 * Pins the image in the settings of a region to the current digest of its tag. If the agent already
 * runs this digest, with any tag, its image stays unchanged.
 */
export function withPinnedImage(
  { settings, agent: before }: Pick<RegionObservation, 'settings' | 'agent'>,
  lookup: ImageLookup | undefined,
  requested: ImageLookupSettings | undefined,
): RegionSettings {
  const { agent } = settings;
  const image = agent?.settings.image;
  if (requested?.pins !== true || lookup?.outcome !== 'found' || image === undefined)
    return settings;
  const running = before?.settings.image;
  const wanted = pinned(image, lookup.digest);
  const isSame = running !== undefined && isSameContent(running, wanted);
  return {
    ...settings,
    agent: agent && {
      ...agent,
      settings: { ...agent.settings, image: isSame ? running : wanted },
    },
  };
}

interface Finding {
  readonly certainty: 'certain' | 'likely' | 'unknown';
  /** A clause without the name of the image, and without a period. */
  readonly message: string;
  readonly next: string;
}

function addFinding(
  { problems, warnings, remarks }: ImageFindings,
  image: string,
  { certainty, message, next }: Finding,
  { check, isDryRun }: ImageLookupSettings,
): void {
  const isStrict = check === 'always';
  if (isStrict || (certainty === 'certain' && !isDryRun)) {
    problems.push({ about: `image ${image}`, message, next });
  } else if (certainty === 'likely' && !isDryRun) {
    warnings.push(`${quote(image)}: ${message}. ${next}`);
  } else {
    remarks.push(`${quote(image)}: ${message}.`);
  }
}

function findingOf(image: string, facts: ImageFacts): Finding | undefined {
  const { lookup, settings, before } = facts;
  const { registry, repository, tag, digest } = parseImageReference(image);
  const where = `${quote(repository)} on ${quote(registry)}`;
  switch (lookup.outcome) {
    case 'missing': {
      const isPulledWithSecret =
        settings.imagePullSecret !== undefined ||
        typeof before?.settings.imagePullSecretSet === 'string';
      // Without a login, a registry may hide what it shows to the platform's pull secret.
      const isCertain = lookup.login !== undefined || !isPulledWithSecret;
      return {
        certainty: isCertain ? 'certain' : 'unknown',
        message: `not pushed yet: ${where} has no ${tag === undefined ? `digest ${quote(digest ?? '')}` : `tag ${quote(tag)}`}`,
        next: 'Push the image before the release, or fix `image`.',
      };
    }
    case 'login-refused':
      return {
        certainty: 'certain',
        message: `${quote(registry)} rejected \`registry-username\` and \`registry-password\` (${lookup.status})`,
        next: 'Check both, and that the password or token may pull this image.',
      };
    case 'unknown':
      return {
        certainty: 'unknown',
        message: `the image lookup failed: ${unknownWords[lookup.because](where)}${lookup.detail === undefined ? '' : ` (${lookup.detail})`}`,
        next: 'Log in with `docker/login-action` before this step, or set `check-image` to `auto`.',
      };
    case 'found':
      return platformFinding(facts, lookup);
  }
}

const unknownWords: Readonly<Record<UnknownReason, (where: string) => string>> = {
  'login-needed': (where) => `${where} needs a login that this job does not have`,
  'docker-login-refused': (where) => `${where} rejected the login of \`docker login\``,
  forbidden: (where) => `access to ${where} is forbidden`,
  'repository-unknown': (where) => `the registry does not know ${where}`,
  'not-found': (where) => `${where} was not found`,
  'rate-limited': (where) => `too many requests for ${where}`,
  unreachable: (where) => `the registry of ${where} could not be reached`,
  'unexpected-answer': (where) => `the registry of ${where} sent an unexpected response`,
};

const unreadable: Readonly<Record<Unreadable, string>> = {
  'nested-index': 'its index contains another index',
  artifact: 'it is an artifact, not an image',
  'no-architecture': 'it does not say which processor it was built for',
  unreadable: 'its manifest could not be read',
};

function platformFinding(
  facts: ImageFacts,
  { platforms, platformsUnknown }: Extract<ImageLookup, { outcome: 'found' }>,
): Finding | undefined {
  const wanted = wantedPlatform(facts);
  const next = `Build with \`platforms: ${wanted.platform}\`.`;
  if (platforms === undefined) {
    return platformsUnknown === undefined
      ? undefined
      : {
          certainty: 'unknown',
          message: `the platforms of the image are not known: ${unreadable[platformsUnknown]}`,
          next,
        };
  }
  if (platforms.includes(wanted.platform)) return undefined;
  const built = platforms.length === 0 ? 'no platform' : `${platforms.join(', ')} only`;
  const { region } = facts.settings;
  return {
    certainty: wanted.isCertain ? 'certain' : 'likely',
    message: `no ${wanted.platform}: built for ${built}; ${quote(region)} runs ${wanted.platform}`,
    next,
  };
}

const defaultArchitecture = 'arm64';

/** The platform that the agent runs on, and whether that is certain. */
function wantedPlatform({ settings, before, region }: ImageFacts): {
  readonly platform: string;
  readonly isCertain: boolean;
} {
  const given = settings.agent?.settings.architecture ?? before?.settings.architecture;
  if (typeof given === 'string') return { platform: `linux/${given}`, isCertain: true };
  const architecture = region.defaultArchitecture ?? defaultArchitecture;
  const runsOne = region.supportedArchitectures?.length === 1;
  return { platform: `linux/${architecture}`, isCertain: before === undefined || runsOne };
}
