import type { AddressInfo } from 'node:net';
import { createApplication } from './application.js';
import { credentials } from './credentials.js';
import { Faults, RequestTriggers } from './faults.js';
import type { Clock } from './platform/clock.js';
import { createPlatform } from './platform/platform.js';
import { platformRegions, type SeededRegion } from './platform/regions.js';
import { RateLimiter } from './rate-limit.js';
import { type EmulatorState, readState } from './reading.js';
import { type LoggedRequest, RequestLog } from './requests.js';
import { type EmulatorScript, scripting } from './scripting.js';
import { type EmulatorSeed, seeding } from './seeding.js';
import { createEmulatorServer } from './server.js';
import { Storage } from './storage/storage.js';

export type { BuildOutcome, BuildScript, BuildStatus } from './platform/build-progress.js';
export type { Deployment, DeploymentOutcome } from './platform/deployment.js';
export { platformRegions, type SeededRegion } from './platform/regions.js';
export type { DeploymentScript } from './platform/rollout.js';
export type { SessionScript } from './platform/sessions.js';
export type { ProvisioningScript } from './platform/secret-sets.js';
export type { Fault, FaultTiming, RequestMatch } from './faults.js';
export type { RateLimit } from './rate-limit.js';
export type {
  AgentState,
  BuildState,
  EmulatorState,
  SecretSetState,
  SessionState,
  UploadState,
} from './reading.js';
export type { LoggedRequest } from './requests.js';
export type { EmulatorScript } from './scripting.js';
export type { EmulatorSeed } from './seeding.js';

/** How an emulator is started. */
export interface EmulatorOptions {
  /** The port to listen at; 0, the default, is any free one. */
  readonly port?: number | undefined;
  /** The platform's clock, in milliseconds; the real one by default. */
  readonly now?: Clock | undefined;
  /** Milliseconds that a set takes to get ready; 5000 by default. */
  readonly secretSetDelay?: number | undefined;
  /** Milliseconds from a deploy until it is ready; 4000 by default. */
  readonly deploymentDelay?: number | undefined;
  /** Milliseconds that a cloud build takes; 6000 by default. */
  readonly buildDelay?: number | undefined;
  /** The most bytes that a build context may have; 500 MB by default, as on the platform. */
  readonly uploadLimit?: number | undefined;
  /** The regions that there are; the platform's own by default. */
  readonly regions?: readonly SeededRegion[] | undefined;
  /** The organizations' default region; the first one by default, of the platform's `us-west`. */
  readonly defaultRegion?: string | undefined;
  /** Called with each request once it is answered, or will never be. */
  readonly onAnswered?: ((request: LoggedRequest) => void) | undefined;
}

/** Pipecat Cloud on a port of the loopback address. */
export interface Emulator {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly credentials: typeof credentials;
  /** Ends it, connections that hang included. */
  close(): Promise<void>;
  /** Every request received, in order. */
  readonly requests: readonly LoggedRequest[];
  /**
   * The most requests that were under way at once so far. They are answered as fast as they come,
   * so this tells of a caller's concurrency only where answers are late (`script.fault`).
   */
  readonly maxAtOnce: number;
  readonly seed: EmulatorSeed;
  readonly script: EmulatorScript;
  readonly state: EmulatorState;
}

export const defaultDelays = {
  secretSetDelay: 5000,
  deploymentDelay: 4000,
  buildDelay: 6000,
} as const;

const defaultUploadLimit = 500 * 1024 * 1024;

export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const now = options.now ?? Date.now;
  const platform = createPlatform({
    now,
    regions: options.regions ?? platformRegions,
    defaultRegion: options.defaultRegion,
    secretSetDelay: options.secretSetDelay ?? defaultDelays.secretSetDelay,
    deploymentDelay: options.deploymentDelay ?? defaultDelays.deploymentDelay,
    buildDelay: options.buildDelay ?? defaultDelays.buildDelay,
    uploadLimit: options.uploadLimit ?? defaultUploadLimit,
  });
  const log = new RequestLog();
  const limiter = new RateLimiter();
  const faults = new Faults();
  const triggers = { before: new RequestTriggers(), after: new RequestTriggers() };
  const server = createEmulatorServer({
    application: createApplication(platform, log),
    storage: new Storage(now, platform.uploads),
    log,
    limiter,
    faults,
    ...triggers,
    now,
    onAnswered: options.onAnswered,
  });

  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', () => {
      resolve((server.address() as AddressInfo).port);
    });
  });

  return {
    url: `http://127.0.0.1:${port}`,
    credentials,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
    requests: log.entries,
    get maxAtOnce() {
      return log.maxAtOnce;
    },
    seed: seeding(platform),
    script: scripting(platform, limiter, faults, triggers),
    state: readState(platform),
  };
}
