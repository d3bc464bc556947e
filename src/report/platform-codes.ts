import { nonEmpty } from './words.js';

/** What a code means, and what to do next. */
export interface Advice {
  readonly meaning: string;
  /** Undefined if the agent's output says everything. */
  readonly next?: string;
  /** Whether the cause is in what the agent wrote, so that people should read that first. */
  readonly isInOutput?: true;
}

/** What to do, as one text. It sends nobody to output that is not shown. */
export function nextOf({ next = '', isInOutput }: Advice, isOutputShown: boolean): string {
  const reads = isInOutput === true && isOutputShown && 'Read the traceback and the logs.';
  return nonEmpty([reads, next]).join(' ');
}

/** Where the platform documents its codes. */
export const errorCodesUrl = 'https://docs.pipecat.ai/pipecat-cloud/fundamentals/error-codes';

/** The platform's error codes that can come up in a release. */
export const platformCodes: Readonly<Record<string, Advice>> = {
  'PCC-1004': {
    meaning: 'the organization has no billing details',
    next: 'Add them in the dashboard, under Billing.',
  },
  PCC_IMAGE_NOT_FOUND: {
    meaning: 'the image or its tag does not exist at that address',
    next: 'Check the address and the tag, and that the image was pushed before the release.',
  },
  PCC_IMAGE_PULL_UNAUTHORIZED: {
    meaning: 'the registry does not let the platform pull the image',
    next: 'Bind an image pull secret (`image-credentials`) that is valid for this image. With `registry`, `registry-username` and `registry-password`, the action writes one.',
  },
  PCC_IMAGE_PULL_RATE_LIMIT: {
    meaning: 'the registry limits the rate of pulls',
    next: 'Pull with credentials (`image-credentials`) or from another registry, or run the workflow again later.',
  },
  PCC_IMAGE_TOO_LARGE: {
    meaning: 'the image is too large',
    next: 'Make the image smaller: use a slim base, and leave out build tools and models that can be downloaded later.',
  },
  PCC_INVALID_IMAGE_PLATFORM: {
    meaning: 'the image is built for another processor than the platform runs',
    next: 'Build it for linux/arm64 (`docker buildx build --platform linux/arm64`), or for the `architecture` of the region.',
  },
  PCC_IMAGE_PULL_UNKNOWN_ERROR: {
    meaning: 'the image could not be pulled, and the platform does not know why',
    next: 'Check that the registry is up and that the image can be pulled from elsewhere. Then run the workflow again.',
  },
  PCC_UNKNOWN_ERROR: {
    meaning: 'the platform does not know the reason',
    next: "Run the workflow again. If the error persists, contact the platform's support with the deployment id.",
  },
  'PCC-AGENT-AT-CAPACITY': {
    meaning: 'the agent has reached its maximum number of instances',
    next: 'Raise `max-agents`, or wait until sessions end.',
  },
};

const checkAddress = 'Check the address, the tag and the image pull secret (`image-credentials`).';

/** Reasons that Kubernetes gives for a container that does not run. */
export const containerReasons: Readonly<Record<string, Advice>> = {
  CrashLoopBackOff: {
    meaning: 'the agent keeps crashing after it starts',
    isInOutput: true,
    next: 'Usual causes are a missing key in the secret set and a failing import. Fix the cause, then run the workflow again.',
  },
  OOMKilled: {
    meaning: 'the agent needs more memory than it has',
    next: 'Set a larger `agent-profile`, or reduce its memory use.',
  },
  ImagePullBackOff: { meaning: 'the image cannot be pulled', next: checkAddress },
  ErrImagePull: { meaning: 'the image cannot be pulled', next: checkAddress },
  ImageResolutionFailed: {
    meaning:
      'the platform cannot find the image in its registry, often because the image pull secret is missing or wrong',
    next: checkAddress,
  },
  CreateContainerError: {
    meaning: 'the container cannot be created',
    next: "Check the command of the image. If it is right, contact the platform's support with the deployment id.",
  },
  InvalidImageName: {
    meaning: 'the image address is not valid',
    next: 'Fix `image`.',
  },
  ErrImageNeverPull: {
    meaning: 'the image is not on the node, and the pull policy forbids pulling it',
    next: "Contact the platform's support with the deployment id.",
  },
  CreateContainerConfigError: {
    meaning: 'the container cannot be set up, often because a set that it binds does not exist',
    next: 'Check that the secret set of the agent exists and is ready.',
  },
};

/** What the exit codes of a container usually mean. */
export const exitCodes: Readonly<Record<number, Advice>> = {
  0: {
    meaning: 'the agent ended by itself, without an error',
    next: 'Check that the image starts a server, as the platform expects, and not a script that ends.',
  },
  1: {
    meaning: 'the agent ended with an error of its own',
    isInOutput: true,
  },
  2: {
    meaning: 'the command got invalid arguments',
    next: 'Check the command of the image.',
  },
  126: {
    meaning: 'the command of the image cannot be executed',
    next: 'Check that the file is executable and built for the right processor.',
  },
  127: {
    meaning: 'the command of the image was not found',
    next: 'Check the command of the image and its path.',
  },
  134: {
    meaning: 'the agent aborted (SIGABRT)',
    next: 'Read the logs. They usually name the native library that aborted.',
  },
  137: {
    meaning: 'the agent was killed, most often because it needed more memory than it has',
    next: 'Set a larger `agent-profile`, or reduce its memory use.',
  },
  139: {
    meaning: 'the agent crashed in native code (SIGSEGV)',
    next: 'Check that native libraries are built for the right processor.',
  },
  143: {
    meaning: 'the agent was asked to end (SIGTERM)',
    next: 'Read the logs. A usual cause is a readiness check that fails.',
  },
  255: {
    meaning: 'the agent could not be executed, often because the image is for another processor',
    next: 'Build the image for linux/arm64, or for the `architecture` of the region.',
  },
};

/** What `exec format error` means, wherever it appears. */
export const wrongProcessor: Advice = {
  meaning: 'the image is built for another processor (`exec format error`)',
  next: 'Build the image for linux/arm64, or for the `architecture` of the region.',
};
