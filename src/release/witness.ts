/** An agent whose rollout begins. */
export interface BegunRollout {
  readonly agent: string;
  readonly region: string;
  readonly deploymentId: string;
}

/** Keeps an account of rollouts elsewhere, while they go on. It never fails and never holds one up. */
export interface RolloutWitness {
  /** Told that a rollout begins; the function that comes back is told how it ended. */
  begins(rollout: BegunRollout): (outcome: 'success' | 'failure') => void;
}

export const noWitness: RolloutWitness = { begins: () => () => undefined };
