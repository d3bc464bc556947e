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

/** Options of an emulator. */
export interface EmulatorOptions {
  /** Port to listen on; 0, the default, means any free port. */
  readonly port?: number | undefined;
  /** The platform's clock, in milliseconds; the real one by default. */
  readonly now?: Clock | undefined;
  /** Milliseconds until a secret set is ready; 5000 by default. */
  readonly secretSetDelay?: number | undefined;
  /** Milliseconds until a deployment is ready; 4000 by default. */
  readonly deploymentDelay?: number | undefined;
  /** Milliseconds that a cloud build takes; 6000 by default. */
  readonly buildDelay?: number | undefined;
  /** Maximum size of a build context in bytes; 500 MB by default, as on the platform. */
  readonly uploadLimit?: number | undefined;
  /** The available regions; by default, those of the platform. */
  readonly regions?: readonly SeededRegion[] | undefined;
  /** The organizations' default region; the first region by default. */
  readonly defaultRegion?: string | undefined;
  /** Called for each request after its response, or when it will not get one. */
  readonly onAnswered?: ((request: LoggedRequest) => void) | undefined;
}

/** A running emulator of Pipecat Cloud on the loopback address. */
export interface Emulator {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly credentials: typeof credentials;
  /** Stops the emulator and closes all connections. */
  close(): Promise<void>;
  /** Every request received, in order. */
  readonly requests: readonly LoggedRequest[];
  /**
   * The highest number of concurrent requests so far. The emulator responds at once, so this shows the
   * concurrency of a caller only if responses are late (`script.fault`).
   */
  readonly maxConcurrentRequests: number;
  /** Whether there are requests in progress, and none of them will ever get a response. */
  readonly isStalled: boolean;
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
    get maxConcurrentRequests() {
      return log.maxConcurrentRequests;
    },
    get isStalled() {
      return log.isStalled;
    },
    seed: seeding(platform),
    script: scripting(platform, limiter, faults, triggers),
    state: readState(platform),
  };
}
