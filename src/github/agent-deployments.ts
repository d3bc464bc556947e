import { nameInRegion } from '../plan/name-template.js';
import type { Journal } from '../record/journal.js';
import type {
  RolloutObserver,
  RolloutOutcome,
  StartedRollout,
} from '../record/rollout-observer.js';
import {
  connect,
  failureMessage,
  orWarn,
  withRepository,
  type ConnectionOptions,
} from './connect.js';
import { pullRequestNumber, type WorkflowEvent } from './event.js';
import type { DeploymentRequest, DeploymentState, Repository } from './repository.js';
import type { GitHubSettings } from './settings.js';

const outcomeWords: Readonly<Record<RolloutOutcome, string>> = {
  success: ': success',
  failure: ': failure',
  error: ' is still running; the run was cancelled',
};

/** What the event says about a run. */
export interface RunOrigin {
  readonly event: () => Promise<WorkflowEvent>;
  /** The commit that people see for the run. */
  readonly commit: () => Promise<string>;
  /** The pull request whose preview the agents are; undefined if they are not a preview. */
  readonly previewOf?: number | undefined;
}

/** The GitHub deployments of a release; undefined if there are none. */
export function agentDeployments(
  settings: GitHubSettings | undefined,
  journal: Journal,
  connection: ConnectionOptions,
  origin: RunOrigin,
): AgentDeployments | undefined {
  const { environment } = settings ?? {};
  if (settings === undefined || environment === undefined) return undefined;
  return new AgentDeployments({ ...origin, settings, environment, journal, connection });
}

interface AgentDeploymentsOptions extends RunOrigin {
  readonly settings: GitHubSettings;
  /** The template of the environment. */
  readonly environment: string;
  readonly journal: Journal;
  readonly connection: ConnectionOptions;
}

/**
 * Keeps a GitHub deployment for each agent: in progress when its rollout begins, then a success, a failure
 * or an error. A success makes older deployments of the same agent inactive. The release neither waits for
 * GitHub nor fails because of it.
 */
class AgentDeployments implements RolloutObserver, AsyncDisposable {
  readonly #options: AgentDeploymentsOptions;
  readonly #pending: Promise<unknown>[] = [];
  readonly #reported = new Set<string>();
  #repository: Promise<Repository> | undefined;

  constructor(options: AgentDeploymentsOptions) {
    this.#options = options;
  }

  rolloutStarted(rollout: StartedRollout): (outcome: RolloutOutcome) => void {
    const { agent, region } = rollout;
    const where = `${agent} in ${region}`;
    const { runUrl: logUrl } = this.#options.settings;
    const environment = nameInRegion(this.#options.environment, region);
    const created = this.#track(this.#create(rollout, environment));
    const set = async (state: DeploymentState, description: string): Promise<void> => {
      const { repository, id } = (await created) ?? {};
      if (repository === undefined || id === undefined) return;
      await repository.setDeploymentState(id, state, { logUrl, description });
      if (state !== 'success') return;
      // GitHub itself would deactivate the deployments of all other agents in the environment.
      await deactivateDeployments(repository, {
        environment,
        agent,
        region,
        before: id,
        logUrl,
        description: `A newer deployment of ${where} is serving`,
      });
    };
    let hasEnded = false;
    const inProgress = this.#track(
      // The rollout may have ended by then.
      created.then(() => (hasEnded ? undefined : set('in_progress', `Rolling out ${where}`))),
    );
    return (outcome) => {
      hasEnded = true;
      // Sets the states in order, even if the first failed. A cancelled run has no time to wait for it.
      const before: Promise<unknown> = outcome === 'error' ? created : inProgress;
      void this.#track(before.then(() => set(outcome, `${where}${outcomeWords[outcome]}`)));
    };
  }

  /** Resolves when everything has been reported to GitHub, or has failed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#pending);
    const [connected] = await Promise.allSettled([this.#repository]);
    if (connected.status === 'fulfilled') connected.value?.close();
  }

  async #create({ agent, region, deploymentId }: StartedRollout, environment: string) {
    const { settings, connection, event, commit, previewOf } = this.#options;
    // Connects when the first rollout begins.
    this.#repository ??= connect(settings, connection);
    const [repository, ref, pullRequest] = await Promise.all([
      this.#repository,
      commit(),
      previewOf ?? event().then(pullRequestNumber),
    ]);
    const id = await repository.createDeployment({
      ref,
      environment,
      ...environmentKind(environment, pullRequest),
      description: `${agent} in ${region}`,
      payload: { agent, region, deploymentId },
    });
    return { repository, id };
  }

  /** Awaits the work at the end; warns of its failure instead of rejecting. */
  #track<Result>(work: Promise<Result>): Promise<Result | undefined> {
    const tracked = work.catch((error: unknown) => {
      // Warns once if all regions have the same failure.
      const warning = failureMessage('GitHub deployments are not complete', error);
      if (!this.#reported.has(warning)) this.#options.journal.warning(warning);
      this.#reported.add(warning);
      return undefined;
    });
    this.#pending.push(tracked);
    return tracked;
  }
}

/** Infers the kind of an environment from its name and its pull request. GitHub decides the rest. */
function environmentKind(
  name: string,
  pullRequest: number | undefined,
): Pick<DeploymentRequest, 'isProduction' | 'isTransient'> {
  if (/^prod(?:uction)?(?![a-z])/i.test(name)) return { isProduction: true };
  if (pullRequest === undefined) return {};
  // A deployment for a pull request is removed when that is closed.
  return { isProduction: false, isTransient: true };
}

/** Which deployments become inactive, and their description. */
export interface Deactivation {
  readonly environment: string;
  readonly agent: string;
  readonly region: string;
  /** Only deployments older than this one; all of the agent's if omitted. */
  readonly before?: number | undefined;
  readonly logUrl: string;
  readonly description: string;
}

/** Older deployments were deactivated long ago, unless this many failed in a row. */
const mostLookedAt = 20;

/**
 * Makes the deployments of one agent inactive, from the newest to the first that already is. Failed
 * deployments keep their state.
 */
export async function deactivateDeployments(
  repository: Repository,
  { environment, agent, region, before = Infinity, logUrl, description }: Deactivation,
): Promise<void> {
  const deployments = await repository.deploymentsIn(environment);
  const older = deployments.filter(
    ({ id, payload }) => id < before && payload['agent'] === agent && payload['region'] === region,
  );
  for (const { id } of older.slice(0, mostLookedAt)) {
    const state = await repository.deploymentState(id);
    if (state === 'inactive') return;
    if (state === 'failure' || state === 'error') continue;
    await repository.setDeploymentState(id, 'inactive', { logUrl, description });
  }
}

/** Sets the GitHub deployments of deleted agents to inactive. */
export async function deactivatePreviews(
  journal: Journal,
  settings: GitHubSettings | undefined,
  options: ConnectionOptions,
  agents: readonly { readonly name: string; readonly region: string }[],
): Promise<void> {
  const { environment } = settings ?? {};
  if (settings === undefined || environment === undefined || agents.length === 0) return;
  const work = withRepository(settings, options, async (repository) => {
    for (const { name, region } of agents) {
      await deactivateDeployments(repository, {
        environment: nameInRegion(environment, region),
        agent: name,
        region,
        logUrl: settings.runUrl,
        description: `The preview ${name} in ${region} was torn down`,
      });
    }
  });
  await orWarn(journal, 'GitHub deployments are not set to inactive', work);
}
