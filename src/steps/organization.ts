import type { Organization } from '../pipecat/answers.js';
import { StepError } from '../record/errors.js';
import type { Journal } from '../record/journal.js';
import type { AccessSettings } from '../plan/settings.js';

/**
 * The organization that a personal access token acts in: the one named, else the first that the
 * platform lists, as its client has it. But a name that is not in the list is an error here; the
 * client goes on with the first one then.
 */
export function chooseOrganization(
  named: AccessSettings['organization'],
  available: readonly Organization[],
  journal: Journal,
): string {
  const names = available.map(({ name }) => name);
  const [first] = names;
  if (first === undefined || (named !== undefined && !names.includes(named.name))) {
    throw new StepError('organization-unknown', { named, available: names });
  }
  if (named !== undefined) return named.name;
  if (names.length > 1) {
    journal.warning(
      `The token can act in several organizations and none is named, so the first one is used: \`${first}\` (of ${names.join(', ')}). Pin it with \`organization: ${first}\`.`,
    );
  }
  return first;
}
