import fc from 'fast-check';
import type {
  BuildScript,
  DeploymentScript,
  Fault,
  FaultTiming,
  ProvisioningScript,
  RateLimit,
} from '../../../emulator/index.js';

export const regionCodes = ['us-west', 'eu-central', 'ap-south'] as const;

/** Kinds of requests, on both surfaces. */
export const targets = [
  'anything',
  'organizations',
  'regions',
  'list of sets',
  'a set',
  'write of a set',
  'deletion',
  'agent',
  'deploy',
  'form of an upload',
  'storage',
  'start of a build',
  'look for builds',
  'a build',
  'start of a session',
  'a session',
] as const;
export type TargetName = (typeof targets)[number];

export interface ScriptedFault {
  readonly target: TargetName;
  readonly fault: Fault;
  readonly timing: FaultTiming;
}

/** What other users do, and when. */
export interface ScriptedMeddling {
  readonly when: 'before' | 'after';
  readonly target: TargetName;
  readonly act:
    | 'supersede the agent'
    | 'make the agent anew'
    | 'delete the agent'
    | 'overwrite the set'
    | 'delete the set';
  /** Index of the region. */
  readonly region: number;
}

export interface ScriptedOutcomes {
  readonly provisioning: readonly ProvisioningScript[];
  readonly deployments: readonly (DeploymentScript & { readonly region: number })[];
  readonly builds: readonly BuildScript[];
  /** Number of conflicts in the next writes of sets. */
  readonly conflicts: number;
  readonly rateLimit: RateLimit | undefined;
}

/** A release, the state before it, and what happens to it. */
export interface Scenario {
  readonly credential: 'API key' | 'token';
  /** Number of regions. */
  readonly regions: number;
  /** Whether an earlier release has left an agent and its sets. */
  readonly isUpdate: boolean;
  readonly secretSet: 'none' | 'bound' | 'plain' | 'versioned';
  /** Number of older versions. */
  readonly olderVersions: number;
  readonly imagePullSecret: 'none' | 'bound' | 'written';
  readonly agent: 'none' | 'image' | 'build' | 'known build';
  readonly keys: number;
  readonly prunes: boolean;
  readonly scales: boolean;
  readonly rollout: 'parallel' | 'sequential';
  readonly waitsForReady: boolean;
  readonly isDryRun: boolean;
  /** Whether the release has a smoke test and waits for sessions on older deployments. */
  readonly isTested: boolean;
  /** Number of the request at which the run is cancelled; undefined if it is not. */
  readonly isCancelledAt: number | undefined;
  readonly faults: readonly ScriptedFault[];
  readonly outcomes: ScriptedOutcomes;
  readonly meddling: readonly ScriptedMeddling[];
}

const refusals = [400, 401, 403, 409, 422, 429] as const;
const breakdowns = [500, 502, 503, 504] as const;

const error = (status: number) => ({ error: `Scripted ${status}`, code: `SCRIPTED_${status}` });

/** All faults of the emulator. Requests that hang cost real time, so they are rare. */
const faults: fc.Arbitrary<Fault> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .record({
        kind: fc.constant('status' as const),
        status: fc.constantFrom(...refusals),
      })
      .map((fault) => ({ ...fault, body: error(fault.status) })),
  },
  {
    weight: 4,
    arbitrary: fc
      .record({
        kind: fc.constant('status' as const),
        status: fc.constantFrom(...breakdowns),
        carryOut: fc.boolean(),
      })
      .map((fault) => ({ ...fault, body: error(fault.status) })),
  },
  {
    // A page of a gateway or a redirect, not a response of the platform.
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('status' as const),
      status: fc.constantFrom(302, 403, 404, 502, 503),
    }),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({
        kind: fc.constant('status' as const),
        status: fc.constantFrom(429, 503),
        headers: fc
          .constantFrom('1', '7', '45', '200')
          .map((seconds) => ({ 'retry-after': seconds })),
      })
      .map((fault) => ({ ...fault, body: error(fault.status) })),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('reset' as const), carryOut: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('cut-off' as const), carryOut: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('not-json' as const), carryOut: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wrong-json' as const), carryOut: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('late' as const),
      delay: fc.integer({ min: 1, max: 12 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('reset-upload' as const),
      afterBytes: fc.integer({ min: 1, max: 400 }),
    }),
  },
);

const hang: fc.Arbitrary<ScriptedFault> = fc.record({
  target: fc.constantFrom(...targets),
  fault: fc.record({ kind: fc.constant('hang' as const), carryOut: fc.boolean() }),
  timing: fc.record({ skip: fc.integer({ min: 0, max: 5 }), times: fc.constant(1) }),
});

const anyFault: fc.Arbitrary<ScriptedFault> = fc.record({
  target: fc.constantFrom(...targets),
  fault: faults,
  timing: fc.record({
    skip: fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      { weight: 2, arbitrary: fc.integer({ min: 1, max: 25 }) },
    ),
    times: fc.oneof(
      { weight: 5, arbitrary: fc.integer({ min: 1, max: 2 }) },
      { weight: 2, arbitrary: fc.integer({ min: 3, max: 9 }) },
    ),
  }),
});

/** For a write of a set, any success means that it was accepted. So a success is used only if it was carried out. */
const fault = anyFault.map(({ target, fault, timing }): ScriptedFault =>
  fault.kind === 'wrong-json' && ['anything', 'write of a set'].includes(target)
    ? { target, fault: { kind: 'wrong-json', carryOut: true }, timing }
    : { target, fault, timing },
);

const manyFaults: fc.Arbitrary<ScriptedFault[]> = fc
  .tuple(
    fc.array(fault, { minLength: 1, maxLength: 7, size: 'max' }),
    fc.oneof(
      { weight: 9, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(hang, { minLength: 1, maxLength: 1 }) },
    ),
  )
  .map(([most, few]) => [...few, ...most]);

/** Usually normal, and sometimes this value. */
function sometimes<Value>(value: fc.Arbitrary<Value>, most = 1): fc.Arbitrary<readonly Value[]> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(value, { minLength: 1, maxLength: most }) },
  );
}

const provisioning: fc.Arbitrary<ProvisioningScript> = fc.constantFrom(
  { outcome: 'failed', errorMessage: 'The cluster is out of room.' },
  { delay: 40_000 },
  { delay: 200_000 },
  { outcome: 'failed', delay: 60_000 },
);

const deployment: fc.Arbitrary<DeploymentScript & { readonly region: number }> = fc
  .tuple(
    fc.constantFrom<DeploymentScript>(
      { outcome: 'crash-loop' },
      { outcome: 'image-pull' },
      { outcome: 'failed' },
      { outcome: 'error' },
      { outcome: 'single-restart' },
      { delay: 120_000 },
      { delay: 700_000 },
      { delay: 20_000, infrastructureIssue: true },
      { delay: 30_000, reconcileDelay: 29_000 },
    ),
    fc.integer({ min: 0, max: 2 }),
  )
  .map(([script, region]) => ({ ...script, region }));

const build: fc.Arbitrary<BuildScript> = fc.constantFrom(
  { outcome: 'failed', errorMessage: 'COPY failed' },
  { outcome: 'timeout', delay: 300_000 },
  { delay: 0 },
  { delay: 100_000 },
  { delay: 700_000 },
);

const rateLimit: fc.Arbitrary<RateLimit> = fc.constantFrom(
  { requests: 4, per: 2000 },
  { requests: 10, per: 10_000, retryAfter: 5 },
  { requests: 30, per: 60_000 },
);

const outcomes: fc.Arbitrary<ScriptedOutcomes> = fc.record({
  provisioning: sometimes(provisioning, 2),
  deployments: sometimes(deployment, 2),
  builds: sometimes(build, 2),
  conflicts: fc.oneof(
    { weight: 8, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 6 }) },
  ),
  rateLimit: fc.oneof(
    { weight: 8, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: rateLimit },
  ),
});

const meddling: fc.Arbitrary<ScriptedMeddling> = fc.record({
  when: fc.constantFrom('before' as const, 'after' as const),
  target: fc.constantFrom<TargetName>(
    'list of sets',
    'a set',
    'write of a set',
    'agent',
    'deploy',
    'start of a build',
    'deletion',
  ),
  act: fc.constantFrom(
    'supersede the agent' as const,
    'make the agent anew' as const,
    'delete the agent' as const,
    'overwrite the set' as const,
    'delete the set' as const,
  ),
  region: fc.integer({ min: 0, max: 2 }),
});

/** Releases for both credentials. The caller chooses the credential. */
export const scenarios: fc.Arbitrary<Omit<Scenario, 'credential'>> = fc
  .record({
    regions: fc.integer({ min: 1, max: 3 }),
    isUpdate: fc.boolean(),
    secretSet: fc.constantFrom(
      'none' as const,
      'bound' as const,
      'plain' as const,
      'plain' as const,
      'versioned' as const,
      'versioned' as const,
    ),
    olderVersions: fc.integer({ min: 0, max: 4 }),
    imagePullSecret: fc.constantFrom('none' as const, 'bound' as const, 'written' as const),
    agent: fc.constantFrom(
      'none' as const,
      'image' as const,
      'image' as const,
      'image' as const,
      'build' as const,
      'build' as const,
      'known build' as const,
    ),
    keys: fc.integer({ min: 1, max: 3 }),
    prunes: fc.boolean(),
    scales: fc.boolean(),
    rollout: fc.constantFrom('parallel' as const, 'sequential' as const),
    waitsForReady: fc.integer({ min: 0, max: 7 }).map((number) => number > 0),
    isDryRun: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
    isCancelledAt: fc.oneof(
      { weight: 3, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 40 }) },
    ),
    faults: manyFaults,
    outcomes,
    meddling: sometimes(meddling, 2),
    isTested: fc.boolean(),
  })
  // A release of nothing is an error.
  .map((scenario) =>
    scenario.agent === 'none' && ['none', 'bound'].includes(scenario.secretSet)
      ? { ...scenario, secretSet: 'plain' }
      : scenario,
  );
