import { GitHubError } from './errors.js';
import type { DeploymentState, Repository } from './repository.js';

/** A rollout of an agent, as far as GitHub is told of it. */
export interface ToldRollout {
  readonly agent: string;
  readonly region: string;
  /** The platform's id of the deployment. */
  readonly deploymentId: string;
}

export interface AgentDeploymentsOptions {
  /** Connects when the first rollout begins. */
  readonly connect: () => Promise<Repository>;
  /** The commit that is released. */
  readonly commit: string;
  readonly environmentIn: (region: string) => string;
  /** The page of the run. */
  readonly logUrl: string;
  /** Told what failed; the release goes on. */
  readonly onFailure: (error: GitHubError) => void;
}

/**
 * Keeps a GitHub deployment for each agent: in progress when its rollout begins, then a success or a
 * failure. Nobody waits for GitHub meanwhile, and nothing fails because of it.
 */
export class AgentDeployments {
  readonly #options: AgentDeploymentsOptions;
  readonly #underWay: Promise<void>[] = [];
  #repository: Promise<Repository> | undefined;

  constructor(options: AgentDeploymentsOptions) {
    this.#options = options;
  }

  /** Told that a rollout begins; the function that comes back is told how it ended. */
  begins(rollout: ToldRollout): (outcome: 'success' | 'failure') => void {
    const begun = this.#create(rollout);
    this.#keep(begun);
    return (outcome) => {
      this.#keep(
        begun.then(
          (id) => this.#set(id, outcome, `${rollout.agent} in ${rollout.region}: ${outcome}`),
          // It was never made, which is said already.
          () => undefined,
        ),
      );
    };
  }

  /** Resolves when GitHub has been told everything, as far as it could be. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay);
    const [connected] = await Promise.allSettled([this.#repository]);
    if (connected.status === 'fulfilled') connected.value?.close();
  }

  async #create({ agent, region, deploymentId }: ToldRollout): Promise<number> {
    const { commit, environmentIn } = this.#options;
    const repository = await this.#connected();
    const id = await repository.createDeployment({
      ref: commit,
      environment: environmentIn(region),
      description: `${agent} in ${region}`,
      payload: { agent, region, deploymentId },
    });
    await this.#set(id, 'in_progress', `${agent} in ${region} is rolled out`);
    return id;
  }

  async #set(id: number, state: DeploymentState, description: string): Promise<void> {
    const repository = await this.#connected();
    await repository.setDeploymentState(id, state, { logUrl: this.#options.logUrl, description });
  }

  #connected(): Promise<Repository> {
    return (this.#repository ??= this.#options.connect());
  }

  #keep(work: Promise<unknown>): void {
    this.#underWay.push(
      work.then(
        () => undefined,
        (error: unknown) => {
          this.#options.onFailure(
            error instanceof GitHubError
              ? error
              : new GitHubError(
                  { method: 'POST', path: '/deployments', permission: 'deployments: write' },
                  'of a bug in the action',
                  { cause: error },
                ),
          );
        },
      ),
    );
  }
}
