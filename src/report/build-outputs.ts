import type { BuildRecord } from '../record/record.js';
import type { Actions } from './actions.js';

/** Sets the outputs about builds as soon as they are known, because a run may end at any time. */
export function setBuildOutputs(actions: Actions, builds: readonly BuildRecord[]): void {
  actions.setOutput('build-id', buildIdOf(builds));
  actions.setOutput('builds', buildsOutput(builds));
}

export function buildIdOf([first]: readonly BuildRecord[]): string {
  return first?.id ?? '';
}

export function buildsOutput(builds: readonly BuildRecord[]): string {
  return JSON.stringify(
    builds.map(({ region, id, outcome, plan }) => ({
      region,
      id,
      outcome,
      contextHash: plan.context.hash,
    })),
  );
}
