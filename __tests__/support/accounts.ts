import type { PackedContext } from '../../src/context/pack.js';
import type { AgentPlan, BuildPlan, Plan, SecretSetPlan, Target } from '../../src/plan/plan.js';
import {
  newAgentRecord,
  type AgentRecord,
  type BuildRecord,
  type PlannedSetRecord,
  type ReleaseRecord,
  type SecretSetRecord,
  type TargetRecord,
} from '../../src/record/record.js';
import type { Explanation } from '../../src/report/explain.js';

/** The start time of the releases. */
export const startedAt = Date.UTC(2026, 0, 1);

/** A set that the plan does not change. */
export function secretSetPlan(parts: Partial<SecretSetPlan> = {}): SecretSetPlan {
  return {
    name: 'keys',
    kind: 'secret',
    region: 'us-west',
    action: 'bind',
    pairs: [],
    registry: undefined,
    addedKeys: [],
    updatedKeys: [],
    skippedKeys: [],
    prunedKeys: [],
    status: 'ready',
    otherAgents: [],
    template: undefined,
    olderVersions: [],
    deletedVersions: undefined,
    keepVersions: 3,
    ...parts,
  };
}

export function packedContext(parts: Partial<PackedContext> = {}): PackedContext {
  return {
    root: '/workspace',
    dockerfile: 'Dockerfile',
    entries: [],
    files: 12,
    bytes: 3_000_000,
    ignoreFile: undefined,
    excludedSecrets: [],
    includesGit: false,
    otherDockerfile: undefined,
    missingSources: [],
    noticed: [],
    archive: '/temporary/build-context-x/context.tar.gz',
    archiveBytes: 1_000_000,
    hash: '0123456789abcdef',
    ...parts,
  };
}

/** A build that has not started. */
export function buildPlan(parts: Partial<BuildPlan> = {}): BuildPlan {
  return {
    region: 'us-west',
    context: packedContext(),
    found: undefined,
    isKnown: true,
    timeout: 600_000,
    ...parts,
  };
}

/** An agent that the plan does not change. */
export function agentPlan(parts: Partial<AgentPlan> = {}): AgentPlan {
  const plan: AgentPlan = {
    name: 'voice',
    region: 'us-west',
    action: 'update',
    before: undefined,
    settings: {},
    changes: [],
    hidden: [],
    forces: false,
    runsNewBuild: false,
    bindsVersion: false,
    newDeployment: { follows: 'no', because: 'nothing-differs' },
    valuesChange: false,
    preview: undefined,
    forceRedeploy: 'auto',
    onFailure: 'keep',
    waitForReady: true,
    waitTimeout: 600_000,
    smokeTest: undefined,
    drainTimeout: undefined,
    isBuiltFromBranch: false,
    replan: () => plan,
    ...parts,
  };
  return plan;
}

export function planOf(...targets: readonly Target[]): Plan {
  return { rollout: 'parallel', secretsTimeout: 120_000, targets, warnings: [], remarks: [] };
}

/** A plan without changes in these regions. */
export function planFor(regions: readonly string[]): Plan {
  return planOf(
    ...regions.map((region) => ({
      region,
      secretSets: [secretSetPlan({ name: `keys-${region}`, region })],
      build: undefined,
      agent: agentPlan({ name: `voice-${region}`, region }),
    })),
  );
}

/** An agent with a new deployment that is serving. */
export function agentRecord({
  plan = {},
  ...parts
}: Partial<Omit<AgentRecord, 'plan'>> & { plan?: Partial<AgentPlan> } = {}): AgentRecord {
  const released = agentPlan({
    settings: { image: 'ghcr.io/acme/voice:1.0', minAgents: 1 },
    newDeployment: { follows: 'yes', because: 'settings-differ' },
    ...plan,
  });
  return {
    ...newAgentRecord(released),
    outcome: 'updated',
    deploymentId: '13c0be89-5ae8-4b0b-ad22-79565e11de3b',
    ready: true,
    isChanged: parts.outcome !== 'skipped',
    ...parts,
  };
}

/** A set with a new value. */
export function secretSetRecord({
  plan = {},
  ...parts
}: Partial<Omit<SecretSetRecord, 'plan'>> & {
  plan?: Partial<SecretSetPlan>;
} = {}): PlannedSetRecord {
  return {
    name: 'keys',
    kind: 'secret',
    region: 'us-west',
    outcome: 'updated',
    status: 'ready',
    added: [],
    updated: ['OLD_KEY'],
    pruned: [],
    isChanged: parts.outcome !== 'skipped' && parts.outcome !== 'existing',
    ...parts,
    plan: secretSetPlan(plan),
  };
}

/** The outcome of regions with these sets, builds and agents. */
export interface Parts {
  readonly secretSets?: readonly PlannedSetRecord[] | undefined;
  readonly deletedVersions?: readonly SecretSetRecord[] | undefined;
  readonly builds?: readonly BuildRecord[] | undefined;
  readonly agents?: readonly AgentRecord[] | undefined;
}

/** Records of these regions with the given parts. A region can have any number of agents here. */
function targetsOf(
  { secretSets = [], deletedVersions = [], builds = [], agents = [] }: Parts,
  planned: readonly string[] = [],
): TargetRecord[] {
  const regions = [...secretSets, ...deletedVersions, ...builds, ...agents].map(
    ({ region }) => region,
  );
  // Before the release starts, there are none.
  if (regions.length === 0) return [];
  return [...new Set([...planned, ...regions])].flatMap((region): TargetRecord[] => {
    const isHere = (part: { readonly region: string }): boolean => part.region === region;
    const [agent, ...others] = agents.filter(isHere);
    const target = { region, build: builds.find(isHere), agent };
    return [
      {
        ...target,
        secretSets: secretSets.filter(isHere),
        deletedVersions: deletedVersions.filter(isHere),
      },
      ...others.map((other) => ({
        region,
        secretSets: [],
        deletedVersions: [],
        build: undefined,
        agent: other,
      })),
    ];
  });
}

export function releaseRecord({
  secretSets,
  deletedVersions,
  builds,
  agents,
  ...parts
}: Partial<ReleaseRecord> & Parts = {}): ReleaseRecord {
  const planned = parts.plan?.targets.map(({ region }) => region);
  return {
    startedAt,
    kind: 'release',
    plan: undefined,
    teardown: undefined,
    actingAs: undefined,
    steps: [],
    targets: targetsOf({ secretSets, deletedVersions, builds, agents }, planned),
    context: undefined,
    spans: [],
    warnings: [],
    notices: [],
    remarks: [],
    ...parts,
  };
}

/** An agent that crashes in a region. */
export function crash(region: string, parts: Partial<Explanation> = {}): Explanation {
  return {
    kind: 'rollout-failed',
    title: 'The deployment failed',
    subject: { kind: 'agent', name: `voice-${region}`, region },
    state: ['Serving now: `ghcr.io/acme/voice:1.0`, as before.'],
    facts: { Agent: `voice-${region}`, Region: region },
    why: ['The agent starts, ends, and is started again and again.'],
    problems: [],
    next: ['Read the traceback.', `More: \`pipecat cloud agent logs voice-${region}\`.`],
    traceback: undefined,
    logs: undefined,
    ...parts,
  };
}

/** Region codes, as many as a large organization may use. */
export function regionCodes(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `region-${index + 1}`);
}
