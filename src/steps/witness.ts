/** An agent whose rollout begins. */
export interface BegunRollout {
  readonly agent: string;
  readonly region: string;
  readonly deploymentId: string;
}

/** Keeps an account of rollouts elsewhere, while they go on. It never fails and never holds one up. */
export interface RolloutWitness {
  /**
   * Told that a rollout begins; the function that comes back is told how it ended: `error` where nobody
   * waited for its end.
   */
  begins(rollout: BegunRollout): (outcome: 'success' | 'failure' | 'error') => void;
}

export const noWitness: RolloutWitness = { begins: () => () => undefined };
