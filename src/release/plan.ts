import type { AgentSettings } from '../pipecat/agent-settings.js';
import type { Agent, ListedSecretSet, SecretSetKind, SecretSetStatus } from '../pipecat/answers.js';
import { platformAgentProfiles } from '../pipecat/names.js';
import type { SecretPair } from '../pipecat/surface.js';
import { quote } from '../quote.js';
import { PreflightError, type PreflightProblem } from './errors.js';
import type { Observation } from './observation.js';
import { toldRegion } from './region.js';
import { secretSetKinds } from './subject.js';
import type {
  AgentReleaseSettings,
  ForceRedeploy,
  RegistryCredentials,
  ReleaseSettings,
} from './settings.js';

/** What a release does to one secret set. */
export interface SecretSetPlan {
  readonly name: string;
  readonly kind: SecretSetKind;
  readonly region: string;
  /** `bind` leaves the set as it is. */
  readonly action: 'create' | 'update' | 'bind';
  /** What is written, by kind. */
  readonly pairs: readonly SecretPair[];
  readonly registry: RegistryCredentials | undefined;
  /** Keys that the set has already, and so are updated rather than added. */
  readonly existingKeys: readonly string[];
  readonly skippedKeys: readonly string[];
  /** Keys that are deleted at the end. */
  readonly prunedKeys: readonly string[];
  /** Before the release. */
  readonly status: SecretSetStatus | undefined;
}

/** What a release does to one agent. */
export interface AgentPlan {
  readonly name: string;
  readonly region: string;
  readonly action: 'create' | 'update';
  /** The agent before the release. */
  readonly before: Agent | undefined;
  /** Everything that is sent, the sets to bind included. */
  readonly settings: AgentSettings;
  readonly forceRedeploy: ForceRedeploy;
  /** Whether this release writes values to a set that the agent binds. */
  readonly valuesChange: boolean;
  readonly waitForReady: boolean;
  /** Milliseconds. */
  readonly waitTimeout: number;
  /**
   * The same for the agent as it is now: others may have created, deployed or scaled it since.
   *
   * @throws PreflightError where that makes the release impossible
   */
  readonly against: (agent: Agent | undefined) => AgentPlan;
}

/** One region of a release: its sets, in the order in which they are written, and its agent. */
export interface Target {
  readonly region: string;
  readonly secretSets: readonly SecretSetPlan[];
  readonly agent: AgentPlan | undefined;
}

/** Everything that a release will do, known before anything is written. */
export interface Plan {
  readonly targets: readonly Target[];
}

/**
 * Holds what is asked for against what there is.
 *
 * @throws PreflightError with every reason why the release cannot work
 */
export function makePlan(settings: ReleaseSettings, observation: Observation): Plan {
  const problems: PreflightProblem[] = [];
  const region = regionOf(settings, observation);
  checkRegion(settings, observation, region, problems);
  const secretSets = [
    planImagePullSecret(settings, observation, region, problems),
    planSecretSet(settings, observation, region, problems),
  ].filter((plan) => plan !== undefined);
  const agent =
    settings.agent &&
    planAgent(
      settings,
      settings.agent,
      observation.agentProfiles,
      observation.agent,
      region,
      secretSets,
      problems,
    );
  checkBuild(settings, observation, region, problems);
  if (problems.length > 0) throw new PreflightError(problems);
  return { targets: [{ region, secretSets, agent }] };
}

function regionOf(settings: ReleaseSettings, observation: Observation): string {
  const { agent, secretSets, defaultRegion } = observation;
  const region = toldRegion(settings, agent, secretSets) ?? defaultRegion;
  if (region === undefined) throw new Error('No region was named and no default was read');
  return region;
}

function listed(observation: Observation, name: string | undefined): ListedSecretSet | undefined {
  return observation.secretSets.find((set) => set.name === name);
}

function checkRegion(
  settings: ReleaseSettings,
  { regions }: Observation,
  region: string,
  problems: PreflightProblem[],
): void {
  const known = regions.find(({ code }) => code === region);
  if (known === undefined) {
    problems.push({
      about: `region ${region}`,
      message: `there is no such region; there are ${regions.map(({ code }) => code).join(', ')}`,
      next: 'Correct the input `region`.',
    });
    return;
  }
  const architecture = settings.agent?.settings.architecture;
  const { supportedArchitectures } = known;
  if (
    architecture !== undefined &&
    supportedArchitectures !== undefined &&
    !supportedArchitectures.includes(architecture)
  ) {
    problems.push({
      about: `region ${region}`,
      message: `does not run ${architecture}; it runs ${supportedArchitectures.join(', ')}`,
      next: 'Correct the input `architecture`, or choose another region.',
    });
  }
}

function planSecretSet(
  { secretSet }: ReleaseSettings,
  observation: Observation,
  region: string,
  problems: PreflightProblem[],
): SecretSetPlan | undefined {
  if (secretSet === undefined) return undefined;
  const { name, pairs, skippedKeys, prune } = secretSet;
  const existing = listed(observation, name);
  const writes = pairs.length > 0;
  checkSet({ name, kind: 'secret', writes }, existing, region, problems);
  if (writes && existing?.referenced === true) {
    problems.push({
      about: `secret set ${name}`,
      message:
        'is a reference to a Kubernetes Secret of a self-hosted region, which can be bound but not written',
      next: 'Write the values in your cluster and leave the secrets inputs out, or name another set.',
    });
  }
  const existingKeys = observation.secretSet?.keys ?? [];
  const given = new Set([...pairs.map(({ key }) => key), ...skippedKeys]);
  if (prune && observation.otherAgentsBinding.length > 0) {
    problems.push({
      about: `secret set ${name}`,
      message: `cannot be pruned, because it is bound by other agents too: ${observation.otherAgentsBinding.join(', ')}`,
      next: 'Give each agent a set of its own, or leave `prune-secrets` out.',
    });
  }
  return {
    name,
    kind: 'secret',
    region,
    action: writes ? (existing === undefined ? 'create' : 'update') : 'bind',
    pairs,
    registry: undefined,
    existingKeys,
    skippedKeys,
    prunedKeys: prune ? existingKeys.filter((key) => !given.has(key)) : [],
    status: existing?.status,
  };
}

function planImagePullSecret(
  { imagePullSecret }: ReleaseSettings,
  observation: Observation,
  region: string,
  problems: PreflightProblem[],
): SecretSetPlan | undefined {
  if (imagePullSecret === undefined) return undefined;
  const { name, registry } = imagePullSecret;
  const existing = listed(observation, name);
  const writes = registry !== undefined;
  checkSet({ name, kind: 'imagePullSecret', writes }, existing, region, problems);
  return {
    name,
    kind: 'imagePullSecret',
    region,
    action: writes ? (existing === undefined ? 'create' : 'update') : 'bind',
    pairs: [],
    registry,
    existingKeys: [],
    skippedKeys: [],
    prunedKeys: [],
    status: existing?.status,
  };
}

/** What both kinds of set have to fulfil. */
function checkSet(
  { name, kind, writes }: { name: string; kind: SecretSetKind; writes: boolean },
  existing: ListedSecretSet | undefined,
  region: string,
  problems: PreflightProblem[],
): void {
  const about = `${secretSetKinds[kind]} ${name}`;
  if (existing === undefined) {
    if (!writes) {
      problems.push({
        about,
        message: 'does not exist, and nothing is given to create it with',
        next:
          kind === 'secret'
            ? 'Correct `secret-set`, or give secrets, so that the set is created.'
            : 'Correct `image-credentials`, or give `registry`, `registry-username` and `registry-password`.',
      });
    }
    return;
  }
  if (existing.kind !== kind) {
    problems.push({
      about,
      message: `is taken by a set of the other kind (${secretSetKinds[existing.kind]})`,
      next: 'Choose another name; the kind of a set cannot change.',
    });
    return;
  }
  if (existing.region !== region) {
    problems.push({
      about,
      message: `is in region ${existing.region}, but the release goes to ${region}; a set stays in its region for good, and agents can bind only sets of their own region`,
      next: `Name a set of its own for ${region} (such as ${name}-${region}), or release to ${existing.region}.`,
    });
  }
  if (!writes && existing.status === 'failed') {
    problems.push({
      about,
      message: `cannot be bound, because its provisioning failed${existing.errorMessage === undefined ? '' : `: ${quote(existing.errorMessage)}`}`,
      next: 'Write the set again, by giving its secrets, or contact support if the problem persists.',
    });
  }
}

function planAgent(
  settings: ReleaseSettings,
  agent: AgentReleaseSettings,
  agentProfiles: readonly string[] | undefined,
  before: Agent | undefined,
  region: string,
  secretSets: readonly SecretSetPlan[],
  problems: PreflightProblem[],
): AgentPlan {
  const { name } = agent;
  const about = `agent ${name}`;
  if (before?.region !== undefined && before.region !== region) {
    problems.push({
      about,
      message: `is in region ${before.region}, but the release goes to ${region}; the region of an agent cannot change`,
      next: `Release to ${before.region}, or give the agent for ${region} another name (such as ${name}-${region}).`,
    });
  }
  if (before === undefined && !hasImage(agent.settings)) {
    problems.push({
      about,
      message: 'does not exist, and nothing is given to create it from',
      next: 'Give `image` or `build-id`, or correct `agent-name`.',
    });
  }
  checkProfile(agent, agentProfiles, problems);
  const scaling = bothBounds(agent, before, problems);
  return {
    name,
    region,
    action: before === undefined ? 'create' : 'update',
    before,
    settings: {
      ...agent.settings,
      ...scaling,
      secretSet: settings.secretSet?.name,
      imagePullSecretSet: settings.imagePullSecret?.name,
    },
    forceRedeploy: agent.forceRedeploy,
    // A changed pull secret does not reach running agents, nor does it have to.
    valuesChange: secretSets.some(({ kind, action }) => kind === 'secret' && action !== 'bind'),
    waitForReady: agent.waitForReady,
    waitTimeout: agent.waitTimeout,
    against: (now) => {
      const found: PreflightProblem[] = [];
      const plan = planAgent(settings, agent, agentProfiles, now, region, secretSets, found);
      if (found.length > 0) throw new PreflightError(found, { isLate: true });
      return plan;
    },
  };
}

function hasImage(settings: AgentSettings): boolean {
  return settings.image !== undefined || settings.buildId !== undefined;
}

function checkProfile(
  { name, settings: { agentProfile } }: AgentReleaseSettings,
  agentProfiles: readonly string[] | undefined,
  problems: PreflightProblem[],
): void {
  if (agentProfile === undefined || agentProfiles === undefined) return;
  if (platformAgentProfiles.includes(agentProfile) || agentProfiles.includes(agentProfile)) return;
  const known = [...new Set([...platformAgentProfiles, ...agentProfiles])];
  problems.push({
    about: `agent ${name}`,
    message: `asks for the profile ${agentProfile}, which there is not; there are ${known.join(', ')}`,
    next: 'Correct the input `agent-profile`.',
  });
}

/** One bound alone may reset the other one, so an update sends the agent's other one along. */
function bothBounds(
  { name, settings: { minAgents, maxAgents } }: AgentReleaseSettings,
  before: Agent | undefined,
  problems: PreflightProblem[],
): { minAgents?: number | undefined; maxAgents?: number | undefined } {
  if (minAgents === undefined && maxAgents === undefined) return {};
  const bounds = {
    minAgents: minAgents ?? before?.settings.minAgents,
    maxAgents: maxAgents ?? before?.settings.maxAgents,
  };
  if ((bounds.minAgents ?? 0) > (bounds.maxAgents ?? Infinity)) {
    problems.push({
      about: `agent ${name}`,
      message: `would have at least ${bounds.minAgents ?? ''} and at most ${bounds.maxAgents ?? ''} instances, as the bound that is not given stays as it is`,
      next: 'Give both `min-agents` and `max-agents`.',
    });
  }
  return bounds;
}

function checkBuild(
  settings: ReleaseSettings,
  { build }: Observation,
  region: string,
  problems: PreflightProblem[],
): void {
  const id = settings.agent?.settings.buildId;
  if (id === undefined) return;
  const about = `build ${id}`;
  if (build === undefined) {
    problems.push({ about, message: 'does not exist', next: 'Correct the input `build-id`.' });
    return;
  }
  if (build.status !== 'success') {
    const reason = build.errorMessage === undefined ? '' : ` (${quote(build.errorMessage)})`;
    problems.push({
      about,
      message: `has the status ${build.status}${reason}; only a build that succeeded can be deployed`,
      next: 'Wait for the build, or build again.',
    });
  }
  if (build.region !== undefined && build.region !== region) {
    problems.push({
      about,
      message: `is of region ${build.region}, but the release goes to ${region}; a build can be deployed in its own region only`,
      next: `Build in ${region}, or release to ${build.region}.`,
    });
  }
}
