import type { Plan } from '../plan/plan.js';
import type { Actions } from './actions.js';
import { plannedChanges } from './changes.js';
import { withoutCommands } from './log.js';

/**
 * Logs what a plan would do.
 *
 * @param redact removes known secrets from a line
 */
export function logPlan(
  actions: Actions,
  plan: Plan,
  redact: (text: string) => string = (text) => text,
): void {
  const log = (line: string): void => {
    actions.info(withoutCommands(redact(line)));
  };
  for (const { region, changes } of plannedChanges(plan)) {
    log(`Region ${region}:`);
    for (const change of changes) log(`  ${change.replace(/`/g, '')}`);
  }
}
