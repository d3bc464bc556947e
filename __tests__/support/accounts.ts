import type { AgentPlan, Plan, SecretSetPlan, Target } from '../../src/plan/plan.js';
import type { AgentRecord, ReleaseRecord, SecretSetRecord } from '../../src/record/record.js';
import type { Explanation } from '../../src/report/explain.js';

/** When the releases of these accounts began. */
export const startedAt = Date.UTC(2026, 0, 1);

/** A set that a plan leaves as it is. */
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

/** An agent that a plan leaves as it is. */
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
    forceRedeploy: 'auto',
    waitForReady: true,
    waitTimeout: 600_000,
    isBuiltFromBranch: false,
    against: () => plan,
    ...parts,
  };
  return plan;
}

export function planOf(...targets: readonly Target[]): Plan {
  return { rollout: 'parallel', secretsTimeout: 120_000, targets };
}

/** A plan that has nothing to do in these regions. */
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

/** An agent that got a new deployment, which serves. */
export function agentRecord(parts: Partial<AgentRecord> = {}): AgentRecord {
  return {
    name: 'voice',
    region: 'us-west',
    outcome: 'updated',
    deploymentId: '13c0be89-5ae8-4b0b-ad22-79565e11de3b',
    ready: true,
    previousServes: false,
    image: 'ghcr.io/acme/voice:1.0',
    buildId: undefined,
    changes: [],
    hidden: [],
    newDeployment: { follows: 'yes', because: 'settings-differ' },
    replacesValues: false,
    sessionLimit: 7200,
    minAgents: 1,
    ...parts,
  };
}

/** A set that got a value. */
export function secretSetRecord(parts: Partial<SecretSetRecord> = {}): SecretSetRecord {
  return {
    name: 'keys',
    kind: 'secret',
    region: 'us-west',
    outcome: 'updated',
    status: 'ready',
    added: [],
    updated: ['OLD_KEY'],
    pruned: [],
    skippedKeys: [],
    isVersion: false,
    ...parts,
  };
}

export function releaseRecord(parts: Partial<ReleaseRecord> = {}): ReleaseRecord {
  return {
    startedAt,
    kind: 'release',
    plan: undefined,
    actingAs: undefined,
    steps: [],
    secretSets: [],
    agents: [],
    context: undefined,
    builds: [],
    spans: [],
    warnings: [],
    notices: [],
    ...parts,
  };
}

/** An agent that crashes in a region. */
export function crash(region: string, parts: Partial<Explanation> = {}): Explanation {
  return {
    kind: 'rollout-failed',
    title: 'The deployment failed',
    subject: { kind: 'agent', name: `voice-${region}`, region },
    unharmed: 'The previous deployment keeps serving.',
    facts: [
      { label: 'Agent', value: `voice-${region}` },
      { label: 'Region', value: region },
    ],
    why: ['The agent starts, ends, and is started again and again.'],
    problems: [],
    next: ['Read the traceback.', `More: \`pipecat cloud agent logs voice-${region}\`.`],
    traceback: undefined,
    logs: undefined,
    ...parts,
  };
}

/** Codes of regions, as many as a large organization releases to. */
export function regionCodes(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `region-${index + 1}`);
}
