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

type RolloutEnd = Parameters<ReturnType<RolloutObserver['rolloutStarted']>>[0];

/**
 * Holds every success back until it is known whether all that was deployed stays so: a rollout that is
 * rolled back is a failure.
 */
export class SuccessHolder implements RolloutObserver {
  readonly #observer: RolloutObserver;
  readonly #held: {
    readonly rollout: StartedRollout;
    readonly end: (outcome: RolloutEnd) => void;
  }[] = [];

  constructor(observer: RolloutObserver) {
    this.#observer = observer;
  }

  rolloutStarted(rollout: StartedRollout): (outcome: RolloutEnd) => void {
    const end = this.#observer.rolloutStarted(rollout);
    return (outcome) => {
      if (outcome === 'success') this.#held.push({ rollout, end });
      else end(outcome);
    };
  }

  /** Tells how the successful rollouts ended. */
  release(outcomeOf: (rollout: StartedRollout) => RolloutEnd = () => 'success'): void {
    for (const { rollout, end } of this.#held.splice(0)) end(outcomeOf(rollout));
  }
}

export const noRolloutObserver: RolloutObserver = { rolloutStarted: () => () => undefined };
