/** The rollout of an agent. */
export interface StartedRollout {
  readonly agent: string;
  readonly region: string;
  readonly deploymentId: string;
}

/** How a rollout ended; `error` if nobody waited for its end. */
export type RolloutOutcome = 'success' | 'failure' | 'error';

/** Reports rollouts elsewhere while they run. It never fails and never delays a rollout. */
export interface RolloutObserver {
  /** Called when a rollout begins; the returned function is called with how it ended. */
  rolloutStarted(rollout: StartedRollout): (outcome: RolloutOutcome) => void;
}

/** Holds successes back until it is known whether they are rolled back. */
export class SuccessHolder implements RolloutObserver {
  readonly #observer: RolloutObserver;
  readonly #held: { rollout: StartedRollout; end: (outcome: RolloutOutcome) => void }[] = [];

  constructor(observer: RolloutObserver) {
    this.#observer = observer;
  }

  rolloutStarted(rollout: StartedRollout): (outcome: RolloutOutcome) => void {
    const end = this.#observer.rolloutStarted(rollout);
    return (outcome) => {
      if (outcome === 'success') this.#held.push({ rollout, end });
      else end(outcome);
    };
  }

  /** Reports how the successful rollouts ended. */
  release(outcomeOf: (rollout: StartedRollout) => RolloutOutcome = () => 'success'): void {
    for (const { rollout, end } of this.#held.splice(0)) end(outcomeOf(rollout));
  }
}

export const noRolloutObserver: RolloutObserver = { rolloutStarted: () => () => undefined };
