import type { Agent, Build, ListedSecretSet, SecretSet } from '../../src/pipecat/answers.js';
import type { Bindings } from '../../src/plan/bindings.js';
import type {
  BuildObservation,
  Observation,
  RegionObservation,
} from '../../src/plan/observation.js';
import { makePlan } from '../../src/plan/make-plan.js';
import type { Plan } from '../../src/plan/plan.js';
import { Regional } from '../../src/plan/regional.js';
import { settingsIn } from '../../src/plan/region-settings.js';
import type {
  AgentReleaseSettings,
  ReleaseSettings,
  SecretSetSettings,
} from '../../src/plan/settings.js';
import { packedContext } from './accounts.js';
import { SecretValue } from '../../src/secrecy/secret-value.js';

/** An agent that is serving. */
export function observedAgent({
  settings = {},
  ...parts
}: Partial<Omit<Agent, 'settings'>> & { settings?: Partial<Agent['settings']> } = {}): Agent {
  return {
    region: 'us-west',
    createdAt: undefined,
    desiredDeploymentId: 'deployment-1',
    reconciledDeploymentId: 'deployment-1',
    ready: true,
    available: true,
    errors: [],
    conditions: [],
    currentRevision: undefined,
    previousRevision: undefined,
    warning: undefined,
    git: undefined,
    settings: {
      image: 'a/b:1',
      buildId: undefined,
      secretSet: parts.secretSets?.[0] ?? null,
      imagePullSecretSet: null,
      minAgents: 0,
      maxAgents: 5,
      agentProfile: undefined,
      architecture: undefined,
      maxSessionDuration: undefined,
      krispVivaAudioFilter: undefined,
      websocketAuth: undefined,
      managedKeys: undefined,
      cpu: undefined,
      memory: undefined,
      ...settings,
    },
    secretSets: [],
    ...parts,
  };
}

/** A ready secret set, as the platform lists it. */
export function listedSet(name: string, parts: Partial<ListedSecretSet> = {}): ListedSecretSet {
  return {
    name,
    kind: 'secret',
    region: 'us-west',
    status: 'ready',
    errorMessage: undefined,
    referenced: false,
    ...parts,
  };
}

/** The input of a plan: the settings, and the state of the platform. */
export interface Situation {
  /** Undefined if no agent is released. */
  readonly agent?:
    (Partial<Omit<AgentReleaseSettings, 'name'>> & { readonly name?: string }) | undefined;
  readonly secretSet?: Partial<Omit<SecretSetSettings, 'name' | 'pairs'>> & {
    readonly name: string;
    /** The keys with a new value. */
    readonly given?: readonly string[];
  };
  readonly imagePullSecret?: { readonly name: string; readonly isGiven?: boolean };
  /** The region of the release; `us-west` by default. */
  readonly region?: string;
  readonly regions?: Observation['regions'];
  readonly before?: Agent;
  readonly listed?: readonly ListedSecretSet[];
  /** Keys of the existing set. */
  readonly keys?: SecretSet['keys'];
  /** Sets that the agent binds now, and another set replaces. */
  readonly replacedSets?: RegionObservation['replacedSets'];
  readonly bindings?: Bindings;
  /** Whether the response for the set shows it as referenced; by default, the same as the list. */
  readonly referenced?: boolean;
  readonly agentProfiles?: readonly string[];
  readonly build?: Build;
  readonly imageLookup?: ReleaseSettings['imageLookup'];
  readonly image?: Observation['image'];
  readonly cloudBuild?: Pick<BuildObservation, 'found' | 'failure'>;
}

export function planOfSituation(situation: Situation): Plan {
  const { secretSet, imagePullSecret, region = 'us-west', cloudBuild } = situation;
  const { name = 'voice', ...asked } = situation.agent ?? {};
  const settings: ReleaseSettings = {
    regions: [region],
    rollout: 'parallel',
    secretsTimeout: 120_000,
    imageLookup: situation.imageLookup,
    secretSet: secretSet && {
      pairs: (secretSet.given ?? []).map((key) => ({ key, value: new SecretValue('a-value') })),
      skippedKeys: [],
      prune: false,
      requiredKeys: [],
      version: '0123abcd',
      keepVersions: 3,
      ...secretSet,
      name: new Regional(secretSet.name),
    },
    imagePullSecret: imagePullSecret && {
      name: new Regional(imagePullSecret.name),
      registry:
        imagePullSecret.isGiven === true
          ? { host: 'https://ghcr.io', authentication: new SecretValue('YTpi') }
          : undefined,
    },
    agent:
      'agent' in situation && situation.agent === undefined
        ? undefined
        : {
            minAgents: new Regional<number>(undefined),
            maxAgents: new Regional<number>(undefined),
            settings: {},
            forceRedeploy: 'auto',
            onFailure: 'keep',
            waitForReady: true,
            waitTimeout: 600_000,
            preview: undefined,
            smokeTest: undefined,
            drainTimeout: undefined,
            isBuiltFromBranch: false,
            ...asked,
            name: new Regional(name),
          },
    build: cloudBuild && {
      context: { directory: '.', dockerfile: 'Dockerfile', exclude: [] },
      timeout: 600_000,
    },
  };
  const listed = situation.listed ?? [];
  const bound = settingsIn(settings, region);
  const existing = listed.find((set) => set.name === bound.secretSet?.name);
  return makePlan(settings, {
    regions: situation.regions ?? [
      { code: 'us-west', supportedArchitectures: undefined, defaultArchitecture: undefined },
    ],
    secretSets: listed,
    build: situation.build,
    image: situation.image,
    agentProfiles: situation.agentProfiles,
    targets: [
      {
        settings: bound,
        secretSet: existing && {
          region: existing.region,
          status: existing.status,
          errorMessage: existing.errorMessage,
          keys: situation.keys ?? [],
          referenced: situation.referenced ?? existing.referenced,
        },
        replacedSets: situation.replacedSets ?? [],
        agent: situation.before,
        bindings: situation.bindings,
        build: cloudBuild && {
          context: packedContext(),
          ...cloudBuild,
        },
      },
    ],
  });
}
