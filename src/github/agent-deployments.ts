import type { DeploymentState, Repository } from './repository.js';

/** A rollout of an agent, as reported to GitHub. */
export interface Rollout {
  readonly agent: string;
  readonly region: string;
  /** The platform's ID of the deployment. */
  readonly deploymentId: string;
}

/** What is known about an environment; GitHub decides what is undefined. */
export interface EnvironmentKind {
  readonly isProduction?: boolean | undefined;
  readonly isTransient?: boolean | undefined;
}

/** How a rollout ended; `error` if nobody waited for its end. */
type RolloutOutcome = 'success' | 'failure' | 'error';

const outcomeWords: Readonly<Record<RolloutOutcome, string>> = {
  success: ': success',
  failure: ': failure',
  error: ' is still running; the run was cancelled',
};

export interface AgentDeploymentsOptions {
  /** Connects when the first rollout begins. */
  readonly connect: () => Promise<Repository>;
  /** The commit that is released. */
  readonly commit: () => Promise<string>;
  readonly environmentIn: (region: string) => string;
  readonly environmentKind: (name: string) => Promise<EnvironmentKind>;
  /** The page of the run. */
  readonly logUrl: string;
  /** Called with each failure; the release continues. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Keeps a GitHub deployment for each agent: in progress when its rollout begins, then a success, a failure
 * or an error. A success makes older deployments of the same agent inactive. The release neither waits for
 * GitHub nor fails because of it.
 */
export class AgentDeployments {
  readonly #options: AgentDeploymentsOptions;
  readonly #pending: Promise<unknown>[] = [];
  #repository: Promise<Repository> | undefined;

  constructor(options: AgentDeploymentsOptions) {
    this.#options = options;
  }

  /** Called when a rollout begins; the returned function is called with how it ended. */
  rolloutStarted(rollout: Rollout): (outcome: RolloutOutcome) => void {
    const where = `${rollout.agent} in ${rollout.region}`;
    const created = this.#track(this.#create(rollout));
    let hasEnded = false;
    const inProgress = this.#track(
      // The rollout may have ended by then.
      created.then(() =>
        hasEnded ? undefined : this.#set(created, 'in_progress', `Rolling out ${where}`),
      ),
    );
    return (outcome) => {
      hasEnded = true;
      // Sets the states in order, even if the first failed. A cancelled run has no time to wait for it.
      const before: Promise<unknown> = outcome === 'error' ? created : inProgress;
      void this.#track(
        before.then(async () => {
          await this.#set(created, outcome, `${where}${outcomeWords[outcome]}`);
          if (outcome === 'success') await this.#deactivateOlder(rollout, await created);
        }),
      );
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.settled();
  }

  /** Resolves when everything has been reported to GitHub, or has failed. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending);
    const [connected] = await Promise.allSettled([this.#repository]);
    if (connected.status === 'fulfilled') connected.value?.close();
  }

  async #create({ agent, region, deploymentId }: Rollout): Promise<number> {
    const { commit, environmentIn, environmentKind } = this.#options;
    const environment = environmentIn(region);
    const [repository, ref, kind] = await Promise.all([
      this.#connect(),
      commit(),
      environmentKind(environment),
    ]);
    return repository.createDeployment({
      ref,
      environment,
      ...kind,
      description: `${agent} in ${region}`,
      payload: { agent, region, deploymentId },
    });
  }

  async #set(
    created: Promise<number | undefined>,
    state: DeploymentState,
    description: string,
  ): Promise<void> {
    const id = await created;
    if (id === undefined) return;
    const repository = await this.#connect();
    await repository.setDeploymentState(id, state, { logUrl: this.#options.logUrl, description });
  }

  /** GitHub itself would deactivate the deployments of all other agents in the environment. */
  async #deactivateOlder(rollout: Rollout, id: number | undefined): Promise<void> {
    if (id === undefined) return;
    const { environmentIn, logUrl } = this.#options;
    const repository = await this.#connect();
    await deactivateDeployments(repository, {
      environment: environmentIn(rollout.region),
      agent: rollout.agent,
      region: rollout.region,
      before: id,
      logUrl,
      description: `A newer deployment of ${rollout.agent} in ${rollout.region} is serving`,
    });
  }

  #connect(): Promise<Repository> {
    return (this.#repository ??= this.#options.connect());
  }

  /** Awaits the work at the end; reports its failure instead of rejecting. */
  #track<Result>(work: Promise<Result>): Promise<Result | undefined> {
    const tracked = work.catch((error: unknown) => {
      this.#options.onFailure(error);
      return undefined;
    });
    this.#pending.push(tracked);
    return tracked;
  }
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
