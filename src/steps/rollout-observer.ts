/** An agent whose rollout has begun. */
export interface StartedRollout {
  readonly agent: string;
  readonly region: string;
  readonly deploymentId: string;
}

/** Keeps a record of rollouts elsewhere while they run. It never fails and never delays one. */
export interface RolloutObserver {
  /**
   * Called when a rollout begins; the returned function is called with how it ended: `error` if nobody
   * waited for its end.
   */
  rolloutStarted(rollout: StartedRollout): (outcome: 'success' | 'failure' | 'error') => void;
}

export const noRolloutObserver: RolloutObserver = { rolloutStarted: () => () => undefined };
