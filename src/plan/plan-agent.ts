import type { AgentSettings } from '../pipecat/agent-settings.js';
import type { Agent } from '../pipecat/answers.js';
import { agentName, platformAgentProfiles } from '../pipecat/names.js';
import { compareSettings, newBuildChange, type SettingChange } from './agent-changes.js';
import { PreflightError, unknownName, type PreflightProblem } from './problems.js';
import { versionsOf } from './name-template.js';
import { isWritten } from './plan-secret-sets.js';
import { adviceOnNames, whyNotPreview } from './preview.js';
import type { AgentPlan, BuildPlan, NewDeployment, SecretSetPlan } from './plan.js';
import type { RegionAgent, RegionSettings } from './region-settings.js';
import { hasFailed } from '../pipecat/rollout-judgment.js';

/** Everything that the plan of an agent depends on. */
interface AgentFacts {
  readonly settings: RegionSettings;
  readonly requested: RegionAgent;
  /** Undefined if they cannot be listed, or are not needed. */
  readonly agentProfiles: readonly string[] | undefined;
  /** The agent before the release. */
  readonly before: Agent | undefined;
  /** The plans of the sets that it will bind. */
  readonly secretSets: readonly SecretSetPlan[];
  readonly build: BuildPlan | undefined;
}

/**
 * Plans an agent of one region. Adds every reason why that is impossible to `problems`.
 *
 * @param buildId the build of the context; undefined if it does not exist yet
 */
export function planAgent(
  facts: AgentFacts,
  problems: PreflightProblem[],
  buildId = facts.build?.found?.id,
): AgentPlan {
  const { settings, requested, before, secretSets, build } = facts;
  const { region } = settings;
  const { name } = requested;
  checkName(name, region, problems);
  checkPresence(facts, problems);
  checkProfile(facts, problems);
  const wanted: AgentSettings = {
    ...requested.settings,
    ...(build === undefined ? {} : { buildId }),
    ...bothBounds(requested, before, problems),
    secretSet: settings.secretSet?.name,
    imagePullSecretSet: settings.imagePullSecret?.name,
  };
  const runsNewBuild = build !== undefined && buildId === undefined;
  const { changes, hidden } = compareSettings(before?.settings, wanted);
  if (before !== undefined && runsNewBuild) changes.unshift(newBuildChange(before.settings));
  const valuesChange = secretSets.some((set) => changesValuesOf(before, set));
  const forcedBecause = forcingReason(requested, before, valuesChange);
  return {
    ...requested,
    region,
    action: before === undefined ? 'create' : 'update',
    before,
    settings: wanted,
    changes,
    hidden,
    bindsVersion: secretSets.some(({ template }) => template !== undefined),
    forces: forcedBecause !== undefined,
    newDeployment: newDeployment(
      { before, changes, hidden },
      runsNewBuild ? build : undefined,
      forcedBecause,
    ),
    runsNewBuild,
    valuesChange,
    replan: (now, madeId) => {
      const found: PreflightProblem[] = [];
      const plan = planAgent({ ...facts, before: now }, found, madeId ?? buildId);
      if (found.length > 0) throw new PreflightError(found);
      return plan;
    },
  };
}

/** The inputs check the name before, as far as the region is known by then. */
function checkName(name: string, region: string, problems: PreflightProblem[]): void {
  if (agentName.pattern.test(name)) return;
  problems.push({
    about: `agent ${name}`,
    message: `is not a valid name in ${region} (${name.length} characters); use ${agentName.rule}`,
    next: 'Fix `agent-name`.',
  });
}

function checkPresence(
  { requested, settings: { region }, before, build }: AgentFacts,
  problems: PreflightProblem[],
): void {
  const { name, settings, preview, isBuiltFromBranch } = requested;
  const about = `agent ${name}`;
  if (before?.region !== undefined && before.region !== region) {
    problems.push({
      about,
      message: `is in region ${before.region}, but the release is for ${region}; the region of an agent cannot change`,
      next: `Release to ${before.region}, or give the agent for ${region} another name (such as ${name}-${region}).`,
    });
  }
  if (before !== undefined) {
    // An agent that is older than the pull request belongs to somebody else, and must not change.
    const message = preview && whyNotPreview(before, preview);
    if (message !== undefined) problems.push({ about, message, next: adviceOnNames });
    return;
  }
  if (isBuiltFromBranch) {
    problems.push({
      about,
      message:
        'does not exist, and the settings file says that the platform builds it from a branch (`[git]`); a release cannot connect the agent to GitHub',
      next: 'Create the agent once with the command-line client or in the dashboard, or set `image`, `cloud-build` or `build-id`.',
    });
  } else if ((settings.image ?? settings.buildId ?? build) === undefined) {
    problems.push({
      about,
      message: 'does not exist, and the release has no image or build to create it from',
      next: 'Set `image`, `cloud-build` or `build-id`, or fix `agent-name`.',
    });
  }
}

function checkProfile(
  { requested, agentProfiles }: AgentFacts,
  problems: PreflightProblem[],
): void {
  const {
    name,
    settings: { agentProfile },
  } = requested;
  if (agentProfile === undefined || agentProfiles === undefined) return;
  if (platformAgentProfiles.includes(agentProfile) || agentProfiles.includes(agentProfile)) return;
  const known = [...new Set([...platformAgentProfiles, ...agentProfiles])];
  problems.push({
    about: `agent ${name}`,
    message: unknownName('profile', agentProfile, known),
    next: 'Set `agent-profile` to an available one.',
  });
}

/** An update with one bound may reset the other, so it also sends the agent's other bound. */
function bothBounds(
  { name, settings: { minAgents, maxAgents } }: RegionAgent,
  before: Agent | undefined,
  problems: PreflightProblem[],
): { minAgents?: number | undefined; maxAgents?: number | undefined } {
  if (minAgents === undefined && maxAgents === undefined) return {};
  const least = minAgents ?? before?.settings.minAgents;
  const most = maxAgents ?? before?.settings.maxAgents;
  if (least !== undefined && most !== undefined && least > most) {
    problems.push({
      about: `agent ${name}`,
      message: `would have at least ${least} and at most ${most} instances, because the omitted bound stays unchanged`,
      next: 'Set both `min-agents` and `max-agents`.',
    });
  }
  return { minAgents: least, maxAgents: most };
}

/**
 * Whether writing a set changes values of the agent. A pull secret has no values for an agent, and an
 * agent gets a new version by binding it.
 */
function changesValuesOf(before: Agent | undefined, set: SecretSetPlan): boolean {
  if (set.kind !== 'secret' || !isWritten(set)) return false;
  const bound = before?.secretSets;
  return set.template === undefined || bound === undefined || bound.includes(set.name);
}

/** Why an update forces a new deployment; undefined if it does not. */
function forcingReason(
  { forceRedeploy }: RegionAgent,
  before: Agent | undefined,
  valuesChange: boolean,
): NewDeployment['because'] | undefined {
  if (forceRedeploy === 'never') return undefined;
  if (valuesChange) return 'values-written';
  if (forceRedeploy === 'always') return 'forced';
  // Somebody may have fixed the cause outside the agent's settings.
  return before !== undefined && hasFailed(before) ? 'deployment-failed' : undefined;
}

const scaling: readonly string[] = ['min-agents', 'max-agents'];

function newDeployment(
  { before, changes, hidden }: Pick<AgentPlan, 'before' | 'changes' | 'hidden'>,
  newBuild: BuildPlan | undefined,
  forcedBecause: NewDeployment['because'] | undefined,
): NewDeployment {
  if (before === undefined) return { follows: 'yes', because: 'agent-created' };
  if (newBuild !== undefined) {
    return newBuild.isKnown
      ? { follows: 'yes', because: 'built-anew' }
      : { follows: 'unknown', because: 'build-unknown' };
  }
  const differing = changes.filter(({ setting }) => !scaling.includes(setting));
  // A plan without the values does not know the version, so the agent may already bind this set. The
  // pattern of any other setting only matches that same value.
  const isUnknown = (change: SettingChange): boolean =>
    change.before !== undefined &&
    change.after !== undefined &&
    versionsOf(change.after).test(change.before);
  if (!differing.every(isUnknown)) return { follows: 'yes', because: 'settings-differ' };
  if (forcedBecause !== undefined) return { follows: 'yes', because: forcedBecause };
  if (differing.length > 0) return { follows: 'unknown', because: 'version-unknown' };
  if (hidden.some(({ setting }) => !scaling.includes(setting))) {
    return { follows: 'unknown', because: 'settings-hidden' };
  }
  // A change of scaling makes no new deployment.
  return { follows: 'no', because: changes.length > 0 ? 'scaling-only' : 'nothing-differs' };
}

/** The platform's default, in seconds. */
const defaultSessionLimit = 7200;

/** An agent after its plan is carried out. */
interface PlannedAgent {
  readonly image: string | undefined;
  readonly buildId: string | undefined;
  /** The longest session in seconds. */
  readonly sessionLimit: number;
  /** Number of warm instances. */
  readonly minAgents: number;
}

/** Combines the settings of a plan with those that the agent already has. */
export function plannedAgent({ settings, before, runsNewBuild }: AgentPlan): PlannedAgent {
  const isImageGiven =
    settings.image !== undefined || settings.buildId !== undefined || runsNewBuild;
  const { image, buildId } = isImageGiven ? settings : (before?.settings ?? settings);
  return {
    image,
    buildId,
    sessionLimit:
      settings.maxSessionDuration ?? before?.settings.maxSessionDuration ?? defaultSessionLimit,
    minAgents: settings.minAgents ?? before?.settings.minAgents ?? 0,
  };
}
